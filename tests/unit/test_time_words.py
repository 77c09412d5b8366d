"""Abbreviations and English words of time, and what statements say with them."""

import pytest

from ioc_pipeline.domain.period_labels import find_labels
from ioc_pipeline.domain.periods import label
from ioc_pipeline.domain.time_words import time_words
from ioc_pipeline.parse.spans import (
    is_average,
    is_cumulative,
    is_of_another_time,
    is_plan,
    is_sum_of_months,
    maturity_word,
    names_several_periods,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("LK T9/2025", "luy ke t9/2025"),
        ("ƯTH T9/2025", "uoc thuc hien t9/2025"),
        ("Ước TH tháng 9", "uoc thuc hien thang 9"),
        ("KH năm 2025", "ke hoach nam 2025"),
        ("KH", "ke hoach"),
        ("TH T9/2025", "thuc hien t9/2025"),
        ("CKNT", "cung ky nam truoc"),
        ("BQ 9T/2025", "binh quan 9 thang /2025"),
        ("6T đầu năm", "6 thang dau nam"),
        ("H1 2025", "6 thang dau nam 2025"),
        ("SỞ KH&CN", "so kh&cn"),
        ("12/KH-UBND", "12/kh-ubnd"),
        ("Sở KH và CN", "so kh va cn"),
        ("First nine months of 2025", "9 thang dau nam 2025"),
        ("the third quarter of 2025", "quy 3 nam 2025"),
        ("September, 2025", "thang 9 2025"),
        ("May 2025", "thang 5 2025"),
        ("Máy 2025", "may 2025"),
        ("As of September 2025", "den thang 9 2025"),
        ("YTD", "luy ke"),
        ("Plan for 2025", "ke hoach 2025"),
        ("Tháng: 9  Năm: 2025", "thang 9 nam 2025"),
    ],
)
def test_short_forms_and_english_are_written_out(text: str, words: str) -> None:
    assert time_words(text) == words


@pytest.mark.parametrize(
    "text",
    ["Lũy kế", "LK đến T9", "Số cộng dồn", "Tính đến hết tháng 9 năm 2025", "Đến T9/2025", "đến hết quý III", "YTD",
     "Từ đầu năm đến nay", "Đến hết kỳ báo cáo", "Up to September 2025", "cumulative"],
)  # fmt: skip
def test_what_is_added_up_says_so(text: str) -> None:
    assert is_cumulative(text)


@pytest.mark.parametrize("text", ["Từ ngày 15/8/2025 đến ngày 14/9/2025", "Số liệu đến ngày 14/9/2025"])
def test_bounds_and_days_add_nothing_up(text: str) -> None:
    assert not is_cumulative(text)


@pytest.mark.parametrize("text", ["9 tháng đầu năm", "9T/2025", "6T cuối năm", "3 quý đầu năm 2025", "9 months 2025"])
def test_so_many_months_are_a_sum(text: str) -> None:
    assert is_sum_of_months(text)


@pytest.mark.parametrize("text", ["tháng 9 năm 2025", "12 tháng 9 năm 2025", "hợp đồng 12 tháng trở lên"])
def test_a_month_or_a_term_is_no_sum(text: str) -> None:
    assert not is_sum_of_months(text)


@pytest.mark.parametrize(
    "text", ["KH", "Kế hoạch năm", "Dự toán giao", "Chỉ tiêu tháng 9", "Số kế hoạch", "Target", "KH T9"]
)
def test_a_plan_says_so(text: str) -> None:
    assert is_plan(text)


@pytest.mark.parametrize(
    "text",
    ["Kết quả thực hiện kế hoạch tháng 9", "Kế hoạch số 12/KH-UBND", "Sở Kế hoạch và Đầu tư",
     "Phòng Kế hoạch - Tài chính",     "so với kế hoạch năm 2025", "Theo kế hoạch tháng 9"],
)  # fmt: skip
def test_what_speaks_of_a_plan_is_none(text: str) -> None:
    assert not is_plan(text)


def test_means_other_times_and_several_periods_are_told_apart() -> None:
    assert is_average("Bình quân 9 tháng năm 2025")
    assert not is_average("Thu nhập bình quân đầu người")
    assert is_of_another_time("Cùng kỳ")
    assert names_several_periods("Jan-Sep 2025") == "thang 1 -thang 9"
    assert not names_several_periods("Tháng 9 - 2025")


@pytest.mark.parametrize(
    ("text", "word"),
    [("(số ước)", "estimate"), ("ƯTH", "estimate"), ("Số liệu sơ bộ", "preliminary"), ("Số bộ hồ sơ", ""),
     ("so bo", "preliminary"),
     ("Nước sạch", "")],
)  # fmt: skip
def test_marks_tell_preliminary_from_a_number_of_sets(text: str, word: str) -> None:
    assert maturity_word(text) == word


def test_every_label_of_a_text_is_found_with_its_place() -> None:
    text = "Quý III và 9 tháng đầu năm 2025 (từ ngày 1/7/2025 đến ngày 30/9/2025), Quyết định 12/2025/QĐ-UBND"
    found = find_labels(text, "calendar")
    assert [label(each.period) for each in found] == ["Quý III/2025", "9 tháng năm 2025", "Quý III/2025"]
    assert time_words(text)[found[1].start : found[1].end].startswith("9 thang")
    assert [label(each.period) for each in find_labels("Tháng 9", "calendar", 2025)] == ["Tháng 9/2025"]
    assert find_labels("Tháng 9", "calendar") == ()
