"""Which rows of a block are data, and which org unit each describes."""

import re
from dataclasses import dataclass, replace
from datetime import date

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.domain.workbooks import Value
from ioc_pipeline.parse.layout import Block, cell_text, is_continuation
from ioc_pipeline.parse.period_rule import row_period
from ioc_pipeline.parse.rows import classify_row
from ioc_pipeline.parse.values import value_at
from ioc_pipeline.reference.org_units.errors import AmbiguousUnit, UnknownUnit
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import NUMERIC, Column, Table

_FIGURE = re.compile(r"\d|^\s*(?:[-–—−…xX]|\.{2,})\s*$")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of a delivery besides its bytes, and the units its rows may name."""

    reporting_unit_code: str
    province_code: str
    file_name: str
    received_on: date
    org_units: OrgUnits


@dataclass(frozen=True, slots=True)
class Total:
    """A row at position `number` that adds up `data[start:stop]`; a grand total may also add up the whole table."""

    number: int
    start: int
    stop: int
    is_grand: bool


@dataclass(slots=True)
class Body:
    """Rows of one block by what they are; numbers are 0-based positions in the sheet."""

    data: list[int]
    units: list[OrgUnit]
    unread: list[int]  # rows of data whose unit could not be told
    totals: list[Total]
    is_nil: bool
    end: int  # first row of the signatures or of whatever else stands below


def read_keys(block: Block, source: Source, envelope: Envelope, period: Period | None) -> tuple[Body, list[Problem]]:
    """Tell data rows from all others, and the unit each describes."""
    body = Body([], [], [], [], False, block.body_end)
    problems: list[Problem] = []
    unit_column = next((column for column in block.table.columns if column.type == "org_unit"), None)
    position = block.columns[unit_column.name] if unit_column else _key_position(block)
    on = period.end if period else envelope.received_on
    whole_form = _unit_of_form(block.table, envelope, on) if not unit_column else None
    known: dict[Value, OrgUnit] = {}
    section_start, section_row = 0, -1
    rows = block.sheet.rows
    header = rows[block.title_row + 1 : block.body_start]
    for number in range(block.body_start, block.body_end):
        row = rows[number]
        key = row[position] if position < len(row) else None
        unit = known.get(key) if key is not None else None
        if unit is not None:
            body.data.append(number)
            body.units.append(unit)
            continue
        problem: Problem | None = Problem("row-without-name", block.sheet.name, cell_address(number, position))
        if unit_column and key is not None:
            try:
                unit = envelope.org_units.find(
                    cell_text(key),
                    on=on,
                    level=unit_column.level,
                    province_code=envelope.province_code if unit_column.level in ("commune", "agency") else None,
                )
            except (UnknownUnit, AmbiguousUnit) as error:
                problem = unit_problem(error, cell_text(key), unit_column, envelope, on)
                if problem:
                    where = (block.sheet.name, cell_address(number, position), block.headers.get(position, ""))
                    problem = replace(problem, sheet=where[0], cell=where[1], column=where[2])
            else:
                if _is_of_another_reporter(unit, source, envelope):
                    problem = _another_reporters(unit, block, number, position, envelope, on)
                    unit = None
        texts = [] if unit else [cell_text(value) for value in row if value is not None]
        if not unit and (row in header or is_continuation(" ".join(texts))):
            continue  # the table goes on after a page break
        kind = "data" if unit else classify_row(texts)
        if kind in ("footnote", "signature"):
            problems += _rows_after_end(block, number + 1, position, unit_column, envelope, on, source)
        if kind in ("footnote", "signature", "title"):
            body.end = _first_of_signatures(block, number) if kind == "footnote" else number
            break
        if kind == "nil_report":
            body.is_nil = True
        elif kind == "total":
            body.totals.append(Total(number, 0, len(body.data), is_grand=True))
        elif kind == "subtotal":
            body.totals.append(Total(number, section_start, len(body.data), is_grand=False))
            section_start = len(body.data)
        elif kind == "section":
            _close_section(body, section_row, section_start)
            section_start, section_row = len(body.data), number
        elif kind == "data":
            unit = unit or (whole_form if key is not None else None)
            if unit is not None:
                body.data.append(number)
                body.units.append(unit)
                if unit_column:
                    known[key] = unit
            elif key is None and len(texts) == 1 and not _has_figures(block, number):
                continue  # "%" over the columns of a repeated header
            elif problem is None:
                body.totals.append(Total(number, 0, len(body.data), is_grand=True))
            else:
                body.unread.append(number)
                problems.append(problem)
    _close_section(body, section_row, section_start)
    # A total that stands over the first row adds up all that follow.
    body.totals = [replace(total, stop=total.stop or len(body.data)) for total in body.totals]
    return body, problems


def _is_of_another_reporter(unit: OrgUnit, source: Source, envelope: Envelope) -> bool:
    """Where every commune reports for itself, a row of another commune is not its to send."""
    return source.reporters == "communes" and unit.level == "commune" and unit.code != envelope.reporting_unit_code


def _another_reporters(
    unit: OrgUnit, block: Block, number: int, position: int, envelope: Envelope, on: date
) -> Problem:
    where = (block.sheet.name, cell_address(number, position), block.headers.get(position, ""))
    own = envelope.org_units.get(envelope.reporting_unit_code, on)
    return Problem(
        "foreign-unit",
        *where,
        found=cell_text(block.sheet.rows[number][position]),
        expected=f"{own.full_name if own else 'đơn vị'} ({envelope.reporting_unit_code}), đơn vị của thư mục này",
        fix=f"Xóa dòng này; số liệu của {unit.full_name} gửi vào inbox/{unit.code}/",
    )


def _first_of_signatures(block: Block, first: int) -> int:
    """Where the notes below a table end."""
    for number in range(first, block.body_end):
        texts = [cell_text(value) for value in block.sheet.rows[number] if value is not None]
        if classify_row(texts) in ("signature", "date_line", "title"):
            return number
    return block.body_end


def _rows_after_end(
    block: Block,
    first: int,
    position: int,
    unit_column: Column | None,
    envelope: Envelope,
    on: date,
    source: Source,
) -> list[Problem]:
    """A row of data below the notes or the signatures: was it meant to be loaded? Nobody can say but its sender."""
    for number in range(first, block.body_end):
        text = cell_text(value_at(block, number, position))
        if not text or not _has_figures(block, number):
            continue
        if unit_column:
            try:
                envelope.org_units.find(text, on=on, level=unit_column.level, province_code=envelope.province_code)
            except (UnknownUnit, AmbiguousUnit):
                continue
        elif row_period(text, source) is None:
            continue
        where = (block.sheet.name, cell_address(number, position), block.headers.get(position, ""))
        return [Problem("row-after-end", *where, found=text)]
    return []


def _has_figures(block: Block, number: int) -> bool:
    """Whether a row holds a number, a sign for none, or a formula without result in a column of numbers."""
    for column in block.table.columns:
        position = block.columns.get(column.name)
        if column.type not in NUMERIC or position is None:
            continue
        value = value_at(block, number, position)
        if value is not None and (not isinstance(value, str) or _FIGURE.search(value)):
            return True
        if block.sheet.marks.get((number, position)):
            return True
    return False


def _close_section(body: Body, section_row: int, section_start: int) -> None:
    """A section row that carries figures is the total of the rows under it."""
    if section_row >= 0 and len(body.data) > section_start:
        body.totals.append(Total(section_row, section_start, len(body.data), is_grand=False))


def _key_position(block: Block) -> int:
    """Where a row says what it is about when no unit does: its period, else the first text or code."""
    for types in (("period",), ("code", "text"), ("count", "number", "percent", "money", "rank", "ratio", "date")):
        for column in block.table.columns:
            if column.type in types and column.name in block.columns:
                return block.columns[column.name]
    return 0


def _unit_of_form(table: Table, envelope: Envelope, on: date) -> OrgUnit:
    code = envelope.province_code if table.org_unit == "province" else envelope.reporting_unit_code
    unit = envelope.org_units.get(code, on)
    if unit is None:
        raise LookupError(f"no org unit {code} on {on}: include/seeds/org_units.csv, agencies.csv")
    return unit


def unit_problem(
    error: UnknownUnit | AmbiguousUnit, text: str, column: Column, envelope: Envelope, on: date
) -> Problem | None:
    """Why a row's unit cannot be told, for the caller to say where.

    None for the row of the province itself, which is a total under another name.
    """
    if isinstance(error, AmbiguousUnit):
        return Problem("ambiguous-unit", found=text, expected=str(error))
    for level in ("province", column.level):
        try:
            other = envelope.org_units.find(text, on=on, level=level, province_code=None)
        except (UnknownUnit, AmbiguousUnit):
            continue
        if other.code == envelope.province_code:
            return None
        return Problem("foreign-unit", found=text, expected=f"đơn vị thuộc tỉnh mã {envelope.province_code}")
    suggestions = "; ".join(error.suggestions)
    return Problem(
        "unknown-unit",
        found=text,
        expected=f"một trong: {suggestions}" if suggestions else "",
        fix="Sửa tên cho đúng danh mục; nếu tên viết như vậy là đúng, đề nghị Trung tâm IOC thêm dòng sau vào "
        f"org_unit_aliases.csv: “{error.alias_row}”",
    )
