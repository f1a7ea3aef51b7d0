"""The claims of papers: load them for many papers at once, and write them with the values they resolve to."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as select_rows
from sqlmodel import Session, SQLModel, col, select

from wamkg.identifiers import author_key, key_fold, name_key, normalise, slugify, title_key
from wamkg.names import PersonName
from wamkg.store.base import (
    Row,
    RowValues,
    chunks,
    insert_entities,
    insert_returning,
    insert_rows,
    is_live,
    select_columns,
    table_of,
)
from wamkg.store.citation_keys import KEY
from wamkg.store.entities import INTRODUCIBLE
from wamkg.store.papers import (
    NAME_PARTS,
    SCHEMES,
    ExternalIdentifier,
    methods_of,
    numbered_slugs,
    numbers_by_key,
    papers_by_ids,
    printed_name,
    taken_slugs,
)
from wamkg.store.questions import wrong_ids_of
from wamkg.store.search import add_texts, replace_texts, search_body
from wamkg.store.tables import (
    Alias,
    Assignment,
    Author,
    Authorship,
    Batch,
    Claim,
    Event,
    FormerId,
    Link,
    Method,
    NamedEntity,
    Paper,
    PaperUrl,
    Tag,
    Venue,
)
from wamkg.vocabulary import EntityKind, Relation


@dataclass(frozen=True)
class SourceClaim:
    """The current claim of one source for one field; `first` is the order in which sources made their first claim."""

    source: str
    value: Any  # of the type that its field has
    first: int


@dataclass(frozen=True)
class ClaimedDate:
    """The date that one source gives for one event of a paper."""

    kind: str
    day: date
    precision: str
    source: str
    derived: bool


@dataclass(frozen=True)
class LiveAssignment:
    """A live assignment."""

    taxonomy_id: int
    taxon_id: int | None
    status: str
    primary: bool
    source: str
    kind: str | None = None
    id: int | None = None


@dataclass
class PaperClaims:
    """What is known of one paper; `added` lists the rows to write."""

    id: int
    is_new: bool = True
    paper: Paper | None = None
    authors: list[str] = field(default_factory=list)
    names: list[PersonName] = field(default_factory=list)
    """Structured names of `authors`, in the same order."""
    said: dict[str, dict[str, SourceClaim]] = field(default_factory=dict)
    wrong_ids: frozenset[tuple[str, str]] = frozenset()
    """Ids (scheme, value) that a person assigned to another paper."""
    dates: set[ClaimedDate] = field(default_factory=set)
    weblinks: set[tuple[str, str]] = field(default_factory=set)
    tags: set[tuple[str, str, str]] = field(default_factory=set)
    placed: list[LiveAssignment] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    method: str | None = None
    method_id: int | None = None
    method_keys: set[str] = field(default_factory=set)
    introduced: set[tuple[str, str]] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    """Current and former citation keys of the paper, folded."""
    further_keys: list[str] = field(default_factory=list)
    """Additional citation keys that should resolve to the paper."""
    added: dict[type[SQLModel], list[Row]] = field(default_factory=dict)
    new_method: str | None = None
    new_aliases: list[str] = field(default_factory=list)
    new_entities: list[tuple[str, str, list[str]]] = field(default_factory=list)

    def add(self, model: type[SQLModel], **values: object) -> None:
        """Add a row to write."""
        self.added.setdefault(model, []).append(values)

    @property
    def changed(self) -> bool:
        """Whether there is something to write."""
        pending = (
            self.added or self.ended or self.new_method or self.new_aliases or self.new_entities or self.further_keys
        )
        return self.is_new or bool(pending)


def load_claims(session: Session, numbers: Iterable[int], *, holding: bool = True) -> dict[int, PaperClaims]:
    """Load the claims of stored papers and lock the papers until the end of the transaction, since values are resolved
    from them.

    Callers that only read pass `holding=False` and block nobody.
    """
    states: dict[int, PaperClaims] = {}
    for part in chunks(sorted(set(numbers))):
        wanted = select(Paper).where(col(Paper.id).in_(part)).order_by(col(Paper.id))
        wanted = wanted.with_for_update() if holding else wanted
        papers = session.exec(wanted.execution_options(populate_existing=True)).all()
        states.update({paper.id: PaperClaims(paper.id, False, paper) for paper in papers if paper.id is not None})
        _load_keys(session, states, part)
        _load_facts(session, states, part)
        _load_rows(session, states, part)
        for number, ids in wrong_ids_of(session, part).items():
            states[number].wrong_ids = ids
        _load_entities(session, states, part)
    return states


def _load_keys(session: Session, states: dict[int, PaperClaims], part: list[int]) -> None:
    for number in part:
        paper = states[number].paper if number in states else None
        if paper is not None and paper.key is not None:
            states[number].keys.add(key_fold(paper.key))
    former = select(FormerId).where(FormerId.scheme == "key", col(FormerId.paper_id).in_(part))
    for row in session.exec(former):
        states[row.paper_id].keys.add(key_fold(row.value))


def _load_facts(session: Session, states: dict[int, PaperClaims], part: list[int]) -> None:
    rows = select_columns(Claim.subject_id, Claim.field, Claim.source, Claim.value, Claim.id)
    of_papers = rows.where(col(Claim.subject_id).in_(part)).order_by(col(Claim.id))
    for subject, name, source, value, number in session.exec(of_papers):
        words = states[subject].said.setdefault(name, {})
        before = words.get(source)
        words[source] = SourceClaim(source, value, before.first if before else number)


def _load_rows(session: Session, states: dict[int, PaperClaims], part: list[int]) -> None:
    # Only a person's dates and addresses are ended. A date that no longer holds must not be picked; an address that
    # no longer holds must not be brought back by the list that still prints it.
    dated_now = select(Event).where(col(Event.paper_id).in_(part), is_live(Event))
    for event in session.exec(dated_now):
        dated = ClaimedDate(event.kind, event.day, event.precision, event.source, event.derived)
        states[event.paper_id].dates.add(dated)
    for link in session.exec(select(PaperUrl).where(col(PaperUrl.paper_id).in_(part))):
        states[link.paper_id].weblinks.add((link.kind, link.url))
    for author in session.exec(
        select(Authorship).where(col(Authorship.paper_id).in_(part)).order_by(col(Authorship.position))
    ):
        states[author.paper_id].authors.append(author.name)
        states[author.paper_id].names.append(printed_name(author))
    for tag in session.exec(select(Tag).where(col(Tag.paper_id).in_(part))):
        states[tag.paper_id].tags.add((tag.facet, tag.value, tag.source))
    live = select(Assignment).where(col(Assignment.paper_id).in_(part), is_live(Assignment))
    for a in session.exec(live.order_by(col(Assignment.id))):
        placed = LiveAssignment(a.taxonomy_id, a.taxon_id, a.status, a.primary, a.source, a.kind, a.id)
        states[a.paper_id].placed.append(placed)


def _load_entities(session: Session, states: dict[int, PaperClaims], part: list[int]) -> None:
    owners = {}
    for number, method in methods_of(session, part).items():
        state = states[number]
        state.method, state.method_id = method.name, method.id
        state.method_keys.add(method.key)
        owners[method.id] = state
    for alias in session.exec(select(Alias).where(col(Alias.entity_id).in_(owners))):
        owners[alias.entity_id].method_keys.add(alias.key)
    for kind, model in INTRODUCIBLE.items():
        statement = (
            select(Link.source_id, model.key)
            .join(model, col(model.id) == col(Link.target_id))
            .where(Link.relation == Relation.INTRODUCES, col(Link.source_id).in_(part))
        )
        for number, key in session.exec(statement):
            states[number].introduced.add((kind, key))


_ROWS = (Claim, Event, PaperUrl, Tag, Assignment)
_KEPT_IDS = (*SCHEMES, KEY)
"""Schemes of ids that still find a paper when another id is shown."""
Shown = dict[str, Any]
"""Resolved values of a paper: columns of `paper`, and `venue`, `authors` and their `names`."""


def unique_slugs(session: Session, model: type[Paper] | type[NamedEntity], wishes: Sequence[str]) -> list[str]:
    """A free slug for each wish, in order: the wish itself, or the wish with a number."""
    slugs = [slugify(wish)[:80].rstrip("-") for wish in wishes]
    taken = taken_slugs(session, model, slugs)
    result, numbers = [], dict[str, int]()
    for slug in slugs:
        free = slug
        if slug in taken and slug not in numbers:
            taken |= numbered_slugs(session, model, slug)
        while free in taken:
            numbers[slug] = numbers.get(slug, 1) + 1
            free = f"{slug}-{numbers[slug]}"
        taken.add(free)
        result.append(free)
    return result


def write_papers(
    session: Session, batch: int, actor: int, states: Sequence[PaperClaims], shown: Sequence[Shown]
) -> None:
    """Write the new rows of the papers; `shown` has the resolved values of each paper."""
    write_resolved(session, states, shown)
    for model in _ROWS:
        extra = {"actor_id": actor} if model is Assignment else {}
        added = [row | extra | {"batch_id": batch} for state in states for row in state.added.get(model, [])]
        if model is Assignment:
            _end_assignments(session, batch, states)
        insert_rows(session, model, added)
    _write_former_ids(session, batch, states, shown)
    _write_methods(session, batch, states)
    _write_entities(session, batch, states)


def write_resolved(session: Session, states: Sequence[PaperClaims], shown: Sequence[Shown]) -> None:
    """Write the columns of `paper`, the author lists and the search texts of new and existing papers."""
    venues = _numbers(session, Venue, [s["venue"] for s in shown if s["venue"]], normalise)
    rows = [_paper_row(state, values, venues) for state, values in zip(states, shown, strict=True)]
    fresh = [row for row, state in zip(rows, states, strict=True) if state.is_new]
    for row, slug in zip(fresh, unique_slugs(session, Paper, [r["title"] for r in fresh]), strict=True):
        row["slug"] = slug
    insert_rows(session, Paper, [row | {"revision": 1} for row in fresh])
    _update_papers(session, states, rows)
    _write_authors(session, states, shown)


def _paper_row(state: PaperClaims, values: Shown, venues: dict[str, int]) -> Shown:
    row = {name: value for name, value in values.items() if name not in ("venue", "authors", "names")}
    authors = values["authors"]
    row["id"] = state.id
    row["title_key"] = title_key(values["title"])
    row["venue_id"] = venues[normalise(values["venue"])] if values["venue"] else None
    row["first_author_key"] = author_key(authors[0]) if authors else None
    return row


def _update_papers(session: Session, states: Sequence[PaperClaims], rows: Sequence[RowValues]) -> None:
    bodies_new: dict[int, str] = {}
    bodies_old: dict[int, str] = {}
    changed = []
    for state, row in zip(states, rows, strict=True):
        body = search_body(row["title"], row["abstract"], row["summary"], state.method)
        if state.paper is None:
            bodies_new[state.id] = body
        else:
            bodies_old[state.id] = body
            shown_changes = any(getattr(state.paper, name) != value for name, value in row.items())
            # A decision made on an older revision must be seen to be stale, so a new place counts as a change.
            if shown_changes or Assignment in state.added or state.ended:
                changed.append({"paper_row": state.id} | {k: v for k, v in row.items() if k != "id"})
    if changed:
        table = table_of(Paper)
        statement = table.update().where(table.c.id == bindparam("paper_row")).values(revision=table.c.revision + 1)
        session.connection().execute(statement, changed)
    add_texts(session, bodies_new)
    replace_texts(session, bodies_old)


def let_go_of_ids(session: Session, papers: Iterable[int]) -> None:
    """Clear the ids of papers that will be deleted, so that other papers can use them."""
    table = table_of(Paper)
    for part in chunks(papers):
        session.connection().execute(table.update().where(table.c.id.in_(part)).values(dict.fromkeys(SCHEMES)))


def bump_revisions(session: Session, papers: Iterable[int]) -> None:
    """Increment the revision of papers whose assignments changed, so that stale writes are detected."""
    table = table_of(Paper)
    for part in chunks(papers):
        statement = table.update().where(table.c.id.in_(part)).values(revision=table.c.revision + 1)
        session.connection().execute(statement)


def _end_assignments(session: Session, batch: int, states: Sequence[PaperClaims]) -> None:
    ended = [{"number": number} for state in states for number in state.ended]
    if ended:
        table = table_of(Assignment)
        # Always the batch's own time, so that whatever settles places later can write the same again.
        values = {"ended_at": session.get_one(Batch, batch).started_at, "ended_batch_id": batch}
        session.connection().execute(table.update().where(table.c.id == bindparam("number")).values(values), ended)


def _numbers(
    session: Session, model: type[Author] | type[Venue], names: Iterable[str], key: Callable[[str], str]
) -> dict[str, int]:
    by_key = {key(name): name for name in names}
    found = numbers_by_key(session, model, by_key)
    missing = [{"key": k, "name": name} for k, name in by_key.items() if k not in found]
    return found | insert_returning(session, model, missing, "key")


def _write_authors(session: Session, states: Sequence[PaperClaims], shown: Sequence[Shown]) -> None:
    changed = [
        (state, list(zip(values["authors"] or [], values["names"], strict=True)))
        for state, values in zip(states, shown, strict=True)
        if (values["authors"] or []) != state.authors or values["names"] != state.names
    ]
    numbers = _numbers(session, Author, [printed for _, names in changed for printed, _ in names], author_key)
    old = [{"number": state.id} for state, _ in changed if not state.is_new]
    if old:
        table = table_of(Authorship)
        session.connection().execute(table.delete().where(table.c.paper_id == bindparam("number")), old)
    rows = [
        {"paper_id": state.id, "position": i, "author_id": numbers[author_key(printed)], "name": printed}
        | {part: getattr(name, part) or None for part in NAME_PARTS}
        for state, names in changed
        for i, (printed, name) in enumerate(names)
    ]
    insert_rows(session, Authorship, rows)


def delete_unused_authors_and_venues(session: Session) -> None:
    """Delete authors and venues without papers."""
    for model, user, column in ((Author, Authorship, "author_id"), (Venue, Paper, "venue_id")):
        table, used = table_of(model), table_of(user).c[column]
        in_use = select_rows(used).where(used.is_not(None))
        session.connection().execute(table.delete().where(table.c.id.not_in(in_use)))


def _write_former_ids(session: Session, batch: int, states: Sequence[PaperClaims], shown: Sequence[Shown]) -> None:
    """Store ids that a source gives but that are not shown, and ids shown before, as former ids."""
    wanted: dict[tuple[str, str], int] = {}
    for state, values in zip(states, shown, strict=True):
        given = {(r["field"], r["value"]) for r in state.added.get(Claim, []) if r["field"] in _KEPT_IDS and r["value"]}
        given |= {(KEY, key) for key in state.further_keys}
        if state.paper is not None:
            given |= {(scheme, value) for scheme in _KEPT_IDS if (value := getattr(state.paper, scheme))}
        given -= state.wrong_ids
        wanted |= {(scheme, value): state.id for scheme, value in sorted(given) if values[scheme] != value}
    known = papers_by_ids(session, [ExternalIdentifier(*key) for key in wanted])
    rows = [
        {"paper_id": paper, "scheme": scheme, "value": value, "batch_id": batch}
        for (scheme, value), paper in wanted.items()
        if ExternalIdentifier(scheme, value) not in known
    ]
    insert_rows(session, FormerId, rows)


def _insert_named(
    session: Session, model: type[NamedEntity], kind: EntityKind, batch: int, names: list[str]
) -> list[int]:
    numbers = insert_entities(session, kind, len(names), batch)
    slugs = unique_slugs(session, model, names)
    rows = [
        {"id": number, "slug": slug, "name": name, "key": name_key(name), "revision": 1}
        for number, slug, name in zip(numbers, slugs, names, strict=True)
    ]
    insert_rows(session, model, rows)
    return numbers


def _write_methods(session: Session, batch: int, states: Sequence[PaperClaims]) -> None:
    new = [state for state in states if state.new_method]
    numbers = _insert_named(session, Method, EntityKind.METHOD, batch, [s.new_method for s in new if s.new_method])
    links = []
    for state, number in zip(new, numbers, strict=True):
        state.method_id = number
        links.append(_link(state.id, Relation.PROPOSES, number, batch))
    insert_rows(session, Link, links)
    aliases = [
        {"entity_id": s.method_id, "kind": "spelling", "name": name, "key": name_key(name), "batch_id": batch}
        for s in states
        for name in s.new_aliases
    ]
    insert_rows(session, Alias, aliases)


def _link(source: int, relation: Relation, target: int, batch: int) -> RowValues:
    return {"source_id": source, "relation": relation, "target_id": target, "source": "import", "batch_id": batch}


def _write_entities(session: Session, batch: int, states: Sequence[PaperClaims]) -> None:
    for kind, model in INTRODUCIBLE.items():
        wanted = [(state.id, name, also) for state in states for k, name, also in state.new_entities if k == kind]
        found = numbers_by_key(session, model, [name_key(name) for _, name, _ in wanted])
        missing = {name_key(name): (name, also) for _, name, also in wanted if name_key(name) not in found}
        numbers = _insert_named(session, model, EntityKind(kind), batch, [name for name, _ in missing.values()])
        found |= dict(zip(missing, numbers, strict=True))
        links = [_link(paper, Relation.INTRODUCES, found[name_key(name)], batch) for paper, name, _ in wanted]
        insert_rows(session, Link, links)
        aliases = [
            {"entity_id": found[key], "kind": "spelling", "name": alias, "key": name_key(alias), "batch_id": batch}
            for key, (name, also) in missing.items()
            for alias in also
            if name_key(alias) != key
        ]
        insert_rows(session, Alias, aliases)
