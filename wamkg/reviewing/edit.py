"""Edits of papers by hand. A person's value is a claim that later imports and enrichment do not overwrite."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from wamkg.errors import ConflictError, InvalidInputError
from wamkg.identifiers import PartialDate, name_key
from wamkg.matching.quotes import tell_lost_quotes
from wamkg.matching.say import say, say_date
from wamkg.matching.show import shown_values
from wamkg.reviewing.decide import refuse_stale
from wamkg.reviewing.edit_fields import DATES, DETAILS, LINKS, METHOD, known_name, names_in, read_value
from wamkg.store.batches import close_batch, drop_batch, open_batch, record_change
from wamkg.store.decisions import lock_paper
from wamkg.store.edits import end_rows, uid_of_row, update_row
from wamkg.store.keys import KEY, KeyOwners
from wamkg.store.lookup import SCHEMES, ExternalId, find_paper, methods_of, papers_by_ids
from wamkg.store.paper_state import PaperState, load_states
from wamkg.store.paper_write import write_papers
from wamkg.store.questions import wrong_ids_of
from wamkg.store.session import one_writer
from wamkg.store.tables import Actor, Alias, Batch, Event, Paper, Weblink
from wamkg.store.taxonomies import FORMER_NAME
from wamkg.vocabulary import PERSON, BatchKind


@dataclass(frozen=True)
class Edited:
    """An edit: field -> (resolved value before, after). `batch` is None if nothing changed.

    `alarms` lists decisions whose quote is no longer found in the edited text.
    """

    batch: str | None
    subject: str
    changes: dict[str, tuple[Any, Any]]
    version: int
    alarms: list[str] = field(default_factory=list)


def set_values(
    session: Session, actor: Actor, paper: str, values: Mapping[str, Any], why: str = "", version: int | None = None
) -> Edited:
    """Set fields of a paper for a person; an empty value removes what the person set.

    Raises NotFoundError for an unknown paper, InvalidInputError for an unknown field or invalid value, and
    ConflictError if the paper is newer than `version` or an id belongs to another paper.
    """
    if actor.kind != PERSON:
        raise InvalidInputError(f"{actor.name} is a program; only a person edits by hand")
    one_writer(session)
    parsed = {(known := known_name(name)): read_value(known, value) for name, value in values.items()}
    number = find_paper(session, paper).id
    assert number is not None
    row = lock_paper(session, number)
    refuse_stale(session, row, version)
    _refuse_foreign_ids(session, row, parsed)
    batch = open_batch(session, BatchKind.EDIT, row.slug, actor)
    edit = _PaperEdit(session, batch, row, load_states(session, [number])[number])
    changes = edit.apply(parsed, {known_name(name): value for name, value in values.items()}, why)
    if not changes:
        drop_batch(session, batch)
        return Edited(None, row.slug, {}, row.version)
    close_batch(session, batch, {"fields": sorted(changes), "paper": row.slug})
    session.refresh(row)
    return Edited(batch.uid, row.slug, changes, row.version, edit.alarms)


def _refuse_foreign_ids(session: Session, paper: Paper, values: Mapping[str, Any]) -> None:
    ids = [ExternalId(name, values[name]) for name in SCHEMES if values.get(name)]
    owner_of_key = KeyOwners(session).owner(values[KEY]) if values.get(KEY) else None
    if owner_of_key not in (None, paper.id):
        owner = session.get_one(Paper, owner_of_key).slug
        raise ConflictError(f"the citation key {values[KEY]!r} is that of {owner}; write another")
    for given, number in papers_by_ids(session, ids).items():
        if number != paper.id:
            owner = session.get_one(Paper, number).slug
            raise ConflictError(f"{given.scheme}:{given.value} belongs to {owner}; say first whether they are one work")
    wrong = wrong_ids_of(session, [paper.id] if paper.id else []).get(paper.id or 0, frozenset())
    for given in ids:
        if (given.scheme, given.value) in wrong:
            raise ConflictError(
                f"{given.scheme}:{given.value} was said to be another paper's than {paper.slug}; "
                f"`wamkg questions --paper {paper.slug}` shows the answer, `wamkg undo` takes it back"
            )


@dataclass
class _PaperEdit:
    session: Session
    batch: Batch
    paper: Paper
    state: PaperState
    alarms: list[str] = field(default_factory=list)

    def apply(self, values: Mapping[str, Any], given: Mapping[str, Any], why: str) -> dict[str, tuple[Any, Any]]:
        shown = shown_values(self.state)
        changes: dict[str, tuple[Any, Any]] = {}
        for name, value in values.items():
            if name.startswith(DATES):
                change = self._date(name.removeprefix(DATES), value)
            elif name.startswith(LINKS):
                change = self._link(name.removeprefix(LINKS), value)
            elif name.startswith(DETAILS):
                change = self._detail(name.removeprefix(DETAILS), value)
            elif name == METHOD:
                change = self._method(value, why)
            else:
                change = (shown[name], value) if say(self.state, name, value, PERSON) else None
                if name == "authors" and change:
                    self._names(given[name])
            if change is not None:
                changes[name] = change
        if changes:
            self._write(changes, why)
        return changes

    def _write(self, changes: dict[str, tuple[Any, Any]], why: str) -> None:
        assert self.batch.id is not None
        shown = shown_values(self.state)
        uid = uid_of_row(self.session, self.paper)
        for name, (before, after) in changes.items():
            now = shown.get(name, after)
            changes[name] = before, now
            record_change(self.session, self.batch, name, subject_uid=uid, before=before, after=now, why=why)
        self.alarms = tell_lost_quotes(self.session, self.batch, [self.state], [shown])
        write_papers(self.session, self.batch.id, self.batch.actor_id, [self.state], [shown])

    def _date(self, kind: str, when: PartialDate | None) -> tuple[Any, Any] | None:
        mine = {d for d in self.state.dates if (d.kind, d.source) == (kind, PERSON)}
        if when is not None and any((d.day, d.precision) == (when.first, when.precision) for d in mine):
            return None
        live = select(Event.id).where(
            Event.paper_id == self.paper.id, Event.kind == kind, Event.source == PERSON, col(Event.ended_at).is_(None)
        )
        ended = end_rows(self.session, self.batch, Event, [n for n in self.session.exec(live) if n is not None])
        self.state.dates -= mine
        if when is not None:
            say_date(self.state, kind, when, PERSON)
        before = next((d.day.isoformat() for d in mine), None)
        return (before, str(when) if when else None) if when is not None or ended else None

    def _link(self, kind: str, url: str | None) -> tuple[Any, Any] | None:
        live = select(Weblink).where(
            Weblink.paper_id == self.paper.id, Weblink.kind == kind, col(Weblink.ended_at).is_(None)
        )
        old = self.session.exec(live.order_by(col(Weblink.id))).all()
        if [link.url for link in old] == ([url] if url else []):
            return None
        end_rows(self.session, self.batch, Weblink, [link.id for link in old if link.id is not None])
        if url is not None:
            self.state.add(Weblink, paper_id=self.paper.id, kind=kind, url=url, source=PERSON)
        return (old[0].url if old else None), url

    def _names(self, given: Any) -> None:
        """The parts of the names. "Family, Given" is unambiguous; the reading order may not be."""
        say(self.state, "names", [name.as_dict() for name in names_in(given)] if given else None, PERSON)

    def _detail(self, name: str, value: str | None) -> tuple[Any, Any] | None:
        """A person's details are one claim with all fields they set."""
        word = self.state.said.get("details", {}).get(PERSON)
        before = (shown_values(self.state)["details"] or {}).get(name)
        mine = dict(word.value or {}) if word else {}
        mine.pop(name, None)
        if value is not None:
            mine[name] = value
        if not say(self.state, "details", mine or None, PERSON):
            return None
        return before, (shown_values(self.state)["details"] or {}).get(name)

    def _method(self, label: str, why: str) -> tuple[Any, Any] | None:
        before = self.state.method
        if label == before:
            return None
        number = self.paper.id
        assert number is not None and self.batch.id is not None
        method = methods_of(self.session, [number]).get(number)
        if method is None:
            self.state.new_method = label
        else:
            keep_name(self.session, self.batch, method)
            update_row(self.session, self.batch, method, {"name": label, "key": name_key(label)}, why)
        self.state.method = label
        return before, label


def keep_name(session: Session, batch: Batch, thing: Any) -> None:
    """Add the old name of an entity as an alias before it is renamed."""
    known = select(Alias.key).where(Alias.entity_id == thing.id, Alias.kind == FORMER_NAME)
    if thing.key not in set(session.exec(known)):
        assert batch.id is not None
        session.add(Alias(entity_id=thing.id, kind=FORMER_NAME, name=thing.name, key=thing.key, batch_id=batch.id))
