"""Comparing one record with what the store holds of its paper: what is new, what changes, what conflicts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from wamkg.identifiers import PartialDate, arxiv_prefix_month, key_fold, name_key, new_uid, normalise
from wamkg.importing.taxa import TaxaIndex
from wamkg.matching.people import same_person
from wamkg.matching.published import PUBLISHED_FIELDS, published_values, record_source
from wamkg.matching.record import Placement, Record
from wamkg.matching.resolve import winner
from wamkg.matching.say import say, say_date
from wamkg.names import parse_name
from wamkg.store.paper_state import PaperState, Placed, Said
from wamkg.store.tables import Assignment, Tag, Weblink
from wamkg.store.types import utc_now
from wamkg.vocabulary import PREFIX_SOURCE, AssignmentState, EventKind, Standing


def _same_authors(mine: Any, shown: Any) -> bool:
    """Whether two lists name the same people, one of them perhaps by initials."""
    pairs = zip(mine, shown, strict=False)
    return len(mine) == len(shown) and all(same_person(parse_name(a), parse_name(b)) is True for a, b in pairs)


def _same_text(mine: Any, shown: Any) -> bool:
    return normalise(str(mine)) == normalise(str(shown))


FIELDS: dict[str, Callable[[Any, Any], bool] | None] = {
    "title": _same_text,
    "authors": _same_authors,
    "abstract": _same_text,
    "summary": None,
    "venue": _same_text,
    "year": _same_text,
    "url": None,
    "note": None,
    "arxiv": _same_text,
    "doi": _same_text,
    "entry_type": None,
    "volume": _same_text,
    "number": _same_text,
    "pages": _same_text,
    "publisher": _same_text,
    "details": None,
    "s2": _same_text,
    "openalex": _same_text,
}
"""Fields kept as facts, and how two values of a field agree; None: they may differ without being in conflict."""


@dataclass
class Notes:
    """What one record did to its paper."""

    changes: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Origin:
    """Where a record comes from; `repeat` where its paper was already met in this import."""

    source: str
    own_fields: dict[str, str]
    repeat: bool

    def of(self, name: str) -> str:
        """Source of one field of the record."""
        return self.own_fields.get(name, self.source)


def compare(record: Record, state: PaperState, origin: Origin, taxa: TaxaIndex, keep_classes: bool) -> Notes:
    """Add to the state the rows that the record brings, and say what that means."""
    notes = Notes()
    if contradiction := _contradiction(record, state, origin):
        notes.conflicts.append(contradiction)
        return notes
    _compare_fields(record, state, origin, keep_classes, notes)
    _compare_dates(record, state, origin, notes)
    _compare_links(record, state, origin, notes)
    for tag in record.tags:
        _add_tag(state, tag.facet, tag.value, tag.mapped, origin, notes)
    _compare_names(record, state, notes)
    for placement in record.placements:
        if keep_classes:
            _compare_placement(placement, state, origin, taxa, notes)
        else:
            _add_tag(state, f"class:{placement.taxonomy}", placement.taxon or placement.state, True, origin, notes)
    return notes


def _contradiction(record: Record, state: PaperState, origin: Origin) -> str | None:
    """A line that gives one id to another title is most likely another paper: nothing of it is taken."""
    said = state.said.get("title", {}).get(origin.of("title"))
    if not origin.repeat or said is None or not record.title or _same_text(record.title, said.value):
        return None
    return f"title: {_short(said.value)!r} on an earlier line with this id; nothing of this line is taken"


def _compare_fields(record: Record, state: PaperState, origin: Origin, keep_classes: bool, notes: Notes) -> None:
    for name, agrees in FIELDS.items():
        value = getattr(record, name)
        if value not in (None, "", [], {}) and name not in PUBLISHED_FIELDS:
            _say(state, name, value, origin, agrees, notes)
    _say_published(record, state, origin, notes)
    _say_names(record, state, origin)
    _say_key(record, state, origin, notes)
    if not (origin.repeat and "standing" in state.said):
        _say(state, "standing", _standing(record, keep_classes), origin, None, notes)


def _say_published(record: Record, state: PaperState, origin: Origin, notes: Notes) -> None:
    """Say where and when the paper appeared, and compare with the record that is shown."""
    given = {name: value for name in PUBLISHED_FIELDS if (value := getattr(record, name)) not in (None, "", {})}
    source = record_source(state, origin.source, given, repeat=origin.repeat)
    before = published_values(state.said)
    said = [n for n, v in given.items() if say(state, n, v, source if origin.of(n) == origin.source else origin.of(n))]
    after = published_values(state.said)
    notes.changes += [f"{name}: {_short(after[name])}" for name in said if after[name] != before[name]]
    for name in said:
        agrees = FIELDS[name]
        if after[name] == before[name] and agrees and not agrees(given[name], after[name]):
            shown = next((w.source for w in state.said[name].values() if w.value == after[name]), "nobody gives one")
            notes.conflicts.append(f"{name}: {_short(given[name])} here, {_short(after[name])} shown ({shown})")


def _say_names(record: Record, state: PaperState, origin: Origin) -> None:
    """How the names of the author list are built, and whether the list goes on, beside the list of the same source."""
    source = origin.of("authors")
    said = state.said.get("authors", {}).get(source)
    if not record.authors or said is None or said.value != record.authors:
        return
    if len(record.names) == len(record.authors):
        say(state, "names", [name.as_dict() for name in record.names], source)
    if record.authors_cut or source in state.said.get("authors_cut", {}):
        say(state, "authors_cut", record.authors_cut, source)


def _say_key(record: Record, state: PaperState, origin: Origin, notes: Notes) -> None:
    """The first key that a file gave is shown; others that lead to the paper are kept beside it."""
    if record.key is None:
        return
    source = origin.of("key")
    if not (origin.repeat and source in state.said.get("key", {})):
        _say(state, "key", record.key, origin, None, notes)
    elif key_fold(record.key) not in state.keys:
        state.further_keys.append(record.key)
    if key_fold(record.key) not in state.keys:
        state.keys.add(key_fold(record.key))
        if not any(change.startswith("key:") for change in notes.changes):
            notes.changes.append(f"found by the key {record.key} too")


def _standing(record: Record, keep_classes: bool) -> str:
    if record.standing and keep_classes:
        return record.standing
    placed = any(p.taxon and p.state == AssignmentState.PLACED for p in record.placements)
    return Standing.INCLUDED if placed and keep_classes else Standing.CANDIDATE


def _say(
    state: PaperState, name: str, value: Any, origin: Origin, agrees: Callable[[Any, Any], bool] | None, notes: Notes
) -> None:
    source = origin.of(name)
    words = state.said.setdefault(name, {})
    before = words.get(source)
    if before and before.value == value:
        return
    if before and origin.repeat:
        if agrees and not agrees(value, before.value):
            notes.conflicts.append(f"{name}: {value!r} here, {before.value!r} on an earlier line of the same source")
        return
    shown = winner(words.values())
    say(state, name, value, source)
    _note_field(name, value, shown, winner(words.values()), agrees, notes)


def _note_field(
    name: str, value: Any, shown: Said | None, now: Said | None, agrees: Callable[[Any, Any], bool] | None, notes: Notes
) -> None:
    if now and (shown is None or now.value != shown.value):
        notes.changes.append(f"{name}: {_short(now.value)}")
    elif shown and agrees and not agrees(value, shown.value):
        notes.conflicts.append(f"{name}: {_short(value)} here, {_short(shown.value)} shown ({shown.source})")


def _short(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _compare_dates(record: Record, state: PaperState, origin: Origin, notes: Notes) -> None:
    for kind, when in record.dates.items():
        _add_date(state, kind, when, kind in record.derived_dates, origin, notes)
    has_stated = any(d.kind == EventKind.ARXIV_V1 for d in state.dates)
    if record.arxiv and not has_stated and (month := arxiv_prefix_month(record.arxiv)):
        _add_date(state, EventKind.ARXIV_V1, month, True, origin, notes)


def _add_date(state: PaperState, kind: str, when: PartialDate, derived: bool, origin: Origin, notes: Notes) -> None:
    source = PREFIX_SOURCE if derived else origin.of("date")
    if origin.repeat and any((d.kind, d.source) == (kind, source) for d in state.dates):
        return
    if say_date(state, kind, when, source, derived=derived):
        notes.changes.append(f"{kind}: {when}{' (from the arXiv id)' if derived else ''}")


def _compare_links(record: Record, state: PaperState, origin: Origin, notes: Notes) -> None:
    for kind, url in record.links.items():
        if (kind, url) not in state.weblinks:
            state.weblinks.add((kind, url))
            state.add(Weblink, paper_id=state.id, kind=kind, url=url, source=origin.source)
            notes.changes.append(f"{kind} link")


def _add_tag(state: PaperState, facet: str, value: str, mapped: bool, origin: Origin, notes: Notes) -> None:
    if (facet, value, origin.source) in state.tags:
        return
    state.tags.add((facet, value, origin.source))
    state.add(Tag, paper_id=state.id, facet=facet, value=value, mapped=mapped, source=origin.source)
    notes.changes.append(f"{facet}: {value}")


def _compare_names(record: Record, state: PaperState, notes: Notes) -> None:
    names = [record.method, *record.aliases] if record.method else []
    if names and state.method is None:
        state.method = state.new_method = names[0]
        state.method_keys.add(name_key(names[0]))
        notes.changes.append(f"method {names[0]}")
    for name in names:
        # The key folds case and spacing, so LaPA and LAPA are one spelling; the printed label keeps its own.
        if name != state.method and name not in state.new_aliases and name_key(name) not in state.method_keys:
            state.method_keys.add(name_key(name))
            state.new_aliases.append(name)
            notes.changes.append(f"also called {name}")
    for thing in record.introduces:
        if (thing.kind, name_key(thing.name)) not in state.introduced:
            state.introduced.add((thing.kind, name_key(thing.name)))
            state.new_things.append((thing.kind, thing.name, [] if record.method else record.aliases))
            notes.changes.append(f"introduces {thing.kind} {thing.name}")


def _compare_placement(placement: Placement, state: PaperState, origin: Origin, taxa: TaxaIndex, notes: Notes) -> None:
    taxonomy, taxon = taxa.find(placement)
    here = [p for p in state.placed if p.taxonomy_id == taxonomy]
    shown = f"{placement.taxonomy}:{placement.taxon or placement.state}"
    if any((p.taxon_id, p.state) == (taxon, placement.state) for p in here):
        return
    primary = next((p for p in here if p.primary), None)
    wants_primary = placement.primary and not (origin.repeat and primary)
    if primary and wants_primary and primary.source != origin.source:
        _note_rival(state, placement, origin, notes, f"{shown} here, placed elsewhere by another source")
        return
    replaced = primary if wants_primary else None
    stays = [p for p in state.placed if p is not replaced]
    if refusal := taxa.refusal(stays, taxon):
        _note_rival(state, placement, origin, notes, f"{shown} here, but {refusal}")
        return
    if replaced:
        state.placed.remove(replaced)
        if replaced.id is not None:
            state.ended.append(replaced.id)
    _place(state, placement, (taxonomy, taxon), wants_primary, origin)
    notes.changes.append(shown if wants_primary else f"also {shown}")


def _note_rival(state: PaperState, placement: Placement, origin: Origin, notes: Notes, what: str) -> None:
    if say(state, f"class:{placement.taxonomy}", placement.taxon or placement.state, origin.source):
        notes.conflicts.append(f"{what}; kept as it is")


def _place(
    state: PaperState, placement: Placement, where: tuple[int, int | None], primary: bool, origin: Origin
) -> None:
    taxonomy, taxon = where
    state.placed.append(Placed(taxonomy, taxon, placement.state, primary, origin.source, placement.kind))
    state.add(
        Assignment,
        uid=new_uid(),
        paper_id=state.id,
        taxonomy_id=taxonomy,
        taxon_id=taxon,
        state=placement.state,
        primary=primary,
        kind=placement.kind,
        reason=placement.reason,
        source=origin.source,
        at=utc_now(),
    )
