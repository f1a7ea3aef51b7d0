"""The main path through the citations: search path counts on a graph without cycles.

Knowledge flows from the cited work to the citing one, so a path runs from an old work to a new one. A source cites no
node and is cited; a sink cites and is not cited. The search path count of a citation is the number of different paths
from any source to any sink that use it (Hummon and Doreian, 1989; Batagelj, 2003, arXiv:cs/0309023). It is the number
of paths that reach the cited work times the number that leave the citing one; `weight` is its share of all paths.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ldexp
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from wamkg.errors import InvalidInputError
from wamkg.graph.citation_graph import Matrix, Numbers, Values
from wamkg.graph.options import SEARCHES, Search
from wamkg.near_matches import unknown

_SAME = 1e-12
"""Relative difference below which two weights are equal: they are computed in floating point."""
_EXACT_BITS, _SMALLEST = 53, -1_100
"""Floating-point numbers are exact integers below the first power of 2, and 0 below the second."""


class DroppedCitation(NamedTuple):
    """A citation that was left out to break a cycle, by the positions of its ends."""

    citing: int
    cited: int


class MainPathStep(NamedTuple):
    """A citation on the path, by the positions of its ends; `paths` is its search path count, `weight` its share.

    `paths` is None from 2**53 paths on, which are not counted exactly. `ties` is the number of other works that the
    path could have gone to from the cited one with the same result.
    """

    cited: int
    citing: int
    paths: int | None
    weight: float
    ties: int


@dataclass(frozen=True)
class MainPath:
    """The main path from an old to a new work, empty if nothing is cited; and what was dropped to compute it.

    `paths` is the number of all paths from a source to a sink; None from 2**53 on.
    """

    steps: tuple[MainPathStep, ...]
    paths: int | None
    sources: int
    sinks: int
    dropped: tuple[DroppedCitation, ...]


def main_path(cites: Matrix, age: Sequence[int | None] | None = None, search: Search = "global") -> MainPath:
    """The main path of a graph whose rows cite its columns; `age` is a number for each node, higher for newer ones.

    `global`: the path with the largest sum of search path counts (the critical path method; Batagelj, 2003). `local`:
    from a source on always the citation with the largest count (the priority-first search of Hummon and Doreian,
    1989), beginning with the largest count of all that start at a source. Of equal works the one with the lowest
    position is taken. Cycles are repaired first, see `without_cycles`. Raises InvalidInputError for an unknown search.
    """
    if search not in SEARCHES:
        raise InvalidInputError(unknown("search", search, SEARCHES))
    acyclic, dropped = without_cycles(cites, age or [None] * cites.shape[0])
    flow = _PathFlow(acyclic)
    return MainPath(tuple(flow.path(search)), flow.paths, flow.sources, flow.sinks, tuple(dropped))


def without_cycles(cites: Matrix, age: Sequence[int | None]) -> tuple[Matrix, list[DroppedCitation]]:
    """The graph without the citations that close a cycle, and those citations.

    Only citations between works that reach each other are dropped: first every one of an older work that cites a newer
    one; if a cycle is left among works of one age or of an unknown one, every citation that leads back to a work on
    the way of a depth-first search (Tarjan, 1972), which starts from the lowest position.
    """
    kept, dropped = _without(cites, _against_time(cites, age))
    kept, further = _without(kept, _back_edges(kept))
    return kept, sorted(dropped + further)


def _without(cites: Matrix, away: list[DroppedCitation]) -> tuple[Matrix, list[DroppedCitation]]:
    if not away:
        return cites, away
    rows, columns = cites.nonzero()
    codes = rows.astype(np.int64) * cites.shape[1] + columns
    gone = np.isin(codes, [citing * cites.shape[1] + cited for citing, cited in away])
    kept = (np.ones(int((~gone).sum())), (rows[~gone], columns[~gone]))
    return sparse.csr_array(kept, shape=cites.shape), away


def _in_cycles(cites: Matrix) -> list[DroppedCitation]:
    """The citations between works that reach each other."""
    rows, columns = cites.nonzero()
    if not len(rows):
        return []
    _, component = connected_components(cites, directed=True, connection="strong")
    same = component[rows] == component[columns]
    return [DroppedCitation(*ends) for ends in zip(rows[same].tolist(), columns[same].tolist(), strict=True)]


def _against_time(cites: Matrix, age: Sequence[int | None]) -> list[DroppedCitation]:
    ages = ((edge, age[edge.citing], age[edge.cited]) for edge in _in_cycles(cites))
    return [edge for edge, citing, cited in ages if citing is not None and cited is not None and citing < cited]


def _back_edges(cites: Matrix) -> list[DroppedCitation]:
    targets: dict[int, list[int]] = {}
    for citing, cited in _in_cycles(cites):
        targets.setdefault(citing, []).append(cited)
    found, finished, on_way = [], set[int](), set[int]()
    for start, cited_by_start in targets.items():
        stack = [(start, iter(cited_by_start))] if start not in finished else []
        on_way.update(node for node, _ in stack)
        while stack:
            node, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                on_way.remove(node)
                finished.add(node)
            elif following in on_way:
                found.append(DroppedCitation(node, following))
            elif following not in finished:
                on_way.add(following)
                stack.append((following, iter(targets[following])))
    return found


class _PathFlow:
    """How the paths from sources to sinks spread over a graph without cycles, computed level by level.

    The level of a work is the length of the longest path that reaches it. Edges run from the cited to the citing work;
    the citing works of a node are `_newer` from `_starts` on. `_by_level` has the edges sorted by the level of the
    cited work, and all edges of a node lie side by side.
    """

    def __init__(self, cites: Matrix) -> None:
        forward = sparse.csr_array(cites.T)  # row: the cited work, columns: those that cite it
        self._starts, self._newer = forward.indptr.astype(np.int64), forward.indices.astype(np.int64)
        references, citers = np.diff(cites.indptr), np.diff(self._starts)
        self._sources = np.flatnonzero((references == 0) & (citers > 0))
        self.sources, self.sinks = len(self._sources), int(((references > 0) & (citers == 0)).sum())
        self._older = np.repeat(np.arange(len(citers)), citers)
        levels = self._levels(references.astype(np.int64))[self._older]
        self._by_level = np.argsort(levels, kind="stable")
        self._slices = _slices(levels[self._by_level])
        self._leaving, self._scales = self._count_leaving()
        self.paths, self._weights = self._spread()

    def _levels(self, waiting: Numbers) -> Numbers:
        """The level of each node, by taking away nodes that wait for none (Kahn, 1962)."""
        levels = np.zeros(len(waiting), np.int64)
        reached, level = self._sources, 0
        while len(reached):
            levels[reached] = level
            sizes = self._starts[reached + 1] - self._starts[reached]
            edges = np.repeat(self._starts[reached + 1] - np.cumsum(sizes), sizes) + np.arange(sizes.sum())
            newer, times = np.unique(self._newer[edges], return_counts=True)
            waiting[newer] -= times
            reached, level = newer[waiting[newer] == 0], level + 1
        return levels

    def _ends(self, part: slice) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """The edges of a level, their cited and citing works, and where the edges of the next cited work begin."""
        edges = self._by_level[part]
        older = self._older[edges]
        return edges, older, self._newer[edges], np.flatnonzero(np.diff(older, prepend=-1))

    def _count_leaving(self) -> tuple[Values, Numbers]:
        """The number of paths from each node to a sink, as a number from 0.5 to 1 and a power of 2: many counts exceed
        every floating-point number.
        """
        size = len(self._starts) - 1
        numbers, scales = np.full(size, 0.5), np.ones(size, np.int64)
        for part in reversed(self._slices):
            _, older, newer, first = self._ends(part)
            top = np.maximum.reduceat(scales[newer], first)
            sizes = np.diff(first, append=len(older))
            sums = np.add.reduceat(_scaled(numbers[newer], scales[newer] - np.repeat(top, sizes)), first)
            numbers[older[first]], further = np.frexp(sums)
            scales[older[first]] = top + further
        return numbers, scales

    def _spread(self) -> tuple[int | None, Values]:
        """The number of all paths, and the share of them that uses each edge: its normalized search path count."""
        weights, flow = np.zeros(len(self._newer)), np.zeros(len(self._leaving))
        if not self.sources:
            return 0, weights
        top = int(self._scales[self._sources].max())
        starting = _scaled(self._leaving[self._sources], self._scales[self._sources] - top)
        flow[self._sources] = starting / starting.sum()
        for part in self._slices:
            edges, older, newer, _ = self._ends(part)
            shares = _scaled(self._leaving[newer] / self._leaving[older], self._scales[newer] - self._scales[older])
            weights[edges] = flow[older] * shares
            np.add.at(flow, newer, weights[edges])
        return int(ldexp(starting.sum(), top)) if top < _EXACT_BITS else None, weights

    def path(self, search: Search) -> Iterator[MainPathStep]:
        """The citations of the main path, from the oldest work on."""
        values = self._sums() if search == "global" else self._weights
        edges = np.flatnonzero(np.isin(self._older, self._sources))
        while len(edges):
            # Among the edges of the sources, those of the first best source are looked at again, for its own ties.
            edges = self._edges_of(int(self._older[edges[_best_of(values[edges])[0]]]))
            found, ties = _best_of(values[edges])
            edge = int(edges[found])
            weight, newer = float(self._weights[edge]), int(self._newer[edge])
            count = None if self.paths is None else round(weight * self.paths)
            yield MainPathStep(int(self._older[edge]), newer, count, weight, ties)
            edges = self._edges_of(newer)

    def _edges_of(self, node: int) -> Numbers:
        return np.arange(self._starts[node], self._starts[node + 1])

    def _sums(self) -> Values:
        """For each edge the largest sum of weights of a path that begins with it."""
        sums, best = self._weights.copy(), np.zeros(len(self._leaving))
        for part in reversed(self._slices):
            edges, older, newer, first = self._ends(part)
            sums[edges] += best[newer]
            best[older[first]] = np.maximum.reduceat(sums[edges], first)
        return sums


def _slices(levels: Numbers) -> list[slice]:
    """The parts of a sorted array with one value each."""
    starts = np.flatnonzero(np.diff(levels, prepend=-1)).tolist()
    return [slice(start, end) for start, end in pairwise([*starts, len(levels)])]


def _scaled(numbers: Values, powers: Numbers) -> Values:
    """Numbers times powers of 2; too small ones become 0."""
    return np.ldexp(numbers, np.maximum(powers, _SMALLEST).astype(np.int32))


def _best_of(values: Values) -> tuple[int, int]:
    """The first position of the largest value, and at how many further positions it is."""
    found = np.flatnonzero(values >= values.max() * (1 - _SAME))
    return int(found[0]), len(found) - 1
