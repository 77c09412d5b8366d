"""Questions to the ledger; nothing is written."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ioc_pipeline.domain.deliveries import Delivery, Kind
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.ledger.journal import Journal
from ioc_pipeline.ledger.tables import DELIVERY_COLUMNS, delivery, event, load, to_delivery


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One delivery as `ioc status` shows it. Empty text where nothing is known yet."""

    delivery_seq: int
    kind: Kind
    department_code: str
    file_name: str
    sha256: str
    received_at: datetime
    state: str
    outcome: str
    source_name: str
    held_reason: str
    sender: str


@dataclass(frozen=True, slots=True)
class LoadRow:
    """Where a delivery is on its way, and under which contract. Empty text and 0 where nothing is known yet."""

    delivery_seq: int
    state: str
    outcome: str
    load_seq: int
    contract_hash: str
    source_name: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One line of a department's register: a delivery as it was answered. `periods` as people write them, or ""."""

    delivery_seq: int
    department_code: str
    file_name: str
    received_at: datetime
    outcome: str
    source_name: str
    periods: str


class Enquiries(Journal):
    """What is known of deliveries, in the one order."""

    def delivery(self, delivery_seq: int) -> Delivery:
        """Look one delivery up.

        Raises:
            UserError: there is none of that number.
        """
        with self.transaction() as connection:
            return find_delivery(connection, delivery_seq)

    def deliveries(self, delivery_seqs: Collection[int] | None = None) -> list[Delivery]:
        """All deliveries, or those asked for, in the one order."""
        query = sa.select(*DELIVERY_COLUMNS).order_by(delivery.c.delivery_seq)
        if delivery_seqs is not None:
            query = query.where(delivery.c.delivery_seq.in_(delivery_seqs))
        with self.transaction() as connection:
            return [to_delivery(row) for row in connection.execute(query)]

    def deliveries_of(self, sha256: str) -> list[int]:
        """The delivery_seq of all that have these bytes, in the one order."""
        query = sa.select(delivery.c.delivery_seq).where(delivery.c.sha256 == sha256).order_by(delivery.c.delivery_seq)
        with self.transaction() as connection:
            return list(connection.execute(query).scalars())

    def accepted_extracts(self, source_name: str) -> list[Delivery]:
        """Extracts of an API that count: in the warehouse by their newest load and not withdrawn. In the one order."""
        query = (
            sa.select(*DELIVERY_COLUMNS)
            .where(delivery.c.kind == "extract", delivery.c.source_name == source_name)
            .order_by(delivery.c.delivery_seq)
        )
        with self.transaction() as connection:
            extracts = [to_delivery(row) for row in connection.execute(query)]
        states = {row.delivery_seq: row.state for row in self.loads([one.delivery_seq for one in extracts])}
        return [one for one in extracts if states[one.delivery_seq] in ("loaded", "published")]

    def loads(self, delivery_seqs: Collection[int] | None = None) -> list[LoadRow]:
        """The newest load of all deliveries, or of those asked for, in the one order."""
        query = (
            sa.select(
                load.c.delivery_seq,
                load.c.state,
                sa.func.coalesce(load.c.outcome, ""),
                sa.func.coalesce(load.c.load_seq, 0),
                sa.func.coalesce(load.c.contract_hash, ""),
                sa.func.coalesce(load.c.source_name, ""),
            )
            .where(load.c.is_newest)
            .order_by(load.c.delivery_seq)
        )
        if delivery_seqs is not None:
            query = query.where(load.c.delivery_seq.in_(delivery_seqs))
        with self.transaction() as connection:
            return [_load_row(row) for row in connection.execute(query)]

    def published_with(self, version: str) -> list[Delivery]:
        """Accepted deliveries that this version is the first to hold, each with its source, in the one order."""
        query = (
            sa.select(*DELIVERY_COLUMNS, load.c.source_name)
            .join(load, load.c.delivery_seq == delivery.c.delivery_seq)
            .where(load.c.published_version == version, load.c.state == "published")
            .order_by(delivery.c.delivery_seq)
        )
        with self.transaction() as connection:
            return [replace(to_delivery(row[:-1]), source_name=row[-1] or "") for row in connection.execute(query)]

    def published_hashes(self) -> dict[str, dict[str, str]]:
        """Of each version that was published, the hashes noted with it; reads all events."""
        query = sa.select(event.c.detail).where(event.c.kind == "published").order_by(event.c.event_seq)
        with self.transaction() as connection:
            said = [json.loads(detail) for detail in connection.execute(query).scalars()]
        return {
            one["version"]: {name: text for name, text in one.items() if name.endswith("sha256")}
            for one in said
            if "sha256" in one
        }

    def register(self, department_codes: Collection[str]) -> list[Answered]:
        """Every answer to what these departments sent by hand, in the order in which they were given.

        One that was answered before answers said their outcome has that of its newest load.
        """
        query = (
            sa.select(
                delivery.c.delivery_seq,
                delivery.c.department_code,
                delivery.c.file_name,
                delivery.c.received_at,
                load.c.outcome,
                load.c.source_name,
                event.c.detail,
                event.c.event_seq,
            )
            .select_from(delivery)
            .join(event, event.c.delivery_seq == delivery.c.delivery_seq)
            .join(load, sa.and_(load.c.delivery_seq == delivery.c.delivery_seq, load.c.is_newest))
            .where(
                delivery.c.department_code.in_(department_codes),
                delivery.c.kind.in_(["file", "withdrawal"]),
                event.c.kind == "answered",
            )
        )
        with self.transaction() as connection:
            rows = connection.execute(query).all()
        return [_answered(*row[:-1]) for row in sorted(rows, key=lambda row: int(row.event_seq))]

    def waivers(self, source_name: str) -> list[Delivery]:
        """The decisions that a report of this source is not owed, or later; in the one order."""
        query = (
            sa.select(*DELIVERY_COLUMNS)
            .where(delivery.c.kind == "waiver", delivery.c.source_name == source_name)
            .order_by(delivery.c.delivery_seq)
        )
        with self.transaction() as connection:
            return [to_delivery(row) for row in connection.execute(query)]

    def status_rows(self, department_code: str = "") -> list[StatusRow]:
        """What became of each delivery, or of those of one department, in the one order."""
        query = _STATUS.where(delivery.c.department_code == department_code) if department_code else _STATUS
        with self.transaction() as connection:
            return [_status_row(row) for row in connection.execute(query.order_by(delivery.c.delivery_seq))]

    def newest_status_rows(self, count: int | None, asked: Mapping[str, str], first: int = 0) -> list[StatusRow]:
        """What became of the deliveries that are no page and fit, the newest first: `count` of them from `first` on.

        Args:
            asked: text by `department_code`, `source_name` and `outcome` ("waiting": none yet); "" asks nothing.
        """
        query = _STATUS.where(*_fits(asked)).order_by(load.c.delivery_seq.desc()).limit(count).offset(first)
        with self.transaction() as connection:
            return [_status_row(row) for row in connection.execute(query)]

    def count_status_rows(self, asked: Mapping[str, str]) -> int:
        """How many deliveries `newest_status_rows` has."""
        query = sa.select(sa.func.count()).select_from(_DELIVERED).where(load.c.is_newest, *_fits(asked))
        with self.transaction() as connection:
            return connection.execute(query).scalar_one()

    def status_choices(self, name: str) -> list[str]:
        """What `newest_status_rows` can be asked by `name` and gives something."""
        query = sa.select(_ASKED[name]).distinct().select_from(_DELIVERED).where(load.c.is_newest, *_fits({}))
        with self.transaction() as connection:
            return [found for found in connection.execute(query).scalars() if found]

    def open_status_rows(self, count: int) -> list[StatusRow]:
        """Of what has not come to its end, not loaded or not answered, the newest `count`, the newest first."""
        states = ["landed", "prepared", "loaded", "returned", "published", "withdrawn"]  # all: the index begins with it
        open_work = (load.c.state.in_(states), load.c.answered_at.is_(None), delivery.c.kind != "page")
        query = _STATUS.where(*open_work).order_by(load.c.delivery_seq.desc())
        with self.transaction() as connection:
            return [_status_row(row) for row in connection.execute(query.limit(count))]


_DELIVERED = delivery.join(load)
_ASKED: dict[str, sa.ColumnElement[str]] = {
    "department_code": delivery.c.department_code,
    "source_name": sa.func.coalesce(load.c.source_name, ""),
    "outcome": sa.func.coalesce(load.c.outcome, "waiting"),
}
_STATUS = (
    sa.select(
        delivery.c.delivery_seq,
        delivery.c.kind,
        delivery.c.department_code,
        delivery.c.file_name,
        delivery.c.sha256,
        delivery.c.received_at,
        load.c.state,
        sa.func.coalesce(load.c.outcome, ""),
        sa.func.coalesce(load.c.source_name, ""),
        sa.func.coalesce(load.c.held_reason, ""),
        delivery.c.sender,
    )
    .select_from(_DELIVERED)
    .where(load.c.is_newest)
)


def _fits(asked: Mapping[str, str]) -> list[sa.ColumnElement[bool]]:
    return [delivery.c.kind != "page", *(_ASKED[name] == text for name, text in asked.items() if text)]


def _answered(  # one argument a column of the query
    delivery_seq: int,
    department_code: str,
    file_name: str,
    received_at: datetime,
    outcome: str | None,
    source_name: str | None,
    detail: str,
) -> Answered:
    said = json.loads(detail)
    return Answered(
        delivery_seq,
        department_code,
        file_name,
        received_at,
        said.get("outcome", outcome) or "",
        said.get("source_name", source_name) or "",
        said.get("periods", ""),
    )


def _load_row(row: Sequence[Any]) -> LoadRow:
    return LoadRow(*row)


def _status_row(row: Sequence[Any]) -> StatusRow:
    return StatusRow(*row)


def find_delivery(connection: sa.Connection, delivery_seq: int) -> Delivery:
    row = connection.execute(sa.select(*DELIVERY_COLUMNS).where(delivery.c.delivery_seq == delivery_seq)).first()
    if row is None:
        raise UserError(f"there is no delivery {delivery_seq}; `ioc status` lists them")
    return to_delivery(row)
