"""A form as a real file: .xlsx, .xls, .ods and CSV, in Unicode or in the letters of the old fonts."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter
import xlwt
from odf.office import Annotation
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableColumnProperties
from odf.table import CoveredTableCell, Table, TableCell, TableColumn, TableRow
from odf.text import P

from ioc_pipeline.domain.addresses import cell_position
from ioc_pipeline.domain.workbooks import Sheet, Value
from ioc_pipeline.parse.legacy_text import _TCVN3, _VNI

FORMATS = ("xlsx", "xls", "ods", "csv")
_TO_TCVN3 = {letter: chr(sign) for sign, letter in ((sign, chr(code)) for sign, code in _TCVN3.items())}
_TO_VNI = {letter: written for written, letter in _VNI.items()}


def write(sheet: Sheet, path: Path, *, formats: dict[tuple[int, int], str] | None = None) -> None:
    """Write a sheet as the kind of file that the path's ending says; `formats` are number formats by place."""
    _WRITERS[path.suffix[1:]](sheet, path, formats or {})


def in_tcvn3(text: str) -> str:
    """A text as the fonts .VnTime wrote it. Capitals with marks had a font of their own, with the small letters."""
    return "".join(_TO_TCVN3.get(letter) or _TO_TCVN3.get(letter.lower(), letter) for letter in text)


def in_vni(text: str) -> str:
    """A text as the fonts VNI-Times wrote it."""
    return "".join(_TO_VNI.get(letter, letter) for letter in text)


def _xlsx(sheet: Sheet, path: Path, formats: dict[tuple[int, int], str]) -> None:
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet(sheet.name or "A")
    for first_row, first, last_row, last in sheet.merged:
        page.merge_range(first_row, first, last_row, last, "")
    for at, value in _cells(sheet):
        code = formats.get(at)
        page.write(*at, value, book.add_format({"num_format": code}) if code else None)
    for address, text in sheet.notes:
        page.write_comment(address, text)
    for number in sheet.hidden_rows:
        page.set_row(number, None, None, {"hidden": True})
    for number in sheet.hidden_columns:
        page.set_column(number, number, None, None, {"hidden": True})
    book.close()


def _xls(sheet: Sheet, path: Path, formats: dict[tuple[int, int], str]) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet(sheet.name or "A")
    covered = set()
    for first_row, first, last_row, last in sheet.merged:
        page.write_merge(first_row, last_row, first, last, sheet.rows[first_row][first])
        covered.add((first_row, first))
    for at, value in _cells(sheet):
        if at not in covered:
            code = formats.get(at)
            page.write(*at, value, xlwt.easyxf(num_format_str=code) if code else xlwt.Style.default_style)
    for number in sheet.hidden_rows:
        page.row(number).hidden = True
    for number in sheet.hidden_columns:
        page.col(number).hidden = True
    book.save(str(path))


def _ods(sheet: Sheet, path: Path, formats: dict[tuple[int, int], str]) -> None:
    assert not formats, "an .ods builds its formats of elements"
    document = OpenDocumentSpreadsheet()
    page = Table(name=sheet.name or "A")
    style = Style(name="co1", family="table-column")
    style.addElement(TableColumnProperties(columnwidth="2cm"))
    document.automaticstyles.addElement(style)
    notes = {cell_position(address): text for address, text in sheet.notes}
    merged = {(row, column): (last_row, last) for row, column, last_row, last in sheet.merged}
    covered = {
        (row, column)
        for first_row, first, last_row, last in sheet.merged
        for row in range(first_row, last_row + 1)
        for column in range(first, last + 1)
        if (row, column) != (first_row, first)
    }
    for number in range(len(sheet.rows[0])):
        hidden = {"visibility": "collapse"} if number in sheet.hidden_columns else {}
        page.addElement(TableColumn(stylename=style, **hidden))
    for number, line in enumerate(sheet.rows):
        row = TableRow(**({"visibility": "collapse"} if number in sheet.hidden_rows else {}))
        for position, value in enumerate(line):
            more: dict[str, Any] = {}
            if (number, position) in merged:
                last_row, last = merged[number, position]
                more = {"numberrowsspanned": last_row - number + 1, "numbercolumnsspanned": last - position + 1}
            cell = CoveredTableCell() if (number, position) in covered else _ods_cell(value, more)
            if (number, position) in notes:
                note = Annotation()
                note.addElement(P(text=notes[number, position]))
                cell.addElement(note)
            row.addElement(cell)
        page.addElement(row)
    document.spreadsheet.addElement(page)
    document.save(str(path))


def _ods_cell(value: Value, more: dict[str, Any]) -> TableCell:
    if isinstance(value, float | int):
        cell = TableCell(valuetype="float", value=value, **more)
        cell.addElement(P(text=_vietnamese(value)))
    elif value:
        cell = TableCell(valuetype="string", **more)
        for line in str(value).split("\n"):
            cell.addElement(P(text=line))
    else:
        cell = TableCell(**more)
    return cell


def _csv(sheet: Sheet, path: Path, formats: dict[tuple[int, int], str]) -> None:
    assert not formats, "a CSV has no formats"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=";")
        for line in sheet.rows:
            writer.writerow([_vietnamese(value) if isinstance(value, float | int) else value for value in line])


def _vietnamese(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def _cells(sheet: Sheet) -> list[tuple[tuple[int, int], Value]]:
    return [
        ((number, position), value)
        for number, line in enumerate(sheet.rows)
        for position, value in enumerate(line)
        if value is not None
    ]


_WRITERS: dict[str, Callable[[Sheet, Path, dict[tuple[int, int], str]], None]] = {
    "xlsx": _xlsx,
    "xls": _xls,
    "ods": _ods,
    "csv": _csv,
}
