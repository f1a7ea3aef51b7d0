"""Writes the claims of many papers at once."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from wamkg.identifiers import author_key, name_key, normalise, slugify, title_key
from wamkg.store.bulk import chunks, insert_entities, insert_returning, insert_rows, table_of
from wamkg.store.keys import KEY
from wamkg.store.lookup import (
    NAME_PARTS,
    SCHEMES,
    ExternalId,
    numbered_slugs,
    numbers_by_key,
    papers_by_ids,
    taken_slugs,
)
from wamkg.store.paper_state import INTRODUCIBLE, PaperState
from wamkg.store.search import add_texts, replace_texts, search_body
from wamkg.store.tables import (
    Alias,
    Assignment,
    Author,
    Authorship,
    Batch,
    Event,
    Fact,
    FormerId,
    Link,
    Method,
    Named,
    Paper,
    Tag,
    Venue,
    Weblink,
)
from wamkg.vocabulary import EntityKind, Relation

_ROWS = (Fact, Event, Weblink, Tag, Assignment)
_KEPT_IDS = (*SCHEMES, KEY)
"""Schemes of ids that still find a paper when another id is shown."""
Shown = dict[str, Any]
"""Resolved values of a paper: columns of `paper`, and `venue`, `authors` and their `names`."""


def unique_slugs(session: Session, model: type[Paper] | type[Named], wishes: Sequence[str]) -> list[str]:
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
    session: Session, batch: int, actor: int, states: Sequence[PaperState], shown: Sequence[Shown]
) -> None:
    """Write the new rows of the papers; `shown` has the resolved values of each paper."""
    write_shown(session, states, shown)
    for model in _ROWS:
        extra = {"actor_id": actor} if model is Assignment else {}
        added = [row | extra | {"batch_id": batch} for state in states for row in state.added.get(model, [])]
        if model is Assignment:
            _end_assignments(session, batch, states)
        insert_rows(session, model, added)
    _write_former_ids(session, batch, states, shown)
    _write_methods(session, batch, states)
    _write_things(session, batch, states)


def write_shown(session: Session, states: Sequence[PaperState], shown: Sequence[Shown]) -> None:
    """Write the columns of `paper`, the author lists and the search texts of new and existing papers."""
    venues = _numbers(session, Venue, [s["venue"] for s in shown if s["venue"]], normalise)
    rows = [_paper_row(state, values, venues) for state, values in zip(states, shown, strict=True)]
    fresh = [row for row, state in zip(rows, states, strict=True) if state.is_new]
    for row, slug in zip(fresh, unique_slugs(session, Paper, [r["title"] for r in fresh]), strict=True):
        row["slug"] = slug
    insert_rows(session, Paper, [row | {"version": 1} for row in fresh])
    _update_papers(session, states, rows)
    _write_authors(session, states, shown)


def _paper_row(state: PaperState, values: Shown, venues: dict[str, int]) -> dict[str, Any]:
    row = {name: value for name, value in values.items() if name not in ("venue", "authors", "names")}
    authors = values["authors"]
    row["id"] = state.id
    row["title_key"] = title_key(values["title"])
    row["venue_id"] = venues[normalise(values["venue"])] if values["venue"] else None
    row["first_author_key"] = author_key(authors[0]) if authors else None
    return row


def _update_papers(session: Session, states: Sequence[PaperState], rows: Sequence[dict[str, Any]]) -> None:
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
            # A decision made on an older version must be seen to be stale, so a new place counts as a change.
            if shown_changes or Assignment in state.added or state.ended:
                changed.append({"paper_row": state.id} | {k: v for k, v in row.items() if k != "id"})
    if changed:
        table = table_of(Paper)
        statement = table.update().where(table.c.id == bindparam("paper_row")).values(version=table.c.version + 1)
        session.connection().execute(statement, changed)
    add_texts(session, bodies_new)
    replace_texts(session, bodies_old)


def let_go_of_ids(session: Session, papers: Iterable[int]) -> None:
    """Clear the ids of papers that will be deleted, so that other papers can use them."""
    table = table_of(Paper)
    for part in chunks(papers):
        session.connection().execute(table.update().where(table.c.id.in_(part)).values(dict.fromkeys(SCHEMES)))


def raise_versions(session: Session, papers: Iterable[int]) -> None:
    """Increment the revision of papers whose assignments changed, so that stale writes are detected."""
    table = table_of(Paper)
    for part in chunks(papers):
        statement = table.update().where(table.c.id.in_(part)).values(version=table.c.version + 1)
        session.connection().execute(statement)


def _end_assignments(session: Session, batch: int, states: Sequence[PaperState]) -> None:
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


def _write_authors(session: Session, states: Sequence[PaperState], shown: Sequence[Shown]) -> None:
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


def delete_orphans(session: Session) -> None:
    """Delete authors and venues without papers."""
    for model, user, column in ((Author, Authorship, "author_id"), (Venue, Paper, "venue_id")):
        table, used = table_of(model), table_of(user).c[column]
        in_use = select(used).where(used.is_not(None))
        session.connection().execute(table.delete().where(table.c.id.not_in(in_use)))


def _write_former_ids(session: Session, batch: int, states: Sequence[PaperState], shown: Sequence[Shown]) -> None:
    """Store ids that a source gives but that are not shown, and ids shown before, as former ids."""
    wanted: dict[tuple[str, str], int] = {}
    for state, values in zip(states, shown, strict=True):
        given = {(r["field"], r["value"]) for r in state.added.get(Fact, []) if r["field"] in _KEPT_IDS and r["value"]}
        given |= {(KEY, key) for key in state.further_keys}
        if state.paper is not None:
            given |= {(scheme, value) for scheme in _KEPT_IDS if (value := getattr(state.paper, scheme))}
        given -= state.wrong_ids
        wanted |= {(scheme, value): state.id for scheme, value in sorted(given) if values[scheme] != value}
    known = papers_by_ids(session, [ExternalId(*key) for key in wanted])
    rows = [
        {"paper_id": paper, "scheme": scheme, "value": value, "batch_id": batch}
        for (scheme, value), paper in wanted.items()
        if ExternalId(scheme, value) not in known
    ]
    insert_rows(session, FormerId, rows)


def _insert_named(session: Session, model: type[Named], kind: EntityKind, batch: int, names: list[str]) -> list[int]:
    numbers = insert_entities(session, kind, len(names), batch)
    slugs = unique_slugs(session, model, names)
    rows = [
        {"id": number, "slug": slug, "name": name, "key": name_key(name), "version": 1}
        for number, slug, name in zip(numbers, slugs, names, strict=True)
    ]
    insert_rows(session, model, rows)
    return numbers


def _write_methods(session: Session, batch: int, states: Sequence[PaperState]) -> None:
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


def _link(source: int, relation: Relation, target: int, batch: int) -> dict[str, Any]:
    return {"source_id": source, "relation": relation, "target_id": target, "source": "import", "batch_id": batch}


def _write_things(session: Session, batch: int, states: Sequence[PaperState]) -> None:
    for kind, model in INTRODUCIBLE.items():
        wanted = [(state.id, name, also) for state in states for k, name, also in state.new_things if k == kind]
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
