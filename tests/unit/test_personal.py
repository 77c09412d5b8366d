"""Every identifier here is invented."""

import pytest

from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.workbooks import Sheet, Value
from ioc_pipeline.parse.personal import (
    find_personal_data,
    find_personal_data_in_column,
    find_personal_data_in_sheet,
    without_personal_data,
)

CITIZENS = ["014085001234", "014185001235", "001285001236", "036201001237", "014085001238"]


def _in_column(values: list[Value], header: str = "Mã") -> list[Problem]:
    return find_personal_data_in_column("Biểu 1", header, 1, list(enumerate(values, start=7)))


def test_a_column_of_citizen_numbers_is_found_at_its_first_cell_without_the_value() -> None:
    (problem,) = _in_column([None, *CITIZENS])
    assert (problem.code, problem.sheet, problem.cell, problem.found) == ("personal-data", "Biểu 1", "B9", "")
    assert not any(number in str(problem) for number in CITIZENS)


def test_citizen_numbers_stored_as_numbers_lost_their_zeros_and_are_still_found() -> None:
    assert len(_in_column([float(number) for number in CITIZENS])) == 1
    assert len(_in_column([number.lstrip("0") for number in CITIZENS])) == 1


def test_four_of_five_values_make_a_column_of_citizen_numbers_and_three_do_not() -> None:
    assert len(_in_column([*CITIZENS[:4], "03646"])) == 1
    assert _in_column([*CITIZENS[:3], "03646", "03703"]) == []


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


@pytest.mark.parametrize(
    "text",
    [
        "Liên hệ 0912345678",
        "0912.345.678",
        "0912 345 678",
        "+84912345678",
        "CCCD 014085001234 của bà H.",
        "CCCD: 014 085 001 234",
        "hoa.nguyen@example.vn",
        "DN4140123456789",
    ],
)
def test_one_identifier_inside_a_text_is_enough(text: str) -> None:
    for problem in [*_in_column(["không", text]), *find_personal_data([], [("Biểu 1", "C4", text)])]:
        assert problem.code == "personal-data"
        assert text not in str(problem)
    assert _in_column(["không", text])
    assert find_personal_data([], [("Biểu 1", "C4", text)])


def test_names_of_files_and_sheets_are_looked_at_and_not_repeated() -> None:
    (problem,) = find_personal_data(["BC_0912345678.xlsx", "Biểu 1", "TTHC_2025-09.xlsx"], [])
    assert "0912345678" not in str(problem)
    (note,) = find_personal_data([], [("0912345678", "C4", "gửi a@example.vn")])
    assert note.sheet == ""


def test_a_list_of_people_on_another_sheet_is_found_below_any_heading() -> None:
    rows: list[list[Value]] = [["DANH SÁCH", None], ["Họ tên", "Số"], *(["A", number] for number in CITIZENS)]
    (problem,) = find_personal_data_in_sheet(Sheet("DS", rows))
    assert (problem.sheet, problem.cell) == ("DS", "B3")


def test_contacts_and_figures_on_another_sheet_are_no_list_of_people() -> None:
    rows: list[list[Value]] = [["Liên hệ: 0912345678, a@example.vn", 14085001234.0], ["Tổng", 5.0]]
    assert find_personal_data_in_sheet(Sheet("Liên hệ", rows)) == []


def test_no_problem_is_told_with_an_identifier() -> None:
    problem = Problem("bad-cell", "BS 014085001234", "C4", "Ghi 0912345678", "014085001234", "a@example.vn", "x")
    told = without_personal_data(problem)
    assert (told.sheet, told.cell, told.column, told.found, told.expected) == ("BS …", "C4", "Ghi …", "…", "…")
