"""Where a cell is: 0-based (row, column) ↔ A1."""

import re
from functools import cache

LAST_ROW, LAST_COLUMN = 1_048_575, 16_383  # of an Excel sheet, 0-based

_A1 = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")


@cache
def column_letters(column: int) -> str:
    """Letters of a 0-based column: 0 → "A", 26 → "AA"."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_address(row: int, column: int) -> str:
    """A1 of a 0-based row and column: (0, 0) → "A1"."""
    return f"{column_letters(column)}{row + 1}"


@cache
def column_index(letters: str) -> int:
    """0-based column of its letters: "A" → 0."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def cell_position(address: str) -> tuple[int, int]:
    """0-based (row, column) of an A1 address.

    Raises:
        ValueError: not an address within 1,048,576 rows × 16,384 columns.
    """
    match = _A1.fullmatch(address)
    if match:
        row, column = int(match[2]) - 1, column_index(match[1])
        if row <= LAST_ROW and column <= LAST_COLUMN:
            return row, column
    raise ValueError("not a cell address")
