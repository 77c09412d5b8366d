"""The period of a form that nobody names is the last one that ended."""

from datetime import date

import pytest

from ioc_pipeline.cli.days import last_period
from settlements_form import source


@pytest.mark.parametrize(
    ("period_type", "clock", "day", "start", "end"),
    [
        ("month", "management", date(2025, 9, 15), date(2025, 8, 15), date(2025, 9, 14)),
        ("month", "management", date(2025, 9, 14), date(2025, 7, 15), date(2025, 8, 14)),
        ("quarter", "calendar", date(2025, 1, 1), date(2024, 10, 1), date(2024, 12, 31)),
        ("nine_months", "calendar", date(2025, 9, 30), date(2024, 1, 1), date(2024, 9, 30)),
        ("year", "calendar", date(2025, 12, 31), date(2024, 1, 1), date(2024, 12, 31)),
        ("day", "calendar", date(2025, 9, 30), date(2025, 9, 29), date(2025, 9, 29)),
    ],
)
def test_the_last_period_ended_before_the_day(period_type: str, clock: str, day: date, start: date, end: date) -> None:
    period = last_period(source().model_copy(update={"period_type": period_type, "clock": clock}), day)
    assert (period.type, period.start, period.end) == (period_type, start, end)
