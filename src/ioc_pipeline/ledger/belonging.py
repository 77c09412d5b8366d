"""Which installation the ledger belongs to, how far it has come, and how it follows another warehouse."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ioc_pipeline.domain.installation import Installation, Marker
from ioc_pipeline.ledger.journal import Journal, Writing
from ioc_pipeline.ledger.tables import delivery, head, load


@dataclass(frozen=True, slots=True)
class Head:
    """How far the ledger has come. `installation` is None in one that never met its other stores.

    `sha256` is that of the newest delivery. The newest noted load is `load_seq`, of `loaded_delivery_seq`; 0 and 0
    where nothing was loaded.
    """

    installation: Installation | None
    delivery_seq: int
    sha256: str
    sidecar_seq: int
    load_seq: int
    loaded_delivery_seq: int
    published_version: str


class Belonging(Journal):
    """What other stores are compared with when they are opened together."""

    def head(self) -> Head:
        """Where the ledger stands: three look-ups by key, whatever its size."""
        newest = sa.select(load.c.load_seq, load.c.delivery_seq).order_by(load.c.load_seq.desc().nulls_last()).limit(1)
        with self.transaction() as connection:
            row = connection.execute(sa.select(head)).one()
            loaded = connection.execute(newest.where(load.c.load_seq.is_not(None))).first()
            sha256 = _sha256_of(connection, [row.delivery_seq])
        return Head(
            Installation(row.installation_id, row.epoch) if row.installation_id else None,
            row.delivery_seq,
            sha256.get(row.delivery_seq, ""),
            row.sidecar_seq,
            loaded.load_seq if loaded else 0,
            loaded.delivery_seq if loaded else 0,
            row.published_version,
        )

    def sha256_of(self, delivery_seqs: Iterable[int]) -> dict[int, str]:
        """The hash of the bytes of each of these deliveries that exists."""
        with self.transaction() as connection:
            return _sha256_of(connection, delivery_seqs)

    def join(self, installation: Installation, *, at: datetime) -> None:
        """Take this identity; the same again changes nothing."""
        with self.writing() as journal:
            if (journal.installation_id, journal.epoch) != (installation.installation_id, installation.epoch):
                journal.installation_id, journal.epoch = installation.installation_id, installation.epoch
                journal.append("joined", at, None, installation_id=journal.installation_id, epoch=journal.epoch)

    def follow(self, markers: Sequence[Marker], *, at: datetime) -> list[int]:
        """Bring every load to what another warehouse says of it, e.g. one rebuilt from landing; give what it lacks.

        A delivery with a marker takes over its outcome and number; one that was loaded and has none waits to be
        prepared again.
        """
        newest = {marker.delivery_seq: marker for marker in sorted(markers, key=lambda marker: marker.load_seq)}
        with self.writing() as journal:
            rows = journal.connection.execute(
                sa.select(load, delivery.c.kind, delivery.c.decides_delivery_seq)
                .join_from(load, delivery)
                .where(load.c.is_newest)
            ).all()
            decided = {
                row.decides_delivery_seq for row in rows if row.kind == "withdrawal" and row.delivery_seq in newest
            }
            journal.connection.execute(
                sa.update(load).where(sa.not_(load.c.is_newest), load.c.load_seq.is_not(None)), {"load_seq": None}
            )
            lacking = []
            for row in rows:
                marker = newest.get(row.delivery_seq)
                if marker is not None:
                    if row.state == "withdrawn" and row.delivery_seq not in decided:
                        journal.append("set back", at, row.delivery_seq)  # the decision is not in this warehouse
                    _take_over(journal, row, marker, is_withdrawn=row.delivery_seq in decided, at=at)
                elif row.load_seq is not None:
                    _set_back(journal, row, at=at)
                    lacking.append(int(row.delivery_seq))
        return sorted(lacking)


def _take_over(
    journal: Writing, row: sa.Row[tuple[object, ...]], marker: Marker, *, is_withdrawn: bool, at: datetime
) -> None:
    state = "returned" if marker.outcome == "returned" else "loaded"
    now = {
        "state": "withdrawn" if is_withdrawn else state,
        "outcome": marker.outcome,
        "load_seq": marker.load_seq,
        "contract_hash": marker.contract_hash,
        "source_name": marker.source_name,
        "held_reason": None,
        "lease_owner": None,
        "lease_expires_at": None,
        "published_version": None,
    }
    journal.connection.execute(_newest_of(marker.delivery_seq), now)
    journal.append(
        "loaded",
        at,
        marker.delivery_seq,
        outcome=marker.outcome,
        load_seq=marker.load_seq,
        contract_hash=marker.contract_hash,
        source_name=marker.source_name,
    )
    if is_withdrawn and row.state != "withdrawn":
        journal.append("withdrawn", at, marker.delivery_seq)


def _set_back(journal: Writing, row: sa.Row[tuple[object, ...]], *, at: datetime) -> None:
    then = {
        "state": "landed",
        "outcome": None,
        "load_seq": None,
        "contract_hash": None,
        "source_name": None,
        "lease_token": row.lease_token + 1,
        "published_version": None,
    }
    journal.connection.execute(_newest_of(row.delivery_seq), then)
    journal.append("set back", at, row.delivery_seq)


def _newest_of(delivery_seq: int) -> sa.Update:
    return sa.update(load).where(load.c.delivery_seq == delivery_seq, load.c.is_newest)


def _sha256_of(connection: sa.Connection, delivery_seqs: Iterable[int]) -> dict[int, str]:
    query = sa.select(delivery.c.delivery_seq, delivery.c.sha256).where(delivery.c.delivery_seq.in_(delivery_seqs))
    return {row.delivery_seq: row.sha256 for row in connection.execute(query)}
