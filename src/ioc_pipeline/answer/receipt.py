"""The receipt of an accepted report: one page to print, to compare with the paper, and to file."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from ioc_pipeline.answer.sheets import harmless, harmless_workbook, height_of

WARNINGS_SHOWN = 12  # on one page; the text beside it has all
TOTALS_SHOWN = 30

_WIDTHS = (24, 46, 14, 20)


@dataclass(frozen=True, slots=True)
class Total:
    """One column as it was read: how many values it has, and their sum as people write it, "" where none is meant."""

    table: str
    column: str
    value_count: str
    sum: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What stands on it: `lines` are (name, value), `warnings` whole sentences with their places."""

    lines: Sequence[tuple[str, str]]
    totals: Sequence[Total]
    warnings: Sequence[str]


def receipt_workbook(receipt: Receipt) -> bytes:
    """The receipt as an .xlsx of one page A4."""
    stream = io.BytesIO()
    with harmless_workbook(stream) as book:
        _Page(book).write(receipt)
    return stream.getvalue()


class _Page:
    def __init__(self, book) -> None:  # type: ignore[no-untyped-def]  # xlsxwriter has no types
        self._sheet = book.add_worksheet("Biên nhận")
        bold, wrapped = {"bold": True}, {"text_wrap": True, "valign": "top"}
        self._title = book.add_format({**bold, "font_size": 16, "align": "center"})
        self._heading = book.add_format({**bold, "font_size": 12, "bottom": 1})
        self._name = book.add_format({**bold, **wrapped})
        self._text = book.add_format(wrapped)
        self._header = book.add_format({**bold, **wrapped, "border": 1, "bg_color": "#D9E2F3", "align": "center"})
        self._table = book.add_format({**wrapped, "border": 1, "italic": True})
        self._cell = book.add_format({**wrapped, "border": 1})
        self._figure = book.add_format({**wrapped, "border": 1, "align": "right"})
        for column, width in enumerate(_WIDTHS):
            self._sheet.set_column(column, column, width)
        self._sheet.hide_gridlines(2)
        self._sheet.set_portrait()
        self._sheet.set_paper(9)  # A4
        self._sheet.fit_to_pages(1, 1)
        self._row = 0

    def write(self, receipt: Receipt) -> None:
        self._merged("BIÊN NHẬN BÁO CÁO", self._title)
        self._row += 1
        for name, value in receipt.lines:
            self._sheet.write_string(self._row, 0, name, self._name)
            self._merged(value, self._text, first=1)
        if receipt.totals:
            self._heading_of("Số liệu đã đọc, để đối chiếu với bản giấy")
            self._write_totals(receipt.totals)
        if receipt.warnings:
            self._heading_of(f"Cảnh báo (không phải gửi lại): {len(receipt.warnings)}")
            for number, warning in enumerate(receipt.warnings[:WARNINGS_SHOWN], 1):
                self._merged(f"{number}. {warning}", self._text)
            self._more(len(receipt.warnings) - WARNINGS_SHOWN, "cảnh báo")

    def _write_totals(self, totals: Sequence[Total]) -> None:
        self._write_row(("Cột", "Số giá trị", "Cộng"), self._header, self._header)
        for number, total in enumerate(totals[:TOTALS_SHOWN]):
            if total.table and (number == 0 or total.table != totals[number - 1].table):
                self._merged(total.table, self._table)
            self._write_row((total.column, total.value_count, total.sum), self._cell, self._figure)
        self._more(len(totals) - TOTALS_SHOWN, "cột")

    def _write_row(self, texts: Sequence[str], first_format: object, other_format: object) -> None:
        name, *others = texts
        self._sheet.merge_range(self._row, 0, self._row, 1, "", first_format)
        self._sheet.write_string(self._row, 0, harmless(name), first_format)
        for column, text in enumerate(others, 2):
            self._sheet.write_string(self._row, column, text, other_format)
        self._sheet.set_row(self._row, height_of([name], [sum(_WIDTHS[:2])]))
        self._row += 1

    def _more(self, count: int, what: str) -> None:
        if count > 0:
            self._merged(f"… và {count} {what} khác", self._text)

    def _heading_of(self, text: str) -> None:
        self._row += 1
        self._merged(text, self._heading)

    def _merged(self, text: str, text_format: object, first: int = 0) -> None:
        """One text over the columns from `first` on, as high as it needs: programs do not work that out."""
        last = len(_WIDTHS) - 1
        self._sheet.merge_range(self._row, first, self._row, last, "", text_format)
        self._sheet.write_string(self._row, first, harmless(text), text_format)
        if text_format is self._text:
            self._sheet.set_row(self._row, height_of([text], [sum(_WIDTHS[first:])]))
        self._row += 1
