"""The store's rows as plain values, to compare two moments."""

from typing import Any

import orjson
from sqlalchemy import select

from wamkg.store.search import search_texts_of
from wamkg.store.session import Store
from wamkg.store.tables import metadata

TRAIL = {"batch", "change", "actor"}
"""The record of what happened, which undo adds to."""


NAMED_BY = {"paper": ("venue_id", "venue"), "authorship": ("author_id", "author")}
"""Columns whose number stands for a name: a name nobody shows may be forgotten and get another number later."""


def shown(value: Any) -> str:
    """A value as text; objects with their keys sorted, since PostgreSQL keeps them in an order of its own."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode() if isinstance(value, dict | list) else repr(value)


def dump(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the trail.

    Versions are left out, since they only ever rise; venues and authors stand as their names where they are shown.
    """
    rows: dict[str, list[tuple[Any, ...]]] = {}
    with store.reading() as session:
        for table in metadata.sorted_tables:
            if table.name in TRAIL or table.name in ("venue", "author"):
                continue
            number, named = NAMED_BY.get(table.name, ("", ""))
            left_out = {
                number,
                "revision" if table.name != "embedding" else "",
                "id" if table.name == "authorship" else "",
            }
            columns: list[Any] = [c for c in table.columns if c.name not in left_out]
            statement = select(*columns)
            if named:
                names = metadata.tables[named]
                statement = select(*columns, names.c.key).outerjoin(names, names.c.id == table.c[number])
            found = session.connection().execute(statement)
            rows[table.name] = sorted(tuple(map(shown, row)) for row in found)
        papers = [int(row[0]) for row in rows["paper"]]
        rows["paper_fts"] = sorted((repr(n), body) for n, body in search_texts_of(session, papers).items())
    return rows
