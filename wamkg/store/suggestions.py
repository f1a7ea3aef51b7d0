"""Keyed writes and reads of suggestions: one for each paper and taxonomy, never mixed with assignments."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlmodel import Session, select

from wamkg.identifiers import new_uid
from wamkg.store.bulk import chunks, insert_rows, table_of
from wamkg.store.tables import Suggestion, Taxonomy
from wamkg.store.types import utc_now


def save_suggestions(
    session: Session, taxonomy: Taxonomy, batch: int, rows: Sequence[dict[str, Any]], candidates: Iterable[int]
) -> int:
    """Put new suggestions in place of the taxonomy's old ones; returns how many differ from before.

    A suggestion equal to the one there is stays as it was, so that a second run changes nothing. Papers that are
    candidates no more lose theirs: a person has decided.
    """
    assert taxonomy.id is not None
    old = {s.paper_id: s for s in session.exec(select(Suggestion).where(Suggestion.taxonomy_id == taxonomy.id))}
    wanted = set(candidates)
    changed = [row for row in rows if not _same(old.get(row["paper_id"]), row)]
    gone = [s.id for number, s in old.items() if number not in wanted]
    gone += [old[row["paper_id"]].id for row in changed if row["paper_id"] in old]
    table = table_of(Suggestion)
    for part in chunks(gone):
        session.connection().execute(table.delete().where(table.c.id.in_(part)))
    extra = {"taxonomy_id": taxonomy.id, "batch_id": batch, "at": utc_now()}
    insert_rows(session, Suggestion, [{"uid": new_uid()} | row | extra for row in changed])
    return len(changed) + len([n for n in old if n not in wanted])


def _same(old: Suggestion | None, row: dict[str, Any]) -> bool:
    return old is not None and all(getattr(old, name) == value for name, value in row.items())
