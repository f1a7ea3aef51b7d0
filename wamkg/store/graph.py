"""The store as nodes and edges: the edges at given entities, and the data of the entities."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, literal, or_
from sqlmodel import Session, col

from wamkg.store.base import Condition, Selected, chunks, is_live, rows, rows_as, select_columns
from wamkg.store.entities import ENTITY_MODELS
from wamkg.store.tables import Assignment, Citation, Entity, Link, Paper, Result, Taxon, Taxonomy
from wamkg.vocabulary import AssignmentStatus, EntityKind, Relation, Standing

CITES, PLACED_IN, PART_OF, MEASURED_BY = "cites", "placed_in", "part_of", "measured_by"
RELATIONS = (*(r.value for r in Relation), CITES, PLACED_IN, PART_OF, MEASURED_BY)
KINDS = tuple(k.value for k in EntityKind if k is not EntityKind.TAXONOMY)


class GraphEdge(NamedTuple):
    """A typed link between two entities; `weight` is the number of rows that state it."""

    source: int
    relation: str
    target: int
    weight: int = 1


@dataclass(frozen=True)
class Node:
    """An entity; `key` is its readable name (`method:unipi`, `taxon:wam:joint`)."""

    id: int
    uid: str
    kind: str
    key: str
    label: str
    detail: str = ""
    standing: str = ""
    paper_id: str = ""


_Touches = Callable[[int | None, int | None, list[int]], Condition]
"""Makes the condition that an edge, given by the columns of its ends, touches some of the entities."""


def edges_at(session: Session, numbers: Iterable[int], relations: Iterable[str] | None = None) -> list[GraphEdge]:
    """Every edge that starts or ends at one of the entities, each once, in a fixed order."""
    return sorted(_edges_where(session, numbers, relations, _touches))


def edges_near(
    session: Session, numbers: Iterable[int], relations: Iterable[str] | None, most: int | None
) -> tuple[list[GraphEdge], bool]:
    """Every edge at one of the entities, but for citations of them: `most` rows at each thousand entities, so that a
    paper with a million citers is read as fast as any other. The second value says whether some are left out.
    """
    numbers, wanted = sorted(set(numbers)), set(RELATIONS if relations is None else relations)
    edges = _edges_where(session, numbers, wanted - {CITES}, _touches)
    if CITES not in wanted:
        return sorted(edges), False
    edges |= _edges_where(session, numbers, {CITES}, _starts)
    is_cut = False
    for part in chunks(numbers):
        citing = list(_edges(session, _citing(part, most)))
        is_cut |= most is not None and sum(edge.weight for edge in citing) > most
        edges |= set(citing)
    return sorted(edges), is_cut


def _citing(part: list[int], most: int | None) -> Selected:
    """The citations of some papers, and one more than `most` of their rows if there are as many."""
    stored = select_columns(Citation.citing_id, Citation.cited_id).where(
        col(Citation.cited_id).in_(part), is_live(Citation)
    )
    stored = stored.order_by(col(Citation.cited_id), col(Citation.id)).limit(None if most is None else most + 1)
    citing, cited = stored.subquery().columns
    cut: Selected = select_columns(citing, literal(CITES), cited, func.count()).group_by(citing, cited)
    return cut


def edges_among(session: Session, numbers: Iterable[int], relations: Iterable[str] | None = None) -> list[GraphEdge]:
    """Every edge between two of the entities, each once, in a fixed order."""
    inside = set(numbers)
    return sorted(edge for edge in _edges_where(session, inside, relations, _starts) if edge.target in inside)


def _edges_where(
    session: Session, numbers: Iterable[int], relations: Iterable[str] | None, touches: _Touches
) -> set[GraphEdge]:
    wanted = set(RELATIONS if relations is None else relations)
    return {
        edge
        for part in chunks(sorted(set(numbers)))
        for statement in _statements(wanted, part, touches)
        for edge in _edges(session, statement)
    }


def _edges(session: Session, statement: Selected) -> Iterator[GraphEdge]:
    for edge in rows_as(session, statement, GraphEdge._make):
        if edge.source is not None and edge.target is not None:
            yield edge


def _statements(wanted: set[str], part: list[int], touches: _Touches) -> Iterator[Selected]:
    named = wanted & {r.value for r in Relation}
    if named:
        link = select_columns(Link.source_id, Link.relation, Link.target_id, literal(1))
        yield link.where(col(Link.relation).in_(named), touches(Link.source_id, Link.target_id, part))
    if CITES in wanted:
        cite = select_columns(Citation.citing_id, literal(CITES), Citation.cited_id, func.count())
        cite = cite.where(touches(Citation.citing_id, Citation.cited_id, part), is_live(Citation))
        yield cite.group_by(col(Citation.citing_id), col(Citation.cited_id))
    if PLACED_IN in wanted:
        place = select_columns(Assignment.paper_id, literal(PLACED_IN), Assignment.taxon_id, literal(1))
        live = (is_live(Assignment), Assignment.status == AssignmentStatus.PLACED)
        yield place.where(*live, touches(Assignment.paper_id, Assignment.taxon_id, part))
    if PART_OF in wanted:
        below = select_columns(Taxon.id, literal(PART_OF), Taxon.parent_id, literal(1))
        present = is_live(Taxon)
        yield below.where(col(Taxon.parent_id).is_not(None), present, touches(Taxon.id, Taxon.parent_id, part))
    yield from _result_statements(wanted, part, touches)


def _result_statements(wanted: set[str], part: list[int], touches: _Touches) -> Iterator[Selected]:
    pairs = (
        (Relation.EVALUATED_ON.value, Result.method_id, Result.benchmark_id),
        (MEASURED_BY, Result.benchmark_id, Result.metric_id),
    )
    for relation, source, target in pairs:
        if relation in wanted:
            scored = select_columns(source, literal(relation), target, func.count())
            yield scored.where(touches(source, target, part)).group_by(source, target)


def _touches(source: int | None, target: int | None, part: list[int]) -> Condition:
    return or_(col(source).in_(part), col(target).in_(part))


def _starts(source: int | None, _target: int | None, part: list[int]) -> Condition:
    return col(source).in_(part)


def nodes_of(session: Session, numbers: Iterable[int]) -> dict[int, Node]:
    """The nodes of entities. Kinds that the graph does not show and ended taxa are left out."""
    found: dict[int, Node] = {}
    for part in chunks(sorted(set(numbers))):
        kinds = {
            number: (uid, kind)
            for number, uid, kind in rows(
                session, select_columns(Entity.id, Entity.uid, Entity.kind).where(col(Entity.id).in_(part))
            )
        }
        for kind in {kind for _, kind in kinds.values()} & set(KINDS):
            own = [number for number, (_, k) in kinds.items() if k == kind]
            found |= {node.id: node for node in _nodes(session, kind, own, kinds)}
    return found


def _nodes(session: Session, kind: str, own: list[int], kinds: dict[int, tuple[str, str]]) -> Iterator[Node]:
    if kind == EntityKind.PAPER:
        columns = (Paper.id, Paper.slug, Paper.title, Paper.arxiv, Paper.standing)
        for number, slug, title, arxiv, standing in rows(
            session, select_columns(*columns).where(col(Paper.id).in_(own))
        ):
            public = f"arxiv:{arxiv}" if arxiv else slug
            yield Node(number, kinds[number][0], kind, f"paper:{slug}", title, title, standing, public)
    elif kind == EntityKind.TAXON:
        statement = select_columns(Taxon.id, Taxonomy.slug, Taxon.path, Taxon.name, Taxon.definition)
        statement = statement.join(Taxonomy, col(Taxonomy.id) == col(Taxon.taxonomy_id))
        statement = statement.where(is_live(Taxon))
        for number, slug, path, name, definition in rows(session, statement.where(col(Taxon.id).in_(own))):
            yield Node(number, kinds[number][0], kind, f"taxon:{slug}:{path}", name, definition)
    else:
        model = ENTITY_MODELS[EntityKind(kind)]
        for number, slug, name in rows(
            session, select_columns(model.id, model.slug, model.name).where(col(model.id).in_(own))
        ):
            yield Node(number, kinds[number][0], kind, f"{kind}:{slug}", name)


def entity_numbers(session: Session, kinds: Iterable[str]) -> list[int]:
    """Numbers of all entities of these kinds, oldest first, without papers with standing `cited` and ended taxa."""
    cited = select_columns(Paper.id).where(Paper.standing == Standing.CITED)
    ended = select_columns(Taxon.id).where(col(Taxon.ended_at).is_not(None))
    statement = (
        select_columns(Entity.id)
        .where(col(Entity.kind).in_(list(kinds)), col(Entity.id).not_in(cited), col(Entity.id).not_in(ended))
        .order_by(col(Entity.id))
    )
    return [row[0] for row in rows(session, statement)]
