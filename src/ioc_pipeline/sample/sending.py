"""When a department sends a form and in how many attempts: most in time, some late, wrong at first, or never."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ioc_pipeline.domain.periods import Period
from ioc_pipeline.reference.calendar import WorkingCalendar
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.sample.asked import published_period
from ioc_pipeline.sample.bodies import Body

UNREADABLE = "chờ số liệu"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One file of a form: `other_figures` are corrected by the next attempt, `is_unreadable` brings it back."""

    sent_on: date
    other_figures: bool = False
    is_unreadable: bool = False


def attempts(source: Source, folder: str, period: Period, *, seed: int, calendar: WorkingCalendar) -> Sequence[Attempt]:
    """What a unit sends for a period, in the order it does; nothing if it never does.

    Periods up to the published one are sent once, in time, so that their figures can be relied on.
    """
    first_day = calendar.due_date(period.end, 1)
    if period.end <= published_period(source.period_type, source.clock).end:
        return [Attempt(first_day)]
    chance = random.Random(f"{seed}:sent:{source.name}:{folder}:{period.end}")  # noqa: S311  # no secret
    days_late = chance.randint(1, 12)
    late = calendar.due_date(period.end, source.due_working_days + days_late)
    match chance.choices(("in time", "late", "returned", "corrected", "missing"), (76, 9, 6, 5, 4))[0]:
        case "late":
            return [Attempt(late)]
        case "returned":
            return [Attempt(first_day, is_unreadable=True), Attempt(late)]
        case "corrected":
            return [Attempt(first_day, other_figures=True), Attempt(late)]
        case "missing":
            return []
        case _:
            return [Attempt(first_day)]


def with_unreadable_figure(bodies: Iterable[Body]) -> list[Body]:
    """The same form where somebody has typed words in place of the first figure."""
    first, *others = bodies
    place, row = next((place, row) for place, row in enumerate(first.rows) if row.kind == "data")
    column = next(name for name, value in row.cells.items() if isinstance(value, int | float))
    rows = list(first.rows)
    rows[place] = replace(row, cells={**row.cells, column: UNREADABLE})
    return [replace(first, rows=rows), *others]
