"""The one order of deliveries, what became of each, and a record of it that nobody can rewrite unseen."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from ioc_pipeline.domain.deliveries import Delivery, Kind, Outcome
from ioc_pipeline.domain.errors import ConflictError, UserError

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST_REVISION = "0002"
_MIGRATION_LOCK = 0x10C
_BUSY_SECONDS = 30


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """Aware datetimes, kept in UTC; SQLite has no type for them and forgets the zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without its zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


METADATA = sa.MetaData()

# One row. Every writer locks it first, so numbers are given in the order of commits and a rollback gives them back.
head = sa.Table(
    "head",
    METADATA,
    sa.Column("head_id", sa.Integer, sa.CheckConstraint("head_id = 1", name="head_is_one_row"), primary_key=True),
    sa.Column("delivery_seq", sa.BigInteger, nullable=False),
    sa.Column("scan_seq", sa.BigInteger, nullable=False),
    sa.Column("enveloped_seq", sa.BigInteger, nullable=False),
    sa.Column("event_seq", sa.BigInteger, nullable=False),
    sa.Column("event_hash", sa.Text, nullable=False),
    sa.Column("published_version", sa.Text, nullable=False),
)

blob = sa.Table(
    "blob",
    METADATA,
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("first_received_at", UtcDateTime, nullable=False),
)

# `origin` identifies one arrival (device, inode, times, size, sha256): a crashed repeat of it finds its row again.
delivery = sa.Table(
    "delivery",
    METADATA,
    sa.Column("delivery_seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("department_code", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, sa.ForeignKey("blob.sha256", name="delivery_sha256_fk"), nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("scan_seq", sa.BigInteger, nullable=False),
    sa.Column("is_sealed", sa.Boolean, nullable=False),
    sa.Column(
        "decides_delivery_seq",
        sa.BigInteger,
        sa.ForeignKey("delivery.delivery_seq", name="delivery_decides_delivery_seq_fk"),
    ),
    sa.Column("source_name", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("extract_id", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("request", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("origin", sa.Text, nullable=False),
    sa.UniqueConstraint("origin", name="delivery_origin_key"),
)

# One attempt to take a delivery to the warehouse; a new contract version makes another attempt.
load = sa.Table(
    "load",
    METADATA,
    sa.Column(
        "delivery_seq",
        sa.BigInteger,
        sa.ForeignKey("delivery.delivery_seq", name="load_delivery_seq_fk"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("attempt", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("is_newest", sa.Boolean, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("lease_token", sa.BigInteger, nullable=False),
    sa.Column("lease_owner", sa.Text),
    sa.Column("lease_expires_at", UtcDateTime),
    sa.Column("held_reason", sa.Text),
    sa.Column("source_name", sa.Text),
    sa.Column("contract_hash", sa.Text),
    sa.Column("outcome", sa.Text),
    sa.Column("load_seq", sa.BigInteger),
    sa.Column("answered_at", UtcDateTime),
    sa.Column("published_version", sa.Text),
    sa.Index("load_state", "state", "delivery_seq"),
)

event = sa.Table(
    "event",
    METADATA,
    sa.Column("event_seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("happened_at", UtcDateTime, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("delivery_seq", sa.BigInteger),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("previous_hash", sa.Text, nullable=False),
    sa.Column("event_hash", sa.Text, nullable=False),
    sa.Index("event_delivery_seq", "delivery_seq"),
)

# What was refused before it could become a delivery, so that it is answered once.
refusal = sa.Table(
    "refusal",
    METADATA,
    sa.Column("refusal_key", sa.Text, primary_key=True),
    sa.Column("department_code", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("refused_at", UtcDateTime, nullable=False),
)

_DELIVERY = [delivery.c[name] for name in Delivery.__slots__]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file whose bytes are safe in landing, about to get its number."""

    department_code: str
    file_name: str
    sha256: str
    size_bytes: int
    is_sealed: bool
    origin: str


@dataclass(frozen=True, slots=True)
class Own:
    """Something that we, or a person through us, put into landing: a page, an extract, a waiver.

    `origin` identifies it, as that of an `Arrival`: recorded again, it keeps the number it has.
    """

    kind: Kind
    department_code: str
    file_name: str
    sha256: str
    size_bytes: int
    source_name: str
    origin: str
    extract_id: str = ""
    request: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """All the ledger knows of a delivery that the bytes do not say; landing keeps it beside the blob."""

    delivery: Delivery
    origin: str


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to move one load on. A later lease has a greater token, and ends the earlier one."""

    delivery_seq: int
    token: int


@dataclass(frozen=True, slots=True)
class PreparedLoad:
    """What `prepared` needs to know of one verdict."""

    lease: Lease
    outcome: Outcome
    contract_hash: str
    source_name: str


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One delivery as `ioc status` shows it. Empty text where nothing is known yet."""

    delivery_seq: int
    kind: Kind
    department_code: str
    file_name: str
    received_at: datetime
    state: str
    outcome: str
    source_name: str
    held_reason: str


@dataclass(slots=True)
class _Journal:
    """An open write transaction: numbers to give and events to append, written when it ends."""

    connection: sa.Connection
    delivery_seq: int
    scan_seq: int
    enveloped_seq: int
    event_seq: int
    event_hash: str
    published_version: str
    events: list[dict[str, Any]] = field(default_factory=list)

    def append(self, kind: str, at: datetime, delivery_seq: int | None, **detail: str | int | None) -> None:
        self.event_seq += 1
        row = {
            "event_seq": self.event_seq,
            "happened_at": at.astimezone(UTC),
            "kind": kind,
            "delivery_seq": delivery_seq,
            "detail": _canonical(detail),
            "previous_hash": self.event_hash,
        }
        self.event_hash = _event_hash(row)
        self.events.append({**row, "event_hash": self.event_hash})


class Ledger:
    """The ledger at one URL: SQLite (one machine) or PostgreSQL. Opens a connection per call and keeps none.

    Every `at` is the caller's time, aware. Methods that write are one durable transaction each.
    """

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        if self._url.get_backend_name() == "postgresql":
            self._url = self._url.set(drivername="postgresql+psycopg")
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        connect_args = {"timeout": _BUSY_SECONDS} if self._is_sqlite else {}
        self._engine = sa.create_engine(self._url, poolclass=NullPool, connect_args=connect_args, hide_parameters=True)
        if self._is_sqlite:
            sa.event.listen(self._engine, "connect", _prepare_sqlite)
            sa.event.listen(self._engine, "begin", _begin_sqlite)

    # ---------- schema

    def migrate(self) -> None:
        """Bring the schema to the newest revision; nothing happens when it is there, and two at once do it once."""
        if self._is_sqlite and self._url.database:
            Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
        if self._revision() == NEWEST_REVISION:
            return
        # Half a second of imports, needed once in the life of a ledger.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        with self._transaction(writes=True) as connection:
            if not self._is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def _revision(self) -> str | None:
        with self._transaction() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            revision: str | None = connection.execute(sa.text("select version_num from alembic_version")).scalar()
            return revision

    # ---------- step 2: what arrived

    def open_scan(self) -> int:
        """Give the next scan its number; deliveries of one scan arrived together."""
        with self._journal() as journal:
            journal.scan_seq += 1
            return journal.scan_seq

    def record_files(self, arrivals: Sequence[Arrival], *, received_at: datetime, scan_seq: int) -> list[Delivery]:
        """Give each arrival its `delivery_seq`, in the order given, all in one transaction.

        An arrival whose origin is already recorded, from a run that crashed before it released the file, keeps the
        delivery it has.
        """
        with self._journal() as journal:
            known = self._by_origin(journal.connection, [arrival.origin for arrival in arrivals])
            new: dict[str, Delivery] = {}
            for arrival in arrivals:
                if arrival.origin in known or arrival.origin in new:
                    continue
                journal.delivery_seq += 1
                new[arrival.origin] = Delivery(
                    delivery_seq=journal.delivery_seq,
                    kind="file",
                    department_code=arrival.department_code,
                    file_name=arrival.file_name,
                    sha256=arrival.sha256,
                    size_bytes=arrival.size_bytes,
                    received_at=received_at.astimezone(UTC),
                    scan_seq=scan_seq,
                    is_sealed=arrival.is_sealed,
                )
            self._insert(journal, [Envelope(one, origin) for origin, one in new.items()])
            return [known.get(arrival.origin) or new[arrival.origin] for arrival in arrivals]

    def record_own(self, own: Own, *, at: datetime) -> Delivery:
        """Give a page, an extract or a waiver its number; durable when this returns."""
        with self._journal() as journal:
            if known := self._by_origin(journal.connection, [own.origin]):
                return known[own.origin]
            journal.delivery_seq += 1
            journal.scan_seq += 1
            recorded = Delivery(
                delivery_seq=journal.delivery_seq,
                kind=own.kind,
                department_code=own.department_code,
                file_name=own.file_name,
                sha256=own.sha256,
                size_bytes=own.size_bytes,
                received_at=at.astimezone(UTC),
                scan_seq=journal.scan_seq,
                is_sealed=True,
                source_name=own.source_name,
                extract_id=own.extract_id,
                request=own.request,
            )
            self._insert(journal, [Envelope(recorded, own.origin)])
            return recorded

    def record_withdrawal(
        self, delivery_seq: int, *, reason: str, by: str, at: datetime, sha256: str, size_bytes: int
    ) -> Delivery:
        """Record a person's decision that a delivery shall not count; the decision is a delivery of its own.

        Raises:
            UserError: there is no such delivery, it does not stand for itself (a page, a withdrawal), or it is
                withdrawn already.
        """
        origin = f"withdrawal:{delivery_seq}:{sha256}"
        with self._journal() as journal:
            if known := self._by_origin(journal.connection, [origin]):
                return known[origin]
            decided = self._find(journal.connection, delivery_seq)
            if decided.kind == "page":
                raise UserError(f"delivery {delivery_seq} is a page of {decided.extract_id}: withdraw that extract")
            if decided.kind == "withdrawal":
                raise UserError(f"delivery {delivery_seq} is a withdrawal, which stands for good: send the form again")
            earlier = sa.select(delivery.c.delivery_seq).where(delivery.c.decides_delivery_seq == delivery_seq)
            if (by_seq := journal.connection.execute(earlier).scalar()) is not None:
                raise UserError(f"delivery {delivery_seq} is withdrawn already, by decision {by_seq}")
            journal.delivery_seq += 1
            journal.scan_seq += 1
            decision = Delivery(
                delivery_seq=journal.delivery_seq,
                kind="withdrawal",
                department_code=decided.department_code,
                file_name=decided.file_name,
                sha256=sha256,
                size_bytes=size_bytes,
                received_at=at.astimezone(UTC),
                scan_seq=journal.scan_seq,
                is_sealed=True,
                decides_delivery_seq=delivery_seq,
            )
            self._insert(journal, [Envelope(decision, origin)])
            journal.append("withdrawal decided", at, delivery_seq, by=by, reason=reason, decision=decision.delivery_seq)
            return decision

    def unenveloped(self) -> list[Envelope]:
        """Deliveries whose sidecar may not be written yet, oldest first."""
        return self._envelopes(delivery.c.delivery_seq > sa.select(head.c.enveloped_seq).scalar_subquery())

    def envelopes(self, delivery_seqs: Collection[int]) -> list[Envelope]:
        """Those of these deliveries that exist, with their origin, in the one order."""
        return self._envelopes(delivery.c.delivery_seq.in_(delivery_seqs))

    def _envelopes(self, where: sa.ColumnElement[bool]) -> list[Envelope]:
        query = sa.select(*_DELIVERY, delivery.c.origin).where(where).order_by(delivery.c.delivery_seq)
        with self._transaction() as connection:
            return [Envelope(_delivery(row), row.origin) for row in connection.execute(query)]

    def enveloped(self, up_to_delivery_seq: int) -> None:
        """Note that every delivery up to this one has its sidecar in landing."""
        with self._journal() as journal:
            journal.enveloped_seq = max(journal.enveloped_seq, up_to_delivery_seq)

    def restore(self, envelopes: Iterable[Envelope], *, at: datetime) -> None:
        """Fill an empty ledger with deliveries under the numbers they had; all of them wait to be prepared.

        Raises:
            UserError: the ledger already holds deliveries.
        """
        ordered = sorted(envelopes, key=lambda envelope: envelope.delivery.delivery_seq)
        with self._journal() as journal:
            if journal.delivery_seq:
                raise UserError("the ledger already holds deliveries; restore into an empty one")
            if ordered:
                journal.delivery_seq = journal.enveloped_seq = ordered[-1].delivery.delivery_seq
                journal.scan_seq = max(envelope.delivery.scan_seq for envelope in ordered)
            journal.append("ledger restored", at, None, delivery_count=len(ordered))
            self._insert(journal, ordered)

    # ---------- refusals

    def answered_refusals(self, keys: Collection[str]) -> set[str]:
        """Which of these refused things have had their answer."""
        with self._transaction() as connection:
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
        with self._journal() as journal:
            insert = self._insert_new(refusal).returning(refusal.c.refusal_key)
            if journal.connection.execute(insert, row).first() is not None:
                journal.append("refused", at, None, department_code=department_code, code=code)

    # ---------- steps 4 to 6: what became of it

    def waiting(self, *, at: datetime) -> list[int]:
        """Landed and nobody's: never leased, or the lease has run out. In the one order."""
        with self._transaction() as connection:
            return list(
                connection.execute(
                    sa.select(load.c.delivery_seq)
                    .where(load.c.state == "landed", _is_free(at))
                    .order_by(load.c.delivery_seq)
                ).scalars()
            )

    def lease(self, delivery_seqs: Collection[int], *, owner: str, seconds: float, at: datetime) -> list[Lease]:
        """Take what still waits among these; only the leases that were got are returned, in the one order."""
        take = (
            sa.update(load)
            .where(load.c.delivery_seq.in_(delivery_seqs), load.c.state == "landed", _is_free(at))
            .values(
                lease_token=load.c.lease_token + 1, lease_owner=owner, lease_expires_at=at + timedelta(seconds=seconds)
            )
            .returning(load.c.delivery_seq, load.c.lease_token)
        )
        with self._journal() as journal:
            taken = [_lease(row) for row in journal.connection.execute(take)]
        return sorted(taken, key=lambda lease: lease.delivery_seq)

    def end_leases(self, owner: str) -> None:
        """Let others take what a process that has died was preparing; its tokens are not given again."""
        with self._journal() as journal:
            journal.connection.execute(
                sa.update(load).where(load.c.state == "landed", load.c.lease_owner == owner),
                {"lease_owner": None, "lease_expires_at": None},
            )

    def prepared(self, lease: Lease, outcome: Outcome, contract_hash: str, *, source_name: str, at: datetime) -> None:
        """Move one load from landed to prepared.

        Raises:
            ConflictError: the lease was taken over, or the load moved on without us.
        """
        if self.prepared_batch([PreparedLoad(lease, outcome, contract_hash, source_name)], at=at):
            raise ConflictError(f"delivery {lease.delivery_seq}: lease {lease.token} is no longer the current one")

    def prepared_batch(self, results: Iterable[PreparedLoad], *, at: datetime) -> list[Lease]:
        """Move loads from landed to prepared in one transaction; returns the leases that were lost meanwhile."""
        wanted = {result.lease: result for result in results}
        with self._journal() as journal:
            current = journal.connection.execute(
                sa.select(load.c.delivery_seq, load.c.lease_token).where(
                    load.c.delivery_seq.in_([lease.delivery_seq for lease in wanted]), load.c.state == "landed"
                )
            )
            held = {_lease(row) for row in current}
            moving = [result for lease, result in wanted.items() if lease in held]
            if moving:
                journal.connection.execute(
                    sa.update(load)
                    .where(load.c.delivery_seq == sa.bindparam("seq"), load.c.state == "landed")
                    .values(state="prepared", held_reason=None, lease_owner=None, lease_expires_at=None),
                    [
                        {
                            "seq": result.lease.delivery_seq,
                            "outcome": result.outcome,
                            "contract_hash": result.contract_hash,
                            "source_name": result.source_name,
                        }
                        for result in moving
                    ],
                )
            for result in moving:
                journal.append(
                    "prepared",
                    at,
                    result.lease.delivery_seq,
                    outcome=result.outcome,
                    contract_hash=result.contract_hash,
                    source_name=result.source_name,
                )
        return [lease for lease in wanted if lease not in held]

    def hold(self, lease: Lease, reason: str, *, at: datetime) -> None:
        """Give the lease back unprepared and say why, e.g. the contract is broken; the delivery waits again.

        Raises:
            ConflictError: the lease was taken over, or the load moved on without us.
        """
        with self._journal() as journal:
            current = journal.connection.execute(sa.select(load.c.held_reason).where(*_is_held_by(lease))).first()
            if current is None:
                raise ConflictError(f"delivery {lease.delivery_seq}: lease {lease.token} is no longer the current one")
            journal.connection.execute(
                sa.update(load).where(*_is_held_by(lease)),
                {"held_reason": reason, "lease_owner": None, "lease_expires_at": None},
            )
            if current.held_reason != reason:
                journal.append("held", at, lease.delivery_seq, reason=reason)

    def to_load(self) -> list[int]:
        """Prepared and not in the warehouse yet, in the one order."""
        return self._in_states("prepared")

    def loaded(self, delivery_seq: int, outcome: Outcome, load_seq: int, *, at: datetime) -> None:
        """Note what the warehouse says of one delivery; see `loaded_batch`."""
        self.loaded_batch([(delivery_seq, outcome, load_seq)], at=at)

    def loaded_batch(self, results: Iterable[tuple[int, Outcome, int]], *, at: datetime) -> None:
        """Note (delivery_seq, outcome, load_seq) of each load marker: prepared becomes loaded or returned.

        Said again it changes nothing. A withdrawal that is loaded makes the delivery it decides on withdrawn.

        Raises:
            ConflictError: a load was not prepared, or is in the warehouse under another load_seq; nothing is noted.
        """
        noted = {delivery_seq: (outcome, load_seq) for delivery_seq, outcome, load_seq in results}
        with self._journal() as journal:
            current = {
                row.delivery_seq: row
                for row in journal.connection.execute(
                    sa.select(load.c.delivery_seq, load.c.state, load.c.load_seq, delivery.c.decides_delivery_seq)
                    .join_from(load, delivery)
                    .where(load.c.delivery_seq.in_(noted), load.c.is_newest)
                )
            }
            moves, decisions = [], []
            for delivery_seq, (outcome, load_seq) in noted.items():
                row = current.get(delivery_seq)
                if row is not None and row.load_seq == load_seq:
                    continue
                if row is None or row.load_seq is not None or row.state not in ("prepared", "withdrawn"):
                    state = "unknown" if row is None else row.state
                    raise ConflictError(
                        f"delivery {delivery_seq} is {state}, not prepared; cannot note load {load_seq}"
                    )
                state = "returned" if outcome == "returned" else "loaded"
                if row.state == "withdrawn":
                    state = "withdrawn"
                moves.append({"seq": delivery_seq, "state": state, "outcome": outcome, "load_seq": load_seq})
                journal.append("loaded", at, delivery_seq, outcome=outcome, load_seq=load_seq)
                if row.decides_delivery_seq is not None:
                    decisions.append({"seq": row.decides_delivery_seq, "state": "withdrawn"})
                    journal.append("withdrawn", at, row.decides_delivery_seq, decision=delivery_seq)
            newest = sa.and_(load.c.delivery_seq == sa.bindparam("seq"), load.c.is_newest)
            for rows in filter(None, (moves, decisions)):
                journal.connection.execute(sa.update(load).where(newest), rows)

    def to_answer(self) -> list[int]:
        """In the warehouse or returned, and its department has not been told yet. In the one order."""
        return self._in_states("loaded", "returned", "published", "withdrawn", where=load.c.answered_at.is_(None))

    def answered(self, delivery_seqs: Collection[int], *, at: datetime) -> None:
        """Note that the feedback of these lies in the department's folder."""
        with self._journal() as journal:
            told: list[int] = list(
                journal.connection.execute(
                    sa.update(load)
                    .where(load.c.delivery_seq.in_(delivery_seqs), load.c.is_newest, load.c.answered_at.is_(None))
                    .values(answered_at=at)
                    .returning(load.c.delivery_seq)
                ).scalars()
            )
            for delivery_seq in sorted(told):
                journal.append("answered", at, delivery_seq)

    def published(self, up_to_load_seq: int, version: str, *, at: datetime) -> None:
        """Note that a version of the marts holds every load up to this one; the same version again is nothing new."""
        with self._journal() as journal:
            moved = journal.connection.execute(
                sa.update(load).where(load.c.state == "loaded", load.c.load_seq <= up_to_load_seq),
                {"state": "published", "published_version": version},
            ).rowcount
            if moved or journal.published_version != version:
                journal.published_version = version
                journal.append("published", at, None, version=version, up_to_load_seq=up_to_load_seq)

    def has_unpublished(self) -> bool:
        """Whether something is in the warehouse that no published version holds."""
        return bool(self._in_states("loaded", where=load.c.outcome != "page"))

    def load_again(self, delivery_seqs: Collection[int], *, at: datetime) -> list[int]:
        """Let deliveries be prepared once more, under the contract now in force; their first load stays as it was.

        Returns those that were at rest (loaded, returned or published), in the one order; the others are on their way
        or withdrawn.
        """
        with self._journal() as journal:
            ended = journal.connection.execute(
                sa.update(load)
                .where(
                    load.c.delivery_seq.in_(delivery_seqs),
                    load.c.is_newest,
                    load.c.state.in_(["loaded", "returned", "published"]),
                )
                .values(is_newest=False)
                .returning(load.c.delivery_seq, load.c.attempt, load.c.lease_token)
            ).all()
            again = sorted(ended, key=lambda row: int(row.delivery_seq))
            _insert_loads(journal, [(row.delivery_seq, row.attempt + 1, row.lease_token + 1) for row in again])
            for row in again:
                journal.append("load again", at, row.delivery_seq, attempt=row.attempt + 1)
            return [row.delivery_seq for row in again]

    # ---------- reading

    def delivery(self, delivery_seq: int) -> Delivery:
        """Look one delivery up.

        Raises:
            UserError: there is none of that number.
        """
        with self._transaction() as connection:
            return self._find(connection, delivery_seq)

    def deliveries(self, delivery_seqs: Collection[int] | None = None) -> list[Delivery]:
        """All deliveries, or those asked for, in the one order."""
        query = sa.select(*_DELIVERY).order_by(delivery.c.delivery_seq)
        if delivery_seqs is not None:
            query = query.where(delivery.c.delivery_seq.in_(delivery_seqs))
        with self._transaction() as connection:
            return [_delivery(row) for row in connection.execute(query)]

    def accepted_extracts(self, source_name: str) -> list[Delivery]:
        """Extracts of an API that count: in the warehouse by their newest load and not withdrawn. In the one order."""
        query = (
            sa.select(*_DELIVERY)
            .join_from(delivery, load)
            .where(
                delivery.c.kind == "extract",
                delivery.c.source_name == source_name,
                load.c.is_newest,
                load.c.state.in_(["loaded", "published"]),
            )
            .order_by(delivery.c.delivery_seq)
        )
        with self._transaction() as connection:
            return [_delivery(row) for row in connection.execute(query)]

    def status_rows(self) -> list[StatusRow]:
        """What became of each delivery, in the one order."""
        query = (
            sa.select(
                delivery.c.delivery_seq,
                delivery.c.kind,
                delivery.c.department_code,
                delivery.c.file_name,
                delivery.c.received_at,
                load.c.state,
                sa.func.coalesce(load.c.outcome, ""),
                sa.func.coalesce(load.c.source_name, ""),
                sa.func.coalesce(load.c.held_reason, ""),
            )
            .join_from(delivery, load)
            .where(load.c.is_newest)
            .order_by(delivery.c.delivery_seq)
        )
        with self._transaction() as connection:
            return [_status_row(row) for row in connection.execute(query)]

    def verify_events(self) -> int:
        """Recompute the chain of events from its beginning.

        Returns how many events there are.

        Raises:
            ValueError: an event was changed, removed or put in; the message names the first that does not fit.
        """
        previous_hash, event_seq = "", 0
        with self._transaction() as connection:
            end = connection.execute(sa.select(head.c.event_seq, head.c.event_hash)).one()
            for row in connection.execute(sa.select(event).order_by(event.c.event_seq)).mappings():
                event_seq += 1
                if row["event_seq"] != event_seq or row["previous_hash"] != previous_hash:
                    raise ValueError(f"event {event_seq} does not follow the one before it")
                if row["event_hash"] != _event_hash(dict(row)):
                    raise ValueError(f"event {event_seq} is not what was recorded")
                previous_hash = row["event_hash"]
        if (event_seq, previous_hash) != (end.event_seq, end.event_hash):
            raise ValueError(f"events end at {event_seq}, {end.event_seq} were recorded")
        return event_seq

    # ---------- within

    @contextmanager
    def _transaction(self, *, writes: bool = False) -> Iterator[sa.Connection]:
        with self._engine.connect() as connection:
            connection = connection.execution_options(writes=writes)
            with connection.begin():
                yield connection

    @contextmanager
    def _journal(self) -> Iterator[_Journal]:
        with self._transaction(writes=True) as connection:
            row: Sequence[Any] = connection.execute(sa.select(head).with_for_update()).one()
            journal = _Journal(connection, *row[1:])
            yield journal
            if journal.events:
                connection.execute(sa.insert(event), journal.events)
            now = {name: getattr(journal, name) for name in head.c.keys()[1:]}
            if now != dict(zip(now, row[1:], strict=True)):
                connection.execute(sa.update(head), now)

    def _insert_new(self, table: sa.Table) -> sa.Insert:
        insert = sqlite.insert if self._is_sqlite else postgresql.insert
        return insert(table).on_conflict_do_nothing()

    def _insert(self, journal: _Journal, envelopes: Sequence[Envelope]) -> None:
        """Blob, delivery, load row and event of each."""
        if not envelopes:
            return
        blobs = {
            one.delivery.sha256: {
                "sha256": one.delivery.sha256,
                "size_bytes": one.delivery.size_bytes,
                "first_received_at": one.delivery.received_at,
            }
            for one in reversed(envelopes)
        }
        journal.connection.execute(self._insert_new(blob), list(blobs.values()))
        journal.connection.execute(
            sa.insert(delivery), [{**asdict(one.delivery), "origin": one.origin} for one in envelopes]
        )
        _insert_loads(journal, [(one.delivery.delivery_seq, 1, 0) for one in envelopes])
        for one in envelopes:
            journal.append("received", one.delivery.received_at, one.delivery.delivery_seq, sha256=one.delivery.sha256)

    def _by_origin(self, connection: sa.Connection, origins: Collection[str]) -> dict[str, Delivery]:
        query = sa.select(*_DELIVERY, delivery.c.origin).where(delivery.c.origin.in_(origins))
        return {row.origin: _delivery(row) for row in connection.execute(query)}

    def _find(self, connection: sa.Connection, delivery_seq: int) -> Delivery:
        row = connection.execute(sa.select(*_DELIVERY).where(delivery.c.delivery_seq == delivery_seq)).first()
        if row is None:
            raise UserError(f"there is no delivery {delivery_seq}; `ioc status` lists them")
        return _delivery(row)

    def _in_states(self, *states: str, where: sa.ColumnElement[bool] | None = None) -> list[int]:
        query = sa.select(load.c.delivery_seq).where(load.c.is_newest, load.c.state.in_(states))
        if where is not None:
            query = query.where(where)
        with self._transaction() as connection:
            return list(connection.execute(query.order_by(load.c.delivery_seq)).scalars())


def _delivery(row: Sequence[Any]) -> Delivery:
    return Delivery(*row[: len(_DELIVERY)])


def _status_row(row: Sequence[Any]) -> StatusRow:
    return StatusRow(*row)


def _lease(row: Sequence[Any]) -> Lease:
    return Lease(*row)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions on its own, and not for every statement
    for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = on"):
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A writer that begins as a reader cannot wait for another writer; it fails at once.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def _is_free(at: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(load.c.lease_expires_at.is_(None), load.c.lease_expires_at <= at)


def _is_held_by(lease: Lease) -> tuple[sa.ColumnElement[bool], ...]:
    return load.c.delivery_seq == lease.delivery_seq, load.c.lease_token == lease.token, load.c.state == "landed"


def _insert_loads(journal: _Journal, loads: Sequence[tuple[int, int, int]]) -> None:
    if loads:
        journal.connection.execute(
            sa.insert(load),
            [
                {
                    "delivery_seq": delivery_seq,
                    "attempt": attempt,
                    "is_newest": True,
                    "state": "landed",
                    "lease_token": lease_token,
                }
                for delivery_seq, attempt, lease_token in loads
            ],
        )


def _canonical(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _event_hash(row: Mapping[str, Any]) -> str:
    content = {
        "event_seq": row["event_seq"],
        "happened_at": row["happened_at"].isoformat(timespec="microseconds"),
        "kind": row["kind"],
        "delivery_seq": row["delivery_seq"],
        "detail": row["detail"],
    }
    return hashlib.sha256((row["previous_hash"] + _canonical(content)).encode()).hexdigest()
