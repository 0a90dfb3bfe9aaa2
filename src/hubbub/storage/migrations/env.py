"""Alembic's entry: one connection, one transaction per migration, SQLite in batch mode."""

import sqlalchemy as sa
from alembic import context

from hubbub.storage.schema import metadata

engine = sa.create_engine(
    context.config.get_main_option("sqlalchemy.url") or "", poolclass=sa.pool.NullPool
)


@sa.event.listens_for(engine, "connect")
def _manual_transactions(connection: object, _record: object) -> None:
    # Python's sqlite3 commits before DDL; then an interrupted migration would leave half of itself.
    connection.isolation_level = None  # type: ignore[attr-defined]  # sqlite3.Connection


@sa.event.listens_for(engine, "begin")
def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("begin immediate")


with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
