"""The one-stop system: a record per dossier, in the order of their last change, page by page."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from ioc_pipeline.periods import Period
from ioc_pipeline.sample import figures
from ioc_pipeline.sample.api.world import EARLIEST_AGE, LOCAL_SECONDS, Row, World
from ioc_pipeline.sample.figures import Figures, share_out

Numbers = npt.NDArray[np.int64]
DAY = 86_400
PROCEDURES = 240
FEES_VND = (0, 0, 0, 8_000, 15_000, 30_000, 50_000, 75_000, 150_000)
MOVED = 7  # dossiers that a form counts in one commune and the system in another
ON_TIME, LATE, PENDING_LATE, PENDING, CANCELLED = range(5)  # how a dossier stands at the end of its month


@dataclass(frozen=True)
class _Month:
    """Columns of the dossiers received in one month; times in seconds of local time since 1970."""

    ids: npt.NDArray[np.str_]
    commune: npt.NDArray[np.str_]
    outcome: Numbers
    received: Numbers
    due: Numbers
    ended: Numbers
    is_online: npt.NDArray[np.bool_]
    draws: npt.NDArray[np.float64]


class Dossiers:
    """All dossiers of a world. Settled, cancelled and pending follow from `today`, so a later one shows changes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._months: dict[Period, _Month] = {}
        self._order: dict[date, tuple[list[_Month], Numbers, Numbers, Numbers]] = {}
        self._touched: dict[str, int] = {}

    def page(self, *, today: date, since: datetime | None, page: int, size: int) -> Row:
        """`{"total": n, "items": […]}`: what was changed at `since` or later, oldest change first."""
        months, month_of, row_of, updated = self._changes(today)
        first = int(np.searchsorted(updated, _local_seconds(since))) if since else 0
        chosen = range(first + (page - 1) * size, min(first + page * size, len(updated)))
        items = [self._item(months[month_of[at]], int(row_of[at]), int(updated[at]), today) for at in chosen]
        return {"total": len(updated) - first, "items": items}

    def touch(self, items: list[Row], today: date) -> None:
        """Change these dossiers now: they move to the end of the list while somebody reads it."""
        newest = int(self._changes(today)[3][-1])
        for number, item in enumerate(items, start=1):
            self._touched[str(item["dossierId"])] = newest + number
        self._order.clear()

    def _changes(self, today: date) -> tuple[list[_Month], Numbers, Numbers, Numbers]:
        """Month, row and time of the last change of every dossier known when `today` began, in the order of changes."""
        if today not in self._order:
            months = [self._month(age, period) for age, period in self._world.periods(today)]
            now = _midnight(today)
            known = [np.flatnonzero(month.received < now) for month in months]
            month_of = np.repeat(np.arange(len(months)), [len(rows) for rows in known])
            row_of = np.concatenate([*known, np.array([], dtype=np.int64)])
            changed = [
                np.where(month.ended < now, month.ended, month.received)[rows]
                for month, rows in zip(months, known, strict=True)
            ]
            updated = np.concatenate([*changed, np.array([], dtype=np.int64)])
            if self._touched:
                ids = np.concatenate([month.ids[rows] for month, rows in zip(months, known, strict=True)])
                for at in np.flatnonzero(np.isin(ids, list(self._touched))):
                    updated[at] = self._touched[str(ids[at])]
            order = np.argsort(updated, kind="stable")
            self._order = {today: (months, month_of[order], row_of[order], updated[order])}
        return self._order[today]

    def _month(self, age: int, period: Period) -> _Month:
        if period not in self._months:
            counts = self._counts(age, period)
            if self._world.dossiers is not None:
                natural = [self._counts(*each) for each in self._world.periods(self._world.today)]
                factor = self._world.dossiers / sum(sum(month["received_count"]) for month in natural)
                counts = _scaled(counts, factor)
            codes = [unit.code for unit in self._world.communes(period.end)]
            self._months[period] = _draw(period, codes, counts, seed=[self._world.seed, age - EARLIEST_AGE])
        return self._months[period]

    def _counts(self, age: int, period: Period) -> Figures:
        communes = self._world.communes(period.end)
        return figures.settlements(self._world.seed, figures.weigh_communes(self._world.seed, communes), age)

    def _item(self, month: _Month, row: int, updated: int, today: date) -> Row:
        now = _midnight(today)
        ended, outcome = int(month.ended[row]), int(month.outcome[row])
        has_ended = ended < now
        procedure, fee_draw, paid, digitised, reused, agency = (float(draw) for draw in month.draws[row])
        is_online = bool(month.is_online[row])
        fee = FEES_VND[int(fee_draw * len(FEES_VND))]
        commune = str(month.commune[row])
        return {
            "dossierId": str(month.ids[row]),
            "procedureCode": f"1.{1_000 + int(procedure * PROCEDURES):06}",
            "agencyCode": "vp-ubnd" if agency < 0.1 else f"ubnd-{commune}",
            "communeCode": commune,
            "receivedAt": _iso(int(month.received[row])),
            "channel": "online" if is_online else "direct",
            "isFullyOnline": int(is_online and procedure < 0.35),
            "dueAt": _iso(int(month.due[row])),
            "settledAt": _iso(ended) if has_ended and outcome != CANCELLED else None,
            "status": ("cancelled" if outcome == CANCELLED else "settled") if has_ended else "pending",
            "isDigitised": int(digitised < 0.86),
            "reusesData": int(reused < 0.62),
            "feeVnd": fee,
            "isPaidOnline": int(fee > 0 and is_online and paid < 0.8),
            "updatedAt": _iso(updated),
        }


def _scaled(month: Figures, factor: float) -> Figures:
    """The same month with another number of dossiers; parts stay within their wholes, commune by commune."""
    received = share_out(round(sum(month["received_count"]) * factor), month["received_count"])

    def part(name: str, limits: list[int]) -> list[int]:
        return [min(round(count * factor), limit) for count, limit in zip(month[name], limits, strict=True)]

    settled = part("settled_count", received)
    left = [whole - done for whole, done in zip(received, settled, strict=True)]
    late = part("pending_late_count", left)
    rest = [whole - some for whole, some in zip(left, late, strict=True)]
    return {
        "received_count": received,
        "online_count": part("online_count", received),
        "settled_count": settled,
        "settled_on_time_count": part("settled_on_time_count", settled),
        "pending_late_count": late,
        "pending_on_time_count": part("pending_on_time_count", rest),
    }


def _draw(period: Period, codes: list[str], month: Figures, seed: list[int]) -> _Month:
    """Dossiers whose counts by commune are those of the month at its end; what is pending then is settled later."""
    start = _midnight(period.start)
    length = _midnight(period.end + timedelta(days=1)) - start
    chance = np.random.default_rng(seed)
    received_count = np.array(month["received_count"])
    commune = np.repeat(np.arange(len(codes)), received_count)
    count = len(commune)

    def place() -> Numbers:
        """Each dossier's place in a random order of its commune's, from 0."""
        order = np.lexsort((chance.random(count), commune))
        places = np.empty(count, dtype=np.int64)
        places[order] = np.arange(count) - np.repeat(np.cumsum(received_count) - received_count, received_count)
        return places

    is_online = place() < np.array(month["online_count"])[commune]
    at, limit, outcome = place(), np.zeros(len(codes), dtype=np.int64), np.full(count, CANCELLED)
    late_count = np.array(month["settled_count"]) - np.array(month["settled_on_time_count"])
    parts = {
        ON_TIME: np.array(month["settled_on_time_count"]),
        LATE: late_count,
        PENDING_LATE: np.array(month["pending_late_count"]),
        PENDING: np.array(month["pending_on_time_count"]),
    }
    for code, part in parts.items():
        outcome[(at >= limit[commune]) & (at < (limit + part)[commune])] = code
        limit = limit + part

    received = (chance.random(count) * (length - 2 * DAY)).astype(np.int64)
    room = np.minimum(length - received, 12 * DAY)
    taken = (room * (0.1 + 0.85 * chance.random(count))).astype(np.int64)
    part_of_taken = (taken * (0.2 + 0.7 * chance.random(count))).astype(np.int64)
    more = (3_600 + chance.random(count) * 10 * DAY).astype(np.int64)
    due = np.select(
        [outcome == LATE, outcome == PENDING_LATE, outcome == PENDING],
        [received + part_of_taken, received + part_of_taken, length + more],
        received + taken + more,
    )
    ended = np.where(
        np.isin(outcome, (PENDING_LATE, PENDING)), length + more // 2 + part_of_taken // 4, received + taken
    )
    by_time = np.argsort(received, kind="stable")
    ids = np.char.add(f"SL-{period.end:%y%m}-", np.char.zfill((np.arange(count) + 1).astype(str), 7))
    return _Month(
        ids=ids,
        commune=np.array(codes)[_moved(commune, is_online, outcome, len(codes))][by_time],
        outcome=outcome[by_time],
        received=(start + received)[by_time],
        due=(start + due)[by_time],
        ended=(start + ended)[by_time],
        is_online=is_online[by_time],
        draws=chance.random((count, 6)),
    )


def _moved(commune: Numbers, is_online: npt.NDArray[np.bool_], outcome: Numbers, communes: int) -> Numbers:
    """A few dossiers of one commune stand in another, so that system and form differ in two and agree in the sum."""
    giving, taking = communes // 3, communes // 2
    moved = commune.copy()
    moved[np.flatnonzero((commune == giving) & is_online & (outcome == ON_TIME))[:MOVED]] = taking
    return moved


def _midnight(day: date) -> int:
    return int(np.datetime64(day, "s").astype(np.int64))


def _local_seconds(time: datetime) -> int:
    """The first whole second that is not before `time`, of the clock on the wall in Việt Nam."""
    whole = time.replace(microsecond=0)
    return int(whole.timestamp()) + LOCAL_SECONDS + (time != whole)


def _iso(seconds: int) -> str:
    return f"{np.datetime64(seconds, 's')}+07:00"
