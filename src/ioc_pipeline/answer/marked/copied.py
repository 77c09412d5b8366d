"""A workbook that is no .xlsx → an .xlsx with the same cells at the same addresses."""

import io
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

from xlsxwriter.exceptions import OverlappingRange  # type: ignore[import-untyped]

from ioc_pipeline.answer.marked.marks import SUMMARY_SHEET
from ioc_pipeline.answer.sheets import harmless_workbook
from ioc_pipeline.domain.workbooks import Sheet, Value, Workbook, number_text

_SHEET_OF_CSV = "Dữ liệu"
_NAME_LENGTH = 31
_EXACT_DIGITS = 15  # Excel keeps no more of a number
_FIRST_YEAR = 1900  # of Excel's dates


def copy_as_xlsx(workbook: Workbook, names: dict[str, str]) -> bytes:
    """Every cell as a person sees it: texts, numbers, percentages and dates; a number among words is their text.

    `names` are those of `names_in_xlsx`.
    """
    stream = io.BytesIO()
    with harmless_workbook(stream) as book:
        formats = {kind: book.add_format({"num_format": number_format}) for kind, number_format in _FORMATS.items()}
        for sheet in workbook.sheets:
            to = book.add_worksheet(names[sheet.name])
            if sheet.is_hidden:
                to.hide()
            for merged in sheet.merged:
                if merged[:2] != merged[2:]:
                    with suppress(OverlappingRange):  # what some programs write; no cell is lost by it
                        to.merge_range(*merged, "")
            for row, values in enumerate(sheet.rows):
                for column, value in enumerate(values):
                    place = row, column
                    if sheet.marks.get(place) == "%" and isinstance(value, int | float):
                        to.write_number(row, column, _as_shown(value), formats["%"])
                    elif value is not None:
                        _write(to, formats, row, column, sheet.shown.get(place, value))
    return stream.getvalue()


def names_in_xlsx(sheets: Iterable[Sheet]) -> dict[str, str]:
    """What each sheet is called in an .xlsx, where names are shorter and hold fewer signs; by its own name."""
    names: dict[str, str] = {}
    for number, sheet in enumerate(sheets, 1):
        name = re.sub(r"[\[\]:*?/\\]", "_", sheet.name or _SHEET_OF_CSV).strip("'")[:_NAME_LENGTH] or f"{number}"
        is_taken = name.casefold() in {SUMMARY_SHEET.casefold(), *(other.casefold() for other in names.values())}
        names[sheet.name] = f"{name[: _NAME_LENGTH - 5]} {number}" if is_taken else name
    return names


_FORMATS: dict[type | str, str] = {
    date: "dd/mm/yyyy",
    datetime: "dd/mm/yyyy hh:mm",
    time: "hh:mm:ss",
    "%": "0.00%",
}


def _write(to: Any, formats: dict[type | str, Any], row: int, column: int, value: Value) -> None:
    match value:
        case bool():
            to.write_boolean(row, column, value)
        case date() if value.year < _FIRST_YEAR:
            to.write_string(row, column, value.isoformat())
        case date() | time():
            to.write_datetime(row, column, value, formats[type(value)])
        case int() | float() if len(number_text(value).strip("-").replace(".", "").lstrip("0")) <= _EXACT_DIGITS:
            to.write_number(row, column, _as_shown(value))
        case int() | float():
            to.write_string(row, column, number_text(value))
        case _:
            to.write_string(row, column, value)


def _as_shown(value: float) -> float:
    """The number of 15 digits that a spreadsheet shows; the writer's 16 would round to another one for some."""
    return float(number_text(value))
