"""A workbook and its contract → typed tables, or everything that is wrong with it, every bad cell at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from ioc_pipeline.domain.addresses import cell_address, column_letters
from ioc_pipeline.domain.deliveries import Scope
from ioc_pipeline.domain.errors import Problem, SourceError
from ioc_pipeline.domain.periods import Period, label
from ioc_pipeline.domain.workbooks import Workbook
from ioc_pipeline.parse.agreement import check_keys, check_totals, unreadable_totals
from ioc_pipeline.parse.body import Body, read_keys
from ioc_pipeline.parse.codes import code_problems
from ioc_pipeline.parse.dated import check_times, in_its_time
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.figures import stored_figures, written_figures
from ioc_pipeline.parse.kinds import late_problems, row_period_problems
from ioc_pipeline.parse.layout import Block, extra_columns, find_blocks
from ioc_pipeline.parse.maturity import row_maturities, stated_maturity
from ioc_pipeline.parse.period_rule import block_period
from ioc_pipeline.parse.personal import as_decided
from ioc_pipeline.parse.personal_workbook import find_personal_data_in_workbook
from ioc_pipeline.parse.records import RecordTable
from ioc_pipeline.parse.reporter import reporter_problems
from ioc_pipeline.parse.roles import Reading
from ioc_pipeline.parse.statements import statements_elsewhere, statements_in_headings, statements_in_rows
from ioc_pipeline.parse.strays import find_strays, stray_problems, untitled_problems
from ioc_pipeline.parse.tables import ParsedTable, Rows
from ioc_pipeline.parse.unit_rule import unit_problems
from ioc_pipeline.parse.unseen import hidden_columns, unseen_cells
from ioc_pipeline.parse.values import read_column, read_periods, value_at, values_at
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import Column


@dataclass(slots=True)
class ParsedDelivery:
    """`scopes` are all the delivery speaks for; `nil` those of them where it says that nothing occurred.

    `records` are an API's records, which speak for themselves and no period. `readings` are the blocks of a form with
    their rows told apart, from which `cell_roles` says what every cell was taken for.
    """

    tables: list[ParsedTable]
    scopes: list[Scope]
    nil: list[Scope]
    warnings: list[Problem]
    records: list[RecordTable] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)


class BadFormError(SourceError):
    """A form with errors that still says what it wanted to speak for: its return counts for that period.

    `readings` are what its blocks and rows were taken for all the same. `tables` are those whose rows may be checked:
    what is wrong is wrong in single cells, whose values are None.
    """

    def __init__(
        self,
        problems: Iterable[Problem],
        scopes: Iterable[Scope],
        readings: Iterable[Reading] = (),
        tables: Iterable[ParsedTable] = (),
    ) -> None:
        super().__init__(problems)
        self.scopes = tuple(scopes)
        self.readings = tuple(readings)
        self.tables = tuple(tables)


def parse_workbook(workbook: Workbook, source: Source, envelope: Envelope) -> ParsedDelivery:
    """Read every table of the source; the result depends on its arguments only.

    Raises:
        SourceError: with everything wrong with the workbook at once, a BadFormError if its tables were found. When it
            holds personal data, that alone is told: other messages would repeat what must not be repeated.
    """
    try:
        whole, source = source, in_its_time(workbook, source, envelope.file_name, envelope.received_on)
        blocks = find_blocks(workbook, source)
    except SourceError:
        if not envelope.release and (personal := find_personal_data_in_workbook(workbook, envelope.file_name)):
            raise SourceError(personal) from None
        raise
    bodies: list[tuple[Block, Body]] = []
    unseen = [problem for block in blocks for problem in hidden_columns(block)]
    problems = [problem for problem in unseen if problem.severity == "critical"]
    warnings = [*workbook.warnings, *(problem for block in blocks for problem in extra_columns(block))]
    warnings += [problem for problem in unseen if problem.severity == "warning"]
    warnings += untitled_problems(workbook, blocks)
    parsed = ParsedDelivery([], [], [], warnings)
    inherited: dict[str, Period | None] = {}
    of_cells: list[Problem] = []  # the others put whole tables in doubt: their period, unit of measure, sender
    for table in source.tables:
        read = ParsedTable(source, table, envelope.reporting_unit_code, [])
        nil_periods: list[Period] = []
        parts: list[tuple[Block, Rows, Body]] = []
        bad_before = len(problems)
        for block in (block for block in blocks if block.table is table):
            period, found = block_period(
                block, source, envelope.file_name, envelope.received_on, inherited.get(table.name)
            )
            problems += _continued_period_problems(block, inherited.get(table.name), period)
            inherited[table.name] = period
            problems += [problem for problem in found if problem.severity == "critical"]
            warnings += [problem for problem in found if problem.severity == "warning"]
            body, found = read_keys(block, source, envelope, period)
            of_cells += [problem for problem in found if problem.severity == "critical"]
            problems += [problem for problem in found if problem.severity == "critical"]
            warnings += [problem for problem in found if problem.severity == "warning"]
            strays = find_strays(block, body, source, _first_row(block, blocks))
            warnings += stray_problems(block, strays)
            parsed.readings.append(Reading(block, body, source, frozenset(strays)))
            statements = chain(
                statements_in_headings(block, body.others),
                statements_in_rows(block, [*body.data, *body.with_figures()]),
                statements_elsewhere(block, body.end, envelope.file_name),
            )
            said = late_problems(block, source, period, statements)
            problems += [problem for problem in said if problem.severity == "critical"]
            warnings += [problem for problem in said if problem.severity == "warning"]
            problems += unit_problems(block, body, [block.sheet.name, envelope.file_name])
            said_twice = code_problems(block, body) + reporter_problems(block, source, envelope, body.end)
            problems += [problem for problem in said_twice if problem.severity == "critical"]
            warnings += [problem for problem in said_twice if problem.severity == "warning"]
            warnings += unseen_cells(block, body)
            bodies.append((block, body))
            rows, found = _read_block(block, source, period, body, envelope.received_on)
            problems += found
            of_cells += found
            if period is None and not found:
                problems += row_period_problems(block, source, rows.periods, envelope.file_name)
            read.blocks.append(rows)
            parts.append((block, rows, body))
            if body.is_nil and period and not body.data:
                nil_periods.append(period)
        said_of_keys = check_keys(read, envelope, are_all_named=not any(body.unread for _, _, body in parts))
        problems += said_of_keys
        of_cells += said_of_keys
        if table.check_totals:
            unreadable = unreadable_totals(parts, source)
            problems += unreadable
            of_cells += unreadable
        if table.check_totals and len(problems) == bad_before:  # with a row missing, every total would be told too
            said_of_totals = check_totals(parts, source)
            warnings += [problem for problem in said_of_totals if problem.severity == "warning"]
            said_of_totals = [problem for problem in said_of_totals if problem.severity == "critical"]
            problems += said_of_totals
            of_cells += said_of_totals
        periods = sorted({period for rows in read.blocks for period in rows.periods})
        if not periods and not nil_periods and not problems:
            where = read.blocks[0].sheet_name if read.blocks else ""
            problems.append(Problem("no-rows", where, expected=f"“{table.titles[0]}”"))
        problems += check_times(whole, table, periods, read.blocks[0].sheet_name if read.blocks else "")
        parsed.tables.append(read)
        parsed.nil += [Scope(table.name, envelope.reporting_unit_code, period) for period in nil_periods]
        parsed.scopes += [Scope(table.name, envelope.reporting_unit_code, period) for period in periods]
    problems += _table_period_problems(parsed, source)
    personal = as_decided(find_personal_data_in_workbook(workbook, envelope.file_name, bodies), envelope.release)
    if envelope.release:
        warnings += personal
        personal = []
    parsed.scopes += [scope for scope in parsed.nil if scope not in parsed.scopes]
    if personal or problems:
        named = [Scope(name, envelope.reporting_unit_code, period) for name, period in inherited.items() if period]
        is_in_cells = not personal and len(of_cells) == len(problems)
        tables = [table for table in parsed.tables if table.is_whole()] if is_in_cells else []
        raise BadFormError(personal or problems, dict.fromkeys([*parsed.scopes, *named]), parsed.readings, tables)
    return parsed


def _first_row(block: Block, blocks: Iterable[Block]) -> int:
    """Where the rows above a title begin that are no rows of another block."""
    return max(
        (other.body_end for other in blocks if other.sheet is block.sheet and other.title_row < block.title_row),
        default=0,
    )


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
        if table.name in by_table and not any(column.type == "period" for column in table.columns)
    ]
    return [
        Problem(
            "period-conflict",
            found=f"{table.titles[0]}: {_labels(by_table[table.name])}",
            expected=f"cùng kỳ với biểu “{titled[0].titles[0]}”: {_labels(by_table[titled[0].name])}",
        )
        for table in titled[1:]
        if not by_table[table.name] & by_table[titled[0].name]
    ]


def _labels(periods: Iterable[Period]) -> str:
    return ", ".join(label(period) for period in sorted(periods))


def _told_of_unnamed_rows(block: Block, source: Source, column: Column, position: int, body: Body) -> list[Problem]:
    """What stands in rows of data whose unit could not be told, and cannot be read: one answer holds that too."""
    rows = [number for number in body.unnamed if value_at(block, number, position) is not None]
    return read_column(block, source, column, position, rows)[1]


def _read_block(
    block: Block, source: Source, period: Period | None, body: Body, received_on: date
) -> tuple[Rows, list[Problem]]:
    rows = Rows(block.sheet.name, source.maturity)
    rows.letters = {name: column_letters(position) for name, position in block.columns.items()}
    rows.headers = {name: block.headers.get(position, "") for name, position in block.columns.items()}
    problems: list[Problem] = []
    if period is None and not any(column.type == "period" for column in block.table.columns):
        return rows, problems  # without its period no unit can be told: the period's own problem says enough
    rows.numbers = [number + 1 for number in body.data]
    rows.units = body.units
    columns = [column for column in block.table.columns if column.name in block.columns]
    for column in columns:
        rows.texts[column.name] = values_at(block, body.data, block.columns[column.name])
    noted = {position for _, position in (*block.sheet.marks, *block.sheet.shown)}
    unnoted = [column for column in columns if block.columns[column.name] not in noted]
    figures = stored_figures(unnoted, source.locale, rows.texts) | written_figures(unnoted, source.locale, rows.texts)
    for column in columns:
        position = block.columns[column.name]
        if column.name in figures:
            rows.values[column.name] = figures[column.name]
        elif column.type == "period":
            rows.periods, rows.maturities, found = read_periods(block, source, column, body.data, received_on)
            problems += found
        elif column.type != "org_unit":
            rows.values[column.name], found = read_column(block, source, column, position, body.data)
            problems += found
        if body.unnamed and column.type not in ("org_unit", "period"):
            problems += _told_of_unnamed_rows(block, source, column, position, body)
    if period is not None and not rows.periods:
        rows.periods = [period] * len(body.data)
        if maturity := stated_maturity(block, source, body.end):
            rows.maturities = [maturity] * len(body.data)
    if said := row_maturities(block, body.data):
        stated = rows.maturities or [""] * len(body.data)
        rows.maturities = [said.get(number, word) for number, word in zip(body.data, stated, strict=True)]
    return rows, problems
