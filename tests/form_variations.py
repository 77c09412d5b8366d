"""A form of one month written in the ways of departments that change nothing.

Each variation is drawn from its own small grammar, so that two runs meet other words, places and neighbours.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from ioc_pipeline.domain.workbooks import Sheet, Value, Workbook

Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass
class Form:
    """Lines from top to bottom. Columns: serial number, name, three figures, remark."""

    letterhead: list[list[Value]] = field(
        default_factory=lambda: [["UBND TỈNH SƠN LA", None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"], ["VĂN PHÒNG"]]
    )
    title: list[list[Value]] = field(default_factory=lambda: [["KẾT QUẢ THU NGÂN SÁCH"]])
    period: list[list[Value]] = field(default_factory=lambda: [["Tháng 9 năm 2025"]])
    unit: list[list[Value]] = field(default_factory=lambda: [[None, None, "Đơn vị tính: tỷ đồng"]])
    header: list[list[Value]] = field(
        default_factory=lambda: [
            ["STT", "Xã, phường", "Thu ngân sách", None, "Số khoản thu", "Ghi chú"],
            [None, None, "Tổng số", "Thu thuế", None, None],
        ]
    )
    data: list[list[Value]] = field(
        default_factory=lambda: [
            [1.0, "Phường Tô Hiệu", 57.25, 40.5, 12.0, None],
            [2.0, "Phường Chiềng An", 12.5, 8.25, 7.0, None],
            [3.0, "Xã Vân Hồ", 3.1, 1.4, 5.0, None],
            [4.0, "Xã Mường Lạn", 7.4, 2.15, 9.0, None],
        ]
    )
    total: list[list[Value]] = field(default_factory=lambda: [[None, "Tổng cộng", 80.25, 52.3, 33.0, None]])
    foot: list[list[Value]] = field(
        default_factory=lambda: [
            [],
            [None, None, "Sơn La, ngày 02 tháng 10 năm 2025"],
            ["NGƯỜI LẬP BIỂU", None, "CHÁNH VĂN PHÒNG"],
        ]
    )
    file_name: str = "thu ngan sach.xlsx"
    sheet_name: str = "Sheet1"
    merges: bool = True
    left: int = 0
    hidden_rows: list[list[Value]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)  # name of a unit → how its first figure is seen
    hidden: set[str] = field(default_factory=set)  # names of units whose first figure has the colour of its ground
    covered: set[str] = field(default_factory=set)  # those whose remark lies under a merged cell
    order: list[int] = field(default_factory=lambda: [0, 1, 2, 3, 4, 5])

    def workbook(self) -> Workbook:
        """The form as it is read: columns in `order`, behind `left` empty ones."""
        lines = [*self.letterhead, [], *self.title, *self.period, *self.unit]
        top = len(lines)
        table = [*self.header, *self.data, *self.total]
        width = 1 + max(len(line) for line in (*lines, *table, *self.foot, *self.hidden_rows))
        moved = [[(line + [None] * width)[at] for at in self.order] + line[6:] for line in table]
        rows = [[None] * self.left + line for line in (*lines, *moved, *self.foot, *self.hidden_rows)]
        width = max(map(len, rows))
        sheet = Sheet(self.sheet_name, [line + [None] * (width - len(line)) for line in rows], notes=self.notes)
        if self.merges and self.order == sorted(self.order) and len(self.header) == 2:
            sheet.merged = [(top, self.left + 2, top, self.left + 3)]
        sheet.hidden_rows = set(range(len(rows) - len(self.hidden_rows), len(rows)))
        for number, line in enumerate(sheet.rows):
            for name, text in self.shown.items():
                if any(isinstance(value, str) and name.casefold() in value.casefold() for value in line):
                    sheet.shown[number, self.left + self.order.index(2)] = text
            for places, names, position in ((sheet.hidden_cells, self.hidden, 2), (sheet.covered, self.covered, 5)):
                if names & {cell for cell in line if isinstance(cell, str)}:
                    places.add((number, self.left + self.order.index(position)))
        return Workbook("xlsx", [sheet])


Variation = Callable[[Form, Draw], None]


def _pick(*texts: str) -> st.SearchStrategy[str]:
    return st.sampled_from(texts)


LABELS = _pick(
    "Tháng 9 năm 2025", "tháng 9/2025", "T9/2025", "T9-2025", "T.09/2025", "Tháng 09/2025", "THÁNG CHÍN NĂM 2025",
    "September 2025", "Tháng: 9 năm: 2025", "T9/25", "Tháng 9/25", "Sep-25", "2025M9",
)  # fmt: skip


MARKS = _pick(
    "", "¹", "*", " (1)", " [2]", " (*)", "²", " (1,2)", "¹,²", " ⁽¹⁾", " (xem ghi chú)", " (Chú thích 1)", " (i)"
)


LEADS = _pick("", "", "Kỳ báo cáo: ", "Báo cáo ", "Thực hiện ", "TH ", "1. ", "a) ", "Số liệu ", "Trong ", "(")


def period_in_other_words(form: Form, draw: Draw) -> None:
    lead, label, mark = draw(LEADS), draw(LABELS), draw(MARKS)
    beside = draw(_pick("", "", "", " - Số nam", " - Khối xã", " (tăng 3% so với tháng 8)"))
    form.period = [[f"{lead}{label}{')' if lead == '(' else ''}{mark}{beside}"]]


def period_on_two_lines(form: Form, draw: Draw) -> None:
    lines: list[list[Value]] = [
        [draw(_pick("Tháng 9", "T9", "tháng Chín"))],
        [draw(_pick("Năm 2025", "2025", "NĂM 2025"))],
    ]
    form.period = lines if draw(st.booleans()) else lines[::-1]


def period_in_cells(form: Form, draw: Draw) -> None:
    form.period = [draw(st.sampled_from([["Tháng", 9.0, "năm", 2025.0], ["Tháng", "9", "năm", "2025"]]))]


def bounds_beside_it(form: Form, draw: Draw) -> None:
    written = _pick("(từ ngày 01/9/2025 đến ngày 30/9/2025)", "(Từ 1/9 đến 30/9/2025)", "01/9/2025 - 30/9/2025")
    form.period.append([draw(written)])


def marks_on_headers(form: Form, draw: Draw) -> None:
    form.header = [[f"{cell}{draw(MARKS)}" if isinstance(cell, str) else cell for cell in line] for line in form.header]


def numbers_on_headers(form: Form, draw: Draw) -> None:
    sign = draw(_pick("{}. ", "{}) ", "{}/ ", "({}) ", "{} - ", "[{}] "))
    form.header = [
        [f"{sign.format(at)}{cell}" if isinstance(cell, str) else cell for at, cell in enumerate(line, 1)]
        for line in form.header
    ]


def units_on_headers(form: Form, draw: Draw) -> None:
    unit = draw(_pick("(tỷ đồng)", "(ĐVT: tỷ đồng)", "(Tỷ VNĐ)", "(billion VND)", "[tỷ đ]"))
    form.header[0][2] = f"Thu ngân sách {unit}"


def unit_in_other_words(form: Form, draw: Draw) -> None:
    form.unit = [
        [
            None,
            None,
            draw(
                _pick(
                    "(tỷ đồng)",
                    "ĐVT: Tỷ đồng",
                    "Tỉ đồng",
                    "Unit: billion VND",
                    "Đơn vị: tỷ VNĐ",
                    "ĐVT: tỷ đ",
                    "10⁹ đồng",
                    "ĐVT: 1.000.000.000 đồng",
                    "ĐVT: tỷ",
                    "Đơn vị tính: ghi tại từng cột",
                    "Đơn vị tính theo từng cột",
                )
            ),
        ]
    ]


def names_in_other_words(form: Form, draw: Draw) -> None:
    for number, line in enumerate((line for line in form.data if len(line) > 3 and line[0]), 1):
        name = str(line[1])
        line[1] = draw(_pick(name, name.upper(), f"{number}. {name}", f"{name}¹", f"{name} *", f"UBND {name.lower()}"))


def headers_in_two_languages(form: Form, draw: Draw) -> None:
    sign = draw(_pick("{} - {}", "{}/{}", "{}\n{}", "{} ({})", "{} – {}"))
    english = {
        "STT": "No.", "Xã, phường": "Commune, ward", "Thu ngân sách": "State revenue (billion VND)",
        "Số khoản thu": "Number of items", "Ghi chú": "Note", "Tổng số": "Total", "Thu thuế": "Tax revenue",
    }  # fmt: skip
    form.header = [
        [sign.format(cell, english[cell]) if cell in english else cell for cell in line] for line in form.header
    ]


def figures_as_text(form: Form, draw: Draw) -> None:
    for line in (line for line in form.data if len(line) > 3):
        for at in (2, 3):
            mark = draw(_pick("", "", "¹", " ②"))
            line[at] = f"{line[at]}".replace(".", ",") + mark


def total_in_other_words(form: Form, draw: Draw) -> None:
    total = form.total[0] if form.total else form.data[0]
    total[1] = draw(
        _pick(
            "Tổng số", "TỔNG CỘNG¹", "Toàn tỉnh (4 xã, phường)", "Cộng chung các xã", "Total", "Grand total", "T.cộng"
        )
    )


def total_on_top(form: Form, draw: Draw) -> None:
    form.data, form.total = form.total + form.data, []


def headings(form: Form, draw: Draw) -> None:
    text = draw(_pick("I. Khu vực thành thị", "Các xã vùng cao", "* Vùng II", "Cụm thi đua số 1", "KHỐI XÃ"))
    at = draw(st.integers(0, 3))
    form.data.insert(at, [text] if draw(st.booleans()) else [None, text])


def parts_of_rows(form: Form, draw: Draw) -> None:
    at = draw(st.integers(1, 4))
    whole = form.data[at - 1]
    if len(whole) > 4 and isinstance(whole[2], float) and isinstance(whole[4], float):
        part: list[Value] = [
            None,
            draw(
                _pick(
                    "- Nữ",
                    "Trong đó: nộp qua mạng",
                    "+ Trực tuyến",
                    "Of which: online",
                    "• Nam",
                    "a) Trực tuyến",
                    "1.1 Trực tuyến",
                    "· Trực tuyến",
                    "Ở nông thôn",
                    "Trong tổng số: nữ",
                )
            ),
        ]
        form.data.insert(at, [*part, whole[2] / 2, None, float(int(whole[4]) // 2), None])


def sums_of_groups(form: Form, draw: Draw) -> None:
    """Each half of the rows has its sum above it or below it."""
    first, second = draw(
        st.sampled_from(
            [
                ("Khu vực đô thị", "Khu vực nông thôn"),
                ("Cộng phường", "Cộng xã"),
                ("Huyện Mộc Châu (cũ)", "Huyện Mai Sơn (cũ)"),
                ("* Vùng I", "* Vùng II"),
            ]
        )
    )
    halves = form.data[:2], form.data[2:]
    sums = [_sum_of(name, half) for name, half in zip((first, second), halves, strict=True)]
    is_above = first != "* Vùng I" and draw(st.booleans())
    form.data = [
        line
        for total, half in zip(sums, halves, strict=True)
        for line in ([total, *half] if is_above else [*half, total])
    ]


def _sum_of(name: str, lines: list[list[Value]]) -> list[Value]:
    added = [[value for line in lines if len(line) > at and isinstance(value := line[at], float)] for at in (2, 3, 4)]
    return [None, name, *(round(sum(numbers), 6) for numbers in added), None]


def row_of_means(form: Form, draw: Draw) -> None:
    form.data.append(
        [None, draw(_pick("Bình quân", "Trung bình các xã", "Average", "Cao nhất")), 20.06, 13.08, 8.0, None]
    )


def column_of_another_unit(form: Form, draw: Draw) -> None:
    """A column that the form does not ask for has its unit in a cell of its own under its name."""
    unit = draw(_pick("(triệu đồng)", "Triệu đồng", "nghìn đồng", "(USD)", "(nghìn tấn)"))
    if len(form.header) == 1:
        return
    form.header[0].append(draw(_pick("Dự toán", "Số tiền hoàn", "Lũy kế từ đầu năm")))
    form.header[1].append(unit)
    for line in form.data:
        if len(line) == len(form.header[0]) - 1:
            line.append(5000.0)


def groups_with_the_same_names(form: Form, draw: Draw) -> None:
    """The period's own figures stand beside others under the same names."""
    own = draw(_pick("Thực hiện tháng", "Tháng 9", "Trong tháng", "Kỳ này", "Actual", "Thực hiện tháng 9/2025"))
    other = draw(_pick("Lũy kế", "Lũy kế 9 tháng", "Kế hoạch năm", "Cùng kỳ năm trước", "Year to date", "Dự toán"))
    _put_beside(form, own, other)


def _put_beside(form: Form, own: str, other: str) -> None:
    form.header = [
        ["STT", "Xã, phường", own, None, None, "Ghi chú", other, None, None],
        [None, None, "Thu ngân sách", None, "Số khoản thu", None, "Thu ngân sách", None, "Số khoản thu"],
        [None, None, "Tổng số", "Thu thuế", None, None, "Tổng số", "Thu thuế", None],
    ]
    form.merges = False
    for line in (*form.data, *form.total):
        if len(line) == 6:
            line.extend(value * 9 if isinstance(value, float) else value for value in line[2:5])


def units_under_headers(form: Form, draw: Draw) -> None:
    line: list[Value] = [None, None, draw(_pick("(tỷ đồng)", "Tỷ đồng", "Tháng 9")), "(tỷ đồng)", "(khoản)", None]
    form.header.append(line)
    form.data, form.header = [form.header.pop(), *form.data], form.header


def other_order(form: Form, draw: Draw) -> None:
    form.order = draw(st.permutations([0, 1, 2, 3, 4, 5]))
    form.header = [["STT", "Xã, phường", "Thu ngân sách Tổng số", "Thu ngân sách Thu thuế", "Số khoản thu", "Ghi chú"]]


def no_merged_cells(form: Form, draw: Draw) -> None:
    form.merges = False


def moved_right(form: Form, draw: Draw) -> None:
    form.left = draw(st.integers(1, 3))


def blank_rows(form: Form, draw: Draw) -> None:
    form.data.insert(draw(st.integers(0, 4)), [])


def column_numbers(form: Form, draw: Draw) -> None:
    form.header.append(
        draw(
            st.sampled_from(
                [
                    ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
                    ["A", "B", "1", "2", "3", "4"],
                    ["Cột 1", "Cột 2", "Cột 3", "Cột 4", "Cột 5", "Cột 6"],
                    ["[1]", "[2]", "[3]", "[4]", "[5]", "[6]"],
                    ["a", "b", "c", "d", "e", "f"],
                    [None, None, "(1)"],
                ]
            )
        )
    )
    form.data, form.header = [form.header.pop(), *form.data], form.header


def harmless_notes(form: Form, draw: Draw) -> None:
    text = _pick(
        "Ghi chú: Tăng 5% so với cùng kỳ năm trước", "Nguồn: Kho bạc Nhà nước", "(1) Chưa tính 3 khoản hoàn trả",
        "Ghi chú: Đạt 75% kế hoạch năm 2025", "* Số liệu do Kho bạc cung cấp", "Ghi chú: Gồm 2 trang",
        "Nguồn: Niên giám thống kê năm 2024",
    )  # fmt: skip
    form.foot.insert(0, [draw(text)])


def harmless_remarks(form: Form, draw: Draw) -> None:
    text = _pick(
        "Trung bình", "Tăng so với tháng trước", "Theo kế hoạch", "Vượt kế hoạch", "Quỹ", "Nam", "Số nam",
        "Chuyển từ tháng 8 sang", "Gồm 3 xã cũ", "Cập nhật ngày 02/10/2025", "Nguồn: Báo cáo năm 2024",
        "Mới thành lập từ 01/7/2025", "Đạt dự toán", "Hằng năm",
    )  # fmt: skip
    next(line for line in form.data if line and line[0] == 1.0)[5] = draw(text)


def harmless_lines(form: Form, draw: Draw) -> None:
    text = _pick(
        "Số: 123/BC-VP", "(Ban hành kèm theo Quyết định số 12/2024/QĐ-UBND ngày 05/01/2024)", "Kính gửi: Sở Tài chính",
        "Nguồn: Niên giám thống kê năm 2024", "Nguồn số liệu: Báo cáo quý II/2025 của Kho bạc Nhà nước",
        "Ngày gửi báo cáo: ngày 02 tháng sau", "Biểu số 31/NS", "V/v báo cáo kết quả 9 tháng", "PHÒNG KẾ HOẠCH",
        "Triển khai Đề án 06, tầm nhìn đến năm 2030",
        "Báo cáo định kỳ hằng tháng", "Báo cáo tháng, quý, năm", "Báo cáo quỹ lương", "Thực hiện kế hoạch năm 2025",
        "Hạn gửi: ngày 15 tháng sau", "Monthly report", "V/v gửi số liệu lũy kế và số liệu tháng",
        "(Theo hướng dẫn của Sở Tài chính)", "Chuyển đổi số tỉnh Sơn La đến năm 2030",
    )  # fmt: skip
    form.letterhead.append([draw(text)])


def a_line_before_the_first_row(form: Form, draw: Draw) -> None:
    text = _pick("Lưu ý: các xã ghi đủ số", "Nguồn: Kho bạc", "Báo cáo lần 2", "Phụ lục I", "Nơi nhận: Trung tâm IOC")
    form.data.insert(0, [draw(text)] if draw(st.booleans()) else [None, draw(text)])


def names_of_file_and_sheet(form: Form, draw: Draw) -> None:
    form.file_name = draw(
        _pick("Thu NS T9.2025.xlsx", "thu_ns_thang_09_2025.xlsx", "BC 202509.xlsx", "T9 (gui T10).xlsx")
    )
    form.sheet_name = draw(_pick("T9", "Tháng 9", "Biểu 31", "2025"))


def forgotten_rows_that_are_hidden(form: Form, draw: Draw) -> None:
    form.hidden_rows = [[draw(_pick("Tháng 8 năm 2025", "ĐVT: triệu đồng", "Bản nháp"))]]


HARMLESS: list[Variation] = [
    period_in_other_words, period_on_two_lines, period_in_cells, bounds_beside_it, marks_on_headers, units_on_headers,
    numbers_on_headers,
    unit_in_other_words, names_in_other_words, figures_as_text, total_in_other_words, total_on_top, headings,
    parts_of_rows, sums_of_groups,
    row_of_means, other_order, no_merged_cells, moved_right, blank_rows, column_numbers, harmless_notes,
    harmless_remarks,
    column_of_another_unit, units_under_headers, groups_with_the_same_names,
    headers_in_two_languages, harmless_lines, a_line_before_the_first_row,
    names_of_file_and_sheet, forgotten_rows_that_are_hidden,
]  # fmt: skip


def varied(variations: list[Variation], draw: Draw) -> Form:
    """A fresh form with these variations, one upon the other."""
    form = deepcopy(Form())
    for variation in variations:
        variation(form, draw)
    return form
