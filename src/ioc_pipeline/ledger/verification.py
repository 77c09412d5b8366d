"""Whether the record of events is still what was recorded: all of it, or what came since the last look."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ioc_pipeline.domain.errors import BrokenRecordError
from ioc_pipeline.ledger.events import hash_of
from ioc_pipeline.ledger.journal import Journal
from ioc_pipeline.ledger.tables import event, head


@dataclass(frozen=True, slots=True)
class Link:
    """One event in the chain, by its number and its hash. Number 0 stands before the first event."""

    event_seq: int = 0
    event_hash: str = ""


class Verification(Journal):
    """Verifies the chain of events, and remembers the last event that was verified."""

    def verify_events(self) -> int:
        """Recompute the chain from its beginning; give how many events it has.

        Raises:
            BrokenRecordError: an event was changed, removed or put in; the message names the first that does not fit.
        """
        return self._verify(Link()).event_seq

    def verify_new_events(self) -> int:
        """Recompute the chain from the last verified event on; give how many events came since.

        A change in events that were verified already is found by `verify_events` only.

        Raises:
            BrokenRecordError: see `verify_events`.
        """
        with self.transaction() as connection:
            start = Link(*connection.execute(sa.select(head.c.verified_seq, head.c.verified_hash)).one())
        return self._verify(start).event_seq - start.event_seq

    def _verify(self, start: Link) -> Link:
        with self.snapshot() as connection:
            row = connection.execute(sa.select(head)).one()
            end, verified = Link(row.event_seq, row.event_hash), Link(row.verified_seq, row.verified_hash)
            remembered = connection.execute(
                sa.select(event.c.event_hash).where(event.c.event_seq == verified.event_seq)
            ).scalar()
            if verified.event_seq and remembered != verified.event_hash:
                raise BrokenRecordError(f"event {verified.event_seq} is not the one that was verified before")
            later = sa.select(event).where(event.c.event_seq > start.event_seq).order_by(event.c.event_seq)
            last = _follow(start, connection.execute(later).mappings())
        if last != end:
            raise BrokenRecordError(f"events end at {last.event_seq}, {end.event_seq} were recorded")
        if end.event_seq > verified.event_seq:
            with self.writing() as journal:
                journal.verified_seq, journal.verified_hash = end.event_seq, end.event_hash
        return end


def _follow(link: Link, rows: Iterable[Mapping[Any, Any]]) -> Link:
    for row in rows:
        event_seq = link.event_seq + 1
        if row["event_seq"] != event_seq or row["previous_hash"] != link.event_hash:
            raise BrokenRecordError(f"event {event_seq} does not follow the one before it")
        if row["event_hash"] != hash_of(row):
            raise BrokenRecordError(f"event {event_seq} is not what was recorded")
        link = Link(event_seq, row["event_hash"])
    return link
