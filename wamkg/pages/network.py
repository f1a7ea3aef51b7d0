"""The neighbourhood page: a drawing that is its own document, and the same as tables."""

from dataclasses import dataclass
from itertools import groupby

import networkx as nx
from sqlmodel import Session

from wamkg.figures.style import FIXED_HUES, THEMES, hues_for
from wamkg.graph.build import build_graph
from wamkg.graph.network_page import pyvis_page
from wamkg.pages.render import render
from wamkg.views.tree import MAIN

DRAWN_CAP = 150
START = f"taxon:{MAIN}:joint"


@dataclass(frozen=True)
class GraphChoice:
    """Which neighbourhood to show."""

    center: str = START
    hops: int = 1
    kinds: tuple[str, ...] = ()


def graph_page(session: Session, choice: GraphChoice) -> str:
    """The neighbourhood of one thing, drawn and as tables.

    Raises as `build_graph` does.
    """
    graph = _graph(session, choice)
    center = graph.graph["center"]
    nodes = sorted(graph.nodes(data=True), key=lambda pair: (pair[1]["kind"], pair[1]["label"].casefold()))
    return render(
        "graph.html",
        here="/graph",
        choice=choice,
        center=center,
        label=graph.nodes[center]["label"],
        left_out=graph.graph["left_out"],
        groups=[(kind, list(group)) for kind, group in groupby(nodes, key=lambda pair: pair[1]["kind"])],
        edges=[(graph.nodes[a], e["relation"], graph.nodes[b]) for a, b, e in graph.edges(data=True)],
    )


def network_document(session: Session, choice: GraphChoice) -> str:
    """The drawing alone, as a page of its own.

    Raises as `build_graph` does.
    """
    graph = _graph(session, choice)
    label = graph.nodes[graph.graph["center"]]["label"]
    return pyvis_page(graph, _colours(graph), f"Around {label}")


def _graph(session: Session, choice: GraphChoice) -> "nx.MultiDiGraph[str]":
    return build_graph(session, choice.center, choice.hops, choice.kinds or None, cap=DRAWN_CAP)


def _colours(graph: "nx.MultiDiGraph[str]") -> dict[str, str]:
    """The figures' colours: a family's own, and one for each kind that belongs to no family."""
    hues = THEMES["light"].hues
    families = sorted({str(node["hue"]) for _, node in graph.nodes(data=True) if "hue" in node} | set(FIXED_HUES))
    by_family = {family: hues[index].edge for family, index in hues_for(families).items()}
    return by_family | {"dataset": hues[2].edge, "benchmark": hues[2].edge, "institution": hues[3].edge}
