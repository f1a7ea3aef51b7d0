"""Rows as plain JSON values and back, for dumps and for the undo log."""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import orjson
from sqlalchemy import JSON as JSON_TYPE
from sqlalchemy import Date, LargeBinary, Table, select
from sqlmodel import Session

from wamkg.store.tables import metadata
from wamkg.store.types import UtcDateTime

LEFT_OUT = frozenset({"token", "job", "work", "pace", "embedding", "release"})
"""Tables that are not part of the survey: secrets, running work, data that can be computed again, and releases."""
TIME, DAY, JSON, BYTES = "time", "day", "json", "bytes"


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
        elif isinstance(column.type, JSON_TYPE):
            found[str(column.name)] = JSON
        elif isinstance(column.type, LargeBinary):
            found[str(column.name)] = BYTES
    return found


def encode(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON-ready values."""
    return {str(name): _written(value) for name, value in row.items()}


def _written(value: Any) -> Any:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value


def decode(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON values as a row of a table. Columns that no longer exist are left out."""
    kinds = kinds_of(table)
    return {name: _read(kinds.get(name), value) for name, value in values.items() if name in table.c}


def _read(kind: str | None, value: Any) -> Any:
    if kind == BYTES and value is not None:
        return b64decode(value)
    if value is None or kind not in (TIME, DAY):
        return value
    return datetime.fromisoformat(value) if kind == TIME else date.fromisoformat(value)


def sqlite_value(kind: str | None, value: Any) -> Any:
    """A JSON value as SQLite stores a column of that kind, to load rows without the models."""
    if value is None:
        return None
    if kind == TIME:
        return datetime.fromisoformat(value).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    if kind == BYTES:
        return b64decode(value)
    if kind == JSON:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return int(value) if isinstance(value, bool) else value


def rows_of(session: Session, table: Table, condition: Any = None) -> Iterator[dict[str, Any]]:
    """Rows of a table as JSON-ready values, by number."""
    statement = select(table).order_by(*table.primary_key.columns)
    if condition is not None:
        statement = statement.where(condition)
    for row in session.connection().execute(statement.execution_options(yield_per=1000)):
        yield encode(dict(row._mapping))
