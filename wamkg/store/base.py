"""The base of the store's modules: bulk writes, live rows, rows by id, keyset paging, rows as tuples and as JSON."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, Protocol, TypeAlias, TypeVar

import orjson
from sqlalchemy import (
    ColumnElement,
    Date,
    Executable,
    Insert,
    LargeBinary,
    Select,
    Table,
    and_,
    bindparam,
    func,
    insert,
    literal,
    or_,
)
from sqlalchemy import select as select_rows
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Mapped
from sqlmodel import Session, SQLModel, col, select

from wamkg.errors import ConflictError, NotFoundError
from wamkg.identifiers import new_uid
from wamkg.json_types import JSON, UncheckedObject
from wamkg.store.tables import (
    Actor,
    Batch,
    Digest,
    Discovery,
    Entity,
    IdentityQuestion,
    Job,
    Notice,
    Objection,
    Proposal,
    Token,
    metadata,
)
from wamkg.store.types import Json, UtcDateTime
from wamkg.vocabulary import EntityKind

T = TypeVar("T")
R = TypeVar("R")
RowValues = Mapping[str, Any]
"""Values of a row of a table that is known only at run time, by column."""
Row = dict[str, Any]
"""The same, to be completed before it is written."""
Selected: TypeAlias = "Select[*tuple[Any, ...]]"
"""A select of any columns."""
Column: TypeAlias = ColumnElement[Any] | Mapped[Any]
"""A column, or a value computed from columns."""
Condition: TypeAlias = ColumnElement[bool]
"""A condition on rows."""
LOOKUP_SIZE = 900
"""Number of keys per query. The oldest limit of SQLite is 999 parameters."""


def chunks(items: Iterable[T], size: int = LOOKUP_SIZE) -> Iterator[list[T]]:
    """Split the items into lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def select_columns(*columns: Any) -> Any:
    """A select of any number of columns; the typed `select` accepts four at most."""
    return select_rows(*columns)


def table_of(model: type[SQLModel]) -> Table:
    """The table of a model."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def insert_rows(session: Session, model: type[SQLModel], rows: Sequence[RowValues]) -> None:
    """Insert rows that share one set of keys."""
    if rows:
        session.connection().execute(table_of(model).insert(), [dict(row) for row in rows])


def insert_or_ignore(session: Session, model: type[SQLModel], rows: Sequence[RowValues]) -> None:
    """Insert rows that share one set of keys. Rows whose unique key exists already are skipped."""
    if rows:
        statement = _insert_or_ignore(session.get_bind().dialect.name, table_of(model))
        session.connection().execute(statement, [dict(row) for row in rows])


def _insert_or_ignore(database: str, table: Table) -> Insert:
    if database == "postgresql":  # its dialect takes a while to load, and a store in SQLite needs none of it
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def insert_entities(session: Session, kind: EntityKind, count: int, batch_id: int) -> list[int]:
    """Create `count` entities and return their numbers."""
    if not count:
        return []
    rows = [{"uid": new_uid(), "kind": kind, "batch_id": batch_id} for _ in range(count)]
    table = table_of(Entity)
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return [row[0] for row in session.connection().execute(statement, rows)]


def insert_returning(session: Session, model: type[SQLModel], rows: Sequence[RowValues], key: str) -> dict[Any, int]:
    """Insert rows and return their numbers by the value of `key`."""
    if not rows:
        return {}
    table = table_of(model)
    statement = insert(table).returning(table.c[key], table.c.id)
    return {row[0]: row[1] for row in session.connection().execute(statement, [dict(row) for row in rows])}


Listed = TypeVar("Listed", Batch, Digest, Discovery, IdentityQuestion, Job, Notice, Objection, Proposal, Token)


Found = TypeVar("Found", bound=SQLModel)


def get_one_where(
    session: Session, model: type[Found], condition: Condition, missing: Callable[[], str], *, hold: bool = False
) -> Found:
    """The first row of `model` that meets a condition; `hold` locks it until the transaction ends.

    Raises NotFoundError with the text of `missing`, which says what to do.
    """
    statement = select(model).where(condition)
    if hold:
        statement = statement.with_for_update()
    found = session.exec(statement.execution_options(populate_existing=hold)).first()
    if found is None:
        raise NotFoundError(missing())
    return found


def get_by_prefix(session: Session, model: type[Listed], uid: str, listing: str, *, hold: bool = False) -> Listed:
    """The row of `model` whose id is or begins with `uid`; `hold` locks it until the transaction ends.

    Raises NotFoundError if no row or several match; `listing` is the command that lists them.
    """
    statement = select(model).where(col(model.uid).startswith(uid, autoescape=True)).limit(2)
    if hold:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = session.exec(statement).all() if uid else []
    if len(found) == 1:
        return found[0]
    noun = str(table_of(model).name).rpartition("_")[2]
    words = f"more than one {noun} has an id that begins with {uid!r}" if found else f"no {noun} has the id {uid!r}"
    raise NotFoundError(f"{words}; `{listing}` lists all")


def refuse_stale(what: str, revision: int, seen: int | None) -> None:
    """Refuse a write of a person who saw another revision; `seen` is None for one who did not say.

    Raises ConflictError.
    """
    if seen is not None and seen != revision:
        raise ConflictError(f"stale: {what} is now at revision {revision}, you saw {seen}")


class Ending(Protocol):
    """A row that is ended, never deleted."""

    ended_at: datetime | None


def is_live(model: type[Ending]) -> Condition:
    """The condition for rows that nobody has ended."""
    return col(model.ended_at).is_(None)


Key = str | int | float | datetime | date | None
"""A value that a list is sorted by."""


@dataclass(frozen=True)
class SortKey:
    """One column of an order. NULL sorts first; `empty`, a value below all others, is its key."""

    column: Column
    descending: bool = False
    empty: str | int | date | None = None

    @property
    def key(self) -> Column:
        """The expression that rows are compared by."""
        return self.column if self.empty is None else func.coalesce(self.column, literal(self.empty))

    @property
    def order(self) -> ColumnElement[Any]:
        """The same order on the column itself, so that an index on it can be used."""
        if self.empty is None:
            return self.column.desc() if self.descending else self.column.asc()
        return self.column.desc().nulls_last() if self.descending else self.column.asc().nulls_first()


def paged(statement: Selected, keys: Sequence[SortKey], after: Sequence[Key] | None, limit: int) -> Selected:
    """The first `limit` rows in the order of the keys, which are unique together, after the row with the given keys."""
    if after is not None:
        statement = statement.where(_comes_after(keys, after))
    return statement.order_by(*(key.order for key in keys)).limit(limit)


def _comes_after(keys: Sequence[SortKey], values: Sequence[Key]) -> Condition:
    alternatives = []
    for i, key in enumerate(keys):
        same = [k.key == v for k, v in zip(keys[:i], values[:i], strict=True)]
        beyond = key.key < values[i] if key.descending else key.key > values[i]
        alternatives.append(and_(*same, beyond))
    return or_(*alternatives)


LEFT_OUT = frozenset({"token", "job", "task", "rate_limit", "embedding", "release"})
"""Tables that are not part of the survey: secrets, running work, data that can be computed again, and releases."""
TIME, DAY, JSON_TEXT, BYTES = "time", "day", "json", "bytes"


def dumped_tables() -> list[Table]:
    """Tables that a dump contains; tables that others refer to come first."""
    return [table for table in metadata.sorted_tables if table.name not in LEFT_OUT]


def kinds_of(table: Table) -> dict[str, str]:
    """Columns whose values need conversion: `time`, `day`, `json` or `bytes`."""
    found = {}
    for column in table.columns:
        if isinstance(column.type, UtcDateTime):
            found[str(column.name)] = TIME
        elif isinstance(column.type, Date):
            found[str(column.name)] = DAY
        elif isinstance(column.type, Json):
            found[str(column.name)] = JSON_TEXT
        elif isinstance(column.type, LargeBinary):
            found[str(column.name)] = BYTES
    return found


def encode(row: RowValues) -> UncheckedObject:
    """A row as JSON-ready values."""
    return {str(name): _written(value) for name, value in row.items()}


def _written(value: Any) -> JSON:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value


def decode(table: Table, values: Mapping[str, JSON]) -> Row:
    """JSON values as a row of a table. Columns that no longer exist are left out."""
    kinds = kinds_of(table)
    return {name: _read(kinds.get(name), value) for name, value in values.items() if name in table.c}


def _read(kind: str | None, value: Any) -> Any:
    if kind == BYTES and value is not None:
        return b64decode(value)
    if value is None or kind not in (TIME, DAY):
        return value
    return datetime.fromisoformat(value) if kind == TIME else date.fromisoformat(value)


def sqlite_value(kind: str | None, value: Any) -> str | int | float | bytes | None:
    """A JSON value as SQLite stores a column of that kind, to load rows without the models."""
    if value is None:
        return None
    if kind == TIME:
        return datetime.fromisoformat(value).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    if kind == BYTES:
        return b64decode(value)
    if kind == JSON_TEXT:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    shown: str | int | float = int(value) if isinstance(value, bool) else value
    return shown


def rows_of(session: Session, table: Table, condition: Condition | None = None) -> Iterator[UncheckedObject]:
    """Rows of a table as JSON-ready values, by number."""
    statement = select_rows(table).order_by(*table.primary_key.columns)
    if condition is not None:
        statement = statement.where(condition)
    for row in session.connection().execute(statement.execution_options(yield_per=1000)):
        yield encode(dict(row._mapping))


def rows(session: Session, statement: Executable) -> Iterator[Any]:
    """The rows of a statement."""
    return iter(session.connection().execute(statement))


def rows_as(session: Session, statement: Executable, make: Callable[[Iterable[Any]], R]) -> list[R]:
    """The rows of a statement as a named tuple: `make` is its `_make`, its fields are the columns in their order."""
    return [make(row) for row in session.connection().execute(statement).all()]


def by_number(statement: Selected, column: Column) -> Selected:
    """The statement for many numbers in a column; `rows_for` and `rows_by_number` give it the numbers.

    Building a statement takes longer than running it: build one that never varies in a function with `@cache`.
    """
    return statement.where(column.in_(bindparam(_NUMBERS, expanding=True)))


_NUMBERS = "numbers"


def rows_for(session: Session, numbers: Iterable[int], statement: Selected) -> Iterator[Any]:
    """The rows of a statement made by `by_number`."""
    for part in chunks(set(numbers)):
        yield from session.connection().execute(statement, {_NUMBERS: part}).all()


def rows_by_number(
    session: Session, numbers: Iterable[int], statement: Selected, make: Callable[[Iterable[Any]], R]
) -> dict[int, list[R]]:
    """The rows of a statement made by `by_number`, by the number in their first column.

    `make` is as for `rows_as`.
    """
    found: dict[int, list[R]] = {}
    for row in rows_for(session, numbers, statement):
        found.setdefault(row[0], []).append(make(row))
    return found


def signed_rows(statement: Selected, batch: int, actor: int) -> Selected:
    """The statement joined to the batch and the actor that wrote each row."""
    return statement.join(Batch, col(Batch.id) == col(batch)).join(Actor, col(Actor.id) == col(actor))
