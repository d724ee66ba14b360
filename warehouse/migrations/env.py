"""Run by Alembic: migrations over the connection that ``warehouse.database.upgrade`` hands in."""

from alembic import context

from warehouse.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, compare_type=True, compare_server_default=False)
with context.begin_transaction():
    context.run_migrations()
