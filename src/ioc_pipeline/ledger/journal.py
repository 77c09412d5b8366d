"""The database of the ledger: its engine, its schema, and transactions that give numbers and record events."""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from ioc_pipeline.domain.errors import StoresError, UserError
from ioc_pipeline.ledger.events import canonical, hash_of
from ioc_pipeline.ledger.tables import event, head

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST_REVISION = "0007"
_MIGRATION_LOCK = 0x10C
_BUSY_SECONDS = 30
_MOST_KEYS = 10_000  # PostgreSQL takes 65,535
_TO_BE_USED = (
    "see that its server runs, that its disk has space and that we may write there; if it is damaged itself, give it an"
    " empty database (a file is moved away, with those beside it, -wal and -shm), then `ioc ledger restore`"
)


@dataclass(slots=True)
class Writing:
    """An open write transaction: numbers to give and events to append, written when it ends."""

    connection: sa.Connection
    delivery_seq: int
    scan_seq: int
    sidecar_seq: int
    event_seq: int
    event_hash: str
    published_version: str
    verified_seq: int
    verified_hash: str
    installation_id: str
    epoch: int
    blob_seq: int
    events: list[dict[str, Any]] = field(default_factory=list)

    def append(self, kind: str, at: datetime, delivery_seq: int | None, **detail: str | int | None) -> None:
        self.event_seq += 1
        row = {
            "event_seq": self.event_seq,
            "happened_at": at.astimezone(UTC),
            "kind": kind,
            "delivery_seq": delivery_seq,
            "detail": canonical(detail),
            "previous_hash": self.event_hash,
        }
        self.event_hash = hash_of(row)
        self.events.append({**row, "event_hash": self.event_hash})


def batched(keys: Collection[int]) -> Iterator[list[int]]:
    """As many keys at a time as a statement of either database takes parameters."""
    ordered = list(keys)
    for start in range(0, len(ordered), _MOST_KEYS):
        yield ordered[start : start + _MOST_KEYS]


class Journal:
    """The database at one URL: SQLite (one machine) or PostgreSQL. Opens a connection per call and keeps none.

    Raises:
        UserError: the URL names no such database.
        StoresError: by every method, while the database cannot be opened, read or written.
    """

    def __init__(self, url: str) -> None:
        self._url = _database(url)
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        self._engine = _engine(self._url)

    def migrate(self) -> None:
        """Bring the schema to the newest revision; nothing happens when it is there, and two at once do it once."""
        if self.file:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        revision = self._revision()
        if revision == NEWEST_REVISION:
            return
        if revision is not None and revision > NEWEST_REVISION:
            raise StoresError(
                f"the ledger at {self.shown_url} was made by a newer version of this program (schema {revision}, this"
                f" one knows {NEWEST_REVISION}): install that version, or `ioc restore` a backup of before it"
            )
        # Half a second of imports, needed once in the life of a ledger.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        with self.transaction(writes=True) as connection:
            if not self.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def is_made(self) -> bool:
        """Whether there is a ledger at this URL; asking makes none."""
        if self.file and not self.file.exists():
            return False
        return self._revision() is not None

    @property
    def file(self) -> Path | None:
        """The file of a ledger in SQLite."""
        return Path(self._url.database) if self.is_sqlite and self._url.database else None

    @property
    def shown_url(self) -> str:
        """The URL as a person may see it: without a password."""
        return self._url.render_as_string(hide_password=True)

    def _revision(self) -> str | None:
        with self.transaction() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            revision: str | None = connection.execute(sa.text("select version_num from alembic_version")).scalar()
            return revision

    @contextmanager
    def transaction(self, *, writes: bool = False) -> Iterator[sa.Connection]:
        with self._begun(writes=writes) as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """One moment of the ledger: what is recorded meanwhile is left to the next look."""
        with self._begun(**({} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"})) as connection:
            yield connection

    @contextmanager
    def session(self) -> Iterator[sa.Connection]:
        """A connection without a transaction, for what a session of PostgreSQL holds."""
        with self._told(), self._engine.connect() as connection:
            try:
                yield connection.execution_options(isolation_level="AUTOCOMMIT")
            finally:
                connection.invalidate()  # closed, not asked to end a transaction: its server may be gone by now

    @contextmanager
    def _begun(self, **options: Any) -> Iterator[sa.Connection]:
        with self._told(), self._engine.connect() as connection:
            connection = connection.execution_options(**options)
            with connection.begin():
                yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in our words what the database cannot do."""
        try:
            yield
        except sa.exc.DatabaseError as error:
            if not _is_of_the_database(error):
                raise
            said = str(error.orig).strip().partition("\n")[0]
            raise StoresError(f"the ledger at {self.shown_url} cannot be used: {said}; {_TO_BE_USED}") from error
        except sa.exc.NoResultFound as error:  # of `head`: every other question may find nothing
            said = "the row that says how far it has come is gone"
            raise StoresError(f"the ledger at {self.shown_url} cannot be used: {said}; {_TO_BE_USED}") from error

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        with self.transaction(writes=True) as connection:
            row: Sequence[Any] = connection.execute(sa.select(head).with_for_update()).one()
            journal = Writing(connection, *row[1:])
            yield journal
            if journal.events:
                connection.execute(sa.insert(event), journal.events)
            now = {name: getattr(journal, name) for name in head.c.keys()[1:]}
            if now != dict(zip(now, row[1:], strict=True)):
                connection.execute(sa.update(head), now)

    def insert_new(self, table: sa.Table) -> sa.Insert:
        insert = sqlite.insert if self.is_sqlite else postgresql.insert
        return insert(table).on_conflict_do_nothing()


def _database(url: str) -> sa.URL:
    """What the URL names; it is not repeated where that is nothing we can use, since it may hold a password."""
    try:
        parsed = make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        parsed = sa.URL.create("")
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise UserError(
            "IOC_LEDGER_URL: expected sqlite:////folder/ledger.db, or postgresql://user:password@host/database"
        )
    return parsed


def _is_of_the_database(error: sa.exc.DatabaseError) -> bool:
    """Whether no statement would do: it is down, full, locked, without our tables or rights, or no database.

    Wrong statements are subclasses; PostgreSQL counts a table that is gone among them.
    """
    not_ours = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.InsufficientPrivilege)
    is_operational = isinstance(error, sa.exc.OperationalError) or type(error) is sa.exc.DatabaseError
    return is_operational or isinstance(error.orig, not_ours)


@lru_cache(maxsize=8)
def _engine(url: sa.URL) -> sa.Engine:
    """One engine a URL: it keeps no connection, but every statement that it has compiled."""
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, poolclass=NullPool, hide_parameters=True)
    engine = sa.create_engine(url, poolclass=NullPool, connect_args={"timeout": _BUSY_SECONDS}, hide_parameters=True)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions on its own, and not for every statement
    # The change of a new database to a write-ahead log does not wait for a process that is doing the same.
    patiently = Retrying(
        retry=retry_if_exception(_is_busy),
        stop=stop_after_delay(_BUSY_SECONDS),
        wait=wait_fixed(0.05),
        reraise=True,
    )
    patiently(connection.execute, "pragma journal_mode = wal")
    for pragma in ("synchronous = full", "foreign_keys = on"):
        connection.execute(f"pragma {pragma}")


def _is_busy(error: BaseException) -> bool:
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def _begin_sqlite(connection: sa.Connection) -> None:
    # A writer that begins as a reader cannot wait for another writer; it fails at once.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("begin immediate" if writes else "begin")
