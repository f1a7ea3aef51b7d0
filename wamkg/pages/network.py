"""The graph page: a neighborhood as a drawing (its own document) and as tables."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from sqlmodel import Session

from wamkg.errors import NotFoundError
from wamkg.figures.style import THEMES, hues_for
from wamkg.graph.build import build_graph, find_node
from wamkg.graph.network_page import pyvis_page
from wamkg.pages.context import load_taxon_names, page_frame
from wamkg.pages.graph_drawing import draw_along_time
from wamkg.pages.render import render
from wamkg.pages.viewer import Viewer
from wamkg.store.entities import ENTITY_MODELS, get_entity
from wamkg.store.graph import KINDS
from wamkg.store.survey import branch_hues
from wamkg.store.taxonomies import find_default_taxonomy
from wamkg.views.papers import PaperQuery, find_paper_page, papers_by_id
from wamkg.vocabulary import EntityKind, Relation

if TYPE_CHECKING:
    import networkx as nx

DRAWN_CAP, MAX_DRAWN = 150, 2000
CAPS = (DRAWN_CAP, 500, MAX_DRAWN)
"""Numbers of nodes that the page offers to show."""
HOPS = 2


@dataclass(frozen=True)
class GraphChoice:
    """The neighborhood to show."""

    center: str | None = None
    hops: int = HOPS
    kinds: tuple[str, ...] = ()
    layout: str = "time"
    branch: str = ""
    cap: int = DRAWN_CAP

    @property
    def given(self) -> dict[str, object]:
        """The choice as the parameters of an address."""
        return {
            "center": self.center,
            "hops": self.hops,
            "kind": self.kinds,
            "layout": self.layout,
            "branch": self.branch,
            "cap": self.cap if self.cap != DRAWN_CAP else None,
        }


def graph_page(session: Session, choice: GraphChoice, viewer: Viewer | None = None) -> str:
    """The neighborhood of one entity, drawn and as tables; by default of the newest classified paper.

    Raises the errors of `build_graph`.
    """
    choice = replace(choice, center=_center_of(session, choice.center))
    if choice.center is None:
        return render(
            "graph.html",
            viewer=viewer,
            **page_frame(session),
            here="/graph",
            choice=choice,
            label="nothing yet",
            groups=[],
            edges=[],
            left_out=0,
            caps=CAPS,
            drawing=None,
        )
    graph = _graph(session, choice)
    center = graph.graph["center"]
    nodes = sorted(
        ((key, graph.nodes[key]) for key in graph), key=lambda pair: (pair[1]["kind"], pair[1]["label"].casefold())
    )
    return render(
        "graph.html",
        viewer=viewer,
        **page_frame(session),
        here="/graph",
        choice=choice,
        center=center,
        label=graph.nodes[center]["label"],
        left_out=graph.graph["left_out"],
        is_cut=graph.graph["is_cut"],
        caps=CAPS,
        drawing=draw_along_time(graph, _dates(session, graph)) if choice.layout == "time" else None,
        kinds=KINDS,
        node=graph.nodes[center],
        links=_links(graph, center),
        branch_hues=hues_for(sorted({str(node["hue"]) for _, node in nodes if "hue" in node}), branch_hues(session)),
        branches=_branch_names(session),
        groups=[(kind, list(group)) for kind, group in groupby(nodes, key=lambda pair: pair[1]["kind"])],
        edges=[(graph.nodes[a], e["relation"], graph.nodes[b]) for a, b, e in graph.edges(data=True)],
        relations=sorted({str(e["relation"]) for _, _, e in graph.edges(data=True)}),
    )


def _center_of(session: Session, text: str | None) -> str | None:
    """The node that a text names: by its key or id, else an entity or class of this name, else the paper that a search
    finds first; without a text, the newest classified paper.

    Raises NotFoundError.
    """
    if not text:
        return newest_classified(session)
    try:
        find_node(session, text)
    except NotFoundError:
        found = None if text.partition(":")[0] in KINDS else _named(session, text)
        if found is None:
            raise
        return found
    return text


def _named(session: Session, name: str) -> str | None:
    """The key of the entity or class of a name, or the id of the paper that a search finds first."""
    for kind in ENTITY_MODELS:
        with suppress(NotFoundError):
            return f"{kind}:{get_entity(session, EntityKind(kind), name).slug}"
    main, wanted = find_default_taxonomy(session), name.casefold()
    for path, known in load_taxon_names(session).names.get(main, {}).items():
        if known.casefold() == wanted:
            return f"taxon:{main}:{path}"
    papers = find_paper_page(session, PaperQuery(q=name, limit=1)).items
    return papers[0].id if papers else None


def _branch_names(session: Session) -> dict[str, str]:
    """The names of classes by path; where two taxonomies have the same path, that of the main one."""
    names, main = load_taxon_names(session).names, find_default_taxonomy(session)
    return {path: name for known in names.values() for path, name in known.items()} | dict(names.get(main, {}))


def _links(graph: "nx.MultiDiGraph[str]", center: str) -> dict[str, int]:
    """Number of links of a node by relation."""
    found = Counter(e["relation"] for a, b, e in graph.edges(data=True) if center in (a, b))
    return dict(found.most_common())


def _dates(session: Session, graph: "nx.MultiDiGraph[str]") -> dict[str, str]:
    """The dates of papers, and of methods by the paper that proposes them."""
    papers = {key: str(node["paper"]) for key, node in graph.nodes(data=True) if "paper" in node}
    items = zip(papers, papers_by_id(session, list(papers.values())), strict=True)
    dates = {key: item.date for key, item in items if item is not None and item.date}
    for paper, method, edge in graph.edges(data=True):
        if edge["relation"] == Relation.PROPOSES and paper in dates:
            dates.setdefault(method, dates[paper])
    return dates


def newest_classified(session: Session) -> str | None:
    """Id of the newest paper assigned in the main taxonomy, None if there is none."""
    main = find_default_taxonomy(session)
    if not main:
        return None
    newest = find_paper_page(session, PaperQuery(state=(f"{main}:placed",), limit=1)).items
    return newest[0].id if newest else None


def network_document(session: Session, choice: GraphChoice) -> str:
    """The drawing alone, as its own page.

    Raises the errors of `build_graph`, and NotFoundError without a center if no paper is classified.
    """
    choice = replace(choice, center=_center_of(session, choice.center))
    if choice.center is None:
        raise NotFoundError("nothing is classified yet, so there is nothing to draw; name a center")
    graph = _graph(session, choice)
    label = graph.nodes[graph.graph["center"]]["label"]
    return pyvis_page(graph, _colors(graph, branch_hues(session)), f"Around {label}")


def _graph(session: Session, choice: GraphChoice) -> "nx.MultiDiGraph[str]":
    graph = build_graph(session, choice.center, choice.hops, choice.kinds or None, cap=choice.cap)
    if choice.branch:
        center = graph.graph["center"]
        hues = {key: node["hue"] for key, node in graph.nodes(data=True) if "hue" in node and key != center}
        graph.remove_nodes_from([key for key, hue in hues.items() if hue != choice.branch])
    return graph


def _colors(graph: "nx.MultiDiGraph[str]", chosen: Mapping[str, int]) -> dict[str, str]:
    """The colors of the figures: one per branch, and one for each kind of entity without a branch."""
    hues = THEMES["light"].hues
    branches = sorted({str(node["hue"]) for _, node in graph.nodes(data=True) if "hue" in node} | set(chosen))
    by_branch = {branch: hues[index].edge for branch, index in hues_for(branches, chosen).items()}
    return by_branch | {"dataset": hues[2].edge, "benchmark": hues[2].edge, "institution": hues[3].edge}
