"""The task tracking system: a record per task, in the order of their last change, behind a cursor."""

import random
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from ioc_pipeline.domain.local_time import LOCAL_TIME
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.sample import figures
from ioc_pipeline.sample.api.world import Row, World

PAGE_SIZE = 200
MINUTE = timedelta(minutes=1)
Place = tuple[datetime, str]
START: Place = (datetime(1970, 1, 1, tzinfo=UTC), "")


@dataclass(frozen=True)
class _Task:
    task_id: str
    agency: str
    assigned: datetime
    due: datetime
    done: datetime | None
    is_slow: bool
    updated: datetime


def read_cursor(cursor: str) -> tuple[Place, Place]:
    """Behind which place the page asked for begins, and the page before it; "" is the first page.

    Raises:
        ValueError: a cursor that was not given out here.
    """
    if not cursor:
        return START, START
    after, before = (line.partition(" ") for line in urlsafe_b64decode(cursor.encode()).decode().splitlines())
    return (datetime.fromisoformat(after[0]), after[2]), (datetime.fromisoformat(before[0]), before[2])


def _cursor(after: Place, before: Place) -> str:
    return urlsafe_b64encode(
        "\n".join(f"{moment.isoformat()} {name}" for moment, name in (after, before)).encode()
    ).decode()


class Tasks:
    """All tasks of a world. Each agency's add up to the sample form, but for one done late here and on time there."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._months: dict[Period, list[_Task]] = {}
        self._touched: dict[str, datetime] = {}

    def page(self, *, today: date, since: datetime | None, after: Place) -> Row:
        """`{"data": […], "nextCursor": …}`: what was changed at `since` or later and stands behind `after`.

        The cursor is "" on the last page.
        """
        tasks = [
            task
            for task in self._known(today)
            if (task.updated, task.task_id) > after and (since is None or task.updated >= since)
        ]
        chosen = tasks[:PAGE_SIZE]
        is_last = len(tasks) <= PAGE_SIZE
        return {
            "data": [_item(task) for task in chosen],
            "nextCursor": "" if is_last else _cursor((chosen[-1].updated, chosen[-1].task_id), after),
        }

    def touch(self, items: list[Row], today: date) -> None:
        """Change these tasks now: they move to the end of the list while somebody reads it."""
        newest = self._known(today)[-1].updated
        for number, item in enumerate(items, start=1):
            self._touched[str(item["taskId"])] = newest + number * MINUTE

    def _known(self, today: date) -> list[_Task]:
        now = _midnight(today)
        tasks = [
            _as_known(task, now)
            for age, period in self._world.periods(today)
            for task in self._month(age, period)
            if task.assigned < now
        ]
        touched = [replace(task, updated=self._touched.get(task.task_id, task.updated)) for task in tasks]
        return sorted(touched, key=lambda task: (task.updated, task.task_id))

    def _month(self, age: int, period: Period) -> list[_Task]:
        if period not in self._months:
            agencies = [unit.code for unit in self._world.agencies(period.end)]
            counts = figures.tasks(self._world.seed, len(agencies), age)
            _swap_one(counts["on_time_count"], counts["late_count"])
            chance = random.Random(f"{self._world.seed}:tasks:{period.end}")  # noqa: S311
            self._months[period] = [
                task
                for index, agency in enumerate(agencies)
                for task in _of_agency(period, agency, {name: values[index] for name, values in counts.items()}, chance)
            ]
        return self._months[period]


def _swap_one(on_time: list[int], late: list[int]) -> None:
    """One agency's form calls a task on time that the system shows late, another's the other way round."""
    wrong_late = next(index for index, count in enumerate(on_time) if count)
    wrong_on_time = next(index for index, count in enumerate(late) if count and index != wrong_late)
    on_time[wrong_late] -= 1
    late[wrong_late] += 1
    on_time[wrong_on_time] += 1
    late[wrong_on_time] -= 1


def _of_agency(period: Period, agency: str, counts: dict[str, int], chance: random.Random) -> list[_Task]:
    """What an agency was assigned in a month: due in it as the form counts them, the others in a quarter's time."""
    start, end = _midnight(period.start), _midnight(period.end + timedelta(days=1))
    month = end - start
    kinds = ["on_time"] * counts["on_time_count"] + ["late"] * counts["late_count"]
    kinds += ["overdue"] * counts["overdue_count"]
    later = max(counts["assigned_count"] - len(kinds), counts["slow_count"])
    kinds += ["slow"] * counts["slow_count"] + ["later"] * (later - counts["slow_count"])
    tasks = []
    for number, kind in enumerate(kinds, start=1):
        assigned = start + month * chance.uniform(0, 0.4)
        due = assigned + (end - assigned) * chance.uniform(0.3, 0.8)
        done: datetime | None = None
        match kind:
            case "on_time":
                done = assigned + (due - assigned) * chance.uniform(0.3, 1)
            case "late":
                done = due + (end - due) * chance.uniform(0.1, 0.9)
            case "overdue":
                done = end + month * chance.uniform(0.05, 0.5)
            case _:
                due = end + timedelta(days=chance.uniform(60, 120))
        tasks.append(
            _Task(
                task_id=f"NV-{period.end:%y%m}-{agency}-{number:03}",
                agency=agency,
                assigned=_to_minute(assigned),
                due=_to_minute(due),
                done=_to_minute(done) if done else None,
                is_slow=kind == "slow",
                updated=_to_minute(assigned),
            )
        )
    return tasks


def _as_known(task: _Task, now: datetime) -> _Task:
    done = task.done if task.done and task.done < now else None
    return replace(task, done=done, updated=done or task.updated)


def _item(task: _Task) -> Row:
    return {
        "taskId": task.task_id,
        "agencyCode": task.agency,
        "assignedAt": _iso(task.assigned),
        "dueAt": _iso(task.due),
        "doneAt": _iso(task.done) if task.done else None,
        "progress": "slow" if task.is_slow else "on_track",
        "updatedAt": _iso(task.updated),
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL_TIME)


def _to_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _iso(moment: datetime) -> str:
    return moment.astimezone(LOCAL_TIME).isoformat()
