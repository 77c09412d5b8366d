"""How far the chain of events has been verified, so that the next look needs to read only what came since."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add to `head` the last event that was verified; nothing is, so far."""
    op.add_column("head", sa.Column("verified_seq", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.add_column("head", sa.Column("verified_hash", sa.Text(), nullable=False, server_default=sa.text("''")))
