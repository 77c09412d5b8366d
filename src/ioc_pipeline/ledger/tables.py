"""The ledger's tables; migrations/ makes them, and a test compares the two."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from ioc_pipeline.domain.deliveries import Delivery


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
    sa.Column("sidecar_seq", sa.BigInteger, nullable=False),
    sa.Column("event_seq", sa.BigInteger, nullable=False),
    sa.Column("event_hash", sa.Text, nullable=False),
    sa.Column("published_version", sa.Text, nullable=False),
    sa.Column("verified_seq", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    sa.Column("verified_hash", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("installation_id", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("epoch", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    sa.Column("blob_seq", sa.BigInteger, nullable=False, server_default=sa.text("0")),
)

blob = sa.Table(
    "blob",
    METADATA,
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("first_received_at", UtcDateTime, nullable=False),
)

# `origin` identifies one arrival (inode, times, size, sha256): a crashed repeat of it finds its row again.
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
    sa.Column("channel", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("sender", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("origin", sa.Text, nullable=False),
    sa.UniqueConstraint("origin", name="delivery_origin_key"),
    sa.Index("delivery_department_code", "department_code", "delivery_seq"),
    sa.Index("delivery_kind", "kind", "source_name", "received_at"),
    sa.Index("delivery_received_at", "received_at"),
    sa.Index("delivery_sha256", "sha256"),
    sa.Index("delivery_decides", "decides_delivery_seq"),
)

# A file that a page put into a department's folder, and who sent it; landing finds it by folder, name and bytes.
submission = sa.Table(
    "submission",
    METADATA,
    sa.Column("submission_id", sa.Text, primary_key=True),
    sa.Column("department_code", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("sent_at", UtcDateTime, nullable=False),
    sa.Column(
        "delivery_seq",
        sa.BigInteger,
        sa.ForeignKey("delivery.delivery_seq", name="submission_delivery_seq_fk"),
    ),
    sa.Index("submission_sha256", "sha256"),
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
    sa.Index("load_load_seq", "load_seq"),
)
# Of what is still to be done, however much was done before.
_UNANSWERED, _UNPUBLISHED = load.c.answered_at.is_(None), load.c.published_version.is_(None)
sa.Index("load_unanswered", load.c.state, load.c.delivery_seq, sqlite_where=_UNANSWERED, postgresql_where=_UNANSWERED)
sa.Index("load_unpublished", load.c.load_seq, sqlite_where=_UNPUBLISHED, postgresql_where=_UNPUBLISHED)

TO_BE_ANSWERED = sa.and_(load.c.state.in_(["loaded", "returned", "published", "withdrawn"]), _UNANSWERED)
"""In the warehouse or returned, and its department has not been told."""
TO_BE_PUBLISHED = sa.and_(
    load.c.state.in_(["loaded", "returned", "withdrawn"]), load.c.load_seq.is_not(None), _UNPUBLISHED
)
"""In the warehouse, and in no published version; what was returned is in the marts as such."""

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

# What a check of the stores found and what was not mended since; `area` says which check, `place` what it looked at.
finding = sa.Table(
    "finding",
    METADATA,
    sa.Column("area", sa.Text, primary_key=True),
    sa.Column("place", sa.Text, primary_key=True),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("found_at", UtcDateTime, nullable=False),
)

DELIVERY_COLUMNS = [delivery.c[name] for name in Delivery.__slots__]


def to_delivery(row: Sequence[Any]) -> Delivery:
    return Delivery(*row[: len(DELIVERY_COLUMNS)])
