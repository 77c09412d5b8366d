"""Runs the versions beside it within the transaction `Journal.migrate` opened."""

from alembic import context

from ioc_pipeline.ledger.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
