"""Numbers that are no part of a form although they stand among its cells: nobody can say what they are of."""

from collections.abc import Iterator

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.folding import fold
from ioc_pipeline.domain.period_labels import find_labels
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.domain.workbooks import Sheet, Value, Workbook
from ioc_pipeline.parse.body import Body
from ioc_pipeline.parse.headers import EMPTY_HEADER
from ioc_pipeline.parse.layout import Block
from ioc_pipeline.parse.rows import classify_row
from ioc_pipeline.parse.texts import cell_text, is_number, seen_cells
from ioc_pipeline.reference.sources import Source

_NAMED = 10  # how many places a message names before it only counts
_ANY_YEAR = 2000
_LONGEST_TOLD = 120
_HEAD = 30  # rows in which a header is looked for
_CELLS_OF_TABLE = 3  # at least, in a row of a table above the title: number, name, figure


def find_strays(block: Block, body: Body, source: Source, first: int) -> list[tuple[int, int]]:
    """Rows and columns of visible numbers and dates beside rows of data under no header, and above the header.

    `first` is the row in which the sheet, or what stands below the block before, begins.
    """
    return [*_above(block, source, first), *_beside(block, body)]


def stray_problems(block: Block, strays: list[tuple[int, int]]) -> list[Problem]:
    """One warning that names them."""
    if not strays:
        return []
    places = ", ".join(cell_address(*place) for place in strays[:_NAMED])
    more = f" và {len(strays) - _NAMED} ô khác" if len(strays) > _NAMED else ""
    where = (block.sheet.name, cell_address(*strays[0]))
    return [Problem("cell-without-role", *where, found=f"ô {places}{more}", severity="warning")]


def untitled_problems(workbook: Workbook, blocks: list[Block]) -> list[Problem]:
    """A warning for each sheet that repeats the header of a table that was read, but not its title: it is not read.

    A header that leaves the name of its first column blank is that of many tables.
    """
    read = {id(block.sheet) for block in blocks}
    written = {
        _texts(block.sheet, block.body_start - block.header_height, block.header_height): block
        for block in blocks
        if all(column.headers != [EMPTY_HEADER] for column in block.table.columns)
    }
    problems = []
    for sheet in workbook.sheets:
        if sheet.is_hidden or id(sheet) in read:
            continue
        for block in written.values():
            height = block.header_height
            row = next((row for row in range(_HEAD) if written.get(_texts(sheet, row, height)) is block), None)
            if row is None or not any(map(_holds_figures, sheet.rows[row + height :])):
                continue
            told = " | ".join(block.headers.values())[:_LONGEST_TOLD]
            title = f"“{block.table.titles[0]}”"
            where = (sheet.name, cell_address(row + height - 1, 0))
            problems.append(Problem("untitled-table", *where, found=told, expected=title, severity="warning"))
    return problems


def _holds_figures(row: list[Value]) -> bool:
    texts = [cell_text(value) for value in row if value is not None]
    return any(map(is_number, row)) and classify_row(texts) != "column_numbers"


def _texts(sheet: Sheet, first: int, height: int) -> tuple[tuple[str, ...], ...]:
    """The texts of a header's rows, folded; other values stand in none."""
    return tuple(
        tuple(fold(cell_text(value)) for value in row if isinstance(value, str) and value)
        for row in sheet.rows[first : first + height]
    )


def _above(block: Block, source: Source, first: int) -> Iterator[tuple[int, int]]:
    for number in range(first, block.body_start - block.header_height):
        cells = seen_cells(block.sheet, number)
        numbers = [position for position, value in cells if is_number(value)]
        if number < block.title_row and len(cells) < _CELLS_OF_TABLE:
            continue  # the number of a letter
        if not numbers:
            continue
        whole = " ".join(cell_text(value) for _, value in cells)
        texts = " ".join(cell_text(value) for position, value in cells if position not in numbers)
        if _labels(whole, source) == _labels(texts, source):  # else they are part of one: "Tháng" | 9 | "năm" | 2025
            yield from ((number, position) for position in numbers)


def _labels(text: str, source: Source) -> set[Period]:
    return {found.period for found in find_labels(text, source.clock, _ANY_YEAR)}


def _beside(block: Block, body: Body) -> Iterator[tuple[int, int]]:
    rows, hidden = block.sheet.rows, block.sheet.hidden_columns
    known = {*block.headers, *block.columns.values()}
    of_figures = [*body.data, *body.with_figures()]
    width = max((len(rows[number]) for number in of_figures[:1]), default=0)
    for position in range(min(known, default=0), width):
        if position in known or position in hidden:
            continue
        for number in of_figures:
            row = rows[number]
            value = row[position] if position < len(row) else None
            if (
                value is not None
                and (is_number(value) or not isinstance(value, str))
                and number not in block.sheet.hidden_rows
            ):
                yield number, position
