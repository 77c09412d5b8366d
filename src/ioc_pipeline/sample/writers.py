"""Pages → the bytes of a workbook, in each format departments send; the same pages always give the same bytes."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from ioc_pipeline.sample.pages import Cell, Formula, Page, Style

FONT = "Times New Roman"
FILL = "DDEBF7"
WRITTEN_AT = datetime(2025, 9, 15)  # noqa: DTZ001  # a fixed property of the file: no clock, so no zone
DATE_FORMAT = "dd/mm/yyyy"


def xlsx_bytes(pages: Sequence[Page], finish: Callable[[Any, list[Worksheet]], None] | None = None) -> bytes:
    """An .xlsx workbook; `finish` may add what only this format has, such as input checks."""
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"created": WRITTEN_AT})
    formats: dict[Style, Any] = {}
    worksheets: list[Worksheet] = []
    for page in pages:
        sheet = workbook.add_worksheet(page.name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        for column, width in enumerate(page.widths):
            sheet.set_column(column, column, width)
        for row, height in page.heights.items():
            sheet.set_row(row, height)
        for area in page.merged:
            style = page.cells[area[0], area[1]][1]
            sheet.merge_range(*area, "", _xlsx_format(workbook, formats, style))
        for (row, column), (value, style) in page.cells.items():
            if not _is_covered(page, row, column):
                _write_xlsx(sheet, row, column, value, _xlsx_format(workbook, formats, style))
        worksheets.append(sheet)
    if finish:
        finish(workbook, worksheets)
    workbook.close()
    return stream.getvalue()


def _write_xlsx(sheet: Worksheet, row: int, column: int, value: Cell, form: Any) -> None:
    if value is None:
        sheet.write_blank(row, column, None, form)
    elif isinstance(value, Formula):
        sheet.write_formula(row, column, value.text, form, value.value)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, form)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, form)
    else:
        sheet.write_number(row, column, value, form)


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


def xls_bytes(pages: Sequence[Page]) -> bytes:
    """An Excel 97-2003 workbook. Formulas become their values: this writer cannot store both."""
    import xlwt

    workbook = xlwt.Workbook(encoding="utf-8")
    styles: dict[Style, Any] = {}
    for page in pages:
        sheet = workbook.add_sheet(page.name)
        sheet.portrait = False
        for column, width in enumerate(page.widths):
            sheet.col(column).width = int(width * 256)
        for row, height in page.heights.items():
            sheet.row(row).height_mismatch = True
            sheet.row(row).height = int(height * 20)
        merged = {(area[0], area[1]): area for area in page.merged}
        for (row, column), (value, style) in page.cells.items():
            if _is_covered(page, row, column):
                continue
            plain = value.value if isinstance(value, Formula) else value
            look = styles.setdefault(style, _xls_style(style))
            if (row, column) in merged:
                first_row, first_column, last_row, last_column = merged[row, column]
                sheet.write_merge(first_row, last_row, first_column, last_column, plain, look)
            else:
                sheet.write(row, column, plain, look)
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


def ods_bytes(pages: Sequence[Page]) -> bytes:
    """An OpenDocument spreadsheet."""
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.style import PageLayout, PageLayoutProperties, TableColumnProperties, TableRowProperties
    from odf.style import Style as OdfStyle
    from odf.table import CoveredTableCell, Table, TableCell, TableColumn, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    layout = PageLayout(name="landscape")
    layout.addElement(PageLayoutProperties(printorientation="landscape", pagewidth="29.7cm", pageheight="21cm"))
    document.automaticstyles.addElement(layout)
    looks: dict[Style, Any] = {}
    for page in pages:
        table = Table(name=page.name)
        for number, width in enumerate(page.widths):
            column_style = OdfStyle(name=f"{page.name}-{number}", family="table-column")
            column_style.addElement(TableColumnProperties(columnwidth=f"{width * 0.21:.2f}cm"))
            document.automaticstyles.addElement(column_style)
            table.addElement(TableColumn(stylename=column_style))
        merged = {(area[0], area[1]): area for area in page.merged}
        rows, columns = page.size
        for row in range(rows):
            row_style = OdfStyle(name=f"{page.name}-row-{row}", family="table-row")
            height = page.heights.get(row)
            row_style.addElement(
                TableRowProperties(rowheight=f"{height}pt")
                if height
                else TableRowProperties(useoptimalrowheight="true")
            )
            document.automaticstyles.addElement(row_style)
            line = TableRow(stylename=row_style)
            for column in range(columns):
                value, style = page.cells.get((row, column), (None, Style()))
                if _is_covered(page, row, column):
                    line.addElement(CoveredTableCell())
                    continue
                if style not in looks:
                    looks[style] = _ods_style(document, style, len(looks))
                about = {"stylename": looks[style], **_ods_value(value)}
                if (row, column) in merged:
                    first_row, first_column, last_row, last_column = merged[row, column]
                    about["numberrowsspanned"] = last_row - first_row + 1
                    about["numbercolumnsspanned"] = last_column - first_column + 1
                cell = TableCell(**about)
                if value is not None:
                    cell.addElement(P(text=_shown(value)))
                line.addElement(cell)
            table.addElement(line)
        document.spreadsheet.addElement(table)
    stream = io.BytesIO()
    document.save(stream)
    return _without_times(stream.getvalue())


def _ods_value(value: Cell) -> dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, str):
        return {"valuetype": "string"}
    if isinstance(value, date):
        return {"valuetype": "date", "datevalue": value.isoformat()}
    return {"valuetype": "float", "value": str(value.value if isinstance(value, Formula) else value)}


def _ods_style(document: Any, style: Style, number: int) -> Any:
    from odf.style import ParagraphProperties, TableCellProperties, TextProperties
    from odf.style import Style as OdfStyle

    look = OdfStyle(name=f"cell{number}", family="table-cell", parentstylename="Default")
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
    look.addElement(TableCellProperties(**box))
    look.addElement(ParagraphProperties(textalign={"left": "start", "right": "end"}.get(style.align, style.align)))
    look.addElement(TextProperties(**text))
    document.automaticstyles.addElement(look)
    return look


def _without_times(content: bytes) -> bytes:
    """The same zip with every time of day removed, so that equal pages are equal files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(stream, "w") as target:
        for part in source.infolist():
            plain = zipfile.ZipInfo(part.filename, date_time=(1980, 1, 1, 0, 0, 0))
            plain.compress_type = part.compress_type
            plain.external_attr = 0o644 << 16
            target.writestr(plain, source.read(part))
    return stream.getvalue()


def csv_bytes(page: Page, *, encoding: str, delimiter: str) -> bytes:
    """One page as CSV, the way a spreadsheet saves it: every line as wide as the table, line ends of Windows."""
    rows, columns = page.size
    lines = [
        delimiter.join(
            _quoted(_shown(page.cells.get((row, column), (None, Style()))[0]), delimiter) for column in range(columns)
        )
        for row in range(rows)
    ]
    return "".join(f"{line}\r\n" for line in lines).encode(encoding)


def _quoted(text: str, delimiter: str) -> str:
    if any(sign in text for sign in (delimiter, '"', "\n")):
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text


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


def _is_covered(page: Page, row: int, column: int) -> bool:
    """True for a cell that lies under a merged range's first cell."""
    return any(
        first_row <= row <= last_row
        and first_column <= column <= last_column
        and (row, column) != (first_row, first_column)
        for first_row, first_column, last_row, last_column in page.merged
    )
