"""Every identifier here is invented."""

from datetime import date

import pytest

from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.workbooks import Sheet, Value, Workbook
from ioc_pipeline.parse.personal import (
    at_cells,
    kinds_in_column,
    shaped_as_figure,
    without_personal_data,
)
from ioc_pipeline.parse.personal_workbook import find_personal_data_in_workbook

CITIZENS = ["014085001234", "014185001235", "001285001236", "036201001237", "014085001238"]


def _in_column(values: list[Value], header: str = "Mã") -> list[Problem]:
    kinds = kinds_in_column(header, enumerate(values, start=7))
    return [at_cells("Biểu 1", row, 1, kind, header) for kind, row in kinds.items()]


def test_a_column_of_citizen_numbers_is_found_at_its_first_cell_without_the_value() -> None:
    (problem,) = _in_column([None, *CITIZENS])
    assert (problem.code, problem.sheet, problem.cell, problem.found) == ("personal-data", "Biểu 1", "B9", "")
    assert not any(number in str(problem) for number in CITIZENS)


def test_a_column_is_told_once_with_how_many_more_cells_it_has() -> None:
    (problem,) = _in_column([*CITIZENS, "x", CITIZENS[0]])
    assert "còn 5 ô nữa trong cột này" in problem.expected
    (problem,) = _in_column(["CMND 050123456"])
    assert "ô nữa" not in problem.expected


@pytest.mark.parametrize(
    ("headers", "is_told"),
    [
        (["Họ và tên", "Địa chỉ"], True),
        (["Họ và tên", "Địa chỉ liên hệ"], True),
        (["Họ và tên", "Chức vụ", "Địa chỉ"], False),
        (["Tên cơ sở", "Địa chỉ"], False),
    ],
)
def test_an_address_beside_names_is_a_home_unless_they_hold_an_office(headers: list[Value], is_told: bool) -> None:
    places: list[Value] = ["Bản Mòng, xã Hua La", "Tổ 3, phường Tô Hiệu"]
    names: list[Value] = ["Lò Văn A", "Cà Thị B"] if headers[0] == "Họ và tên" else ["Trường A", "Trạm B"]
    middle: list[list[Value]] = [["Trưởng phòng"] if len(headers) == 3 else [] for _ in names]
    rows = [headers, *([name, *more, place] for name, more, place in zip(names, middle, places, strict=True))]
    assert bool(find_personal_data_in_workbook(Workbook("xlsx", [Sheet("A", rows)]), "a.xlsx")) is is_told


def test_citizen_numbers_stored_as_numbers_lost_their_zeros_and_are_still_found() -> None:
    assert len(_in_column([float(number) for number in CITIZENS])) == 1
    assert len(_in_column([number.lstrip("0") for number in CITIZENS])) == 1


def test_one_citizen_number_is_enough_and_codes_of_twelve_digits_are_none() -> None:
    assert len(_in_column([CITIZENS[0], "03646", "03703"])) == 1
    assert _in_column([CITIZENS[0], *(f"99999000000{digit}" for digit in range(5))]) == []


@pytest.mark.parametrize(
    "values",
    [
        [999990000000.0 + row for row in range(5)],
        [str(999990000000 + row) for row in range(5)],
        [12345678000.0, 23456789000.0, 34067890000.0],
        [14085001234.0],
        ["03646", "03703"],
        ["1.001234.000.00.00.H52", "2.000385.000.00.00.H52"],
        ["H52.16-250911-0001"],
        ["050123456"],
        [912345678.0],
        ["12.345.678.901"],
        ["25/9/2025", "20250911083012"],
    ],
)
def test_amounts_codes_and_dates_are_no_personal_data(values: list[Value]) -> None:
    assert _in_column(values, "Số lượng") == []


@pytest.mark.parametrize(
    ("header", "value"),
    [("Số CMND", "050123456"), ("Số CCCD", 14085001234.0), ("Điện thoại", 912345678.0), ("SĐT", "0212 385 212")],
)
def test_a_header_that_names_identifiers_gives_meaning_to_bare_digits(header: str, value: Value) -> None:
    assert [problem.code for problem in _in_column([value], header)] == ["personal-data"]


@pytest.mark.parametrize("text", ["Liên hệ 0912345678", "CCCD: 014 085 001 234", "hoa.nguyen@example.vn"])
def test_one_identifier_inside_a_text_or_a_comment_is_enough(text: str) -> None:
    (in_column,) = _in_column(["không", text])
    (in_note,) = _found([[1.0]], notes=[("C4", text)])
    assert in_column.code == in_note.code == "personal-data"
    assert not any(text in str(problem) for problem in (in_column, in_note))


@pytest.mark.parametrize(
    "header", ["Dự toán (đồng)", "Quý III", "Xã Vân Hồ", "Lũy kế từ đầu năm", "", "Số CCCD đã cấp"]
)
def test_sums_with_the_digits_of_citizen_numbers_are_none(header: str) -> None:
    sums = [1_060_123_457.0 + 1_237_911 * row for row in range(30)]
    assert kinds_in_column(header, enumerate(sums)) == {}
    assert kinds_in_column(header, enumerate(sums), has_people=True, is_figure=True) == {}


def test_the_same_digits_beside_names_are_citizen_numbers() -> None:
    rows: list[list[Value]] = [["Lò Văn A", 14085001234.0], ["Quàng Thị B", 14185001235.0], ["Cà Văn C", 1085001236.0]]
    (problem,) = _found([["Danh sách", None], *rows])
    assert problem.cell == "B2"


def _found(rows: list[list[Value]], name: str = "DS", notes: list[tuple[str, str]] | None = None) -> list[Problem]:
    width = max(map(len, rows))
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    return find_personal_data_in_workbook(Workbook("xlsx", [Sheet(name, padded, notes=notes or [])]), "a.xlsx")


def test_names_of_files_and_sheets_are_looked_at_and_not_repeated() -> None:
    (of_file,) = find_personal_data_in_workbook(Workbook("xlsx", [Sheet("Biểu 1", [])]), "BC_0912345678.xlsx")
    of_sheet, of_note = _found([[1.0]], "CMND 050123456", [("C4", "gửi a@example.vn")])
    assert not any(digits in str((of_file, of_sheet, of_note)) for digits in ("0912345678", "050123456"))
    assert of_note.sheet == ""


def test_a_list_of_people_on_another_sheet_is_found_below_any_heading() -> None:
    (problem,) = _found([["DANH SÁCH", None], ["Họ tên", "Số"], *(["A", number] for number in CITIZENS)])
    assert (problem.sheet, problem.cell) == ("DS", "B3")


def test_old_identity_numbers_are_found_by_their_header_or_by_the_label_beside_them() -> None:
    assert [problem.cell for problem in _found([["Họ tên", "Số CMND"], ["A", "050123456"]])] == ["B2"]
    assert [problem.cell for problem in _found([["Số CMND", 50123456.0]])] == ["B1"]
    assert _found([["Họ tên", "Số quyết định"], ["A", "050123456"]]) == []


@pytest.mark.parametrize("header", ["Mã", "Số", "Giấy tờ", "Mã công chức", "Ghi chú", ""])
def test_nine_digits_beside_names_are_identity_numbers_under_a_header_that_names_nothing_else(header: str) -> None:
    for numbers in (["050123456", "050987654", "051234567"], [50123456.0, 50987654.0, 51234567.0]):
        rows = [[name, number] for name, number in zip(("Lò Văn A", "Cà Thị B", "Vàng A Chớ"), numbers, strict=True)]
        assert [problem.cell for problem in _found([["Cán bộ", header], *rows])] == ["B2"]
        assert _found([["Đơn vị", header], *([f"Bản số {row}", number] for row, (_, number) in enumerate(rows))]) == []
        for other in ("Kinh phí (đồng)", "Mã tài sản", "Số thuê bao"):
            assert _found([["Cán bộ", other], *rows]) == []


@pytest.mark.parametrize("text", ["014085\n001234", "Số\t014085001234"])
def test_a_number_that_a_line_break_parts_is_one_number(text: str) -> None:
    assert len(_in_column([text], "Ghi chú")) == 1


def test_passports_are_told_by_their_header() -> None:
    assert len(_in_column(["C1234567", "B7654321"], "Hộ chiếu")) == 1
    assert _in_column(["C1234567", "B7654321"], "Mã thiết bị") == []


def test_one_telephone_under_a_signature_is_no_list_of_people_and_three_are() -> None:
    signature: list[list[Value]] = [["Liên hệ: 0912345678, a@example.vn", 14085001234.0], ["Tổng", 5.0]]
    assert _found(signature) == []
    (problem,) = _found([["Họ tên", "Điện thoại"], *([f"Lò Văn {row}", f"091234567{row}"] for row in range(3))])
    assert problem.cell == "B2"
    assert problem.expected == "ô, cột không có danh sách số điện thoại (còn 2 ô nữa trong cột này)"


@pytest.mark.parametrize(
    "rows",
    [
        [["STT", "Họ và tên", "Ngày sinh"], [1.0, "Lò Văn A", date(1985, 3, 1)]],
        [["Họ tên", "Năm sinh"], ["Lò Văn A", 1985.0]],
        [["Lò Văn A", date(1985, 3, 1)], ["Cà Thị B", date(1990, 3, 1)], ["Vàng A Chớ", date(2001, 3, 1)]],
        [["LÒ VĂN A", "1/3/1985"], ["CÀ THỊ B", "2-4-1990"], ["VÀNG A CHỚ", "03.05.2001"]],
        [["Cán bộ phụ trách"], ["Nguyễn Văn An (sinh ngày 12/3/1985)"]],
        [["Cán bộ phụ trách"], ["Lò Thị Hương - SN 1990"]],
        [["Họ và tên", "Nơi thường trú"], ["Lò Văn A", "Bản Mòng"]],
        [["Cán bộ", "Quê quán"], ["Lò Văn A", "Mai Sơn"]],
    ],
)
def test_names_with_dates_of_birth_are_personal_data(rows: list[list[Value]]) -> None:
    (problem,) = _found(rows)
    assert "ngày sinh" in problem.expected


@pytest.mark.parametrize(
    "rows",
    [
        [["Họ và tên", "Ngày sinh"]],
        [["Lò Văn A", "Cà Thị B", "Vàng A Chớ"], ["Trưởng phòng", "Kế toán", "Giám đốc"]],
        [["Năm sinh", "Số trẻ"], [2024.0, 512.0]],
        [["Lò Văn A", date(2025, 9, 1)], ["Cà Thị B", date(2025, 9, 1)], ["Vàng A Chớ", date(2025, 9, 1)]],
        [["Lò Văn A", "1/9/2025"], ["Cà Thị B", "1/9/2025"], ["Vàng A Chớ", "1/9/2025"]],
        [["Nơi ở", "Số hộ"], ["Bản Mòng", 12.0]],
        [["Số sinh năm 2024 của Phường Hoàng Văn Thụ"]],
    ],
)
def test_forms_officials_counts_and_dates_of_documents_are_not(rows: list[list[Value]]) -> None:
    assert _found(rows) == []


def test_no_problem_is_told_with_an_identifier() -> None:
    problem = Problem("bad-cell", "BS 014085001234", "C4", "Ghi 0912345678", "014085001234", "a@example.vn", "x")
    told = without_personal_data(problem)
    assert (told.sheet, told.cell, told.column, told.found, told.expected) == ("BS …", "C4", "Ghi …", "…", "…")


@pytest.mark.parametrize(
    "text", ["Lò Văn A", "Lò Văn A, tổ 3", "bà Nguyễn Thị Hoa nộp 12", "xem CMND 050000126", "chưa rõ"]
)
def test_an_answer_repeats_nothing_of_a_figure_that_has_not_the_shape_of_one(text: str) -> None:
    assert shaped_as_figure(text) == "" or without_personal_data(Problem("bad-cell", found=text)).found == ""


@pytest.mark.parametrize("text", ["1.2.3", "khoảng 1.234 triệu đồng", "12O", "6/8"])
def test_an_answer_repeats_what_could_have_been_meant_as_a_figure(text: str) -> None:
    assert shaped_as_figure(text) == text


@pytest.mark.parametrize(
    "text", ["050000110", "0 5 0 0 0 0 1 1 0", "014085 0001O5", "O14085000105", "B1234567", "a 12345678"]
)
def test_an_answer_repeats_no_digits_that_stand_as_those_of_persons_do(text: str) -> None:
    told = without_personal_data(Problem("bad-cell", column=text, found=text, fix=f"thay “{text}”"))
    assert (told.column, told.found, told.fix) == ("", "", "")


@pytest.mark.parametrize("text", ["50000110", "14085000105", "Lò Văn Anh 7900205012345"])
def test_where_words_belong_no_long_number_is_repeated(text: str) -> None:
    told = without_personal_data(Problem("unknown-unit", column=text, found=text, fix=f"thêm dòng “{text},”"))
    assert (told.found, told.fix) == ("", "")
    assert not any(sign.isdecimal() for sign in told.column)


@pytest.mark.parametrize("text", ["1234567890", "703.703.580,6", "0,912345678", "ước 1234567", "25/9/2025"])
def test_figures_and_days_are_repeated(text: str) -> None:
    assert without_personal_data(Problem("total-mismatch", found=text)).found == text


def test_no_answer_repeats_a_name_and_every_answer_the_name_of_a_place() -> None:
    for found, told in [("Nguyễn Văn A", ""), ("Phường Hoàng Văn Thụ", "Phường Hoàng Văn Thụ"), ("Mai Sơn", "Mai Sơn")]:
        assert without_personal_data(Problem("unknown-unit", found=found)).found == told
