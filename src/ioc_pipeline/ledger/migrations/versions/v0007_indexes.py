"""Indexes for what a pass and `ioc status` ask, so that neither reads what is finished."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_OF_DELIVERY = {
    "delivery_department_code": ["department_code", "delivery_seq"],
    "delivery_kind": ["kind", "source_name", "received_at"],
    "delivery_received_at": ["received_at"],
    "delivery_sha256": ["sha256"],
    "delivery_decides": ["decides_delivery_seq"],
}


def upgrade() -> None:
    """Add the indexes; those of open work hold nothing else."""
    for name, columns in _OF_DELIVERY.items():
        op.create_index(name, "delivery", columns)
    for name, columns, is_open in (
        ("load_unanswered", ["state", "delivery_seq"], sa.text("answered_at IS NULL")),
        ("load_unpublished", ["load_seq"], sa.text("published_version IS NULL")),
    ):
        op.create_index(name, "load", columns, sqlite_where=is_open, postgresql_where=is_open)
