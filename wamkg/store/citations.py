"""Citations as rows: writes, counts over time and incomplete lists."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, bindparam, func, or_, select
from sqlmodel import Session, col

from wamkg.former_names import Former, WithFormerNames, former
from wamkg.store.base import (
    RowValues,
    chunks,
    insert_rows,
    select_columns,
    table_of,
)
from wamkg.store.duplicates import load_work_groups
from wamkg.store.paper_sets import PaperSet
from wamkg.store.tables import Batch, Citation, Paper, Task
from wamkg.store.types import utc_now
from wamkg.vocabulary import Standing, TaskKind, TaskStatus

_citation = table_of(Citation)
HELD_BY = {TaskKind.CITATIONS: ("cited_id", "citing_id", "in_citations"),
           TaskKind.REFERENCES: ("citing_id", "cited_id", "in_references")}  # fmt: skip
"""For each kind of list: the columns of the paper that owns it, of the paper at the other end, and of the fetch."""


@dataclass
class ListedCitation:
    """One item of a list: the paper at the other end and the details of the citation."""

    other: int
    contexts: list[str]
    intents: list[str]
    influential: bool | None


@dataclass(frozen=True)
class CitationListFetch:
    """One fetch of a paper's list: which paper, which list, from which source, and when it began."""

    paper: int
    kind: TaskKind
    source: str
    started: datetime


def unproven_papers(session: Session, numbers: Iterable[int]) -> list[int]:
    """Papers of the library among these for which Semantic Scholar has not returned a record yet."""
    found: list[int] = []
    for part in chunks(set(numbers)):
        columns = select_columns(Paper.id).where(col(Paper.id).in_(part), col(Paper.s2).is_(None))
        found += [row[0] for row in session.exec(columns.where(Paper.standing != Standing.CITED))]
    return found


def linked_titles(session: Session, kind: TaskKind, paper: int, keys: Iterable[str]) -> dict[str, int]:
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


def write_edges(
    session: Session, batch: Callable[[], int], fetch: CitationListFetch, edges: Iterable[ListedCitation]
) -> int:
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


def _known(session: Session, fetch: CitationListFetch, wanted: Iterable[int]) -> dict[int, RowValues]:
    own, other, _ = HELD_BY[fetch.kind]
    found: dict[int, RowValues] = {}
    columns = [_citation.c[name] for name in ("id", other, "contexts", "intents", "influential")]
    for part in chunks(wanted):
        mine = select(*columns).where(_citation.c[own] == fetch.paper, _citation.c.source == fetch.source)
        mine = mine.where(_citation.c.ended_at.is_(None))
        rows = session.connection().execute(mine.where(_citation.c[other].in_(part))).mappings()
        found.update({row[other]: dict(row) for row in rows})
    return found


def count_list_items(session: Session, fetch: CitationListFetch) -> int:
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


_paper, _work = table_of(Paper), table_of(Task)
_live = _citation.c.ended_at.is_(None)
_DATES = (_paper.c.date, _paper.c.date_precision, _paper.c.date_source, _paper.c.year)


@dataclass(frozen=True)
class CitingWorksByDate:
    """A date and the number of different citing works with it; `day` is None if the date is unknown."""

    day: date | None
    precision: str | None
    source: str | None
    year: int | None
    count: int


@dataclass(frozen=True)
class IncompleteCitationList(WithFormerNames):
    """A cited paper whose citation list is incomplete, and why."""

    paper: str
    status: str
    reason: str
    found: int | None
    expected: int | None
    state: Former[str] = former("status")


def citing_by_date(session: Session, cited: PaperSet) -> list[CitingWorksByDate]:
    """Different citing works by date. A work that cites several of the papers counts once.

    If several records of a work cite, the earliest counts.
    """
    citing = select(_citation.c.citing_id).where(_citation.c.cited_id.in_(cited.numbers), _live)
    counted = select(*_DATES, func.count()).where(_paper.c.id.in_(citing)).group_by(*_DATES)
    further = Counter(_further_records(session, citing))
    rows = [
        (*row[:4], row[4] - further[row[0], row[1], row[2], row[3]]) for row in session.connection().execute(counted)
    ]
    return [CitingWorksByDate(*row) for row in rows if row[4]]


_Dates = tuple[date | None, str | None, str | None, int | None]


def _further_records(session: Session, citing: Select[int]) -> Iterator[_Dates]:
    """Dates of citing records of works that are counted by another record with an earlier or equal date."""
    groups = load_work_groups(session).groups()
    found: dict[int, _Dates] = {}
    for part in chunks([number for group in groups for number in group]):
        dates = select(_paper.c.id, *_DATES).where(_paper.c.id.in_(part), _paper.c.id.in_(citing))
        found |= {row[0]: (row[1], row[2], row[3], row[4]) for row in session.connection().execute(dates)}
    for group in groups:
        records = sorted((found[number][0] or date.max, number) for number in group if number in found)
        yield from (found[number] for _, number in records[1:])


def citation_counts(session: Session, cited: PaperSet) -> tuple[int, int, int | None]:
    """Number of these papers, number of their stored citations, and number of citations according to the sources."""
    papers = select(func.count(), func.sum(_paper.c.citation_count)).where(_paper.c.id.in_(cited.numbers))
    number, counted = session.connection().execute(papers).one()
    pairs = select(_citation.c.citing_id, _citation.c.cited_id).where(_citation.c.cited_id.in_(cited.numbers), _live)
    held = select(func.count()).select_from(pairs.distinct().subquery())
    return number, session.connection().execute(held).scalar_one(), None if counted is None else int(counted)


def incomplete_citation_lists(session: Session, cited: PaperSet) -> list[IncompleteCitationList]:
    """Those of these papers whose citation list was not fetched, is withheld, incomplete or limited."""
    mine = (_work.c.paper_id == _paper.c.id) & (_work.c.kind == TaskKind.CITATIONS)
    statement = (
        select(_paper.c.slug, _work.c.status, _work.c.error, _work.c.found, _work.c.expected)
        .select_from(_paper.outerjoin(_work, mine))
        .where(_paper.c.id.in_(cited.numbers))
        .where(_work.c.status.is_(None) | (_work.c.status != TaskStatus.DONE))
        .order_by(_paper.c.slug)
    )
    rows = session.connection().execute(statement)
    return [IncompleteCitationList(r[0], r[1] or TaskStatus.TODO, r[2] or "not fetched yet", r[3], r[4]) for r in rows]


def citation_pairs(session: Session, papers: Iterable[int]) -> list[tuple[int, int]]:
    """Pairs (citing, cited) among some papers, each once, however many sources state it."""
    wanted = set(papers)
    found: set[tuple[int, int]] = set()
    for part in chunks(sorted(wanted)):
        statement = select(_citation.c.citing_id, _citation.c.cited_id).where(_citation.c.cited_id.in_(part), _live)
        found |= {(citing, cited) for citing, cited in session.connection().execute(statement) if citing in wanted}
    return sorted(found)


def live_citation_pairs(session: Session) -> Iterator[tuple[int, int]]:
    """Pairs (citing, cited) of all live citations, once for each source that states it."""
    pairs = select(_citation.c.citing_id, _citation.c.cited_id).where(_live)
    return ((citing, cited) for citing, cited in session.connection().execute(pairs))
