"""Runs the versions beside it within the transaction `Ledger.migrate` opened."""

from alembic import context

from ioc_pipeline.ledger.ledger import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
