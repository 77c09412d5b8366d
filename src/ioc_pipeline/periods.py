"""The calendar: labels ↔ dates on two clocks, and working days."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """What a figure is about: `start` and `end` are its first and last day, both inclusive.

    `type` is day, week, month, quarter, half_year, nine_months or year; labels may also say ytd (from the first day
    of the year to the end of a month), range (a plan of several years) or school_year.
    """

    type: str
    start: date
    end: date
