"""Details of one paper: its values and their sources, its assignments and suggestions."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlmodel import Session

from wamkg.former_names import Former, WithFormerNames, former
from wamkg.matching.quotes import MissingQuote, missing_from, texts_of
from wamkg.reviewing.holdout import is_held_out
from wamkg.store.entities import LinkedEntity, linked_entities
from wamkg.store.paper_details import (
    AssignmentRow,
    assignments_of,
    events_of,
    former_ids_of,
    names_of,
    tags_of,
    weblinks_of,
)
from wamkg.store.papers import UID, find_paper, methods_of
from wamkg.store.suggestions import suggestions_of
from wamkg.store.tables import Paper
from wamkg.store.taxonomies import aliases_of, get_taxonomy, list_taxa
from wamkg.views.duplicates import RecordOfWork, work_of
from wamkg.views.papers import PaperItem, paper_items, shown_day
from wamkg.views.sourced_values import SourcedValue, sourced_values
from wamkg.views.suggestions import SuggestionItem, hide, suggestion_item


@dataclass(frozen=True, slots=True)
class DatedEvent:
    """A date according to one source; `derived` if it was computed, not stated."""

    event: str
    date: str | None
    source: str
    derived: bool


@dataclass(frozen=True, slots=True)
class AssignmentItem(WithFormerNames):
    """An assignment by a person or a list, with its evidence; `ended` ones are history.

    `alarm` marks a live one whose quote is no longer found in its text.
    """

    uid: str
    taxonomy: str
    taxon: str | None
    name: str | None
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
    at: datetime
    ended: datetime | None
    batch: str
    alarm: str | None
    state: Former[str] = former("status")
    evidence_place: Former[str | None] = former("evidence_location")


@dataclass(frozen=True, slots=True)
class MethodNames:
    """The method a paper proposes, as printed, and its aliases."""

    slug: str
    name: str
    aliases: list[str]


@dataclass(frozen=True, slots=True)
class WeblinkItem:
    """A URL of a paper and its source."""

    kind: str
    url: str
    source: str


@dataclass(frozen=True, slots=True)
class TagItem:
    """A label printed beside the paper in an imported list."""

    facet: str
    value: str
    mapped: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperDetail(PaperItem):
    """A paper with the sources of its values, its assignments, dates, links and suggestions.

    `details` are further bibliographic fields by their BibTeX names (editor, series, isbn ...). `work` holds the other
    records of the same work, such as the published one of a preprint.
    """

    authors_structured: list[dict[str, str]]
    details: dict[str, str]
    abstract: str | None
    summary: str | None
    openalex: str | None
    exclusion_reason: str | None
    proposes: MethodNames | None
    things: list[LinkedEntity]
    dates: list[DatedEvent]
    weblinks: list[WeblinkItem]
    former_ids: dict[str, list[str]]
    tags: list[TagItem]
    values: list[SourcedValue]
    conflicts: int
    assignments: list[AssignmentItem]
    suggestions: list[SuggestionItem]
    work: list[RecordOfWork]


def paper_detail(session: Session, text: str, *, reveal: bool = False) -> PaperDetail:
    """The paper with this id (`arxiv:...`, `doi:...`, `s2:...`, slug), with all details.

    A held-out suggestion is empty until someone has decided, except with `reveal`.

    Raises NotFoundError.
    """
    paper = find_paper(session, text)
    assert paper.id is not None
    (item,) = paper_items(session, [paper.id])
    values = sourced_values(session, paper.id)
    assignments = assignment_list(session, text)
    seen = None if reveal else {a.taxonomy for a in assignments}
    return PaperDetail(
        **{known.name: getattr(item, known.name) for known in fields(item) if known.init},
        authors_structured=[name.as_dict() for name in names_of(session, [paper.id]).get(paper.id, [])],
        details=dict(sorted((paper.details or {}).items())),
        abstract=paper.abstract,
        summary=paper.summary,
        openalex=paper.openalex,
        exclusion_reason=paper.exclusion_reason,
        proposes=_method(session, paper.id),
        things=linked_entities(session, paper.id),
        dates=_dates(session, paper.id),
        weblinks=[WeblinkItem(w.kind, w.url, w.source) for w in weblinks_of(session, [paper.id]).get(paper.id, [])],
        former_ids=_former_ids(session, paper.id),
        tags=[TagItem(t.facet, t.value, t.mapped, t.source) for t in tags_of(session, [paper.id]).get(paper.id, [])],
        values=values,
        conflicts=sum(value.conflict for value in values),
        assignments=assignments,
        suggestions=_suggestions(session, paper, seen),
        work=work_of(session, text)[1:],
    )


def assignment_list(session: Session, text: str, *, ended: bool = False) -> list[AssignmentItem]:
    """The assignments of a paper, primary ones first; ended ones only on request.

    Raises NotFoundError.
    """
    paper = find_paper(session, text)
    assert paper.id is not None
    return [
        AssignmentItem(
            uid=a.uid,
            taxonomy=a.taxonomy,
            taxon=a.taxon,
            name=a.taxon_name,
            definition=a.definition,
            status=a.status,
            primary=a.primary,
            kind=a.kind,
            reason=a.reason,
            evidence=a.evidence,
            evidence_location=a.evidence_location,
            evidence_checked=a.evidence_checked,
            note=a.note,
            source=a.source,
            by=a.by,
            at=a.at,
            ended=a.ended_at,
            batch=a.batch,
            alarm=_alarm(paper, a),
        )
        for a in assignments_of(session, [paper.id], ended=ended).get(paper.id, [])
    ]


def _alarm(paper: Paper, a: AssignmentRow) -> str | None:
    if a.ended_at is not None or not a.evidence:
        return None
    place = missing_from(texts_of(paper), a.evidence, a.evidence_location, a.evidence_checked)
    return str(MissingQuote(paper.slug, a.taxonomy, a.taxon or a.status, a.by, a.evidence, place)) if place else None


def _method(session: Session, number: int) -> MethodNames | None:
    method = methods_of(session, [number]).get(number)
    if method is None or method.id is None:
        return None
    return MethodNames(method.slug, method.name, aliases_of(session, [method.id]).get(method.id, []))


def _dates(session: Session, number: int) -> list[DatedEvent]:
    return [
        DatedEvent(e.kind, shown_day(e.day, e.precision), e.source, e.derived)
        for e in events_of(session, [number]).get(number, [])
    ]


def _former_ids(session: Session, number: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in former_ids_of(session, [number]).get(number, []):
        if row.scheme == UID:
            continue
        found.setdefault(row.scheme, []).append(row.value)
    return found


def _suggestions(session: Session, paper: Paper, decided: set[str] | None) -> list[SuggestionItem]:
    """The suggestion in each taxonomy. Held-out ones are emptied where no one has `decided` (None: never)."""
    found = suggestions_of(session, [paper.id] if paper.id else [])
    items = [
        suggestion_item(s, paper, slug, {t.id: t.path for t in list_taxa(session, get_taxonomy(session, slug))})
        for s, slug in found
    ]
    return [
        hide(item) if decided is not None and item.taxonomy not in decided and is_held_out(paper.slug, item.taxonomy)
        else item
        for item in items
    ]  # fmt: skip
