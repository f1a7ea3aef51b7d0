"""Alembic's entry: runs migrations on the engine that `wamkg.store.migrate` hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, Engine
from sqlmodel.sql.sqltypes import AutoString

from wamkg.store.tables import metadata
from wamkg.store.types import UtcDateTime


def include_name(name: str | None, type_: str, _parents: Any) -> bool:
    """Leave out what migrations make by hand: the full-text tables and their shadows."""
    return not (type_ == "table" and name is not None and "_fts" in name)


def render_item(type_: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write our own column types as the plain ones under them: a migration must not change when the code does."""
    if type_ == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if type_ == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


def run(connection: Connection) -> None:
    """Run the migrations in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=include_name,
        render_item=render_item,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_server_default=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


engine: Engine = context.config.attributes["engine"]
with engine.execution_options(writing=True).connect() as connection:
    if connection.dialect.name == "sqlite":
        # A batch migration drops and recreates its table: with foreign keys on, children would go with it, silently.
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        run(connection)
        connection.commit()
        cursor.execute("PRAGMA foreign_keys=ON")
    else:
        # Two servers that start at once must not migrate at once; the number is this project's own.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7236419)")
        run(connection)
        connection.commit()
