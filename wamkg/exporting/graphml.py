"""GraphML: the whole store, or a part of it, as a graph for Gephi, yEd and networkx."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlmodel import Session

from wamkg.exporting.characters import without_controls
from wamkg.graph.build import build_graph
from wamkg.json_types import UncheckedObject
from wamkg.store.papers import slugs_of
from wamkg.views.duplicates import ExportedWorks

if TYPE_CHECKING:
    import networkx as nx


def export_graphml(session: Session) -> Iterator[str]:
    """The graph without papers with standing `cited`, line by line."""
    graph = build_graph(session, cap=None)
    _join_works(session, graph)
    return graphml(graph)


def graphml(graph: "nx.MultiDiGraph[str]") -> Iterator[str]:
    """A graph of `build_graph` as GraphML, line by line; texts lose characters that XML does not allow."""
    import networkx as nx

    # GraphML has no null.
    graph.graph = {name: value for name, value in graph.graph.items() if value is not None}
    _clean(graph)
    for line in nx.generate_graphml(graph, prettyprint=True):
        yield line + "\n"


def _join_works(session: Session, graph: "nx.MultiDiGraph[str]") -> None:
    """Merge the records of each work into one node, its publication's, and redirect their links to it."""
    works = ExportedWorks(session)
    slugs = slugs_of(session, works.with_further(works.further))
    for shown, further in works.further.items():
        node = f"paper:{slugs[shown]}"
        for other in (f"paper:{slugs[number]}" for number in further):
            if other not in graph or node not in graph:
                continue
            data = graph.nodes[other]
            graph.nodes[node].update({k: v for k, v in data.items() if k not in graph.nodes[node]})
            edges = [(node, b, key, v) for _, b, key, v in graph.out_edges(other, keys=True, data=True)]
            edges += [(a, node, key, v) for a, _, key, v in graph.in_edges(other, keys=True, data=True)]
            graph.remove_node(other)
            for source, target, key, values in edges:
                if other not in (source, target) and source != target and not graph.has_edge(source, target, key):
                    graph.add_edge(source, target, key=key, **values)


def _clean(graph: "nx.MultiDiGraph[str]") -> None:
    """Remove characters from every text that XML does not allow."""
    held: list[UncheckedObject] = [graph.graph, *(data for _, data in graph.nodes(data=True))]
    for values in (*held, *(data for _, _, data in graph.edges(data=True))):
        values |= {name: without_controls(value) for name, value in values.items() if isinstance(value, str)}
