"""What arrived: every delivery gets its number, its sidecar and its first attempt at being loaded."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from ioc_pipeline.domain.deliveries import Delivery, Kind
from ioc_pipeline.domain.errors import StoresError, UserError
from ioc_pipeline.ledger.enquiries import find_delivery
from ioc_pipeline.ledger.events import canonical
from ioc_pipeline.ledger.journal import Journal, Writing
from ioc_pipeline.ledger.submissions import Submission, take_submission, waiting_submissions
from ioc_pipeline.ledger.tables import DELIVERY_COLUMNS, blob, delivery, head, load, to_delivery


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
class Sidecar:
    """All the ledger knows of a delivery that the bytes do not say; landing keeps it beside the blob."""

    delivery: Delivery
    origin: str


_ADDED = ("channel", "sender")  # not in the hashes of ledgers that did not know them; left out where they are empty


def hash_sidecar(sidecar: Sidecar) -> str:
    """SHA-256 of all that the ledger says of an arrival: its event carries it, so that no part changes unseen."""
    delivery = sidecar.delivery
    received_at = delivery.received_at.astimezone(UTC).isoformat(timespec="microseconds")
    said = {name: value for name, value in asdict(delivery).items() if value or name not in _ADDED}
    content = {**said, "received_at": received_at, "origin": sidecar.origin}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


class Arrivals(Journal):
    """Steps 2 and 3 of the protocol. Every `at` is the caller's time, aware; a method is one durable transaction."""

    def open_scan(self) -> int:
        """Give the next scan its number; deliveries of one scan arrived together."""
        with self.writing() as journal:
            journal.scan_seq += 1
            return journal.scan_seq

    def record_files(self, arrivals: Sequence[Arrival], *, received_at: datetime, scan_seq: int) -> list[Delivery]:
        """Give each arrival its `delivery_seq`, in the order given, all in one transaction.

        An arrival whose origin is already recorded, from a run that crashed before it released the file, keeps the
        delivery it has.
        """
        with self.writing() as journal:
            known = self._by_origin(journal.connection, [arrival.origin for arrival in arrivals])
            sent = waiting_submissions(journal.connection, [arrival.sha256 for arrival in arrivals])
            taken: dict[int, Submission] = {}
            new: dict[str, Delivery] = {}
            for arrival in arrivals:
                if arrival.origin in known or arrival.origin in new:
                    continue
                journal.delivery_seq += 1
                submission = sent.pop((arrival.department_code, arrival.file_name, arrival.sha256), None)
                if submission:
                    taken[journal.delivery_seq] = submission
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
                    channel=submission.channel if submission else "",
                    sender=submission.sender if submission else "",
                )
            self._insert(journal, [Sidecar(one, origin) for origin, one in new.items()])
            for delivery_seq, submission in taken.items():
                take_submission(journal.connection, submission.submission_id, delivery_seq)
            return [known.get(arrival.origin) or new[arrival.origin] for arrival in arrivals]

    def record_own(self, own: Own, *, at: datetime) -> Delivery:
        """Give a page, an extract or a waiver its number; durable when this returns."""
        with self.writing() as journal:
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
            self._insert(journal, [Sidecar(recorded, own.origin)])
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
        with self.writing() as journal:
            if known := self._by_origin(journal.connection, [origin]):
                return known[origin]
            decided = find_delivery(journal.connection, delivery_seq)
            if decided.kind == "release":
                raise UserError(
                    f"delivery {delivery_seq} releases delivery {decided.decides_delivery_seq}: withdraw that one"
                )
            if decided.kind == "page":
                raise UserError(f"delivery {delivery_seq} is a page of {decided.extract_id}: withdraw that extract")
            if decided.kind == "withdrawal":
                raise UserError(f"delivery {delivery_seq} is a withdrawal, which stands for good: send the form again")
            earlier = _decisions("withdrawal").where(delivery.c.decides_delivery_seq == delivery_seq)
            if (by_seq := journal.connection.execute(earlier).scalar()) is not None:
                raise UserError(f"delivery {delivery_seq} is withdrawn already, by decision {by_seq}")
            decision = self._insert_decision(journal, "withdrawal", decided, origin, at, sha256, size_bytes)
            journal.append("withdrawal decided", at, delivery_seq, by=by, reason=reason, decision=decision.delivery_seq)
            return decision

    def record_release(
        self, delivery_seq: int, *, reason: str, by: str, at: datetime, sha256: str, size_bytes: int
    ) -> Delivery:
        """Record a person's decision that a returned delivery holds no personal data, and let it be prepared once more.

        Raises:
            UserError: there is no such delivery, it is not at rest as returned, or it is released already.
        """
        origin = f"release:{delivery_seq}:{sha256}"
        with self.writing() as journal:
            if known := self._by_origin(journal.connection, [origin]):
                return known[origin]
            decided = find_delivery(journal.connection, delivery_seq)
            earlier = _decisions("release").where(delivery.c.decides_delivery_seq == delivery_seq)
            if (by_seq := journal.connection.execute(earlier).scalar()) is not None:
                raise UserError(f"delivery {delivery_seq} is released already, by decision {by_seq}")
            ended = journal.connection.execute(
                sa.update(load)
                .where(load.c.delivery_seq == delivery_seq, load.c.is_newest, load.c.state == "returned")
                .values(is_newest=False)
                .returning(load.c.attempt, load.c.lease_token)
            ).first()
            if ended is None:
                raise UserError(f"delivery {delivery_seq} is not returned: there is nothing to release")
            decision = self._insert_decision(journal, "release", decided, origin, at, sha256, size_bytes)
            insert_loads(journal, [(delivery_seq, ended.attempt + 1, ended.lease_token + 1)])
            journal.append("release decided", at, delivery_seq, by=by, reason=reason, decision=decision.delivery_seq)
            return decision

    def record_purge(self, delivery_seq: int, *, sha256s: Sequence[str], reason: str, by: str, at: datetime) -> None:
        """Note that the bytes of a delivery are deleted, and by whom."""
        with self.writing() as journal:
            find_delivery(journal.connection, delivery_seq)
            journal.append("purged", at, delivery_seq, by=by, reason=reason, sha256s=" ".join(sha256s))

    def releases(self, delivery_seqs: Collection[int]) -> dict[int, Delivery]:
        """The release of each of these deliveries that has one."""
        query = sa.select(*DELIVERY_COLUMNS).where(
            delivery.c.kind == "release", delivery.c.decides_delivery_seq.in_(delivery_seqs)
        )
        with self.transaction() as connection:
            found = [to_delivery(row) for row in connection.execute(query)]
        return {one.decides_delivery_seq: one for one in found if one.decides_delivery_seq is not None}

    def _insert_decision(
        self, journal: Writing, kind: Kind, decided: Delivery, origin: str, at: datetime, sha256: str, size_bytes: int
    ) -> Delivery:
        journal.delivery_seq += 1
        journal.scan_seq += 1
        decision = Delivery(
            delivery_seq=journal.delivery_seq,
            kind=kind,
            department_code=decided.department_code,
            file_name=decided.file_name,
            sha256=sha256,
            size_bytes=size_bytes,
            received_at=at.astimezone(UTC),
            scan_seq=journal.scan_seq,
            is_sealed=True,
            decides_delivery_seq=decided.delivery_seq,
        )
        self._insert(journal, [Sidecar(decision, origin)])
        return decision

    def without_sidecar(self) -> list[Sidecar]:
        """Deliveries whose sidecar may not be written yet, oldest first."""
        return self._sidecars(delivery.c.delivery_seq > sa.select(head.c.sidecar_seq).scalar_subquery())

    def all_sidecars(self) -> list[Sidecar]:
        """Every delivery with its origin, in the one order."""
        return self._sidecars(sa.true())

    def sidecars(self, delivery_seqs: Collection[int]) -> list[Sidecar]:
        """Those of these deliveries that exist, with their origin, in the one order."""
        return self._sidecars(delivery.c.delivery_seq.in_(delivery_seqs))

    def _sidecars(self, where: sa.ColumnElement[bool]) -> list[Sidecar]:
        query = sa.select(*DELIVERY_COLUMNS, delivery.c.origin).where(where).order_by(delivery.c.delivery_seq)
        with self.transaction() as connection:
            return [Sidecar(to_delivery(row), row.origin) for row in connection.execute(query)]

    def note_sidecars(self, up_to_delivery_seq: int) -> None:
        """Note that every delivery up to this one has its sidecar in landing."""
        with self.writing() as journal:
            journal.sidecar_seq = max(journal.sidecar_seq, up_to_delivery_seq)

    def restore(self, sidecars: Iterable[Sidecar], *, at: datetime) -> list[int]:
        """Take in deliveries that the ledger does not know, under the numbers they had; give these numbers.

        All of them wait to be prepared; the ledger is an empty one, or an older copy.

        Raises:
            StoresError: the ledger knows one of them as another delivery: it is not a copy of theirs.
        """
        ordered = sorted(sidecars, key=lambda sidecar: sidecar.delivery.delivery_seq)
        with self.writing() as journal:
            query = sa.select(delivery.c.delivery_seq, delivery.c.sha256, delivery.c.file_name)
            known = {row.delivery_seq: (row.sha256, row.file_name) for row in journal.connection.execute(query)}
            new = []
            for one in ordered:
                mine = known.get(one.delivery.delivery_seq)
                if mine is None:
                    new.append(one)
                elif mine != (one.delivery.sha256, one.delivery.file_name):
                    seq = one.delivery.delivery_seq
                    raise StoresError(f"delivery {seq} is another one in the ledger than in landing: not its copy")
            if ordered:
                last = ordered[-1].delivery.delivery_seq
                journal.delivery_seq = max(journal.delivery_seq, last)
                journal.sidecar_seq = max(journal.sidecar_seq, last)
                journal.scan_seq = max(journal.scan_seq, *(sidecar.delivery.scan_seq for sidecar in ordered))
            journal.append("ledger restored", at, None, delivery_count=len(new))
            self._insert(journal, new)
        return [one.delivery.delivery_seq for one in new]

    def _insert(self, journal: Writing, sidecars: Sequence[Sidecar]) -> None:
        """Blob, delivery, load row and event of each."""
        if not sidecars:
            return
        blobs = {
            one.delivery.sha256: {
                "sha256": one.delivery.sha256,
                "size_bytes": one.delivery.size_bytes,
                "first_received_at": one.delivery.received_at,
            }
            for one in reversed(sidecars)
        }
        journal.connection.execute(self.insert_new(blob), list(blobs.values()))
        journal.connection.execute(
            sa.insert(delivery), [{**asdict(one.delivery), "origin": one.origin} for one in sidecars]
        )
        insert_loads(journal, [(one.delivery.delivery_seq, 1, 0) for one in sidecars])
        for one in sidecars:
            journal.append(
                "received",
                one.delivery.received_at,
                one.delivery.delivery_seq,
                sha256=one.delivery.sha256,
                row=hash_sidecar(one),
            )

    def _by_origin(self, connection: sa.Connection, origins: Collection[str]) -> dict[str, Delivery]:
        query = sa.select(*DELIVERY_COLUMNS, delivery.c.origin).where(delivery.c.origin.in_(origins))
        return {row.origin: to_delivery(row) for row in connection.execute(query)}


def _decisions(kind: Kind) -> sa.Select[tuple[int]]:
    return sa.select(delivery.c.delivery_seq).where(delivery.c.kind == kind)


def insert_loads(journal: Writing, loads: Sequence[tuple[int, int, int]]) -> None:
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
