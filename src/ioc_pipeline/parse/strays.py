"""Numbers that are no part of a form although they stand among its cells: nobody can say what they are of."""

from collections.abc import Iterator

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.period_labels import find_labels
from ioc_pipeline.parse.body import Body
from ioc_pipeline.parse.layout import Block
from ioc_pipeline.parse.texts import cell_text, is_number, seen_cells
from ioc_pipeline.reference.sources import Source

_NAMED = 10  # how many places a message names before it only counts
_WITH_FIGURES = frozenset({"total", "subtotal", "section", "of_which", "mean"})
_ANY_YEAR = 2000


def find_strays(block: Block, body: Body, source: Source) -> list[tuple[int, int]]:
    """Rows and columns of visible numbers beside rows of data under no header, and between title and header."""
    return [*_above(block, source), *_beside(block, body)]


def stray_problems(block: Block, strays: list[tuple[int, int]]) -> list[Problem]:
    """One warning that names them."""
    if not strays:
        return []
    places = ", ".join(cell_address(*place) for place in strays[:_NAMED])
    more = f" và {len(strays) - _NAMED} ô khác" if len(strays) > _NAMED else ""
    where = (block.sheet.name, cell_address(*strays[0]))
    return [Problem("cell-without-role", *where, found=f"ô {places}{more}", severity="warning")]


def _above(block: Block, source: Source) -> Iterator[tuple[int, int]]:
    for number in range(max(block.title_row, 0), block.body_start - block.header_height):
        cells = seen_cells(block.sheet, number)
        numbers = [position for position, value in cells if is_number(value)]
        if numbers and not find_labels(" ".join(cell_text(value) for _, value in cells), source.clock, _ANY_YEAR):
            yield from ((number, position) for position in numbers)


def _beside(block: Block, body: Body) -> Iterator[tuple[int, int]]:
    rows, hidden = block.sheet.rows, block.sheet.hidden_columns
    known = {*block.headers, *block.columns.values()}
    of_figures = [*body.data, *(number for number, kind in body.others.items() if kind in _WITH_FIGURES)]
    width = max((len(rows[number]) for number in of_figures[:1]), default=0)
    for position in range(min(known, default=0), width):
        if position in known or position in hidden:
            continue
        for number in of_figures:
            row = rows[number]
            if position < len(row) and is_number(row[position]) and number not in block.sheet.hidden_rows:
                yield number, position
