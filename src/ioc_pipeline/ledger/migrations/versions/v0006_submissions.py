"""Who sent a file in the browser: on the delivery, and on what waits in a folder to become one."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add channel and sender to `delivery`; what was delivered before came another way."""
    for name in ("channel", "sender"):
        op.add_column("delivery", sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''")))
    op.create_table(
        "submission",
        sa.Column("submission_id", sa.Text(), primary_key=True),
        sa.Column("department_code", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "delivery_seq",
            sa.BigInteger(),
            sa.ForeignKey("delivery.delivery_seq", name="submission_delivery_seq_fk"),
        ),
    )
    op.create_index("submission_sha256", "submission", ["sha256"])
