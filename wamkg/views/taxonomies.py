"""Taxonomies as trees with definitions, exemplars and counts, and the papers assigned in them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from wamkg.former_names import Former, WithFormerNames, former
from wamkg.store.assignments import PlacedPaper, placed_papers
from wamkg.store.duplicates import uncounted_papers
from wamkg.store.paper_details import paper_rows
from wamkg.store.paper_filter import PaperFilter
from wamkg.store.papers import method_names_of
from wamkg.store.session import once
from wamkg.store.tables import Taxon, Taxonomy
from wamkg.store.taxonomies import (
    aliases_of,
    assignment_counts,
    counts_by_status,
    direct_counts,
    exemplars_of,
    find_default_taxonomy,
    find_taxon,
    get_taxonomy,
    list_taxa,
    list_taxonomies,
    papers_with_secondary,
    state_counts,
)
from wamkg.views.citation_keys import citation_keys
from wamkg.views.papers import path_with_ancestors, public_id
from wamkg.views.roadmap import PaperLabels, RoadmapTaxon, address_of, date_rule_of, paper_dates, root_label, taxa_of


@dataclass(frozen=True, slots=True)
class ExemplarItem:
    """A paper that illustrates a taxon."""

    id: str
    slug: str
    title: str
    method: str | None


@dataclass(frozen=True, slots=True)
class TaxonNode(WithFormerNames):
    """A taxon with its children; `count` is the number of works at or below it, `own` at the taxon itself.

    The list `papers?taxon=...` has the same works, and also their other records.
    """

    path: str
    name: str
    slug: str
    code: str
    depth: int
    parent: str | None
    definition: str
    include: list[str]
    exclude: list[str]
    aliases: list[str]
    exemplars: list[ExemplarItem]
    count: int
    own: int
    revision: int
    children: list["TaxonNode"]
    version: Former[int] = former("revision")


@dataclass(frozen=True, slots=True)
class TaxonomyItem(WithFormerNames):
    """A taxonomy in a list; `placed` counts papers assigned to a taxon, `states` counts assignments by status."""

    slug: str
    title: str
    description: str
    taxa: int
    placed: int
    states: dict[str, int]
    revision: int
    version: Former[int] = former("revision")


@dataclass(frozen=True, slots=True)
class TaxonomyTree(WithFormerNames):
    """A taxonomy with all its taxa, parents before children."""

    slug: str
    title: str
    description: str
    aliases: list[str]
    placed: int
    states: dict[str, int]
    revision: int
    taxa: list[TaxonNode]
    version: Former[int] = former("revision")


def taxonomy_list(session: Session) -> list[TaxonomyItem]:
    """All taxonomies: the main one first, then by number of assigned papers."""
    return list(once(session, "taxonomy list", lambda: _taxonomy_list(session)))


def _taxonomy_list(session: Session) -> list[TaxonomyItem]:
    states = state_counts(session)
    items = [
        TaxonomyItem(
            t.slug,
            t.title,
            t.description,
            len(list_taxa(session, t)),
            states.get(t.slug, {}).get("placed", 0),
            states.get(t.slug, {}),
            t.revision,
        )
        for t in list_taxonomies(session)
    ]
    main = find_default_taxonomy(session)
    return sorted(items, key=lambda item: (item.slug != main, -item.placed, item.slug))


def taxonomy_tree(session: Session, slug: str) -> TaxonomyTree:
    """A taxonomy's tree with counts.

    Raises NotFoundError.
    """
    taxonomy = get_taxonomy(session, slug)
    return once(session, ("tree", taxonomy.id), lambda: _tree(session, taxonomy))


def _tree(session: Session, taxonomy: Taxonomy) -> TaxonomyTree:
    assert taxonomy.id is not None
    builder = _Builder.load(session, taxonomy)
    return TaxonomyTree(
        slug=taxonomy.slug,
        title=taxonomy.title,
        description=taxonomy.description,
        aliases=aliases_of(session, [taxonomy.id]).get(taxonomy.id, []),
        placed=builder.states.get("placed", 0),
        states=builder.states,
        revision=taxonomy.revision,
        taxa=builder.nodes(None),
    )


def taxon_node(session: Session, slug: str, path: str) -> TaxonNode:
    """One taxon with its descendants, by its current or a former path.

    Raises NotFoundError.
    """
    taxonomy = get_taxonomy(session, slug)
    taxon = find_taxon(session, taxonomy, path)
    return _Builder.load(session, taxonomy).node(taxon)


def walk(nodes: Sequence[TaxonNode]) -> Iterator[TaxonNode]:
    """Every node of a forest, parents before children."""
    for node in nodes:
        yield node
        yield from walk(node.children)


@dataclass(frozen=True)
class _Builder:
    """Shared data while the nodes of one tree are built."""

    children: Mapping[int | None, list[Taxon]]
    states: dict[str, int]
    counts: Mapping[str, int]
    own: Mapping[int, int]
    aliases: Mapping[int, list[str]]
    exemplars: Mapping[int, list[ExemplarItem]]

    @classmethod
    def load(cls, session: Session, taxonomy: Taxonomy) -> "_Builder":
        assert taxonomy.id is not None
        taxa = list_taxa(session, taxonomy)
        numbers = [t.id for t in taxa if t.id is not None]
        further = uncounted_papers(session, taxonomy.id)
        counts = assignment_counts(session, taxonomy.id, further)
        several = () if all(each.primary for each in counts) else papers_with_secondary(session, taxonomy.id, further)
        own = direct_counts(counts)
        children: dict[int | None, list[Taxon]] = {}
        for taxon in taxa:
            children.setdefault(taxon.parent_id, []).append(taxon)
        return cls(
            children,
            counts_by_status(counts),
            _counts_below(taxa, own, several),
            own,
            aliases_of(session, numbers),
            _exemplars(session, numbers),
        )

    def nodes(self, parent: int | None) -> list[TaxonNode]:
        return [self.node(taxon) for taxon in self.children.get(parent, [])]

    def node(self, taxon: Taxon) -> TaxonNode:
        assert taxon.id is not None
        return TaxonNode(
            path=taxon.path,
            name=taxon.name,
            slug=taxon.slug,
            code=taxon.code,
            depth=taxon.depth,
            parent=taxon.path.rpartition("/")[0] or None,
            definition=taxon.definition,
            include=taxon.include,
            exclude=taxon.exclude,
            aliases=self.aliases.get(taxon.id, []),
            exemplars=self.exemplars.get(taxon.id, []),
            count=self.counts.get(taxon.path, 0),
            own=self.own.get(taxon.id, 0),
            revision=taxon.revision,
            children=self.nodes(taxon.id),
        )


def _counts_below(taxa: Sequence[Taxon], own: Mapping[int, int], several: Sequence[tuple[int, str]]) -> dict[str, int]:
    """Number of papers at or below each path, each paper counted once."""
    counts: Counter[str] = Counter()
    for taxon in taxa:
        counts.update(dict.fromkeys(path_with_ancestors(taxon.path), own.get(taxon.id or 0, 0)))
    met = Counter((paper, above) for paper, path in several for above in path_with_ancestors(path))
    for (_, path), times in met.items():
        counts[path] -= times - 1
    return counts


def _exemplars(session: Session, taxa: Sequence[int]) -> dict[int, list[ExemplarItem]]:
    shown = exemplars_of(session, taxa)
    numbers = sorted({number for group in shown.values() for number in group})
    papers, methods = paper_rows(session, numbers, texts=False), method_names_of(session, numbers)
    items = {n: ExemplarItem(public_id(p.arxiv, p.slug), p.slug, p.title, methods.get(n)) for n, p in papers.items()}
    return {taxon: [items[n] for n in group if n in items] for taxon, group in shown.items()}


@dataclass(frozen=True)
class TaxonomyPaper:
    """A paper at its taxon; `key` is its citation key, `when` the earliest possible day of its date, None if
    unknown.
    """

    element_id: str
    key: str
    label: str
    title: str
    taxon: str
    when: date | None
    precision: str
    href: str
    citations: int | None
    exemplar: bool


@dataclass(frozen=True)
class TaxonomyWithPapers:
    """A taxonomy with its taxa, parents before children, and its papers, oldest first and undated ones last."""

    slug: str
    date_rule: str
    title: str
    root_label: str
    taxa: tuple[RoadmapTaxon, ...]
    items: tuple[TaxonomyPaper, ...]


def taxonomy_with_papers(
    session: Session, slug: str, date_rule: str = "", wanted: PaperFilter | None = None
) -> TaxonomyWithPapers:
    """The papers assigned in a taxonomy that the filter wants.

    Raises NotFoundError for an unknown taxonomy, InvalidInputError for an unknown date rule.
    """
    date_rule = date_rule_of(session, date_rule)
    taxonomy = get_taxonomy(session, slug)
    papers = placed_papers(session, taxonomy, wanted)
    items = sorted(
        _items(session, taxonomy, papers, date_rule), key=lambda i: (i.when or date.max, i.label.casefold(), i.key)
    )
    taxa = tuple(taxa_of(session, taxonomy))
    return TaxonomyWithPapers(
        taxonomy.slug, date_rule, taxonomy.title, root_label(session, taxonomy), taxa, tuple(items)
    )


def _items(
    session: Session, taxonomy: Taxonomy, papers: Sequence[PlacedPaper], date_rule: str
) -> Iterator[TaxonomyPaper]:
    labels, dates = PaperLabels.load(session, papers), paper_dates(session, papers, date_rule)
    keys = citation_keys(session, [paper.id for paper in papers])
    taxa = [t.id for t in list_taxa(session, taxonomy) if t.id is not None]
    shown = {number for group in exemplars_of(session, taxa).values() for number in group}
    for paper in papers:
        when, precision = dates.get(paper.id, (None, ""))
        yield TaxonomyPaper(
            element_id=labels.element_id(paper),
            key=keys[paper.id],
            label=labels.label(paper),
            title=paper.title,
            taxon=paper.taxon,
            when=when,
            precision=precision,
            href=address_of(paper),
            citations=paper.citations,
            exemplar=not shown.isdisjoint(paper.records),
        )
