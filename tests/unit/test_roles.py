"""Every cell a person sees on a sheet that is read has a role."""

from datetime import date
from pathlib import Path

import pytest

from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.domain.workbooks import Value, Workbook
from ioc_pipeline.parse.choice import choose_contract
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.roles import Reading, cell_roles, picture
from ioc_pipeline.parse.sheet import BadFormError, parse_workbook
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from ioc_pipeline.reference.contracts import Contract, read_contracts
from ioc_pipeline.reference.sources import Source
from settlements_form import FOOT, HEADER, ORG_UNITS, ROWS, TOP, book, source
from shipped import EXPECTATIONS, SEEDS, SOURCES

ENVELOPE = Envelope("vp-ubnd", "14", "bao cao.xlsx", date(2025, 10, 20), ORG_UNITS)


def readings_of(workbook: Workbook, contract: Source, envelope: Envelope = ENVELOPE) -> list[Reading]:
    """What a form was taken for, returned or not."""
    try:
        return parse_workbook(workbook, contract, envelope).readings
    except BadFormError as error:
        return list(error.readings)


def roles_of(workbook: Workbook) -> dict[str, str]:
    return {each.cell: each.role for each in cell_roles(workbook, readings_of(workbook, source()))}


def test_every_cell_has_the_role_a_person_gives_it() -> None:
    total: list[Value] = [None, "Tổng cộng", 1210.0, 11.0, None]
    heading: list[Value] = ["Khu vực 1"]
    other: list[list[Value]] = [[], ["STT", "Xã", "Chi"], [1.0, "Xã Vân Hồ", 3.0]]
    roles = roles_of(book([*TOP, *HEADER, heading, *ROWS, total, *FOOT, *other]))
    expected = {
        "A1": "letterhead", "A2": "title", "A3": "title", "A4": "period", "C5": "unit", "B6": "header", "C7": "header",
        "A8": "column number", "A9": "section", "A10": "decoration", "B10": "key", "C10": "figure", "B12": "total",
        "C12": "total", "A13": "footnote", "A14": "signature", "B17": "other table", "C18": "other table",
    }  # fmt: skip
    assert {cell: roles[cell] for cell in expected} == expected


def test_what_is_hidden_has_no_role_and_what_cannot_be_told_says_so() -> None:
    workbook = book([*TOP, *HEADER, *ROWS, [3.0, "Xã Không Có", 5.0, 1.0, None]])
    workbook.sheets[0].hidden_rows = {8}
    roles = roles_of(workbook)
    assert "B9" not in roles
    assert roles["B11"] == roles["C11"] == "unread"


def form() -> list[list[Value]]:
    total: list[Value] = [None, "Tổng cộng", 1210.0, 11.0, None]
    lines = [*TOP, *HEADER, ["Khu vực 1"], *ROWS, total, [], *FOOT[:2], [], ["Nguyễn Thị A", None, "Trần Văn B"]]
    return [list(line) + [None] * (7 - len(line)) for line in lines]


def told_of(value: Value, row: int, column: int) -> list[str]:
    """What is told of a form with a value in one of its empty cells."""
    rows = form()
    rows[row][column] = value
    try:
        return [problem.code for problem in parse_workbook(book(rows), source(), ENVELOPE).warnings]
    except SourceError as error:
        return [problem.code for problem in error.problems]


@pytest.mark.parametrize("text", ["Lũy kế 9 tháng", "Tháng 8/2025"])
def test_what_a_sheet_says_of_its_figures_is_heard_in_whatever_cell_it_stands(text: str) -> None:
    for row, line in enumerate(form()):
        for column in (column for column in (0, 3, 4, 6) if line[column] is None):
            assert told_of(text, row, column), (row, column)


@pytest.mark.parametrize("value", [7.5, "7,5", True])
def test_a_number_under_no_header_is_told_wherever_it_stands(value: Value) -> None:
    for row in (0, 3, 4, 8, 9, 10, 11, 16):
        assert told_of(value, row, 5), row


def test_the_picture_draws_rows_that_look_alike_once() -> None:
    workbook = book([*TOP, *HEADER, *ROWS])
    lines = list(picture(workbook, readings_of(workbook, source())))
    assert lines[0] == "[Biểu 1]"
    assert "       9-10 |.KFFF" in lines


def test_every_cell_of_the_statistics_offices_workbooks_has_a_role(shared: Path | None) -> None:
    """No cell is left out, none is unread. Where the workbooks are not beside the checkout, there is nothing to ask."""
    paths = sorted((shared / "real_sheets").glob("gso_20*.xls*")) if shared else []
    contracts = read_contracts(SOURCES, EXPECTATIONS, SEEDS)
    read = 0
    for path, workbook in zip(
        paths, read_deliveries([ReadRequest(path, path.name, None) for path in paths]), strict=True
    ):
        if isinstance(workbook, SourceError):
            continue
        contract = choose_contract(workbook, "cuc-thong-ke", contracts)
        if not isinstance(contract, Contract):
            continue
        envelope = Envelope("cuc-thong-ke", "14", path.name, date(2026, 1, 1), ORG_UNITS)
        parts = readings_of(workbook, contract.source, envelope)
        given = [each.cell for each in cell_roles(workbook, parts)]
        (sheet,) = {id(part.block.sheet): part.block.sheet for part in parts}.values()
        visible = [row for number, row in enumerate(sheet.rows) if number not in sheet.hidden_rows]
        held = sum(
            value not in (None, "") and position not in sheet.hidden_columns
            for row in visible
            for position, value in enumerate(row)
        )
        assert len(given) == len(set(given)) == held, path.name
        assert all(each.role != "unread" for each in cell_roles(workbook, parts)), path.name
        read += 1
    assert bool(read) == bool(paths)
