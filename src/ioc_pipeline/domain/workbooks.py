"""A workbook as it was read: cells of text and numbers at their addresses, before anybody gave them a meaning."""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from ioc_pipeline.domain.errors import Problem

Value = str | float | int | bool | date | datetime | time | None  # None is an empty cell


@dataclass(slots=True)
class Sheet:
    """One sheet: `rows[0]` is physical row 1 and `row[0]` column A, so that a position is an address.

    The name is "" for a CSV, whose rows are physical lines. All rows are equally long. `merged` are (first_row,
    first_column, last_row, last_column), 0-based, within `rows`. `marks` say what a value alone does not: "#DIV/0!" and
    the like and "formula" (no result was stored), both with None in the cell, and "%" on a number that is shown times
    100. `notes` are (A1, text of the comment).
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
