"""The store, or the neighborhood of one entity in it, as a networkx graph."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.json_types import UncheckedObject
from wamkg.near_matches import did_you_mean, unknown
from wamkg.store.entities import ENTITY_MODELS, get_entity
from wamkg.store.graph import (
    KINDS,
    PLACED_IN,
    RELATIONS,
    GraphEdge,
    Node,
    edges_among,
    edges_at,
    edges_near,
    entity_numbers,
    nodes_of,
)
from wamkg.store.papers import find_paper
from wamkg.store.tables import Paper
from wamkg.store.taxonomies import find_default_taxonomy, find_taxon, get_taxonomy
from wamkg.vocabulary import EntityKind, Relation

if TYPE_CHECKING:
    import networkx as nx

DEFAULT_CAP, MAX_NODES, MAX_HOPS = 300, 5000, 6
_PROPOSING = (EntityKind.PAPER, EntityKind.METHOD)
_Wanted = tuple[set[str], Sequence[str] | None, int | None]
"""Kinds and relations to follow, and the maximum number of nodes."""


def find_node(session: Session, text: str) -> int:
    """Number of an entity: `method:unipi`, `taxon:wam:joint/diffusion`, `paper:slug`, any paper id.

    Raises NotFoundError.
    """
    kind, _, rest = text.partition(":")
    if kind == EntityKind.TAXON:
        slug, _, path = rest.partition(":")
        found: Any = find_taxon(session, get_taxonomy(session, slug), path)
    elif kind in set(ENTITY_MODELS):
        found = get_entity(session, EntityKind(kind), rest)
    else:
        found = _find_paper(session, kind, rest, text)
    if found.id is None:
        raise NotFoundError(f"no entity {text[:200]!r}; write method:NAME, taxon:TAXONOMY:PATH or so")
    number: int = found.id
    return number


def _find_paper(session: Session, kind: str, rest: str, text: str) -> Paper:
    try:
        return find_paper(session, rest if kind == EntityKind.PAPER else text)
    except NotFoundError:
        near = did_you_mean(kind, {known: f"{known}:{rest}" for known in KINDS}) if rest and kind not in KINDS else ""
        if not near:
            raise
        raise NotFoundError(f"no entity {text[:200]!r}{near} Write method:NAME, taxon:TAXONOMY:PATH or so") from None


@dataclass
class _Gathered:
    """Nodes and edges found so far; `met` has every neighbor, included or not, unless `is_cut`: then there are more."""

    kept: dict[int, Node] = field(default_factory=dict)
    edges: set[GraphEdge] = field(default_factory=set)
    met: set[int] = field(default_factory=set)
    is_cut: bool = False


def build_graph(
    session: Session,
    center: str | None = None,
    hops: int = 1,
    kinds: Sequence[str] | None = None,
    relations: Sequence[str] | None = None,
    cap: int | None = DEFAULT_CAP,
) -> "nx.MultiDiGraph[str]":
    """Build a graph of papers, methods, datasets, benchmarks, metrics, taxa, institutions, challenges, concepts and
    their links.

    With `center`, everything within `hops` of it, nearest first; without it, the whole store except papers with
    standing `cited`. `kinds` and `relations` limit what is followed; the center is always included. At most `cap` nodes
    are included (None: all), and `graph.graph["left_out"]` is the number of the others, or at least so many with
    `graph.graph["is_cut"]`: of more than `MAX_NODES` citations at once no more are read. Nodes are keyed `kind:slug`,
    edges by relation; both have the attributes that a drawing or another program needs.

    Raises NotFoundError for an unknown center, InvalidInputError for a kind, relation or number out of range.
    """
    _check(hops, kinds, relations, cap)
    wanted = set(kinds or KINDS)
    gathered = _Gathered()
    start: int | None = None
    if center is None:
        _gather_all(session, gathered, wanted, relations, cap)
    else:
        start = find_node(session, center)
        gathered.kept |= nodes_of(session, [start])
        _gather_around(session, gathered, start, hops, (wanted, relations, cap))
    graph = _as_networkx(session, gathered.kept, gathered.edges)
    left_out = len(gathered.met - gathered.kept.keys())
    named = gathered.kept[start].key if start is not None else None
    graph.graph |= {"center": named, "hops": hops if center else None, "cap": cap, "left_out": left_out}
    graph.graph["is_cut"] = gathered.is_cut
    return graph


def _check(hops: int, kinds: Sequence[str] | None, relations: Sequence[str] | None, cap: int | None) -> None:
    for what, given, known in (("kind", kinds, KINDS), ("relation", relations, RELATIONS)):
        strange = [name for name in given or () if name not in known]
        if strange:
            raise InvalidInputError(unknown(what, strange[0], known))
    if not 0 <= hops <= MAX_HOPS:
        raise InvalidInputError(f"hops {hops} is out of range: use 0 to {MAX_HOPS}")
    if cap is not None and not 1 <= cap <= MAX_NODES:
        raise InvalidInputError(f"cap {cap} is out of range: use 1 to {MAX_NODES}")


def _gather_all(
    session: Session, gathered: _Gathered, kinds: set[str], relations: Sequence[str] | None, cap: int | None
) -> None:
    # Taxa first: a part of the store is more use with its classes than without.
    order = sorted(kinds, key=lambda kind: (kind != EntityKind.TAXON, KINDS.index(kind)))
    numbers = [number for kind in order for number in entity_numbers(session, [kind])]
    gathered.met |= set(numbers)
    gathered.kept |= nodes_of(session, numbers[:cap])
    gathered.edges |= set(edges_at(session, gathered.kept, relations))


def _gather_around(session: Session, gathered: _Gathered, start: int, hops: int, wanted: _Wanted) -> None:
    kinds, relations, cap = wanted
    edge_of_known = {start}
    gathered.met.add(start)
    for _ in range(hops):
        edges, is_cut = edges_near(session, edge_of_known, relations, None if cap is None else MAX_NODES)
        gathered.is_cut |= is_cut
        near = {end for edge in edges for end in (edge.source, edge.target)} - gathered.met
        nodes = [n for n in nodes_of(session, near).values() if n.kind in kinds]
        gathered.met |= {node.id for node in nodes}
        room = None if cap is None else cap - len(gathered.kept)
        fresh = sorted(nodes, key=lambda node: (KINDS.index(node.kind), node.key))[:room]
        gathered.kept |= {node.id: node for node in fresh}
        edge_of_known = {node.id for node in fresh}
        if not edge_of_known:
            break
    gathered.edges |= set(edges_among(session, gathered.kept, relations))


def _as_networkx(session: Session, nodes: Mapping[int, Node], edges: Iterable[GraphEdge]) -> "nx.MultiDiGraph[str]":
    """Nodes and the edges between them, in a fixed order."""
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    keys = {number: node.key for number, node in nodes.items()}
    for node in sorted(nodes.values(), key=lambda n: n.key):
        said = {"kind": node.kind, "label": node.label, "uid": node.uid, "detail": node.detail}
        if node.paper_id:
            said |= {"paper": node.paper_id, "standing": node.standing}
        graph.add_node(node.key, **said)
    named = sorted(
        (keys[e.source], keys[e.target], e.relation, e.weight) for e in edges if e.source in keys and e.target in keys
    )
    for source, target, relation, weight in named:
        graph.add_edge(source, target, key=relation, relation=relation, weight=weight)
    _decorate(session, graph, nodes)
    return graph


def _decorate(session: Session, graph: "nx.MultiDiGraph[str]", nodes: Mapping[int, Node]) -> None:
    """Set `short` of papers to their method's name, and `hue` of papers, methods and taxa to their branch.

    Both are read from the store, so an entity looks the same in every part of the graph.
    """
    proposals = edges_at(session, (n.id for n in nodes.values() if n.kind in _PROPOSING), [Relation.PROPOSES])
    named = dict(nodes) | nodes_of(session, {edge.target for edge in proposals})
    papers = {n.id for n in nodes.values() if n.kind == EntityKind.PAPER} | {edge.source for edge in proposals}
    branches = _branches(session, papers)
    hues = dict(branches)
    for edge in proposals:
        if edge.source in nodes:
            graph.nodes[nodes[edge.source].key]["short"] = named[edge.target].label
        if edge.source in branches:
            hues[edge.target] = branches[edge.source]
    for number, node in nodes.items():
        hue = _branch_of(node)[1] if node.kind == EntityKind.TAXON else hues.get(number)
        if hue is not None:
            graph.nodes[node.key]["hue"] = hue


def _branches(session: Session, papers: Iterable[int]) -> dict[int, str]:
    """The branch of each assigned paper, in the main taxonomy if it is assigned there."""
    placed = edges_at(session, papers, [PLACED_IN])
    taxa = {number: _branch_of(taxon) for number, taxon in nodes_of(session, {edge.target for edge in placed}).items()}
    found: dict[int, str] = {}
    main = find_default_taxonomy(session)
    for edge in sorted(placed, key=lambda e: (taxa[e.target][0] != main, taxa[e.target])):
        found.setdefault(edge.source, taxa[edge.target][1])
    return found


def _branch_of(taxon: Node) -> tuple[str, str]:
    """The taxonomy of a taxon and its branch."""
    _, taxonomy, path = taxon.key.split(":", 2)
    return taxonomy, path.partition("/")[0]


def node_link(graph: "nx.MultiDiGraph[str]") -> UncheckedObject:
    """The graph as plain data that `networkx.node_link_graph` reads."""
    import networkx as nx

    data: UncheckedObject = nx.node_link_data(graph, edges="edges")
    return data


def find_path(session: Session, source: str, target: str, hops: int = MAX_HOPS) -> "nx.MultiDiGraph[str]":
    """A shortest path between two entities, ignoring the direction of the links; empty if there is none.

    Raises NotFoundError for an unknown entity, InvalidInputError for hops out of range.
    """
    _check(hops, None, None, 1)
    start, goal = find_node(session, source), find_node(session, target)
    parents = _search(session, start, goal, hops)
    way = [goal] if goal in parents else []
    while way and way[-1] != start:
        way.append(parents[way[-1]])
    steps = set(pairwise(way))
    edges = [e for e in edges_at(session, way) if steps & {(e.source, e.target), (e.target, e.source)}] if way else []
    graph = _as_networkx(session, nodes_of(session, way), edges)
    graph.graph |= {"from": source, "to": target, "length": max(len(way) - 1, 0) if way else None}
    return graph


def _search(session: Session, start: int, goal: int, hops: int) -> dict[int, int]:
    """Breadth-first search: for each entity reached, its predecessor."""
    parents = {start: start}
    frontier = [start]
    for _ in range(hops):
        if goal in parents or not frontier:
            break
        reached: list[int] = []
        known = set(frontier)
        for edge in edges_at(session, frontier):
            for here, there in ((edge.source, edge.target), (edge.target, edge.source)):
                if here in known and there not in parents:
                    parents[there] = here
                    reached.append(there)
        frontier = reached
    return parents
