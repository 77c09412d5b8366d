"""A workbook as it was read: cells of text and numbers at their addresses, before anybody gave them a meaning."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from ioc_pipeline.domain.errors import Problem

Area = tuple[int, int, int, int]  # first_row, first_column, last_row, last_column
Value = str | float | int | bool | date | datetime | time | None  # None is an empty cell


def number_text(value: float) -> str:
    """A stored number as a spreadsheet shows it, with a point: 15 digits, for the others are noise of its arithmetic.

    0.1 + 0.2 is "0.3" and 4.35 * 100 is "435"; whole numbers keep all their digits.
    """
    if value == int(value):
        return str(int(value))
    return format(Decimal(f"{value:.15g}"), "f")


@dataclass(slots=True)
class Sheet:
    """One sheet: `rows[0]` is physical row 1 and `row[0]` column A, so that a position is an address.

    The name is "" for a CSV, whose rows are physical lines. All rows are equally long; all positions are 0-based and
    within `rows`. `notes` are (A1, text of the comment).

    A text holds what a person sees of it: raised and lowered digits are the signs that Unicode has for them ("1250¹",
    "km²"), and what is struck through is left out. `struck` are the cells of which nothing is left for that reason,
    `covered` those that lie under a merged cell, which shows its first cell only.

    `marks` say what a value alone does not: "#DIV/0!" and the like and "formula" (no result was stored), both with
    None in the cell, and "%" on a number that is shown times 100. `shown` is the whole text of a number whose format
    writes more than its digits, with all its decimals: "57 tỷ đồng" for 57, "5700" for 5700000 shown in
    thousands, "00123" for 123, "" for one that is not shown at all; and of a date that is shown as a month: "9/2025".

    Dates count as numbers from 1899-12-30 on, with `counts_from_1904` from 1904-01-01 on.

    `hidden_rows` are hidden by hand, by a filter or by an outline, `hidden_columns` likewise; one too low or too narrow
    to show anything is hidden too. `hidden_cells` hold what is written in the colour of its ground or hidden by its
    format; it is in `rows` all the same.
    """

    name: str
    rows: list[list[Value]]
    is_hidden: bool = False
    merged: list[Area] = field(default_factory=list)
    marks: dict[tuple[int, int], str] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)
    shown: dict[tuple[int, int], str] = field(default_factory=dict)
    struck: set[tuple[int, int]] = field(default_factory=set)
    covered: set[tuple[int, int]] = field(default_factory=set)
    hidden_cells: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    counts_from_1904: bool = False


@dataclass(slots=True)
class Workbook:
    """`format` is xlsx, xls, ods or csv, told from the content.

    `unseen` are pieces of text with somebody's number from parts of the file that are no cells, each after its place in
    words for the sender: properties, headers, text boxes, defined names, caches. Some repeat what a cell shows.
    """

    format: str
    sheets: list[Sheet]
    warnings: list[Problem] = field(default_factory=list)
    unseen: list[tuple[str, str]] = field(default_factory=list)
