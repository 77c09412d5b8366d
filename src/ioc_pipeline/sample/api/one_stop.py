"""The one-stop system: a record per dossier, in the order of their last change, page by page."""

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from ioc_pipeline.domain.local_time import as_local
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.sample import figures
from ioc_pipeline.sample.api.world import Row, World
from ioc_pipeline.sample.figures import Figures, less, share_out

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
DAY = 86_400
PROCEDURES = np.array([f"1.{1_000 + number:06}" for number in range(240)])
FEES_VND = np.array([8_000, 15_000, 30_000, 50_000, 75_000, 150_000])
CANCELLED_ONE_IN = 250
MOVED = 7  # dossiers that a form counts in one commune and the system in another
ON_TIME, LATE, PENDING_LATE, PENDING, CANCELLED = range(5)  # how a dossier stands at the end of its month


@dataclass(frozen=True)
class _Dossiers:
    """Columns of dossiers; times in seconds of local time since 1970, `ended` also when it lies ahead."""

    ids: npt.NDArray[np.str_]
    commune: npt.NDArray[np.str_]
    outcome: Numbers
    received: Numbers
    due: Numbers
    ended: Numbers
    is_online: Flags
    is_digitised: Flags
    reuses_data: Flags
    has_fee: Flags
    is_paid_online: Flags
    is_fully_online: Flags
    draws: npt.NDArray[np.float64]

    def take(self, rows: Any) -> "_Dossiers":
        return _Dossiers(*(getattr(self, column.name)[rows] for column in fields(self)))


class Dossiers:
    """All dossiers of a world. Settled, cancelled and pending follow from `today`, so a later one shows changes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._months: dict[Period, _Dossiers] = {}
        self._listed: dict[date, tuple[_Dossiers, Numbers]] = {}
        self._touched: dict[str, int] = {}

    def page(self, *, today: date, since: datetime | None, page: int, size: int) -> Row:
        """`{"total": n, "items": […]}`: what was changed at `since` or later, oldest change first."""
        dossiers, updated = self._list(today)
        first = int(np.searchsorted(updated, _local_seconds(since))) if since else 0
        chosen = slice(first + (page - 1) * size, first + page * size)
        return {"total": len(updated) - first, "items": _items(dossiers.take(chosen), updated[chosen], today)}

    def touch(self, items: list[Row], today: date) -> None:
        """Change these dossiers now: they move to the end of the list while somebody reads it."""
        newest = int(self._list(today)[1][-1])
        for number, item in enumerate(items, start=1):
            self._touched[str(item["dossierId"])] = newest + number
        self._listed.clear()

    def _list(self, today: date) -> tuple[_Dossiers, Numbers]:
        """Every dossier known when `today` began with the time of its last change, in the order of changes."""
        if today not in self._listed:
            now = _midnight(today)
            months = [self._month(age, period) for age, period in self._world.periods(today)]
            known = _joined([month.take(month.received < now) for month in months])
            updated = np.where(known.ended < now, known.ended, known.received)
            for at in np.flatnonzero(np.isin(known.ids, list(self._touched))):
                updated[at] = self._touched[str(known.ids[at])]
            order = np.argsort(updated, kind="stable")
            self._listed = {today: (known.take(order), updated[order])}
        return self._listed[today]

    def _month(self, age: int, period: Period) -> _Dossiers:
        if period not in self._months:
            counts = self._counts(age, period)
            if self._world.dossiers is not None:
                natural = [self._counts(*each) for each in self._world.periods(self._world.today)]
                factor = self._world.dossiers / sum(sum(month["received_count"]) for month in natural)
                counts = _scaled(counts, factor)
            codes = [unit.code for unit in self._world.communes(period.end)]
            seed = [self._world.seed, period.end.toordinal()]
            self._months[period] = _draw(self._world.initials(period.end), period, codes, counts, seed)
        return self._months[period]

    def _counts(self, age: int, period: Period) -> Figures:
        profile, seed = self._world.profile, self._world.seed
        communes = self._world.communes(period.end)
        month = figures.settlements(profile, seed, figures.weigh_communes(seed, communes), age)
        return month | figures.digitisation(profile, seed, month, age)


def _joined(months: list[_Dossiers]) -> _Dossiers:
    columns = {
        column.name: np.concatenate([getattr(month, column.name) for month in months]) for column in fields(_Dossiers)
    }
    return _Dossiers(**columns)


def _items(dossiers: _Dossiers, updated: Numbers, today: date) -> list[Row]:
    has_ended = dossiers.ended < _midnight(today)
    procedure, fee, agency = dossiers.draws.T
    fee_vnd = np.where(dossiers.has_fee, FEES_VND[(fee * len(FEES_VND)).astype(np.int64)], 0)
    is_settled = has_ended & (dossiers.outcome != CANCELLED)
    columns: dict[str, npt.NDArray[Any]] = {
        "dossierId": dossiers.ids,
        "procedureCode": PROCEDURES[(procedure * len(PROCEDURES)).astype(np.int64)],
        "agencyCode": np.where(agency < 0.1, "vp-ubnd", np.char.add("ubnd-", dossiers.commune)),
        "communeCode": dossiers.commune,
        "receivedAt": _iso(dossiers.received),
        "channel": np.where(dossiers.is_online, "online", "direct"),
        "isFullyOnline": dossiers.is_fully_online.astype(int),
        "dueAt": _iso(dossiers.due),
        "settledAt": np.where(is_settled, _iso(dossiers.ended).astype(object), np.array(None)),
        "status": np.where(has_ended, np.where(is_settled, "settled", "cancelled"), "pending"),
        "isDigitised": dossiers.is_digitised.astype(int),
        "reusesData": dossiers.reuses_data.astype(int),
        "feeVnd": fee_vnd,
        "isPaidOnline": dossiers.is_paid_online.astype(int),
        "updatedAt": _iso(updated),
    }
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _scaled(month: Figures, factor: float) -> Figures:
    """The same month with another number of dossiers; parts stay within their wholes, commune by commune."""
    received = share_out(round(sum(month["received_count"]) * factor), month["received_count"])

    def part(name: str, limits: list[int]) -> list[int]:
        return [min(round(count * factor), limit) for count, limit in zip(month[name], limits, strict=True)]

    settled = part("settled_count", received)
    pending = less(received, settled)
    late = part("pending_late_count", pending)
    digitised = part("digitised_count", settled)
    with_fee = part("with_fee_count", received)
    return {
        "digitised_count": digitised,
        "reusing_count": part("reusing_count", digitised),
        "with_fee_count": with_fee,
        "paid_online_count": part("paid_online_count", with_fee),
        "eligible_count": part("eligible_count", received),
        "received_count": received,
        "online_count": part("online_count", received),
        "settled_count": settled,
        "settled_on_time_count": part("settled_on_time_count", settled),
        "pending_late_count": late,
        "pending_on_time_count": less(pending, late),
    }


def _draw(initials: str, period: Period, codes: list[str], month: Figures, seed: list[int]) -> _Dossiers:
    """Dossiers whose counts by commune are those of the month at its end; what is pending then is settled later."""
    start = _midnight(period.start)
    length = _midnight(period.end + timedelta(days=1)) - start
    chance = np.random.default_rng(seed)
    received_count = np.array(month["received_count"])
    counts = received_count + received_count // CANCELLED_ONE_IN  # a form does not count the cancelled ones
    commune = np.repeat(np.arange(len(codes)), counts)
    count = len(commune)

    def place(first: Numbers) -> Numbers:
        """Each dossier's place in a random order of its commune's, from 0; a smaller `first` comes before."""
        order = np.lexsort((chance.random(count), first, commune))
        places = np.empty(count, dtype=np.int64)
        places[order] = np.arange(count) - np.repeat(np.cumsum(counts) - counts, counts)
        return places

    at, limit, outcome = place(commune), np.zeros(len(codes), dtype=np.int64), np.full(count, CANCELLED)
    settled, on_time = np.array(month["settled_count"]), np.array(month["settled_on_time_count"])
    parts = {
        ON_TIME: on_time,
        LATE: settled - on_time,
        PENDING_LATE: np.array(month["pending_late_count"]),
        PENDING: np.array(month["pending_on_time_count"]),
    }
    for code, part in parts.items():
        outcome[(at >= limit[commune]) & (at < (limit + part)[commune])] = code
        limit = limit + part

    def some(name: str, among: Flags) -> Flags:
        """As many of each commune's as the month counts, all of them out of `among`."""
        return place(np.where(among, 0, 1)) < np.array(month[name])[commune]

    is_counted = outcome != CANCELLED
    is_digitised = some("digitised_count", np.isin(outcome, (ON_TIME, LATE)))
    has_fee = some("with_fee_count", is_counted)
    is_online = some("online_count", is_counted)
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
    ids = np.char.add(f"{initials}-{period.end:%y%m}-", np.char.zfill((np.arange(count) + 1).astype(str), 7))
    return _Dossiers(
        ids=ids,
        commune=np.array(codes)[_moved(commune, is_online, outcome, len(codes))][by_time],
        outcome=outcome[by_time],
        received=(start + received)[by_time],
        due=(start + due)[by_time],
        ended=(start + ended)[by_time],
        is_online=is_online[by_time],
        is_digitised=is_digitised[by_time],
        reuses_data=some("reusing_count", is_digitised)[by_time],
        has_fee=has_fee[by_time],
        is_paid_online=some("paid_online_count", has_fee)[by_time],
        is_fully_online=some("eligible_count", is_counted)[by_time],
        draws=chance.random((count, 3)),
    )


def _moved(commune: Numbers, is_online: Flags, outcome: Numbers, communes: int) -> Numbers:
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
    return int(as_local(whole).replace(tzinfo=UTC).timestamp()) + (time != whole)


def _iso(seconds: Numbers) -> npt.NDArray[np.str_]:
    return np.char.add(np.datetime_as_string(seconds.astype("datetime64[s]")), "+07:00")
