"""The working calendar: which days count when a report is due."""

from datetime import date
from pathlib import Path

import pytest

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.reference.calendar import WorkingCalendar

CALENDAR = Path(__file__).resolve().parents[2] / "include" / "seeds" / "calendar.csv"


def test_a_due_date_skips_weekends_holidays_and_counts_make_up_days() -> None:
    calendar = WorkingCalendar.from_csv(CALENDAR)
    assert calendar.due_date(date(2025, 8, 14), 2) == date(2025, 8, 18)
    assert calendar.due_date(date(2025, 8, 29), 1) == date(2025, 9, 3)
    assert calendar.due_date(date(2025, 4, 25), 1) == date(2025, 4, 26)
    assert calendar.due_date(date(2026, 2, 14), 2) == date(2026, 2, 24)


def test_lateness_counts_working_days_and_turns_negative_before_the_due_date() -> None:
    calendar = WorkingCalendar.from_csv(CALENDAR)
    assert calendar.working_days_between(date(2025, 4, 29), date(2025, 5, 6)) == 2
    assert calendar.working_days_between(date(2025, 5, 6), date(2025, 4, 29)) == -2
    assert calendar.working_days_between(date(2025, 5, 6), date(2025, 5, 6)) == 0


def test_every_year_of_the_calendar_has_tet_and_each_swap_its_make_up_day() -> None:
    calendar = WorkingCalendar.from_csv(CALENDAR)
    new_years = [date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17), date(2027, 2, 6)]
    assert not any(calendar.is_working_day(day) for day in new_years)
    assert all(calendar.is_working_day(day) for day in [date(2024, 5, 4), date(2025, 4, 26), date(2026, 8, 22)])


def test_a_calendar_row_with_a_mistake_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "calendar.csv"
    path.write_text("date,kind,name_vi,confidence,source\n2025-13-01,holiday,x,announced,y\n", encoding="utf-8")
    with pytest.raises(ContractError, match=r"calendar\.csv line 2"):
        WorkingCalendar.from_csv(path)
