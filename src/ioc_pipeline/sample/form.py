"""How a departmental form is laid out: letterhead, titles, merged headers, rows by kind, notes, signatures."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ioc_pipeline.sample.printed import Cell, PrintedSheet, Style

LETTERHEAD_WIDTH = 34  # characters that the longest office name takes in bold
SAMPLE_NOTICE = "DỮ LIỆU MẪU - không phải số liệu thật"

_LETTERHEAD = Style(align="center", size=12)
_LETTERHEAD_BOLD = Style(align="center", size=12, bold=True)
_NOTICE = Style(align="center", size=12, bold=True, red=True)
_TITLE = Style(align="center", size=14, bold=True)
_SUBTITLE = Style(align="center", size=12, italic=True)
_UNIT_LINE = Style(align="right", italic=True)
_HEADER = Style(align="center", bold=True, border=True, fill=True)
_INDEX = Style(align="center", italic=True, size=9, border=True)
_NOTE = Style(italic=True)


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column: `path` is its header from the top line down; `form` is an Excel number format, "" for text."""

    name: str
    path: tuple[str, ...]
    width: float
    form: str = "#,##0"


@dataclass(frozen=True, slots=True)
class FormRow:
    """One line of the body. A `total` may stand over several columns; `cells` are by column name."""

    kind: Literal["data", "section", "subtotal", "total"]
    serial: str
    cells: dict[str, Cell]


@dataclass(slots=True)
class Form:
    """Everything a department prints on one sheet."""

    name: str
    superior: str
    office: str
    form_number: str
    title: Sequence[str]
    period_lines: Sequence[str]
    unit_line: str
    columns: Sequence[FormColumn]
    rows: Sequence[FormRow]
    notes: Sequence[str] = ()
    dated: str = ""
    dated_in_letterhead: bool = False
    signers: tuple[str, str] = ("NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ")
    has_index_row: bool = True
    merges_total: bool = field(default=False)


def lay_out(form: Form) -> PrintedSheet:
    """Lay a form out on a sheet. The serial number (STT) is column A; `form.columns` follow."""
    sheet = PrintedSheet(form.name, [6.0, *(column.width for column in form.columns)])
    last = len(form.columns)
    half = _letterhead_columns(sheet.widths)
    sheet.merge(0, 0, 0, half - 1, form.superior, _LETTERHEAD)
    sheet.merge(0, half, 0, last, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", _LETTERHEAD_BOLD)
    sheet.merge(1, 0, 1, half - 1, form.office, _LETTERHEAD_BOLD)
    sheet.merge(1, half, 1, last, "Độc lập - Tự do - Hạnh phúc", _LETTERHEAD_BOLD)
    sheet.merge(2, 0, 2, half - 1, form.form_number, Style(align="center", italic=True))
    if form.dated_in_letterhead:
        sheet.merge(2, half, 2, last, form.dated, _SUBTITLE)
    sheet.merge(3, 0, 3, last, SAMPLE_NOTICE, _NOTICE)
    row = 5
    for line in form.title:
        sheet.merge(row, 0, row, last, line, _TITLE)
        sheet.heights[row] = 20
        row += 1
    for line in form.period_lines:
        sheet.merge(row, 0, row, last, line, _SUBTITLE)
        row += 1
    if form.unit_line:
        sheet.merge(row, max(0, last - 2), row, last, form.unit_line, _UNIT_LINE)
        row += 1
    row = _put_header(sheet, form, row)
    row = _put_body(sheet, form, row)
    for line in form.notes:
        sheet.merge(row, 0, row, last, line, _NOTE)
        row += 1
    _put_signatures(sheet, form, row + 1, half, last)
    return sheet


def _letterhead_columns(widths: Sequence[float]) -> int:
    """How many columns the office's name takes: enough for it, and at least two are left for the motto."""
    taken = 0.0
    for number, width in enumerate(widths[:-2]):
        if taken >= LETTERHEAD_WIDTH:
            return number
        taken += width
    return len(widths) - 2


def _put_header(sheet: PrintedSheet, form: Form, row: int) -> int:
    depth = max(len(column.path) for column in form.columns)
    sheet.merge(row, 0, row + depth - 1, 0, "STT", _HEADER)
    paths = [column.path for column in form.columns]
    for line in range(depth):
        sheet.heights[row + line] = 34 if line in (0, depth - 1) else 20
        start = 0
        while start < len(paths):
            stop = start + 1
            while (
                stop < len(paths)
                and len(paths[start]) > line + 1
                and paths[stop][: line + 1] == paths[start][: line + 1]
            ):
                stop += 1
            if len(paths[start]) > line:
                bottom = row + depth - 1 if len(paths[start]) == line + 1 else row + line
                sheet.merge(row + line, start + 1, bottom, stop, paths[start][line], _HEADER)
            start = stop
    row += depth
    if depth == 1:
        sheet.heights[row - 1] = 34
    if form.has_index_row:
        for column in range(len(form.columns) + 1):
            sheet.put(row, column, f"({column + 1})", _INDEX)
        row += 1
    return row


def _put_body(sheet: PrintedSheet, form: Form, row: int) -> int:
    for line in form.rows:
        bold = line.kind != "data"
        sheet.put(row, 0, line.serial or None, Style(align="center", border=True, bold=bold))
        for number, column in enumerate(form.columns, start=1):
            value = line.cells.get(column.name)
            is_text = isinstance(value, str) or column.form == ""
            align: Literal["left", "right"] = "left" if column.form == "" else "right"
            style = Style(align=align, border=True, bold=bold, number_format="" if is_text else column.form)
            sheet.put(row, number, value, style)
        if form.merges_total and line.kind == "total":
            sheet.merge(row, 0, row, 1, line.cells[form.columns[0].name], Style(align="center", border=True, bold=True))
        row += 1
    return row


def _put_signatures(sheet: PrintedSheet, form: Form, row: int, half: int, last: int) -> None:
    if not form.dated_in_letterhead:
        sheet.merge(row, half, row, last, form.dated, _SUBTITLE)
        row += 1
    sheet.merge(row, 0, row, half - 1, form.signers[0], _LETTERHEAD_BOLD)
    sheet.merge(row, half, row, last, form.signers[1], _LETTERHEAD_BOLD)
    sheet.merge(row + 1, 0, row + 1, half - 1, "(Ký, ghi rõ họ tên)", _SUBTITLE)
    sheet.merge(row + 1, half, row + 1, last, "(Ký, đóng dấu)", _SUBTITLE)
