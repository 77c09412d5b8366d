"""The working calendar (`include/seeds/calendar.csv`): which days count when a report is due, and how late one is."""

from datetime import date, timedelta
from pathlib import Path
from typing import Self

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.reference.seeds import read_rows

_COLUMNS = ("date", "kind", "name_vi", "confidence", "source")


class WorkingCalendar:
    """Which days offices work: Monday to Friday, less holidays, plus working Saturdays made up for a swapped day.

    Years without rows count weekdays only.
    """

    def __init__(self, holidays: frozenset[date], make_up_days: frozenset[date]) -> None:
        self._holidays = holidays
        self._make_up_days = make_up_days

    @classmethod
    def from_csv(cls, path: Path) -> Self:
        """Read calendar.csv: date, kind (holiday | make_up_working_day), name_vi, confidence, source.

        Raises:
            ContractError: names file and line.
        """
        days: dict[str, set[date]] = {"holiday": set(), "make_up_working_day": set()}
        for line, (day, kind, *_) in read_rows(path, _COLUMNS):
            try:
                days[kind].add(date.fromisoformat(day))
            except (KeyError, ValueError) as error:
                raise ContractError(
                    f"{path.name} line {line}: needs date (yyyy-mm-dd) and kind (holiday | make_up_working_day)"
                ) from error
        return cls(frozenset(days["holiday"]), frozenset(days["make_up_working_day"]))

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on that day."""
        return day in self._make_up_days or (day.isoweekday() <= 5 and day not in self._holidays)

    def due_date(self, period_end: date, working_days: int) -> date:
        """The n-th working day after a period's last day, n ≥ 1: until the end of it a report is on time."""
        day = period_end
        for _ in range(working_days):
            day += timedelta(days=1)
            while not self.is_working_day(day):
                day += timedelta(days=1)
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """Working days after `first` up to and with `last`; negative when `last` is the earlier one.

        Between due date and arrival this is by how many working days a report is late.
        """
        if last < first:
            return -self.working_days_between(last, first)
        return sum(self.is_working_day(first + timedelta(days=days)) for days in range(1, (last - first).days + 1))
