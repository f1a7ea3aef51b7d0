"""A neighborhood as an interactive page that loads nothing from the network, with a table beside it."""

import re
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

from wamkg.errors import InvalidInputError
from wamkg.json_types import UncheckedMapping, UncheckedObject
from wamkg.readable import shorten

if TYPE_CHECKING:
    import networkx as nx

MAX_DRAWN = 450
"""networkx lays out up to 499 nodes with numpy alone; larger drawings are unreadable anyway."""
SEED = 7
SPREAD, WIDER = 480, 2.0
"""Size of a drawing of 40 nodes, and its ratio of width to height."""
LONGEST, LETTER = 34, 9.0
"""Maximum length of a label, and the width of one character at the drawing's font size."""
_SHAPES = {
    "paper": "dot",
    "method": "diamond",
    "taxon": "box",
    "dataset": "square",
    "benchmark": "triangle",
    "metric": "triangleDown",
    "institution": "star",
    "challenge": "hexagon",
    "concept": "ellipse",
}
_HOLDING = {"box", "ellipse"}
"""Node shapes with the label inside."""
_OPTIONS = (
    '{"physics": {"enabled": false}, "edges": {"smooth": false, "color": {"color": "#9aa5b5"}, '
    '"arrows": {"to": {"scaleFactor": 0.45}}}, "interaction": {"hover": true, "keyboard": {"enabled": true, '
    '"bindToWindow": false}}, "nodes": {"font": {"size": 17, "color": "#16202e"}}}'
)
_REMOTE = re.compile(r"<(?:link|script)\b[^>]*(?:href|src)\s*=\s*[\"']?https?://[^>]*>(?:\s*</script>)?", re.I)
_STYLE = (
    "html,body{margin:0;height:100%;font:15px/1.5 system-ui,sans-serif;color:#16202e;background:#fff}"
    "h1{font-size:1.1rem;margin:0;padding:.6rem .8rem}.card{height:100%}"
    "#mynetwork{height:calc(100vh - 6.2rem)!important;min-height:18rem;border:0!important;float:none!important}"
    "details{padding:.4rem .8rem}table{border-collapse:collapse}td,th{text-align:left;padding:.2rem .8rem .2rem 0}"
)


def pyvis_page(graph: "nx.MultiDiGraph[str]", colors: Mapping[str, str] | None = None, title: str = "Graph") -> str:
    """The graph as one self-contained page: fixed positions, no physics, nothing loaded.

    `colors` gives the color for a node's `hue`, or else for its `kind`. The page also has a table with the same
    content.

    Raises InvalidInputError for more than `MAX_DRAWN` nodes.
    """
    # pyvis loads IPython, which takes a second.
    from pyvis.network import Network

    if len(graph) > MAX_DRAWN:
        raise InvalidInputError(f"{len(graph)} nodes are too many to draw: ask for at most {MAX_DRAWN}")
    network = Network(height="100%", width="100%", directed=True, cdn_resources="in_line")
    places = positions(graph)
    for key in graph:
        x, y = places[key]
        network.add_node(key, x=x, y=y, **_look(key, graph, colors or {}))
    for source, target, edge in graph.edges(data=True):
        network.add_edge(source, target, title=escape(edge["relation"].replace("_", " ")))
    network.set_options(_OPTIONS)
    return _finish(network.generate_html(notebook=False), graph, title)


def positions(graph: "nx.MultiDiGraph[str]") -> dict[str, tuple[float, float]]:
    """Position of each node: a spring layout from a fixed seed, spread so that no label covers another."""
    import networkx as nx

    from wamkg.graph.overlap_removal import remove_overlaps  # numpy, which no other page needs

    size = max(len(graph), 1)
    laid = nx.spring_layout(nx.Graph(graph), seed=SEED, k=2.2 / size**0.5, iterations=120)
    reach = SPREAD * max(size / 40, 0.5) ** 0.5
    middles = [(float(x) * reach * WIDER, float(y) * reach) for x, y in (laid[key] for key in graph)]
    apart = remove_overlaps(middles, [_size(graph.nodes[key]) for key in graph])
    return dict(zip(graph, apart, strict=True))


def _label(node: UncheckedMapping) -> str:
    return shorten(str(node.get("short") or node["label"]), LONGEST)


def _size(node: UncheckedMapping) -> tuple[float, float]:
    """Width and height of a node with its label, which is below the node unless its shape contains it."""
    width = LETTER * len(_label(node)) + 12.0
    return (width + 8.0, 34.0) if _SHAPES.get(node["kind"]) in _HOLDING else (width, 62.0)


def _look(key: str, graph: "nx.MultiDiGraph[str]", colors: Mapping[str, str]) -> UncheckedObject:
    node = graph.nodes[key]
    return {
        "label": _label(node),
        "title": escape(f"{node['kind']}: {node['label']}"),
        "shape": _SHAPES.get(node["kind"], "dot"),
        "color": colors.get(str(node.get("hue"))) or colors.get(node["kind"], "#c3cbd6"),
        "size": 26 if key == graph.graph.get("center") else 14,
        "borderWidth": 4 if key == graph.graph.get("center") else 1,
    }


def _finish(html: str, graph: "nx.MultiDiGraph[str]", title: str) -> str:
    """The page without what pyvis would load from the network, with a language, a title, a heading and the table."""
    html = _REMOTE.sub("", html)
    html = re.sub(r"<html\b[^>]*>", '<html lang="en">', html, count=1)
    html = re.sub(r"<center>\s*<h1>.*?</h1>\s*</center>", "", html, flags=re.S)
    head = f'<title>{escape(title)}</title><meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
    html = html.replace("</head>", head + "</head>", 1)
    html = html.replace("<body>", f"<body><main><h1>{escape(title)}</h1>", 1)
    return html.replace("</body>", _table(graph) + "</main></body>", 1)


def _table(graph: "nx.MultiDiGraph[str]") -> str:
    names = {key: escape(str(node["label"])) for key, node in graph.nodes(data=True)}
    lines = "".join(
        f"<tr><td>{names[a]}</td><td>{escape(e['relation'].replace('_', ' '))}</td><td>{names[b]}</td></tr>"
        for a, b, e in graph.edges(data=True)
    )
    head = '<thead><tr><th scope="col">From</th><th scope="col">Link</th><th scope="col">To</th></tr></thead>'
    words = f"{len(graph)} things and {graph.number_of_edges()} links as a table"
    return f"<details><summary>{words}</summary><table>{head}<tbody>{lines}</tbody></table></details>"
