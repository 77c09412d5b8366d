"""One word for what lies beside a blob: a sidecar."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Rename the column of `head` that says up to which delivery every sidecar is written."""
    op.execute("alter table head rename column enveloped_seq to sidecar_seq")
