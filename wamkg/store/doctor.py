"""Queries of the doctor's checks; each returns rows to report."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session, col

from wamkg.json_types import JSON
from wamkg.store.base import is_live, rows, select_columns, table_of
from wamkg.store.entities import ENTITY_MODELS
from wamkg.store.tables import (
    Assignment,
    Citation,
    Claim,
    Entity,
    Event,
    Link,
    Paper,
    PaperUrl,
    Result,
    Suggestion,
    Taxon,
    Taxonomy,
)
from wamkg.vocabulary import AssignmentStatus, Standing

LISTED = (Standing.INCLUDED, Standing.CANDIDATE)


def links_to_nothing(session: Session) -> Iterator[tuple[str, str, str]]:
    """Triples (relation, kind, permanent id) of links whose source or target is ended or missing."""
    gone = {number for (number,) in rows(session, select_columns(Taxon.id).where(col(Taxon.ended_at).is_not(None)))}
    entity = table_of(Entity)
    for kind, model in ENTITY_MODELS.items():
        table = table_of(model)
        lost = select(entity.c.id).where(entity.c.kind == kind, entity.c.id.not_in(select(table.c.id)))
        gone |= set(session.connection().execute(lost).scalars())
    uids = {
        number: (kind, uid) for number, kind, uid in rows(session, select_columns(Entity.id, Entity.kind, Entity.uid))
    }
    for source, relation, target in rows(session, select_columns(Link.source_id, Link.relation, Link.target_id)):
        for end in (source, target):
            if end in gone:
                yield relation, *uids[end]


def invalid_urls(session: Session) -> list[tuple[str, str, str]]:
    """Triples (paper, kind, URL) of live URLs that are not valid."""
    statement = (
        select_columns(Paper.slug, PaperUrl.kind, PaperUrl.url)
        .join(PaperUrl, col(PaperUrl.paper_id) == col(Paper.id))
        .where(
            is_live(PaperUrl),
            col(PaperUrl.url).not_like("http://_%"),
            col(PaperUrl.url).not_like("https://_%"),
        )
        .order_by(Paper.slug)
    )
    return [(a, b, c) for a, b, c in session.connection().execute(statement)]


def papers_without_date(session: Session) -> list[str]:
    """Slugs of listed papers that no source dates, not even by a year."""
    undated = (col(Paper.date).is_(None), col(Paper.year).is_(None))
    statement = select_columns(Paper.slug).where(col(Paper.standing).in_(LISTED), *undated)
    return [slug for (slug,) in rows(session, statement.order_by(col(Paper.slug)))]


def dates_outside(session: Session, first: int, last: int) -> list[tuple[str, str, str, date]]:
    """Rows (paper, source, kind of event, day) of the dates before the year `first` or after the year `last`."""
    outside = (col(Event.day) < date(first, 1, 1)) | (col(Event.day) > date(last, 12, 31))
    statement = (
        select_columns(Paper.slug, Event.source, Event.kind, Event.day)
        .join(Event, col(Event.paper_id) == col(Paper.id))
        .where(outside, is_live(Event))
        .order_by(col(Paper.slug), col(Event.id))
    )
    return [tuple(row) for row in rows(session, statement)]


def years_said(session: Session) -> list[tuple[str, str, JSON]]:
    """Triples (paper, source, year): the current claim of each source for the year of a paper."""
    said = select_columns(Paper.slug, Claim.source, Claim.value).join(Claim, col(Claim.subject_id) == col(Paper.id))
    words = {
        (slug, source): value
        for slug, source, value in rows(session, said.where(Claim.field == "year").order_by(col(Claim.id)))
    }
    return [(slug, source, value) for (slug, source), value in sorted(words.items()) if value is not None]


def contradicted_zero_counts(session: Session) -> list[tuple[str, str, int]]:
    """Triples (paper, source, other count) where a source counts zero citations although there are some."""
    said = select_columns(Paper.id, Paper.slug, Claim.source, Claim.value).join(
        Claim, col(Claim.subject_id) == col(Paper.id)
    )
    counts: dict[tuple[int, str], dict[str, int]] = {}
    for number, slug, source, value in rows(
        session, said.where(Claim.field == "citation_count").order_by(col(Claim.id))
    ):
        counts.setdefault((number, slug), {})[source] = int(value or 0) if value is not None else -1
    citing = select_columns(Citation.cited_id, func.count(func.distinct(Citation.citing_id)))
    citing = citing.where(is_live(Citation))
    held = dict(rows(session, citing.group_by(col(Citation.cited_id))))
    found = []
    for (number, slug), by_source in counts.items():
        most = max([held.get(number, 0), *by_source.values()])
        found += [(slug, source, most) for source, count in sorted(by_source.items()) if count == 0 and most > 0]
    return sorted(found)


def results_of_zero(session: Session) -> list[str]:
    """Permanent ids of results whose value is zero."""
    return [
        uid for (uid,) in rows(session, select_columns(Result.uid).where(Result.value == 0).order_by(col(Result.id)))
    ]


def classes_without_definition(session: Session) -> list[str]:
    """`taxonomy:path` of live taxa without a definition."""
    statement = select_columns(Taxonomy.slug, Taxon.path).join(Taxon, col(Taxon.taxonomy_id) == col(Taxonomy.id))
    live = statement.where(is_live(Taxon), Taxon.definition == "")
    return [f"{slug}:{path}" for slug, path in rows(session, live.order_by(col(Taxonomy.slug), col(Taxon.path)))]


def duplicate_names(session: Session) -> Iterator[tuple[str, list[str]]]:
    """Pairs (kind, slugs) of entities with the same name."""
    for kind, model in ENTITY_MODELS.items():
        table = table_of(model)
        twice = select(table.c.key).group_by(table.c.key).having(func.count() > 1)
        found: dict[str, list[str]] = {}
        statement = select(table.c.key, table.c.slug).where(table.c.key.in_(twice)).order_by(table.c.slug)
        for name, slug in session.connection().execute(statement):
            found.setdefault(name, []).append(slug)
        yield from ((kind, slugs) for slugs in found.values())


class TitledPaper(NamedTuple):
    """A paper as `namesakes` lists it."""

    id: int
    slug: str
    title: str
    doi: str | None


def namesakes(session: Session) -> list[list[TitledPaper]]:
    """Groups of papers of the library with one title."""
    shown = col(Paper.standing).in_(LISTED)
    twice = select(col(Paper.title_key)).where(shown).group_by(col(Paper.title_key)).having(func.count() > 1)
    statement = select_columns(Paper.title_key, Paper.id, Paper.slug, Paper.title, Paper.doi)
    found: dict[str, list[TitledPaper]] = {}
    for key, *row in rows(session, statement.where(shown, col(Paper.title_key).in_(twice)).order_by(col(Paper.slug))):
        found.setdefault(key, []).append(TitledPaper(*row))
    return list(found.values())


def suggestions_with_papers(session: Session) -> list[tuple[Suggestion, Paper, str]]:
    """All suggestions with their paper and the slug of their taxonomy."""
    statement = (
        select_columns(Suggestion, Paper, Taxonomy.slug)
        .join(Paper, col(Paper.id) == col(Suggestion.paper_id))
        .join(Taxonomy, col(Taxonomy.id) == col(Suggestion.taxonomy_id))
        .order_by(col(Suggestion.id))
    )
    return [(a, b, slug) for a, b, slug in session.execute(statement)]


def decided_papers(session: Session) -> set[tuple[int, int]]:
    """Pairs (paper, taxonomy) with a live assignment."""
    live = select_columns(Assignment.paper_id, Assignment.taxonomy_id).where(is_live(Assignment))
    return {(paper, taxonomy) for paper, taxonomy in rows(session, live)}


def live_paths(session: Session) -> dict[int, set[str]]:
    """Taxonomy -> paths of its live taxa."""
    found: dict[int, set[str]] = {}
    live = select_columns(Taxon.taxonomy_id, Taxon.path).where(is_live(Taxon))
    for taxonomy, path in rows(session, live):
        found.setdefault(taxonomy, set()).add(path)
    return found


def delete_suggestions(session: Session, numbers: list[int]) -> None:
    """Delete suggestions. They can be computed again."""
    table = table_of(Suggestion)
    session.connection().execute(table.delete().where(table.c.id.in_(numbers)))


def states_without_reason(session: Session) -> list[tuple[str, str, str]]:
    """Triples (paper, taxonomy, status) of papers without a taxon for which no reason is given."""
    statement = (
        select_columns(Paper.slug, Taxonomy.slug, Assignment.status)
        .join(Assignment, col(Assignment.paper_id) == col(Paper.id))
        .join(Taxonomy, col(Taxonomy.id) == col(Assignment.taxonomy_id))
        .where(is_live(Assignment), Assignment.status != AssignmentStatus.PLACED)
        .where(func.coalesce(Assignment.reason, "") == "", col(Assignment.kind).is_(None))
        .order_by(col(Assignment.id))
    )
    return [(a, b, c) for a, b, c in session.connection().execute(statement)]


def all_papers(session: Session) -> list[int]:
    """Numbers of all papers, including those with standing `cited`."""
    return [number for (number,) in rows(session, select_columns(Paper.id).order_by(col(Paper.id)))]


def papers_of_several_sources(session: Session) -> list[int]:
    """Numbers of papers of the library whose title several sources give."""
    titled = (
        select_columns(Claim.subject_id)
        .where(Claim.field == "title")
        .group_by(col(Claim.subject_id))
        .having(func.count(func.distinct(Claim.source)) > 1)
    )
    statement = select_columns(Paper.id).where(col(Paper.standing) != Standing.CITED, col(Paper.id).in_(titled))
    return [number for (number,) in rows(session, statement.order_by(col(Paper.id)))]
