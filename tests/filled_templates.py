"""Templates of every form with the figures that our sample departments would report: right in every check."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from ioc_pipeline.domain.addresses import cell_address, column_letters
from ioc_pipeline.domain.periods import Period, period_containing
from ioc_pipeline.domain.workbooks import Value
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.templates import template_of
from ioc_pipeline.parse.layout import Block, find_blocks
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import ADDITIVE
from ioc_pipeline.sample.asked import Asked, age_of
from ioc_pipeline.sample.bodies import Body
from ioc_pipeline.sample.write import FILLS, FILLS_OF_COMMUNES
from ioc_pipeline.settings import from_environment
from shipped import PROFILE
from xlsx_cells import put, read_content

DAY = date(2025, 10, 20)  # in its month, quarter and year every unit is one of after the merger
COMMUNE = "03646"
Cells = dict[tuple[str, str], Value]  # by sheet and A1


@dataclass(frozen=True)
class Filled:
    """One template filled in. `cells` are what was typed, `names` the units in it, both by sheet and A1; `counts` are
    the cells that hold a count.
    """

    source: Source
    period: Period
    unit_code: str
    content: bytes
    cells: Cells
    names: Cells
    counts: frozenset[tuple[str, str]]


@cache
def reference() -> Reference:
    return Reference(from_environment({}))


def forms() -> list[str]:
    return [one.source.name for one in reference().contracts.ready.values() if not one.source.api]


@cache
def filled(name: str) -> Filled:
    source = reference().contracts.ready[name].source
    period = period_containing(DAY, source.period_type, source.clock)
    unit_code = COMMUNE if source.reporters == "communes" else source.department
    content = template_of(reference(), name, period, unit_code)
    blocks = find_blocks(read_content(content), source.on(period.end))
    cells: Cells = {}
    names: Cells = {}
    for block, body in zip(blocks, _bodies(source, period, blocks), strict=True):
        cells |= _typed(block, body)
        names |= _names(block)
    counted = {
        (block.sheet.name, column_letters(block.columns[column.name]))
        for block in blocks
        for column in block.table.columns
        if column.type == "count"
    }
    counts = frozenset((sheet, cell) for sheet, cell in cells if (sheet, cell.rstrip("0123456789")) in counted)
    return Filled(source, period, unit_code, put(content, cells), cells, names, counts)


def _bodies(source: Source, period: Period, blocks: list[Block]) -> list[list[Mapping[str, Value]]]:
    """The lines of each table, by column."""
    asked = Asked(PROFILE, 3, period, age_of(period, source.clock), reference().org_units)
    found: list[Body] = []
    if source.name in FILLS:
        found = FILLS[source.name](asked)[-len(blocks) :]
    elif source.name in FILLS_OF_COMMUNES:
        commune = next(unit for unit in asked.communes() if unit.code == COMMUNE)
        found = FILLS_OF_COMMUNES[source.name](asked, commune, 0)
    if found:
        return [[row.cells for row in body.rows if row.kind == "data"] for body in found]  # type: ignore[misc]
    figures = [column.name for column in blocks[0].table.columns if column.type == "number"]
    return [[{"org_unit": name, **dict.fromkeys(figures, 101.5)} for name in _names(blocks[0]).values()]]


def _first_line(block: Block) -> int:
    """Behind the numbers of the columns and the line for a nil report."""
    return block.body_start + 2


def _names(block: Block) -> Cells:
    column = next((column.name for column in block.table.columns if column.type == "org_unit"), "")
    if not column:
        return {}
    position = block.columns[column]
    return {
        (block.sheet.name, cell_address(number, position)): block.sheet.rows[number][position]
        for number in range(_first_line(block), block.body_end)
        if isinstance(block.sheet.rows[number][0], float)
    }


def _typed(block: Block, body: list[Mapping[str, Value]]) -> Cells:
    """Each line at that of its unit, or one below the other where no units are printed; and the total, as added up."""
    unit = next((column.name for column in block.table.columns if column.type == "org_unit"), "")
    printed = {
        block.sheet.rows[number][block.columns[unit]]: number
        for number in range(_first_line(block), block.body_end)
        if unit and block.sheet.rows[number][block.columns[unit]] is not None
    }
    typed: Cells = {}
    for number, line in enumerate(body, _first_line(block)):
        if unit and line.get(unit) not in printed:
            continue
        row = printed[line[unit]] if unit else number
        for column in block.table.columns:
            value = line.get(column.name)
            if column.type == "percent" and isinstance(value, float) and value <= 1:  # shown as a percentage there
                value = round(value * 100, 4)
            is_there = value == block.sheet.rows[row][block.columns[column.name]]
            if value is not None and not is_there:
                typed[block.sheet.name, cell_address(row, block.columns[column.name])] = value
    return typed | dict(_totals(block, body))


def _totals(block: Block, body: list[Mapping[str, Value]]) -> Iterator[tuple[tuple[str, str], Value]]:
    for number in range(block.body_start, block.body_end):
        if "Tổng cộng" in block.sheet.rows[number]:
            for column in block.table.columns:
                if column.type in ADDITIVE:
                    figures = [line[column.name] for line in body if column.name in line]
                    total = sum(figure for figure in figures if isinstance(figure, int | float))
                    yield (block.sheet.name, cell_address(number, block.columns[column.name])), total
