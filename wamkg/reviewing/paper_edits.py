"""The fields of a paper that a person may set: parse their values, and set them in one batch."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from wamkg.errors import ConflictError, InvalidInputError
from wamkg.former_names import Former, WithFormerNames, former
from wamkg.identifiers import (
    FIRST_YEAR,
    PartialDate,
    arxiv_id,
    doi,
    is_citation_key,
    is_plausible_year,
    last_year,
    name_key,
    s2_id,
)
from wamkg.json_types import JSON
from wamkg.matching.claims import assert_date, assert_value
from wamkg.matching.quotes import record_missing_quotes
from wamkg.matching.resolved_values import resolved_values
from wamkg.names import PersonName, parse_name
from wamkg.near_matches import unknown
from wamkg.reviewing.decisions import check_revision
from wamkg.store.base import is_live
from wamkg.store.batches import close_batch, drop_batch, end_rows, open_batch, record_change, uid_of_row, update_row
from wamkg.store.citation_keys import KEY, KeyOwners
from wamkg.store.claims import PaperClaims, load_claims, write_papers
from wamkg.store.decisions import lock_paper
from wamkg.store.papers import SCHEMES, ExternalIdentifier, find_paper, methods_of, papers_by_ids
from wamkg.store.questions import wrong_ids_of
from wamkg.store.session import one_writer
from wamkg.store.tables import Actor, Alias, Batch, Event, NamedEntity, Paper, PaperUrl
from wamkg.store.taxonomies import FORMER_NAME
from wamkg.vocabulary import PERSON, BatchKind, EventKind, Standing

Parsed = Any
"""A value of the type that its field has, as `FIELDS` reads it."""
ValueChange = tuple[JSON, JSON]
"""The resolved value before and after."""
DATES, LINKS, DETAILS, METHOD = "dates.", "links.", "details.", "method"
_DETAIL = re.compile(r"[a-z][a-z0-9_-]{0,40}")


def _text(value: JSON) -> str:
    if not isinstance(value, str) or not value.strip() or "\x00" in value:
        raise ValueError("write text")
    return value.strip()


def _year(value: JSON) -> int:
    text = str(value).strip()
    if not (text.isdecimal() and is_plausible_year(int(text))):
        raise ValueError(f"write a year from {FIRST_YEAR} to {last_year()}")
    return int(text)


def _date(value: JSON) -> PartialDate:
    found = PartialDate.parse(_text(value))
    _year(found.first.year)
    return found


def _authors(value: JSON) -> list[str]:
    return [name.display for name in names_in(value)]


def names_in(value: JSON) -> list[PersonName]:
    """Parse an author list as a person writes it: "Du, Yilun; The Sea Team"."""
    names = value.split(";") if isinstance(value, str) else value
    if not isinstance(names, Sequence):
        raise ValueError("write names with a semicolon between them")
    return [parse_name(_text(name)) for name in names]


def _standing(value: JSON) -> str:
    if value not in set(Standing):
        raise ValueError(f"write one of {', '.join(Standing)}")
    return str(value)


def _key(value: JSON) -> str:
    key = _text(value)
    if not is_citation_key(key):
        raise ValueError("a citation key must not contain spaces, commas or braces")
    return key


def _entry_type(value: JSON) -> str:
    word = _text(value).lower()
    if not _DETAIL.fullmatch(word):
        raise ValueError("write article, inproceedings, misc, book or another type of BibTeX")
    return word


def _id(read: Callable[[str], str | None]) -> Callable[[JSON], str]:
    def parse(value: JSON) -> str:
        found = read(_text(value))
        if found is None:
            raise ValueError("it is not a valid id of this kind")
        return found

    return parse


FIELDS: dict[str, Callable[[JSON], Parsed]] = {
    "title": _text,
    "abstract": _text,
    "summary": _text,
    "authors": _authors,
    "venue": _text,
    "year": _year,
    "key": _key,
    "entry_type": _entry_type,
    "volume": _text,
    "number": _text,
    "pages": _text,
    "publisher": _text,
    "url": _text,
    "note": _text,
    "standing": _standing,
    "exclusion_reason": _text,
    "arxiv": _id(arxiv_id),
    "doi": _id(doi),
    "s2": _id(s2_id),
    "openalex": _text,
}
"""Fields stored as claims. In addition: `method`, `date` (first arXiv version), `dates.KIND`, `links.KIND` and
`details.NAME` (another BibTeX field).
"""
_OTHER_NAMES = {"date": f"{DATES}{EventKind.ARXIV_V1}", "type": "entry_type"}
REQUIRED = ("title", "standing", METHOD)
"""Fields that must not be empty."""


def known_name(name: str) -> str:
    """Name of a field as it is stored.

    Raises InvalidInputError for an unknown field.
    """
    name = _OTHER_NAMES.get(name, name)
    if name.startswith(DATES):
        if name.removeprefix(DATES) not in set(EventKind):
            raise InvalidInputError(unknown("date", name, (f"{DATES}{kind}" for kind in EventKind)))
    elif name.startswith(DETAILS):
        if not _DETAIL.fullmatch(name.removeprefix(DETAILS)) or name.removeprefix(DETAILS) in FIELDS:
            raise InvalidInputError(
                f"unknown paper field {name!r}: write details. and the name of "
                "a BibTeX field, for example details.editor"
            )
    elif not (name in FIELDS or name == METHOD or (name.startswith(LINKS) and name != LINKS)):
        known = (*FIELDS, METHOD, "date", "dates.KIND", "links.KIND", "details.NAME")
        raise InvalidInputError(unknown("paper field", name, known))
    return name


def read_value(name: str, value: JSON) -> Parsed:
    """Parse a value; None removes the person's value.

    Raises InvalidInputError.
    """
    if value in (None, "", []):
        if name in REQUIRED:
            raise InvalidInputError(f"{name} cannot be empty")
        return None
    try:
        if name.startswith(DATES):
            return _date(value)
        read: Callable[[JSON], Parsed] = FIELDS.get(name, _text)
        return read(value)
    except (ValueError, TypeError) as error:
        raise InvalidInputError(f"{name} cannot be {value!r}: {error}") from error


@dataclass(frozen=True)
class EditResult(WithFormerNames):
    """An edit: field -> (resolved value before, after). `batch` is None if nothing changed.

    `alarms` lists decisions whose quote is no longer found in the edited text.
    """

    batch: str | None
    subject: str
    changes: dict[str, ValueChange]
    revision: int
    alarms: list[str] = field(default_factory=list)
    version: Former[int] = former("revision")


def set_values(
    session: Session, actor: Actor, paper: str, values: Mapping[str, JSON], why: str = "", revision: int | None = None
) -> EditResult:
    """Set fields of a paper for a person; an empty value removes what the person set.

    Raises NotFoundError for an unknown paper, InvalidInputError for an unknown field or invalid value, and
    ConflictError if the paper is newer than `revision` or an id belongs to another paper.
    """
    if actor.kind != PERSON:
        raise InvalidInputError(f"{actor.name} is a program; only a person edits by hand")
    one_writer(session)
    parse_values(values)
    number = find_paper(session, paper).id
    assert number is not None
    row = lock_paper(session, number)
    check_revision(session, row, revision)
    batch = open_batch(session, BatchKind.EDIT, row.slug, actor)
    changes, alarms = edit_paper(session, batch, row, values, why)
    if not changes:
        drop_batch(session, batch)
        return EditResult(None, row.slug, {}, row.revision)
    close_batch(session, batch, {"fields": sorted(changes), "paper": row.slug})
    session.refresh(row)
    return EditResult(batch.uid, row.slug, changes, row.revision, alarms)


def parse_values(values: Mapping[str, JSON]) -> dict[str, Parsed]:
    """The values of fields of a paper, parsed, by the known names of the fields.

    Raises InvalidInputError for an unknown field or invalid value.
    """
    return {(known := known_name(name)): read_value(known, value) for name, value in values.items()}


def edit_paper(
    session: Session, batch: Batch, paper: Paper, values: Mapping[str, JSON], why: str
) -> tuple[dict[str, ValueChange], list[str]]:
    """Set fields of a paper within a person's batch; returns what changed, and warnings about lost quotes.

    Raises the errors of `set_values`.
    """
    assert paper.id is not None
    parsed = parse_values(values)
    row = lock_paper(session, paper.id)
    _refuse_foreign_ids(session, row, parsed)
    edit = _PaperEditor(session, batch, row, load_claims(session, [paper.id])[paper.id])
    return edit.apply(parsed, {known_name(name): value for name, value in values.items()}, why), edit.alarms


def _refuse_foreign_ids(session: Session, paper: Paper, values: Mapping[str, Parsed]) -> None:
    ids = [ExternalIdentifier(name, values[name]) for name in SCHEMES if values.get(name)]
    owner_of_key = KeyOwners(session).owner(values[KEY]) if values.get(KEY) else None
    if owner_of_key not in (None, paper.id):
        owner = session.get_one(Paper, owner_of_key).slug
        raise ConflictError(f"the citation key {values[KEY]!r} belongs to {owner} already; choose another")
    for given, number in papers_by_ids(session, ids).items():
        if number != paper.id:
            owner = session.get_one(Paper, number).slug
            raise ConflictError(
                f"{given.scheme}:{given.value} belongs to {owner} already; if both are the same "
                f"work, run `wamkg duplicates judge {paper.slug} {owner} same` first"
            )
    wrong = wrong_ids_of(session, [paper.id] if paper.id else []).get(paper.id or 0, frozenset())
    for given in ids:
        if (given.scheme, given.value) in wrong:
            raise ConflictError(
                f"a person answered that {given.scheme}:{given.value} is not an id of {paper.slug}; "
                f"`wamkg questions --paper {paper.slug}` shows the answer, `wamkg undo` reverts it"
            )


@dataclass
class _PaperEditor:
    session: Session
    batch: Batch
    paper: Paper
    state: PaperClaims
    alarms: list[str] = field(default_factory=list)

    def apply(self, values: Mapping[str, Parsed], given: Mapping[str, JSON], why: str) -> dict[str, ValueChange]:
        shown = resolved_values(self.state)
        changes: dict[str, ValueChange] = {}
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
                change = (shown[name], value) if assert_value(self.state, name, value, PERSON) else None
                if name == "authors" and change:
                    self._names(given[name])
            if change is not None:
                changes[name] = change
        if changes:
            self._write(changes, why)
        return changes

    def _write(self, changes: dict[str, ValueChange], why: str) -> None:
        assert self.batch.id is not None
        shown = resolved_values(self.state)
        uid = uid_of_row(self.session, self.paper)
        for name, (before, after) in changes.items():
            now = shown.get(name, after)
            changes[name] = before, now
            record_change(self.session, self.batch, name, subject_uid=uid, before=before, after=now, why=why)
        self.alarms = record_missing_quotes(self.session, self.batch, [self.state], [shown])
        write_papers(self.session, self.batch.id, self.batch.actor_id, [self.state], [shown])

    def _date(self, kind: str, when: PartialDate | None) -> ValueChange | None:
        mine = {d for d in self.state.dates if (d.kind, d.source) == (kind, PERSON)}
        if when is not None and any((d.day, d.precision) == (when.first, when.precision) for d in mine):
            return None
        live = select(Event.id).where(
            Event.paper_id == self.paper.id, Event.kind == kind, Event.source == PERSON, is_live(Event)
        )
        ended = end_rows(self.session, self.batch, Event, [n for n in self.session.exec(live) if n is not None])
        self.state.dates -= mine
        if when is not None:
            assert_date(self.state, kind, when, PERSON)
        before = next((d.day.isoformat() for d in mine), None)
        return (before, str(when) if when else None) if when is not None or ended else None

    def _link(self, kind: str, url: str | None) -> ValueChange | None:
        live = select(PaperUrl).where(PaperUrl.paper_id == self.paper.id, PaperUrl.kind == kind, is_live(PaperUrl))
        old = self.session.exec(live.order_by(col(PaperUrl.id))).all()
        if [link.url for link in old] == ([url] if url else []):
            return None
        end_rows(self.session, self.batch, PaperUrl, [link.id for link in old if link.id is not None])
        if url is not None:
            self.state.add(PaperUrl, paper_id=self.paper.id, kind=kind, url=url, source=PERSON)
        return (old[0].url if old else None), url

    def _names(self, given: JSON) -> None:
        """The parts of the names. "Family, Given" is unambiguous; the reading order may not be."""
        assert_value(self.state, "names", [name.as_dict() for name in names_in(given)] if given else None, PERSON)

    def _detail(self, name: str, value: str | None) -> ValueChange | None:
        """A person's details are one claim with all fields they set."""
        word = self.state.said.get("details", {}).get(PERSON)
        before = (resolved_values(self.state)["details"] or {}).get(name)
        mine = dict(word.value or {}) if word else {}
        mine.pop(name, None)
        if value is not None:
            mine[name] = value
        if not assert_value(self.state, "details", mine or None, PERSON):
            return None
        return before, (resolved_values(self.state)["details"] or {}).get(name)

    def _method(self, label: str, why: str) -> ValueChange | None:
        before = self.state.method
        if label == before:
            return None
        number = self.paper.id
        assert number is not None and self.batch.id is not None
        method = methods_of(self.session, [number]).get(number)
        if method is None:
            self.state.new_method = label
        else:
            add_former_name(self.session, self.batch, method)
            update_row(self.session, self.batch, method, {"name": label, "key": name_key(label)}, why)
        self.state.method = label
        return before, label


def add_former_name(session: Session, batch: Batch, entity: NamedEntity) -> None:
    """Add the old name of an entity as an alias before it is renamed."""
    known = select(Alias.key).where(Alias.entity_id == entity.id, Alias.kind == FORMER_NAME)
    if entity.key not in set(session.exec(known)):
        assert batch.id is not None and entity.id is not None
        session.add(Alias(entity_id=entity.id, kind=FORMER_NAME, name=entity.name, key=entity.key, batch_id=batch.id))
