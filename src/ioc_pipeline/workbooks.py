"""A workbook as it was read: cells of text and numbers at their addresses, before anybody gave them a meaning."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache

from ioc_pipeline.errors import Problem

Value = str | float | int | bool | date | datetime | time | None  # None is an empty cell


@dataclass(slots=True)
class Sheet:
    """`rows[0]` is physical row 1 and `row[0]` column A, so that a position is an address.

    `merged` are (first_row, first_column, last_row, last_column), 0-based. `marks` say what a value alone does not:
    "%" for a percent format, "formula" for a formula without a value, or the Excel error ("#DIV/0!"). `notes` are
    comments with their cell. The name is "" for a CSV, whose rows are physical lines.
    """

    name: str
    rows: list[list[Value]]
    is_hidden: bool = False
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    marks: dict[tuple[int, int], str] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Workbook:
    """`format` is xlsx, xls, ods or csv, told from the content."""

    format: str
    sheets: list[Sheet]
    warnings: list[Problem] = field(default_factory=list)


@lru_cache(maxsize=16384)
def column_letters(column: int) -> str:
    """Letters of a 0-based column: 0 → "A", 26 → "AA"."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_address(row: int, column: int) -> str:
    """A1 address of a 0-based position: (0, 0) → "A1"."""
    return f"{column_letters(column)}{row + 1}"
