"""Measures of citation graphs: against small examples by hand, and against networkx, scikit-learn and brute force."""

from itertools import combinations, pairwise, product
from math import comb, log

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wamkg.errors import InvalidInputError
from wamkg.graph.bursts import BurstModel, find_bursts
from wamkg.graph.citation_graph import CitationGraph, citation_graph
from wamkg.graph.communities import communities, undirected
from wamkg.graph.main_path import main_path, without_cycles
from wamkg.graph.pagerank import pagerank
from wamkg.graph.similar_works import similar_pairs

SAMPLE = ["BD", "DF", "DI", "FH", "FI", "HK", "IL", "IM", "MN", "BJ", "JM"]
"""The part below B of the sample network of Liu and Lu (2012), cited work first, as the literature on main paths uses
it: the published count of BD is 5, and the published global main path is B-D-F-I-M-N with counts that sum to 15.
"""
NAMES = "BDFHIJKLMN"
Edges = list[tuple[int, int]]


def sample() -> CitationGraph:
    return citation_graph(range(len(NAMES)), [(NAMES.index(b), NAMES.index(a)) for a, b in SAMPLE])


def graphs(most: int = 8) -> st.SearchStrategy[tuple[int, Edges]]:
    """A number of nodes and pairs (citing, cited) among them, with loops, cycles and repeated pairs."""
    return st.integers(0, most).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=3 * n) if n else st.just([]),
        )
    )


def of(drawn: tuple[int, Edges]) -> CitationGraph:
    return citation_graph(range(drawn[0]), drawn[1])


class TestCounted:
    def test_a_repeated_citation_counts_once_and_a_loop_not_at_all(self) -> None:
        graph = citation_graph([1, 2, 3], [(2, 1), (2, 1), (3, 3), (3, 2)])
        assert (graph.repeated, graph.within_work) == (1, 1)
        assert sorted(graph.to_networkx().edges) == [("2", "1"), ("3", "2")]

    def test_records_of_one_work_are_one_node(self) -> None:
        graph = citation_graph([1, 2], [(5, 1), (2, 5), (5, 2), (9, 5)], work_of={5: 2})
        assert sorted(graph.to_networkx().edges) == [("2", "1")]
        assert graph.within_work == 2
        assert graph.position_of(5, {5: 2}) == 1 and graph.position_of(9, {}) is None

    def test_works_that_are_no_nodes_count_as_references_and_citers_only(self) -> None:
        graph = citation_graph([1, 2], [(1, 7), (2, 7), (8, 1), (8, 2), (8, 7)])
        assert graph.cites.nnz == 0
        assert graph.references.toarray().tolist() == [[1], [1]]
        assert graph.citers.toarray().tolist() == [[1], [1]]

    @pytest.mark.parametrize("size", [0, 1])
    def test_an_empty_graph_and_one_node(self, size: int) -> None:
        graph = citation_graph(range(size), [])
        assert main_path(graph.cites).steps == ()
        assert pagerank(graph.cites).tolist() == [1.0] * size
        assert similar_pairs(graph.citers, 5).pairs == []
        assert communities(graph.cites) == []
        assert len(graph.to_networkx()) == size


class TestMainPath:
    def test_the_published_counts_and_global_path(self) -> None:
        found = main_path(sample().cites)
        assert [NAMES[step.cited] + NAMES[step.citing] for step in found.steps] == ["BD", "DF", "FI", "IM", "MN"]
        assert [step.paths for step in found.steps] == [5, 3, 2, 2, 3]
        assert (found.paths, found.sources, found.sinks, found.dropped) == (6, 1, 3, ())
        assert sum(step.weight for step in found.steps) == pytest.approx(15 / 6)

    def test_the_published_local_path_has_a_tie_at_i(self) -> None:
        steps = main_path(sample().cites, search="local").steps
        assert [(NAMES[step.citing], step.ties) for step in steps] == [("D", 0), ("F", 0), ("I", 0), ("L", 1)]

    @given(graphs())
    @settings(max_examples=60, deadline=None)
    def test_counts_are_those_of_all_simple_paths(self, drawn: tuple[int, Edges]) -> None:
        cites, dropped = without_cycles(of(drawn).cites, [None] * drawn[0])
        graph = nx.from_scipy_sparse_array(cites, create_using=nx.DiGraph).reverse()
        assert nx.is_directed_acyclic_graph(graph)
        ends = [(s, t) for s in graph if not graph.in_degree(s) for t in graph if not graph.out_degree(t) and s != t]
        paths = [list(pairwise(p)) for s, t in ends for p in nx.all_simple_paths(graph, s, t)]
        counts = {edge: sum(edge in path for path in paths) for edge in graph.edges}
        found = main_path(of(drawn).cites)
        assert found.dropped == tuple(dropped)
        assert found.paths == len(paths)
        assert all(step.paths == counts[step.cited, step.citing] for step in found.steps)
        best = max((sum(counts[edge] for edge in path) for path in paths), default=0)
        assert sum(step.paths or 0 for step in found.steps) == best

    @given(graphs())
    @settings(max_examples=60, deadline=None)
    def test_what_is_dropped_lies_on_a_cycle(self, drawn: tuple[int, Edges]) -> None:
        whole = of(drawn).cites
        kept, dropped = without_cycles(whole, [None] * drawn[0])
        assert kept.nnz + len(dropped) == whole.nnz
        graph = nx.from_scipy_sparse_array(kept, create_using=nx.DiGraph)
        assert all(nx.has_path(graph, cited, citing) for citing, cited in dropped)

    def test_in_a_cycle_the_citation_of_the_newer_work_is_dropped(self) -> None:
        cites = citation_graph(range(3), [(1, 0), (2, 1), (0, 2), (0, 1)]).cites
        assert main_path(cites, age=[2020, 2021, 2022]).dropped == ((0, 1), (0, 2))
        assert main_path(cites, age=[2022, 2021, 2020]).dropped == ((1, 0), (2, 1))
        assert [(s.cited, s.citing) for s in main_path(cites, age=[2020, 2021, 2022]).steps] == [(0, 1), (1, 2)]

    def test_a_citation_of_a_newer_work_outside_a_cycle_stays(self) -> None:
        assert main_path(citation_graph(range(2), [(0, 1)]).cites, age=[2020, 2021]).dropped == ()

    def test_more_paths_than_a_number_can_hold(self) -> None:
        # Each rung doubles the paths: 2 ** 2000 in all.
        pairs = [(2 * n + k, 2 * m + j) for n in range(1, 2001) for m in [n - 1] for k in (0, 1) for j in (0, 1)]
        found = main_path(citation_graph(range(4002), pairs).cites)
        assert found.paths is None and len(found.steps) == 2000
        assert all(step.weight == pytest.approx(1 / 4) and step.paths is None for step in found.steps)

    def test_an_unknown_search_is_named(self) -> None:
        with pytest.raises(InvalidInputError, match="did you mean global"):
            main_path(sample().cites, search="globl")  # type: ignore[arg-type]


class TestPageRank:
    def test_one_reference(self) -> None:
        # By hand: r0 = (1-d)/2 + d r1 + d r0 / 2, r1 = (1-d)/2 + d r0 / 2, with d = 0.85.
        rank = pagerank(citation_graph([0, 1], [(1, 0)]).cites)
        assert rank == pytest.approx([0.5 * 1.85 / 1.425, 0.5 / 1.425], abs=1e-9)

    @given(graphs())
    @settings(max_examples=40, deadline=None)
    def test_it_is_networkxs(self, drawn: tuple[int, Edges]) -> None:
        graph = nx.from_scipy_sparse_array(of(drawn).cites, create_using=nx.DiGraph)
        theirs = nx.pagerank(graph, tol=1e-13, max_iter=1000) if drawn[0] else {}
        assert pagerank(of(drawn).cites).tolist() == pytest.approx([theirs[n] for n in range(drawn[0])], abs=1e-9)

    @pytest.mark.parametrize("damping", [1, 1.5, -0.1, float("nan")])
    def test_damping_has_its_range(self, damping: float) -> None:
        with pytest.raises(InvalidInputError, match="damping"):
            pagerank(sample().cites, damping)


class TestSimilarWorks:
    def test_by_hand(self) -> None:
        # 4 and 5 cite 1 and 2; 6 cites 2 and 3.
        graph = citation_graph(range(1, 7), [(4, 1), (4, 2), (5, 1), (5, 2), (6, 2), (6, 3)])
        cited = similar_pairs(graph.citers, 10)
        assert [pair[:3] for pair in cited.pairs] == [(0, 1, 2), (1, 2, 1)]
        assert cited.pairs[0].cosine == pytest.approx(2 / (2 * 3) ** 0.5)
        assert [pair[:3] for pair in similar_pairs(graph.references, 10).pairs] == [(3, 4, 2), (3, 5, 1), (4, 5, 1)]
        assert [pair[:3] for pair in similar_pairs(graph.references, 10, node=5).pairs] == [(3, 5, 1), (4, 5, 1)]
        assert (len(similar_pairs(graph.references, 1).pairs), similar_pairs(graph.references, 1).total) == (1, 3)

    @given(graphs(7))
    @settings(max_examples=40, deadline=None)
    def test_counts_are_those_of_sets(self, drawn: tuple[int, Edges]) -> None:
        graph = of(drawn)
        kept = {(a, b) for a, b in drawn[1] if a != b}
        cited = {n: {b for a, b in kept if a == n} for n in range(drawn[0])}
        expected = {(a, b): len(cited[a] & cited[b]) for a, b in combinations(cited, 2) if cited[a] & cited[b]}
        found = similar_pairs(graph.references, 100)
        assert {(pair.one, pair.other): pair.shared for pair in found.pairs} == expected
        assert found.total == len(expected)


class TestCommunities:
    def test_two_cliques_with_one_bridge(self) -> None:
        pairs = [(b, a) for group in (range(4), range(4, 9)) for a, b in combinations(group, 2)] + [(4, 3)]
        found = communities(citation_graph(range(11), pairs).cites)
        assert found == [[4, 5, 6, 7, 8], [0, 1, 2, 3]]

    def test_no_move_of_one_work_is_better(self) -> None:
        random = np.random.default_rng(3)
        cites = citation_graph(range(30), random.integers(0, 30, (90, 2)).tolist()).cites
        graph, groups = undirected(cites), [set(group) for group in communities(cites)]
        best = nx.community.modularity(graph, groups)
        for node, target in product(graph, range(len(groups))):
            moved = [group - {node} | ({node} if number == target else set()) for number, group in enumerate(groups)]
            assert nx.community.modularity(graph, [group for group in moved if group]) <= best + 1e-12


def cheapest_by_trying(counts: list[int], totals: list[int]) -> float:
    """The least cost of all sequences of states, by the definition."""
    share = sum(counts) / sum(totals)
    shares = (share, min(2 * share, (1 + share) / 2))
    return min(
        sum(
            -log(comb(d, r) * shares[s] ** r * (1 - shares[s]) ** (d - r))
            for r, d, s in zip(counts, totals, states, strict=True)
        )
        + log(len(counts)) * sum(b > a for a, b in pairwise((0, *states)))
        for states in product((0, 1), repeat=len(counts))
    )


class TestBursts:
    def test_one_burst_by_hand(self) -> None:
        # 12 of 60: p0 = 0.2, p1 = 0.4. In the burst 10 of 20 instead of 4 expected.
        ((first, last, weight),) = find_bursts([1, 5, 5, 1, 0, 0], [10] * 6)
        assert (first, last) == (1, 2)
        assert weight == pytest.approx(10 * log(0.4 / 0.2) + 10 * log(0.6 / 0.8))

    @given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=7))
    @settings(max_examples=60, deadline=None)
    def test_the_states_are_the_cheapest_of_all(self, drawn: list[tuple[int, int]]) -> None:
        counts, totals = [r for r, _ in drawn], [r + rest for r, rest in drawn]
        if not 0 < sum(counts) < sum(totals):
            assert find_bursts(counts, totals) == []
            return
        share = sum(counts) / sum(totals)
        calm = -sum(log(comb(d, r) * share**r * (1 - share) ** (d - r)) for r, d in zip(counts, totals, strict=True))
        found = find_bursts(counts, totals)
        saved = sum(burst.weight - log(len(counts)) for burst in found)
        assert calm - saved == pytest.approx(cheapest_by_trying(counts, totals), abs=1e-9)

    @pytest.mark.parametrize(("ratio", "reluctance"), [(1, 1), (0.5, 1), (2, -1), (float("nan"), 1), (2, float("nan"))])
    def test_values_out_of_range(self, ratio: float, reluctance: float) -> None:
        with pytest.raises(InvalidInputError, match="ratio"):
            BurstModel(ratio, reluctance)

    def test_no_periods(self) -> None:
        assert find_bursts([], []) == []
