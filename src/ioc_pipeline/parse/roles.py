"""What the reading took every cell of a sheet for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.folding import fold
from ioc_pipeline.domain.period_labels import find_period
from ioc_pipeline.domain.workbooks import Sheet, Value, Workbook
from ioc_pipeline.parse.body import Body
from ioc_pipeline.parse.layout import SERIAL, Block
from ioc_pipeline.parse.marks import without_marks
from ioc_pipeline.parse.rows import classify_row
from ioc_pipeline.parse.spans import is_cumulative, is_plan, is_sum_of_months, names_several_periods
from ioc_pipeline.parse.statements import figure_columns, whole_label
from ioc_pipeline.parse.table_end import is_header_of_another
from ioc_pipeline.parse.texts import cell_text, is_number
from ioc_pipeline.parse.units_of_measure import stated_units
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import NUMERIC

Role = Literal[
    "letterhead", "title", "period", "unit", "header", "column number", "section", "key", "figure", "total",
    "of which", "remark", "footnote", "signature", "other table", "decoration", "unread",
]  # fmt: skip
_OF_ROW_KIND: dict[str, Role] = {
    "letterhead": "letterhead", "form_number": "letterhead", "reporter_line": "letterhead",
    "receiver_line": "letterhead", "period_line": "period", "unit_line": "unit", "date_line": "signature",
    "title": "title", "header": "header", "column_numbers": "column number", "section": "section",
    "of_which": "of which", "breakdown": "of which", "subtotal": "total", "total": "total",
    "footnote": "footnote", "signature": "signature", "nil_report": "remark", "remark": "remark", "mean": "total",
}  # fmt: skip


_LINES = frozenset({
    "letterhead", "form_number", "reporter_line", "receiver_line", "period_line", "unit_line", "header", "nil_report",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class CellRole:
    """One cell that a person sees, and what it was taken for; its text stays out of what is shown of it."""

    sheet: str
    cell: str
    role: Role


@dataclass(frozen=True, slots=True)
class Reading:
    """A block with its rows told apart; `strays` are the places of numbers that are no part of it."""

    block: Block
    body: Body
    source: Source
    strays: frozenset[tuple[int, int]] = frozenset()


def cell_roles(workbook: Workbook, readings: Iterable[Reading]) -> Iterator[CellRole]:
    """The role of every visible cell that holds something, on every sheet of which a table was read, in its order."""
    by_sheet: dict[int, list[Reading]] = {}
    for reading in readings:
        by_sheet.setdefault(id(reading.block.sheet), []).append(reading)
    for sheet in workbook.sheets:
        if parts := sorted(by_sheet.get(id(sheet), []), key=lambda part: part.block.title_row):
            yield from _roles_of_sheet(sheet, parts)


def _roles_of_sheet(sheet: Sheet, parts: list[Reading]) -> Iterator[CellRole]:
    is_other = False
    for number, row in enumerate(sheet.rows):
        if number in sheet.hidden_rows:
            continue
        part = next((part for part in reversed(parts) if part.block.title_row <= number), parts[0])
        if number <= part.block.body_start:
            is_other = False
        is_other = is_other or (number >= part.body.end and is_header_of_another(part.block, number))
        seen = [(position, value) for position, value in enumerate(row) if position not in sheet.hidden_columns]
        for position, value in seen:
            if value is None or value == "":
                continue
            role: Role = "other table" if is_other else _role(part, number, position, value)
            yield CellRole(sheet.name, cell_address(number, position), role)


def _role(part: Reading, number: int, position: int, value: Value) -> Role:
    block, body = part.block, part.body
    if (number, position) in part.strays:
        return "unread"
    if number < block.body_start - block.header_height:
        return _role_above(part, number, value)
    if number < block.body_start:
        return "header"
    if number >= body.end:
        return _role_below(part, number, value)
    told = body.others.get(number, "")
    if told in ("total", "subtotal", "section", "mean") and position in figure_columns(block):
        return "total"
    if told in _OF_ROW_KIND:
        return _OF_ROW_KIND[told]
    if number in body.unread:
        return "unread"
    return _role_in_data(block, position, value)


def _role_in_data(block: Block, position: int, value: Value) -> Role:
    column = next((each for each in block.table.columns if block.columns.get(each.name) == position), None)
    if column is None:
        header = fold(block.headers.get(position, ""))
        if header in SERIAL:
            return "decoration"
        # A column that the form does not ask for is told by its header, a text without one is heard as a remark.
        return "remark" if header or isinstance(value, str) else "unread"
    if column.type in NUMERIC:
        return "figure"
    is_key = column.type in ("org_unit", "period") or column.name in block.table.record_key
    return "key" if is_key else "remark"


def _role_above(part: Reading, number: int, value: Value) -> Role:
    block, source = part.block, part.source
    text = without_marks(cell_text(value))
    folded = fold(text)
    if number >= block.title_row and folded and folded in fold(block.title):
        return "title"
    if _speaks_of_time(text, source):
        return "period"
    if stated_units(text):
        return "unit"
    kind = classify_row([text])
    if kind == "date_line":
        return "letterhead"
    if kind not in _LINES:  # whatever else a line says was heard: by the judge of kinds and by that of reporters
        return "letterhead" if number < block.title_row else "remark"
    return _OF_ROW_KIND[kind]


def _role_below(part: Reading, number: int, value: Value) -> Role:
    """Notes, then signatures with the names under them; numbers beside texts are another table's."""
    rows, end = part.block.sheet.rows, part.body.end
    if is_number(value) and sum(each is not None for each in rows[number]) > 1:
        return "other table"
    if classify_row([without_marks(cell_text(value))]) == "footnote":
        return "footnote"
    above = ([cell_text(each) for each in row if each is not None] for row in rows[end : number + 1])
    is_signed = any(classify_row(texts) in ("signature", "date_line") for texts in above)
    return "signature" if is_signed else "remark"


def _speaks_of_time(text: str, source: Source) -> bool:
    return bool(
        whole_label(text, source)
        or find_period(text, source.clock, source.period_type)
        or names_several_periods(text)
        or is_cumulative(text)
        or is_sum_of_months(text)
        or is_plan(text)
    )


LETTERS: dict[Role, str] = {
    "letterhead": "l", "title": "T", "period": "P", "unit": "U", "header": "H", "column number": "n", "section": "s",
    "key": "K", "figure": "F", "total": "S", "of which": "w", "remark": "r", "footnote": "f", "signature": "g",
    "other table": "x", "decoration": ".", "unread": "?",
}  # fmt: skip


def picture(workbook: Workbook, readings: list[Reading]) -> Iterator[str]:
    """The sheets that were read as lines of letters, one a cell; rows that look alike are drawn once."""
    roles = {(each.sheet, each.cell): each.role for each in cell_roles(workbook, readings)}
    names = {id(reading.block.sheet) for reading in readings}
    for sheet in (sheet for sheet in workbook.sheets if id(sheet) in names):
        yield f"[{sheet.name}]"
        drawn: list[tuple[int, int, str]] = []
        for number, row in enumerate(sheet.rows):
            found = (roles.get((sheet.name, cell_address(number, position))) for position in range(len(row)))
            line = "".join(LETTERS[role] if role else " " for role in found).rstrip()
            if drawn and drawn[-1][2] == line:
                drawn[-1] = (drawn[-1][0], number, line)
            else:
                drawn.append((number, number, line))
        for first, last, line in drawn:
            if line:
                yield f"{first + 1 if first == last else f'{first + 1}-{last + 1}':>11} |{line}"
    yield ", ".join(f"{letter} {role}" for role, letter in LETTERS.items())
