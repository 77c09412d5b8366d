"""Periods and their dates on two clocks.

Management reports run from the 15th to the 14th: September 2025 is 2025-08-15 … 2025-09-14 and the year 2025 begins on
2024-12-15 (cut-offs of Decree 09/2019/NĐ-CP as provincial decisions repeat them). Statistical ones run by calendar
(Decree 60/2018/NĐ-CP). A label is therefore no key: the clock of the contract turns it into dates.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, get_args

PeriodType = Literal["day", "week", "month", "quarter", "half_year", "nine_months", "year"]
Clock = Literal["management", "calendar"]
Maturity = Literal["estimate", "preliminary", "official"]


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """What a figure is about: `start` and `end` are its first and last day, both inclusive.

    `type` is day, week, month, quarter, half_year, nine_months or year; labels may also say ytd (from the first day
    of the year to the end of a month), range (several years, or bounds that fit no other type) or school_year.
    """

    type: str
    start: date
    end: date


_FIRST_AND_LAST_MONTH: dict[str, Callable[[int], tuple[int, int]]] = {
    "month": lambda index: (index, index),
    "quarter": lambda index: (3 * index - 2, 3 * index),
    "half_year": lambda index: (6 * index - 5, 6 * index),
    "nine_months": lambda _: (1, 9),
    "year": lambda _: (1, 12),
    "ytd": lambda index: (1, index),
}
_PERIODS_A_YEAR = {"month": 12, "quarter": 4, "half_year": 2, "nine_months": 1, "year": 1}


def _first_of_month(year: int, month: int) -> date:
    """First day of a month counted on: month 0 is December before, month 13 January after."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def of_months(period_type: str, year: int, index: int, clock: Clock) -> Period:
    """The index-th period of a type in a year, from 1; of `ytd` the one that ends with that month."""
    first, last = _FIRST_AND_LAST_MONTH[period_type](index)
    if clock == "management":
        start = _first_of_month(year, first - 1).replace(day=15)
        return Period(period_type, start, _first_of_month(year, last).replace(day=14))
    return Period(period_type, _first_of_month(year, first), _first_of_month(year, last + 1) - timedelta(days=1))


def of_week(year: int, week: int) -> Period:
    """An ISO week; ValueError where the year has none of that number."""
    monday = date.fromisocalendar(year, week, 1)
    return Period("week", monday, monday + timedelta(days=6))


@lru_cache(maxsize=4096)
def period_containing(day: date, period_type: PeriodType, clock: Clock) -> Period:
    """The period of a type in which a day lies; days and ISO weeks are the same on both clocks.

    Raises:
        ValueError: nine_months, and the day lies in the last quarter of its year.
    """
    if period_type == "day":
        return Period("day", day, day)
    if period_type == "week":
        return of_week(*day.isocalendar()[:2])
    month_named = _first_of_month(day.year, day.month + 1) if clock == "management" and day.day >= 15 else day
    index = (month_named.month - 1) * _PERIODS_A_YEAR[period_type] // 12 + 1
    period = of_months(period_type, month_named.year, index, clock)
    if not period.start <= day <= period.end:
        raise ValueError(f"{day} lies in no {period_type} of its year")
    return period


def periods_between(first: date, last: date, period_type: PeriodType, clock: Clock) -> list[Period]:
    """Every period that starts on or after `first` and not after `last`, in order; the last may be still running."""
    periods: list[Period] = []
    for period in _periods_from(first, period_type, clock):
        if period.start > last:
            break
        if period.start >= first:
            periods.append(period)
    return periods


def _periods_from(day: date, period_type: PeriodType, clock: Clock) -> Iterator[Period]:
    if period_type == "nine_months":
        year = day.year
        while True:
            yield of_months("nine_months", year, 1, clock)
            year += 1
    while True:
        period = period_containing(day, period_type, clock)
        yield period
        day = period.end + timedelta(days=1)


def label(period: Period) -> str:
    """How people write the period, on either clock: "Tháng 9/2025", "Từ 1/9/2025 đến 5/9/2025"."""
    last = period.end
    if period.type == "day":
        return f"Ngày {label_of_day(last)}"
    if period.type == "week":
        year, week, _ = period.start.isocalendar()
        return f"Tuần {week}/{year}"
    if period.type == "school_year":
        return f"Năm học {period.start.year}-{last.year}"
    if period.type == "range" and (period.start.month, period.start.day, last.month, last.day) == (1, 1, 12, 31):
        return f"Giai đoạn {period.start.year}-{last.year}"
    names = {
        "month": f"Tháng {last.month}/{last.year}",
        "quarter": f"Quý {('I', 'II', 'III', 'IV')[(last.month - 1) // 3]}/{last.year}",
        "half_year": f"6 tháng {'đầu' if last.month <= 6 else 'cuối'} năm {last.year}",
        "nine_months": f"9 tháng năm {last.year}",
        "year": f"Năm {last.year}",
        "ytd": f"Lũy kế đến tháng {last.month}/{last.year}",
    }
    if period.type in names and period in _on_both_clocks(period.type, last):
        return names[period.type]
    return f"Từ {label_of_day(period.start)} đến {label_of_day(last)}"


def labels(periods: Iterable[Period]) -> str:
    """Several periods in one line, however many they are: "Tháng 8/2025, Tháng 9/2025"."""
    names = [label(period) for period in sorted(set(periods))]
    return ", ".join(names) if len(names) <= 3 else f"{names[0]} … {names[-1]} ({len(names)} kỳ)"


def _on_both_clocks(period_type: str, last: date) -> list[Period]:
    months_each = {"ytd": 1, "nine_months": 12}.get(period_type) or 12 // _PERIODS_A_YEAR[period_type]
    index = (last.month - 1) // months_each + 1
    return [of_months(period_type, last.year, index, clock) for clock in get_args(Clock)]


def label_of_day(day: date) -> str:
    """A day as people write it: "1/9/2025"."""
    return f"{day.day}/{day.month}/{day.year}"


def of_bounds(start: date, last: date) -> Period:
    """The standard period with these bounds on either clock, else a range."""
    for period_type in _FIRST_AND_LAST_MONTH:
        for period in _on_both_clocks(period_type, last):
            if (period.start, period.end) == (start, last):
                return period
    if start == last:
        return Period("day", start, last)
    if start.isoweekday() == 1 and last - start == timedelta(days=6):
        return Period("week", start, last)
    return Period("range", start, last)
