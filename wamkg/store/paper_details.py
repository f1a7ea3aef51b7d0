"""Everything that is shown of papers, loaded for many papers at once."""

import datetime as dt
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from sqlalchemy import null
from sqlmodel import Session, col

from wamkg.json_types import JSON
from wamkg.names import PersonName
from wamkg.store.base import Selected, by_number, is_live, rows, rows_by_number, rows_for, select_columns, signed_rows
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

BIBLIOGRAPHIC = (
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


class PaperRow(NamedTuple):
    """What lists show of a paper; abstract and summary only where they were asked for."""

    id: int
    uid: str
    slug: str
    title: str
    arxiv: str | None
    doi: str | None
    s2: str | None
    openalex: str | None
    url: str | None
    year: int | None
    year_derived: bool
    key: str | None
    entry_type: str | None
    volume: str | None
    number: str | None
    pages: str | None
    publisher: str | None
    details: dict[str, str] | None
    authors_cut: bool
    standing: str
    exclusion_reason: str | None
    note: str | None
    date: dt.date | None
    date_precision: str | None
    date_source: str | None
    citation_count: int | None
    revision: int
    first_seen: dt.datetime
    venue: str | None
    abstract: str | None
    summary: str | None


@cache
def _paper_rows(*, texts: bool) -> Selected:
    columns: list[object] = [
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
        Paper.revision,
        col(Batch.started_at).label("first_seen"),
        col(Venue.name).label("venue"),
    ]
    columns += [Paper.abstract, Paper.summary] if texts else [null().label("abstract"), null().label("summary")]
    statement = (
        select_columns(*columns)
        .select_from(Paper)
        .join(Entity, col(Entity.id) == col(Paper.id))
        .join(Batch, col(Batch.id) == col(Entity.batch_id))
        .join(Venue, col(Venue.id) == col(Paper.venue_id), isouter=True)
    )
    return by_number(statement, col(Paper.id))


def paper_rows(session: Session, numbers: Iterable[int], *, texts: bool) -> dict[int, PaperRow]:
    """The row of each paper with its `uid` and `venue`; abstract and summary only with `texts`."""
    found = map(PaperRow._make, rows_for(session, numbers, _paper_rows(texts=texts)))
    return {row.id: row for row in found}


@cache
def _authors() -> Selected:
    statement = select_columns(Authorship.paper_id, Authorship.name).order_by(col(Authorship.position))
    return by_number(statement, col(Authorship.paper_id))


def authors_of(session: Session, numbers: Iterable[int]) -> dict[int, list[str]]:
    """Printed names of each paper's authors, in order."""
    found: dict[int, list[str]] = {}
    for paper, name in rows_for(session, numbers, _authors()):
        found.setdefault(paper, []).append(name)
    return found


_PARTS = [getattr(Authorship, part) for part in NAME_PARTS]


class PrintedName(NamedTuple):
    """The name of an author as printed on a paper, and its parts where they are known."""

    paper_id: int
    name: str
    family: str | None
    given: str | None
    particle: str | None
    suffix: str | None
    literal: str | None


def names_of(session: Session, numbers: Iterable[int]) -> dict[int, list[PersonName]]:
    """Structured names of each paper's authors, in order."""
    statement = select_columns(Authorship.paper_id, Authorship.name, *_PARTS).order_by(col(Authorship.position))
    found = rows_by_number(session, numbers, by_number(statement, col(Authorship.paper_id)), PrintedName._make)
    return {number: [printed_name(row) for row in group] for number, group in found.items()}


def first_names_of(session: Session, numbers: Iterable[int]) -> dict[int, PersonName]:
    """Structured name of each paper's first author."""
    statement = select_columns(Authorship.paper_id, Authorship.name, *_PARTS).where(Authorship.position == 0)
    found = rows_by_number(session, numbers, by_number(statement, col(Authorship.paper_id)), PrintedName._make)
    return {number: printed_name(group[0]) for number, group in found.items()}


class WeblinkRow(NamedTuple):
    """A URL of a paper and who gave it."""

    paper_id: int
    kind: str
    url: str
    source: str


@cache
def _weblinks() -> Selected:
    statement = select_columns(PaperUrl.paper_id, PaperUrl.kind, PaperUrl.url, PaperUrl.source)
    return by_number(statement.where(is_live(PaperUrl)).order_by(col(PaperUrl.id)), col(PaperUrl.paper_id))


def weblinks_of(session: Session, numbers: Iterable[int]) -> dict[int, list[WeblinkRow]]:
    """Each paper's URLs, in the order they were added."""
    return rows_by_number(session, numbers, _weblinks(), WeblinkRow._make)


class EventRow(NamedTuple):
    """A dated event of a paper according to one source; `derived` if the date was computed, not stated."""

    paper_id: int
    kind: str
    day: dt.date
    precision: str
    source: str
    derived: bool


def events_of(session: Session, numbers: Iterable[int]) -> dict[int, list[EventRow]]:
    """Each paper's dated events, earliest first."""
    statement = select_columns(Event.paper_id, Event.kind, Event.day, Event.precision, Event.source, Event.derived)
    statement = statement.where(is_live(Event))
    selected = by_number(statement.order_by(col(Event.day), col(Event.id)), col(Event.paper_id))
    return rows_by_number(session, numbers, selected, EventRow._make)


class TagRow(NamedTuple):
    """A label printed beside a paper in an imported list; `mapped` if a taxonomy has it."""

    paper_id: int
    facet: str
    value: str
    mapped: bool
    source: str


def tags_of(session: Session, numbers: Iterable[int]) -> dict[int, list[TagRow]]:
    """The labels printed beside each paper in imported lists."""
    statement = select_columns(Tag.paper_id, Tag.facet, Tag.value, Tag.mapped, Tag.source)
    selected = by_number(statement.order_by(col(Tag.id)), col(Tag.paper_id))
    return rows_by_number(session, numbers, selected, TagRow._make)


class FormerIdRow(NamedTuple):
    """Another current or former id of a paper."""

    paper_id: int
    scheme: str
    value: str


def former_ids_of(session: Session, numbers: Iterable[int]) -> dict[int, list[FormerIdRow]]:
    """Each paper's other current and former ids."""
    statement = select_columns(FormerId.paper_id, FormerId.scheme, FormerId.value)
    statement = statement.where(is_live(FormerId))
    selected = by_number(statement.order_by(col(FormerId.id)), col(FormerId.paper_id))
    return rows_by_number(session, numbers, selected, FormerIdRow._make)


class LiveAssignmentRow(NamedTuple):
    """A live assignment: slug of the taxonomy, path of the taxon (None for a status), and why there is no taxon."""

    paper_id: int
    taxonomy: str
    taxon: str | None
    status: str
    primary: bool
    kind: str | None
    reason: str | None


@cache
def _live_assignments() -> Selected:
    statement = (
        select_columns(
            Assignment.paper_id,
            Taxonomy.slug.label("taxonomy"),  # type: ignore[attr-defined]
            col(Taxon.path).label("taxon"),
            Assignment.status,
            Assignment.primary,
            Assignment.kind,
            Assignment.reason,
        )
        .select_from(Assignment)
        .join(Taxonomy, col(Taxonomy.id) == col(Assignment.taxonomy_id))
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id), isouter=True)
        .where(is_live(Assignment))
        .order_by(col(Assignment.primary).desc(), col(Assignment.id))
    )
    return by_number(statement, col(Assignment.paper_id))


def live_assignments_of(session: Session, numbers: Iterable[int]) -> dict[int, list[LiveAssignmentRow]]:
    """Each paper's live assignments, the primary one first."""
    return rows_by_number(session, numbers, _live_assignments(), LiveAssignmentRow._make)


class AssignmentRow(NamedTuple):
    """An assignment with its taxonomy and taxon, the evidence, and who decided when."""

    paper_id: int
    uid: str
    taxonomy: str
    taxon: str | None
    taxon_uid: str | None
    taxon_name: str | None
    definition: str | None
    status: str
    primary: bool
    kind: str | None
    reason: str | None
    evidence: str | None
    evidence_location: str | None
    evidence_checked: bool | None
    note: str | None
    source: str
    by: str
    by_kind: str
    at: dt.datetime
    ended_at: dt.datetime | None
    batch: str


def assignments_of(session: Session, numbers: Iterable[int], *, ended: bool = False) -> dict[int, list[AssignmentRow]]:
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
            Assignment.status,
            Assignment.primary,
            Assignment.kind,
            Assignment.reason,
            Assignment.evidence,
            Assignment.evidence_location,
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
        statement = statement.where(is_live(Assignment))
    signed = signed_rows(statement, Assignment.batch_id, Assignment.actor_id)
    return rows_by_number(session, numbers, by_number(signed, col(Assignment.paper_id)), AssignmentRow._make)


class ClaimRow(NamedTuple):
    """What a source stated about a field of a paper, and who brought it in when."""

    subject_id: int
    id: int
    field: str
    value: JSON
    reason: str | None
    source: str
    source_ref: str | None
    retrieved_at: dt.datetime
    batch: str
    by: str


def facts_of(session: Session, numbers: Iterable[int]) -> dict[int, list[ClaimRow]]:
    """All claims about each paper, oldest first."""
    statement = (
        select_columns(
            Claim.subject_id,
            Claim.id,
            Claim.field,
            Claim.value,
            Claim.reason,
            Claim.source,
            Claim.source_ref,
            Claim.retrieved_at,
            col(Batch.uid).label("batch"),
            col(Actor.name).label("by"),
        )
        .select_from(Claim)
        .order_by(col(Claim.id))
    )
    signed = signed_rows(statement, Claim.batch_id, Batch.actor_id)
    return rows_by_number(session, numbers, by_number(signed, col(Claim.subject_id)), ClaimRow._make)


def listed_numbers(session: Session) -> list[int]:
    """Numbers of all papers of the library, in an order that later imports do not change."""
    statement = select_columns(Paper.id).where(col(Paper.standing) != Standing.CITED).order_by(col(Paper.slug))
    return [row[0] for row in rows(session, statement)]
