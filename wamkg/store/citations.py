"""Citations as rows: writes, counts over time and incomplete lists."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Subquery, bindparam, func, or_, select
from sqlmodel import Session, col

from wamkg.former_names import Former, WithFormerNames, former
from wamkg.store.base import (
    RowValues,
    chunks,
    insert_rows,
    select_columns,
    table_of,
)
from wamkg.store.duplicates import works_in_order
from wamkg.store.paper_sets import CitedSets
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


def citing_by_date(session: Session, cited: CitedSets) -> dict[int, list[CitingWorksByDate]]:
    """Different citing works of each set by date. A work that cites several papers of a set counts once.

    If several records of a work cite, the earliest counts.
    """
    citing = _citing(cited)
    dated = select(citing.c.subject, *_DATES, func.count()).join(_paper, _paper.c.id == citing.c.citing_id)
    further = Counter(_further_records(session, citing))
    found: dict[int, list[CitingWorksByDate]] = {}
    for row in session.connection().execute(dated.group_by(citing.c.subject, *_DATES)):
        subject, day, precision, source, year, records = row
        works = records - further[subject, day, precision, source, year]
        if works:
            found.setdefault(subject, []).append(CitingWorksByDate(day, precision, source, year, works))
    return found


def _citing(cited: CitedSets) -> Subquery:
    """The papers that cite each set, each once."""
    sets = cited.subquery()
    pairs = select(sets.c.subject, _citation.c.citing_id).join(_citation, _citation.c.cited_id == sets.c.paper)
    return pairs.where(_live).distinct().subquery()


_Dates = tuple[int, date | None, str | None, str | None, int | None]


def _further_records(session: Session, citing: Subquery) -> Iterator[_Dates]:
    """Set and dates of citing records of works that are counted by another record with an earlier or equal date."""
    groups = works_in_order(session)
    found: dict[int, dict[int, _Dates]] = {}
    for part in chunks([number for group in groups for number in group]):
        dates = select(citing.c.subject, _paper.c.id, *_DATES).join(_paper, _paper.c.id == citing.c.citing_id)
        for subject, number, *values in session.connection().execute(dates.where(_paper.c.id.in_(part))):
            found.setdefault(subject, {})[number] = (subject, *values)
    for group in groups:
        for records in found.values():
            ordered = sorted((records[number][1] or date.max, number) for number in group if number in records)
            yield from (records[number] for _, number in ordered[1:])


class CitationCounts(NamedTuple):
    """Number of papers of a set, number of their stored citations, and number of citations according to the sources."""

    papers: int
    citations: int
    counted: int | None


def citation_counts(session: Session, cited: CitedSets) -> dict[int, CitationCounts]:
    """The counts of each set that has papers."""
    sets = cited.subquery()
    papers = select(sets.c.subject, func.count(), func.sum(_paper.c.citation_count))
    papers = papers.join(_paper, _paper.c.id == sets.c.paper).group_by(sets.c.subject)
    pairs = select(sets.c.subject, _citation.c.citing_id, _citation.c.cited_id)
    pairs = pairs.join(_citation, _citation.c.cited_id == sets.c.paper).where(_live).distinct()
    different = pairs.subquery()
    held = select(different.c.subject, func.count()).group_by(different.c.subject)
    stored: dict[int, int] = dict(tuple(row) for row in session.connection().execute(held))
    return {
        subject: CitationCounts(number, stored.get(subject, 0), None if counted is None else int(counted))
        for subject, number, counted in session.connection().execute(papers)
    }


def incomplete_citation_lists(session: Session, cited: CitedSets) -> dict[int, list[IncompleteCitationList]]:
    """The papers of each set whose citation list was not fetched, is withheld, incomplete or limited."""
    sets = cited.subquery()
    mine = (_work.c.paper_id == _paper.c.id) & (_work.c.kind == TaskKind.CITATIONS)
    statement = (
        select(sets.c.subject, _paper.c.slug, _work.c.status, _work.c.error, _work.c.found, _work.c.expected)
        .select_from(sets.join(_paper, _paper.c.id == sets.c.paper).outerjoin(_work, mine))
        .where(_work.c.status.is_(None) | (_work.c.status != TaskStatus.DONE))
        .order_by(_paper.c.slug)
    )
    found: dict[int, list[IncompleteCitationList]] = {}
    for subject, slug, status, error, held, expected in session.connection().execute(statement):
        reason = error or "not fetched yet"
        one = IncompleteCitationList(slug, status or TaskStatus.TODO, reason, held, expected)
        found.setdefault(subject, []).append(one)
    return found


class LibraryCitation(NamedTuple):
    """A paper of the library that a paper cites or that cites it: its date and number, and that of the paper."""

    date: date | None
    other: int
    paper: int


def library_citations(session: Session, papers: Iterable[int], own: str, other: str) -> list[LibraryCitation]:
    """The citations between these papers, at the end `own`, and the library's at the end `other` (columns of
    `citation`), each once, the library's newest papers first.
    """
    found: set[LibraryCitation] = set()
    for part in chunks(papers):
        ends = select(_paper.c.date, _paper.c.id, _citation.c[own]).join(_paper, _paper.c.id == _citation.c[other])
        mine = ends.where(_citation.c[own].in_(part), _live, _paper.c.standing != Standing.CITED)
        found |= {LibraryCitation(*row) for row in session.connection().execute(mine)}
    return sorted(found, key=lambda one: (one.date or date.min, one.other), reverse=True)


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
