"""The page of one paper, and the page that says why it has its place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.names import listed_name, name_from_dict
from wamkg.pages.chart import PHONE, SCREEN, counts_chart
from wamkg.pages.context import load_taxon_names
from wamkg.pages.links import value_words
from wamkg.pages.render import render
from wamkg.pages.viewer import Viewer
from wamkg.reviewing.holdout import describe_held_out_in_batch
from wamkg.reviewing.paper_edits import DATES, DETAILS, FIELDS, LINKS, METHOD
from wamkg.store.papers import find_paper
from wamkg.store.survey import outside_kinds
from wamkg.store.taxonomies import find_default_taxonomy, get_taxonomy
from wamkg.views.history import paper_history
from wamkg.views.objections import ObjectionItem, TaxonCriteria, objection_list, taxon_criteria
from wamkg.views.paper_details import AssignmentItem, PaperDetail, paper_detail
from wamkg.views.papers import PaperQuery, find_paper_page
from wamkg.views.questions import questions_on
from wamkg.views.results import results_of_method
from wamkg.views.sourced_values import SourcedValue
from wamkg.views.survey import site_name
from wamkg.views.timelines import citation_timeline
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
    classes = load_taxon_names(session)
    paper = paper_detail(session, identifier)
    citations = citation_timeline(session, paper=paper.slug)
    objections = _objections(session, paper)
    fields = field_values(paper)
    return render(
        "paper.html",
        viewer=viewer,
        site=site_name(session),
        main=find_default_taxonomy(session),
        here="/papers",
        done=done if viewer else None,
        paper=paper,
        revealed=describe_held_out_in_batch(session, done) if viewer and done else [],
        criteria=_criteria(session, paper, paper.assignments),
        objections=objections,
        questions=questions_on(session, identifier),
        history=paper_history(session, identifier),
        results=results_of_method(session, paper.proposes.slug) if paper.proposes else [],
        citations=citations,
        charts=[counts_chart(citations.items, width) for width in (SCREEN, PHONE)],
        cites=find_paper_page(session, PaperQuery(cited_by=(paper.slug,), limit=NEIGHBORS)),
        cited_by=find_paper_page(session, PaperQuery(cites=(paper.slug,), limit=NEIGHBORS)),
        cited_as=cited_as,
        fields=fields,
        more_fields=[name for name in (*FIELDS, METHOD, "date") if name not in {field.name for field in fields}],
        standings=list(Standing),
        refused=refused,
        names=classes.names,
        outside_kinds=outside_kinds(session),
        families=classes.families,
    )


def why_page(session: Session, identifier: str, viewer: Viewer | None = None) -> str:
    """Why a paper has its place: class, criteria, evidence, who, when, and the objections; made to be sent to authors.

    Raises NotFoundError.
    """
    classes = load_taxon_names(session)
    paper = paper_detail(session, identifier)
    return render(
        "why.html",
        viewer=viewer,
        site=site_name(session),
        here="/papers",
        paper=paper,
        criteria=_criteria(session, paper, paper.assignments),
        objections=_objections(session, paper),
        names=classes.names,
        families=classes.families,
    )


def _objections(session: Session, paper: PaperDetail) -> list[ObjectionItem]:
    return objection_list(session, None, MAX_OBJECTIONS, None, paper=paper.id).items


def _criteria(session: Session, paper: PaperDetail, assignments: Sequence[AssignmentItem]) -> dict[str, TaxonCriteria]:
    """The criteria of each class that the paper has, by the id of the assignment."""
    number = find_paper(session, paper.slug).id
    assert number is not None
    return {
        a.uid: taxon_criteria(session, get_taxonomy(session, a.taxonomy), a.taxon, number)
        for a in assignments
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
