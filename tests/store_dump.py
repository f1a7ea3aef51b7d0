"""The store's rows as plain values, to compare two moments."""

from typing import Any

from sqlalchemy import select

from wamkg.store.search import texts_of
from wamkg.store.session import Store
from wamkg.store.tables import metadata

TRAIL = {"batch", "change", "actor"}
"""The record of what happened, which undo adds to."""


def dump(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the trail; versions are left out, since they only ever rise."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    with store.reading() as session:
        for table in metadata.sorted_tables:
            if table.name in TRAIL:
                continue
            columns = [c for c in table.columns if c.name != "version" or table.name == "embedding"]
            found = session.connection().execute(select(*columns))
            rows[table.name] = sorted((tuple(map(repr, row)) for row in found))
        papers = [int(row[0]) for row in rows["paper"]]
        rows["paper_fts"] = sorted((repr(n), body) for n, body in texts_of(session, papers).items())
    return rows
