"""What one process at a time may do, on however many machines: landing, the warehouse, an API, a batch."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from ioc_pipeline.ledger.journal import Journal
from ioc_pipeline.locks import LockedError, locked, locked_now

# A machine that lost its power closes no connection: the server asks for a sign of it after 15 s, and then gives it up.
_MISSED_SOON = (
    "select set_config('tcp_keepalives_idle', '15', false), set_config('tcp_keepalives_interval', '5', false), \
set_config('tcp_keepalives_count', '3', false)"
)


class Guards(Journal):
    """Guards are named by a path in IOC_HOME, by its last two parts: machines may mount it in different places.

    The lock on the file holds off the processes of this machine, and ends with its holder however the database fares.
    A ledger in PostgreSQL holds off those of other machines too, whatever the disk they share knows of locks; one in
    SQLite is used by one machine.
    """

    @contextmanager
    def alone(self, path: Path) -> Iterator[None]:
        """Hold a guard; wait for who holds it."""
        with locked(path), self._alone_among_machines(path, "select pg_advisory_lock(:key) is not null"):
            yield

    @contextmanager
    def alone_now(self, path: Path) -> Iterator[None]:
        """Hold a guard without waiting.

        Raises:
            LockedError: another process holds it, here or on another machine.
        """
        with locked_now(path), self._alone_among_machines(path, "select pg_try_advisory_lock(:key)"):
            yield

    @contextmanager
    def _alone_among_machines(self, path: Path, lock: str) -> Iterator[None]:
        if self.is_sqlite:
            yield
            return
        name = f"{path.parent.name}/{path.name}"
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        with self.session() as connection:
            connection.execute(sa.text(_MISSED_SOON))
            if not connection.execute(sa.text(lock), {"key": key}).scalar_one():
                raise LockedError(name)
            yield  # the lock is the session's: it ends with it, and so with us
