"""A department's register: one line for each answer to what it sent, the newest last."""

import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from ioc_pipeline.answer.sheets import harmless, harmless_workbook, height_of

_COLUMNS = (
    ("Số biên nhận", 14),
    ("Nhận lúc", 16),
    ("Tệp", 44),
    ("Biểu mẫu", 50),
    ("Kỳ số liệu", 20),
    ("Kết quả", 30),
)
_TITLE_ROW, _HEADER_ROW, _FIRST_ROW = 0, 2, 3


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One line, each part as it is written."""

    number: str
    received: str
    file_name: str
    form: str
    periods: str
    outcome: str


def register_workbook(department: str, lines: Sequence[RegisterLine]) -> bytes:
    """The register as an .xlsx that prints on A4, its header on every page; the same lines give the same table."""
    stream = io.BytesIO()
    widths = [width for _, width in _COLUMNS]
    with harmless_workbook(stream) as book:
        sheet = book.add_worksheet("Sổ nhận")
        title = book.add_format({"bold": True, "font_size": 14})
        header = book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "vcenter",
                "align": "center",
                "border": 1,
                "bg_color": "#D9E2F3",
            }
        )
        cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
        sheet.write_string(_TITLE_ROW, 0, f"SỔ NHẬN BÁO CÁO - {department}", title)
        for column, (name, width) in enumerate(_COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(_HEADER_ROW, column, name, header)
        for row, line in enumerate(lines, _FIRST_ROW):
            texts = [harmless(text) for text in astuple(line)]
            sheet.set_row(row, height_of(texts, widths))
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text, cell)
        sheet.freeze_panes(_FIRST_ROW, 0)
        sheet.autofilter(_HEADER_ROW, 0, _HEADER_ROW + max(len(lines), 1), len(_COLUMNS) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_HEADER_ROW)
        sheet.set_footer("&CTrang &P/&N")
    return stream.getvalue()
