"""The pages of methods, data sets, benchmarks, metrics, challenges, concepts, institutions and authors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlmodel import Session

from wamkg.errors import NotFoundError
from wamkg.pages.chart import PHONE, SCREEN, counts_chart
from wamkg.pages.context import load_taxon_names
from wamkg.pages.library import TAKEN_AS
from wamkg.pages.links import export_url, library_url
from wamkg.pages.render import render
from wamkg.pages.viewer import Viewer
from wamkg.store.entities import get_entity, papers_linked_to_entity
from wamkg.store.paper_groups import GroupBy
from wamkg.store.taxonomies import find_default_taxonomy
from wamkg.views.entities import EntityItem, all_entities, get_entity_item
from wamkg.views.papers import Facets, PaperItem, PaperQuery, find_paper_page, library_facets, paper_groups
from wamkg.views.results import Leaderboard, MethodResult, ResultQuery, leaderboard, results_of_method
from wamkg.views.survey import site_name
from wamkg.views.timelines import CitationPeriod
from wamkg.vocabulary import EntityKind

KINDS = {
    EntityKind.METHOD: "Methods",
    EntityKind.DATASET: "Data sets",
    EntityKind.BENCHMARK: "Benchmarks",
    EntityKind.METRIC: "Metrics",
    EntityKind.CHALLENGE: "Challenges",
    EntityKind.CONCEPT: "Concepts",
    EntityKind.INSTITUTION: "Institutions",
}
"""Kinds of entities that have pages, with their plural."""
AUTHOR = "author"
SHOWN_PAPERS = 25
_FILTERED = (
    EntityKind.METHOD,
    EntityKind.DATASET,
    EntityKind.BENCHMARK,
    EntityKind.CHALLENGE,
    EntityKind.INSTITUTION,
)
"""Kinds by which papers can be filtered."""
_RELATED = ("author", "institution", "benchmark", "dataset")
"""Facets whose values have pages."""
MAX_RELATED = 12
_COUNTED: Mapping[EntityKind, GroupBy] = {
    EntityKind.BENCHMARK: "benchmark",
    EntityKind.DATASET: "dataset",
    EntityKind.INSTITUTION: "institution",
}
"""Kinds whose papers are counted as the library's filter finds them: a reported result counts as a use."""


class EntityRow(NamedTuple):
    """A line of a list of entities."""

    name: str
    slug: str
    papers: int
    results: int = 0
    definition: str = ""


@dataclass(frozen=True)
class EntityPapers:
    """The papers of an entity: the first ones, how many there are, and where to take or list them all."""

    items: Sequence[PaperItem]
    total: int
    href: str
    takes: list[tuple[str, str]]
    years: list[CitationPeriod]
    related: dict[str, dict[str, int]]


@dataclass(frozen=True)
class ShownEntity:
    """What the page of an entity shows: `own` are the results of a method, `boards` those on a benchmark or metric.

    `item` is None for an author, whom the store knows by name only.
    """

    name: str
    plural: str
    kind: str
    papers: EntityPapers
    item: EntityItem | None = None
    boards: list[Leaderboard] = field(default_factory=list)
    own: list[MethodResult] = field(default_factory=list)


_NO_PAPERS = EntityPapers([], 0, "", [], [], {})


def entity_page(session: Session, kind: EntityKind, name: str, viewer: Viewer | None = None) -> str:
    """One entity by slug, name or alias: its definition, papers, results, papers over time, and what it is used with.

    Raises NotFoundError.
    """
    item = get_entity_item(session, kind, name)
    boards: list[Leaderboard] = []
    if kind in (EntityKind.BENCHMARK, EntityKind.METRIC):
        asked = ResultQuery(benchmark=(item.slug,)) if kind is EntityKind.BENCHMARK else ResultQuery(metric=item.slug)
        boards = leaderboard(session, asked)
    own = results_of_method(session, item.slug) if kind is EntityKind.METHOD else []
    papers = _papers_of(session, kind, item)
    return _render(session, viewer, ShownEntity(item.name, KINDS[kind], item.kind, papers, item, boards, own))


def author_page(session: Session, name: str, viewer: Viewer | None = None) -> str:
    """One author, by name: papers, papers over time, and with whom.

    Raises NotFoundError if no paper of the library is by a person of this name.
    """
    papers = _papers(session, PaperQuery(author=(name,), limit=SHOWN_PAPERS), without=name)
    if not papers.total:
        raise NotFoundError(f"no paper of the library is by {name!r}; `wamkg search NAME` finds other spellings")
    return _render(session, viewer, ShownEntity(name, "Authors", AUTHOR, papers))


def _render(session: Session, viewer: Viewer | None, shown: ShownEntity) -> str:
    classes = load_taxon_names(session)
    years = shown.papers.years
    return render(
        "entity.html",
        viewer=viewer,
        site=site_name(session),
        here="/index",
        charts=[counts_chart(years, width) for width in (SCREEN, PHONE)] if years else [],
        main=find_default_taxonomy(session),
        names=classes.names,
        families=classes.families,
        **vars(shown),
    )


def _papers_of(session: Session, kind: EntityKind, item: EntityItem) -> EntityPapers:
    if kind in _FILTERED:
        return _papers(
            session, PaperQuery.model_validate({kind.value: (item.slug,), "limit": SHOWN_PAPERS}), without=item.name
        )
    number = get_entity(session, kind, item.slug).id
    assert number is not None
    slugs = papers_linked_to_entity(session, number)
    return _papers(session, PaperQuery(ids=tuple(slugs), limit=SHOWN_PAPERS)) if slugs else _NO_PAPERS


def _papers(session: Session, query: PaperQuery, without: str = "") -> EntityPapers:
    page = find_paper_page(session, query)
    facets = library_facets(session, query, None)
    takes = [(label, export_url(query, form)) for form, label in TAKEN_AS.items()]
    return EntityPapers(
        page.items, page.total, library_url(query), takes, list(years_of(facets)), _related(facets, without)
    )


def years_of(facets: Facets) -> list[CitationPeriod]:
    """The papers by year, without gaps, with the sum so far."""
    counts = {int(year): count for year, count in facets.year.items()}
    periods: list[CitationPeriod] = []
    for year in range(min(counts, default=0), max(counts, default=-1) + 1):
        before = periods[-1].cumulative if periods else 0
        periods.append(CitationPeriod(str(year), counts.get(year, 0), before + counts.get(year, 0)))
    return periods


def _related(facets: Facets, without: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for facet in _RELATED:
        counts: Mapping[str, int] = getattr(facets, facet)
        kept = [(name, count) for name, count in counts.items() if name != without]
        if kept:
            found[facet] = dict(kept[:MAX_RELATED])
    return found


def entity_list_page(session: Session, kind: EntityKind, q: str | None = None, viewer: Viewer | None = None) -> str:
    """All entities of a kind, those with most papers first; `q` keeps those whose name contains it."""
    wanted = (q or "").casefold()
    items = [i for i in all_entities(session, kind) if wanted in " ".join([i.name, *i.aliases]).casefold()]
    papers = _paper_counts(session, kind)
    rows = [
        EntityRow(i.name, i.slug, papers.get(i.name, sum(i.uses.values())), i.results, i.definition or "")
        for i in items
    ]
    rows.sort(key=lambda row: (-row.papers, -row.results, row.name.casefold()))
    return _list(session, viewer, kind, rows, len(rows), q)


def _paper_counts(session: Session, kind: EntityKind) -> dict[str, int]:
    """Papers by entity as the filter of the library counts them; empty for a kind that is no filter."""
    if (by := _COUNTED.get(kind)) is None:
        return {}
    return {group.value: group.papers for group in paper_groups(session, PaperQuery(), by).items}


def author_list_page(session: Session, q: str | None = None, viewer: Viewer | None = None) -> str:
    """The authors with most papers; `q` keeps those whose name contains it."""
    found = paper_groups(session, PaperQuery(), "author", part=q or "")
    rows = [EntityRow(group.value, group.value, group.papers) for group in found.items]
    return _list(session, viewer, AUTHOR, rows, found.total, q)


def _list(
    session: Session, viewer: Viewer | None, kind: str, rows: Sequence[EntityRow], total: int, q: str | None
) -> str:
    labels = {**{known.value: label for known, label in KINDS.items()}, AUTHOR: "Authors"}
    return render(
        "entities.html",
        viewer=viewer,
        site=site_name(session),
        here="/index",
        kind=kind,
        plural=labels[kind],
        kinds=list(labels.items()),
        rows=rows,
        total=total,
        defined=any(row.definition for row in rows),
        q=q or "",
    )
