"""The page of one paper, and the page that says why it has its place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.names import listed_name, name_from_dict
from wamkg.pages.chart import PHONE, SCREEN, counts_chart
from wamkg.pages.context import load_taxon_names, page_frame
from wamkg.pages.links import value_words
from wamkg.pages.render import render
from wamkg.pages.viewer import Viewer
from wamkg.reviewing.holdout import describe_held_out_in_batch
from wamkg.reviewing.paper_edits import DATES, DETAILS, FIELDS, LINKS, METHOD
from wamkg.store.papers import find_paper
from wamkg.store.survey import outside_kinds
from wamkg.store.taxonomies import find_default_taxonomy, get_taxonomy
from wamkg.views.citations import LibraryNeighbors, library_neighbors
from wamkg.views.history import HistoryRow, paper_histories
from wamkg.views.objections import ObjectionItem, TaxonCriteria, objections_on, taxon_criteria
from wamkg.views.paper_details import PaperDetail, paper_details
from wamkg.views.questions import QuestionItem, questions_on
from wamkg.views.results import MethodResult, results_of_methods
from wamkg.views.sourced_values import SourcedValue
from wamkg.views.timelines import CitationTimeline, paper_citation_timelines
from wamkg.vocabulary import EventKind, Standing

MAX_OBJECTIONS = 100
NEIGHBORS = 8
"""Papers of the library that cite the paper, and that it cites, which are seen at once."""


@dataclass(frozen=True)
class FieldValues:
    """A field of the paper: its name, its value as text, what each source says, and its value as a form has it.

    `shown` is the claim that is shown, if a source states it; `others` are the other claims. `source` is that of a date
    or link, which is not a claim.
    """

    name: str
    label: str
    text: str
    typed: str
    shown: SourcedValue | None
    others: list[SourcedValue]
    source: str

    @property
    def differs(self) -> bool:
        """Whether a source gives another value."""
        return any(value.conflict for value in self.others)


@dataclass(frozen=True)
class Refused:
    """An edit that was refused: the field, what was typed, and why."""

    field: str
    value: str
    why: str
    problem: str


@dataclass(frozen=True)
class PaperPlaces:
    """A paper with what explains its place: the criteria of its classes by assignment, and the objections."""

    paper: PaperDetail
    criteria: dict[str, TaxonCriteria]
    objections: list[ObjectionItem]


@dataclass(frozen=True)
class ShownPaper(PaperPlaces):
    """What the page of a paper shows of it."""

    questions: list[QuestionItem]
    history: list[HistoryRow]
    results: list[MethodResult]
    citations: CitationTimeline
    cites: LibraryNeighbors
    cited_by: LibraryNeighbors


def paper_page(
    session: Session,
    identifier: str,
    cited_as: Mapping[str, str],
    viewer: Viewer | None = None,
    done: str | None = None,
    refused: Refused | None = None,
) -> str:
    """One paper with its place, sources, suggestions, results, citations and history.

    `cited_as` is the paper in the formats of citations, by format; `done` is the batch just written; `refused` is an
    edit that was not saved. Raises NotFoundError.
    """
    (shown,) = shown_papers(session, [_number(session, identifier)])
    return render_paper(session, shown, cited_as, viewer, done, refused)


def why_page(session: Session, identifier: str, viewer: Viewer | None = None) -> str:
    """Why a paper has its place: class, criteria, evidence, who, when, and the objections; made to be sent to authors.

    Raises NotFoundError.
    """
    (placed,) = _placed_papers(session, [_number(session, identifier)])
    return render_why(session, placed, viewer)


def _number(session: Session, identifier: str) -> int:
    number = find_paper(session, identifier).id
    assert number is not None
    return number


def _placed_papers(session: Session, numbers: Sequence[int]) -> list[PaperPlaces]:
    objections = objections_on(session, numbers)
    return [
        PaperPlaces(paper, _criteria(session, paper, number), objections.get(number, [])[:MAX_OBJECTIONS])
        for number, paper in zip(numbers, paper_details(session, numbers), strict=True)
    ]


def shown_papers(session: Session, numbers: Sequence[int]) -> list[ShownPaper]:
    """What the pages of these papers show. The number of queries does not grow with that of the papers."""
    placed = _placed_papers(session, numbers)
    questions, histories = questions_on(session, numbers), paper_histories(session, numbers)
    citations = paper_citation_timelines(session, numbers)
    cites = library_neighbors(session, numbers, "references", NEIGHBORS)
    cited_by = library_neighbors(session, numbers, "citations", NEIGHBORS)
    results = results_of_methods(session, {each.paper.proposes.slug for each in placed if each.paper.proposes})
    return [
        ShownPaper(
            **vars(each),
            questions=questions.get(number, []),
            history=histories[number],
            results=results[each.paper.proposes.slug] if each.paper.proposes else [],
            citations=citations[number],
            cites=cites[number],
            cited_by=cited_by[number],
        )
        for number, each in zip(numbers, placed, strict=True)
    ]


def render_paper(
    session: Session,
    shown: ShownPaper,
    cited_as: Mapping[str, str],
    viewer: Viewer | None = None,
    done: str | None = None,
    refused: Refused | None = None,
) -> str:
    """The page of a paper; see `paper_page`."""
    classes = load_taxon_names(session)
    fields = field_values(shown.paper)
    return render(
        "paper.html",
        viewer=viewer,
        **page_frame(session),
        main=find_default_taxonomy(session),
        here="/papers",
        done=done if viewer else None,
        revealed=describe_held_out_in_batch(session, done) if viewer and done else [],
        charts=[counts_chart(shown.citations.items, width) for width in (SCREEN, PHONE)],
        cited_as=cited_as,
        fields=fields,
        more_fields=[name for name in (*FIELDS, METHOD, "date") if name not in {field.name for field in fields}],
        standings=list(Standing),
        refused=refused,
        names=classes.names,
        outside_kinds=outside_kinds(session),
        branch_hues=classes.branch_hues,
        **vars(shown),
    )


def render_why(session: Session, placed: PaperPlaces, viewer: Viewer | None = None) -> str:
    """The page that says why a paper has its place; see `why_page`."""
    classes = load_taxon_names(session)
    return render(
        "why.html",
        viewer=viewer,
        **page_frame(session),
        here="/papers",
        paper=placed.paper,
        criteria=placed.criteria,
        objections=placed.objections,
        names=classes.names,
        branch_hues=classes.branch_hues,
    )


def _criteria(session: Session, paper: PaperDetail, number: int) -> dict[str, TaxonCriteria]:
    """The criteria of each class that the paper has, by the id of the assignment."""
    return {
        a.uid: taxon_criteria(session, get_taxonomy(session, a.taxonomy), a.taxon, number)
        for a in paper.assignments
        if a.taxon
    }


def field_values(paper: PaperDetail) -> list[FieldValues]:
    """The fields of a paper that have a value or a claim, each with what the sources say."""
    typed = {name: (text, source) for name, text, source in _typed(paper)}
    claims: dict[str, list[SourcedValue]] = {}
    for value in paper.values:
        claims.setdefault(value.field, []).append(value)
    names = [*typed, *(name for name in claims if name not in typed and name != "names")]
    return [_field(name, *typed.get(name, ("", "")), claims.get(name, [])) for name in names]


def _field(name: str, typed: str, source: str, claims: Sequence[SourcedValue]) -> FieldValues:
    shown = next((value for value in claims if value.shown), None)
    text = typed or (value_words(shown.value) if shown else "")
    others = [value for value in claims if value is not shown]
    label = name.replace("_", " ").replace(DATES, "date: ").replace(LINKS, "link: ").replace(DETAILS, "")
    return FieldValues(name, label, text, typed, shown, others, source)


def _typed(paper: PaperDetail) -> Iterator[tuple[str, str, str]]:
    """The values that a person may set: the field, the value as one types it, and the source of a date or link."""
    yield "title", paper.title, ""
    if paper.authors_structured:
        yield "authors", "; ".join(listed_name(name_from_dict(parts)) for parts in paper.authors_structured), ""
    if paper.method:
        yield METHOD, paper.method, ""
    yield from _dates(paper)
    own = {"entry_type": paper.type, "year": str(paper.stated_year or ""), "authors": ""}
    for name in FIELDS:
        value = own[name] if name in own else getattr(paper, name)
        if value and name != "title":
            yield name, str(value), ""
    yield from ((f"{LINKS}{link.kind}", link.url, link.source) for link in paper.weblinks)
    yield from ((f"{DETAILS}{name}", value, "") for name, value in paper.details.items())


def _dates(paper: PaperDetail) -> Iterator[tuple[str, str, str]]:
    """One date of each kind, a stated one before a derived one."""
    for kind in EventKind:
        dates = sorted((event for event in paper.dates if event.event == kind and event.date), key=lambda e: e.derived)
        if dates:
            yield f"{DATES}{kind}", dates[0].date or "", dates[0].source
