"""The library page."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.figures.plaintext import plain
from wamkg.pages.context import load_taxon_names, page_frame
from wamkg.pages.links import export_url, filters_without, library_url, source_label
from wamkg.pages.render import render
from wamkg.pages.viewer import Viewer
from wamkg.parameters import split_taxon
from wamkg.store.papers import numbers_by_slug
from wamkg.store.taxonomies import find_default_taxonomy
from wamkg.views.papers import Facets, PaperItem, PaperQuery, find_paper_page, library_facets
from wamkg.views.search import mark_words, match_labels, matched_sentences
from wamkg.views.taxonomies import taxonomy_list, taxonomy_tree, walk

PER_PAGE = 25
FORM_FIELDS = ("q",)
"""Filters with a field in the search form; the form sends the others along unchanged."""
SORT_LABELS = {
    "-date": "newest first",
    "date": "oldest first",
    "title": "title A–Z",
    "-citations": "most cited",
    "added": "order added",
    "relevance": "best match",
}


def library_page(session: Session, query: PaperQuery, viewer: Viewer | None = None, *, per_page: int = PER_PAGE) -> str:
    """The library page with search.

    Raises NotFoundError and InvalidInputError for invalid filters.
    """
    query = query.model_copy(update={"limit": per_page})
    slugs = [taxonomy.slug for taxonomy in taxonomy_list(session)]
    asked = split_taxon(query.taxon[0]) if query.taxon else None
    shown = asked[0] if asked else find_default_taxonomy(session)
    tree = taxonomy_tree(session, shown) if shown in slugs else None
    facets = library_facets(session, query, shown if tree else None)
    classes = load_taxon_names(session)
    sorts = dict(SORT_LABELS) if query.q else {k: v for k, v in SORT_LABELS.items() if k != "relevance"}
    chosen = asked[1] if asked else None
    page = find_paper_page(session, query)
    return render(
        "papers.html",
        viewer=viewer,
        **page_frame(session),
        main=find_default_taxonomy(session),
        here="/papers",
        query=query,
        page=page,
        matched=_matched(session, query, page.items),
        facets=facet_lists(query, facets),
        facets_of_taxa=facets.taxon,
        chosen_filters=chosen_filters(query),
        takes=[(label, export_url(query, form)) for form, label in TAKEN_AS.items()],
        tree=tree,
        everything=find_paper_page(session, query.model_copy(update={"taxon": (), "limit": 1, "after": None})).total,
        chosen=chosen,
        chosen_name=next((n.name for n in walk(tree.taxa) if n.path == chosen), None) if tree else None,
        narrowed=bool(query.given),
        sorts=sorts,
        kept=filters_without(query, FORM_FIELDS),
        names=classes.names,
        branch_hues=classes.branch_hues,
    )


FACETS = {
    "standing": "Standing",
    "year": "Year",
    "venue": "Venue",
    "benchmark": "Benchmark",
    "dataset": "Dataset",
    "institution": "Institution",
    "author": "Author",
    "found_by": "Found by",
}
"""Filters whose values are links with counts, with their labels, in the order of the page."""
TAKEN_AS = {"bibtex": "BibTeX", "ris": "RIS", "csl-json": "CSL-JSON", "csv": "CSV", "jsonl": "JSON Lines"}
"""Export formats in which the list on the screen can be taken along, with their labels."""
SHOWN_VALUES = 6
"""Values of a facet that are seen at once; the others open."""


@dataclass(frozen=True)
class FacetValue:
    """One value of a filter: its label, the papers it leaves (None: not counted), whether it is chosen, and the address
    with it changed.
    """

    label: str
    count: int | None
    chosen: bool
    href: str


@dataclass(frozen=True)
class FacetList:
    """The values of one filter as links; `first` are seen at once."""

    name: str
    label: str
    first: list[FacetValue]
    more: list[FacetValue]


def facet_lists(query: PaperQuery, facets: Facets) -> list[FacetList]:
    """The facets of a list of papers that have values, the chosen values first."""
    lists = []
    for name, label in FACETS.items():
        counts: dict[str, int] = getattr(facets, name)
        given = chosen_values(query, name)
        values = [*given, *(value for value in counts if value not in given)]
        links = [FacetValue(_value_label(name, v), counts.get(v), v in given, _toggled(query, name, v)) for v in values]
        if links:
            lists.append(FacetList(name, label, links[:SHOWN_VALUES], links[SHOWN_VALUES:]))
    return lists


def chosen_values(query: PaperQuery, name: str) -> list[str]:
    """The values of a filter that were chosen, as texts."""
    given = query.given.get(name, ())
    return [str(value) for value in (given if isinstance(given, tuple) else (given,))]


def _toggled(query: PaperQuery, name: str, value: str) -> str:
    """Address of the list with a value of a filter added, or removed if it is chosen."""
    given = chosen_values(query, name)
    if name == "found_by":
        return library_url(query, found_by=None if value in given else value)
    return library_url(query, **{name: [v for v in given if v != value] if value in given else [*given, value]})


def _value_label(name: str, value: str) -> str:
    return source_label(value) if name == "found_by" else value


def chosen_filters(query: PaperQuery) -> list[FacetValue]:
    """Every filter that narrows the list, each with the address without it."""
    return [
        FacetValue(f"{FACETS.get(name, name.replace('_', ' '))}: {_value_label(name, value)}", None, True,
                   library_url(query, **{name: [v for v in chosen_values(query, name) if v != value]}))
        for name in query.given
        for value in chosen_values(query, name)
    ]  # fmt: skip


@dataclass(frozen=True)
class WhyFound:
    """Why a paper was found: what matched, and a sentence of its text in parts with the words found."""

    label: str
    sentence: list[tuple[str, bool]]


def _matched(session: Session, query: PaperQuery, items: Sequence[PaperItem]) -> dict[str, WhyFound]:
    """Why each paper was found, by its slug; empty without words."""
    if not query.q:
        return {}
    numbers = numbers_by_slug(session, [item.slug for item in items])
    labels = match_labels(session, query.q, list(numbers.values()))
    said = matched_sentences(session, query.q, list(numbers.values()))
    return {
        slug: WhyFound(labels[number], mark_words(plain(said.get(number, "")), query.q))
        for slug, number in numbers.items()
    }
