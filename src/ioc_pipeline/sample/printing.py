"""A form's layout and its figures → the file that a department sends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TypeAlias

from ioc_pipeline.sample.asked import Asked
from ioc_pipeline.sample.bodies import Body
from ioc_pipeline.sample.form import Form, FormColumn, FormRow, lay_out
from ioc_pipeline.sample.layouts import ColumnLayout, SheetLayout, read_layout
from ioc_pipeline.sample.printed import Cell, Formula, PrintedSheet
from ioc_pipeline.sample.writers import csv_bytes, ods_bytes, xls_bytes, xlsx_bytes

FileOfForm: TypeAlias = tuple[str, bytes]  # its name and what is in it


def print_form(source: str, asked: Asked, bodies: Sequence[Body]) -> FileOfForm:
    """Print one body a sheet; a form of one sheet is printed once for each body (one a year, say)."""
    own = asked.profile.own_forms.get(source)
    layout = own.layout if own else read_layout(source)
    layouts = layout.sheets * len(bodies) if len(layout.sheets) == 1 else layout.sheets
    sheets = [_sheet(sheet_layout, body, asked) for sheet_layout, body in zip(layouts, bodies, strict=True)]
    name = layout.file.format_map({**asked.words(), **bodies[0].words})
    return name, _WRITERS[PurePath(name).suffix](sheets)


def _csv(sheets: Sequence[PrintedSheet]) -> bytes:
    (sheet,) = sheets
    return csv_bytes(sheet, encoding="utf-8", delimiter=";")


_WRITERS: Mapping[str, Callable[[Sequence[PrintedSheet]], bytes]] = {
    ".xlsx": xlsx_bytes,
    ".xls": xls_bytes,
    ".ods": ods_bytes,
    ".csv": _csv,
}


def _sheet(layout: SheetLayout, body: Body, asked: Asked) -> PrintedSheet:
    columns = [
        _commune_column(asked) if column == "communes" else _column(column)
        for column in layout.columns
        if column == "communes" or column.since <= asked.period.end
    ]
    numbers = {column.name: number for number, column in enumerate(columns, start=2)}  # 1 is the serial number
    words = {**asked.words(), **body.words, "column": numbers}

    def say(text: str) -> str:
        return text.format_map(words)

    form = Form(
        name=say(layout.name),
        superior=say(layout.superior),
        office=say(layout.office),
        form_number=layout.form_number,
        title=layout.title,
        period_lines=[say(line) for line in layout.period],
        unit_line=layout.unit_line,
        columns=columns,
        rows=_rows(layout, body),
        notes=[say(line) for line in layout.notes],
        dated=asked.dated,
        dated_in_letterhead=layout.is_dated_in_letterhead,
        signers=layout.signers,
        has_index_row=layout.has_index_row,
        merges_total=layout.total is not None and layout.total.is_merged,
    )
    sheet = lay_out(form)
    return _with_formulas(sheet, form) if layout.has_subtotals_as_formulas else sheet


def _column(column: ColumnLayout) -> FormColumn:
    return FormColumn(column.name, column.header, column.width, "" if column.format == "text" else column.format)


def _commune_column(asked: Asked) -> FormColumn:
    """The column of the communes' names: long ones before the merger, and townships among them."""
    if asked.is_merged:
        return FormColumn("org_unit", ("Xã, phường",), 24, "")
    return FormColumn("org_unit", ("Xã, phường, thị trấn",), 44, "")


def _rows(layout: SheetLayout, body: Body) -> list[FormRow]:
    rows = list(body.rows)
    if layout.total:
        total = FormRow("total", "", {"org_unit": layout.total.text, **body.sums})
        rows = [total, *rows] if layout.total.is_first else [*rows, total]
    if layout.has_numbers_as_text:
        rows = [replace(row, cells={name: _typed(value) for name, value in row.cells.items()}) for row in rows]
    return rows


def _typed(value: Cell) -> Cell:
    """A whole number as text, the way people type it: "2.165"."""
    return f"{value:,}".replace(",", ".") if isinstance(value, int) else value


def _with_formulas(sheet: PrintedSheet, form: Form) -> PrintedSheet:
    """Subtotals as SUM over the rows above them, back to their section line."""
    depth = max(row for row, column in sheet.cells if column == 0 and sheet.cells[row, column][0] == "(1)") + 1
    first = depth
    for position, line in enumerate(form.rows, start=depth):
        if line.kind == "section":
            first = position + 1
        if line.kind == "subtotal":
            for column in range(2, len(form.columns) + 1):
                value, style = sheet.cells[position, column]
                if isinstance(value, int):
                    letter = chr(ord("A") + column)
                    sheet.put(position, column, Formula(f"=SUM({letter}{first + 1}:{letter}{position})", value), style)
    return sheet
