"""The ledger: blobs, deliveries, their loads, and events that can only be appended."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_APPEND_ONLY = ("event", "delivery", "blob")


def upgrade() -> None:
    """Create the tables, the one row of `head`, and the triggers."""
    op.create_table(
        "head",
        sa.Column("head_id", sa.Integer(), sa.CheckConstraint("head_id = 1", name="head_is_one_row"), primary_key=True),
        sa.Column("delivery_seq", sa.BigInteger(), nullable=False),
        sa.Column("scan_seq", sa.BigInteger(), nullable=False),
        sa.Column("enveloped_seq", sa.BigInteger(), nullable=False),
        sa.Column("event_seq", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.Text(), nullable=False),
        sa.Column("published_version", sa.Text(), nullable=False),
    )
    op.execute("insert into head values (1, 0, 0, 0, 0, '', '')")
    op.create_table(
        "blob",
        sa.Column("sha256", sa.Text(), primary_key=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("first_received_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "delivery",
        sa.Column("delivery_seq", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("department_code", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), sa.ForeignKey("blob.sha256", name="delivery_sha256_fk"), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scan_seq", sa.BigInteger(), nullable=False),
        sa.Column("is_sealed", sa.Boolean(), nullable=False),
        sa.Column(
            "decides_delivery_seq",
            sa.BigInteger(),
            sa.ForeignKey("delivery.delivery_seq", name="delivery_decides_delivery_seq_fk"),
        ),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.UniqueConstraint("origin", name="delivery_origin_key"),
    )
    op.create_table(
        "load",
        sa.Column(
            "delivery_seq",
            sa.BigInteger(),
            sa.ForeignKey("delivery.delivery_seq", name="load_delivery_seq_fk"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("attempt", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("is_newest", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lease_token", sa.BigInteger(), nullable=False),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True)),
        sa.Column("held_reason", sa.Text()),
        sa.Column("source_name", sa.Text()),
        sa.Column("contract_hash", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("load_seq", sa.BigInteger()),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("published_version", sa.Text()),
    )
    op.create_index("load_state", "load", ["state", "delivery_seq"])
    op.create_table(
        "event",
        sa.Column("event_seq", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("delivery_seq", sa.BigInteger()),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("event_hash", sa.Text(), nullable=False),
    )
    op.create_index("event_delivery_seq", "event", ["delivery_seq"])
    op.create_table(
        "refusal",
        sa.Column("refusal_key", sa.Text(), primary_key=True),
        sa.Column("department_code", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        _forbid_changes_in_sqlite()
    else:
        _forbid_changes_in_postgresql()


def _forbid_changes_in_sqlite() -> None:
    for table in _APPEND_ONLY:
        for change in ("update", "delete"):
            op.execute(
                f"create trigger {table}_no_{change} before {change} on {table} "
                f"begin select raise(abort, '{table} is append-only'); end"
            )


def _forbid_changes_in_postgresql() -> None:
    op.execute(
        "create function refuse_change() returns trigger language plpgsql as "
        "$$ begin raise exception '% is append-only', tg_table_name; end $$"
    )
    for table in _APPEND_ONLY:
        op.execute(
            f"create trigger {table}_append_only before update or delete or truncate on {table} "
            "for each statement execute function refuse_change()"
        )
