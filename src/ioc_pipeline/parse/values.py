"""The cells of one column → typed values, every bad cell at once."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.folding import fold
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.domain.workbooks import Value
from ioc_pipeline.parse.cells import BadCell, Parsed, parse_cell
from ioc_pipeline.parse.layout import Block
from ioc_pipeline.parse.period_rule import expected_period, period_text, row_period
from ioc_pipeline.parse.personal import shaped_as_figure
from ioc_pipeline.parse.rows import read_unit_measure
from ioc_pipeline.parse.shown import parse_shown
from ioc_pipeline.parse.tables import original_text
from ioc_pipeline.parse.texts import seen_value
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import NUMERIC, Column, Table

_DAYS_TO_1904 = 1462
_UNITS = re.compile(r"[,;]\s*")  # "tỷ đồng, %": one unit line for several columns


def value_at(block: Block, number: int, position: int) -> Value:
    row = block.sheet.rows[number]
    return row[position] if position < len(row) else None


def values_at(block: Block, numbers: Sequence[int], position: int) -> list[Value]:
    rows = block.sheet.rows
    return [row[position] if position < len(row) else None for number in numbers for row in (rows[number],)]


def read_column(
    block: Block, source: Source, column: Column, position: int, numbers: Sequence[int]
) -> tuple[list[Parsed], list[Problem]]:
    values: list[Parsed] = []
    problems: list[Problem] = []
    rows, marks, all_shown = block.sheet.rows, block.sheet.marks, block.sheet.shown
    locale = column.locale or source.locale
    dong = _dong_in_a_unit(block.table) if column.type == "money" else None
    seen: dict[tuple[type, Value], Parsed] = {}  # equal cells share one object: a large table would not fit otherwise
    for number in numbers:
        row = rows[number]
        value = row[position] if position < len(row) else None
        mark = marks.get((number, position), "") if marks else ""
        shown = all_shown.get((number, position)) if all_shown else None
        if column.type == "date" and block.sheet.counts_from_1904 and isinstance(value, int | float):
            value += _DAYS_TO_1904
        if not mark and shown is None and (known := seen.get((type(value), value))):
            values.append(known)
            continue
        try:
            if shown is not None and isinstance(value, int | float):
                parsed = parse_shown(value, shown, column.type)
            else:
                parsed = parse_cell(value, column.type, locale, mark)
            if parsed.value is None and not parsed.null_reason:
                parsed = _blank(column)
            elif parsed.is_scaled and column.type == "money":
                parsed = _in_units_of_the_column(parsed, column, dong)
            elif column.multiplier != 1 and isinstance(parsed.value, Decimal) and not parsed.is_scaled:
                parsed = replace(parsed, value=parsed.value * column.multiplier)
        except BadCell as error:
            problems.append(_bad_cell(block, column, number, position, shown or value, mark, error))
            values.append(Parsed(None))
            continue
        if not mark and shown is None:
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
    if 0 < abs(parsed.value) < Decimal(dong) / 1000:
        fix = (
            "Ghi số theo đơn vị tính của biểu; bỏ chữ hoặc định dạng đơn vị tiền trong ô nếu số đã theo đơn vị của biểu"
        )
        raise BadCell(
            "shown-otherwise", f"một số không nhỏ hơn một phần nghìn đơn vị của biểu; ô ghi {parsed.value} đồng", fix
        )
    return replace(parsed, value=parsed.value / dong * column.multiplier)


def _blank(column: Column) -> Parsed:
    if column.blank == "error":
        raise BadCell("blank-cell", expected="", fix="")
    return Parsed(None, null_reason="no_data")


def _bad_cell(
    block: Block, column: Column, number: int, position: int, value: Value, mark: str, error: BadCell
) -> Problem:
    found = original_text(value)
    if isinstance(value, str) and column.type in NUMERIC:
        found = shaped_as_figure(found)
    return Problem(
        error.code,
        block.sheet.name,
        cell_address(number, position),
        block.headers.get(position, ""),
        found=found or mark,
        expected=error.expected,
        fix=error.fix,
    )


def read_periods(
    block: Block, source: Source, column: Column, numbers: Sequence[int], received_on: date
) -> tuple[list[Period], list[str], list[Problem]]:
    periods: list[Period] = []
    maturities: list[str] = []
    problems: list[Problem] = []
    position = block.columns[column.name]
    for number in numbers:
        text = period_text(seen_value(block.sheet, number, position), source)
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
