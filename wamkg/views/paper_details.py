"""Details of one paper: its values and their sources, its assignments and suggestions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlmodel import Session

from wamkg.former_names import Former, WithFormerNames, former
from wamkg.matching.quotes import MissingQuote, missing_from, texts_of
from wamkg.reviewing.holdout import is_held_out
from wamkg.store.entities import LinkedEntity, linked_entities
from wamkg.store.paper_details import (
    AssignmentRow,
    EventRow,
    FormerIdRow,
    assignments_of,
    events_of,
    former_ids_of,
    names_of,
    tags_of,
    weblinks_of,
)
from wamkg.store.papers import UID, find_paper, get_papers, methods_of
from wamkg.store.suggestions import suggestions_of
from wamkg.store.tables import Paper, Suggestion
from wamkg.store.taxonomies import aliases_of, get_taxonomy, list_taxa
from wamkg.views.duplicates import RecordOfWork, works_of
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
    return paper_details(session, [paper.id], reveal=reveal)[0]


def paper_details(session: Session, numbers: Sequence[int], *, reveal: bool = False) -> list[PaperDetail]:
    """The same for the papers with these numbers, in this order. The number of queries does not grow with theirs."""
    papers = get_papers(session, numbers)
    loaded = _Loaded(session, papers)
    return [
        loaded.detail(papers[number], item, reveal)
        for number, item in zip(numbers, paper_items(session, numbers), strict=True)
    ]


class _Loaded:
    """What belongs to some papers, loaded for all of them at once."""

    def __init__(self, session: Session, papers: Mapping[int, Paper]) -> None:
        numbers = list(papers)
        self.names, self.values = names_of(session, numbers), sourced_values(session, numbers)
        self.methods, self.things = methods_of(session, numbers), linked_entities(session, numbers)
        self.aliases = aliases_of(session, [method.id for method in self.methods.values() if method.id is not None])
        self.events, self.weblinks = events_of(session, numbers), weblinks_of(session, numbers)
        self.former_ids, self.tags = former_ids_of(session, numbers), tags_of(session, numbers)
        self.assignments = _assignments(session, papers)
        self.suggestions, self.works = suggestions_of(session, numbers), works_of(session, numbers)
        slugs = {slug for group in self.suggestions.values() for _, slug in group}
        self.paths = {s: {t.id: t.path for t in list_taxa(session, get_taxonomy(session, s))} for s in slugs}

    def detail(self, paper: Paper, item: PaperItem, reveal: bool) -> PaperDetail:
        """One of the papers with all its details."""
        number = paper.id
        assert number is not None
        values, assignments = self.values[number], self.assignments[number]
        seen = None if reveal else {a.taxonomy for a in assignments}
        return PaperDetail(
            **{known.name: getattr(item, known.name) for known in fields(item) if known.init},
            authors_structured=[name.as_dict() for name in self.names.get(number, [])],
            details=dict(sorted((paper.details or {}).items())),
            abstract=paper.abstract,
            summary=paper.summary,
            openalex=paper.openalex,
            exclusion_reason=paper.exclusion_reason,
            proposes=self._method(number),
            things=self.things.get(number, []),
            dates=[_dated(event) for event in self.events.get(number, [])],
            weblinks=[WeblinkItem(w.kind, w.url, w.source) for w in self.weblinks.get(number, [])],
            former_ids=_by_scheme(self.former_ids.get(number, [])),
            tags=[TagItem(t.facet, t.value, t.mapped, t.source) for t in self.tags.get(number, [])],
            values=values,
            conflicts=sum(value.conflict for value in values),
            assignments=assignments,
            suggestions=[self._suggestion(s, slug, paper, seen) for s, slug in self.suggestions.get(number, [])],
            work=self.works[number][1:],
        )

    def _method(self, number: int) -> MethodNames | None:
        method = self.methods.get(number)
        if method is None or method.id is None:
            return None
        return MethodNames(method.slug, method.name, self.aliases.get(method.id, []))

    def _suggestion(self, s: Suggestion, slug: str, paper: Paper, decided: set[str] | None) -> SuggestionItem:
        """A suggestion in one taxonomy; a held-out one is emptied unless someone has `decided` there (None: never)."""
        item = suggestion_item(s, paper, slug, self.paths[slug])
        hidden = decided is not None and slug not in decided and is_held_out(paper.slug, slug)
        return hide(item) if hidden else item


def assignment_list(session: Session, text: str, *, ended: bool = False) -> list[AssignmentItem]:
    """The assignments of a paper, primary ones first; ended ones only on request.

    Raises NotFoundError.
    """
    paper = find_paper(session, text)
    assert paper.id is not None
    return _assignments(session, {paper.id: paper}, ended=ended)[paper.id]


def _assignments(
    session: Session, papers: Mapping[int, Paper], *, ended: bool = False
) -> dict[int, list[AssignmentItem]]:
    found = assignments_of(session, papers, ended=ended)
    return {number: [_assignment(paper, a) for a in found.get(number, [])] for number, paper in papers.items()}


def _assignment(paper: Paper, a: AssignmentRow) -> AssignmentItem:
    return AssignmentItem(
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


def _alarm(paper: Paper, a: AssignmentRow) -> str | None:
    if a.ended_at is not None or not a.evidence:
        return None
    place = missing_from(texts_of(paper), a.evidence, a.evidence_location, a.evidence_checked)
    return str(MissingQuote(paper.slug, a.taxonomy, a.taxon or a.status, a.by, a.evidence, place)) if place else None


def _dated(event: EventRow) -> DatedEvent:
    return DatedEvent(event.kind, shown_day(event.day, event.precision), event.source, event.derived)


def _by_scheme(rows: Iterable[FormerIdRow]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.scheme != UID:
            found.setdefault(row.scheme, []).append(row.value)
    return found
