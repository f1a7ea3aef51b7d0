"""Live assignments: by date for figures, the rules of taxonomies, and which of several batches' assignments holds."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations, pairwise
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import and_, case, func, literal, or_, select
from sqlmodel import Session, col

from wamkg.errors import NotFoundError
from wamkg.identifiers import day_or_year
from wamkg.store.base import Condition, Selected, chunks, is_live, select_columns, table_of
from wamkg.store.duplicates import DatedPaper, dates_of_works, works_in_order
from wamkg.store.paper_filter import PaperFilter, conditions, paper_numbers
from wamkg.store.tables import (
    Assignment,
    Batch,
    Benchmark,
    Dataset,
    Event,
    Institution,
    Link,
    Metric,
    Paper,
    Taxon,
    Taxonomy,
    Venue,
)
from wamkg.store.taxonomies import find_taxon, get_taxonomy, list_taxonomies
from wamkg.store.taxonomy_edits import are_on_one_branch, is_same_or_descendant
from wamkg.vocabulary import PERSON, AssignmentStatus, EventKind, Relation

T = TypeVar("T")


@dataclass(frozen=True)
class PlacedPaper:
    """A paper at the taxon of its live primary assignment, with the data of its label.

    One record represents a work, as in exports (`KnownPaper.order`), with its own title, venue and year; `further` has
    the numbers of the others. The date is the earliest of the work, the taxon that of the assignment that counts.
    """

    id: int
    slug: str
    title: str
    arxiv: str | None
    url: str | None
    date: date | None
    precision: str | None
    date_source: str | None
    year: int | None
    year_derived: bool
    venue: str | None
    citations: int | None
    taxon: str
    further: tuple[int, ...] = ()

    @property
    def stated_year(self) -> int | None:
        """The year that a source gives together with the venue."""
        return None if self.year_derived else self.year

    @property
    def records(self) -> tuple[int, ...]:
        """Numbers of all records of the work; the representative comes first."""
        return self.id, *self.further

    def first_of(self, found: Mapping[int, T]) -> T | None:
        """What the first record of the work has that has any."""
        return next((found[number] for number in self.records if number in found), None)


def placed_papers(session: Session, taxonomy: Taxonomy, wanted: PaperFilter | None = None) -> list[PlacedPaper]:
    """The papers with a live primary assignment in a taxonomy, by slug, each work once.

    With a filter, the works of which a record matches it. Raises the errors of `conditions`.
    """
    assert taxonomy.id is not None
    statement = _labelled(Taxon.path).join(Assignment, col(Paper.id) == col(Assignment.paper_id))
    statement = statement.join(Taxon, col(Taxon.id) == col(Assignment.taxon_id)).where(*_placed(taxonomy))
    papers = {row[0]: PlacedPaper(*row) for row in session.connection().execute(statement)}
    works = [work for work in works_in_order(session) if not papers.keys().isdisjoint(work)]
    others = {number for work in works for number in work} - papers.keys()
    unplaced = {paper.id: paper for paper in _unplaced(session, others)}
    dates = dates_of_works(session, works)
    for work in works:
        placed = [papers.pop(number) for number in work if number in papers]
        records = {paper.id: paper for paper in placed} | {n: unplaced[n] for n in work if n in unplaced}
        shown = _joined([records[number] for number in work], placed[0].taxon)
        papers[shown.id] = replace(shown, **_dated(dates.get(shown.id)))
    found = sorted(papers.values(), key=lambda paper: paper.slug)
    if wanted is None or not wanted.given:
        return found
    numbers = paper_numbers(session, wanted)
    return [paper for paper in found if not numbers.isdisjoint(paper.records)]


class PrimaryPlacement(NamedTuple):
    """The taxon of a paper's live primary assignment, and who assigned it."""

    path: str
    source: str


def primary_placements(session: Session, slug: str) -> dict[int, PrimaryPlacement]:
    """The live primary assignments in a taxonomy by paper, the oldest first."""
    statement = (
        select_columns(Assignment.paper_id, Taxon.path, Assignment.source)
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id))
        .where(*_placed(get_taxonomy(session, slug)))
        .order_by(col(Assignment.id))
    )
    return {paper: PrimaryPlacement(path, source) for paper, path, source in session.connection().execute(statement)}


def _labelled(taxon: Any) -> Selected:
    """A query of the columns of PlacedPaper."""
    found: Selected = (
        select_columns(
            Paper.id,
            Paper.slug,
            Paper.title,
            Paper.arxiv,
            Paper.url,
            Paper.date,
            Paper.date_precision,
            Paper.date_source,
            Paper.year,
            Paper.year_derived,
            Venue.name,
            Paper.citation_count,
            taxon,
        )
        .select_from(Paper)
        .join(Venue, col(Venue.id) == col(Paper.venue_id), isouter=True)
    )
    return found


def _unplaced(session: Session, numbers: Iterable[int]) -> Iterator[PlacedPaper]:
    for part in chunks(numbers):
        found = _labelled(literal("")).where(col(Paper.id).in_(part))
        yield from (PlacedPaper(*row) for row in session.connection().execute(found))


def _joined(records: Sequence[PlacedPaper], taxon: str) -> PlacedPaper:
    """The first record of a work in the name of all: addresses and counts that it lacks come from the others."""
    counted = [record.citations for record in records if record.citations is not None]
    return replace(
        records[0],
        arxiv=next((record.arxiv for record in records if record.arxiv), None),
        url=next((record.url for record in records if record.url), None),
        citations=max(counted, default=None),
        taxon=taxon,
        further=tuple(record.id for record in records[1:]),
    )


def _dated(dated: DatedPaper | None) -> dict[str, Any]:
    return {"date": dated.date, "precision": dated.precision, "date_source": dated.source} if dated else {}


@dataclass(frozen=True)
class DatedPlacements:
    """Number of papers at one taxon that share a date and the origin of that date."""

    taxon: str
    day: date | None
    precision: str | None
    source: str | None
    papers: int = 1


def placements_by_date(
    session: Session, taxonomy: Taxonomy, wanted: PaperFilter | None = None
) -> list[DatedPlacements]:
    """Works with a live primary assignment in a taxonomy, counted by taxon and by their resolved date.

    A work with only a year is dated to the year. With a filter, the works of which a record matches it.
    """
    dated = (Taxon.path, Paper.date, Paper.date_precision, Paper.date_source, Paper.year)
    works = works_in_order(session)
    chosen = conditions(session, wanted) if wanted is not None and wanted.given else []
    single = (
        select_columns(*dated, func.count())
        .select_from(Assignment)
        .join(Paper, col(Paper.id) == col(Assignment.paper_id))
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id))
        .where(
            *_placed(taxonomy), col(Assignment.paper_id).not_in([number for work in works for number in work]), *chosen
        )
        .group_by(*dated)
    )
    rows = [tuple(row) for row in session.connection().execute(single)]
    if works:
        several = (p for p in placed_papers(session, taxonomy, wanted) if p.further)
        rows += [(p.taxon, p.date, p.precision, p.date_source, p.year, 1) for p in several]
    found = []
    for taxon, date_shown, exact, source, year, papers in rows:
        day, precision = day_or_year(date_shown, exact, year) or (None, None)
        found.append(DatedPlacements(taxon, day, precision, source, papers))
    return found


def _placed(taxonomy: Taxonomy) -> list[Condition]:
    """The condition for live primary assignments in a taxonomy."""
    return [
        col(Assignment.taxonomy_id) == taxonomy.id,
        col(Assignment.status) == AssignmentStatus.PLACED,
        col(Assignment.primary).is_(True),
        is_live(Assignment),
    ]


def institution_marks(session: Session, papers: Iterable[int]) -> dict[int, list[str]]:
    """The short names of the institutions of each paper, in the order they were linked."""
    found: dict[int, list[str]] = {}
    for part in chunks(set(papers)):
        statement = (
            select_columns(Link.source_id, Institution.short_name)
            .join(Institution, col(Institution.id) == col(Link.target_id))
            .where(
                Link.relation == Relation.AFFILIATED,
                col(Link.source_id).in_(part),
                col(Institution.short_name).is_not(None),
            )
            .order_by(col(Link.id))
        )
        for paper, mark in session.connection().execute(statement):
            found.setdefault(paper, []).append(mark)
    return found


def introduced_names(session: Session, papers: Iterable[int]) -> dict[int, list[str]]:
    """The names of the datasets, benchmarks and metrics that each paper introduces, in the order they were linked."""
    found: dict[int, list[str]] = {}
    for part in chunks(set(papers)):
        for model in (Dataset, Benchmark, Metric):
            statement = (
                select_columns(Link.source_id, model.name)
                .join(model, col(model.id) == col(Link.target_id))
                .where(Link.relation == Relation.INTRODUCES, col(Link.source_id).in_(part))
                .order_by(col(Link.id))
            )
            for paper, name in session.connection().execute(statement):
                found.setdefault(paper, []).append(name)
    return found


def event_days(session: Session, papers: Iterable[int], kind: EventKind) -> dict[int, tuple[date, str]]:
    """The stated day of one kind of event for each paper, with its precision: a person's value, else the earliest."""
    found: dict[int, tuple[date, str]] = {}
    for part in chunks(set(papers)):
        statement = (
            select_columns(Event.paper_id, Event.day, Event.precision)
            .where(
                col(Event.paper_id).in_(part),
                Event.kind == kind,
                col(Event.derived).is_(False),
                is_live(Event),
            )
            .order_by(case((col(Event.source) == PERSON, 1), else_=0), col(Event.day).desc(), col(Event.id))
        )
        found |= {paper: (day, precision) for paper, day, precision in session.connection().execute(statement)}
    return found


ONE = "one"
"""Cardinality of a taxonomy in which a paper has one taxon only; `one-primary` and `many` allow more."""
Place = tuple[str, str]
"""Slug of a taxonomy and path of a taxon in it; an empty path means the whole taxonomy."""


@dataclass(frozen=True)
class Rules:
    """The rules of all taxonomies: slugs of those with one taxon per paper, and pairs that exclude each other, with
    their origin.
    """

    single: frozenset[str]
    apart: tuple[tuple[str, Place, Place], ...]

    def problems(self, places: Iterable[Place]) -> list[str]:
        """The rules that a paper with all these assignments violates; empty if there are none."""
        found = list(places)
        times = Counter(slug for slug, _ in found)
        several = [slug for slug, number in times.items() if number > 1 and slug in self.single]
        return [f"a paper has one taxon in {slug}; leave the further ones out" for slug in several] + [
            f"{slug} allows no paper both in {_shown(one)} and in {_shown(other)}"
            for slug, one, other in self.apart
            if any(_covers(one, place) for place in found) and any(_covers(other, place) for place in found)
        ]

    def against(self, before: Iterable[Place], after: Iterable[Place]) -> str | None:
        """The first violation after a write that did not exist before it; None if there is none."""
        known = set(self.problems(before))
        return next((problem for problem in self.problems(after) if problem not in known), None)


def load_rules(session: Session) -> Rules:
    """The current rules.

    A taxonomy's `rules` may be `{"cardinality": "one", "excludes": [["wam:joint", "wm-for-vla"], ...]}`: no paper may
    be assigned at or below both. A rule follows a taxon that was renamed, moved or merged; a rule about a deleted taxon
    has no effect.
    """
    taxonomies = list_taxonomies(session)
    single = frozenset(t.slug for t in taxonomies if t.rules.get("cardinality") == ONE)
    pairs = [(t.slug, one, other) for t in taxonomies for one, other in t.rules.get("excludes", ())]
    placed = [(slug, _place(session, one), _place(session, other)) for slug, one, other in pairs]
    return Rules(single, tuple((slug, one, other) for slug, one, other in placed if one and other))


def _place(session: Session, text: str) -> Place | None:
    slug, _, path = text.partition(":")
    try:
        return slug, find_taxon(session, get_taxonomy(session, slug), path).path if path else ""
    except NotFoundError:
        return None


def _shown(place: Place) -> str:
    return ":".join(part for part in place if part)


def redundant_taxa(paths: Iterable[str]) -> str | None:
    """The redundant taxon of a decision: named twice, or an ancestor of another; None if there is none."""
    for one, other in combinations(paths, 2):
        if one == other:
            return f"{one} is named twice"
        if are_on_one_branch(one, other):
            return f"{one} and {other} lie one in the other; name the deeper one"
    return None


def _covers(above: Place, place: Place) -> bool:
    return above[0] == place[0] and (not above[1] or is_same_or_descendant(place[1], above[1]))


def places_by_paper(session: Session) -> Mapping[str, list[Place]]:
    """Slug of each paper -> its live assignments in all taxonomies, oldest first."""
    statement = (
        select_columns(Paper.slug, Taxonomy.slug, Taxon.path)
        .select_from(Assignment)
        .join(Paper, col(Paper.id) == col(Assignment.paper_id))
        .join(Taxonomy, col(Taxonomy.id) == col(Assignment.taxonomy_id))
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id))
        .where(is_live(Assignment), Assignment.status == AssignmentStatus.PLACED)
        .order_by(col(Assignment.id))
    )
    found: dict[str, list[Place]] = {}
    for paper, slug, path in session.connection().execute(statement):
        found.setdefault(paper, []).append((slug, path))
    return found


def new_violations(session: Session, before: Mapping[str, str]) -> dict[str, str]:
    """Rule violations that did not exist before a write."""
    return {paper: problem for paper, problem in rule_violations(session).items() if paper not in before}


def rule_violations(session: Session) -> dict[str, str]:
    """Slug of each paper that violates a rule, and the first violation."""
    rules = load_rules(session)
    if not (rules.single or rules.apart):
        return {}
    problems = {paper: rules.problems(places) for paper, places in places_by_paper(session).items()}
    return {paper: said[0] for paper, said in problems.items() if said}


def rechain_assignments(session: Session, paper: Paper, taxonomy: Taxonomy, chain: Sequence[Batch]) -> None:
    """Make the assignments of the last batch live; those of every other batch end with the batch after it.

    Any other live assignment of the paper is ended by the first batch, so undoing the last batch restores exactly the
    one before it. An assignment that was ended by a batch outside the chain, such as a merge of taxa, stays ended by
    that batch.
    """
    table = table_of(Assignment)
    here = (table.c.paper_id == paper.id, table.c.taxonomy_id == taxonomy.id)
    mine = [batch.id for batch in chain]
    by_chain = or_(table.c.ended_at.is_(None), table.c.ended_batch_id.in_(mine))
    run = session.connection().execute
    session.flush()
    holding = {number: {number, *_successors(session, here, number, mine)} for number in mine}
    others = table.update().where(*here, by_chain, table.c.batch_id.not_in(set().union(*holding.values())))
    run(others.values(ended_at=chain[0].started_at, ended_batch_id=mine[0]))
    for batch, following in pairwise(chain):
        places = table.update().where(*here, by_chain, table.c.batch_id.in_(holding[batch.id]))
        run(places.values(ended_at=following.started_at, ended_batch_id=following.id))
    last = table.update().where(*here, by_chain, table.c.batch_id == mine[-1])
    run(last.values(ended_at=None, ended_batch_id=None))
    session.expire_all()


def _successors(
    session: Session, here: tuple[Condition, ...], number: int | None, chain: Sequence[int | None]
) -> set[int | None]:
    """Batches outside the chain, such as merges of taxa, that replaced assignments of a batch in it."""
    table = table_of(Assignment)
    found: set[int | None] = set()
    newest = {number}
    while newest:
        ended = select(table.c.ended_batch_id).where(*here, table.c.batch_id.in_(newest), table.c.ended_at.is_not(None))
        newest = set(session.connection().execute(ended).scalars()) - found - set(chain)
        found |= newest
    return found


def restore_assignments(session: Session, batch: Batch, keep: Callable[[Condition], None]) -> None:
    """Mark what a batch ended as ended by the earlier batch whose assignments replaced its own.

    This restores the order from before the batch, an earlier decision imported from another copy. `keep` receives a
    condition for the rows before they change.
    """
    table, made = table_of(Assignment), table_of(Batch)
    columns = (table.c.paper_id, table.c.taxonomy_id, made.c.id, made.c.started_at)
    between = select(*columns).join(made, made.c.id == table.c.ended_batch_id)
    between = between.where(table.c.batch_id == batch.id, table.c.ended_batch_id < batch.id).distinct()
    for paper, taxonomy, number, at in session.connection().execute(between).all():
        ended = (table.c.paper_id == paper, table.c.taxonomy_id == taxonomy, table.c.ended_batch_id == batch.id)
        keep(and_(*ended))
        session.connection().execute(table.update().where(*ended).values(ended_at=at, ended_batch_id=number))
