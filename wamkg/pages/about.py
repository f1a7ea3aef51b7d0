"""The start page and the page about the field: what the survey's own row says, with what the store knows of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from wamkg.json_types import UncheckedObject
from wamkg.pages.context import TaxonNames, load_taxon_names, page_frame
from wamkg.pages.links import entity_url, page_of, query_url
from wamkg.pages.overview import chosen_taxonomy
from wamkg.pages.render import render
from wamkg.pages.theme import hue_name
from wamkg.pages.viewer import Viewer
from wamkg.readable import noun_for
from wamkg.store.entities import find_entity
from wamkg.store.survey import find_survey
from wamkg.store.taxonomies import find_default_taxonomy
from wamkg.store.types import WEEK, utc_now
from wamkg.views.coverage import overview
from wamkg.views.entities import all_entities
from wamkg.views.history import BatchItem, batch_list
from wamkg.views.papers import PaperQuery, find_paper_page
from wamkg.views.roadmap import Roadmap, RoadmapItem, build_roadmap
from wamkg.views.taxonomies import TaxonNode, taxonomy_tree, walk
from wamkg.vocabulary import MAIN_TAXONOMY, BatchKind, EntityKind

NEWEST = 6
CHANGES = 6
NAMED_KINDS = (EntityKind.BENCHMARK, EntityKind.METRIC, EntityKind.DATASET, EntityKind.CONCEPT)
"""Kinds of entities that a definition may name."""
_TOLD = (
    BatchKind.IMPORT, BatchKind.SEED, BatchKind.ENRICH, BatchKind.LOAD, BatchKind.EDIT, BatchKind.DECISION,
    BatchKind.MERGE,
)  # fmt: skip
_SVG_LINK = re.compile(r'<a xlink:href="([^"]*)')


@dataclass(frozen=True)
class NamedThing:
    """A benchmark, metric, data set or concept that a definition names; `href` is empty if the store has none."""

    name: str
    href: str


@dataclass(frozen=True)
class AboutItem:
    """A definition of the survey with its class and its number of papers, and with what it names."""

    said: UncheckedObject
    href: str
    count: int | None
    hue: str
    things: list[NamedThing]


@dataclass(frozen=True)
class AboutSection:
    """A section of the page about the field: its title, its introduction and its items."""

    title: str
    intro: str = ""
    items: list[AboutItem] = field(default_factory=list)


_COUNTED_THINGS = {
    "method": "/index/methods",
    "dataset": "/index/datasets",
    "benchmark": "/index/benchmarks",
    "result": "/leaderboard",
}
"""What the start page counts only if there is some, and where it is shown: a survey without results says nothing of
them.
"""


def start_page(session: Session, viewer: Viewer | None = None) -> str:
    """The field at a glance: definitions, roadmap, branches, newest papers, what changed, challenges, how to cite."""
    counts, classes = overview(session), load_taxon_names(session)
    chosen = chosen_taxonomy(session, MAIN_TAXONOMY)
    tree = taxonomy_tree(session, chosen) if chosen else None
    survey = find_survey(session)
    papers, things = _listed(counts.papers), counts.things
    numbers = [
        (noun_for(papers, "paper"), papers, "/papers"),
        ("classified", tree.placed if tree else 0, "/taxonomy"),
        ("awaiting a place", counts.papers.get("candidate", 0), "/review"),
        *((noun_for(things[f"{kind}s"], kind), things[f"{kind}s"], href) for kind, href in _COUNTED_THINGS.items()),
    ]
    shown = [(name, value, href) for name, value, href in numbers if value or href not in _COUNTED_THINGS.values()]
    branches = tuple(f"{tree.slug}:{node.path}" for node in tree.taxa) if tree else ()
    return render(
        "index.html",
        viewer=viewer,
        **page_frame(session),
        main=find_default_taxonomy(session),
        here="/",
        tree=tree,
        leaves={node.path: list(leaves_of(node)) for node in tree.taxa} if tree else {},
        roadmap=roadmap_by_year(build_roadmap(session, tree.slug)) if tree and tree.placed else {},
        survey=survey,
        compared=compared(survey.definitions if survey else []),
        numbers=shown,
        newest=find_paper_page(session, PaperQuery(limit=NEWEST, taxon=branches)).items,
        changes=recent_changes(session, utc_now()),
        challenges=all_entities(session, EntityKind.CHALLENGE),
        names=classes.names,
        branch_hues=classes.branch_hues,
    )


def _listed(papers: Mapping[str, int]) -> int:
    return sum(count for standing, count in papers.items() if standing != "cited")


def about_page(session: Session, viewer: Viewer | None = None) -> str:
    """What the survey says of its field, section by section, with its authors and how to cite it."""
    survey, classes = find_survey(session), load_taxon_names(session)
    definitions = survey.definitions if survey else []
    return render(
        "about.html",
        viewer=viewer,
        **page_frame(session),
        here="/about",
        survey=survey,
        affiliations=affiliations_of(survey.authors if survey else []),
        compared=compared(definitions),
        sections=list(sections_of(session, definitions, classes)),
        challenges=all_entities(session, EntityKind.CHALLENGE),
    )


def compared(definitions: Sequence[UncheckedObject]) -> list[UncheckedObject]:
    """The definitions that stand side by side: those outside the sections of the page about the field."""
    return [each for each in definitions if not each.get("section")]


def affiliations_of(authors: Sequence[UncheckedObject]) -> list[str]:
    """The affiliations of the authors, each once, in the order in which they come."""
    return list(dict.fromkeys(name for author in authors for name in author.get("affiliations") or ()))


def sections_of(
    session: Session, definitions: Sequence[UncheckedObject], classes: TaxonNames
) -> Iterator[AboutSection]:
    """The sections, in the order in which the survey's definitions name them."""
    trees: dict[str, dict[str, TaxonNode]] = {}
    sections: dict[str, AboutSection] = {}
    for said in definitions:
        title = said.get("section")
        if not title:
            continue
        known = sections.get(title, AboutSection(title))
        if said["term"] == title:
            known = AboutSection(title, said["text"], known.items)
        else:
            known.items.append(_item(session, said, classes, trees))
        sections[title] = known
    yield from sections.values()


def _item(
    session: Session, said: UncheckedObject, classes: TaxonNames, trees: dict[str, dict[str, TaxonNode]]
) -> AboutItem:
    main = find_default_taxonomy(session)
    slug, _, path = (said.get("taxon") or "").partition(":")
    things = [NamedThing(name, _address(session, name)) for name in said.get("names") or ()]
    if path not in classes.names.get(slug, {}):
        return AboutItem(said, "", None, "", things)
    if slug not in trees:
        trees[slug] = {node.path: node for node in walk(taxonomy_tree(session, slug).taxa)}
    href = query_url("/papers", {"taxon": f"{slug}:{path}"})
    hue = hue_name(path.partition("/")[0], classes.branch_hues[slug]) if slug == main else ""
    return AboutItem(said, href, trees[slug][path].count, hue, things)


def _address(session: Session, name: str) -> str:
    """The page of a named thing; empty if the store has nothing of that name."""
    for kind in NAMED_KINDS:
        entity = find_entity(session, kind, name)
        if entity is not None:
            return entity_url(kind, entity.slug)
    return ""


def leaves_of(node: TaxonNode) -> Iterator[TaxonNode]:
    """The classes without sub-classes below one."""
    for child in node.children:
        yield from leaves_of(child) if child.children else [child]


def roadmap_by_year(roadmap: Roadmap) -> dict[int, dict[str, list[RoadmapItem]]]:
    """The methods of the roadmap as a list: by year, newest first, and by branch."""
    years: dict[int, dict[str, list[RoadmapItem]]] = {}
    for item in reversed(roadmap.items):
        branch = item.taxon.partition("/")[0]
        years.setdefault(item.when.year, {}).setdefault(branch, []).append(item)
    return years


def recent_changes(session: Session, now: datetime) -> list[BatchItem]:
    """What people and programs wrote in the last seven days, newest first."""
    found = batch_list(session, limit=50, since=now - WEEK)
    return [batch for batch in found if batch.kind in set(_TOLD) and batch.undone is None][:CHANGES]


def with_page_links(svg: str) -> str:
    """A drawing whose links open our own pages of the papers, in the window around it."""
    return _SVG_LINK.sub(lambda found: f'<a target="_top" xlink:href="{page_of(found[1])}', svg)
