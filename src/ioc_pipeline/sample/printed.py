"""A printed form as cells, styles and merged ranges, before it is written in any file format."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

LEAST_FOR_FORMULA = 2  # a lone "-" is the mark for nil, not a formula


@dataclass(frozen=True, slots=True)
class Formula:
    """A spreadsheet formula with the value Excel would have stored beside it."""

    text: str
    value: int


Cell = str | int | float | date | Formula | None


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell looks; `number_format` is Excel's, "" for general."""

    bold: bool = False
    italic: bool = False
    size: int = 11
    align: Literal["left", "center", "right"] = "left"
    border: bool = False
    fill: bool = False
    red: bool = False
    number_format: str = ""


@dataclass(slots=True)
class PrintedSheet:
    """One sheet. Positions are 0-based (row, column); merged ranges are first row, first column, last row, last column.

    `widths` are column widths in characters, `heights` row heights in points where the default does not do.
    """

    name: str
    widths: list[float]
    cells: dict[tuple[int, int], tuple[Cell, Style]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)

    def put(self, row: int, column: int, value: Cell, style: Style) -> None:
        self.cells[row, column] = (neutralise(value) if isinstance(value, str) else value, style)

    def merge(self, row: int, column: int, last_row: int, last_column: int, value: Cell, style: Style) -> None:
        """Put a value into a range; a range of one cell is not merged."""
        for at_row in range(row, last_row + 1):
            for at_column in range(column, last_column + 1):
                self.put(at_row, at_column, None, style)
        self.put(row, column, value, style)
        if (row, column) != (last_row, last_column):
            self.merged.append((row, column, last_row, last_column))

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns in use."""
        return max(row for row, _ in self.cells) + 1, max(column for _, column in self.cells) + 1


def neutralise(text: str) -> str:
    """A text that a spreadsheet would run as a formula gets a leading quote; numbers and a lone sign do not."""
    if len(text) < LEAST_FOR_FORMULA or text[0] not in "=+-@\t\r":
        return text
    digits = text[1:].replace(".", "").replace(",", "")
    return text if text[0] in "+-" and digits.isdecimal() else f"'{text}"
