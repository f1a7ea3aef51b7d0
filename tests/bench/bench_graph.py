"""Main path and PageRank of a large citation graph, against plain networkx and rustworkx, in processor seconds."""

import sys
import time
from collections.abc import Callable
from typing import TypeVar

import networkx as nx
import numpy as np
import rustworkx as rx

from wamkg.graph.citation_graph import citation_graph
from wamkg.graph.main_path import main_path
from wamkg.graph.pagerank import pagerank

GOAL_FASTER, GOAL_RATIO = 5.0, 2.0
T = TypeVar("T")
Pairs = list[tuple[int, int]]


def citations(works: int, count: int, seed: int = 1) -> Pairs:
    """So many different citations (citing, cited), each of an older work."""
    random = np.random.default_rng(seed)
    ends = np.sort(random.integers(0, works, (count + count // 10, 2)), axis=1)[:, ::-1]
    different = np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0)
    return [(a, b) for a, b in random.permutation(different)[:count].tolist()]


def plain_main_path(works: int, pairs: Pairs) -> list[int]:
    """The global main path as one writes it with networkx."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(works))
    graph.add_edges_from((cited, citing) for citing, cited in pairs)
    order = list(nx.topological_sort(graph))
    reaching: dict[int, int] = {}
    for node in order:
        reaching[node] = sum(reaching[older] for older in graph.predecessors(node)) or 1
    leaving: dict[int, int] = {}
    best: dict[int, tuple[int, int]] = {}
    for node in reversed(order):
        newer = list(graph.successors(node))
        leaving[node] = sum(leaving[other] for other in newer) or 1
        best[node] = max(((reaching[node] * leaving[o] + best[o][0], -o) for o in newer), default=(0, 1))
    path = [max((n for n in order if not graph.in_degree(n)), key=lambda n: (best[n][0], -n))]
    while best[path[-1]][1] <= 0:
        path.append(-best[path[-1]][1])
    return path


def timed(run: Callable[[], T]) -> tuple[T, float]:
    """What a function returns, and the processor seconds it took."""
    start = time.process_time()
    found = run()
    return found, time.process_time() - start


def main(works: int = 200_000, count: int = 1_000_000) -> bool:
    """Print the times side by side; True if the goals are met and the results are equal."""
    pairs = citations(works, count)
    graph, building = timed(lambda: citation_graph(range(works), pairs))
    ours, searching = timed(lambda: main_path(graph.cites))
    theirs, plain = timed(lambda: plain_main_path(works, pairs))
    path = [step.cited for step in ours.steps] + [step.citing for step in ours.steps[-1:]]
    faster = plain / (building + searching)
    print(f"{works:,} works, {count:,} citations, from a list of pairs, CPU seconds")
    print(f"main path: {building + searching:.2f} s ({building:.2f} s to build), by networkx {plain:.2f} s:"
          f" {faster:.1f} times faster; goal {GOAL_FASTER:g}; {len(path)} works, same: {path == theirs}")  # fmt: skip
    ranks, own = timed(lambda: pagerank(graph.cites, tolerance=1e-6))
    rust = rx.PyDiGraph()
    rust.add_nodes_from(range(works))
    rust.add_edges_from_no_data(pairs)
    others, rusts = timed(lambda: rx.pagerank(rust, tol=1e-6 / works, max_iter=1_000))
    apart = float(np.abs(ranks - np.array([others[n] for n in range(works)])).max())
    print(f"PageRank: {own:.2f} s, rustworkx {rusts:.2f} s: {own / rusts:.2f} times; goal {GOAL_RATIO:g};"
          f" at most {apart:.1e} apart")  # fmt: skip
    return path == theirs and faster >= GOAL_FASTER and own <= GOAL_RATIO * rusts and apart < 1e-6


if __name__ == "__main__":
    sys.exit(0 if main(*map(int, sys.argv[1:])) else 1)
