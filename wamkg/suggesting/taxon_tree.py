"""A taxonomy as plain data: nodes, leaves, and probabilities that add up along the tree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from wamkg.errors import InvalidInputError

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Tree:
    """Taxon paths such as `joint/diffusion`, parents before children, each with its defining text."""

    paths: tuple[str, ...]
    texts: Mapping[str, str]

    @classmethod
    def of(cls, paths: Iterable[str], texts: Mapping[str, str] | None = None) -> "Tree":
        """Build a tree from paths; missing ancestors are added, order is preserved, parents come first.

        `texts` maps a path to its definition and criteria. Raises InvalidInputError for an empty path.
        """
        seen: dict[str, None] = {}
        for path in paths:
            if not path or path.startswith("/") or path.endswith("/"):
                raise InvalidInputError(f"not a taxon path: {path!r}")
            parts = path.split("/")
            seen.update(dict.fromkeys("/".join(parts[: i + 1]) for i in range(len(parts))))
        if not seen:
            raise InvalidInputError("a taxonomy needs at least one taxon")
        return cls(tuple(seen), {path: (texts or {}).get(path, "") for path in seen})

    @cached_property
    def index(self) -> dict[str, int]:
        """Return the position of every path."""
        return {path: i for i, path in enumerate(self.paths)}

    @cached_property
    def parents(self) -> Ints:
        """Return the index of each node's parent, -1 below the root."""
        return np.array([self.index.get(path.rpartition("/")[0], -1) for path in self.paths], dtype=np.intp)

    @cached_property
    def children(self) -> dict[int, Ints]:
        """Return the children of every inner node, the root as -1."""
        return {int(p): np.flatnonzero(self.parents == p) for p in np.unique(self.parents)}

    @cached_property
    def depths(self) -> Ints:
        """Return the depth of each node; a child of the root has depth 1."""
        return np.array([path.count("/") + 1 for path in self.paths], dtype=np.intp)

    @cached_property
    def leaves(self) -> Ints:
        """Return the indices of nodes without children."""
        return np.array([i for i in range(len(self.paths)) if i not in self.children], dtype=np.intp)

    @property
    def tops(self) -> Ints:
        """Return the indices of the root's children."""
        return self.children[-1]

    def line(self, node: int) -> list[int]:
        """Return the indices from the top-level ancestor down to `node`."""
        nodes: list[int] = []
        while node >= 0:
            nodes.append(node)
            node = int(self.parents[node])
        return nodes[::-1]

    @cached_property
    def ancestors(self) -> Ints:
        """Return each node's ancestor or itself at each depth from 1 on, shape (nodes, depths); -1 below the node."""
        table = np.full((len(self.paths), int(self.depths.max())), -1, dtype=np.intp)
        for node in range(len(self.paths)):
            line = self.line(node)
            table[node, : len(line)] = line
        return table

    def joint(self, conditional: Floats) -> Floats:
        """Multiply P(node | parent), shape (m, nodes), into P(node): a parent is the sum of its children."""
        out = conditional.copy()
        for node, parent in enumerate(self.parents):
            if parent >= 0:
                out[:, node] *= out[:, parent]
        return out

    @cached_property
    def _steps(self) -> dict[int, Ints]:
        """Return, for every inner node, the position of the child that leads to each node, or -1."""
        steps = {parent: np.full(len(self.paths), -1, dtype=np.intp) for parent in self.children}
        for node in range(len(self.paths)):
            for parent, child in zip([-1, *self.line(node)], self.line(node), strict=False):
                steps[parent][node] = int(np.searchsorted(self.children[parent], child))
        return steps

    def child_on_path(self, nodes: Ints, parent: int) -> Ints:
        """Return, for each labeled node, the position among `parent`'s children that leads to it, or -1."""
        return self._steps[parent][nodes]
