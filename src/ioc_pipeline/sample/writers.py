"""Printed sheets → the bytes of a workbook, in each format departments send; equal sheets always give equal bytes."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from xml.etree import ElementTree

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from ioc_pipeline.sample.printed import Cell, Formula, PrintedSheet, Style

FONT = "Times New Roman"
FILL = "DDEBF7"
WRITTEN_AT = datetime(2025, 9, 15)  # noqa: DTZ001  # a fixed property of the file: no clock, so no zone


def xlsx_bytes(sheets: Sequence[PrintedSheet]) -> bytes:
    """An .xlsx workbook."""
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"created": WRITTEN_AT})
    formats: dict[Style, Any] = {}
    for sheet in sheets:
        worksheet = workbook.add_worksheet(sheet.name)
        worksheet.set_landscape()
        worksheet.set_paper(9)
        worksheet.fit_to_pages(1, 0)
        for column, width in enumerate(sheet.widths):
            worksheet.set_column(column, column, width)
        for row, height in sheet.heights.items():
            worksheet.set_row(row, height)
        for area in sheet.merged:
            style = sheet.cells[area[0], area[1]][1]
            worksheet.merge_range(*area, "", _xlsx_format(workbook, formats, style))
        for (row, column), (value, style) in sheet.cells.items():
            if not _is_covered(sheet, row, column):
                _write_xlsx(worksheet, row, column, value, _xlsx_format(workbook, formats, style))
    workbook.close()
    return stream.getvalue()


def _write_xlsx(worksheet: Worksheet, row: int, column: int, value: Cell, form: Any) -> None:
    if value is None:
        worksheet.write_blank(row, column, None, form)
    elif isinstance(value, Formula):
        worksheet.write_formula(row, column, value.text, form, value.value)
    elif isinstance(value, date):
        worksheet.write_datetime(row, column, value, form)
    elif isinstance(value, str):
        worksheet.write_string(row, column, value, form)
    else:
        worksheet.write_number(row, column, value, form)


def _xlsx_format(workbook: Any, formats: dict[Style, Any], style: Style) -> Any:
    if style not in formats:
        look = {"font_name": FONT, "font_size": style.size, "bold": style.bold, "italic": style.italic}
        look |= {"align": style.align, "valign": "vcenter", "text_wrap": True, "border": int(style.border)}
        if style.number_format:
            look["num_format"] = style.number_format
        if style.fill:
            look["bg_color"] = f"#{FILL}"
        if style.red:
            look["font_color"] = "#C00000"
        formats[style] = workbook.add_format(look)
    return formats[style]


def xls_bytes(sheets: Sequence[PrintedSheet]) -> bytes:
    """An Excel 97-2003 workbook. Formulas become their values: this writer cannot store both."""
    import xlwt  # type: ignore[import-untyped]

    workbook = xlwt.Workbook(encoding="utf-8")
    styles: dict[Style, Any] = {}
    for sheet in sheets:
        worksheet = workbook.add_sheet(sheet.name)
        worksheet.portrait = False
        for column, width in enumerate(sheet.widths):
            worksheet.col(column).width = int(width * 256)
        for row, height in sheet.heights.items():
            worksheet.row(row).height_mismatch = True
            worksheet.row(row).height = int(height * 20)
        merged = {(area[0], area[1]): area for area in sheet.merged}
        for (row, column), (value, style) in sheet.cells.items():
            if _is_covered(sheet, row, column):
                continue
            plain = value.value if isinstance(value, Formula) else value
            look = styles.setdefault(style, _xls_style(style))
            if (row, column) in merged:
                first_row, first_column, last_row, last_column = merged[row, column]
                worksheet.write_merge(first_row, last_row, first_column, last_column, plain, look)
            else:
                worksheet.write(row, column, plain, look)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _xls_style(style: Style) -> Any:
    import xlwt

    words = [f"font: name {FONT}, height {style.size * 20}, bold {int(style.bold)}, italic {int(style.italic)}"]
    if style.red:
        words[0] += ", colour dark_red"
    words.append(f"align: horiz {style.align}, vert center, wrap on")
    if style.border:
        words.append("borders: left thin, right thin, top thin, bottom thin")
    if style.fill:
        words.append("pattern: pattern solid, fore_colour pale_blue")
    return xlwt.easyxf("; ".join(words), num_format_str=style.number_format or "General")


def ods_bytes(sheets: Sequence[PrintedSheet]) -> bytes:
    """An OpenDocument spreadsheet."""
    from odf.opendocument import OpenDocumentSpreadsheet  # type: ignore[import-untyped]
    from odf.style import MasterPage, PageLayout, PageLayoutProperties  # type: ignore[import-untyped]

    document = OpenDocumentSpreadsheet()
    layout = PageLayout(name="landscape")
    layout.addElement(PageLayoutProperties(printorientation="landscape", pagewidth="29.7cm", pageheight="21cm"))
    document.automaticstyles.addElement(layout)
    document.masterstyles.addElement(MasterPage(name="Default", pagelayoutname=layout))
    looks: dict[Style, Any] = {}
    for sheet in sheets:
        document.spreadsheet.addElement(_ods_table(document, sheet, looks))
    stream = io.BytesIO()
    document.save(stream)
    return _always_the_same(stream.getvalue())


def _ods_table(document: Any, sheet: PrintedSheet, looks: dict[Style, Any]) -> Any:
    from odf.style import TableColumnProperties, TableRowProperties
    from odf.table import CoveredTableCell, Table, TableCell, TableColumn, TableRow  # type: ignore[import-untyped]
    from odf.text import P  # type: ignore[import-untyped]

    table = Table(name=sheet.name)
    for width in sheet.widths:
        look = _ods_named(document, "table-column", TableColumnProperties(columnwidth=f"{width * 0.21:.2f}cm"))
        table.addElement(TableColumn(stylename=look))
    merged = {(area[0], area[1]): area for area in sheet.merged}
    rows, columns = sheet.size
    for row in range(rows):
        height = f"{sheet.heights.get(row, 15)}pt"
        line = TableRow(stylename=_ods_named(document, "table-row", TableRowProperties(rowheight=height)))
        for column in range(columns):
            if _is_covered(sheet, row, column):
                line.addElement(CoveredTableCell())
                continue
            value, style = sheet.cells.get((row, column), (None, Style()))
            if style not in looks:
                looks[style] = _ods_look(document, style)
            about = {"stylename": looks[style], **_ods_value(value)}
            if (row, column) in merged:
                top, left, bottom, right = merged[row, column]
                about |= {"numberrowsspanned": bottom - top + 1, "numbercolumnsspanned": right - left + 1}
            cell = TableCell(**about)
            if value is not None:
                cell.addElement(P(text=_shown(value)))
            line.addElement(cell)
        table.addElement(line)
    return table


def _ods_named(document: Any, family: str, *properties: Any) -> Any:
    """An automatic style of its own name."""
    from odf.style import Style as OdfStyle

    look = OdfStyle(name=f"s{len(document.automaticstyles.childNodes)}", family=family)
    for part in properties:
        look.addElement(part)
    document.automaticstyles.addElement(look)
    return look


def _ods_value(value: Cell) -> dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, str):
        return {"valuetype": "string"}
    if isinstance(value, date):
        return {"valuetype": "date", "datevalue": value.isoformat()}
    return {"valuetype": "float", "value": str(value.value if isinstance(value, Formula) else value)}


def _ods_look(document: Any, style: Style) -> Any:
    from odf.style import ParagraphProperties, TableCellProperties, TextProperties

    text = {"fontname": FONT, "fontfamily": FONT, "fontsize": f"{style.size}pt"}
    if style.bold:
        text["fontweight"] = "bold"
    if style.italic:
        text["fontstyle"] = "italic"
    if style.red:
        text["color"] = "#C00000"
    box = {"verticalalign": "middle", "wrapoption": "wrap"}
    if style.border:
        box["border"] = "0.5pt solid #000000"
    if style.fill:
        box["backgroundcolor"] = f"#{FILL}"
    align = {"left": "start", "center": "center", "right": "end"}[style.align]
    return _ods_named(
        document,
        "table-cell",
        TableCellProperties(**box),
        ParagraphProperties(textalign=align),
        TextProperties(**text),
    )


def _always_the_same(content: bytes) -> bytes:
    """The same document without times of day, its XML in canonical order: equal sheets are equal files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(stream, "w") as target:
        for part in source.infolist():
            plain = zipfile.ZipInfo(part.filename, date_time=(1980, 1, 1, 0, 0, 0))
            plain.compress_type = part.compress_type
            plain.external_attr = 0o644 << 16
            data = source.read(part)
            if part.filename.endswith(".xml"):
                data = ElementTree.canonicalize(data.decode("utf-8")).encode("utf-8")
            target.writestr(plain, data)
    return stream.getvalue()


def csv_bytes(sheet: PrintedSheet, *, encoding: str, delimiter: str) -> bytes:
    """One sheet as CSV, the way a spreadsheet saves it: every line as wide as the table, line ends of Windows."""
    rows, columns = sheet.size
    empty: tuple[Cell, Style] = (None, Style())
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
    for row in range(rows):
        writer.writerow([_shown(sheet.cells.get((row, column), empty)[0]) for column in range(columns)])
    return stream.getvalue().encode(encoding)


def _shown(value: Cell) -> str:
    """How a Vietnamese spreadsheet shows a value."""
    if value is None:
        return ""
    if isinstance(value, Formula):
        return str(value.value)
    if isinstance(value, float):
        return f"{value}".replace(".", ",")
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return str(value)


def _is_covered(sheet: PrintedSheet, row: int, column: int) -> bool:
    """True for a cell that lies under a merged range's first cell."""
    return any(
        top <= row <= bottom and left <= column <= right and (row, column) != (top, left)
        for top, left, bottom, right in sheet.merged
    )
