"""GraphML: the whole store as a graph that Gephi, yEd and networkx read."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from wamkg.exporting.characters import without_controls
from wamkg.graph.build import build_graph

if TYPE_CHECKING:
    import networkx as nx


def export_graphml(session: Session) -> Iterator[str]:
    """The graph of everything but papers merely cited, one line at a time."""
    import networkx as nx

    graph = build_graph(session, cap=None)
    # GraphML has no null.
    graph.graph = {name: value for name, value in graph.graph.items() if value is not None}
    _clean(graph)
    for line in nx.generate_graphml(graph, prettyprint=True):
        yield line + "\n"


def _clean(graph: "nx.MultiDiGraph[str]") -> None:
    """Leave out of every text the characters that XML does not allow."""
    held: list[dict[str, Any]] = [graph.graph, *(data for _, data in graph.nodes(data=True))]
    for values in (*held, *(data for _, _, data in graph.edges(data=True))):
        values |= {name: without_controls(value) for name, value in values.items() if isinstance(value, str)}
