"""Everything that is shown of papers, loaded for many papers at once."""

from collections.abc import Iterable
from typing import Any

from sqlmodel import Session, col

from wamkg.names import PersonName
from wamkg.store.base import chunks, rows, select_columns, signed_rows
from wamkg.store.papers import NAME_PARTS, printed_name
from wamkg.store.tables import (
    Actor,
    Assignment,
    Authorship,
    Batch,
    Claim,
    Entity,
    Event,
    FormerId,
    Paper,
    PaperUrl,
    Tag,
    Taxon,
    Taxonomy,
    Venue,
)
from wamkg.vocabulary import Standing

BIBLIOGRAPHIC: tuple[Any, ...] = (
    Paper.key,
    Paper.entry_type,
    Paper.volume,
    Paper.number,
    Paper.pages,
    Paper.publisher,
    Paper.details,
    Paper.authors_cut,
)
"""Columns with bibliographic data of a paper."""


def paper_rows(session: Session, numbers: Iterable[int], *, texts: bool) -> dict[int, Any]:
    """The row of each paper with its `uid` and `venue`; abstract and summary only with `texts`."""
    columns: list[Any] = [
        Paper.id,
        Entity.uid,
        Paper.slug,
        Paper.title,
        Paper.arxiv,
        Paper.doi,
        Paper.s2,
        Paper.openalex,
        Paper.url,
        Paper.year,
        Paper.year_derived,
        *BIBLIOGRAPHIC,
        Paper.standing,
        Paper.exclusion_reason,
        Paper.note,
        Paper.date,
        Paper.date_precision,
        Paper.date_source,
        Paper.citation_count,
        Paper.version,
        col(Venue.name).label("venue"),
    ]
    if texts:
        columns += [Paper.abstract, Paper.summary]
    found: dict[int, Any] = {}
    for part in chunks(numbers):
        statement = (
            select_columns(*columns)
            .select_from(Paper)
            .join(Entity, col(Entity.id) == col(Paper.id))
            .join(Venue, col(Venue.id) == col(Paper.venue_id), isouter=True)
            .where(col(Paper.id).in_(part))
        )
        found |= {row.id: row for row in rows(session, statement)}
    return found


def _grouped(session: Session, numbers: Iterable[int], column: Any, statement: Any) -> dict[int, list[Any]]:
    """Rows of a statement for the given papers, by the number in their first column."""
    found: dict[int, list[Any]] = {}
    for part in chunks(set(numbers)):
        for row in session.connection().execute(statement.where(column.in_(part))).all():
            found.setdefault(row[0], []).append(row)
    return found


def authors_of(session: Session, numbers: Iterable[int]) -> dict[int, list[str]]:
    """Printed names of each paper's authors, in order."""
    statement = select_columns(Authorship.paper_id, Authorship.name).order_by(col(Authorship.position))
    found = _grouped(session, numbers, col(Authorship.paper_id), statement)
    return {number: [row.name for row in group] for number, group in found.items()}


def names_of(session: Session, numbers: Iterable[int]) -> dict[int, list[PersonName]]:
    """Structured names of each paper's authors, in order."""
    parts = [getattr(Authorship, part) for part in NAME_PARTS]
    statement = select_columns(Authorship.paper_id, Authorship.name, *parts).order_by(col(Authorship.position))
    found = _grouped(session, numbers, col(Authorship.paper_id), statement)
    return {number: [printed_name(row) for row in group] for number, group in found.items()}


def first_names_of(session: Session, numbers: Iterable[int]) -> dict[int, PersonName]:
    """Structured name of each paper's first author."""
    parts = [getattr(Authorship, part) for part in NAME_PARTS]
    statement = select_columns(Authorship.paper_id, Authorship.name, *parts).where(Authorship.position == 0)
    found = _grouped(session, numbers, col(Authorship.paper_id), statement)
    return {number: printed_name(group[0]) for number, group in found.items()}


def weblinks_of(session: Session, numbers: Iterable[int]) -> dict[int, list[Any]]:
    """Rows (paper, kind, url, source) of each paper's URLs, in the order they were added."""
    statement = select_columns(PaperUrl.paper_id, PaperUrl.kind, PaperUrl.url, PaperUrl.source)
    statement = statement.where(col(PaperUrl.ended_at).is_(None))
    return _grouped(session, numbers, col(PaperUrl.paper_id), statement.order_by(col(PaperUrl.id)))


def events_of(session: Session, numbers: Iterable[int]) -> dict[int, list[Any]]:
    """Rows (paper, kind, day, precision, source, derived) of each paper's dated events, earliest first."""
    statement = select_columns(Event.paper_id, Event.kind, Event.day, Event.precision, Event.source, Event.derived)
    statement = statement.where(col(Event.ended_at).is_(None))
    return _grouped(session, numbers, col(Event.paper_id), statement.order_by(col(Event.day), col(Event.id)))


def tags_of(session: Session, numbers: Iterable[int]) -> dict[int, list[Any]]:
    """Rows (paper, facet, value, mapped, source) of the labels printed beside each paper in imported lists."""
    statement = select_columns(Tag.paper_id, Tag.facet, Tag.value, Tag.mapped, Tag.source)
    return _grouped(session, numbers, col(Tag.paper_id), statement.order_by(col(Tag.id)))


def former_ids_of(session: Session, numbers: Iterable[int]) -> dict[int, list[Any]]:
    """Rows (paper, scheme, value) of each paper's other current and former ids."""
    statement = select_columns(FormerId.paper_id, FormerId.scheme, FormerId.value)
    statement = statement.where(col(FormerId.ended_at).is_(None))
    return _grouped(session, numbers, col(FormerId.paper_id), statement.order_by(col(FormerId.id)))


def live_assignments_of(session: Session, numbers: Iterable[int]) -> dict[int, list[Any]]:
    """Rows (paper, taxonomy, taxon, state, primary, kind, reason) of each paper's live assignments."""
    statement = (
        select_columns(
            Assignment.paper_id,
            Taxonomy.slug.label("taxonomy"),  # type: ignore[attr-defined]
            col(Taxon.path).label("taxon"),
            Assignment.state,
            Assignment.primary,
            Assignment.kind,
            Assignment.reason,
        )
        .select_from(Assignment)
        .join(Taxonomy, col(Taxonomy.id) == col(Assignment.taxonomy_id))
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id), isouter=True)
        .where(col(Assignment.ended_at).is_(None))
        .order_by(col(Assignment.primary).desc(), col(Assignment.id))
    )
    return _grouped(session, numbers, col(Assignment.paper_id), statement)


def assignments_of(session: Session, numbers: Iterable[int], *, ended: bool = False) -> dict[int, list[Any]]:
    """Assignments of each paper with taxonomy, taxon and who decided; only live ones unless `ended`."""
    statement = (
        select_columns(
            Assignment.paper_id,
            Assignment.uid,
            Taxonomy.slug.label("taxonomy"),  # type: ignore[attr-defined]
            col(Taxon.path).label("taxon"),
            col(Entity.uid).label("taxon_uid"),
            col(Taxon.name).label("taxon_name"),
            col(Taxon.definition).label("definition"),
            Assignment.state,
            Assignment.primary,
            Assignment.kind,
            Assignment.reason,
            Assignment.evidence,
            Assignment.evidence_place,
            Assignment.evidence_checked,
            Assignment.note,
            Assignment.source,
            col(Actor.name).label("by"),
            col(Actor.kind).label("by_kind"),
            Assignment.at,
            Assignment.ended_at,
            col(Batch.uid).label("batch"),
        )
        .select_from(Assignment)
        .join(Taxonomy, col(Taxonomy.id) == col(Assignment.taxonomy_id))
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id), isouter=True)
        .join(Entity, col(Entity.id) == col(Assignment.taxon_id), isouter=True)
        .order_by(col(Assignment.primary).desc(), col(Assignment.id))
    )
    if not ended:
        statement = statement.where(col(Assignment.ended_at).is_(None))
    return _grouped(
        session, numbers, col(Assignment.paper_id), signed_rows(statement, Assignment.batch_id, Assignment.actor_id)
    )


def facts_of(session: Session, numbers: Iterable[int]) -> dict[int, list[Any]]:
    """Rows of all claims about each paper, oldest first."""
    statement = (
        select_columns(
            Claim.subject_id,
            Claim.id,
            Claim.field,
            Claim.value,
            Claim.reason,
            Claim.source,
            Claim.source_ref,
            Claim.seen_at,
            col(Batch.uid).label("batch"),
            col(Actor.name).label("by"),
        )
        .select_from(Claim)
        .order_by(col(Claim.id))
    )
    return _grouped(session, numbers, col(Claim.subject_id), signed_rows(statement, Claim.batch_id, Batch.actor_id))


def listed_numbers(session: Session) -> list[int]:
    """Numbers of all papers of the library, in an order that later imports do not change."""
    statement = select_columns(Paper.id).where(col(Paper.standing) != Standing.CITED).order_by(col(Paper.slug))
    return [row[0] for row in rows(session, statement)]
