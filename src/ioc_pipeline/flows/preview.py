"""What would happen to a file that is not sent yet; nothing is kept."""

from datetime import UTC, datetime
from pathlib import Path

from ioc_pipeline.domain.deliveries import Delivery, Verdict
from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.flows.checks import check_readings
from ioc_pipeline.flows.reading import Reading, csv_of, read_file
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.verdicts import verdict_on
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from ioc_pipeline.settings import Settings


def check_file(settings: Settings, path: Path, department_code: str) -> Verdict:
    """What would happen to a file if it were dropped into a department's folder; nothing is kept."""
    reference = Reference(settings)
    delivery = Delivery(
        delivery_seq=0,
        kind="file",
        department_code=department_code,
        file_name=path.name,
        sha256="",
        size_bytes=path.stat().st_size,
        received_at=datetime.now(UTC),
        scan_seq=0,
        is_sealed=True,
    )
    reading = Reading(delivery)
    (read,) = read_deliveries([ReadRequest(path, path.name, csv_of(reference.contracts, department_code))])
    read_file(reading, read, reference)
    if reading.parsed:
        check_readings([reading])
    if reading.held:
        raise ContractError(reading.held)
    count = sum(
        table.row_count() * sum(1 + bool(column.of_element) for column in table.table.columns if column.element)
        for table in (reading.parsed.tables if reading.parsed else [])
    )
    return verdict_on(reading, count)
