"""What a sheet says of period, kind, unit and reporter agrees everywhere, and every row is told for what it is."""

from datetime import date
from typing import Any

import pytest

from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.domain.workbooks import Value
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.sheet import ParsedDelivery, parse_workbook
from ioc_pipeline.reference.sources import Source
from settlements_form import HEADER, ORG_UNITS, ROWS, TOP, book, source, values

Rows = list[list[Value]]
PLAIN = [("03646", 10), ("04048", 1200)]


def read(rows: Rows, contract: Source | None = None, file_name: str = "bao cao.xlsx", **more: Any) -> ParsedDelivery:
    reporter = more.get("reporter", "vp-ubnd")
    envelope = Envelope(reporter, "14", file_name, date(2025, 10, 20), ORG_UNITS)
    return parse_workbook(book(rows), contract or source(), envelope)


def codes(rows: Rows, contract: Source | None = None, file_name: str = "bao cao.xlsx") -> list[tuple[str, str]]:
    with pytest.raises(SourceError) as caught:
        read(rows, contract, file_name)
    return [(problem.code, problem.cell) for problem in caught.value.problems]


def received(parsed: ParsedDelivery) -> list[tuple[str, int]]:
    return [(unit, int(value)) for unit, element, value, _ in values(parsed) if element == "received"]


def titled(period_line: str) -> Rows:
    return [*TOP[:3], [period_line], TOP[4]]


@pytest.mark.parametrize(
    "line",
    [
        "Tháng 9 năm 2025¹",
        "Tháng 9/2025 (*)",
        "(Tháng 9 năm 2025)",
        "Tháng 9 năm 2025 (từ ngày 15/8/2025 đến ngày 14/9/2025)",
        "Kỳ báo cáo: Tháng 9/2025",
        "Tháng 9 năm 2025, 2 xã",
        "Tháng 9-2025",
    ],
)
def test_one_period_said_in_any_way_is_read(line: str) -> None:
    assert received(read([*titled(line), *HEADER, *ROWS])) == PLAIN


@pytest.mark.parametrize(
    "line",
    [
        "Tháng 8 - 9/2025",
        "Tháng 8, 9 năm 2025",
        "Từ tháng 7 đến tháng 9 năm 2025",
        "Tháng 7/2025 - tháng 9/2025",
        "T7–T9/2025",
        "Tháng 9 năm 2025 (lũy kế từ đầu năm)",
        "Lũy kế đến tháng 9/2025",
        "9 tháng đầu năm 2025",
        "Tháng 9/2025 và 9 tháng năm 2025",
        "08-09/2025",
        "Tháng 8 / 9 năm 2025",
        "Kế hoạch tháng 9 năm 2025",
        "Quý III năm 2025",
        "Tháng 9 năm 2025 (từ ngày 1/9/2025 đến ngày 30/9/2025)",
        "Tháng 8 năm 2025 (từ ngày 15/8/2025 đến ngày 14/9/2025)",
    ],
)
def test_what_is_not_one_period_of_the_contract_is_asked(line: str) -> None:
    told = codes([*titled(line), *HEADER, *ROWS], file_name="bao cao thang 9-2025.xlsx")
    assert {code for code, _ in told} <= {"period-conflict", "unknown-period"}


def test_the_months_of_a_quarter_are_its_own() -> None:
    contract = source().model_copy(update={"period_type": "quarter"})
    for line in (
        "Quý III năm 2025 (tháng 7, 8, 9)",
        "Quý III/2025 (tháng 7 - 9)",
        "Quý III/2025 (tháng 7, tháng 8 và tháng 9)",
    ):
        assert received(read([*titled(line), *HEADER, *ROWS], contract)) == PLAIN
    for line in ("Quý III năm 2025 (tháng 7, 8)", "Quý III năm 2025 (tháng 1, 2, 9)"):
        assert codes([*titled(line), *HEADER, *ROWS], contract) == [("period-conflict", "A4")]


@pytest.mark.parametrize("text", ["Đơn vị tính: %", "ĐVT: đồng", "ĐVT: USD", "(€)"])
def test_a_table_that_only_counts_is_in_no_other_unit(text: str) -> None:
    rows: Rows = [*TOP[:4], [None, None, text]]
    columns = source().tables[0].columns[:3]
    contract = source(columns=[column.model_dump(exclude_unset=True) for column in columns])
    assert codes([*rows, *HEADER, *ROWS], contract) == [("wrong-unit-measure", "C5")]


def test_an_estimate_is_kept_as_one() -> None:
    parsed = read([*titled("Ước tháng 9 năm 2025"), *HEADER, *ROWS])
    (batch,) = parsed.tables[0].observations(7)
    assert {row["maturity"] for row in batch.to_pylist()} == {"estimate"}


def test_a_row_is_an_estimate_if_its_remark_says_nothing_else() -> None:
    rows = [[*ROWS[0], "Số ước"], [*ROWS[1], "Ước tăng 5%"]]
    (batch,) = read([*TOP, *HEADER, *rows]).tables[0].observations(7)
    said = {(row["org_unit_code"], row["maturity"]) for row in batch.to_pylist()}
    assert said == {("03646", "estimate"), ("04048", "official")}


def test_a_table_of_stocks_may_be_cumulative() -> None:
    rows = [*titled("Tháng 9 năm 2025 (số lũy kế)"), *HEADER, *ROWS]
    assert received(read(rows, source(to_date=True))) == PLAIN


def test_an_upper_header_over_the_figures_has_its_say() -> None:
    upper: list[Value] = [None, None, "Lũy kế từ đầu năm", "Kế hoạch", "x", "y"]
    assert codes([*TOP, upper, *HEADER, *ROWS]) == [("period-conflict", "C6")]


@pytest.mark.parametrize(
    "cell", ["Nghìn hồ sơ", "(triệu đồng)", "ĐV tính: nghìn hồ sơ", "Số liệu tính bằng nghìn hồ sơ", "1.000 hồ sơ"]
)
@pytest.mark.parametrize("place", ["above", "beside", "below"])
def test_another_scale_is_asked_wherever_it_stands(cell: str, place: str) -> None:
    rows = [list(row) for row in (*TOP, *HEADER, *ROWS)]
    if place == "above":
        rows[4] = [None, None, cell]
    elif place == "beside":
        rows[8].append(cell)
    else:
        rows.append([cell])
    assert [code for code, _ in codes(rows)] == ["wrong-unit-measure"]


def test_a_unit_in_the_brackets_of_a_header_is_read_as_the_unit() -> None:
    good: Rows = [["STT", "Xã, phường", "Số hồ sơ tiếp nhận (hồ sơ)", None, "Tỷ lệ (%)"], *HEADER[1:]]
    assert received(read([*TOP, *good, *ROWS])) == PLAIN
    for unit in ("nghìn hồ sơ", "USD", "$"):
        other: Rows = [["STT", "Xã, phường", f"Số hồ sơ tiếp nhận ({unit})", None, "Tỷ lệ (%)"], *HEADER[1:]]
        assert {code for code, _ in codes([*TOP, *other, *ROWS])} == {"wrong-unit-measure"}


def test_a_column_that_is_not_asked_for_has_a_unit_of_its_own() -> None:
    rows: Rows = [list(row) for row in (*TOP, *HEADER, *ROWS)]
    at = len(TOP)
    rows[at] = [*rows[at], "Lệ phí thu được (triệu đồng)"]
    assert received(read(rows)) == PLAIN
    rows[at][-1] = "(triệu đồng)"  # nobody's name: a line about the table
    assert [code for code, _ in codes(rows)] == ["wrong-unit-measure"]


@pytest.mark.parametrize(
    "row",
    [
        [None, "Các xã vùng cao biên giới", None, None, None],
        ["Khu vực 1", None, None, None, None],
        [None, "Xã Vân Hồ", None, None, None],  # heads its own row below
        [None, "Đã đối chiếu với hệ thống.", None, None, None],
        [None, "Toàn tỉnh (2 xã, phường)", 1210.0, 11.0, None],
        [None, "Cộng chung các xã¹", 1210.0, 11.0, None],
        [None, "Cụm thi đua", 1210.0, 11.0, None],  # by its figures alone
        [None, "Huyện Vân Hồ (cũ)", None, None, None],
    ],
)
def test_rows_that_are_no_data_are_told_by_their_figures(row: list[Value]) -> None:
    assert received(read([*TOP, *HEADER, row, *ROWS])) == PLAIN


def test_a_row_of_an_unknown_unit_is_still_asked() -> None:
    assert codes([*TOP, *HEADER, *ROWS, [3.0, "Xã Không Có", 5.0, 1.0, None]]) == [("unknown-unit", "B11")]
    assert codes([*TOP, *HEADER, *ROWS, [3.0, "Xã Không Có", None, None, None]]) == [("unknown-unit", "B11")]


def test_another_table_below_is_told_and_not_swallowed() -> None:
    below: Rows = [[], ["Chi ngân sách"], ["STT", "Xã, phường", "Chi thường xuyên"], [1.0, "Phường Chiềng An", 3.0]]
    parsed = read([*TOP, *HEADER, *ROWS, *below])
    assert received(parsed) == PLAIN
    assert [(problem.code, problem.cell) for problem in parsed.warnings] == [("other-table", "A13")]


def test_rows_under_a_line_that_looks_like_a_title_are_told() -> None:
    below: Rows = [["Kết quả của các đơn vị khác"], [3.0, "Phường Chiềng An", 3.0, 1.0, None]]
    assert codes([*TOP, *HEADER, *ROWS, *below]) == [("row-after-end", "B12")]


def test_a_code_beside_a_name_agrees_with_it() -> None:
    header: Rows = [[*HEADER[0], "Mã xã"], *HEADER[1:]]
    assert received(read([*TOP, *header, [*ROWS[0], 3646.0], [*ROWS[1], "04048"]])) == PLAIN
    assert codes([*TOP, *header, [*ROWS[0], "03646"], [*ROWS[1], "03646"]]) == [("code-not-of-unit", "F10")]
    parsed = read([*TOP, *header, [*ROWS[0], "H1"], [*ROWS[1], "H2"]])
    assert [problem.code for problem in parsed.warnings] == ["extra-column", "code-not-of-unit"]


@pytest.mark.parametrize(
    ("letterhead", "told"),
    [("SỞ TÀI CHÍNH", ["other-reporter"]), ("VĂN PHÒNG UBND TỈNH", []), ("Kính gửi: Sở Tài chính", [])],
)
def test_a_letterhead_of_another_reporter_is_told(letterhead: str, told: list[str]) -> None:
    parsed = read([[letterhead], *TOP, *HEADER, *ROWS])
    assert [problem.code for problem in parsed.warnings] == told


def of_years(line: str) -> list[str]:
    """What is told of a form of the year 2024 with a line under its title."""
    contract = source().model_copy(update={"period_type": "year", "clock": "calendar"})
    rows = [*titled("Năm 2024"), [line], *HEADER, *ROWS]
    try:
        return [problem.code for problem in read(rows, contract).warnings]
    except SourceError as error:
        return [problem.code for problem in error.problems]


@pytest.mark.parametrize(
    "line", ["Giai đoạn 2021-2024", "số liệu 2023-2024", "Năm 2023 và năm 2024", "Nửa đầu năm 2024"]
)
def test_several_years_or_a_part_of_one_are_not_the_year(line: str) -> None:
    assert of_years(line) == ["period-conflict"]


@pytest.mark.parametrize(
    "line", ["Nguồn: Niên giám thống kê năm 2023", "Đề án giai đoạn 2021-2025 của tỉnh", "Giai đoạn 2021-2025"]
)
def test_where_figures_were_taken_from_and_what_they_are_for_is_another_time(line: str) -> None:
    assert of_years(line) == []


def test_a_source_note_that_names_nothing_but_a_period_is_about_the_figures() -> None:
    rows = [*titled("Tháng 9 năm 2025"), ["Nguồn số liệu: tháng 8/2025"], *HEADER, *ROWS]
    assert [problem.code for problem in read(rows).warnings] == ["period-conflict"]


@pytest.mark.parametrize("unit", ["ĐVT: trạm", "Đơn vị tính: Trạm"])
def test_a_station_is_no_hundred(unit: str) -> None:
    assert received(read([*TOP[:4], [None, None, unit], *HEADER, *ROWS])) == PLAIN


def test_a_sheet_with_the_header_but_without_the_title_is_told() -> None:
    """One of several sheets of a form whose title was lost would else be missing without a word."""
    other = book([*TOP[:1], ["BIỂU KHÁC"], *HEADER, *ROWS]).sheets[0]
    workbook = book([*TOP, *HEADER, *ROWS])
    workbook.sheets.append(other)
    envelope = Envelope("vp-ubnd", "14", "bao cao.xlsx", date(2025, 10, 20), ORG_UNITS)
    parsed = parse_workbook(workbook, source(), envelope)
    assert received(parsed) == PLAIN
    assert [(problem.code, problem.cell) for problem in parsed.warnings] == [("untitled-table", "A4")]
    other.rows[-2:] = []
    assert parse_workbook(workbook, source(), envelope).warnings == []


def test_a_heading_within_a_section_does_not_shorten_its_total() -> None:
    rows: Rows = [[1.0, "Phường Tô Hiệu", 10.0, 4.0, "1"], ["A. Vùng cao"], [2.0, "Xã Vân Hồ", 1200.0, 7.0, "1"]]
    total: Rows = [[None, "Cộng mục I", 1210.0, 11.0, None]]
    assert received(read([*TOP, *HEADER, ["I", "Khu vực 1"], *rows, *total])) == PLAIN
    total[0][2] = 1211.0
    assert codes([*TOP, *HEADER, ["I", "Khu vực 1"], *rows, *total]) == [("total-mismatch", "C13")]


def test_a_row_of_column_numbers_is_no_ward_with_a_number_for_a_name() -> None:
    """ "(2)" is all there is of a name where a province has one "Phường 2"."""
    row: list[Value] = [1.0, "Phường 2, Thị xã Kiến Tường", 10.0, 4.0, "1"]
    rows = [*titled("Tháng 5 năm 2025"), *HEADER[:2], ["(1)", "(2)", "(3)", "(4)", "(5)"], row]
    envelope = Envelope("vp-ubnd", "80", "bao cao.xlsx", date(2025, 10, 20), ORG_UNITS)
    assert [value for _, _, value, _ in values(parse_workbook(book(rows), source(), envelope))] == [10, 4, 1]
