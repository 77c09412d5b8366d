"""What would happen to a file that is not sent yet; nothing is kept."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ioc_pipeline.answer.marked.returned import goes_back_marked
from ioc_pipeline.answer.text import lines_of
from ioc_pipeline.domain.deliveries import Delivery, Verdict
from ioc_pipeline.domain.errors import ContractError, SourceError
from ioc_pipeline.domain.workbooks import Workbook
from ioc_pipeline.flows.checks import check_readings
from ioc_pipeline.flows.marking import marked
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


@dataclass(frozen=True, slots=True)
class Trial:
    """What would become of a file: in words for its sender, and with its bad cells marked where it would come back."""

    verdict: Verdict
    text: str
    marked: bytes | None


def try_file(settings: Settings, path: Path, file_name: str, department_code: str) -> Trial:
    """The answer that a file would get in a department's folder; nothing is kept.

    Raises:
        ContractError: it would have to wait for us.
    """
    reference = Reference(settings)
    verdict = _verdict_on(_as_delivery(path, file_name, department_code), path, reference)
    contract = reference.contracts.ready.get(verdict.source_name)
    title = contract.source.title if contract else ""
    is_marked = goes_back_marked(verdict)
    return Trial(
        verdict,
        "\n".join(lines_of(verdict, title)),
        marked(verdict, title, path, reference.contracts) if is_marked else None,
    )


def _verdict_on(delivery: Delivery, path: Path, reference: Reference) -> Verdict:
    """What would become of a delivery whose bytes lie at `path`.

    Raises:
        ContractError: it would have to wait for us.
    """
    reading = Reading(delivery)
    read_file(reading, _read(path, delivery, reference), reference)
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
    delivery = _as_delivery(path, path.name, department_code)
    read = _read(path, delivery, reference)
    if isinstance(read, SourceError):
        raise read
    choice = choose_contract(read, department_code, reference.contracts)
    if choice is None:
        return Explanation([], [])
    if isinstance(choice, str):
        raise ContractError(choice)
    try:
        parts = list(parse_workbook(read, choice.source, envelope_of(delivery, reference)).readings)
    except BadFormError as error:
        parts = list(error.readings)
    return Explanation(list(cell_roles(read, parts)), list(picture(read, parts)))


def _read(path: Path, delivery: Delivery, reference: Reference) -> Workbook | SourceError:
    csv = csv_of(reference.contracts, delivery.department_code)
    (read,) = read_deliveries([ReadRequest(path, delivery.file_name, csv)])
    return read


def _as_delivery(path: Path, file_name: str, department_code: str) -> Delivery:
    return Delivery(
        delivery_seq=0,
        kind="file",
        department_code=department_code,
        file_name=file_name,
        sha256="",
        size_bytes=path.stat().st_size,
        received_at=datetime.now(UTC),
        scan_seq=0,
        is_sealed=True,
    )
