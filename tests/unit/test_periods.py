from datetime import date, timedelta
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc_pipeline.domain.period_labels import BadPeriod, find_date, find_period, parse_period
from ioc_pipeline.domain.periods import Clock, Period, PeriodType, label, period_containing, periods_between

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
CLOCKS = st.sampled_from(get_args(Clock))
TYPES = st.sampled_from([kind for kind in get_args(PeriodType) if kind != "nine_months"])
SEPTEMBER = Period("month", date(2025, 9, 1), date(2025, 9, 30))
MANAGEMENT_SEPTEMBER = Period("month", date(2025, 8, 15), date(2025, 9, 14))


@given(DAYS, TYPES, CLOCKS)
def test_a_label_read_back_is_its_period(day: date, period_type: PeriodType, clock: Clock) -> None:
    period = period_containing(day, period_type, clock)
    assert parse_period(label(period), clock).period == period


@given(DAYS, TYPES, CLOCKS)
def test_a_day_lies_in_its_period_and_in_no_other(day: date, period_type: PeriodType, clock: Clock) -> None:
    period = period_containing(day, period_type, clock)
    assert period.start <= day <= period.end
    assert period_containing(period.end + timedelta(days=1), period_type, clock).start == period.end + timedelta(days=1)


@given(DAYS, st.integers(0, 2000), TYPES, CLOCKS)
def test_periods_between_follow_one_another_without_a_gap(
    first: date, days: int, period_type: PeriodType, clock: Clock
) -> None:
    last = first + timedelta(days=days)
    periods = periods_between(first, last, period_type, clock)
    assert all(first <= period.start <= last for period in periods)
    assert all(after.start - before.end == timedelta(days=1) for before, after in pairwise(periods))


def test_nine_months_begin_with_the_year_of_their_clock() -> None:
    assert periods_between(date(2024, 12, 15), date(2025, 12, 31), "nine_months", "management") == [
        Period("nine_months", date(2024, 12, 15), date(2025, 9, 14)),
        Period("nine_months", date(2025, 12, 15), date(2026, 9, 14)),
    ]
    with pytest.raises(ValueError, match="lies in no nine_months"):
        period_containing(date(2025, 11, 1), "nine_months", "calendar")


@pytest.mark.parametrize(
    "text",
    [
        "Kỳ báo cáo: Tháng 9 năm 2025",
        "(Từ ngày 15/8/2025 đến ngày 14/9/2025)",
        "Từ ngày 15/8 đến hết ngày 14/9/2025",
        "TTHC_2025-09.xlsx",
        "Bieu-9-2025.xlsx",
        "02-Bieu-T09.2025-2.xls",
        "Bieu01_VNeID_thang_9_2025.xlsx",
        "Bieu 092025.csv",
        "Tình hình tháng 9 và 9 tháng năm 2025",
        "Tháng 9/2025 so với cùng kỳ năm trước",
        "Quyết định 12/2023/QĐ-UBND ngày 15/02/2023; tháng 9/2025",
    ],
)
def test_a_month_is_found_in_a_longer_text(text: str) -> None:
    assert find_period(text, "management", "month") == MANAGEMENT_SEPTEMBER


@pytest.mark.parametrize(
    "text",
    [
        "Sơn La, ngày 25 tháng 9 năm 2025",
        "Tháng …… năm 2025",
        "Thông tư số 01/2020/TT-VPCP",
        "Tháng 8/2025 và tháng 9/2025",
        "tháng 9 năm trước",
        "Báo cáo tháng 01-9/2025",
        "Bieu-2025-1.xls",
        "9 tháng năm 2025",
        "Từ ngày 15/8/2025 đến ngày 31/8/2025",
        "Từ ngày 31/9/2025 đến ngày 14/10/2025",
    ],
)
def test_what_is_no_month_or_more_than_one_is_not_guessed(text: str) -> None:
    assert find_period(text, "management", "month") is None


def test_a_month_takes_its_year_from_a_date_that_no_report_precedes() -> None:
    assert find_period("2019-10-29-So-lieu-tháng-10.xlsx", "calendar", "month") == Period(
        "month", date(2019, 10, 1), date(2019, 10, 31)
    )
    assert find_period("2020-01-05-So-lieu-tháng-12.xlsx", "calendar", "month") == Period(
        "month", date(2019, 12, 1), date(2019, 12, 31)
    )


def test_explicit_bounds_beat_the_clock() -> None:
    assert find_period("Từ ngày 01/9/2025 đến ngày 30/9/2025", "management", "month") == SEPTEMBER
    assert parse_period("Tháng 9/2025 (từ 1/9/2025 đến 30/9/2025)", "management").period == SEPTEMBER


def test_a_label_without_a_year_takes_the_one_given() -> None:
    assert parse_period("Tháng Chín", "calendar", year=2025).period == SEPTEMBER
    with pytest.raises(BadPeriod) as refused:
        parse_period("Quý III", "calendar")
    assert refused.value.code == "period-without-year"


@pytest.mark.parametrize(
    "text", ["Tháng 13/2025", "Tháng năm 2025", "Quý V/2025", "2025-2021", "Tuần 54/2025", "abc", "", "31/2/2025"]
)
def test_a_label_that_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(BadPeriod) as refused:
        parse_period(text, "calendar")
    assert refused.value.code == "bad-period"


@pytest.mark.parametrize(
    ("text", "relative"),
    [
        ("cùng kỳ", "same_period_last_year"),
        ("kỳ trước", "previous_period"),
        ("Tháng trước", "previous_period"),
        ("năm trước", "previous_year"),
        ("kỳ này", "this_period"),
        ("Lũy kế đến nay", "year_to_date"),
    ],
)
def test_a_relative_label_names_its_kind(text: str, relative: str) -> None:
    assert parse_period(text, "calendar").relative == relative


def test_bounds_that_fit_no_period_are_a_range_with_a_label_of_their_own() -> None:
    period = parse_period("Từ 1/9/2025 đến 5/9/2025", "calendar").period
    assert period == Period("range", date(2025, 9, 1), date(2025, 9, 5))
    assert label(period) == "Từ 1/9/2025 đến 5/9/2025"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (" thời điểm 1/10/2019 so với", date(2019, 10, 1)),
        ("Sơn La, ngày 25 tháng 9 năm 2025", date(2025, 9, 25)),
        ("đến ngày 05/09/2025", date(2025, 9, 5)),
        ("2025-09-11", date(2025, 9, 11)),
        ("1/10/2019 và 1/9/2019", None),
        ("30/02/2025", None),
        ("tháng 01-9/2025", None),
    ],
)
def test_the_one_date_of_a_text_is_found(text: str, day: date | None) -> None:
    assert find_date(text) == day


def test_the_second_half_of_a_year_is_not_its_first() -> None:
    found = find_period("Kết quả 6 tháng cuối năm 2024", "calendar", "half_year")
    assert found == Period("half_year", date(2024, 7, 1), date(2024, 12, 31))
