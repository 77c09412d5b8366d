"""What was refused before it could become a delivery, so that it is answered once."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from ioc_pipeline.ledger.journal import Journal
from ioc_pipeline.ledger.tables import refusal


class Refusals(Journal):
    """Notes of what stays in the inbox, by the key that landing gives it."""

    def answered_refusals(self, keys: Collection[str]) -> set[str]:
        """Which of these refused things have had their answer."""
        with self.transaction() as connection:
            rows = connection.execute(sa.select(refusal.c.refusal_key).where(refusal.c.refusal_key.in_(keys)))
            return {row.refusal_key for row in rows}

    def record_refusal(self, key: str, *, department_code: str, file_name: str, code: str, at: datetime) -> None:
        """Note that a refused thing was answered; again for the same key changes nothing."""
        row = {
            "refusal_key": key,
            "department_code": department_code,
            "file_name": file_name,
            "code": code,
            "refused_at": at,
        }
        with self.writing() as journal:
            insert = self.insert_new(refusal).returning(refusal.c.refusal_key)
            if journal.connection.execute(insert, row).first() is not None:
                journal.append("refused", at, None, department_code=department_code, code=code)
