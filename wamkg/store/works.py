"""Which papers are one work: what people judged, what sources link, and the groups that follow from both."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, select

from wamkg.store.bulk import select_columns
from wamkg.store.tables import Actor, Batch, Judgement, Link, Paper
from wamkg.vocabulary import Relation, SameWork

if TYPE_CHECKING:
    import networkx as nx  # takes a sixth of a second to load, which every start would wait for

Pair = tuple[int, int]


def ordered(one: int, other: int) -> Pair:
    """The two numbers, the lower first: what is said of a pair is said both ways."""
    return (one, other) if one < other else (other, one)


@dataclass
class Works:
    """Papers in groups, each one work.

    `same` holds pairs that people judged the same; their closure is transitive. `sources` holds pairs that a source
    links as preprint and publication; one that people's word forbids is left out and stands in `overruled`.
    """

    same: set[Pair] = field(default_factory=set)
    different: set[Pair] = field(default_factory=set)
    sources: set[Pair] = field(default_factory=set)
    overruled: list[Pair] = field(default_factory=list)

    def __post_init__(self) -> None:
        import networkx as nx

        self._judged = nx.Graph(list(self.same))
        self._graph = self._judged.copy()
        self.overruled += self.join(self.sources)

    def join(self, pairs: Iterable[Pair]) -> list[Pair]:
        """Let further pairs be one work each; returns those that people's word forbids, which stay as they are."""
        forbidden = []
        for pair in sorted(pairs):
            if self._would_join(self._graph, pair):
                forbidden.append(pair)
            else:
                self._graph.add_edge(*pair)
        return forbidden

    def _would_join(self, graph: "nx.Graph[int]", pair: Pair) -> list[Pair]:
        """Pairs judged different that a graph with this pair in it would join."""
        import networkx as nx

        mine, others = (nx.node_connected_component(graph, n) if n in graph else {n} for n in pair)
        joined = {
            ordered(a, b) for a, b in self.different if (a in mine and b in others) or (b in mine and a in others)
        }
        return sorted(joined)

    def members(self, paper: int) -> set[int]:
        """The papers of one work, the given one among them."""
        import networkx as nx

        return set(nx.node_connected_component(self._graph, paper)) if paper in self._graph else {paper}

    def groups(self) -> list[list[int]]:
        """Every work of more than one paper, each in order, the work with the lowest number first."""
        import networkx as nx

        return sorted(sorted(group) for group in nx.connected_components(self._graph))

    def clashes(self, pair: Pair) -> list[Pair]:
        """Pairs judged different that would be one work if people judged these two the same."""
        return self._would_join(self._judged, pair)

    def chain(self, pair: Pair) -> list[Pair]:
        """The judgements that make two papers one work, in order; empty where none do."""
        import networkx as nx

        if not (pair[0] in self._judged and pair[1] in self._judged and nx.has_path(self._judged, *pair)):
            return []
        path = nx.shortest_path(self._judged, *pair)
        return [ordered(*step) for step in pairwise(path)]

    def contradictions(self) -> list[Pair]:
        """Pairs judged different that other judgements make one work; no write leaves any behind."""
        return sorted(pair for pair in self.different if self.chain(pair))

    def are_told_apart(self, pair: Pair) -> bool:
        """Whether it follows from what is judged and linked that two papers are one work, or that they are not."""
        return pair[1] in self.members(pair[0]) or bool(self._would_join(self._graph, pair))


def load_works(session: Session, *, leaving_out: Pair | None = None) -> Works:
    """The works as judged now; `leaving_out` looks away from what is judged of one pair."""
    rows = session.exec(
        select(Judgement.left_id, Judgement.right_id, Judgement.verdict).where(col(Judgement.ended_at).is_(None))
    )
    said: dict[str, set[Pair]] = {}
    for left, right, verdict in rows:
        if (left, right) != leaving_out:
            said.setdefault(verdict, set()).add((left, right))
    links = session.exec(select(Link.source_id, Link.target_id).where(Link.relation == Relation.PUBLISHED_AS))
    sources = {ordered(source, target) for source, target in links}
    return Works(said.get(SameWork.SAME, set()), said.get(SameWork.DIFFERENT, set()), sources)


def lock_judgements(session: Session) -> None:
    """Let judgements come one by one, since each is checked against all others; SQLite's writers do so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql("LOCK TABLE judgement IN SHARE ROW EXCLUSIVE MODE")


def live_judgement(session: Session, pair: Pair) -> Judgement | None:
    """What is judged of a pair now."""
    live = select(Judgement).where(
        Judgement.left_id == pair[0], Judgement.right_id == pair[1], col(Judgement.ended_at).is_(None)
    )
    return session.exec(live).first()


def judgement_rows(session: Session, *, papers: Iterable[int] | None = None) -> list[Any]:
    """Rows (judgement, by, batch) of what holds now, newest first; narrowed to those about some papers."""
    statement = (
        select_columns(Judgement, Actor.name, Batch.uid)
        .join(Actor, col(Actor.id) == col(Judgement.actor_id))
        .join(Batch, col(Batch.id) == col(Judgement.batch_id))
        .where(col(Judgement.ended_at).is_(None))
        .order_by(col(Judgement.id).desc())
    )
    if papers is not None:
        wanted = list(papers)
        statement = statement.where(col(Judgement.left_id).in_(wanted) | col(Judgement.right_id).in_(wanted))
    return list(session.exec(statement))


def batch_of_pair(session: Session, pair: Pair) -> str:
    """Id of the batch in which a pair was judged."""
    judged = live_judgement(session, pair)
    return session.get_one(Batch, judged.batch_id).uid if judged is not None else ""


def slug_of(session: Session, paper: int) -> str:
    """Slug of a paper."""
    return session.get_one(Paper, paper).slug
