"""The page of a taxonomy: its tree, one class in a panel, edits with their dry run, and classes by a facet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.identifiers import slugify
from wamkg.pages.chart import PHONE, SCREEN, counts_chart, sparks_of
from wamkg.pages.context import load_taxon_names, page_frame
from wamkg.pages.entities import years_of
from wamkg.pages.links import query_url
from wamkg.pages.overview import chosen_taxonomy
from wamkg.pages.render import render
from wamkg.pages.viewer import Viewer
from wamkg.store.session import once
from wamkg.store.taxonomies import find_default_taxonomy, find_taxon, get_taxonomy
from wamkg.taxonomy.crosswalk import crosswalk
from wamkg.taxonomy.edit import EditReport, NewTaxonPart, TaxonEdit
from wamkg.taxonomy.health import TaxonHealth, taxonomy_health
from wamkg.views.entities import all_entities
from wamkg.views.matrix import INSTITUTION, OTHERS, PREPRINT, UNKNOWN, VENUE, YEAR, FacetMatrix, facet_matrix
from wamkg.views.papers import PaperItem, PaperQuery, counts_of_groups, find_paper_page, ordered_numbers
from wamkg.views.taxonomies import TaxonNode, taxonomy_list, taxonomy_tree, walk
from wamkg.vocabulary import EntityKind

SHOWN_PAPERS = 10
FACETS = {YEAR: "Year", VENUE: "Venue", INSTITUTION: "Institution"}
"""Facets of the table of classes whose cells lead to their papers."""


@dataclass(frozen=True)
class TaxonomyChoice:
    """What the page shows: a taxonomy, one class of it, and the facet of the table."""

    taxonomy: str = ""
    at: str = ""
    facet: str = YEAR


@dataclass(frozen=True)
class EditTried:
    """An edit as it was typed, with what it would change, or why it is refused; `batch` if it was written."""

    form: Mapping[str, str] = field(default_factory=dict)
    report: EditReport | None = None
    problem: str = ""


@dataclass(frozen=True)
class MatrixCell:
    """The number of papers of a class with a value of the facet, and the address of their list."""

    count: int
    href: str


def taxonomy_page(
    session: Session,
    choice: TaxonomyChoice,
    viewer: Viewer | None = None,
    done: str | None = None,
    tried: EditTried = EditTried(),
) -> str:
    """One taxonomy with definitions and counts, one of its classes in a panel, and links to the others.

    Raises NotFoundError for an unknown taxonomy or class, unless there is no taxonomy at all.
    """
    taxonomies = taxonomy_list(session)
    tree = taxonomy_tree(session, chosen_taxonomy(session, choice.taxonomy)) if taxonomies else None
    nodes = {node.path: node for node in walk(tree.taxa)} if tree else {}
    node = nodes[find_taxon(session, get_taxonomy(session, tree.slug), choice.at).path] if tree and choice.at else None
    classes = load_taxon_names(session)
    health = _health(session, tree.slug) if tree else {}
    matrix = facet_matrix(session, tree.slug, choice.facet) if tree and tree.placed and choice.facet in FACETS else None
    return render(
        "taxonomy.html",
        viewer=viewer,
        **page_frame(session),
        main=find_default_taxonomy(session),
        here="/taxonomy",
        taxonomies=taxonomies,
        tree=tree,
        node=node,
        nodes=nodes,
        panel=_panel(session, tree.slug, node) if tree and node else {},
        sparks=sparks_of({path: each.quarters for path, each in health.items()}),
        problems={path: each.problems for path, each in health.items()},
        largest=max((each.count for each in nodes.values()), default=0),
        facets=FACETS,
        facet=choice.facet,
        matrix=matrix,
        cells=matrix_cells(matrix, _institutions(session)) if matrix else {},
        done=done if viewer else None,
        tried=tried,
        names=classes.names,
        branch_hues=classes.branch_hues,
    )


def _panel(session: Session, slug: str, node: TaxonNode) -> dict[str, object]:
    """The papers of a class and their number by year."""
    query = PaperQuery(taxon=(f"{slug}:{node.path}",), limit=SHOWN_PAPERS)
    page = find_paper_page(session, query)
    (counts,) = counts_of_groups(session, [ordered_numbers(session, query)], (YEAR,))
    years = years_of(counts[YEAR])
    charts = [counts_chart(years, width) for width in (SCREEN, PHONE)] if years else []
    items: Sequence[PaperItem] = page.items
    return {"items": items, "total": page.total, "charts": charts, "years": years}


def _health(session: Session, slug: str) -> dict[str, TaxonHealth]:
    """The sizes and problems of the classes by path."""
    found = once(session, ("health", slug), lambda: taxonomy_health(session, slug))
    return {each.taxon: each for each in found}


@dataclass(frozen=True)
class CrosswalkChoice:
    """Which taxonomies are compared, and at which depths; depth 0 is the leaves."""

    a: str = ""
    b: str = ""
    depth_a: int = 1
    depth_b: int = 1


def crosswalk_page(session: Session, choice: CrosswalkChoice, viewer: Viewer | None = None) -> str:
    """How two taxonomies agree: a table of common papers, and the papers that do not follow the most common mapping.

    Without a choice, the main taxonomy and the one that shares most papers with it. Raises NotFoundError for an unknown
    taxonomy.
    """
    taxonomies = taxonomy_list(session)
    a = chosen_taxonomy(session, choice.a)
    others = [choice.b] if choice.b else [each.slug for each in taxonomies if each.slug != a and each.placed]
    found = [crosswalk(session, a, b, choice.depth_a, choice.depth_b) for b in others]
    best = max(found, key=lambda each: each.shared, default=None)
    classes = load_taxon_names(session)
    return render(
        "crosswalk.html",
        viewer=viewer,
        **page_frame(session),
        here="/taxonomy",
        taxonomies=taxonomies,
        choice=replace(choice, a=a, b=best.b if best else ""),
        crosswalk=best,
        counts={(cell.a, cell.b): cell.count for cell in best.table} if best else {},
        expected={each.a: each for each in best.mapping} if best else {},
        names=classes.names,
        branch_hues=classes.branch_hues,
    )


def _institutions(session: Session) -> dict[str, str]:
    found = all_entities(session, EntityKind.INSTITUTION)
    return {item.short_name or item.name: item.slug for item in found}


def matrix_cells(matrix: FacetMatrix, institutions: Mapping[str, str]) -> dict[str, list[MatrixCell]]:
    """For each class its cells in the order of the values; `institutions` are slugs by the short names of the table.

    A cell for the rest, such as `others`, leads nowhere.
    """
    filters = {value: _filter_of(matrix.facet, value, institutions) for value in matrix.values}
    return {
        taxon.path: [
            MatrixCell(
                matrix.counts.get((taxon.path, value), 0),
                query_url("/papers", {"taxon": f"{matrix.taxonomy}:{taxon.path}"} | asked) if asked else "",
            )
            for value, asked in filters.items()
        ]
        for taxon in matrix.taxa
    }


def _filter_of(facet: str, value: str, institutions: Mapping[str, str]) -> dict[str, str]:
    """The filter of papers for a value of a facet; empty if there is none. A year is that of the date drawn."""
    if facet == YEAR:
        return {"since": value, "until": value} if value.isdecimal() else {}
    if facet == INSTITUTION:
        return {INSTITUTION: institutions[value]} if value in institutions else {}
    return {} if value in (OTHERS, PREPRINT, UNKNOWN) else {facet: value}


def edit_of_form(form: Mapping[str, str]) -> TaxonEdit:
    """The edit that a form describes.

    Raises InvalidInputError for an edit that is not complete, or a line of a split that is not `PAPER: PART`.
    """
    names = [line.strip() for line in form.get("parts", "").splitlines() if line.strip()]
    revision = form.get("revision", "")
    return TaxonEdit(
        operation=form.get("operation", ""),
        taxon=form.get("taxon", ""),
        name=form.get("name", "").strip() or None,
        parent=form.get("parent", ""),
        into=form.get("into") or None,
        parts=tuple(NewTaxonPart(name=name) for name in names),
        papers=_papers_of_parts(form.get("papers", ""), names),
        code=form.get("code", "").strip(),
        definition=form.get("definition", "").strip(),
        why=form.get("why", ""),
        revision=int(revision) if revision.isdecimal() else None,
    )


def _papers_of_parts(text: str, names: Sequence[str]) -> dict[str, str]:
    slugs = {name.casefold(): slugify(name) for name in names}
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        paper, colon, part = line.rpartition(":")
        if not colon:
            raise InvalidInputError(f"{line[:80]!r} is not PAPER: PART; write the slug of the paper and a part")
        if part.strip():
            found[paper.strip()] = slugs.get(part.strip().casefold(), part.strip())
    return found
