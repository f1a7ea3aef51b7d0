"""All claims of a few papers, loaded together so that many records can be compared with them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from wamkg.identifiers import key_fold
from wamkg.names import PersonName
from wamkg.store.bulk import chunks, select_columns
from wamkg.store.lookup import methods_of, printed_name
from wamkg.store.questions import wrong_ids_of
from wamkg.store.tables import (
    Alias,
    Assignment,
    Authorship,
    Benchmark,
    Dataset,
    Event,
    Fact,
    FormerId,
    Link,
    Metric,
    Named,
    Paper,
    Tag,
    Weblink,
)
from wamkg.vocabulary import Relation

INTRODUCIBLE: dict[str, type[Named]] = {"dataset": Dataset, "benchmark": Benchmark, "metric": Metric}


@dataclass(frozen=True)
class Said:
    """The current claim of one source for one field; `first` is the order in which sources made their first claim."""

    source: str
    value: Any
    first: int


@dataclass(frozen=True)
class Dated:
    """The date that one source gives for one event of a paper."""

    kind: str
    day: date
    precision: str
    source: str
    derived: bool


@dataclass(frozen=True)
class Placed:
    """A live assignment."""

    taxonomy_id: int
    taxon_id: int | None
    state: str
    primary: bool
    source: str
    kind: str | None = None
    id: int | None = None


@dataclass
class PaperState:
    """What is known of one paper; `added` lists the rows to write."""

    id: int
    is_new: bool = True
    paper: Paper | None = None
    authors: list[str] = field(default_factory=list)
    names: list[PersonName] = field(default_factory=list)
    """Structured names of `authors`, in the same order."""
    said: dict[str, dict[str, Said]] = field(default_factory=dict)
    wrong_ids: frozenset[tuple[str, str]] = frozenset()
    """Ids (scheme, value) that a person assigned to another paper."""
    dates: set[Dated] = field(default_factory=set)
    weblinks: set[tuple[str, str]] = field(default_factory=set)
    tags: set[tuple[str, str, str]] = field(default_factory=set)
    placed: list[Placed] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    method: str | None = None
    method_id: int | None = None
    method_keys: set[str] = field(default_factory=set)
    introduced: set[tuple[str, str]] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    """Current and former citation keys of the paper, folded."""
    further_keys: list[str] = field(default_factory=list)
    """Additional citation keys that should resolve to the paper."""
    added: dict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=dict)
    new_method: str | None = None
    new_aliases: list[str] = field(default_factory=list)
    new_things: list[tuple[str, str, list[str]]] = field(default_factory=list)

    def add(self, model: type[SQLModel], **values: Any) -> None:
        """Add a row to write."""
        self.added.setdefault(model, []).append(values)

    @property
    def changed(self) -> bool:
        """Whether there is something to write."""
        pending = (
            self.added or self.ended or self.new_method or self.new_aliases or self.new_things or self.further_keys
        )
        return self.is_new or bool(pending)


def load_states(session: Session, numbers: Iterable[int], *, holding: bool = True) -> dict[int, PaperState]:
    """Load the claims of stored papers and lock the papers until the end of the transaction, since values are resolved
    from them.

    Callers that only read pass `holding=False` and block nobody.
    """
    states: dict[int, PaperState] = {}
    for part in chunks(sorted(set(numbers))):
        wanted = select(Paper).where(col(Paper.id).in_(part)).order_by(col(Paper.id))
        wanted = wanted.with_for_update() if holding else wanted
        papers = session.exec(wanted.execution_options(populate_existing=True)).all()
        states.update({paper.id: PaperState(paper.id, False, paper) for paper in papers if paper.id is not None})
        _load_keys(session, states, part)
        _load_facts(session, states, part)
        _load_rows(session, states, part)
        for number, ids in wrong_ids_of(session, part).items():
            states[number].wrong_ids = ids
        _load_things(session, states, part)
    return states


def _load_keys(session: Session, states: dict[int, PaperState], part: list[int]) -> None:
    for number in part:
        paper = states[number].paper if number in states else None
        if paper is not None and paper.key is not None:
            states[number].keys.add(key_fold(paper.key))
    former = select(FormerId).where(FormerId.scheme == "key", col(FormerId.paper_id).in_(part))
    for row in session.exec(former):
        states[row.paper_id].keys.add(key_fold(row.value))


def _load_facts(session: Session, states: dict[int, PaperState], part: list[int]) -> None:
    rows = select_columns(Fact.subject_id, Fact.field, Fact.source, Fact.value, Fact.id)
    of_papers = rows.where(col(Fact.subject_id).in_(part)).order_by(col(Fact.id))
    for subject, name, source, value, number in session.exec(of_papers):
        words = states[subject].said.setdefault(name, {})
        before = words.get(source)
        words[source] = Said(source, value, before.first if before else number)


def _load_rows(session: Session, states: dict[int, PaperState], part: list[int]) -> None:
    # Only a person's dates and addresses are ended. A date that no longer holds must not be picked; an address that
    # no longer holds must not be brought back by the list that still prints it.
    dated_now = select(Event).where(col(Event.paper_id).in_(part), col(Event.ended_at).is_(None))
    for event in session.exec(dated_now):
        dated = Dated(event.kind, event.day, event.precision, event.source, event.derived)
        states[event.paper_id].dates.add(dated)
    for link in session.exec(select(Weblink).where(col(Weblink.paper_id).in_(part))):
        states[link.paper_id].weblinks.add((link.kind, link.url))
    for author in session.exec(
        select(Authorship).where(col(Authorship.paper_id).in_(part)).order_by(col(Authorship.position))
    ):
        states[author.paper_id].authors.append(author.name)
        states[author.paper_id].names.append(printed_name(author))
    for tag in session.exec(select(Tag).where(col(Tag.paper_id).in_(part))):
        states[tag.paper_id].tags.add((tag.facet, tag.value, tag.source))
    live = select(Assignment).where(col(Assignment.paper_id).in_(part), col(Assignment.ended_at).is_(None))
    for a in session.exec(live.order_by(col(Assignment.id))):
        placed = Placed(a.taxonomy_id, a.taxon_id, a.state, a.primary, a.source, a.kind, a.id)
        states[a.paper_id].placed.append(placed)


def _load_things(session: Session, states: dict[int, PaperState], part: list[int]) -> None:
    owners = {}
    for number, method in methods_of(session, part).items():
        state = states[number]
        state.method, state.method_id = method.name, method.id
        state.method_keys.add(method.key)
        owners[method.id] = state
    for alias in session.exec(select(Alias).where(col(Alias.entity_id).in_(owners))):
        owners[alias.entity_id].method_keys.add(alias.key)
    for kind, model in INTRODUCIBLE.items():
        statement: Any = (
            select(Link.source_id, model.key)
            .join(model, col(model.id) == col(Link.target_id))  # type: ignore[attr-defined]
            .where(Link.relation == Relation.INTRODUCES, col(Link.source_id).in_(part))
        )
        for number, key in session.exec(statement):
            states[number].introduced.add((kind, key))
