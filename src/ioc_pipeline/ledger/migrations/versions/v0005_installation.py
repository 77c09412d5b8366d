"""Which installation the ledger belongs to, what a check of the stores found, and how far blobs were checked."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add identity and cursor to `head`, the findings, and an index for the newest load."""
    op.add_column("head", sa.Column("installation_id", sa.Text(), nullable=False, server_default=sa.text("''")))
    for name in ("epoch", "blob_seq"):
        op.add_column("head", sa.Column(name, sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.create_index("load_load_seq", "load", ["load_seq"])
    op.create_table(
        "finding",
        sa.Column("area", sa.Text(), primary_key=True),
        sa.Column("place", sa.Text(), primary_key=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
    )
