"""A workbook and its contract → typed tables, or everything that is wrong with it, every bad cell at once."""

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
from ioc_pipeline.parse.layout import Block, cell_text, extra_columns, find_blocks
from ioc_pipeline.parse.period_rule import block_period, row_period
from ioc_pipeline.parse.personal import find_personal_data, find_personal_data_in_column
from ioc_pipeline.parse.rows import classify_row, read_meta, read_unit_measure
from ioc_pipeline.parse.tables import ParsedTable, Rows, original_text
from ioc_pipeline.periods import Period
from ioc_pipeline.sources import ADDITIVE, Column, Source, Table
from ioc_pipeline.workbooks import Value, Workbook

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


@dataclass(slots=True)
class _Body:
    """Rows of one block by what they are; numbers are 0-based positions in the sheet."""

    data: list[int]
    units: list[OrgUnit]
    unread: list[int]  # rows of data whose unit could not be told
    totals: list[tuple[int, int, int]]  # position of a total row, and the range of `data` it adds up
    is_nil: bool


def parse_workbook(workbook: Workbook, source: Source, envelope: Envelope) -> ParsedDelivery:
    """Read every table of the source; the result depends on its arguments only.

    Raises:
        SourceError: with everything wrong with the workbook at once. When it holds personal data, that alone is told:
            other messages would repeat what must not be repeated.
    """
    blocks = find_blocks(workbook, source)
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
        for block in (block for block in blocks if block.table is table):
            period, found = block_period(
                block, source, envelope.file_name, envelope.received_on, inherited.get(table.table)
            )
            inherited[table.table] = period
            problems += [problem for problem in found if problem.severity == "critical"]
            warnings += [problem for problem in found if problem.severity == "warning"]
            problems += _unit_line_problems(block)
            body, found = _read_keys(block, source, envelope, period)
            problems += found
            personal += _personal_data(block, body)
            rows, found = _read_block(block, source, period, body)
            problems += found
            read.blocks.append(rows)
            if body.is_nil and period and not body.data:
                nil_periods.append(period)
        problems += _check_keys(read, envelope)
        periods = sorted({period for rows in read.blocks for period in rows.periods})
        if not periods and not nil_periods and not problems:
            where = read.blocks[0].sheet_name if read.blocks else ""
            problems.append(Problem("no-rows", where, expected=f"“{table.titles[0]}”"))
        parsed.tables.append(read)
        parsed.nil += [Scope(table.table, envelope.reporting_unit_code, period) for period in nil_periods]
        parsed.scopes += [Scope(table.table, envelope.reporting_unit_code, period) for period in periods]
    if personal or problems:
        raise SourceError(personal or problems)
    parsed.scopes += [scope for scope in parsed.nil if scope not in parsed.scopes]
    return parsed


def _read_block(block: Block, source: Source, period: Period | None, body: _Body) -> tuple[Rows, list[Problem]]:
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
            rows.periods, rows.maturities, found = _read_periods(block, source, column, body.data)
            problems += found
        elif column.type != "org_unit":
            rows.values[column.name], found = _read_column(block, source, column, position, body.data)
            problems += found
    if period is not None and not rows.periods:
        rows.periods = [period] * len(body.data)
    if block.table.check_totals and not problems:
        problems += _check_totals(block, source, rows, body)
    return rows, problems


def _read_keys(block: Block, source: Source, envelope: Envelope, period: Period | None) -> tuple[_Body, list[Problem]]:
    """Tell data rows from all others, and the unit each describes."""
    body = _Body([], [], [], [], False)
    problems: list[Problem] = []
    unit_column = next((column for column in block.table.columns if column.type == "org_unit"), None)
    position = block.columns[unit_column.name] if unit_column else _key_position(block)
    on = period.end if period else envelope.received_on
    whole_form = _unit_of_form(block.table, envelope, on) if not unit_column else None
    known: dict[Value, OrgUnit] = {}
    section_start, section_row = 0, -1
    rows = block.sheet.rows
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
        kind = "data" if unit else classify_row([cell_text(value) for value in row if value is not None])
        if kind in ("footnote", "signature", "title"):
            break
        if kind == "nil_report":
            body.is_nil = True
        elif kind in ("total", "subtotal"):
            body.totals.append((number, section_start if kind == "subtotal" else 0, len(body.data)))
            if kind == "subtotal":
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
            elif problem is None:
                body.totals.append((number, 0, len(body.data)))
            else:
                body.unread.append(number)
                problems.append(problem)
    _close_section(body, section_row, section_start)
    # A total that stands over the first row adds up all that follow.
    body.totals = [(row, start, stop or len(body.data)) for row, start, stop in body.totals]
    return body, problems


def _close_section(body: _Body, section_row: int, section_start: int) -> None:
    """A section row that carries figures is the total of the rows under it."""
    if section_row >= 0 and len(body.data) > section_start:
        body.totals.append((section_row, section_start, len(body.data)))


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
        f"org_unit_aliases.csv: {error.alias_row}",
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
    block: Block, source: Source, column: Column, numbers: Sequence[int]
) -> tuple[list[Period], list[str], list[Problem]]:
    periods: list[Period] = []
    maturities: list[str] = []
    problems: list[Problem] = []
    position = block.columns[column.name]
    for number in numbers:
        text = cell_text(_value(block, number, position))
        named = row_period(text, source)
        if named is None or named.period is None:
            where = (block.sheet.name, cell_address(number, position), block.headers.get(position, ""))
            problems.append(Problem("unknown-period", *where, found=text))
        else:
            periods.append(named.period)
            maturities.append(named.maturity)
    return periods, maturities, problems


def _unit_line_problems(block: Block) -> list[Problem]:
    """A form that says it counts in millions where its contract says billions would be a thousandfold wrong."""
    expected = block.table.unit_line
    if expected is None:
        return []
    wanted = read_unit_measure(expected)
    stated = [meta.value for text in block.above if (meta := read_meta(text)) and meta.kind == "unit_measure"]
    return [
        Problem("wrong-unit-measure", block.sheet.name, found=text, expected=f"“{expected}”")
        for text in stated
        if (fold((unit := read_unit_measure(text)).name), unit.multiplier) != (fold(wanted.name), wanted.multiplier)
    ]


def _check_totals(block: Block, source: Source, rows: Rows, body: _Body) -> list[Problem]:
    """Each total row against the rows it adds up: counts exactly, money within the rounding of its parts."""
    problems = []
    for number, start, stop in body.totals:
        if start == stop:
            continue
        for column in block.table.columns:
            if column.type not in ADDITIVE or column.name not in rows.values:
                continue
            position = block.columns[column.name]
            stated, bad = _read_column(
                block, source, column.model_copy(update={"blank": "no_data"}), position, [number]
            )
            if bad:
                problems += bad
                continue
            parts = [
                parsed.value for parsed in rows.values[column.name][start:stop] if isinstance(parsed.value, Decimal)
            ]
            total = sum(parts, Decimal(0))
            if isinstance(stated[0].value, Decimal) and abs(stated[0].value - total) > _rounding(
                column, parts, stated[0].value
            ):
                problems.append(
                    Problem(
                        "total-mismatch",
                        block.sheet.name,
                        cell_address(number, position),
                        block.headers.get(position, ""),
                        found=original_text(_value(block, number, position)),
                        expected=f"{total:f}".replace(".", ","),
                    )
                )
    return problems


def _rounding(column: Column, parts: Iterable[Decimal], total: Decimal) -> Decimal:
    """Largest difference that rounding alone explains: half of the last written place for each part and the total."""
    if column.type == "count":
        return Decimal(0)
    numbers = [*parts, total]
    places = max(-int(number.normalize().as_tuple().exponent) for number in numbers)
    return Decimal(len(numbers)) * Decimal(1).scaleb(-max(places, 0)) / 2


def _check_keys(read: ParsedTable, envelope: Envelope) -> list[Problem]:
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
    if unit_column and read.table.expects_all_units and read.table.replaces == "scope":
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
    """Citizen identifiers in the rows of data; letterhead and signature are not data."""
    numbers = [*body.data, *body.unread]
    width = max((len(block.sheet.rows[number]) for number in numbers), default=0)
    return [
        problem
        for position in range(width)
        for problem in find_personal_data_in_column(
            block.sheet.name,
            block.headers.get(position, ""),
            position,
            [(number, _value(block, number, position)) for number in numbers],
        )
    ]
