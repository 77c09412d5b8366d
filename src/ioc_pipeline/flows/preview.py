"""What would happen to a file that is not sent yet; nothing is kept."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ioc_pipeline.domain.deliveries import Delivery, Verdict
from ioc_pipeline.domain.errors import ContractError, SourceError
from ioc_pipeline.domain.workbooks import Workbook
from ioc_pipeline.flows.checks import check_readings
from ioc_pipeline.flows.reading import Reading, csv_of, envelope_of, read_file
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.verdicts import verdict_on
from ioc_pipeline.parse.choice import choose_contract
from ioc_pipeline.parse.roles import CellRole, cell_roles, picture
from ioc_pipeline.parse.sheet import BadFormError, parse_workbook
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from ioc_pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Explanation:
    """`picture` is the sheets drawn in letters, one a cell, with what the letters mean."""

    roles: list[CellRole]
    picture: list[str]


def check_file(settings: Settings, path: Path, department_code: str) -> Verdict:
    """What would happen to a file if it were dropped into a department's folder; nothing is kept."""
    reference = Reference(settings)
    reading = Reading(_as_delivery(path, department_code))
    read_file(reading, _read(path, department_code, reference), reference)
    check_readings([reading])
    if reading.held:
        raise ContractError(reading.held)
    count = sum(
        table.row_count() * sum(1 + bool(column.of_element) for column in table.table.columns if column.element)
        for table in (reading.parsed.tables if reading.parsed else [])
    )
    return verdict_on(reading, count)


def explain_file(settings: Settings, path: Path, department_code: str) -> Explanation:
    """What every cell of a file would be taken for if it were dropped into a department's folder.

    Raises:
        SourceError: no form was found in it, or not its whole header.
    """
    reference = Reference(settings)
    read = _read(path, department_code, reference)
    if isinstance(read, SourceError):
        raise read
    choice = choose_contract(read, department_code, reference.contracts)
    if choice is None:
        return Explanation([], [])
    if isinstance(choice, str):
        raise ContractError(choice)
    try:
        parts = list(
            parse_workbook(read, choice.source, envelope_of(_as_delivery(path, department_code), reference)).readings
        )
    except BadFormError as error:
        parts = list(error.readings)
    return Explanation(list(cell_roles(read, parts)), list(picture(read, parts)))


def _read(path: Path, department_code: str, reference: Reference) -> Workbook | SourceError:
    (read,) = read_deliveries([ReadRequest(path, path.name, csv_of(reference.contracts, department_code))])
    return read


def _as_delivery(path: Path, department_code: str) -> Delivery:
    return Delivery(
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
