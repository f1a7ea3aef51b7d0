"""Which papers are one work: judgements, groups, the record that counts, and preprints linked to publications."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from sqlmodel import Session, col, select

from wamkg.store.base import chunks, is_live, select_columns
from wamkg.store.papers import known_papers
from wamkg.store.session import once
from wamkg.store.tables import Actor, Assignment, Batch, Judgement, Link, Paper
from wamkg.vocabulary import AssignmentStatus, DuplicateVerdict, Relation

if TYPE_CHECKING:
    import networkx as nx

Pair = tuple[int, int]


def sorted_pair(one: int, other: int) -> Pair:
    """The two numbers, the lower one first, because judgements are symmetric."""
    return (one, other) if one < other else (other, one)


@dataclass
class WorkGroups:
    """Groups of papers, each group one work.

    `same` has pairs that people judged the same; their closure is transitive. `sources` has pairs that a source links
    as preprint and publication. A link that contradicts a judgement is ignored and listed in `overruled`. `unsure` has
    pairs that people looked at and left open.
    """

    same: set[Pair] = field(default_factory=set)
    different: set[Pair] = field(default_factory=set)
    sources: set[Pair] = field(default_factory=set)
    overruled: list[Pair] = field(default_factory=list)
    unsure: set[Pair] = field(default_factory=set)

    def __post_init__(self) -> None:
        import networkx as nx

        self._judged = nx.Graph(list(self.same))
        self._graph = self._judged.copy()
        self.overruled += self.join(self.sources)

    def join(self, pairs: Iterable[Pair]) -> list[Pair]:
        """Join further pairs; returns those that contradict a judgement, which are not joined."""
        forbidden = []
        for pair in sorted(pairs):
            if self._would_join(self._graph, pair):
                forbidden.append(pair)
            else:
                self._graph.add_edge(*pair)
        return forbidden

    def _would_join(self, graph: "nx.Graph[int]", pair: Pair) -> list[Pair]:
        """Pairs judged different that a graph with this pair would join."""
        import networkx as nx

        mine, others = (nx.node_connected_component(graph, n) if n in graph else {n} for n in pair)
        joined = {
            sorted_pair(a, b) for a, b in self.different if (a in mine and b in others) or (b in mine and a in others)
        }
        return sorted(joined)

    def members(self, paper: int) -> set[int]:
        """The papers of one work, including the given one."""
        import networkx as nx

        return set(nx.node_connected_component(self._graph, paper)) if paper in self._graph else {paper}

    def groups(self) -> list[list[int]]:
        """Every work with more than one paper; papers in order, the work with the lowest number first."""
        import networkx as nx

        return sorted(sorted(group) for group in nx.connected_components(self._graph))

    def clashes(self, pair: Pair) -> list[Pair]:
        """Pairs judged different that would become one work if these two were judged the same."""
        return self._would_join(self._judged, pair)

    def chain(self, pair: Pair) -> list[Pair]:
        """The judgements that make two papers one work, in order; empty if there are none."""
        import networkx as nx

        if not (pair[0] in self._judged and pair[1] in self._judged and nx.has_path(self._judged, *pair)):
            return []
        path = nx.shortest_path(self._judged, *pair)
        return [sorted_pair(*step) for step in pairwise(path)]

    def contradictions(self) -> list[Pair]:
        """Pairs judged different that other judgements join. No write may leave any."""
        return sorted(pair for pair in self.different if self.chain(pair))

    def are_told_apart(self, pair: Pair) -> bool:
        """Whether judgements and links determine that two papers are one work, or that they are not."""
        return pair[1] in self.members(pair[0]) or bool(self._would_join(self._graph, pair))

    def is_open(self, pair: Pair) -> bool:
        """Whether a person still has to judge a pair: neither judgements nor links say anything about it."""
        return pair not in self.unsure and not self.are_told_apart(pair)


def load_work_groups(session: Session, *, leaving_out: Pair | None = None) -> WorkGroups:
    """The current works; `leaving_out` ignores the judgement of one pair."""
    rows = session.exec(select(Judgement.left_id, Judgement.right_id, Judgement.verdict).where(is_live(Judgement)))
    said: dict[str, set[Pair]] = {}
    for left, right, verdict in rows:
        if (left, right) != leaving_out:
            said.setdefault(verdict, set()).add((left, right))
    links = session.exec(select(Link.source_id, Link.target_id).where(Link.relation == Relation.PUBLISHED_AS))
    sources = {sorted_pair(source, target) for source, target in links}
    verdicts = (DuplicateVerdict.SAME, DuplicateVerdict.DIFFERENT, DuplicateVerdict.UNSURE)
    same, different, unsure = (said.get(verdict, set()) for verdict in verdicts)
    return WorkGroups(same, different, sources, unsure=unsure)


def lock_judgements(session: Session) -> None:
    """Let judgements run one after the other, since each is checked against all others. SQLite does so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql("LOCK TABLE judgement IN SHARE ROW EXCLUSIVE MODE")


def live_judgement(session: Session, pair: Pair) -> Judgement | None:
    """The live judgement of a pair."""
    live = select(Judgement).where(Judgement.left_id == pair[0], Judgement.right_id == pair[1], is_live(Judgement))
    return session.exec(live).first()


class JudgementRow(NamedTuple):
    """A judgement, the name of its author and the id of its batch."""

    judgement: Judgement
    by: str
    batch: str


def judgement_rows(session: Session, *, papers: Iterable[int] | None = None) -> list[JudgementRow]:
    """Live judgements with author and batch, newest first; optionally only those about some papers."""
    statement = (
        select_columns(Judgement, Actor.name, Batch.uid)
        .join(Actor, col(Actor.id) == col(Judgement.actor_id))
        .join(Batch, col(Batch.id) == col(Judgement.batch_id))
        .where(is_live(Judgement))
        .order_by(col(Judgement.id).desc())
    )
    if papers is not None:
        wanted = list(papers)
        statement = statement.where(col(Judgement.left_id).in_(wanted) | col(Judgement.right_id).in_(wanted))
    return [JudgementRow._make(row) for row in session.exec(statement)]


def batch_of_pair(session: Session, pair: Pair) -> str:
    """Id of the batch in which a pair was judged."""
    judged = live_judgement(session, pair)
    return session.get_one(Batch, judged.batch_id).uid if judged is not None else ""


def slug_of(session: Session, paper: int) -> str:
    """Slug of a paper."""
    return session.get_one(Paper, paper).slug


def works_in_order(session: Session) -> list[list[int]]:
    """Every work with more than one paper; the paper that represents it comes first (`KnownPaper.order`)."""
    return once(session, "works", lambda: _works_in_order(session))


def _works_in_order(session: Session) -> list[list[int]]:
    groups = load_work_groups(session).groups()
    papers = known_papers(session, [number for group in groups for number in group])
    return [sorted(group, key=lambda number: papers[number].order) for group in groups]


class WorkAssignment(NamedTuple):
    """A live primary assignment of one record of a work."""

    paper: int
    status: str


def secondary_versions(session: Session, taxonomy: int) -> dict[int, list[WorkAssignment]]:
    """For each record whose assignment counts in a taxonomy, the other records of its work there, which do not.

    A record with a taxon counts before one with a state; among equals the one that represents the work. Single records
    are left out.
    """
    return secondary_versions_by_taxonomy(session, taxonomy).get(taxonomy, {})


def secondary_versions_by_taxonomy(
    session: Session, taxonomy: int | None = None
) -> dict[int, dict[int, list[WorkAssignment]]]:
    """`secondary_versions` of every taxonomy, or of one, by its number. The works are loaded once for all."""
    works = works_in_order(session)
    placements = _placements(session, taxonomy, [number for work in works for number in work])
    return {number: _further(works, placed) for number, placed in placements.items()}


def _further(works: list[list[int]], placements: Mapping[int, WorkAssignment]) -> dict[int, list[WorkAssignment]]:
    found = {}
    for work in works:
        records = [placements[n] for n in work if n in placements]
        records.sort(key=lambda record: record.status != AssignmentStatus.PLACED)  # stable: the order of the work stays
        if len(records) > 1:
            found[records[0].paper] = records[1:]
    return found


def _placements(session: Session, taxonomy: int | None, papers: list[int]) -> dict[int, dict[int, WorkAssignment]]:
    """Assignments by taxonomy and paper."""
    statement = select_columns(Assignment.taxonomy_id, Assignment.paper_id, Assignment.status).where(
        is_live(Assignment), col(Assignment.primary).is_(True)
    )
    if taxonomy is not None:
        statement = statement.where(Assignment.taxonomy_id == taxonomy)
    found: dict[int, dict[int, WorkAssignment]] = {}
    for part in chunks(papers):
        for number, *row in session.connection().execute(statement.where(col(Assignment.paper_id).in_(part))):
            found.setdefault(number, {})[row[0]] = WorkAssignment(*row)
    return found


class DatedPaper(NamedTuple):
    """Date of a paper, its precision and where it comes from."""

    date: date | None
    precision: str | None
    source: str | None


def dates_of_works(session: Session, works: Iterable[list[int]]) -> dict[int, DatedPaper]:
    """For every paper of these works the work's date: the earliest of its papers. Undated works are left out."""
    found: dict[int, DatedPaper] = {}
    columns = select_columns(Paper.id, Paper.date, Paper.date_precision, Paper.date_source)
    listed = list(works)
    for part in chunks([number for work in listed for number in work]):
        dated = columns.where(col(Paper.id).in_(part), col(Paper.date).is_not(None))
        found |= {row[0]: DatedPaper(*row[1:]) for row in session.connection().execute(dated)}
    earliest: dict[int, DatedPaper] = {}
    for work in listed:
        dates = [found[number] for number in work if number in found]
        if dates:
            first = min(dates, key=lambda dated: dated.date or date.max)
            earliest |= dict.fromkeys(work, first)
    return earliest


def uncounted_papers(session: Session, taxonomy: int) -> list[int]:
    """Papers that do not count in a taxonomy because another record of their work does."""
    return [record.paper for others in secondary_versions(session, taxonomy).values() for record in others]


def link_published(session: Session, batch: int, preprint: int, published: int, source: str = "s2") -> bool:
    """Link a preprint to its published record; returns whether the link is new."""
    same = select(Link).where(
        Link.source_id == preprint, Link.relation == Relation.PUBLISHED_AS, Link.target_id == published
    )
    if session.exec(same).first():
        return False
    session.add(
        Link(source_id=preprint, relation=Relation.PUBLISHED_AS, target_id=published, source=source, batch_id=batch)
    )
    session.flush()
    return True
