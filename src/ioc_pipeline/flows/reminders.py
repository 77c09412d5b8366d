"""Who owes what in the next working days and who is late: told to each unit once per duty and stage."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from ioc_pipeline.answer import feedback
from ioc_pipeline.answer.reminder import reminder_text
from ioc_pipeline.domain.duties import Call, Duty
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.domain.local_time import local_day
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.publish.published import connect_published
from ioc_pipeline.reference.calendar import WorkingCalendar
from ioc_pipeline.serve.owed import owed
from ioc_pipeline.settings import Settings

AHEAD = 3  # working days
_LOG = logging.getLogger(__name__)

Send = Callable[["Reminder"], Sequence[str]]
"""Carries a reminder to its unit; gives the ways that did, none where none is configured."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """What one unit owes on a day. `news` is what it was not told before, `told_at` when it was told last."""

    unit_code: str
    unit_name: str
    text: str
    news: Sequence[Call]
    told_at: datetime | None = None


def duties(settings: Settings) -> list[Duty]:
    """What the published version says is owed; nothing before the first publication."""
    try:
        marts = connect_published(settings)
    except UserError:
        return []
    with marts:
        return owed(marts)


def reminders(settings: Settings, found: Sequence[Duty], day: date) -> list[Reminder]:
    """One for each unit of today that owes something on a day, by its code; nothing is written or sent.

    Left out are APIs, which nobody fills in; duties of a unit that is gone, whose code may be another's today; and
    units of which something has come that no published version speaks of: it may be the very report.
    """
    reference, ledger = Reference(settings), open_ledger(settings)
    calendar = WorkingCalendar.from_csv(settings.seeds / "calendar.csv")
    told, on_their_way = ledger.reminded(), ledger.on_their_way()
    told_until = _told_until(ledger)
    by_unit: dict[str, list[Call]] = {}
    for duty in found:
        call = _call(duty, calendar, day)
        if call and _is_of_today(duty, reference, day) and duty.unit_code not in on_their_way:
            by_unit.setdefault(duty.unit_code, []).append(call)
    made = []
    for code, calls in sorted(by_unit.items()):
        unit = reference.org_units.get(code, day)
        assert unit is not None  # `_is_of_today`
        text = reminder_text(unit.full_name, code, day, calls)
        news = [call for call in calls if call.key not in told and (not told_until or call.since > told_until)]
        told_at = max((told[call.key] for call in calls if call.key in told), default=None)
        made.append(Reminder(code, unit.full_name, text, news, told_at))
    return made


def remind(settings: Settings, found: Sequence[Duty], day: date, send: Send) -> list[Reminder]:
    """Bring each unit's `nhac-viec.txt` up to date and send what is new; give the units that were told something.

    On a day off nothing happens. A unit's reminder is noted as soon as it is sent: a crash between the two sends that
    one again. A folder that cannot be used keeps no other unit from its own; without a way nothing is noted.

    Raises:
        Exception: what `send` raised, once all other units are told; the next call tells the rest.
    """
    if not WorkingCalendar.from_csv(settings.seeds / "calendar.csv").is_working_day(day):
        return []
    ledger = open_ledger(settings)
    made = {one.unit_code: one for one in reminders(settings, found, day)}
    failure: Exception | None = None
    sent = []
    for code in sorted(Reference(settings).inbox_folders() - ledger.on_their_way() | set(made)):
        one = made.get(code)
        is_written = _write(settings, code, one.text if one else "")
        if one is None or not one.news:
            continue
        try:
            ways = [*(["file"] if is_written else []), *send(one)]
        except Exception as error:
            _LOG.warning("%s is not reminded: %s", code, type(error).__name__)
            failure = error
            continue
        if ways:
            ledger.record_reminders(one.news, ways=ways, at=datetime.now(UTC))
            sent.append(one)
    if failure:
        raise failure
    return sent


def _write(settings: Settings, unit_code: str, text: str) -> bool:
    try:
        feedback.write_reminder(settings.inbox, unit_code, text)
    except FileNotFoundError:  # a unit that has no folder, and where nothing is owed needs none
        return False
    except OSError as error:
        _LOG.warning("%s: its reminder is not written: %s", unit_code, error.strerror)
        return False
    return True


def _call(duty: Duty, calendar: WorkingCalendar, day: date) -> Call | None:
    if day > duty.due_date:
        days = max(calendar.working_days_between(duty.due_date, day), 1)
        return Call(duty, "late", duty.due_date + timedelta(days=1), days)
    left = calendar.working_days_between(day, duty.due_date)
    if left > AHEAD:
        return None
    since = duty.due_date
    while calendar.working_days_between(since - timedelta(days=1), duty.due_date) <= AHEAD:
        since -= timedelta(days=1)
    return Call(duty, "upcoming", since, left)


def _is_of_today(duty: Duty, reference: Reference, day: date) -> bool:
    """Whether people of a unit that still exists owe it; most codes of communes named another one before 2025-07-01."""
    contract = reference.contracts.ready.get(duty.source_name)
    if contract is not None and contract.source.api:
        return False
    then = reference.org_units.get(duty.unit_code, duty.period.end)
    return then is not None and then == reference.org_units.get(duty.unit_code, day)


def _told_until(ledger: Ledger) -> date | None:
    """A ledger made from landing knows no reminders: what had begun by then counts as told, not to be told again."""
    restored = ledger.restored_at()
    return local_day(restored) if restored else None
