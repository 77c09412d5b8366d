"""Footnote marks, list numbers and units around labels; headings, sums and neighbours around data."""

import pytest

from ioc_pipeline.parse.headers import bare_header
from ioc_pipeline.parse.marks import without_marks, without_ordinal
from ioc_pipeline.parse.units_of_measure import read_unit, stated_units


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("Tháng 9/2025¹", "Tháng 9/2025"),
        ("Năm 2025 (1)", "Năm 2025"),
        ("Tổng cộng **", "Tổng cộng"),
        ("Xã Vân Hồ [2]", "Xã Vân Hồ"),
        ("Xã Vân Hồ ①", "Xã Vân Hồ"),
        ("Diện tích km²", "Diện tích km²"),
        ("(1)", "(1)"),
        ("Quý III (sơ bộ)", "Quý III (sơ bộ)"),
    ],
)
def test_a_footnote_mark_is_no_part_of_a_label(written: str, label: str) -> None:
    assert without_marks(written) == label


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("1. Phường Tô Hiệu", "Phường Tô Hiệu"),
        ("2) Xã Vân Hồ", "Xã Vân Hồ"),
        ("(3) Xã Vân Hồ", "Xã Vân Hồ"),
        ("a) Xã Vân Hồ", "Xã Vân Hồ"),
        ("- Xã Vân Hồ", "Xã Vân Hồ"),
        ("II. Khu vực", "Khu vực"),
        ("Phường 1", "Phường 1"),
        ("9/2025", "9/2025"),
        ("X. Vân Hồ", "Vân Hồ"),
    ],
)
def test_a_number_in_a_list_is_no_part_of_a_name(written: str, name: str) -> None:
    assert without_ordinal(written) == name


@pytest.mark.parametrize(
    ("header", "bare"),
    [
        ("Dân số (người)", "Dân số"),
        ("Tài khoản (tài khoản) Tổng số", "Tài khoản Tổng số"),
        ("Số mới (kế hoạch)", "Số mới (kế hoạch)"),
        ("Số hồ sơ¹ Tổng số [2]", "Số hồ sơ Tổng số"),
        ("Diện tích (km²)", "Diện tích"),
        ("Văn bản (lũy kế)", "Văn bản (lũy kế)"),
    ],
)
def test_a_unit_in_brackets_is_no_part_of_a_header(header: str, bare: str) -> None:
    assert bare_header(header) == bare


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("Triệu đồng", [("dong", 10**6)]),
        ("(triệu VNĐ)", [("dong", 10**6)]),
        ("ĐV tính: nghìn tấn", [("tan", 1000)]),
        ("Số lượng (nghìn người)", [("nguoi", 1000)]),
        ("Số liệu trong biểu tính bằng triệu đồng", [("dong", 10**6)]),
        ("Unit: billion VND", [("dong", 10**9)]),
        ("1.000 đ", [("dong", 1000)]),
        ("Đơn vị tính: tỷ đồng, %", [("dong", 10**9), ("%", 1)]),
        ("Hộ có thu nhập trên 100 triệu đồng", []),
        ("Số liệu làm tròn đến triệu đồng", []),
        ("Xã", []),
        ("Số máy điện thoại trên 100 người", []),
        ("Tỷ lệ đúng hạn", []),
        ("Đơn vị: UBND xã Vân Hồ", []),
    ],
)
def test_a_unit_is_read_wherever_it_stands(text: str, units: list[tuple[str, int]]) -> None:
    assert [(read_unit(unit).name, read_unit(unit).multiplier) for unit in stated_units(text)] == units
