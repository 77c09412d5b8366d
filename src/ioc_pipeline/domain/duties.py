"""What a unit still owes, and when it is told so."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from ioc_pipeline.domain.periods import Period

Stage = Literal["upcoming", "late"]


@dataclass(frozen=True, slots=True)
class Duty:
    """One report that a unit owes and that was not accepted yet; `due_date` is the last day that is on time.

    `was_returned` says that something came and went back.
    """

    source_name: str
    source_title: str
    unit_code: str
    period: Period
    due_date: date
    was_returned: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A duty at a stage of its life, as it stands on one day.

    `since` is the first day of the stage. `working_days` are left until the due day while it is `upcoming`, 0 on the
    day itself; passed since then when it is `late`, at least 1.
    """

    duty: Duty
    stage: Stage
    since: date
    working_days: int

    @property
    def key(self) -> tuple[str, ...]:
        """Equal for what is to be told once: form, unit, period and stage."""
        one = self.duty
        return (
            one.source_name,
            one.unit_code,
            one.period.type,
            one.period.start.isoformat(),
            one.period.end.isoformat(),
            self.stage,
        )
