"""The pages of methods, data sets, benchmarks, metrics, challenges, concepts, institutions and authors."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlmodel import Session

from wamkg.errors import NotFoundError
from wamkg.json_types import UncheckedObject
from wamkg.pages.chart import PHONE, SCREEN, counts_chart
from wamkg.pages.context import load_taxon_names, page_frame
from wamkg.pages.library import TAKEN_AS
from wamkg.pages.links import export_url, library_url
from wamkg.pages.render import render
from wamkg.pages.viewer import Viewer
from wamkg.store.entities import get_entity, numbers_of_entities, papers_of_entities
from wamkg.store.papers import slugs_of
from wamkg.store.taxonomies import find_default_taxonomy
from wamkg.views.entities import EntityItem, all_entities
from wamkg.views.papers import (
    PaperItem,
    PaperQuery,
    counts_of_groups,
    ordered_numbers,
    paper_groups,
    paper_items,
)
from wamkg.views.results import Leaderboard, MethodResult, ResultQuery, leaderboard, results_of_methods
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
AUTHOR, YEAR = "author", "year"
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
    return next(entity_pages(session, kind, [get_entity(session, kind, name).slug], viewer))


def entity_pages(
    session: Session, kind: EntityKind, slugs: Sequence[str], viewer: Viewer | None = None
) -> Iterator[str]:
    """The pages of some entities of a kind, by slug. Their papers and the results of methods are read together."""
    items = {item.slug: item for item in all_entities(session, kind)}
    numbers = numbers_of_entities(session, kind, slugs)
    papers = papers_of_entities(session, kind, numbers.values())
    names = slugs_of(session, {number for group in papers.values() for number in group})
    own = results_of_methods(session, slugs) if kind is EntityKind.METHOD else {}
    groups = []
    for slug in slugs:
        found = papers.get(numbers[slug], [])
        by: UncheckedObject = {kind.value: (slug,)} if kind in _FILTERED else {"ids": tuple(names[n] for n in found)}
        groups.append(_EntityGroup(found, PaperQuery.model_validate(by), items[slug].name))
    for slug, shown in zip(slugs, _papers(session, groups), strict=True):
        item, boards = items[slug], _boards(session, kind, slug)
        entity = ShownEntity(item.name, KINDS[kind], item.kind, shown, item, boards, own.get(slug, []))
        yield _render(session, viewer, entity)


def _boards(session: Session, kind: EntityKind, slug: str) -> list[Leaderboard]:
    if kind is EntityKind.BENCHMARK:
        return leaderboard(session, ResultQuery(benchmark=(slug,)))
    return leaderboard(session, ResultQuery(metric=slug)) if kind is EntityKind.METRIC else []


def author_page(session: Session, name: str, viewer: Viewer | None = None) -> str:
    """One author, by name: papers, papers over time, and with whom.

    Raises NotFoundError if no paper of the library is by a person of this name.
    """
    query = PaperQuery(author=(name,))
    found = ordered_numbers(session, query)
    if not found:
        raise NotFoundError(f"no paper of the library is by {name!r}; `wamkg search NAME` finds other spellings")
    (papers,) = _papers(session, [_EntityGroup(found, query, name)])
    return _render(session, viewer, ShownEntity(name, "Authors", AUTHOR, papers))


def _render(session: Session, viewer: Viewer | None, shown: ShownEntity) -> str:
    classes = load_taxon_names(session)
    years = shown.papers.years
    return render(
        "entity.html",
        viewer=viewer,
        **page_frame(session),
        here="/index",
        charts=[counts_chart(years, width) for width in (SCREEN, PHONE)] if years else [],
        main=find_default_taxonomy(session),
        names=classes.names,
        branch_hues=classes.branch_hues,
        **vars(shown),
    )


class _EntityGroup(NamedTuple):
    """The papers of an entity, newest first, the filter that lists them, and the name of the entity."""

    papers: Sequence[int]
    query: PaperQuery
    name: str


def _papers(session: Session, groups: Sequence[_EntityGroup]) -> list[EntityPapers]:
    first = sorted({number for group in groups for number in group.papers[:SHOWN_PAPERS]})
    items = dict(zip(first, paper_items(session, first), strict=True))
    counts = counts_of_groups(session, [group.papers for group in groups], (YEAR, *_RELATED))
    return [_entity_papers(group, items, found) for group, found in zip(groups, counts, strict=True)]


def _entity_papers(
    group: _EntityGroup, items: Mapping[int, PaperItem], counts: Mapping[str, Mapping[str, int]]
) -> EntityPapers:
    if not group.papers and not group.query.given:
        return _NO_PAPERS
    takes = [(label, export_url(group.query, form)) for form, label in TAKEN_AS.items()]
    shown = [items[number] for number in group.papers[:SHOWN_PAPERS]]
    related = _related(counts, group.name)
    href = library_url(group.query)
    return EntityPapers(shown, len(group.papers), href, takes, list(years_of(counts[YEAR])), related)


def years_of(papers: Mapping[str, int]) -> list[CitationPeriod]:
    """The papers by year, without gaps, with the sum so far."""
    counts = {int(year): count for year, count in papers.items()}
    periods: list[CitationPeriod] = []
    for year in range(min(counts, default=0), max(counts, default=-1) + 1):
        before = periods[-1].cumulative if periods else 0
        periods.append(CitationPeriod(str(year), counts.get(year, 0), before + counts.get(year, 0)))
    return periods


def _related(values: Mapping[str, Mapping[str, int]], without: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for facet in _RELATED:
        kept = [(name, count) for name, count in values[facet].items() if name != without]
        if kept:
            found[facet] = dict(kept[:MAX_RELATED])
    return found


def entity_list_page(session: Session, kind: EntityKind, q: str | None = None, viewer: Viewer | None = None) -> str:
    """All entities of a kind, those with most papers first; `q` keeps those whose name contains it."""
    wanted = (q or "").casefold()
    items = [i for i in all_entities(session, kind) if wanted in " ".join([i.name, *i.aliases]).casefold()]
    papers = _paper_counts(session, kind, [item.slug for item in items])
    rows = [EntityRow(i.name, i.slug, papers[i.slug], i.results, i.definition or "") for i in items]
    rows.sort(key=lambda row: (-row.papers, -row.results, row.name.casefold()))
    return _list(session, viewer, kind, rows, len(rows), q)


def _paper_counts(session: Session, kind: EntityKind, slugs: Sequence[str]) -> dict[str, int]:
    """Number of papers of each entity as its page lists them."""
    numbers = numbers_of_entities(session, kind, slugs)
    papers = papers_of_entities(session, kind, numbers.values())
    return {slug: len(papers.get(number, ())) for slug, number in numbers.items()}


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
        **page_frame(session),
        here="/index",
        kind=kind,
        plural=labels[kind],
        kinds=list(labels.items()),
        rows=rows,
        total=total,
        defined=any(row.definition for row in rows),
        q=q or "",
    )
