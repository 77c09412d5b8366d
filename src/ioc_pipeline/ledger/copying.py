"""The whole ledger into another database, and the proof that both say the same."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ioc_pipeline.domain.errors import StoresError, UserError
from ioc_pipeline.ledger.events import canonical
from ioc_pipeline.ledger.journal import Journal
from ioc_pipeline.ledger.tables import METADATA, head

_ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class TableProof:
    """A table as both databases hold it: how many rows, and the SHA-256 of all of them in the order of their keys."""

    table: str
    row_count: int
    sha256: str


class Copying(Journal):
    """Copies this ledger; nobody writes to it meanwhile."""

    @contextmanager
    def held(self) -> Iterator[sa.Connection]:
        """A connection that sees one state of the ledger; writers wait until it is given back."""
        with self.transaction(writes=True) as connection:
            connection.execute(sa.select(head).with_for_update())
            yield connection

    def copy_to(self, other: "Copying", connection: sa.Connection) -> list[TableProof]:
        """Copy every row, seen through this connection, to an empty ledger, read both again and compare.

        Raises:
            UserError: the other database holds a ledger with something in it.
            StoresError: the copy differs.
        """
        other.migrate()
        tables = METADATA.sorted_tables
        with other.transaction(writes=True) as target:
            if target.execute(sa.select(head.c.event_seq)).scalar():
                raise UserError(f"{other.shown_url} holds a ledger already: give an empty database")
            target.execute(sa.delete(head))
            for table in tables:
                rows = connection.execute(sa.select(table).order_by(*table.primary_key))
                for few in rows.mappings().partitions(_ROWS_AT_ONCE):
                    target.execute(sa.insert(table), [dict(row) for row in few])
            mine, copied = (list(_proofs(each, tables)) for each in (connection, target))
            if mine != copied:
                raise StoresError(f"the copy at {other.shown_url} differs from {self.shown_url}; it was given up")
        return copied


def _proofs(connection: sa.Connection, tables: list[sa.Table]) -> Iterator[TableProof]:
    for table in tables:
        digest, count = hashlib.sha256(), 0
        rows = connection.execute(sa.select(table).order_by(*table.primary_key))
        for row in rows.mappings():
            digest.update(canonical({name: _plain(value) for name, value in row.items()}).encode())
            count += 1
        yield TableProof(table.name, count, digest.hexdigest())


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="microseconds") if isinstance(value, datetime) else value
