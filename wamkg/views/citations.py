"""Citations as lists: who cites a paper, whom it cites, and the citations between two sets of papers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from wamkg.store.citation_list import (
    CitationEnd,
    CitationFilter,
    CitationRow,
    SelfCitations,
    citation_rows,
    count_citations,
)
from wamkg.store.citations import library_citations
from wamkg.store.duplicates import works_in_order
from wamkg.store.paper_sets import find_papers_named, one_paper
from wamkg.views.paging import Page, decode_cursor, encode_cursor
from wamkg.views.papers import PaperItem, paper_items, public_id, shown_day

Direction = Literal["citations", "references"]


@dataclass(frozen=True)
class LinkedPaper:
    """The paper at one end of a citation."""

    paper: str
    title: str
    date: str | None
    year: int | None
    year_derived: bool
    standing: str


@dataclass(frozen=True)
class CitationFacts:
    """What one source says of a citation; `first_seen` is when this store first found it. `self_citation`: the two
    papers have an author with the same name.
    """

    source: str
    contexts: list[str]
    intents: list[str]
    influential: bool | None
    first_seen: datetime
    self_citation: bool


@dataclass(frozen=True)
class CitingItem(CitationFacts, LinkedPaper):
    """The paper at the other end of a paper's citation or reference."""


@dataclass(frozen=True)
class CitationItem(CitationFacts):
    """A citation with the papers at both ends."""

    citing: LinkedPaper
    cited: LinkedPaper


def papers_linked_to(
    session: Session, paper: str, direction: Direction, since: datetime | None, limit: int, after: str | None
) -> Page[CitingItem]:
    """One page of the papers that cite a paper (`citations`) or that it cites (`references`), most recently discovered
    first.

    Raises NotFoundError for an unknown id or a cursor of another list.
    """
    numbers = one_paper(session, paper).numbers
    cites = direction == "references"
    wanted = CitationFilter(numbers if cites else None, None if cites else numbers, since)
    rows, total, following = _page(session, wanted, limit, after)
    items = [CitingItem(**vars(_end(r.cited if cites else r.citing)), **vars(_facts(r))) for r in rows]
    return Page(items, total, following)


@dataclass(frozen=True)
class CitationQuery:
    """Which citations to list: by the papers at their ends (see `find_papers_named`; None: any), by whether the two
    share an author, and by when they were first seen.
    """

    citing: str | None = None
    cited: str | None = None
    self_citations: SelfCitations = "include"
    since: datetime | None = None


def citation_page(session: Session, query: CitationQuery, limit: int, after: str | None) -> Page[CitationItem]:
    """One page of the citations from one set of papers to another, most recently discovered first.

    Raises NotFoundError for an unknown set or a cursor of another list.
    """
    citing, cited = (find_papers_named(session, text).numbers if text else None for text in (query.citing, query.cited))
    wanted = CitationFilter(citing, cited, query.since, query.self_citations)
    rows, total, following = _page(session, wanted, limit, after)
    items = [CitationItem(**vars(_facts(r)), citing=_end(r.citing), cited=_end(r.cited)) for r in rows]
    return Page(items, total, following)


@dataclass(frozen=True)
class LibraryNeighbors:
    """Papers of the library at the other end of a paper's citations: the newest ones, and how many there are."""

    items: list[PaperItem]
    total: int


def library_neighbors(
    session: Session, papers: Sequence[int], direction: Direction, most: int
) -> dict[int, LibraryNeighbors]:
    """The papers of the library that cite each paper (`citations`) or that it cites (`references`), in any version of
    it; `most` of each.
    """
    works = {number: work for work in works_in_order(session) for number in work}
    papers_of: dict[int, list[int]] = {}
    for paper in papers:
        for version in works.get(paper, (paper,)):
            papers_of.setdefault(version, []).append(paper)
    ends = ("citing_id", "cited_id") if direction == "references" else ("cited_id", "citing_id")
    others: dict[int, dict[int, None]] = {paper: {} for paper in papers}
    for citation in library_citations(session, papers_of, *ends):
        for paper in papers_of[citation.paper]:
            others[paper][citation.other] = None
    shown = {paper: list(numbers)[:most] for paper, numbers in others.items()}
    wanted = sorted({number for numbers in shown.values() for number in numbers})
    items = dict(zip(wanted, paper_items(session, wanted), strict=True))
    return {paper: LibraryNeighbors([items[n] for n in shown[paper]], len(others[paper])) for paper in papers}


def _page(
    session: Session, wanted: CitationFilter, limit: int, after: str | None
) -> tuple[list[CitationRow], int, str | None]:
    last = decode_cursor(after, "citing", (int,)) if after else None
    found = citation_rows(session, wanted, last, limit + 1)
    following = encode_cursor("citing", [found[limit - 1].id]) if len(found) > limit else None
    return found[:limit], count_citations(session, wanted), following


def _end(row: CitationEnd) -> LinkedPaper:
    return LinkedPaper(
        paper=public_id(row.arxiv, row.slug),
        title=row.title,
        date=shown_day(row.date, row.date_precision),
        year=row.year,
        year_derived=row.year_derived,
        standing=row.standing,
    )


def _facts(row: CitationRow) -> CitationFacts:
    return CitationFacts(
        source=row.source,
        contexts=row.contexts,
        intents=row.intents,
        influential=row.influential,
        first_seen=row.first_seen,
        self_citation=row.self_citation,
    )
