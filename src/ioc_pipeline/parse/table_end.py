"""Where a table ends, and what stands below it: notes, signatures, another table, or rows that were forgotten."""

import re

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.folding import fold
from ioc_pipeline.parse.headers import match_columns
from ioc_pipeline.parse.layout import SERIAL, Block
from ioc_pipeline.parse.period_rule import period_text, row_period
from ioc_pipeline.parse.row_units import RowUnits
from ioc_pipeline.parse.rows import classify_row
from ioc_pipeline.parse.texts import cell_text, is_number, seen_cells, seen_value
from ioc_pipeline.parse.values import value_at
from ioc_pipeline.reference.org_units.errors import AmbiguousUnit, UnknownUnit
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import NUMERIC

_FIGURE = re.compile(r"\d|^\s*(?:[-–—−…xX]|\.{2,})\s*$")
_LONGEST_TOLD = 120
_GAP = 3  # rows above a header in which its own title or a blank row sets it apart


def figure_positions(block: Block) -> list[int]:
    """Where the columns of numbers stand."""
    return [
        block.columns[column.name]
        for column in block.table.columns
        if column.type in NUMERIC and column.name in block.columns
    ]


def has_figures(block: Block, number: int) -> bool:
    """Whether a row holds a number, a sign for none, or a formula without result in a column of numbers."""
    row, marks = block.sheet.rows[number], block.sheet.marks
    for column in block.table.columns:  # most rows tell by the first
        position = block.columns.get(column.name) if column.type in NUMERIC else None
        if position is None:
            continue
        value = row[position] if position < len(row) else None
        if value is not None and (not isinstance(value, str) or _FIGURE.search(value)):
            return True
        if marks.get((number, position)):
            return True
    return False


def has_words_for_figures(block: Block, number: int) -> bool:
    """Whether a row holds a text in a column of numbers, as a header does and a heading does not."""
    return any(isinstance(value_at(block, number, position), str) for position in figure_positions(block))


def is_header_of_another(block: Block, number: int) -> bool:
    """Whether a row is the header of a table that is not this one: words only, set apart, and figures under them."""
    cells = [value for value in block.sheet.rows[number] if value is not None]
    if len(cells) < 2 or not all(isinstance(value, str) for value in cells) or has_figures(block, number):
        return False
    if not has_words_for_figures(block, number):
        return False
    texts = [cell_text(value) for value in cells]
    if fold(texts[0]) in SERIAL:
        return True
    if classify_row(texts) == "signature":
        return False
    above = [[v for v in block.sheet.rows[row] if v is not None] for row in range(max(0, number - _GAP), number)]
    is_apart = any(not row for row in above) and any(len(row) == 1 and isinstance(row[0], str) for row in above)
    return is_apart and (len(texts) > 2 or _has_number_under(block, number))


def _has_number_under(block: Block, number: int) -> bool:
    """Whether a number stands in the next row under one of the texts of a row."""
    if number + 1 >= min(block.body_end, len(block.sheet.rows)):
        return False
    pairs = zip(block.sheet.rows[number], block.sheet.rows[number + 1], strict=False)
    return any(isinstance(text, str) and is_number(value) for text, value in pairs)


def other_table_problems(block: Block, number: int) -> list[Problem]:
    """A header below that shares columns of figures with this table is this table's: whose are its rows?

    Any other is a table that is not read, which its sender is told.
    """
    headers = {position: cell_text(value) for position, value in enumerate(block.sheet.rows[number])}
    shared = match_columns(block.table, headers)
    where = (block.sheet.name, cell_address(number, 0))
    text = next((text for text in headers.values() if text), "")
    if any(column.name in shared for column in block.table.columns if column.type in NUMERIC):
        return [Problem("row-after-end", *where, found=text)]
    return [
        Problem(
            "other-table", *where, found=" | ".join(filter(None, headers.values()))[:_LONGEST_TOLD], severity="warning"
        )
    ]


def end_of_notes(block: Block, first: int) -> int:
    """Where the notes below a table end."""
    for number in range(first, block.body_end):
        texts = [cell_text(value) for value in block.sheet.rows[number] if value is not None]
        if classify_row(texts) in ("signature", "date_line", "title"):
            return number
    return block.body_end


def rows_after_end(block: Block, first: int, position: int, units: RowUnits | None, source: Source) -> list[Problem]:
    """A row of data below the notes or the signatures: was it meant to be loaded? Nobody can say but its sender."""
    for number in range(first, block.body_end):
        if is_header_of_another(block, number):
            return other_table_problems(block, number)
        value = value_at(block, number, position)
        text = cell_text(value)
        if not text or not has_figures(block, number):
            continue
        if units:
            try:
                units.find(text)
            except (UnknownUnit, AmbiguousUnit):
                continue
        elif row_period(period_text(seen_value(block.sheet, number, position), source), source) is None:
            continue
        where = (block.sheet.name, cell_address(number, position), block.headers.get(position, ""))
        return [Problem("row-after-end", *where, found=text)]
    return _figures_below(block, first)


def _figures_below(block: Block, first: int) -> list[Problem]:
    """Rows that look like data of something else, below the end of the table."""
    for number in range(first, block.body_end):
        cells = seen_cells(block.sheet, number)
        numbers = [position for position, value in cells if is_number(value)]
        if numbers and len(cells) > 1:
            text = " | ".join(cell_text(value) for _, value in cells)[:_LONGEST_TOLD]
            where = (block.sheet.name, cell_address(number, cells[0][0]))
            return [Problem("other-table", *where, found=text, severity="warning")]
    return []
