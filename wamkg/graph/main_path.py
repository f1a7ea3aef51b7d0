"""The main path through the citations: search path counts on a graph without cycles.

Knowledge flows from the cited work to the citing one, so a path runs from an old work to a new one. A source cites no
node and is cited; a sink cites and is not cited. The search path count of a citation is the number of different paths
from any source to any sink that use it (Hummon and Doreian, 1989; Batagelj, 2003, arXiv:cs/0309023). It is the number
of paths that reach the cited work times the number that leave the citing one; `weight` is its share of all paths.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ldexp
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from wamkg.errors import InvalidInputError
from wamkg.graph.citation_graph import Matrix
from wamkg.graph.options import SEARCHES, Search
from wamkg.near_matches import unknown

_SAME = 1e-12
"""Relative difference below which two weights are equal: they are computed in floating point."""
_STEP = 512
"""Path counts are kept as a number and a power of 2**512, because they exceed every floating-point number."""
_EXACT = 2**53
"""Floating-point numbers are exact integers below this."""


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
    return MainPath(tuple(flow.path(search)), flow.paths, len(flow.sources), flow.sinks, tuple(dropped))


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
    """How the paths from sources to sinks spread over a graph without cycles.

    All lists of edges run along `_next`, which has the citing works of each node from `_starts` on.
    """

    def __init__(self, cites: Matrix) -> None:
        forward = sparse.csr_array(cites.T)  # row: the cited work, columns: those that cite it
        self._starts, self._next = forward.indptr.tolist(), forward.indices.tolist()
        references, citers = np.diff(cites.indptr), np.diff(forward.indptr)
        self.sources: list[int] = np.flatnonzero((references == 0) & (citers > 0)).tolist()
        self.sinks = int(((references > 0) & (citers == 0)).sum())
        self._order = self._topological(references.tolist())
        self._leaving, self._scales = self._count_leaving()
        self.paths, self._weights = self._spread()

    def _edges(self, node: int) -> range:
        return range(self._starts[node], self._starts[node + 1])

    def _topological(self, waiting: list[int]) -> list[int]:
        """The nodes with an edge, each after all that it cites (Kahn, 1962)."""
        order = list(self.sources)
        for node in order:
            for citing in self._next[self._starts[node] : self._starts[node + 1]]:
                waiting[citing] -= 1
                if not waiting[citing]:
                    order.append(citing)
        return order

    def _count_leaving(self) -> tuple[list[float], list[int]]:
        """The number of paths from each node to a sink, as a number and an exponent of 2**512."""
        size = len(self._starts) - 1
        numbers, scales = [1.0] * size, [0] * size
        for node in reversed(self._order):
            citing = self._next[self._starts[node] : self._starts[node + 1]]
            if not citing:
                continue
            scale = max([scales[other] for other in citing])
            total = sum([numbers[o] if scales[o] == scale else _scaled(numbers[o], scales[o] - scale) for o in citing])
            if total >= 2.0**_STEP:
                total, scale = ldexp(total, -_STEP), scale + 1
            numbers[node], scales[node] = total, scale
        return numbers, scales

    def _spread(self) -> tuple[int | None, list[float]]:
        """The number of all paths, and the share of them that uses each edge: its normalized search path count."""
        weights = [0.0] * len(self._next)
        leaving, scales, following = self._leaving, self._scales, self._next
        top = max((scales[source] for source in self.sources), default=0)
        total = sum(_scaled(leaving[source], scales[source] - top) for source in self.sources)
        flow = [0.0] * len(leaving)
        for source in self.sources:
            flow[source] = _scaled(leaving[source], scales[source] - top) / total
        for node in self._order:
            share, own, scale = flow[node], leaving[node], scales[node]
            for edge in self._edges(node):
                citing = following[edge]
                part = share * (leaving[citing] / own)
                weights[edge] = part if scales[citing] == scale else _scaled(part, scales[citing] - scale)
                flow[citing] += weights[edge]
        return int(total) if top == 0 and total < _EXACT else None, weights

    def path(self, search: Search) -> Iterator[MainPathStep]:
        """The citations of the main path, from the oldest work on."""
        if not self.sources:
            return
        values = self._sums() if search == "global" else self._weights
        best = [max([values[edge] for edge in self._edges(source)]) for source in self.sources]
        node = self.sources[_best_of(best)[0]]
        while edges := self._edges(node):
            found, ties = _best_of([values[edge] for edge in edges])
            edge = edges[found]
            weight = self._weights[edge]
            count = None if self.paths is None else round(weight * self.paths)
            yield MainPathStep(node, self._next[edge], count, weight, ties)
            node = self._next[edge]

    def _sums(self) -> list[float]:
        """For each edge the largest sum of weights of a path that begins with it."""
        sums, best = self._weights.copy(), [0.0] * len(self._leaving)
        for node in reversed(self._order):
            for edge in self._edges(node):
                sums[edge] += best[self._next[edge]]
                best[node] = max(best[node], sums[edge])
        return sums


def _scaled(number: float, steps: int) -> float:
    """A number times a power of 2**512; too small ones become 0."""
    return ldexp(number, steps * _STEP)


def _best_of(values: Sequence[float]) -> tuple[int, int]:
    """The first position of the largest value, and at how many further positions it is."""
    most = max(values)
    found = [position for position, value in enumerate(values) if value >= most * (1 - _SAME)]
    return found[0], len(found) - 1
