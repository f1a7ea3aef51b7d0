"""An SQLite file of flat tables, made for reading by other programs, not as a store."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from typing import NamedTuple

FlatValue = str | int | float | None


class FlatTable(NamedTuple):
    """A table: its columns with their types in SQLite, those that identify a row, and the rows."""

    columns: Mapping[str, str]
    key: Sequence[str]
    rows: Iterable[Sequence[FlatValue]]


def flat_file(tables: Mapping[str, FlatTable]) -> bytes:
    """The bytes of an SQLite file with these tables. The same tables give the same bytes."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for name, table in tables.items():
            columns = ", ".join(f'"{column}" {kind}' for column, kind in table.columns.items())
            key = ", ".join(f'"{column}"' for column in table.key)
            connection.execute(f'CREATE TABLE "{name}" ({columns}, PRIMARY KEY ({key})) WITHOUT ROWID')
            marks = ", ".join("?" for _ in table.columns)
            connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', table.rows)
        connection.commit()
        return connection.serialize()
