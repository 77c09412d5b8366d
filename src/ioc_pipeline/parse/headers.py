"""The header of a table: whole texts of its columns, and which of them the contract means."""

import re
from collections.abc import Set
from functools import lru_cache

from ioc_pipeline.domain.folding import fold
from ioc_pipeline.domain.workbooks import Sheet
from ioc_pipeline.parse.marks import without_inner_marks, without_marks
from ioc_pipeline.parse.texts import cell_text
from ioc_pipeline.parse.units_of_measure import bracketed_units, named_currencies, without_units
from ioc_pipeline.reference.tables import Column, Table

EMPTY_HEADER = "(trống)"  # the synonym a contract writes for a column whose header is blank


def read_headers(sheet: Sheet, top: int, height: int, spread: bool) -> dict[int, str]:
    """Whole header of every column: its texts from top to bottom, a merged group's text over each of its columns.

    With `spread`, a blank right of a group's text belongs to the group although nobody merged the cells.
    """
    rows = sheet.rows[top : top + height]
    width = max((len(row) for row in rows), default=0)
    grid = [[cell_text(value) for value in row] + [""] * (width - len(row)) for row in rows]
    for first_row, first_column, last_row, last_column in sheet.merged:
        if first_row < top or first_row >= top + height or last_column == first_column or last_row >= top + height + 1:
            continue
        text = grid[first_row - top][first_column] if first_column < width else ""
        for column in range(first_column, min(last_column + 1, width)):
            grid[first_row - top][column] = text
    if spread:
        written = [list(line) for line in grid]
        for number in range(height - 1):
            group = ""
            for column in range(width):
                above = any(written[upper][column] for upper in range(number))
                below = any(written[lower][column] for lower in range(number + 1, height))
                if grid[number][column]:
                    group = grid[number][column]
                elif below and not above:
                    grid[number][column] = group
                else:
                    group = ""
    return {column: " ".join(part for part in (line[column] for line in grid) if part) for column in range(width)}


def columns_under(sheet: Sheet, row: int, column: int) -> set[int]:
    """The columns over which the text of a cell stands, merged or alone."""
    for first_row, first, last_row, last in sheet.merged:
        if first_row <= row <= last_row and first == column:
            return set(range(first, last + 1))
    return {column}


def match_visible_first(table: Table, headers: dict[int, str], hidden: Set[int]) -> dict[str, list[int]]:
    """Positions of each column that is there; a hidden one counts only where no visible one has its header."""
    if not hidden:
        return match_columns(table, headers)
    unseen = {position: text for position, text in headers.items() if position in hidden}
    visible = {position: text for position, text in headers.items() if position not in hidden}
    return match_columns(table, unseen) | match_columns(table, visible)


def match_columns(table: Table, headers: dict[int, str]) -> dict[str, list[int]]:
    """Positions of each column of the contract that is there; two positions mean the header is there twice.

    A header that says what the contract says is meant before one that says it with a footnote mark or a unit.
    """
    by_text: dict[str, list[int]] = {}
    for position, text in headers.items():
        by_text.setdefault(fold(text), []).append(position)
    blank = by_text.pop("", [])
    found = {column.name: positions for column in table.columns if (positions := _positions(by_text, column))}
    if len(found) < len(table.columns):
        taken = {position for positions in found.values() for position in positions}
        by_bare_text: dict[str, list[int]] = {}
        for position, text in headers.items():
            if position not in taken and (bare := fold(bare_header(text))):
                by_bare_text.setdefault(bare, []).append(position)
        for column in table.columns:
            if column.name not in found and (positions := _positions(by_bare_text, column, is_bare=True)):
                found[column.name] = positions
    for column in table.columns:
        if column.name not in found and EMPTY_HEADER in column.headers and blank:
            found[column.name] = blank[:1]
    return found


def _positions(by_text: dict[str, list[int]], column: Column, *, is_bare: bool = False) -> list[int]:
    exact, patterns = _synonyms(tuple(column.headers))
    if is_bare:
        exact = exact | _bare_synonyms(tuple(column.headers))
    named = exact & by_text.keys()
    if patterns:
        named |= {text for text in by_text if any(pattern.fullmatch(text) for pattern in patterns)}
    return sorted(position for text in named for position in by_text[text])


@lru_cache(maxsize=4096)
def bare_header(text: str) -> str:
    """A header without footnote marks, its number and the unit in its brackets."""
    return without_marks(without_inner_marks(without_units(text)))


def units_beyond(column: Column, header: str) -> list[str]:
    """The units that a header states and its contract does not: what the contract writes is its own affair."""
    exact, patterns = _synonyms(tuple(column.headers))
    folded = fold(named_currencies(header))
    if folded in exact or any(pattern.fullmatch(folded) for pattern in patterns):
        return []
    return bracketed_units(header)


@lru_cache(maxsize=4096)
def _bare_synonyms(headers: tuple[str, ...]) -> frozenset[str]:
    return frozenset(fold(bare_header(text)) for text in headers if text != EMPTY_HEADER and "*" not in text)


@lru_cache(maxsize=4096)
def _synonyms(headers: tuple[str, ...]) -> tuple[frozenset[str], list[re.Pattern[str]]]:
    """A column's header synonyms, folded: those to be met exactly, and those with `*`."""
    named = [text for text in headers if text != EMPTY_HEADER]
    patterns = [
        re.compile(r"\s*.*\s*".join(re.escape(fold(part)) for part in text.split("*"))) for text in named if "*" in text
    ]
    return frozenset(fold(text) for text in named if "*" not in text), patterns
