"""Reads of citations: who cites these papers, by date, and which lists are incomplete."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, literal, select
from sqlmodel import Session

from wamkg.errors import NotFoundError
from wamkg.identifiers import name_key
from wamkg.store.bulk import chunks, table_of
from wamkg.store.lookup import find_paper
from wamkg.store.tables import Alias, Assignment, Citation, Link, Method, Paper, Taxon, Work
from wamkg.store.taxonomies import find_taxon, get_taxonomy
from wamkg.store.works import load_works
from wamkg.vocabulary import AssignmentState, Relation, WorkKind, WorkState

_paper, _citation, _work, _link = table_of(Paper), table_of(Citation), table_of(Work), table_of(Link)
_live = _citation.c.ended_at.is_(None)
_DATES = (_paper.c.date, _paper.c.date_precision, _paper.c.date_source, _paper.c.year)
_assignment, _taxon, _method, _alias = table_of(Assignment), table_of(Taxon), table_of(Method), table_of(Alias)


@dataclass(frozen=True)
class CitedPapers:
    """The cited papers: a label, and a query for their numbers."""

    kind: str
    name: str
    label: str
    numbers: Any


@dataclass(frozen=True)
class DatedGroup:
    """A date and the number of different citing works with it; `day` is None if the date is unknown."""

    day: date | None
    precision: str | None
    source: str | None
    year: int | None
    count: int


@dataclass(frozen=True)
class ShortList:
    """A cited paper whose citation list is incomplete, and why."""

    paper: str
    state: str
    reason: str
    found: int | None
    expected: int | None


def cited_paper(session: Session, text: str) -> CitedPapers:
    """One paper, by any id or its slug.

    Raises NotFoundError.
    """
    paper = find_paper(session, text)
    return CitedPapers("paper", paper.slug, paper.title, select(literal(paper.id)))


def cited_method(session: Session, name: str) -> CitedPapers:
    """The papers that propose a method, by its slug, name or alias.

    Raises NotFoundError.
    """
    spelled = select(_alias.c.entity_id).where(_alias.c.key == name_key(name))
    wanted = (_method.c.slug == name) | (_method.c.key == name_key(name)) | _method.c.id.in_(spelled)
    columns = select(_method.c.id, _method.c.slug, _method.c.name)
    row = session.connection().execute(columns.where(wanted).order_by(_method.c.id)).first()
    if row is None:
        raise NotFoundError(f"no method is called {name!r}")
    proposing = select(_link.c.source_id).where(_link.c.relation == Relation.PROPOSES, _link.c.target_id == row[0])
    return CitedPapers("method", row[1], row[2], proposing)


def cited_taxon(session: Session, text: str) -> CitedPapers:
    """The papers assigned at or below a taxon, written `wam:joint/diffusion`; `wam` alone is the whole taxonomy.

    Raises NotFoundError.
    """
    slug, _, path = text.partition(":")
    taxonomy = get_taxonomy(session, slug)
    placed = (
        select(_assignment.c.paper_id)
        .join(_taxon, _taxon.c.id == _assignment.c.taxon_id)
        .where(_assignment.c.taxonomy_id == taxonomy.id, _assignment.c.state == AssignmentState.PLACED)
        .where(_assignment.c.primary.is_(True), _assignment.c.ended_at.is_(None))
    )
    if not path:
        return CitedPapers("taxonomy", slug, taxonomy.title, placed)
    taxon = find_taxon(session, taxonomy, path)
    beneath = _taxon.c.path.startswith(f"{taxon.path}/", autoescape=True)
    numbers = placed.where((_taxon.c.id == taxon.id) | beneath)
    return CitedPapers("taxon", f"{slug}:{taxon.path}", taxon.name, numbers)


def citing_by_date(session: Session, cited: CitedPapers) -> list[DatedGroup]:
    """Different citing works by date. A work that cites several of the papers counts once.

    If several records of a work cite, the earliest counts.
    """
    citing = select(_citation.c.citing_id).where(_citation.c.cited_id.in_(cited.numbers), _live)
    counted = select(*_DATES, func.count()).where(_paper.c.id.in_(citing)).group_by(*_DATES)
    further = Counter(_further_records(session, citing))
    rows = [(*row[:4], row[4] - further[tuple(row[:4])]) for row in session.connection().execute(counted)]
    return [DatedGroup(*row) for row in rows if row[4]]


def _further_records(session: Session, citing: Any) -> Iterator[tuple[Any, ...]]:
    """Dates of citing records of works that are counted by another record with an earlier or equal date."""
    groups = load_works(session).groups()
    found: dict[int, tuple[Any, ...]] = {}
    for part in chunks([number for group in groups for number in group]):
        dates = select(_paper.c.id, *_DATES).where(_paper.c.id.in_(part), _paper.c.id.in_(citing))
        found |= {row[0]: tuple(row[1:]) for row in session.connection().execute(dates)}
    for group in groups:
        records = sorted((found[number][0] or date.max, number) for number in group if number in found)
        yield from (found[number] for _, number in records[1:])


def citation_counts(session: Session, cited: CitedPapers) -> tuple[int, int, int | None]:
    """Number of these papers, number of their stored citations, and number of citations according to the sources."""
    papers = select(func.count(), func.sum(_paper.c.citation_count)).where(_paper.c.id.in_(cited.numbers))
    number, counted = session.connection().execute(papers).one()
    pairs = select(_citation.c.citing_id, _citation.c.cited_id).where(_citation.c.cited_id.in_(cited.numbers), _live)
    held = select(func.count()).select_from(pairs.distinct().subquery())
    return number, session.connection().execute(held).scalar_one(), None if counted is None else int(counted)


def short_lists(session: Session, cited: CitedPapers) -> list[ShortList]:
    """Those of these papers whose citation list was not fetched, is withheld, incomplete or limited."""
    mine = (_work.c.paper_id == _paper.c.id) & (_work.c.kind == WorkKind.CITATIONS)
    statement = (
        select(_paper.c.slug, _work.c.state, _work.c.error, _work.c.found, _work.c.expected)
        .select_from(_paper.outerjoin(_work, mine))
        .where(_paper.c.id.in_(cited.numbers))
        .where(_work.c.state.is_(None) | (_work.c.state != WorkState.DONE))
        .order_by(_paper.c.slug)
    )
    rows = session.connection().execute(statement)
    return [ShortList(r[0], r[1] or WorkState.TODO, r[2] or "not fetched yet", r[3], r[4]) for r in rows]


def citation_pairs(session: Session, papers: Iterable[int]) -> list[tuple[int, int]]:
    """Pairs (citing, cited) among some papers, each once, however many sources state it."""
    wanted = set(papers)
    found: set[tuple[int, int]] = set()
    for part in chunks(sorted(wanted)):
        statement = select(_citation.c.citing_id, _citation.c.cited_id).where(_citation.c.cited_id.in_(part), _live)
        found |= {(citing, cited) for citing, cited in session.connection().execute(statement) if citing in wanted}
    return sorted(found)
