"""Choose the trunks of a taxonomy: which taxa get one, in what order, and which child continues its parent's trunk."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from wamkg.errors import InvalidInputError
from wamkg.figures.ids import taxon_id
from wamkg.figures.taxon_tree import children_of
from wamkg.views.roadmap import Roadmap, RoadmapItem, RoadmapTaxon


@dataclass(frozen=True)
class DrawnTaxon:
    """A drawn taxon; one without children is a tip and has items, oldest first.

    A tip may be one `strand` of several, counted from 1, which are the children of their bundle.
    """

    taxon: RoadmapTaxon
    level: int
    heading: str
    children: tuple["DrawnTaxon", ...]
    items: tuple[RoadmapItem, ...]
    strand: int = 0

    @property
    def is_bundle(self) -> bool:
        """Whether its children are strands of itself."""
        return any(child.strand for child in self.children)

    @property
    def element_id(self) -> str:
        """Return the id of the trunk's element in the drawing."""
        suffix = "" if self.heading == self.taxon.name else "-other"
        return taxon_id(self.taxon.path) + suffix + (f"-strand-{self.strand}" if self.strand else "")

    @property
    def start(self) -> date:
        """Return the day of the first paper on this branch."""
        return min([i.when for i in self.items] + [c.start for c in self.children])

    @property
    def stem_child(self) -> int:
        """Return the index of the child that continues the trunk: the one that starts last."""
        latest = max(child.start for child in self.children)
        starts = [child.start for child in self.children]
        return starts.index(latest) if starts[0] >= starts[-1] else len(starts) - 1 - starts[::-1].index(latest)

    def tips(self) -> Iterator["DrawnTaxon"]:
        """Return the tips from left to right."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.tips()

    def walk(self) -> Iterator["DrawnTaxon"]:
        """Return this branch and all its descendants."""
        yield self
        for child in self.children:
            yield from child.walk()

    def stem_tip(self) -> "DrawnTaxon":
        """Return the tip in whose corridor this branch's own trunk rises."""
        return self.children[self.stem_child].stem_tip() if self.children else self


@dataclass(frozen=True)
class _BranchTree:
    children: dict[str | None, list[RoadmapTaxon]]
    items: dict[str, list[RoadmapItem]]
    depth: int | None

    def subtree(self, path: str) -> list[RoadmapItem]:
        below = [item for child in self.children[path] for item in self.subtree(child.path)]
        return self.items[path] + below

    def is_tip(self, taxon: RoadmapTaxon, level: int) -> bool:
        if self.depth is not None and level >= self.depth:
            return True
        kids = self.children[taxon.path]
        return all(not self.children[kid.path] for kid in kids) if self.depth is None else not kids


def build_branches(roadmap: Roadmap, depth: int | None) -> tuple[DrawnTaxon, ...]:
    """Return the top-level branches with their descendants down to `depth` levels; None stops above the leaves.

    Taxa without papers are omitted. Raises InvalidInputError if the taxa do not form a tree or an item names an unknown
    taxon.
    """
    tree = _BranchTree(children_of(roadmap.taxa), defaultdict(list), depth)
    known = {taxon.path for taxon in roadmap.taxa}
    for item in roadmap.items:
        if item.taxon not in known:
            raise InvalidInputError(
                f"{item.label} is assigned to {item.taxon!r}, which {roadmap.taxonomy!r} does not have"
            )
        tree.items[item.taxon].append(item)
    branches = [taxon for taxon in tree.children[None] if tree.subtree(taxon.path)]
    grown = [_branch(tree, taxon, 1, _side(i, len(branches))) for i, taxon in enumerate(branches)]
    return tuple(branch for branch in grown if branch is not None)


def _side(position: int, count: int) -> int:
    """Return -1 left of the root, +1 right of it, 0 for a top-level branch in the middle."""
    return (2 * position > count - 1) - (2 * position < count - 1)


def _branch(tree: _BranchTree, taxon: RoadmapTaxon, level: int, side: int) -> DrawnTaxon | None:
    if tree.is_tip(taxon, level):
        return _tip(taxon, level, taxon.name, tree.subtree(taxon.path))
    parts = [_branch(tree, child, level + 1, side) for child in tree.children[taxon.path]]
    parts.append(_tip(taxon, level + 1, f"{taxon.name}, other", tree.items[taxon.path]))
    children = [part for part in parts if part is not None]
    return DrawnTaxon(taxon, level, taxon.name, _order_without_crossings(children, side), ()) if children else None


def _tip(taxon: RoadmapTaxon, level: int, heading: str, items: list[RoadmapItem]) -> DrawnTaxon | None:
    ordered = sorted(items, key=lambda item: (item.when, item.label, item.element_id))
    return DrawnTaxon(taxon, level, heading, (), tuple(ordered)) if ordered else None


def _order_without_crossings(children: list[DrawnTaxon], side: int) -> tuple[DrawnTaxon, ...]:
    """Order branches so that no fork crosses another: older ones farther from the last starter, where the trunk rises.

    A top-level branch beside the root has its last starter on the inside. One in the middle grows to both sides, in the
    taxonomy's order as far as possible.
    """
    if side:
        return tuple(sorted(children, key=lambda c: c.start, reverse=side > 0))
    stem = max(range(len(children)), key=lambda i: (children[i].start, i))
    left = sorted(children[:stem], key=lambda c: c.start)
    right = sorted(children[stem + 1 :], key=lambda c: c.start, reverse=True)
    return (*left, children[stem], *right)
