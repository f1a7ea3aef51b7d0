"""Bulk writes as plain table inserts: the ORM's unit of work would cost more than the rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from wamkg.identifiers import new_uid
from wamkg.store.tables import Entity
from wamkg.vocabulary import EntityKind

T = TypeVar("T")
LOOKUP_SIZE = 900
"""Number of keys per query. The oldest limit of SQLite is 999 parameters."""


def chunks(items: Iterable[T], size: int = LOOKUP_SIZE) -> Iterator[list[T]]:
    """Split the items into lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def select_columns(*columns: Any) -> Any:
    """A select of any number of columns; the typed `select` accepts four at most."""
    return select(*columns)


def table_of(model: type[SQLModel]) -> Table:
    """The table of a model."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def insert_rows(session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that share one set of keys."""
    if rows:
        session.connection().execute(table_of(model).insert(), [dict(row) for row in rows])


def insert_or_ignore(session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that share one set of keys. Rows whose unique key exists already are skipped."""
    kind = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    if rows:
        session.connection().execute(kind(table_of(model)).on_conflict_do_nothing(), [dict(row) for row in rows])


def insert_entities(session: Session, kind: EntityKind, count: int, batch_id: int) -> list[int]:
    """Create `count` entities and return their numbers."""
    if not count:
        return []
    rows = [{"uid": new_uid(), "kind": kind, "batch_id": batch_id} for _ in range(count)]
    table = table_of(Entity)
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return [row[0] for row in session.connection().execute(statement, rows)]


def insert_returning(
    session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]], key: str
) -> dict[Any, int]:
    """Insert rows and return their numbers by the value of `key`."""
    if not rows:
        return {}
    table = table_of(model)
    statement = insert(table).returning(table.c[key], table.c.id)
    return {row[0]: row[1] for row in session.connection().execute(statement, [dict(row) for row in rows])}
