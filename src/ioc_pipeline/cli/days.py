"""A period as a person types it: the days in which the period meant may end."""

import calendar
import re
from datetime import date, timedelta

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.domain.periods import Period, periods_between
from ioc_pipeline.reference.sources import Source

_PERIOD = re.compile(r"(?P<year>[1-9]\d{3})(?:-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2])(?P<day>-\d{2})?)?")


def read_period(text: str, source: Source) -> Period:
    """The one period of a source's type that ends in what was typed.

    Raises:
        UserError: there is none or more than one, or it is written another way than `read_days` takes.
    """
    first, last = read_days(text)
    periods = [
        period
        for period in periods_between(first - timedelta(days=366), last, source.period_type, source.clock)
        if first <= period.end <= last
    ]
    if len(periods) != 1:
        found = ", ".join(f"{period.start}..{period.end}" for period in periods) or "none"
        raise UserError(f"period {text}: expected one {source.period_type} that ends in it (found {found})")
    return periods[0]


def last_period(source: Source, day: date) -> Period:
    """The last period of a source's type that ended before a day."""
    two_years = periods_between(day - timedelta(days=2 * 366), day, source.period_type, source.clock)
    return max(period for period in two_years if period.end < day)


def read_days(text: str) -> tuple[date, date]:
    """First and last day in which a period may end: 2025-09, 2025-Q3, 2025, or a single day.

    Raises:
        UserError: it is written another way, or there is no such day.
    """
    match = _PERIOD.fullmatch(text)
    if not match:
        raise UserError(f"period {text!r}: expected 2025-09, 2025-Q3, 2025 or a day 2025-09-14")
    year = int(match["year"])
    if match["day"]:
        try:
            return date.fromisoformat(text), date.fromisoformat(text)
        except ValueError:
            raise UserError(f"period {text!r}: there is no such day") from None
    first, last = (1, 12)
    if match["quarter"]:
        first, last = 3 * int(match["quarter"]) - 2, 3 * int(match["quarter"])
    elif match["month"]:
        first = last = int(match["month"])
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])
