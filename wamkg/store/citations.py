"""Citations: keyed writes of the items of a list, and counts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, or_, select
from sqlmodel import Session, col

from wamkg.store.bulk import chunks, insert_rows, select_columns, table_of
from wamkg.store.tables import Batch, Citation, Paper
from wamkg.store.types import utc_now
from wamkg.vocabulary import Standing, WorkKind

_citation = table_of(Citation)
HELD_BY = {WorkKind.CITATIONS: ("cited_id", "citing_id", "in_citations"),
           WorkKind.REFERENCES: ("citing_id", "cited_id", "in_references")}  # fmt: skip
"""For each kind of list: the columns of the paper that owns it, of the paper at the other end, and of the fetch."""


@dataclass
class Edge:
    """One item of a list: the paper at the other end and the details of the citation."""

    other: int
    contexts: list[str]
    intents: list[str]
    influential: bool | None


@dataclass(frozen=True)
class ListFetch:
    """One fetch of a paper's list: which paper, which list, from which source, and when it began."""

    paper: int
    kind: WorkKind
    source: str
    started: datetime


class Namesake(NamedTuple):
    """A stored paper with a given title."""

    id: int
    title_key: str
    s2: str | None
    arxiv: str | None
    doi: str | None
    standing: str


def namesakes(session: Session, keys: Iterable[str]) -> dict[str, list[Namesake]]:
    """Stored papers under each title key, oldest first."""
    found: dict[str, list[Namesake]] = {}
    columns = select_columns(Paper.id, Paper.title_key, Paper.s2, Paper.arxiv, Paper.doi, Paper.standing)
    for part in chunks(set(keys)):
        for row in session.exec(columns.where(col(Paper.title_key).in_(part)).order_by(col(Paper.id))):
            found.setdefault(row[1], []).append(Namesake(*row))
    return found


def unproven_papers(session: Session, numbers: Iterable[int]) -> list[int]:
    """Papers of the library among these for which Semantic Scholar has not returned a record yet."""
    found: list[int] = []
    for part in chunks(set(numbers)):
        columns = select_columns(Paper.id).where(col(Paper.id).in_(part), col(Paper.s2).is_(None))
        found += [row[0] for row in session.exec(columns.where(Paper.standing != Standing.CITED))]
    return found


def linked_titles(session: Session, kind: WorkKind, paper: int, keys: Iterable[str]) -> dict[str, int]:
    """Papers without an id that the paper's list contains already, by title key."""
    own, other, _ = HELD_BY[kind]
    found: dict[str, int] = {}
    for part in chunks(set(keys)):
        statement = (
            select_columns(Paper.title_key, Paper.id)
            .join(Citation, _citation.c[other] == col(Paper.id))
            .where(_citation.c[own] == paper, col(Paper.title_key).in_(part), col(Paper.standing) == Standing.CITED)
            .where(col(Paper.s2).is_(None), col(Paper.arxiv).is_(None), col(Paper.doi).is_(None))
            .where(_citation.c.ended_at.is_(None))
            .order_by(col(Paper.id))
        )
        for key, number in session.exec(statement):
            found.setdefault(key, number)
    return found


def write_edges(session: Session, batch: Callable[[], int], fetch: ListFetch, edges: Iterable[Edge]) -> int:
    """Write one page of a paper's list; returns the number of new citations.

    `batch` returns the number of the batch; it is called only if there is something new. A known citation keeps the
    date when it was first seen, and its contexts unless the list now gives more.
    """
    own, other, mark = HELD_BY[fetch.kind]
    by_other = {edge.other: edge for edge in edges}
    known = _known(session, fetch, by_other)
    now, number_of_batch = utc_now(), batch() if len(known) < len(by_other) else 0
    rows = [
        {own: fetch.paper, other: number, "source": fetch.source, "contexts": edge.contexts, "intents": edge.intents,
         "influential": edge.influential, "first_seen": now, mark: fetch.started, "batch_id": number_of_batch}
        for number, edge in by_other.items()
        if number not in known
    ]  # fmt: skip
    insert_rows(session, Citation, rows)
    changes = [
        {"number": row["id"], "contexts": by_other[n].contexts or row["contexts"],
         "intents": by_other[n].intents or row["intents"], mark: fetch.started,
         "influential": row["influential"] if by_other[n].influential is None else by_other[n].influential}
        for n, row in known.items()
    ]  # fmt: skip
    if changes:
        session.connection().execute(_citation.update().where(_citation.c.id == bindparam("number")), changes)
    return len(rows)


def _known(session: Session, fetch: ListFetch, wanted: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    own, other, _ = HELD_BY[fetch.kind]
    found: dict[int, Mapping[str, Any]] = {}
    columns = [_citation.c[name] for name in ("id", other, "contexts", "intents", "influential")]
    for part in chunks(wanted):
        mine = select(*columns).where(_citation.c[own] == fetch.paper, _citation.c.source == fetch.source)
        mine = mine.where(_citation.c.ended_at.is_(None))
        rows = session.connection().execute(mine.where(_citation.c[other].in_(part))).mappings()
        found.update({row[other]: dict(row) for row in rows})
    return found


def count_held(session: Session, fetch: ListFetch) -> int:
    """Number of different papers in the list, in this fetch."""
    own, _, mark = HELD_BY[fetch.kind]
    held = select(func.count()).select_from(_citation)
    statement = held.where(_citation.c[own] == fetch.paper, _citation.c[mark] == fetch.started)
    statement = statement.where(_citation.c.ended_at.is_(None))
    return int(session.connection().execute(statement).scalar_one())


def end_citations(session: Session, batch: Batch, paper: int, source: str) -> set[int]:
    """End the citations of and by a paper that a source states; returns the papers at the other ends."""
    mine = (
        _citation.c.source == source,
        _citation.c.ended_at.is_(None),
        or_(_citation.c.citing_id == paper, _citation.c.cited_id == paper),
    )
    rows = session.connection().execute(select(_citation.c.citing_id, _citation.c.cited_id).where(*mine)).all()
    values = {"ended_at": batch.started_at, "ended_batch_id": batch.id}
    session.connection().execute(_citation.update().where(*mine).values(**values))
    return {number for row in rows for number in row} - {paper}
