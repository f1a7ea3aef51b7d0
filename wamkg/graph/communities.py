"""Communities of works by the citations among them."""

from typing import TYPE_CHECKING

from wamkg.graph.citation_graph import Matrix

if TYPE_CHECKING:
    import networkx as nx

SEED = 7


def communities(cites: Matrix, resolution: float = 1.0) -> list[list[int]]:
    """Groups of nodes with many citations inside and few to others, largest first; nodes without citations are in none.

    The Louvain method (Blondel et al., 2008), as in networkx, with a fixed seed: it maximizes modularity (Newman and
    Girvan, 2004) on the graph without directions, where two works that cite each other count twice. A higher
    `resolution` gives smaller communities.
    """
    import networkx as nx

    graph = undirected(cites)
    found = nx.community.louvain_communities(graph, resolution=resolution, seed=SEED) if len(graph) else []
    return sorted((sorted(group) for group in found), key=lambda group: (-len(group), group))


def undirected(cites: Matrix) -> "nx.Graph[int]":
    """The citations without directions, by positions; `weight` is 2 where two works cite each other."""
    import networkx as nx

    both = (cites + cites.T).tocoo()
    upper = both.row < both.col
    graph: nx.Graph[int] = nx.Graph()
    ends = zip(both.row[upper].tolist(), both.col[upper].tolist(), both.data[upper].tolist(), strict=True)
    graph.add_weighted_edges_from(ends)
    return graph
