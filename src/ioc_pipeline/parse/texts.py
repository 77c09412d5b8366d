"""The text of a cell, as people read it."""

import re
from datetime import date

from ioc_pipeline.domain.workbooks import Sheet, Value, number_text
from ioc_pipeline.parse import BadCell
from ioc_pipeline.parse.legacy_text import repair_text

_LONGEST_NUMBER = 24
_NUMBER = re.compile(r"[-+−(]?(?!0\d)\d[\d.,\s]{0,20}%?\)?")  # with a zero before it, a code or telephone


def is_number(value: Value) -> bool:
    """Whether a cell holds a number, also one that is written as text, as all of a CSV are."""
    if isinstance(value, str):
        return len(value) <= _LONGEST_NUMBER and _NUMBER.fullmatch(value.strip()) is not None
    return isinstance(value, int | float)


def cell_text(value: Value) -> str:
    """The text of a cell for people and for matching: repaired when it can be, "" for an empty cell."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return number_text(value) if isinstance(value, float) else str(value)
    try:
        return repair_text(value)
    except BadCell:
        return value


def seen_value(sheet: Sheet, number: int, position: int) -> Value:
    """A cell as a person sees it: its text, a date that is shown as a month, a number with words around it.

    None right of the row's end.
    """
    row = sheet.rows[number]
    value = row[position] if position < len(row) else None
    if value is None or isinstance(value, str) or not sheet.shown:
        return value
    shown = sheet.shown.get((number, position))
    return shown if shown and (isinstance(value, date) or any(map(str.isalpha, shown))) else value


def seen_cells(sheet: Sheet, number: int) -> list[tuple[int, Value]]:
    """Positions and values of the cells of one row that hold something and are not hidden, as they are seen."""
    if number in sheet.hidden_rows:
        return []
    return [
        (position, seen_value(sheet, number, position) if sheet.shown else value)
        for position, value in enumerate(sheet.rows[number])
        if value is not None and value != "" and position not in sheet.hidden_columns
    ]
