"""A workbook and its contract → typed tables, or everything that is wrong with it, every bad cell at once."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ioc_pipeline.addresses import cell_address, column_letters
from ioc_pipeline.deliveries import Scope
from ioc_pipeline.errors import Problem, SourceError
from ioc_pipeline.folding import fold
from ioc_pipeline.org_units import AmbiguousUnit, OrgUnit, OrgUnits, UnknownUnit
from ioc_pipeline.parse.cells import BadCell, Parsed, parse_cell
from ioc_pipeline.parse.layout import Block, cell_text, extra_columns, find_blocks, is_continuation
from ioc_pipeline.parse.period_rule import block_period, expected_period, row_period
from ioc_pipeline.parse.personal import (
    about_citizens,
    find_personal_data,
    find_personal_data_in_cells,
    find_personal_data_in_column,
    find_personal_data_in_sheet,
    find_personal_data_in_workbook,
)
from ioc_pipeline.parse.rows import classify_row, read_unit_lines, read_unit_measure
from ioc_pipeline.parse.tables import ParsedTable, Rows, original_text
from ioc_pipeline.periods import Period, label
from ioc_pipeline.sources import ADDITIVE, NUMERIC, Column, Source, Table
from ioc_pipeline.workbooks import Value, Workbook

_UNITS = re.compile(r"[,;]\s*")  # "tỷ đồng, %": one unit line for several columns
_FIGURE = re.compile(r"\d|^\s*(?:[-–—−…xX]|\.{2,})\s*$")
NAMED_UNITS = 10  # how many missing units a message names before it only counts


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of a delivery besides its bytes, and the units its rows may name."""

    reporting_unit_code: str
    province_code: str
    file_name: str
    received_on: date
    org_units: OrgUnits


@dataclass(slots=True)
class ParsedDelivery:
    """`scopes` are all the delivery speaks for; `nil` those of them where it says that nothing occurred."""

    tables: list[ParsedTable]
    scopes: list[Scope]
    nil: list[Scope]
    warnings: list[Problem]


@dataclass(frozen=True, slots=True)
class _Total:
    """A row at position `number` that adds up `data[start:stop]`; a grand total may also add up the whole table."""

    number: int
    start: int
    stop: int
    is_grand: bool


class BadFormError(SourceError):
    """A form with errors that still says what it wanted to speak for: its return counts for that period."""

    def __init__(self, problems: Iterable[Problem], scopes: Iterable[Scope]) -> None:
        super().__init__(problems)
        self.scopes = tuple(scopes)


@dataclass(slots=True)
class _Body:
    """Rows of one block by what they are; numbers are 0-based positions in the sheet."""

    data: list[int]
    units: list[OrgUnit]
    unread: list[int]  # rows of data whose unit could not be told
    totals: list[_Total]
    is_nil: bool
    end: int  # first row of the signatures or of whatever else stands below


def parse_workbook(workbook: Workbook, source: Source, envelope: Envelope) -> ParsedDelivery:
    """Read every table of the source; the result depends on its arguments only.

    Raises:
        SourceError: with everything wrong with the workbook at once, a BadFormError if its tables were found. When it
            holds personal data, that alone is told: other messages would repeat what must not be repeated.
    """
    try:
        blocks = find_blocks(workbook, source)
    except SourceError:
        if personal := find_personal_data_in_workbook(workbook, envelope.file_name):
            raise SourceError(personal) from None
        raise
    personal = find_personal_data(
        names=[envelope.file_name, *(sheet.name for sheet in workbook.sheets)],
        notes=[(sheet.name, cell, text) for sheet in workbook.sheets for cell, text in sheet.notes],
    )
    problems: list[Problem] = []
    warnings = [*workbook.warnings, *(problem for block in blocks for problem in extra_columns(block))]
    parsed = ParsedDelivery([], [], [], warnings)
    inherited: dict[str, Period | None] = {}
    for table in source.tables:
        read = ParsedTable(source, table, envelope.reporting_unit_code, [])
        nil_periods: list[Period] = []
        parts: list[tuple[Block, Rows, _Body]] = []
        bad_before = len(problems)
        for block in (block for block in blocks if block.table is table):
            period, found = block_period(
                block, source, envelope.file_name, envelope.received_on, inherited.get(table.table)
            )
            problems += _continued_period_problems(block, inherited.get(table.table), period)
            inherited[table.table] = period
            problems += [problem for problem in found if problem.severity == "critical"]
            warnings += [problem for problem in found if problem.severity == "warning"]
            problems += _unit_line_problems(block)
            body, found = _read_keys(block, source, envelope, period)
            problems += found
            personal += _personal_data(block, body)
            rows, found = _read_block(block, source, period, body, envelope.received_on)
            problems += found
            read.blocks.append(rows)
            parts.append((block, rows, body))
            if body.is_nil and period and not body.data:
                nil_periods.append(period)
        problems += _check_keys(read, envelope, are_all_named=not any(body.unread for _, _, body in parts))
        if table.check_totals and len(problems) == bad_before:  # with a row missing, every total would be told too
            problems += _check_totals(parts, source)
        periods = sorted({period for rows in read.blocks for period in rows.periods})
        if not periods and not nil_periods and not problems:
            where = read.blocks[0].sheet_name if read.blocks else ""
            problems.append(Problem("no-rows", where, expected=f"“{table.titles[0]}”"))
        parsed.tables.append(read)
        parsed.nil += [Scope(table.table, envelope.reporting_unit_code, period) for period in nil_periods]
        parsed.scopes += [Scope(table.table, envelope.reporting_unit_code, period) for period in periods]
    problems += _table_period_problems(parsed, source)
    read_sheets = {id(block.sheet) for block in blocks}
    personal += [
        problem
        for sheet in workbook.sheets
        if id(sheet) not in read_sheets
        for problem in find_personal_data_in_sheet(sheet)
    ]
    parsed.scopes += [scope for scope in parsed.nil if scope not in parsed.scopes]
    if personal or problems:
        named = [Scope(name, envelope.reporting_unit_code, period) for name, period in inherited.items() if period]
        raise BadFormError(personal or problems, dict.fromkeys([*parsed.scopes, *named]))
    return parsed


def _continued_period_problems(block: Block, before: Period | None, period: Period | None) -> list[Problem]:
    """A continuation speaks of the period of the block it continues, else one of the two was not brought up to date."""
    if not block.is_continued or before is None or period is None or period == before:
        return []
    where = (block.sheet.name, cell_address(max(block.title_row, 0), 0))
    return [Problem("period-conflict", *where, found=label(period), expected=label(before))]


def _table_period_problems(parsed: ParsedDelivery, source: Source) -> list[Problem]:
    """The tables of one form are about one period, as far as no row names its own."""
    by_table: dict[str, set[Period]] = {}
    for scope in (*parsed.scopes, *parsed.nil):
        by_table.setdefault(scope.table_name, set()).add(scope.period)
    titled = [
        table
        for table in source.tables
        if table.table in by_table and not any(column.type == "period" for column in table.columns)
    ]
    return [
        Problem(
            "period-conflict",
            found=f"{table.titles[0]}: {_labels(by_table[table.table])}",
            expected=f"cùng kỳ với biểu “{titled[0].titles[0]}”: {_labels(by_table[titled[0].table])}",
        )
        for table in titled[1:]
        if not by_table[table.table] & by_table[titled[0].table]
    ]


def _labels(periods: Iterable[Period]) -> str:
    return ", ".join(label(period) for period in sorted(periods))


def _read_block(
    block: Block, source: Source, period: Period | None, body: _Body, received_on: date
) -> tuple[Rows, list[Problem]]:
    rows = Rows(block.sheet.name, source.maturity)
    rows.letters = {name: column_letters(position) for name, position in block.columns.items()}
    rows.headers = {name: block.headers.get(position, "") for name, position in block.columns.items()}
    problems: list[Problem] = []
    if period is None and not any(column.type == "period" for column in block.table.columns):
        return rows, problems  # without its period no unit can be told: the period's own problem says enough
    rows.numbers = [number + 1 for number in body.data]
    rows.units = body.units
    for column in block.table.columns:
        position = block.columns.get(column.name)
        if position is None:
            continue
        rows.texts[column.name] = [_value(block, number, position) for number in body.data]
        if column.type == "period":
            rows.periods, rows.maturities, found = _read_periods(block, source, column, body.data, received_on)
            problems += found
        elif column.type != "org_unit":
            rows.values[column.name], found = _read_column(block, source, column, position, body.data)
            problems += found
    if period is not None and not rows.periods:
        rows.periods = [period] * len(body.data)
    return rows, problems


def _read_keys(block: Block, source: Source, envelope: Envelope, period: Period | None) -> tuple[_Body, list[Problem]]:
    """Tell data rows from all others, and the unit each describes."""
    body = _Body([], [], [], [], False, block.body_end)
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
                problem = _unit_problem(error, block, number, position, unit_column, envelope, on)
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
            body.totals.append(_Total(number, 0, len(body.data), is_grand=True))
        elif kind == "subtotal":
            body.totals.append(_Total(number, section_start, len(body.data), is_grand=False))
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
                body.totals.append(_Total(number, 0, len(body.data), is_grand=True))
            else:
                body.unread.append(number)
                problems.append(problem)
    _close_section(body, section_row, section_start)
    # A total that stands over the first row adds up all that follow.
    body.totals = [replace(total, stop=total.stop or len(body.data)) for total in body.totals]
    return body, problems


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
        text = cell_text(_value(block, number, position))
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
        value = _value(block, number, position)
        if value is not None and (not isinstance(value, str) or _FIGURE.search(value)):
            return True
        if block.sheet.marks.get((number, position)):
            return True
    return False


def _close_section(body: _Body, section_row: int, section_start: int) -> None:
    """A section row that carries figures is the total of the rows under it."""
    if section_row >= 0 and len(body.data) > section_start:
        body.totals.append(_Total(section_row, section_start, len(body.data), is_grand=False))


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


def _unit_problem(
    error: UnknownUnit | AmbiguousUnit,
    block: Block,
    number: int,
    position: int,
    column: Column,
    envelope: Envelope,
    on: date,
) -> Problem | None:
    """Why a row's unit cannot be told; None for the row of the province itself, which is a total under another name."""
    text = cell_text(block.sheet.rows[number][position])
    where = (block.sheet.name, cell_address(number, position), block.headers.get(position, ""), text)
    if isinstance(error, AmbiguousUnit):
        return Problem("ambiguous-unit", *where, expected=str(error))
    for level in ("province", column.level):
        try:
            other = envelope.org_units.find(text, on=on, level=level, province_code=None)
        except (UnknownUnit, AmbiguousUnit):
            continue
        if other.code == envelope.province_code:
            return None
        return Problem("foreign-unit", *where, expected=f"đơn vị thuộc tỉnh mã {envelope.province_code}")
    suggestions = "; ".join(error.suggestions)
    return Problem(
        "unknown-unit",
        *where,
        expected=f"một trong: {suggestions}" if suggestions else "",
        fix="Sửa tên cho đúng danh mục; nếu tên viết như vậy là đúng, đề nghị Trung tâm IOC thêm dòng sau vào "
        f"org_unit_aliases.csv: “{error.alias_row}”",
    )


def _value(block: Block, number: int, position: int) -> Value:
    row = block.sheet.rows[number]
    return row[position] if position < len(row) else None


def _read_column(
    block: Block, source: Source, column: Column, position: int, numbers: Sequence[int]
) -> tuple[list[Parsed], list[Problem]]:
    values: list[Parsed] = []
    problems: list[Problem] = []
    rows, marks = block.sheet.rows, block.sheet.marks
    locale = column.locale or source.locale
    dong = _dong_in_a_unit(block.table) if column.type == "money" else None
    seen: dict[tuple[type, Value], Parsed] = {}  # equal cells share one object: a large table would not fit otherwise
    for number in numbers:
        row = rows[number]
        value = row[position] if position < len(row) else None
        mark = marks.get((number, position), "") if marks else ""
        if not mark and (known := seen.get((type(value), value))):
            values.append(known)
            continue
        try:
            parsed = parse_cell(value, column.type, locale, mark)
            if parsed.value is None and not parsed.null_reason:
                parsed = _blank(column)
            elif parsed.is_scaled and column.type == "money":
                parsed = _in_units_of_the_column(parsed, column, dong)
            elif column.multiplier != 1 and isinstance(parsed.value, Decimal) and not parsed.is_scaled:
                parsed = replace(parsed, value=parsed.value * column.multiplier)
        except BadCell as error:
            problems.append(_bad_cell(block, number, position, value, mark, error))
            values.append(Parsed(None))
            continue
        if not mark:
            seen[type(value), value] = parsed
        values.append(parsed)
    return values, problems


def _dong_in_a_unit(table: Table) -> int | None:
    """How many đồng the unit line counts as one: 10⁹ for "tỷ đồng, %"; None where the contract does not say."""
    units = [read_unit_measure(part) for part in _UNITS.split(table.unit_line or "")]
    return next((unit.multiplier for unit in units if fold(unit.name) in ("dong", "vnd")), None)


def _in_units_of_the_column(parsed: Parsed, column: Column, dong: int | None) -> Parsed:
    """A cell that names its own unit ("57 tỷ đồng") is in đồng; its column is in the unit of its form."""
    if dong is None or not isinstance(parsed.value, Decimal):
        fix = "Chỉ ghi số theo đơn vị tính của cột, không ghi đơn vị trong ô"
        raise BadCell("bad-cell", "một số không kèm đơn vị tiền", fix)
    return replace(parsed, value=parsed.value / dong * column.multiplier)


def _blank(column: Column) -> Parsed:
    if column.blank == "error":
        raise BadCell("blank-cell", expected="", fix="")
    return Parsed(None, null_reason="no_data")


def _bad_cell(block: Block, number: int, position: int, value: Value, mark: str, error: BadCell) -> Problem:
    return Problem(
        error.code,
        block.sheet.name,
        cell_address(number, position),
        block.headers.get(position, ""),
        found=original_text(value) or mark,
        expected=error.expected,
        fix=error.fix,
    )


def _read_periods(
    block: Block, source: Source, column: Column, numbers: Sequence[int], received_on: date
) -> tuple[list[Period], list[str], list[Problem]]:
    periods: list[Period] = []
    maturities: list[str] = []
    problems: list[Problem] = []
    position = block.columns[column.name]
    for number in numbers:
        text = cell_text(_value(block, number, position))
        where = (block.sheet.name, cell_address(number, position), block.headers.get(position, ""))
        named = row_period(text, source)
        if named is None or named.period is None:
            problems.append(Problem("unknown-period", *where, found=text, expected=expected_period(source)))
        elif named.period.start > received_on:
            problems.append(Problem("future-period", *where, found=text))
        else:
            periods.append(named.period)
            maturities.append(named.maturity)
    return periods, maturities, problems


def _unit_line_problems(block: Block) -> list[Problem]:
    """A form that says it counts in millions where its contract says billions would be a thousandfold wrong.

    A contract without `unit_line` takes its figures as they are counted: no thousands, no millions.
    """
    expected = block.table.unit_line
    wanted = {_unit_key(part) for part in _UNITS.split(expected or "")}
    problems = []
    for text in dict.fromkeys(unit for line in block.above for unit in read_unit_lines(line)):
        keys = [_unit_key(part) for part in _UNITS.split(text)]
        if any(key not in wanted for key in keys) if expected else any(multiplier != 1 for _, multiplier in keys):
            told = f"“{expected}”" if expected else "số liệu theo đúng đơn vị đếm, không tính theo nghìn, triệu hay tỷ"
            problems.append(Problem("wrong-unit-measure", block.sheet.name, found=text, expected=told))
    return problems


def _unit_key(written: str) -> tuple[str, int]:
    unit = read_unit_measure(written)
    return fold(unit.name), unit.multiplier


def _check_totals(parts: Sequence[tuple[Block, Rows, _Body]], source: Source) -> list[Problem]:
    """Each total row against the rows it adds up: counts exactly, money within the rounding of its parts.

    Where a table goes on in a second block, a grand total is right when it fits its own block or all of them.
    """
    problems = []
    for block, rows, body in parts:
        for total in body.totals:
            for column in block.table.columns:
                if column.type in ADDITIVE and column.name in rows.values:
                    whole = [others for _, others, _ in parts if others.periods[:1] == rows.periods[:1]]
                    added = [rows.values[column.name][total.start : total.stop]]
                    if total.is_grand and len(whole) > 1:
                        added.append([parsed for others in whole for parsed in others.values.get(column.name, [])])
                    problems += _check_total(block, source, column, total.number, added)
    return problems


def _check_total(
    block: Block, source: Source, column: Column, number: int, added: Iterable[Sequence[Parsed]]
) -> list[Problem]:
    """One cell of a total row; `added` are the rows it may add up, of which one must fit."""
    position = block.columns[column.name]
    (stated,), bad = _read_column(block, source, column.model_copy(update={"blank": "no_data"}), position, [number])
    if bad or not isinstance(stated.value, Decimal):
        return bad
    expected = ""
    for values in added:
        numbers = [parsed.value for parsed in values if isinstance(parsed.value, Decimal)]
        total = sum(numbers, Decimal(0))
        if not values or abs(stated.value - total) <= _rounding(column, numbers, stated.value):
            return []
        expected = f"{total:f}".replace(".", ",")
    where = (block.sheet.name, cell_address(number, position), block.headers.get(position, ""))
    return [Problem("total-mismatch", *where, found=original_text(_value(block, number, position)), expected=expected)]


def _rounding(column: Column, parts: Iterable[Decimal], total: Decimal) -> Decimal:
    """Largest difference that rounding alone explains: half of the last written place for each part and the total."""
    if column.type == "count":
        return Decimal(0)
    numbers = [*parts, total]
    places = max(-int(number.normalize().as_tuple().exponent) for number in numbers)
    return Decimal(len(numbers)) * Decimal(1).scaleb(-max(places, 0)) / 2


def _check_keys(read: ParsedTable, envelope: Envelope, *, are_all_named: bool) -> list[Problem]:
    """One row per unit and period (and record key), and all units that a full form must hold."""
    problems: list[Problem] = []
    seen: dict[tuple[object, ...], str] = {}
    present: dict[Period, set[str]] = {}
    unit_column = next((column for column in read.table.columns if column.type == "org_unit"), None)
    for rows in read.blocks:
        keys = [rows.values[name] for name in read.table.record_key if name in rows.values]
        if len(rows.periods) != len(rows.units):
            return []  # a period that could not be read has been told already
        name = unit_column.name if unit_column else next(iter(rows.letters))
        for index, (unit, period) in enumerate(zip(rows.units, rows.periods, strict=True)):
            key = (unit.code, period, *(column[index].value for column in keys))
            address = f"{rows.letters[name]}{rows.numbers[index]}"
            if key in seen:
                problems.append(
                    Problem(
                        "duplicate-row",
                        rows.sheet_name,
                        address,
                        found=unit.full_name,
                        expected=f"trùng với ô {seen[key]}",
                    )
                )
            seen.setdefault(key, address)
            present.setdefault(period, set()).add(unit.code)
    # A name that could not be told is one of the missing units; it has been told itself.
    if unit_column and read.table.expects_all_units and read.table.replaces == "scope" and are_all_named:
        for period, codes in present.items():
            members = envelope.org_units.members(
                level=str(unit_column.level), province_code=envelope.province_code, on=period.end
            )
            missing = [unit.full_name for unit in members if unit.code not in codes]
            if missing:
                named = ", ".join(missing[:NAMED_UNITS]) + ("…" if len(missing) > NAMED_UNITS else "")
                problems.append(
                    Problem(
                        "missing-units",
                        read.blocks[0].sheet_name,
                        found=f"{len(codes)}/{len(members)} đơn vị; thiếu {named}",
                        expected=f"đủ {len(members)} đơn vị",
                    )
                )
    return problems


def _personal_data(block: Block, body: _Body) -> list[Problem]:
    """Identifiers in the columns of data and in the notes; in the lines between title and data those of citizens only.

    Letterhead and signature block are not looked at.
    """
    rows = block.sheet.rows
    numbers = [*body.data, *body.unread]
    width = max((len(rows[number]) for number in numbers), default=0)
    told = [
        problem
        for position in range(width)
        for problem in find_personal_data_in_column(
            block.sheet.name,
            block.headers.get(position, ""),
            position,
            [(number, _value(block, number, position)) for number in numbers],
        )
    ]
    of_data = set(numbers)
    head = range(block.title_row + 1, block.body_start)
    others = (number for number in range(block.body_start, body.end) if number not in of_data)
    told += about_citizens(find_personal_data_in_cells(block.sheet.name, head, rows))
    return told + find_personal_data_in_cells(block.sheet.name, others, rows)
