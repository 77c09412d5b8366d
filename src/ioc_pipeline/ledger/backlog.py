"""What waits in the ledger and since when, for alerts; nothing is written."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ioc_pipeline.ledger.journal import Journal
from ioc_pipeline.ledger.tables import TO_BE_ANSWERED, TO_BE_PUBLISHED, delivery, event, load


@dataclass(frozen=True, slots=True)
class Waiting:
    """Deliveries that wait for one thing; `since` is when the one that waits longest last moved on."""

    count: int
    since: datetime | None


class Backlog(Journal):
    """Questions about deliveries that have not come to their end. Every time is aware."""

    def waiting_to_be_read(self) -> Waiting:
        """Landed or prepared, not in the warehouse yet, and nothing holds them."""
        return self._waiting(load.c.state.in_(["landed", "prepared"]), load.c.held_reason.is_(None))

    def held_by_reason(self) -> dict[str, int]:
        """How many deliveries wait for each reason of ours: a stopped contract, a failure."""
        query = (
            sa.select(load.c.held_reason, sa.func.count())
            .where(load.c.is_newest, load.c.state.in_(["landed", "prepared"]), load.c.held_reason.is_not(None))
            .group_by(load.c.held_reason)
        )
        with self.transaction() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def waiting_to_be_answered(self) -> Waiting:
        """In the warehouse or returned, and their department has not been told."""
        return self._waiting(TO_BE_ANSWERED)

    def waiting_to_be_published(self) -> Waiting:
        """In the warehouse, and in no published version."""
        return self._waiting(TO_BE_PUBLISHED)

    def outcomes_since(self, since: datetime) -> dict[str, int]:
        """How many files that arrived since then came to each outcome."""
        query = (
            sa.select(load.c.outcome, sa.func.count())
            .join_from(load, delivery)
            .where(load.c.is_newest, delivery.c.kind == "file", delivery.c.received_at >= since)
            .where(load.c.outcome.is_not(None))
            .group_by(load.c.outcome)
        )
        with self.transaction() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def last_arrival(self) -> datetime | None:
        """When the newest file or extract came; None before the first."""
        query = (
            sa.select(delivery.c.received_at)
            .where(delivery.c.kind.in_(["file", "extract"]))
            .order_by(delivery.c.received_at.desc())
            .limit(1)
        )
        with self.transaction() as connection:
            found: datetime | None = connection.execute(query).scalar()
            return found

    def last_extracts(self, source_names: Collection[str]) -> dict[str, datetime]:
        """When the newest complete run of each API ended, whatever its content came to."""
        query = (
            sa.select(delivery.c.source_name, sa.func.max(delivery.c.received_at))
            .where(delivery.c.kind == "extract", delivery.c.source_name.in_(source_names))
            .group_by(delivery.c.source_name)
        )
        with self.transaction() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def known_origins(self, beginnings: Collection[str]) -> set[str]:
        """Which of these begin the origin of a delivery, up to its first colon: that file was taken."""
        origin = delivery.c.origin
        with self.transaction() as connection:
            return {
                beginning
                for beginning in beginnings
                if connection.execute(
                    sa.select(delivery.c.delivery_seq)
                    .where(
                        # SQLite compares bytes, and its index knows no LIKE; ";" comes after ":".
                        sa.and_(origin >= f"{beginning}:", origin < f"{beginning};")
                        if self.is_sqlite
                        else origin.startswith(f"{beginning}:")
                    )
                    .limit(1)
                ).first()
            }

    def _waiting(self, *where: sa.ColumnElement[bool]) -> Waiting:
        # A page counts only through its extract: one of a run that died waits for nothing.
        waiting = (
            sa.select(load.c.delivery_seq)
            .join_from(load, delivery)
            .where(load.c.is_newest, delivery.c.kind != "page", *where)
        )
        moved = (
            sa.select(sa.func.max(event.c.happened_at).label("at"))
            .where(event.c.delivery_seq.in_(waiting), event.c.kind != "held")
            .group_by(event.c.delivery_seq)
            .subquery()
        )
        with self.transaction() as connection:
            row = connection.execute(sa.select(sa.func.count(), sa.func.min(moved.c.at)).select_from(moved)).one()
            return Waiting(*row)
