"""The part of a delivery around one cell, as its sender sees it."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from ioc_pipeline.domain.addresses import cell_position, column_letters
from ioc_pipeline.domain.workbooks import Sheet, Value, Workbook, number_text
from ioc_pipeline.flows.reading import csv_of
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.land.store import blob_path
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from ioc_pipeline.settings import Settings

HEAD_ROWS = 15  # what names the columns stands above, in the forms of a province within so many rows
ROWS_AROUND = 4
COLUMNS_SHOWN = 14
CELL_TEXT = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the excerpt; it may reach over `across` columns and `down` rows."""

    text: str
    is_number: bool
    is_asked: bool
    across: int = 1
    down: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A row under its number; `is_after_gap` when rows above it are left out. None stands for a covered cell."""

    number: int
    cells: list[Cell | None]
    is_after_gap: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a sheet: letters of its columns and its rows. Or of a page of an API: the fields of one record."""

    letters: list[str]
    rows: list[Row]
    fields: list[tuple[str, str, bool]]


def excerpt_of(given: Settings, read: dict[str, Any]) -> Excerpt | None:
    """Read the delivery's bytes again, in the guarded process; None where they are gone or the cell is not in them.

    Args:
        read: a row of mart_lineage with the cell's delivery, sheet and address.
    """
    path = blob_path(given.landing, read["sha256"])
    if not read["sha256"] or not path.exists():
        return None
    if read["cell"].startswith("/"):
        return _record(path.read_bytes(), read["sheet_name"], read["cell"])
    csv = csv_of(Reference(given).contracts, read["department_code"])
    request = ReadRequest(path, read["file_name"], csv)
    [workbook] = read_deliveries([request])
    if not isinstance(workbook, Workbook):
        return None
    sheet = next((sheet for sheet in workbook.sheets if sheet.name == read["sheet_name"]), None)
    return _part(sheet, *cell_position(read["cell"])) if sheet else None


def _part(sheet: Sheet, asked_row: int, asked_column: int) -> Excerpt | None:
    if asked_row >= len(sheet.rows) or asked_column >= len(sheet.rows[asked_row]):
        return None
    last_row = min(asked_row + ROWS_AROUND, len(sheet.rows) - 1)
    near = range(max(asked_row - ROWS_AROUND, 0), last_row + 1)
    rows = [
        number
        for number in sorted({*range(min(HEAD_ROWS, last_row + 1)), *near})
        if number not in sheet.hidden_rows and any(value is not None for value in sheet.rows[number])
    ]
    used = max(
        (number + 1 for row in rows for number, value in enumerate(sheet.rows[row]) if value is not None), default=1
    )
    first = max(0, min(asked_column - COLUMNS_SHOWN + 2, used - COLUMNS_SHOWN)) if used > COLUMNS_SHOWN else 0
    columns = [
        number for number in range(first, min(first + COLUMNS_SHOWN, used)) if number not in sheet.hidden_columns
    ]
    spans, covered = _merged(sheet, rows, columns)
    shown = []
    for place, number in enumerate(rows):
        cells: list[Cell | None] = []
        for column in columns:
            position = (number, column)
            if position in covered:
                cells.append(None)
                continue
            value = sheet.rows[number][column]
            across, down = spans.get(position, (1, 1))
            text = _text(sheet, position, value)[:CELL_TEXT]
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            cells.append(Cell(text, is_number, position == (asked_row, asked_column), across, down))
        shown.append(Row(number + 1, cells, place > 0 and number > rows[place - 1] + 1))
    return Excerpt([column_letters(column) for column in columns], shown, [])


def _merged(
    sheet: Sheet, rows: list[int], columns: list[int]
) -> tuple[dict[tuple[int, int], tuple[int, int]], set[tuple[int, int]]]:
    """How far the shown merged cells reach over shown rows and columns, and which cells they cover."""
    spans, covered = {}, set()
    for first_row, first_column, last_row, last_column in sheet.merged:
        across = [column for column in columns if first_column <= column <= last_column]
        down = [row for row in rows if first_row <= row <= last_row]
        if across and down and first_row == down[0] and first_column == across[0]:
            spans[first_row, first_column] = (len(across), len(down))
            covered |= {(row, column) for row in down for column in across} - {(first_row, first_column)}
    return spans, covered


def _text(sheet: Sheet, position: tuple[int, int], value: Value) -> str:
    """What a person sees in the cell."""
    if position in sheet.shown:
        return sheet.shown[position]
    mark = sheet.marks.get(position, "")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        shown = value * 100 if mark == "%" else value
        return number_text(shown).replace(".", ",") + ("%" if mark == "%" else "")
    if isinstance(value, datetime):
        return value.strftime("%d/%m/%Y" if value.time() == time() else "%d/%m/%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if value is None:
        return mark if mark.startswith("#") else ""
    return str(value)


def _record(content: bytes, array: str, pointer: str) -> Excerpt | None:
    """The record of a page that holds the value at `array` + `pointer` (RFC 6901): its plain fields."""
    found = json.loads(content)
    *way, field = [part.replace("~1", "/").replace("~0", "~") for part in f"{array}{pointer}".split("/")[1:]]
    for part in way:
        if isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        elif isinstance(found, dict) and part in found:
            found = found[part]
        else:
            return None
    if not isinstance(found, dict):
        return None
    plain = [(name, str(value), name == field) for name, value in found.items() if not isinstance(value, dict | list)]
    return Excerpt([], [], plain)
