"""A taxonomy for drawing as a tree: its nodes down to a depth, and the papers that represent each leaf."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wamkg.errors import InvalidInputError
from wamkg.figures.ids import resolve_names, taxon_id
from wamkg.figures.plaintext import plain
from wamkg.figures.shades import branch_of
from wamkg.figures.taxon_tree import children_of
from wamkg.views.roadmap import RoadmapTaxon
from wamkg.views.taxonomies import TaxonomyPaper, TaxonomyWithPapers

REPRESENTATIVES = 3


@dataclass(frozen=True)
class TreeNode:
    """A node; one without children shows some of its papers, and the others are `hidden`."""

    element_id: str
    path: str
    name: str
    level: int
    count: int
    children: tuple["TreeNode", ...] = ()
    shown: tuple[TaxonomyPaper, ...] = ()
    hidden: tuple[TaxonomyPaper, ...] = ()

    @property
    def branch(self) -> str:
        """Return the first part of its path, which determines its color."""
        return branch_of(self.path)

    def walk(self) -> Iterator["TreeNode"]:
        """Return this node and all its descendants, from top to bottom."""
        yield self
        for child in self.children:
            yield from child.walk()

    def leaves(self) -> Iterator["TreeNode"]:
        """Return the nodes without children."""
        return (twig for twig in self.walk() if not twig.children)


@dataclass(frozen=True)
class RepresentativeChoice:
    """Which papers represent a leaf: a number of them (exemplars and most cited first), and papers selected by name."""

    most: int
    chosen: frozenset[str]

    def split(self, items: Sequence[TaxonomyPaper]) -> tuple[tuple[TaxonomyPaper, ...], tuple[TaxonomyPaper, ...]]:
        """Return the shown and the hidden papers, both in the given order."""
        ranked = sorted(items, key=lambda i: (not i.exemplar, -(i.citations or 0)))
        kept = {i.key for i in ranked[: self.most]} | {i.key for i in items if i.key in self.chosen}
        return tuple(i for i in items if i.key in kept), tuple(i for i in items if i.key not in kept)


def parse_representatives(placed: TaxonomyWithPapers, count: int | None, names: Sequence[str]) -> RepresentativeChoice:
    """Parse the option; names without a number show only these papers.

    Raises InvalidInputError for a name that no paper has.
    """
    spellings = (
        (name, item.key)
        for item in placed.items
        for name in (item.key, item.label, plain(item.label), item.element_id.partition("-")[2])
    )
    chosen = resolve_names(names, spellings, "placed paper", "key")
    return RepresentativeChoice(count if count is not None else 0 if names else REPRESENTATIVES, chosen)


def build_tree_nodes(
    placed: TaxonomyWithPapers, depth: int | None, which: RepresentativeChoice
) -> tuple[TreeNode, ...]:
    """Return the top-level nodes with their descendants down to `depth` levels; None goes to the leaves.

    Raises InvalidInputError if the taxa do not form a tree or a paper is in none of them.
    """
    children = children_of(placed.taxa)
    items: dict[str, list[TaxonomyPaper]] = {taxon.path: [] for taxon in placed.taxa}
    for item in placed.items:
        if item.taxon not in items:
            raise InvalidInputError(f"{item.label} is assigned to {item.taxon!r}, which {placed.slug!r} does not have")
        items[item.taxon].append(item)
    grower = _Grower(children, items, depth, which, {item.key: n for n, item in enumerate(placed.items)})
    return tuple(grower.twig(taxon, 1) for taxon in children[None])


@dataclass(frozen=True)
class _Grower:
    children: Mapping[str | None, list[RoadmapTaxon]]
    items: Mapping[str, list[TaxonomyPaper]]
    depth: int | None
    which: RepresentativeChoice
    order: Mapping[str, int]

    def twig(self, taxon: RoadmapTaxon, level: int) -> TreeNode:
        kids = self.children.get(taxon.path, [])
        name = plain(taxon.name)
        if not kids or (self.depth is not None and level >= self.depth):
            return self._leaf(taxon_id(taxon.path), taxon.path, name, level, self._below(taxon.path))
        parts = [self.twig(kid, level + 1) for kid in kids]
        own = self.items[taxon.path]
        if own:
            parts.append(self._leaf(f"{taxon_id(taxon.path)}-other", taxon.path, f"{name}, other", level + 1, own))
        return TreeNode(taxon_id(taxon.path), taxon.path, name, level, sum(p.count for p in parts), tuple(parts))

    def _leaf(self, element_id: str, path: str, name: str, level: int, items: Sequence[TaxonomyPaper]) -> TreeNode:
        shown, hidden = self.which.split(items)
        return TreeNode(element_id, path, name, level, len(items), (), shown, hidden)

    def _below(self, path: str) -> list[TaxonomyPaper]:
        found = self.items[path] + [item for kid in self.children.get(path, []) for item in self._below(kid.path)]
        return sorted(found, key=lambda item: self.order[item.key])
