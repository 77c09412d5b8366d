"""A contract and a period → an .xlsx to fill in: printed as the form is, its headers locked, its cells checked."""

import io
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any, Literal

from xlsxwriter.utility import xl_col_to_name, xl_range, xl_rowcol_to_cell  # type: ignore[import-untyped]

from ioc_pipeline.answer.sheets import harmless_workbook
from ioc_pipeline.answer.template.headers import header_cells
from ioc_pipeline.answer.template.identity import SHEET, identity_of
from ioc_pipeline.answer.template.rows import Lines, Made, lines_of
from ioc_pipeline.answer.template.rules import CELL, Rule, rule_of
from ioc_pipeline.domain.periods import Period, label, label_of_day
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import ADDITIVE, NUMERIC, Column, ColumnType, Table

_FONT, _FILL = "Times New Roman", "#DDEBF7"
_NUMBER_FORMATS: dict[ColumnType, str] = {
    "count": "#,##0", "money": "#,##0.00", "number": "#,##0.00", "percent": "0.00", "date": "dd/mm/yyyy"
}  # fmt: skip
_LEAST_WIDTH = 100.0  # characters: letterhead and motto side by side
_SERIAL_WIDTH = 6.0
_LEFT_SHARE = 0.34  # of the width, for who reports; the motto is longer
_LINE_HEIGHT = 18.0  # points
_NOTES = (
    "Ghi chú: Ô không phát sinh ghi dấu -; ô chưa có số liệu ghi dấu … (ba chấm); ô không có ý nghĩa ghi chữ x. "
    "Không để trống ô số.",
    "Ghi chú: Cả bảng không phát sinh thì chọn “Không phát sinh” ở dòng trống dưới tiêu đề cột, để trống các ô số.",
)
NIL = "Không phát sinh"
_Align = Literal["left", "center", "right"]


def template_workbook(made: Made) -> bytes:
    """The template of a form for one period; the same arguments give the same bytes.

    A sheet for each table of the layout that the period has, and a hidden one that says which form it is.
    """
    stream = io.BytesIO()
    with harmless_workbook(stream) as book:
        book.set_properties({"title": made.contract.source.title, "created": datetime.combine(made.period.end, time())})
        tables = made.contract.source.on(made.period.end).tables
        pages = [book.add_worksheet(f"Biểu {number}") for number in range(1, len(tables) + 1)]
        hidden = _HiddenSheet(book, identity_of(made.contract, made.period.end).cells)
        formats = _Formats(book)
        for page, table in zip(pages, tables, strict=True):
            _Page(page, formats, hidden, made, table).write()
    return stream.getvalue()


class _Formats:
    """Formats of cells, each made once."""

    def __init__(self, book: Any) -> None:
        self._book, self._made = book, dict[tuple[Any, ...], Any]()

    def __call__(
        self, align: _Align = "left", *, bold: bool = False, italic: bool = False, size: int = 11,
        boxed: bool = False, filled: bool = False, number_format: str = "", is_input: bool = False,
    ) -> Any:  # fmt: skip
        key = (align, bold, italic, size, boxed, filled, number_format, is_input)
        if key not in self._made:
            look: dict[str, Any] = {"font_name": _FONT, "font_size": size, "bold": bold, "italic": italic}
            look |= {"align": align, "valign": "vcenter", "text_wrap": True, "border": int(boxed)}
            look |= {"locked": not is_input, "num_format": number_format or "General"}
            if filled:
                look["bg_color"] = _FILL
            self._made[key] = self._book.add_format(look)
        return self._made[key]


class _HiddenSheet:
    """Which form it is, in column A; the closed lists that cells choose from, one in each column after it."""

    def __init__(self, book: Any, cells: Sequence[str]) -> None:
        self._sheet = book.add_worksheet(SHEET)
        self._sheet.very_hidden()
        self._places: dict[tuple[Any, ...], str] = {}
        for row, text in enumerate(cells):
            self._sheet.write_string(row, 0, text)

    def range_of(self, choices: tuple[str | int | float, ...]) -> str:
        """Where a list stands, as a check refers to it."""
        if choices not in self._places:
            column = len(self._places) + 1
            for row, value in enumerate(choices):
                write = self._sheet.write_string if isinstance(value, str) else self._sheet.write_number
                write(row, column, value)
            name = xl_col_to_name(column)
            self._places[choices] = f"={SHEET}!${name}$1:${name}${len(choices)}"
        return self._places[choices]


class _Page:
    """One table on its sheet, from the letterhead down to the signatures."""

    def __init__(self, sheet: Any, formats: _Formats, hidden: _HiddenSheet, made: Made, table: Table) -> None:
        self._sheet, self._format, self._hidden, self._made, self._table = sheet, formats, hidden, made, table
        self._columns = table.columns
        self._last = len(table.columns)
        self._widths = _widths(table.columns)
        self._row = 0

    def write(self) -> None:
        for column, width in enumerate(self._widths):
            self._sheet.set_column(column, column, width)
        half = self._letterhead()
        self._title()
        first, depth = self._header()
        lines = lines_of(self._made, self._table)
        self._nil_line()
        body = self._row
        self._body(lines)
        self._notes_and_signatures(half)
        self._sheet.protect("", {"format_columns": True, "format_rows": True, "insert_rows": True, "delete_rows": True})
        self._sheet.freeze_panes(body, 2)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)  # A4
        self._sheet.set_margins(left=0.5, right=0.4, top=0.5, bottom=0.6)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(first, first + depth - 1)
        self._sheet.set_footer("&CTrang &P/&N")

    def _merge(self, row: int, column: int, last_row: int, last_column: int, text: str, look: Any) -> None:
        """A range with one text; a range of one cell is not merged."""
        if (row, column) != (last_row, last_column):
            self._sheet.merge_range(row, column, last_row, last_column, "", look)
        self._put(row, column, text, look)

    def _put(self, row: int, column: int, text: str, look: Any) -> None:
        if text:
            self._sheet.write_string(row, column, text, look)
        else:
            self._sheet.write_blank(row, column, None, look)

    def _line(self, text: str, look: Any, height: float = 0) -> None:
        self._merge(self._row, 0, self._row, self._last, text, look)
        if height:
            self._sheet.set_row(self._row, height)
        self._row += 1

    def _letterhead(self) -> int:
        """Who reports on the left, the motto on the right; gives the column where the right begins."""
        half, taken = 0, 0.0
        while half < self._last and taken < sum(self._widths) * _LEFT_SHARE:
            taken += self._widths[half]
            half += 1
        superior, office = _letterhead_of(self._made)
        form_number, name, _ = self._made.contract.source.title.partition(" - ")
        if not (name and form_number.startswith(("Biểu", "Mẫu"))):
            form_number = ""
        for text, motto, bold in (
            (superior, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", False),
            (office, "Độc lập - Tự do - Hạnh phúc", True),
        ):
            look = self._format("center", bold=bold, size=12, is_input="…" in text)
            self._merge(self._row, 0, self._row, half - 1, text, look)
            self._merge(self._row, half, self._row, self._last, motto, self._format("center", bold=True, size=12))
            self._sheet.set_row(self._row, 18 if len(text) < sum(self._widths[:half]) * 0.8 else 34)
            self._row += 1
        self._merge(self._row, 0, self._row, half - 1, form_number, self._format("center", italic=True))
        self._row += 2
        return half

    def _title(self) -> None:
        title = self._table.titles[0]
        per_line = sum(self._widths) / 1.4
        self._line(title, self._format("center", bold=True, size=14), 20 * (len(title) // per_line + 1))
        source, period = self._made.contract.source, self._made.period
        if not any(column.type == "period" for column in self._columns) and self._table.period.places != ["header"]:
            self._line(_period_line(period, source), self._format("center", italic=True, size=12), 18)
        if self._table.unit_line:
            self._line(f"Đơn vị tính: {self._table.unit_line}", self._format("right", italic=True))

    def _header(self) -> tuple[int, int]:
        """Merged headers and the line of column numbers; gives the first row and how many there are."""
        first, look = self._row, self._format("center", bold=True, boxed=True, filled=True)
        cells = header_cells([_header_text(column, self._made.period, self._table) for column in self._columns])
        depth = max(cell.last_line for cell in cells) + 1
        self._merge(first, 0, first + depth - 1, 0, "STT", look)
        needed = [_LINE_HEIGHT + 2] * depth
        for cell in cells:
            place = (first + cell.line, cell.column + 1, first + cell.last_line, cell.last_column + 1)
            self._merge(*place, cell.text, look)
            width = sum(self._widths[cell.column + 1 : cell.last_column + 2])
            lines = cell.last_line - cell.line + 1
            height = 16 * _lines(cell.text, width) / lines
            for line in range(cell.line, cell.last_line + 1):
                needed[line] = max(needed[line], height)
        for line, height in enumerate(needed):
            self._sheet.set_row(first + line, height)
        for column in range(self._last + 1):
            index = self._format("center", italic=True, size=9, boxed=True)
            self._put(first + depth, column, f"({column + 1})", index)
        self._row = first + depth + 1
        return first, depth + 1

    def _nil_line(self) -> None:
        look = self._format("center", bold=True, boxed=True, is_input=True)
        self._line("", look)
        rule = Rule("Chỉ chọn khi cả bảng không có số liệu nào trong kỳ", choices=(NIL,))
        self._check(self._row - 1, self._row - 1, 0, rule)

    def _body(self, lines: Lines) -> None:
        first, last = self._row, self._row + len(lines.filled) - 1
        for number, filled in enumerate(lines.filled):
            serial = self._format("center", boxed=True, is_input=not filled)
            if filled:
                self._sheet.write_number(self._row, 0, number + 1, serial)
            else:
                self._put(self._row, 0, "", serial)
            self._sheet.set_row(self._row, _LINE_HEIGHT)
            begun = lines.begun if number == 0 else {}
            for position, column in enumerate(self._columns, 1):
                text = filled.get(column.name, "")
                self._put(
                    self._row, position, text or begun.get(column.name, ""), self._cell(column, is_input=not text)
                )
            self._row += 1
        for position, column in enumerate(self._columns, 1):
            if column.name not in lines.filled[0]:
                rule = lines.lists.get(column.name) or rule_of(self._made.contract, self._table, column)
                self._check(first, last, position, rule)
        if lines.has_total:
            self._total(first, last)

    def _cell(self, column: Column, *, is_input: bool) -> Any:
        is_figure = column.type in _NUMBER_FORMATS
        align: _Align = "right" if is_figure else "center" if column.type in NUMERIC else "left"
        return self._format(align, boxed=True, is_input=is_input, number_format=_NUMBER_FORMATS.get(column.type, "@"))

    def _total(self, first: int, last: int) -> None:
        self._put(self._row, 0, "", self._format("center", bold=True, boxed=True))
        for position, column in enumerate(self._columns, 1):
            if column.type in ADDITIVE:
                look = self._format("right", bold=True, boxed=True, number_format=_NUMBER_FORMATS[column.type])
                cells = xl_range(first, position, last, position)
                self._sheet.write_formula(self._row, position, f"=SUM({cells})", look, 0)
            else:
                self._put(
                    self._row,
                    position,
                    "Tổng cộng" if column.type == "org_unit" else "",
                    self._format(bold=True, boxed=True),
                )
        self._row += 1

    def _check(self, first: int, last: int, column: int, rule: Rule) -> None:
        """Excel's own check of some cells: it says what to write when one is chosen, and refuses anything else."""
        check: dict[str, Any] = {"validate": "any"}
        if rule.choices:
            check = {"validate": "list", "source": self._hidden.range_of(rule.choices)}
        elif rule.formula:
            check = {"validate": "custom", "value": "=" + rule.formula.replace(CELL, xl_rowcol_to_cell(first, column))}
        if rule.says:
            check |= {"input_title": "Cách ghi", "input_message": rule.says[:_LONGEST_SAID]}
            check |= {"error_type": "stop", "error_title": "Chưa đúng", "error_message": rule.says[:_LONGEST_SAID]}
        if rule.says or len(check) > 1:
            self._sheet.data_validation(first, column, last, column, check)

    def _notes_and_signatures(self, half: int) -> None:
        for text in _NOTES:
            look = self._format(italic=True, size=10)
            self._line(text, look, 15 * _lines(text, sum(self._widths)))
        self._row += 1
        dated = self._format("center", italic=True, is_input=True)
        self._merge(self._row, half, self._row, self._last, "Ngày … tháng … năm …", dated)
        self._row += 1
        for left, right, look in (
            ("NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ", self._format("center", bold=True, size=12)),
            ("(Ký, ghi rõ họ tên)", "(Ký, đóng dấu)", self._format("center", italic=True)),
        ):
            self._merge(self._row, 0, self._row, half - 1, left, look)
            self._merge(self._row, half, self._row, self._last, right, look)
            self._row += 1


_LONGEST_SAID = 255  # what Excel shows of a message


def _widths(columns: Sequence[Column]) -> list[float]:
    """Characters, the serial number first; as wide together as the letterhead needs."""
    widths = [30.0 if column.type == "org_unit" else 20.0 if column.type == "text" else 13.0 for column in columns]
    scale = max(1.0, (_LEAST_WIDTH - _SERIAL_WIDTH) / sum(widths))
    return [_SERIAL_WIDTH, *(width * scale for width in widths)]


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in bold, with room for words that do not fit at the end of one."""
    return int(len(text) * 1.25 // max(width - 1, 1)) + 1


def _letterhead_of(made: Made) -> tuple[str, str]:
    """Over whom and who: a department under its province, a commune as its People's Committee."""
    unit = made.reporter
    if made.contract.source.reporters == "communes":
        return "ỦY BAN NHÂN DÂN", (unit.full_name if unit else "Xã, phường …………………").upper()
    assert unit is not None  # a department's form has one
    above = made.org_units.get(unit.parent_code, made.period.end)
    return (f"UBND {above.full_name}" if above and above.level == "province" else "").upper(), unit.name.upper()


def _period_line(period: Period, source: Source) -> str:
    bounds = (
        f" (Từ ngày {label_of_day(period.start)} đến ngày {label_of_day(period.end)})"
        if source.clock == "management"
        else ""
    )
    return label(period) + bounds


def _header_text(column: Column, period: Period, table: Table) -> str:
    """The first header that is one; `*`, which stands for any text, is where the period goes if the header says it."""
    text = next(each for each in column.headers if each != "(trống)") if len(column.headers) > 1 else column.headers[0]
    told = (
        (label_of_day(period.end) if table.period.reads == "date" else label(period))
        if "header" in table.period.places
        else ""
    )
    first, *rest = text.removeprefix("*").split("*")
    words = " ".join(f"{first} {told} {' '.join(rest)}".split()) if rest else first
    return words[:1].upper() + words[1:]
