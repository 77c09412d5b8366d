"""Pages of an API and the extract that makes them count: whose they are, of which run, and what they answer."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the envelope of a page to `delivery`; what was delivered before has none."""
    for name in ("source_name", "extract_id", "request"):
        op.add_column("delivery", sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''")))
