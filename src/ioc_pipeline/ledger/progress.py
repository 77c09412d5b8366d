"""What becomes of each delivery: landed, prepared, loaded or returned, answered, published; never backwards."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ioc_pipeline.domain.deliveries import Outcome
from ioc_pipeline.domain.errors import ConflictError
from ioc_pipeline.ledger.arrivals import insert_loads
from ioc_pipeline.ledger.journal import Journal, batched
from ioc_pipeline.ledger.tables import TO_BE_ANSWERED, TO_BE_PUBLISHED, delivery, load


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


class Progress(Journal):
    """Steps 4 to 6 of the protocol. Every `at` is the caller's time, aware; a method is one durable transaction."""

    def waiting(self, *, at: datetime) -> list[int]:
        """Landed and nobody's: never leased, or the lease has run out. In the one order."""
        with self.transaction() as connection:
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
        with self.writing() as journal:
            taken = [_lease(row) for row in journal.connection.execute(take)]
        return sorted(taken, key=lambda lease: lease.delivery_seq)

    def lease_owners(self) -> list[str]:
        """Who holds a lease, dead or alive."""
        held = sa.select(load.c.lease_owner).where(load.c.state == "landed", load.c.lease_owner.is_not(None)).distinct()
        with self.transaction() as connection:
            return [owner for owner in connection.execute(held).scalars() if owner is not None]

    def end_leases(self, owner: str) -> list[int]:
        """Let others take what a process that has died was preparing; its tokens are not given again. Gives which."""
        with self.writing() as journal:
            ended = (
                sa.update(load)
                .where(load.c.state == "landed", load.c.lease_owner == owner)
                .values(lease_owner=None, lease_expires_at=None)
                .returning(load.c.delivery_seq)
            )
            return sorted(journal.connection.execute(ended).scalars())

    def prepared(self, results: Iterable[PreparedLoad], *, at: datetime) -> list[Lease]:
        """Move loads from landed to prepared in one transaction; returns the leases that were lost meanwhile."""
        wanted = {result.lease: result for result in results}
        with self.writing() as journal:
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

    def hold(self, lease: Lease, reason: str, *, until: datetime | None = None, at: datetime) -> None:
        """Give the lease back unprepared and say why, e.g. the contract is broken; the delivery waits again, `until`.

        Raises:
            ConflictError: the lease was taken over, or the load moved on without us.
        """
        with self.writing() as journal:
            current = journal.connection.execute(sa.select(load.c.held_reason).where(*_is_held_by(lease))).first()
            if current is None:
                raise ConflictError(f"delivery {lease.delivery_seq}: lease {lease.token} is no longer the current one")
            journal.connection.execute(
                sa.update(load).where(*_is_held_by(lease)),
                {"held_reason": reason, "lease_owner": None, "lease_expires_at": until},
            )
            if current.held_reason != reason:
                journal.append("held", at, lease.delivery_seq, reason=reason)

    def prepared_anew(
        self, delivery_seq: int, outcome: Outcome, contract_hash: str, *, source_name: str, at: datetime
    ) -> None:
        """Note that the lost files of a prepared delivery were written again, maybe under another contract."""
        now = {"outcome": outcome, "contract_hash": contract_hash, "source_name": source_name}
        with self.writing() as journal:
            where = (load.c.delivery_seq == delivery_seq, load.c.is_newest, load.c.state == "prepared")
            if journal.connection.execute(sa.update(load).where(*where), {**now, "held_reason": None}).rowcount:
                journal.append("prepared", at, delivery_seq, **now)

    def to_load(self) -> list[int]:
        """Prepared and not in the warehouse yet, in the one order."""
        return self._newest(load.c.state == "prepared")

    def hold_prepared(self, delivery_seqs: Collection[int], reason: str, *, at: datetime) -> None:
        """Note why prepared deliveries cannot be loaded, or loaded ones answered; they stay and are tried again."""
        with self.writing() as journal:
            held = list(
                journal.connection.execute(
                    sa.update(load)
                    .where(
                        load.c.delivery_seq.in_(delivery_seqs),
                        load.c.is_newest,
                        load.c.state != "landed",
                        sa.or_(load.c.held_reason.is_(None), load.c.held_reason != reason),
                    )
                    .values(held_reason=reason)
                    .returning(load.c.delivery_seq)
                ).scalars()
            )
            for delivery_seq in sorted(held):
                journal.append("held", at, delivery_seq, reason=reason)

    def loaded(self, results: Iterable[tuple[int, Outcome, int]], *, at: datetime) -> None:
        """Note (delivery_seq, outcome, load_seq) of each load marker: prepared becomes loaded or returned.

        Said again it changes nothing. A withdrawal that is loaded makes the delivery it decides on withdrawn.

        Raises:
            ConflictError: a load was not prepared, or is in the warehouse under another load_seq; nothing is noted.
        """
        noted = {delivery_seq: (outcome, load_seq) for delivery_seq, outcome, load_seq in results}
        with self.writing() as journal:
            current = {
                row.delivery_seq: row
                for row in journal.connection.execute(
                    sa.select(
                        load.c.delivery_seq,
                        load.c.state,
                        load.c.load_seq,
                        delivery.c.decides_delivery_seq,
                        delivery.c.kind,
                    )
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
                moves.append(
                    {
                        "seq": delivery_seq,
                        "state": state,
                        "outcome": outcome,
                        "load_seq": load_seq,
                        "held_reason": None,
                    }
                )
                journal.append("loaded", at, delivery_seq, outcome=outcome, load_seq=load_seq)
                if row.kind == "withdrawal":
                    decisions.append({"seq": row.decides_delivery_seq, "state": "withdrawn"})
                    journal.append("withdrawn", at, row.decides_delivery_seq, decision=delivery_seq)
            newest = sa.and_(load.c.delivery_seq == sa.bindparam("seq"), load.c.is_newest)
            for rows in filter(None, (moves, decisions)):
                journal.connection.execute(sa.update(load).where(newest), rows)

    def to_answer(self) -> list[int]:
        """In the warehouse or returned, and its department has not been told yet. In the one order."""
        return self._newest(TO_BE_ANSWERED)

    def answered(
        self, delivery_seqs: Collection[int], *, periods: Mapping[int, str] | None = None, at: datetime
    ) -> None:
        """Note that the feedback of these lies in the department's folder, and which `periods` it spoke of.

        The events are what the department's register is written from; see `Enquiries.register`.
        """
        with self.writing() as journal:
            told = [
                row
                for some in batched(delivery_seqs)
                for row in journal.connection.execute(
                    sa.update(load)
                    .where(load.c.delivery_seq.in_(some), load.c.is_newest, load.c.answered_at.is_(None))
                    .values(answered_at=at, held_reason=None)
                    .returning(load.c.delivery_seq, load.c.outcome, load.c.source_name)
                )
            ]
            for delivery_seq, outcome, source_name in sorted(told):
                said = (periods or {}).get(delivery_seq, "")
                journal.append("answered", at, delivery_seq, outcome=outcome, source_name=source_name, periods=said)

    def published(self, up_to_load_seq: int, version: str, *, at: datetime, **hashes: str) -> None:
        """Note that a version of the marts holds every load up to this one; the same version again is nothing new.

        `hashes` of its files are kept with the event, so that the version can be verified as long as it is kept.

        What was returned stays so, and is in the marts as such.
        """
        is_in = sa.and_(load.c.load_seq <= up_to_load_seq, load.c.published_version.is_(None))
        with self.writing() as journal:
            moved = journal.connection.execute(
                sa.update(load).where(load.c.state == "loaded", is_in),
                {"state": "published", "published_version": version},
            ).rowcount
            journal.connection.execute(sa.update(load).where(is_in), {"published_version": version})
            if moved or journal.published_version != version:
                journal.published_version = version
                journal.append("published", at, None, version=version, up_to_load_seq=up_to_load_seq, **hashes)

    def has_unpublished(self) -> bool:
        """Whether something is in the warehouse that no published version holds, also what was returned."""
        return bool(self._newest(TO_BE_PUBLISHED, load.c.outcome != "page"))

    def load_again(self, delivery_seqs: Collection[int], *, at: datetime) -> list[int]:
        """Let deliveries be prepared once more, under the contract now in force; their first load stays as it was.

        Returns those that were at rest (loaded, returned or published), in the one order; the others are on their way
        or withdrawn.
        """
        with self.writing() as journal:
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
            insert_loads(journal, [(row.delivery_seq, row.attempt + 1, row.lease_token + 1) for row in again])
            for row in again:
                journal.append("load again", at, row.delivery_seq, attempt=row.attempt + 1)
            return [row.delivery_seq for row in again]

    def _newest(self, *where: sa.ColumnElement[bool]) -> list[int]:
        """The deliveries whose newest load is so, in the one order."""
        query = sa.select(load.c.delivery_seq).where(load.c.is_newest, *where).order_by(load.c.delivery_seq)
        with self.transaction() as connection:
            return list(connection.execute(query).scalars())


def _lease(row: Sequence[Any]) -> Lease:
    return Lease(*row)


def _is_free(at: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(load.c.lease_expires_at.is_(None), load.c.lease_expires_at <= at)


def _is_held_by(lease: Lease) -> tuple[sa.ColumnElement[bool], ...]:
    return load.c.delivery_seq == lease.delivery_seq, load.c.lease_token == lease.token, load.c.state == "landed"
