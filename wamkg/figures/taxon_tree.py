"""The tree formed by a figure's taxa."""

from collections import defaultdict
from collections.abc import Sequence

from wamkg.errors import InvalidInputError
from wamkg.views.roadmap import RoadmapTaxon


def children_of(taxa: Sequence[RoadmapTaxon]) -> dict[str | None, list[RoadmapTaxon]]:
    """Return the taxa under each path, in the taxonomy's order; the top level under None.

    Raises InvalidInputError if the taxa do not form a tree.
    """
    parents = {taxon.path: taxon.parent for taxon in taxa}
    children: dict[str | None, list[RoadmapTaxon]] = defaultdict(list)
    for taxon in sorted(taxa, key=lambda t: (t.position, t.path)):
        _check_ancestors(taxon.path, parents)
        children[taxon.parent].append(taxon)
    return children


def _check_ancestors(path: str, parents: dict[str, str | None]) -> None:
    seen = {path}
    above = parents[path]
    while above is not None:
        if above in seen:
            raise InvalidInputError(f"taxon {path!r} is its own ancestor: correct its parent")
        if above not in parents:
            raise InvalidInputError(f"taxon {path!r} has the parent {above!r}, which is not in the taxonomy")
        seen.add(above)
        above = parents[above]
