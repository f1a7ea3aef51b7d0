"""A neighborhood along time, as plain numbers for an SVG template: lanes by kind and branch, nodes at their dates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from wamkg.figures.plaintext import plain
from wamkg.readable import shorten

if TYPE_CHECKING:
    import networkx as nx

WIDTH, LEFT, RIGHT = 1040.0, 130.0, 150.0
ROW, LANE_GAP, TOP = 20.0, 18.0, 12.0
LETTER, MARK, MAX_LABEL = 6.3, 8.0, 28
LANES = ("taxon", "challenge", "concept", "branch", "paper", "method", "benchmark", "dataset", "metric", "institution")
"""Order of the lanes from top to bottom; papers and methods of a branch have a lane of their own."""


@dataclass(frozen=True)
class DrawnNode:
    """A node at a place; `anchor` says on which side of it the label stands."""

    key: str
    label: str
    kind: str
    branch: str
    date: str
    x: float
    y: float
    anchor: str


@dataclass(frozen=True)
class DrawnEdge:
    """A link between two places."""

    source: str
    target: str
    relation: str
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class GraphLane:
    """A band of nodes of one kind or branch."""

    name: str
    y: float


@dataclass(frozen=True)
class TimeDrawing:
    """The drawing in user units of `width` by `height`; `years` are the places of the years."""

    width: float
    height: float
    nodes: list[DrawnNode]
    edges: list[DrawnEdge]
    lanes: list[GraphLane]
    years: list[tuple[str, float]]


def draw_along_time(graph: "nx.MultiDiGraph[str]", dates: Mapping[str, str]) -> TimeDrawing:
    """Place each node at its date, or between its neighbors if it has none; labels never cover each other.

    `dates` are the dates of nodes as ISO text.
    """
    years = {key: _year(date) for key, date in dates.items() if key in graph}
    first, last = min(years.values(), default=0.0), max(years.values(), default=1.0)
    span = max(last - first, 0.5)
    across = {key: LEFT + (year - first) / span * (WIDTH - LEFT - RIGHT) for key, year in years.items()}
    xs = {key: across[key] if key in across else _between(graph, key, across) for key in graph}
    nodes, lanes, y = [], [], TOP
    ordered = sorted(graph, key=lambda key: (_lane(graph.nodes[key]), xs[key], key))
    for (_, name), keys in groupby(ordered, key=lambda key: _lane(graph.nodes[key])):
        placed, rows = _rows(graph, list(keys), xs)
        lanes.append(GraphLane(name, y + ROW / 2))
        nodes += [
            DrawnNode(key, label, str(graph.nodes[key]["kind"]), str(graph.nodes[key].get("hue", "")),
                      dates.get(key, ""), xs[key], y + (row + 0.5) * ROW, anchor)
            for key, label, row, anchor in placed
        ]  # fmt: skip
        y += rows * ROW + LANE_GAP
    at = {node.key: node for node in nodes}
    edges = [
        DrawnEdge(a, b, str(e["relation"]), at[a].x, at[a].y, at[b].x, at[b].y) for a, b, e in graph.edges(data=True)
    ]
    marks = [(str(year), LEFT + (year - first) / span * (WIDTH - LEFT - RIGHT)) for year in _whole(first, last, years)]
    return TimeDrawing(WIDTH, y + ROW, nodes, edges, lanes, marks)


def _whole(first: float, last: float, years: Mapping[str, float]) -> Iterable[int]:
    return range(int(first) + (first > int(first)), int(last) + 1) if years else ()


def _year(date: str) -> float:
    year, *rest = (int(part) for part in date.split("-"))
    month, day = (rest[0] if rest else 1), (rest[1] if len(rest) > 1 else 1)
    return year + (month - 1) / 12 + (day - 1) / 372


def _between(graph: "nx.MultiDiGraph[str]", key: str, across: Mapping[str, float]) -> float:
    near = [across[other] for other in (*graph.successors(key), *graph.predecessors(key)) if other in across]
    return sum(near) / len(near) if near else LEFT


def _lane(node: Mapping[str, object]) -> tuple[int, str]:
    kind = str(node["kind"])
    if kind in ("paper", "method") and node.get("hue"):
        return LANES.index("branch"), str(node["hue"])
    return (LANES.index(kind) if kind in LANES else len(LANES)), kind


def _rows(
    graph: "nx.MultiDiGraph[str]", keys: Sequence[str], xs: Mapping[str, float]
) -> tuple[list[tuple[str, str, int, str]], int]:
    """Key, label, row and side of the label of each node of a lane, and the number of rows."""
    ends: list[float] = []
    placed = []
    for key in keys:
        node = graph.nodes[key]
        label = shorten(plain(str(node.get("short") or node["label"])), MAX_LABEL)
        length, x = MARK + len(label) * LETTER, xs[key]
        anchor = "end" if x + length > WIDTH else "start"
        begin, end = (x - length, x + MARK) if anchor == "end" else (x - MARK, x + length)
        row = next((n for n, taken in enumerate(ends) if taken < begin), len(ends))
        ends[row:] = [end, *ends[row + 1 :]]
        placed.append((key, label, row, anchor))
    return placed, len(ends)
