"""A workbook and its contract → typed tables, or everything that is wrong with it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ioc_pipeline.domain.errors import Problem, SourceError
from ioc_pipeline.domain.workbooks import Value, Workbook
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.sheet import BadFormError, ParsedDelivery, parse_workbook
from ioc_pipeline.reference.sources import Source
from settlements_form import FOOT, HEADER, ORG_UNITS, ROWS, TOP, book, source, values


def read(workbook: Workbook, contract: Source | None = None, file_name: str = "bao cao.xlsx") -> ParsedDelivery:
    envelope = Envelope("vp-ubnd", "14", file_name, date(2025, 9, 20), ORG_UNITS)
    return parse_workbook(workbook, contract or source(), envelope)


def problems(workbook: Workbook, contract: Source | None = None) -> list[Problem]:
    with pytest.raises(SourceError) as caught:
        read(workbook, contract)
    return list(caught.value.problems)


def test_a_form_is_read_by_its_words_whatever_stands_around_the_table() -> None:
    parsed = read(book([["Mục lục"]], [*TOP, *HEADER, *ROWS, [None, "Tổng cộng", 1210.0, 11.0, None], *FOOT]))
    assert values(parsed) == [
        ("03646", "received", Decimal(10), "C9"),
        ("04048", "received", Decimal(1200), "C10"),
        ("03646", "online", Decimal(4), "D9"),
        ("04048", "online", Decimal(7), "D10"),
        ("03646", "share", Decimal("40.5"), "E9"),
        ("04048", "share", Decimal("0.5"), "E10"),
    ]
    (scope,) = parsed.scopes
    assert (scope.period.start, scope.period.end) == (date(2025, 8, 15), date(2025, 9, 14))


def test_a_column_of_numbers_is_read_by_what_its_cells_show() -> None:
    rows: list[list[Value]] = [[1.0, "Phường Tô Hiệu", 10.0, 4.0, 0.405], [2.0, "Xã Vân Hồ", 12.0, 7.0, 0.005]]
    workbook = book([*TOP, *HEADER, *rows])
    workbook.sheets[0].marks = {(8, 4): "%", (9, 4): "%"}
    shown = [value for _, element, value, _ in values(read(workbook)) if element == "share"]
    assert shown == [Decimal("40.5"), Decimal("0.5")]


def test_columns_may_stand_in_another_order() -> None:
    turned = [[row[1], row[3], row[2], *([row[0]])] for row in [*HEADER[:0], *ROWS]]
    header: list[list[Value]] = [
        ["Xã, phường", "Số hồ sơ tiếp nhận", None, "STT"],
        [None, "Trực tuyến", "Tổng số", None],
    ]
    assert ("03646", "online", Decimal(4), "B8") in values(read(book([*TOP, *header, *turned])))


def test_every_bad_cell_is_told_at_once_with_its_place() -> None:
    rows: list[list[Value]] = [
        [1.0, "Phường Tô Hiệu", "2165.5", "4", None],
        [2.0, "Xã Không Có", 5.0, 1.0, None],
        [3.0, "Xã Vân Hồ", None, "O", None],
    ]
    contract = source(
        columns=[column for column in source().tables[0].model_dump()["columns"] if column["name"] != "share"]
    )
    told = {(problem.code, problem.cell) for problem in problems(book([*TOP, *HEADER, *rows]), contract)}
    assert ("unknown-unit", "B10") in told
    assert ("blank-cell", "C11") in told
    assert {cell for _, cell in told} == {"C9", "B10", "C11", "D11"}


def test_an_unknown_name_comes_back_with_the_alias_row_that_would_make_it_match() -> None:
    (problem,) = problems(book([*TOP, *HEADER, [1.0, "Xã Vân Hô Mới", 5.0, 1.0, "1"]]))
    assert "Xã Vân Hô Mới," in problem.fix


def test_a_commune_of_another_province_is_refused_as_foreign() -> None:
    (problem,) = problems(book([*TOP, *HEADER, [1.0, "00004", 5.0, 1.0, "1"]]))
    assert problem.code == "foreign-unit"


def test_a_total_must_equal_its_parts() -> None:
    (problem,) = problems(book([*TOP, *HEADER, *ROWS, [None, "Tổng cộng", 1211.0, 11.0, None]]))
    assert (problem.code, problem.cell, problem.expected) == ("total-mismatch", "C11", "1210")


def test_a_total_over_the_rows_must_equal_them_too() -> None:
    (problem,) = problems(book([*TOP, *HEADER, [None, "Toàn tỉnh", 1211.0, 11.0, None], *ROWS]))
    assert (problem.code, problem.cell) == ("total-mismatch", "C9")


def test_a_grand_total_may_add_up_the_blocks_of_a_continued_table() -> None:
    def parts(total: float) -> list[list[Value]]:
        more: list[list[Value]] = [["Kết quả tiếp nhận hồ sơ (tiếp theo)"], *HEADER, ROWS[1]]
        return [*TOP, *HEADER, ROWS[0], *more, [None, "Tổng cộng", total, 11.0, None]]

    assert len(values(read(book(parts(1210.0))))) == 6
    (problem,) = problems(book(parts(1211.0)))
    assert (problem.code, problem.cell, problem.expected) == ("total-mismatch", "C15", "1210")


def test_a_missing_unit_is_told_without_the_totals_that_it_spoils() -> None:
    rows: list[list[Value]] = [*ROWS, [None, "Tổng cộng", 9999.0, 99.0, None]]
    assert [problem.code for problem in problems(book([*TOP, *HEADER, *rows]), source(expects_all_units=True))] == [
        "missing-units"
    ]


def test_a_section_row_with_figures_is_the_total_of_the_rows_under_it() -> None:
    rows: list[list[Value]] = [
        ["I", "Khu vực thành phố", 10.0, 4.0, None],
        ROWS[0],
        ["II", "Khu vực khác", 9.0, 7.0, None],
        ROWS[1],
    ]
    (problem,) = problems(book([*TOP, *HEADER, *rows]))
    assert (problem.code, problem.cell) == ("total-mismatch", "C11")


def test_a_missing_column_and_a_doubled_one_are_told_by_their_headers() -> None:
    header: list[list[Value]] = [["Xã, phường", "Số hồ sơ tiếp nhận", None], [None, "Tổng số", "Tổng số"]]
    told = {(problem.code, problem.column) for problem in problems(book([*TOP, *header, ["Xã Vân Hồ", 1.0, 2.0]]))}
    assert told == {
        ("duplicate-column", "Số hồ sơ tiếp nhận Tổng số"),
        ("missing-column", "Số hồ sơ tiếp nhận Trực tuyến"),
    }


def test_a_unit_line_with_another_multiplier_is_refused() -> None:
    contract = source(unit_line="nghìn hồ sơ")
    (problem,) = problems(book([*TOP, *HEADER, *ROWS]), contract)
    assert (problem.code, problem.found) == ("wrong-unit-measure", "hồ sơ")
    assert read(book([*TOP[:4], ["ĐVT: Nghìn hồ sơ"], *HEADER, *ROWS]), contract).scopes


@pytest.mark.parametrize(
    "line", ["Đơn vị tính: nghìn hồ sơ", "(ĐVT: 1000 hồ sơ)", "Đơn vị: triệu hồ sơ", "Biểu số 01 - ĐVT: nghìn hồ sơ"]
)
def test_thousands_are_refused_where_the_contract_names_no_unit_line(line: str) -> None:
    (problem,) = problems(book([*TOP[:4], [line], *HEADER, *ROWS]))
    assert problem.code == "wrong-unit-measure"


@pytest.mark.parametrize("line", ["Đơn vị tính: hồ sơ, tỷ lệ %", "Đơn vị: Tỷ lệ", "Đơn vị: Sở Y tế", "ĐVT: %"])
def test_a_unit_without_a_multiplier_is_taken(line: str) -> None:
    assert read(book([*TOP[:4], [line], *HEADER, *ROWS])).scopes


def test_one_of_several_units_of_a_unit_line_is_enough() -> None:
    contract = source(unit_line="tỷ đồng, %")
    assert read(book([*TOP[:4], ["ĐVT: Tỷ đồng"], *HEADER, *ROWS]), contract).scopes
    assert problems(book([*TOP[:4], ["ĐVT: triệu đồng, %"], *HEADER, *ROWS]), contract)


def test_a_unit_twice_is_refused_with_both_cells() -> None:
    (problem,) = problems(book([*TOP, *HEADER, ROWS[0], ROWS[0]]))
    assert (problem.code, problem.cell, problem.expected) == ("duplicate-row", "B10", "trùng với ô B9")


def test_a_name_that_repeats_is_the_unit_it_was_before() -> None:
    (problem,) = problems(book([*TOP, *HEADER, *ROWS, ROWS[1]]))
    assert (problem.found, problem.expected) == ("Xã Vân Hồ", "trùng với ô B10")


def test_each_sign_for_no_number_keeps_its_reason() -> None:
    (table,) = read(book([*TOP, *HEADER, [1.0, "Phường Tô Hiệu", "-", "…", "x"]])).tables
    found = [
        (row["measured_value"], row["null_reason"]) for batch in table.observations(1) for row in batch.to_pylist()
    ]
    assert found == [(None, "nil"), (None, "no_data"), (None, "not_applicable")]


def test_a_full_form_must_hold_all_communes() -> None:
    (problem,) = problems(book([*TOP, *HEADER, *ROWS]), source(expects_all_units=True))
    assert problem.code == "missing-units"
    assert problem.found.startswith("2/75 đơn vị")


def test_a_continued_block_takes_the_period_of_the_first() -> None:
    continued: list[list[Value]] = [["(Tiếp theo) Kết quả tiếp nhận hồ sơ"], *HEADER, ROWS[1]]
    parsed = read(book([*TOP, *HEADER, ROWS[0]], continued))
    assert {row[0] for row in values(parsed)} == {"03646", "04048"}
    assert len(parsed.scopes) == 1


def test_a_continued_block_of_another_period_is_refused() -> None:
    more: list[list[Value]] = [["(Tiếp theo) Kết quả tiếp nhận hồ sơ"], ["Tháng 8 năm 2025"], *HEADER, ROWS[1]]
    (problem,) = problems(book([*TOP, *HEADER, ROWS[0]], more))
    assert (problem.code, problem.found) == ("period-conflict", "Tháng 8/2025")


def test_a_continued_title_without_a_header_is_told_and_its_rows_are_not_lost() -> None:
    rows: list[list[Value]] = [*TOP, *HEADER, ROWS[0], ["(Tiếp theo) Kết quả tiếp nhận hồ sơ"], ROWS[1]]
    (problem,) = problems(book(rows))
    assert (problem.code, problem.cell) == ("missing-header", "A10")


@pytest.mark.parametrize("line", [["(Tiếp theo)"], [None, "Bảng 2 (tiếp theo)"]])
def test_a_page_break_with_the_same_header_goes_on(line: list[Value]) -> None:
    assert len(values(read(book([*TOP, *HEADER, ROWS[0], line, [None, None, "%"], *HEADER, ROWS[1]])))) == 6
    assert len(values(read(book([*TOP, *HEADER, ROWS[0], line, ROWS[1]])))) == 6


def test_a_repeated_header_in_another_order_is_told() -> None:
    turned: list[list[Value]] = [HEADER[0], [None, None, "Trực tuyến", "Tổng số", None]]
    (problem,) = problems(book([*TOP, *HEADER, ROWS[0], ["(Tiếp theo)"], *turned, ROWS[1]]))
    assert (problem.code, problem.cell) == ("row-without-name", "B12")


@pytest.mark.parametrize("line", ["(*) Số liệu ước", "Ghi chú: số liệu mẫu", "Nguồn: Sở Y tế", "NGƯỜI LẬP BIỂU"])
def test_a_row_of_data_below_a_note_is_told_and_not_lost(line: str) -> None:
    (problem,) = problems(book([*TOP, *HEADER, ROWS[0], [line], ROWS[1]]))
    assert (problem.code, problem.cell) == ("row-after-end", "B11")


def test_a_note_may_name_a_unit() -> None:
    note: list[Value] = [None, "Xã Vân Hồ", "tăng so với tháng trước"]
    assert len(values(read(book([*TOP, *HEADER, *ROWS, *FOOT, note])))) == 6


def test_nothing_occurred_fulfils_the_duty_without_inventing_zeros() -> None:
    parsed = read(book([*TOP, *HEADER, ["Không phát sinh"]]))
    assert values(parsed) == []
    assert parsed.nil == parsed.scopes
    assert len(parsed.nil) == 1


def test_an_empty_table_is_not_a_nil_report() -> None:
    (problem,) = problems(book([*TOP, *HEADER]))
    assert problem.code == "no-rows"


def test_a_table_on_a_hidden_sheet_is_not_read() -> None:
    (problem,) = problems(book([*TOP, *HEADER, *ROWS], hidden=(1,)))
    assert problem.code == "table-on-hidden-sheet"


def test_a_citizen_identifier_stops_the_file_and_is_never_repeated() -> None:
    rows: list[list[Value]] = [[1.0, "014085001234", 5.0, 1.0, "1"], [2.0, "014185004321", 5.0, 1.0, "1"]]
    told = problems(book([*TOP, *HEADER, *rows]))
    assert {problem.code for problem in told} == {"personal-data"}
    assert not any("014085001234" in repr(problem) for problem in told)


@pytest.mark.parametrize(
    "rows",
    [
        [[1.0, "Phường Tô Hiệu", 10.0, "4", "40,5"], [None, "Tổng cộng của 014085001234", None, None, None]],
        [["I", "Cụm bà 014085001234", None, None, None], *ROWS],
        [*ROWS, ["Ghi chú: hồ sơ của 014085001234"]],
    ],
)
def test_an_identifier_beside_the_rows_of_data_stops_the_file(rows: list[list[Value]]) -> None:
    assert {problem.code for problem in problems(book([*TOP, *HEADER, *rows]))} == {"personal-data"}


def test_an_identifier_in_a_header_or_on_another_sheet_stops_the_file() -> None:
    header: list[list[Value]] = [[*HEADER[0], "Ghi theo 014085001234"], [*HEADER[1], None], [*HEADER[2], None]]
    wide: list[list[Value]] = [[*row, 1.0] for row in ROWS]
    assert {problem.code for problem in problems(book([*TOP, *header, *wide]))} == {"personal-data"}
    people: list[list[Value]] = [["Số"], ["014085001234"], ["014185004321"]]
    assert {problem.code for problem in problems(book([*TOP, *HEADER, *ROWS], people))} == {"personal-data"}


def test_personal_data_is_told_although_the_table_is_not_found() -> None:
    people: list[list[Value]] = [["014085001234"], ["014185004321"]]
    assert {problem.code for problem in problems(book(people))} == {"personal-data"}


def test_a_period_that_has_not_begun_is_refused() -> None:
    top = [*TOP[:3], ["Tháng 12 năm 2025"], TOP[4]]
    (problem,) = problems(book([*top, *HEADER, *ROWS]))
    assert problem.code == "future-period"


def test_letterhead_and_title_that_name_two_periods_are_refused() -> None:
    top: list[list[Value]] = [["Kỳ báo cáo: Tháng 8 năm 2025"], ["KẾT QUẢ TIẾP NHẬN HỒ SƠ THÁNG 9 NĂM 2025"]]
    (problem,) = problems(book([*top, *HEADER, *ROWS]))
    assert problem.code == "period-conflict"


def test_a_file_name_does_not_outvote_a_letterhead_against_the_title() -> None:
    contract = source(period={"places": ["title", "letterhead", "file_name"]})
    top: list[list[Value]] = [["KẾT QUẢ TIẾP NHẬN HỒ SƠ THÁNG 8 NĂM 2025"], ["Kỳ báo cáo: Tháng 9 năm 2025"]]
    with pytest.raises(SourceError, match="period-conflict"):
        read(book([*top, *HEADER, *ROWS]), contract, file_name="TTHC_T9.2025.xlsx")


def test_two_clocks_under_one_label_are_not_settled_by_the_file_name() -> None:
    top: list[list[Value]] = [*TOP[:4], ["(Từ ngày 01/9/2025 đến ngày 30/9/2025)"]]
    with pytest.raises(SourceError) as caught:
        read(book([*top, *HEADER, *ROWS]), file_name="TTHC_T9.2025.xlsx")
    (problem,) = caught.value.problems
    assert problem.found == "từ 15/08/2025 đến 14/09/2025, từ 01/09/2025 đến 30/09/2025"


def test_figures_added_up_over_several_months_are_no_month() -> None:
    top: list[list[Value]] = [*TOP[:4], ["(Từ ngày 15/12/2024 đến ngày 14/9/2025)"]]
    (problem,) = problems(book([*top, *HEADER, *ROWS]))
    assert (problem.code, problem.found) == ("period-conflict", "(Từ ngày 15/12/2024 đến ngày 14/9/2025)")


def test_a_file_name_of_another_month_in_words_is_asked_and_in_figures_told() -> None:
    """ "T8.2025" is a month; "10.2025" may be when it was sent."""
    with pytest.raises(SourceError, match="period-conflict"):
        read(book([*TOP, *HEADER, *ROWS]), file_name="TTHC_T8.2025.xlsx")
    (warning,) = read(book([*TOP, *HEADER, *ROWS]), file_name="TTHC 10.2025.xlsx").warnings
    assert (warning.code, warning.severity) == ("period-conflict", "warning")


def test_a_file_name_of_another_month_is_told_where_it_is_no_place_of_the_period() -> None:
    contract = source(period={"places": ["letterhead"]})
    for name in ("TTHC_T8.2025.xlsx", "Bieu 9 thang 2025.xlsx"):
        (warning,) = read(book([*TOP, *HEADER, *ROWS]), contract, file_name=name).warnings
        assert (warning.code, warning.severity) == ("period-conflict", "warning")


@pytest.mark.parametrize("header", ["thời điểm 1/9/2025 so với", "tháng 09 năm 2025 so với", "tháng 9/2025 so với"])
def test_a_header_may_name_a_day_or_a_month(header: str) -> None:
    contract = source(
        period={"places": ["header"], "reads": "date"},
        columns=[
            {"name": "org_unit", "headers": ["Xã, phường"], "type": "org_unit", "level": "commune"},
            {"name": "index", "headers": ["* so với tháng trước"], "type": "number", "element": "received"},
        ],
    ).model_copy(update={"clock": "calendar"})
    rows: list[list[Value]] = [["Kết quả tiếp nhận hồ sơ"], ["Xã, phường", f"{header} tháng trước"], [ROWS[0][1], 1.0]]
    (scope,) = read(book(rows), contract).scopes
    assert (scope.period.start, scope.period.end) == (date(2025, 9, 1), date(2025, 9, 30))


def test_two_tables_of_one_form_in_two_periods_are_refused() -> None:
    one, two = source().tables[0], source(titles=["Danh mục hồ sơ"]).tables[0].model_copy(update={"name": "catalogue"})
    contract = source().model_copy(update={"tables": [one, two]})
    other: list[list[Value]] = [["DANH MỤC HỒ SƠ"], ["Tháng 8 năm 2025"], *HEADER, *ROWS]
    (problem,) = problems(book([*TOP, *HEADER, *ROWS], other), contract)
    assert (problem.code, problem.found) == ("period-conflict", "Danh mục hồ sơ: Tháng 8/2025")


def test_the_date_of_the_letter_is_not_its_period() -> None:
    top: list[list[Value]] = [["UBND tỉnh", "Sơn La, ngày 18 tháng 10 năm 2025"], *TOP[1:]]
    (scope,) = read(book([*top, *HEADER, *ROWS])).scopes
    assert scope.period.end == date(2025, 9, 14)


def test_the_file_name_says_the_period_when_nothing_inside_does() -> None:
    top = [*TOP[:3], TOP[4]]
    (scope,) = read(book([*top, *HEADER, *ROWS]), file_name="TTHC_T8.2025.xlsx").scopes
    assert scope.period.end == date(2025, 8, 14)


def by_year(column: dict[str, Any], **changes: Any) -> Source:
    return source(
        org_unit="province",
        columns=[{"name": "period", "headers": ["Năm"], "type": "period"}, {**column, "element": "share"}],
        **changes,
    ).model_copy(update={"period_type": "year", "clock": "calendar"})


def test_a_row_of_a_period_that_has_not_begun_is_refused() -> None:
    rows: list[list[Value]] = [["Kết quả tiếp nhận hồ sơ"], ["Năm", "Số"], ["Năm 2025", 1.0], ["Ước 2026", 2.0]]
    (problem,) = problems(book(rows), by_year({"name": "share", "headers": ["Số"], "type": "count"}))
    assert (problem.code, problem.cell) == ("future-period", "A4")


def test_money_that_names_its_own_unit_is_brought_to_the_unit_line() -> None:
    column = {"name": "value", "headers": ["Giá trị"], "type": "money"}
    rows: list[list[Value]] = [
        ["Kết quả tiếp nhận hồ sơ"],
        ["Năm", "Giá trị"],
        [2022.0, "57.250 triệu đồng"],
        [2023.0, "57,25 tỷ đồng"],
        [2024.0, "57,25"],
    ]
    found = values(read(book(rows), by_year(column, unit_line="tỷ đồng, %")))
    assert [value for _, _, value, _ in found] == [Decimal("57.25")] * 3
    assert [problem.cell for problem in problems(book(rows), by_year(column))] == ["B3", "B4"]


def test_a_row_labelled_preliminary_is_preliminary() -> None:
    contract = by_year({"name": "share", "headers": ["Tỷ trọng (%)"], "type": "percent"})
    rows: list[list[Value]] = [
        ["Kết quả tiếp nhận hồ sơ"],
        ["Năm", "Tỷ trọng (%)"],
        [2023.0, "6,85"],
        ["Sơ bộ 2024", "6,76"],
    ]
    (table,) = read(book(rows), contract).tables
    found = [
        (row["period_start_date"].year, row["maturity"]) for batch in table.observations(1) for row in batch.to_pylist()
    ]
    assert found == [(2023, "official"), (2024, "preliminary")]


def test_a_form_with_errors_still_says_for_which_period_it_comes_back() -> None:
    with pytest.raises(BadFormError) as caught:
        read(book([*TOP, *HEADER, [1.0, "Xã Vân Hồ", "O", 1.0, "1"]]))
    (scope,) = caught.value.scopes
    assert (scope.table_name, scope.period.end) == ("settlements", date(2025, 9, 14))


def test_a_misspelt_unit_is_told_once_and_not_as_missing_too() -> None:
    told = problems(book([*TOP, *HEADER, *ROWS, [3.0, "Xã Không Có", 1.0, 1.0, "1"]]), source(expects_all_units=True))
    assert [problem.code for problem in told] == ["unknown-unit"]
