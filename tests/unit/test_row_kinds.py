"""Rows and numbers around data: parts, means, totals, strays, other tables; what is told of each."""

from datetime import date

import pytest

from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.domain.workbooks import Value
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.parts import is_mean, is_part
from ioc_pipeline.parse.roles import cell_roles
from ioc_pipeline.parse.sheet import ParsedDelivery, parse_workbook
from settlements_form import HEADER, ORG_UNITS, ROWS, TOP, book, source, values

Rows = list[list[Value]]
READ = [("03646", 10), ("04048", 1200)]
TOTAL: list[Value] = [None, "Tổng cộng", 1210.0, 11.0, None]


def read(*rows: list[Value]) -> ParsedDelivery:
    envelope = Envelope("vp-ubnd", "14", "bao cao.xlsx", date(2025, 10, 20), ORG_UNITS)
    return parse_workbook(book([*TOP, *HEADER, *rows]), source(), envelope)


def received(parsed: ParsedDelivery) -> list[tuple[str, int]]:
    return [(unit, int(value)) for unit, element, value, _ in values(parsed) if element == "received"]


def told(*rows: list[Value]) -> list[tuple[str, str]]:
    try:
        problems = read(*rows).warnings
    except SourceError as error:
        problems = list(error.problems)
    return [(problem.code, problem.cell) for problem in problems]


@pytest.mark.parametrize(
    "name", ["- Nữ", "+ Trực tuyến", "• Nam", "* Nữ", "Trong đó: nữ", "Of which: female", "o/w female"]
)
def test_a_part_is_read_and_no_more_than_its_whole(name: str) -> None:
    part: list[Value] = [None, name, 600.0, 2.0, None]
    parsed = read(*ROWS, part, TOTAL)
    assert received(parsed) == READ
    assert parsed.warnings == []
    assert told(*ROWS, [None, name, 1201.0, 2.0, None], TOTAL) == [("part-larger-than-whole", "C11")]


def test_parts_under_a_line_of_which_need_no_dash() -> None:
    parts: Rows = [[None, "Trong đó:"], [None, "Người Mông", 5.0, 1.0, None]]
    assert received(read(ROWS[0], *parts, ROWS[1])) == READ


@pytest.mark.parametrize("name", ["- Xã Chiềng Laa", "- P. Lạ", "- UBND xã Lạ", "+ Sở Lạ"])
def test_a_misspelt_unit_behind_a_dash_is_no_part(name: str) -> None:
    assert ("unknown-unit", "B11") in told(*ROWS, [None, name, 5.0, 1.0, None])


def test_where_units_stand_behind_dashes_another_is_no_part() -> None:
    dashed: Rows = [[number, f"- {name}", *rest] for number, name, *rest in ROWS]
    assert told(*dashed, [None, "- Mường Lạ", 5.0, 1.0, None]) == [("unknown-unit", "B11")]


@pytest.mark.parametrize(
    "name", ["Bình quân", "Bình quân chung 1 xã", "Trung bình", "Average", "Cao nhất", "TB toàn tỉnh"]
)
def test_a_row_of_means_is_read_and_not_loaded(name: str) -> None:
    assert is_mean(name)
    assert received(read(*ROWS, [None, name, 605.0, 5.5, None])) == READ


@pytest.mark.parametrize(
    ("name", "is_one"), [("- Nữ", True), ("Nữ", True), ("- Xã A", False), ("Công an", False), ("", False)]
)
def test_a_part_is_told_by_its_name(name: str, is_one: bool) -> None:
    assert is_part(name, follows_of_which=False) is is_one


@pytest.mark.parametrize("name", ["T.cộng", "Grand total", "Cộng toàn tỉnh (I + II)", "Tổng (1+2)", "Toàn tỉnh"])
def test_a_total_has_many_names(name: str) -> None:
    assert received(read(*ROWS, [None, name, *TOTAL[2:]])) == READ
    assert ("total-mismatch", "C11") in told(*ROWS, [None, name, 1211.0, 11.0, None])


def test_the_police_is_no_sum() -> None:
    assert told(*ROWS, [None, "Công an thành phố", 1210.0, 12.0, None]) == [("unknown-unit", "B11")]


def test_rows_below_the_last_total_are_asked_unless_it_holds_them() -> None:
    more: list[Value] = [3.0, "Phường Chiềng An", 5.0, 1.0, 20.0]
    assert told(*ROWS, TOTAL, ["Bổ sung"], more) == [("row-after-end", "B13")]
    holding: list[Value] = [None, "Tổng cộng", 1215.0, 12.0, None]
    assert received(read(*ROWS, holding, more)) == [*READ, ("03664", 5)]


def test_a_heading_within_a_section_does_not_end_its_sum() -> None:
    section: list[Value] = ["I", "KHỐI XÃ, PHƯỜNG", 1210.0, 11.0, None]
    assert received(read(section, ROWS[0], [None, "Các xã vùng cao"], ROWS[1])) == READ


@pytest.mark.parametrize("line", [["Chi tiết"], ["Ghi chú: xem dưới"], ["NGƯỜI LẬP BIỂU", None, "GIÁM ĐỐC"], []])
def test_rows_of_another_table_without_a_header_are_told(line: list[Value]) -> None:
    below: Rows = [line, ["Phụ lục: các khoản chi"], [None, "Chi thường xuyên", 3.0], [None, "Chi đầu tư", 9.0]]
    assert told(*ROWS, TOTAL, *below)
    other: Rows = [
        [],
        [None, None, None, None, None, "Nội dung", "Số tiền"],
        [None, None, None, None, None, "Chi", 9.0],
    ]
    assert [code for code, _ in told(*ROWS, TOTAL, *other)] == ["other-table"]


def test_three_who_sign_are_no_header() -> None:
    foot: Rows = [
        [],
        [None, None, "Sơn La, ngày 2 tháng 10 năm 2025"],
        ["NGƯỜI LẬP BIỂU", "KẾ TOÁN TRƯỞNG", "GIÁM ĐỐC"],
    ]
    assert told(*ROWS, TOTAL, *foot) == []


def test_a_number_under_no_header_is_told_and_has_no_role() -> None:
    parsed = read([*ROWS[0], 99.0], ROWS[1], [*TOTAL, 7.0])
    assert received(parsed) == READ
    assert [(problem.code, problem.found) for problem in parsed.warnings] == [("cell-without-role", "ô F9, F11")]
    envelope = Envelope("vp-ubnd", "14", "bao cao.xlsx", date(2025, 10, 20), ORG_UNITS)
    workbook = book([*TOP, *HEADER, [*ROWS[0], 99.0], ROWS[1]])
    readings = parse_workbook(workbook, source(), envelope).readings
    assert {each.cell for each in cell_roles(workbook, readings) if each.role == "unread"} == {"F9"}
