"""The citations between works, as sparse matrices to compute with and as a networkx graph to use elsewhere.

What is counted, here and in everything computed from it:

- A node is a work. Records that are one work (judged the same, or a preprint and its publication) are one node; it has
  the citations of all its records, and the number of its first record among the wanted ones.
- An edge leads from the citing work to the cited one. A citation that several sources or several records state is one
  edge. A citation between two records of one work, or of a paper by itself, is not an edge.
- The nodes are the works that a filter of papers finds: without one, the library. Papers known only by citations are
  no nodes, but they count as common references and as common citing works.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sqlmodel import Session

from wamkg.store.citations import live_citation_pairs
from wamkg.store.duplicates import works_in_order
from wamkg.store.paper_filter import PaperFilter, paper_numbers

if TYPE_CHECKING:
    import networkx as nx

Numbers: TypeAlias = npt.NDArray[np.int64]
Values: TypeAlias = npt.NDArray[np.float64]
Matrix: TypeAlias = "sparse.csr_array[np.float64, tuple[int, int]]"


@dataclass(frozen=True)
class CitationGraph:
    """Works and the citations of the store.

    `works` are in ascending order. `citing` and `cited` are the ends of every citation between different works, each
    once, also of works that are no nodes. `repeated` is the number of citations that were stated more than once and
    `within_work` of those inside one work; neither is counted otherwise.
    """

    works: Numbers
    citing: Numbers
    cited: Numbers
    repeated: int = 0
    within_work: int = 0

    @cached_property
    def cites(self) -> Matrix:
        """The citations among the nodes: 1 in row i and column j if node i cites node j."""
        rows, is_row = self._positions(self.citing)
        columns, is_column = self._positions(self.cited)
        both = is_row & is_column
        return _matrix(rows[both], columns[both], (len(self.works), len(self.works)))

    @cached_property
    def references(self) -> Matrix:
        """1 in the row of a node and the column of a work, node or not, that it cites."""
        return self._ends(self.citing, self.cited)

    @cached_property
    def citers(self) -> Matrix:
        """1 in the row of a node and the column of a work, node or not, that cites it."""
        return self._ends(self.cited, self.citing)

    def position_of(self, record: int, work_of: Mapping[int, int]) -> int | None:
        """The row of the work of a record; None if it is not a node."""
        position, known = self._positions(np.array([work_of.get(record, record)]))
        return int(position[0]) if known[0] else None

    def to_networkx(self, labels: Mapping[int, str] | None = None) -> "nx.DiGraph[str]":
        """The nodes and the citations among them; nodes are named by `labels`, else by their numbers."""
        import networkx as nx

        graph: nx.DiGraph[str] = nx.DiGraph()
        names = [(labels or {}).get(number, str(number)) for number in self.works.tolist()]
        graph.add_nodes_from(names)
        rows, columns = self.cites.nonzero()
        graph.add_edges_from((names[row], names[column]) for row, column in zip(rows, columns, strict=True))
        return graph

    def _positions(self, numbers: Numbers) -> tuple[Numbers, npt.NDArray[np.bool_]]:
        if not len(self.works):
            return np.zeros(len(numbers), np.int64), np.zeros(len(numbers), np.bool_)
        found = np.searchsorted(self.works, numbers)
        found[found == len(self.works)] = 0
        return found, self.works[found] == numbers

    def _ends(self, own: Numbers, other: Numbers) -> Matrix:
        rows, known = self._positions(own)
        met, columns = np.unique(other[known], return_inverse=True)
        return _matrix(rows[known], columns, (len(self.works), len(met)))


def citation_graph(
    works: Iterable[int], pairs: Iterable[tuple[int, int]], work_of: Mapping[int, int] | None = None
) -> CitationGraph:
    """The graph of some works and of all pairs (citing, cited); `work_of` has the work of each record that is not the
    first of its work.
    """
    ends = np.fromiter(chain.from_iterable(pairs), dtype=np.int64).reshape(-1, 2)
    ends = _renamed(ends, work_of or {})
    between = ends[ends[:, 0] != ends[:, 1]]
    beyond = int(between.max(initial=0)) + 1
    once = np.unique(between[:, 0] * beyond + between[:, 1])  # as one number, which is much faster to sort
    return CitationGraph(
        works=np.unique(np.fromiter(works, dtype=np.int64)),
        citing=once // beyond,
        cited=once % beyond,
        repeated=len(between) - len(once),
        within_work=len(ends) - len(between),
    )


def _renamed(ends: Numbers, work_of: Mapping[int, int]) -> Numbers:
    if not work_of or not ends.size:
        return ends
    records = np.array(sorted(work_of), dtype=np.int64)
    works = np.array([work_of[record] for record in records.tolist()], dtype=np.int64)
    found = np.searchsorted(records, ends)
    found[found == len(records)] = 0
    return np.where(records[found] == ends, works[found], ends)


def _matrix(rows: Numbers, columns: Numbers, shape: tuple[int, int]) -> Matrix:
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)


def works_of_records(groups: Iterable[list[int]], wanted: set[int]) -> dict[int, int]:
    """For each record of a work with several: the record that the work is shown under, the first wanted one."""
    found: dict[int, int] = {}
    for group in groups:
        first = next((number for number in group if number in wanted), group[0])
        found |= {number: first for number in group if number != first}
    return found


def load_citation_graph(session: Session, wanted: PaperFilter) -> tuple[CitationGraph, dict[int, int]]:
    """The works that a filter finds and all citations of the store; and the works of further records.

    Raises the errors of `paper_filter.conditions`.
    """
    numbers = paper_numbers(session, wanted)
    work_of = works_of_records(works_in_order(session), numbers)
    works = {work_of.get(number, number) for number in numbers}
    return citation_graph(works, live_citation_pairs(session), work_of), work_of
