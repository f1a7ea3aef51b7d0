"""Data of a roadmap: the papers assigned in a taxonomy, with their methods, short names and dates."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import case, func
from sqlmodel import Session, col

from wamkg.identifiers import day_or_year, is_venue
from wamkg.store.bulk import chunks, select_columns
from wamkg.store.counted import further_records, uncounted
from wamkg.store.tables import (
    Assignment,
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
from wamkg.vocabulary import PERSON, AssignmentState, EventKind, Relation


@dataclass(frozen=True)
class PlacedPaper:
    """A paper at the taxon of its live primary assignment, with the data of its label.

    The earliest record of a work represents it, with venue and year of the record that has them; `further` has the
    numbers of the others.
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


def placed_papers(session: Session, taxonomy: Taxonomy) -> list[PlacedPaper]:
    """The papers with a live primary assignment in a taxonomy, by slug, each work once."""
    statement = (
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
            Taxon.path,
        )
        .select_from(Assignment)
        .join(Paper, col(Paper.id) == col(Assignment.paper_id))
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id))
        .join(Venue, col(Venue.id) == col(Paper.venue_id), isouter=True)
        .where(*_placed(taxonomy))
        .order_by(col(Paper.slug))
    )
    papers = {row[0]: PlacedPaper(*row) for row in session.connection().execute(statement)}
    assert taxonomy.id is not None
    for number, others in further_records(session, taxonomy.id).items():
        if number in papers:
            _stand_for(papers, number, [record.paper for record in others if record.paper in papers])
    return list(papers.values())


def _stand_for(papers: dict[int, PlacedPaper], number: int, others: list[int]) -> None:
    """Choose one record to represent its work, and drop the others."""
    records = [papers[number], *(papers.pop(other) for other in others)]
    published = next((record for record in records if is_venue(record.venue)), records[0])
    counted = [record.citations for record in records if record.citations is not None]
    papers[number] = replace(
        records[0],
        venue=published.venue,
        year=published.year,
        year_derived=published.year_derived,
        citations=max(counted, default=None),
        further=tuple(others),
    )


@dataclass(frozen=True)
class DatedPlacements:
    """Number of papers at one taxon that share a date and the origin of that date."""

    taxon: str
    day: date | None
    precision: str | None
    source: str | None
    papers: int = 1


def placements_by_date(session: Session, taxonomy: Taxonomy) -> list[DatedPlacements]:
    """Works with a live primary assignment in a taxonomy, counted by taxon and by their resolved date.

    A work with only a year is dated to the year.
    """
    dated = (Taxon.path, Paper.date, Paper.date_precision, Paper.date_source, Paper.year)
    statement = (
        select_columns(*dated, func.count())
        .select_from(Assignment)
        .join(Paper, col(Paper.id) == col(Assignment.paper_id))
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id))
        .where(*_placed(taxonomy), col(Assignment.paper_id).not_in(uncounted(session, taxonomy.id or 0)))
        .group_by(*dated)
    )
    found = []
    for taxon, date_shown, exact, source, year, papers in session.connection().execute(statement):
        day, precision = day_or_year(date_shown, exact, year) or (None, None)
        found.append(DatedPlacements(taxon, day, precision, source, papers))
    return found


def _placed(taxonomy: Taxonomy) -> list[Any]:
    """The condition for live primary assignments in a taxonomy."""
    return [
        Assignment.taxonomy_id == taxonomy.id,
        Assignment.state == AssignmentState.PLACED,
        col(Assignment.primary).is_(True),
        col(Assignment.ended_at).is_(None),
    ]


def institution_marks(session: Session, papers: Iterable[int]) -> dict[int, list[str]]:
    """The short names of the institutions of each paper, in the order they were linked."""
    found: dict[int, list[str]] = {}
    for part in chunks(set(papers)):
        statement = (
            select_columns(Link.source_id, Institution.mark)
            .join(Institution, col(Institution.id) == col(Link.target_id))
            .where(
                Link.relation == Relation.AFFILIATED,
                col(Link.source_id).in_(part),
                col(Institution.mark).is_not(None),
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
                col(Event.ended_at).is_(None),
            )
            .order_by(case((col(Event.source) == PERSON, 1), else_=0), col(Event.day).desc(), col(Event.id))
        )
        found |= {paper: (day, precision) for paper, day, precision in session.connection().execute(statement)}
    return found
