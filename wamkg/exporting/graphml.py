"""GraphML: the whole store as a graph that Gephi, yEd and networkx read."""

from collections.abc import Iterator

from sqlmodel import Session

from wamkg.graph.build import build_graph


def export_graphml(session: Session) -> Iterator[str]:
    """The graph of everything but papers merely cited, one line at a time."""
    import networkx as nx

    graph = build_graph(session, cap=None)
    # GraphML has no null.
    graph.graph = {name: value for name, value in graph.graph.items() if value is not None}
    for line in nx.generate_graphml(graph, prettyprint=True):
        yield line + "\n"
