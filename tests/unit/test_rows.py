import pytest

from ioc_pipeline.parse.rows import UnitMeasure, classify_row, read_unit_measure


@pytest.mark.parametrize(
    "texts",
    [
        ["1", "Xã Vân Hồ", "12", "3"],
        ["Xã Vân Hồ", "1", "-"],
        ["X. Vân Hồ", "3"],
        ["P. Tô Hiệu", "3"],
        ["1", "1", "2", "3"],
        ["UBND tỉnh Sơn La", "12"],
        ["Thống kê tỉnh", "5"],
        ["Tổng công ty Điện lực", "5"],
        ["Công an tỉnh", "5"],
        ["Nguồn thu", "12"],
        ["7", "Báo cáo kết quả thanh tra", "5"],
    ],
)
def test_rows_of_figures_are_data(texts: list[str]) -> None:
    assert classify_row(texts) == "data"


@pytest.mark.parametrize(
    ("texts", "row_class"),
    [
        ([], "blank"),
        (["1", "2", "3", "4"], "column_numbers"),
        (["A", "B", "1", "2"], "column_numbers"),
        (["I", "KHỐI XÃ", "12"], "section"),
        (["KHỐI XÃ, PHƯỜNG"], "section"),
        (["Tổng số", "12", "4,5"], "total"),
        (["1", "Tổng cộng", "5", "6"], "total"),
        (["Tổng cộng (I+II)", "5"], "total"),
        (["Cộng khối xã", "12"], "subtotal"),
        (["Tổng số", "Trực tuyến", "Trực tiếp"], "header"),
        (["STT", "Đơn vị", "Tổng số"], "header"),
        (["UBND TỈNH SƠN LA", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"], "letterhead"),
        (["SỞ KHOA HỌC VÀ CÔNG NGHỆ", "Độc lập - Tự do - Hạnh phúc"], "letterhead"),
        (["Sơn La, ngày 25 tháng 9 năm 2025"], "date_line"),
        (["NGƯỜI LẬP BIỂU", "GIÁM ĐỐC"], "signature"),
        (["TM. ỦY BAN NHÂN DÂN"], "signature"),
        (["Không phát sinh"], "nil_report"),
        (["Trong kỳ không phát sinh hồ sơ"], "nil_report"),
        (["BÁO CÁO TÌNH HÌNH TIẾP NHẬN HỒ SƠ"], "title"),
    ],
)
def test_the_rows_around_data_are_told_apart(texts: list[str], row_class: str) -> None:
    assert classify_row(texts) == row_class


@pytest.mark.parametrize(
    ("text", "unit_measure"),
    [
        ("Nghìn ha", UnitMeasure("ha", 1000)),
        ("Triệu đồng", UnitMeasure("đồng", 10**6)),
        ("Nghìn tỷ đồng", UnitMeasure("đồng", 10**12)),
        ("1000 tấn", UnitMeasure("tấn", 1000)),
        ("hồ sơ", UnitMeasure("hồ sơ", 1)),
        ("%", UnitMeasure("%", 1)),
    ],
)
def test_the_multiplier_hidden_in_a_unit_is_found(text: str, unit_measure: UnitMeasure) -> None:
    assert read_unit_measure(text) == unit_measure
