"""A period as a person types it: the days in which the period meant may end."""

import calendar
import re
from datetime import date

from ioc_pipeline.domain.errors import UserError

_PERIOD = re.compile(r"(?P<year>[1-9]\d{3})(?:-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2])(?P<day>-\d{2})?)?")


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
