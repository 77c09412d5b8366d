"""Who was reminded of what: events like all others, so that a reminder can be shown and disputed."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from ioc_pipeline.domain.duties import Call
from ioc_pipeline.ledger.journal import Journal
from ioc_pipeline.ledger.tables import delivery, event, load

_KEY = ("source", "unit", "period_type", "period_start", "period_end", "stage")


class Reminders(Journal):
    """Reminders by the key of their call. Every `at` is the caller's time, aware."""

    def reminded(self) -> dict[tuple[str, ...], datetime]:
        """When each duty was told at each stage; reads all events."""
        query = sa.select(event.c.detail, event.c.happened_at).where(event.c.kind == "reminded")
        with self.transaction() as connection:
            rows = connection.execute(query).all()
        return {tuple(said[name] for name in _KEY): at for detail, at in rows for said in [json.loads(detail)]}

    def record_reminders(self, calls: Iterable[Call], *, ways: Sequence[str], at: datetime) -> None:
        """Note that a unit was told, and how: `file` and whatever carried it."""
        with self.writing() as journal:
            for call in calls:
                told = dict(zip(_KEY, call.key, strict=True))
                journal.append("reminded", at, None, **told, due=call.duty.due_date.isoformat(), ways=", ".join(ways))

    def restored_at(self) -> datetime | None:
        """When the ledger was last made from landing, which knows no reminders; None if it never was."""
        query = sa.select(sa.func.max(event.c.happened_at)).where(event.c.kind == "ledger restored")
        with self.transaction() as connection:
            found: datetime | None = connection.execute(query).scalar()
            return found

    def on_their_way(self) -> set[str]:
        """Departments of which something came that no published version speaks of yet."""
        query = (
            sa.select(delivery.c.department_code)
            .join_from(delivery, load)
            .where(
                delivery.c.kind == "file",
                load.c.is_newest,
                load.c.state.in_(["landed", "prepared", "loaded", "returned"]),
                load.c.published_version.is_(None),
            )
        )
        with self.transaction() as connection:
            return set(connection.execute(query).scalars())
