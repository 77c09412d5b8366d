"""A form's layout and its figures → the file that a department sends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TypeAlias

from ioc_pipeline.sample.asked import Asked
from ioc_pipeline.sample.bodies import Body
from ioc_pipeline.sample.form import Form, FormColumn, FormRow, lay_out
from ioc_pipeline.sample.layouts import ColumnLayout, SheetLayout, read_layout
from ioc_pipeline.sample.pages import Cell, Formula, Page
from ioc_pipeline.sample.writers import csv_bytes, ods_bytes, xls_bytes, xlsx_bytes

FileOfForm: TypeAlias = tuple[str, bytes]  # its name and what is in it


def print_form(source: str, asked: Asked, bodies: Sequence[Body]) -> FileOfForm:
    """Print one body a sheet; a form of one sheet is printed once for each body (one a year, say)."""
    layout = read_layout(source)
    sheets = layout.sheets * len(bodies) if len(layout.sheets) == 1 else layout.sheets
    pages = [_page(sheet, body, asked) for sheet, body in zip(sheets, bodies, strict=True)]
    name = layout.file.format_map({**asked.words(), **bodies[0].words})
    return name, _WRITERS[PurePath(name).suffix](pages)


def _csv(pages: Sequence[Page]) -> bytes:
    (page,) = pages
    return csv_bytes(page, encoding="utf-8", delimiter=";")


_WRITERS: Mapping[str, Callable[[Sequence[Page]], bytes]] = {
    ".xlsx": xlsx_bytes,
    ".xls": xls_bytes,
    ".ods": ods_bytes,
    ".csv": _csv,
}


def _page(sheet: SheetLayout, body: Body, asked: Asked) -> Page:
    columns = [
        _commune_column(asked) if column == "communes" else _column(column)
        for column in sheet.columns
        if column == "communes" or column.since <= asked.period.end
    ]
    numbers = {column.name: number for number, column in enumerate(columns, start=2)}  # 1 is the serial number
    words = {**asked.words(), **body.words, "column": numbers}

    def say(text: str) -> str:
        return text.format_map(words)

    form = Form(
        name=say(sheet.name),
        superior=sheet.superior,
        office=say(sheet.office),
        form_number=sheet.form_number,
        title=sheet.title,
        period_lines=[say(line) for line in sheet.period],
        unit_line=sheet.unit_line,
        columns=columns,
        rows=_rows(sheet, body),
        notes=[say(line) for line in sheet.notes],
        dated=asked.dated,
        dated_in_letterhead=sheet.is_dated_in_letterhead,
        signers=sheet.signers,
        has_index_row=sheet.has_index_row,
        merges_total=sheet.total is not None and sheet.total.is_merged,
    )
    page = lay_out(form)
    return _with_formulas(page, form) if sheet.has_subtotals_as_formulas else page


def _column(column: ColumnLayout) -> FormColumn:
    return FormColumn(column.name, column.header, column.width, "" if column.format == "text" else column.format)


def _commune_column(asked: Asked) -> FormColumn:
    """The column of the communes' names: long ones before the merger, and townships among them."""
    if asked.is_merged:
        return FormColumn("org_unit", ("Xã, phường",), 24, "")
    return FormColumn("org_unit", ("Xã, phường, thị trấn",), 44, "")


def _rows(sheet: SheetLayout, body: Body) -> list[FormRow]:
    rows = list(body.rows)
    if sheet.total:
        total = FormRow("total", "", {"org_unit": sheet.total.text, **body.sums})
        rows = [total, *rows] if sheet.total.is_first else [*rows, total]
    if sheet.has_numbers_as_text:
        rows = [replace(row, cells={name: _typed(value) for name, value in row.cells.items()}) for row in rows]
    return rows


def _typed(value: Cell) -> Cell:
    """A whole number as text, the way people type it: "2.165"."""
    return f"{value:,}".replace(",", ".") if isinstance(value, int) else value


def _with_formulas(page: Page, form: Form) -> Page:
    """Subtotals as SUM over the rows above them, back to their section line."""
    depth = max(row for row, column in page.cells if column == 0 and page.cells[row, column][0] == "(1)") + 1
    first = depth
    for position, line in enumerate(form.rows, start=depth):
        if line.kind == "section":
            first = position + 1
        if line.kind == "subtotal":
            for column in range(2, len(form.columns) + 1):
                value, style = page.cells[position, column]
                if isinstance(value, int):
                    letter = chr(ord("A") + column)
                    page.put(position, column, Formula(f"=SUM({letter}{first + 1}:{letter}{position})", value), style)
    return page
