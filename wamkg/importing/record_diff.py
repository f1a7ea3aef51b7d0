"""Compare one record with the stored values of its paper: new, changed and conflicting values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from wamkg.identifiers import (
    PartialDate,
    Precision,
    arxiv_prefix_month,
    is_preprint_venue,
    key_fold,
    name_key,
    new_uid,
)
from wamkg.importing.agree import FIELDS, how_worse, is_said_already, same_detail, same_printing
from wamkg.importing.taxon_lookup import TaxaIndex
from wamkg.matching.claims import assert_date, assert_value
from wamkg.matching.published import PUBLISHED_FIELDS, record_source
from wamkg.matching.record import Record, RecordAssignment
from wamkg.matching.resolve import pick_claim
from wamkg.matching.resolved_values import resolved_values
from wamkg.names import bibtex_name
from wamkg.readable import DATE_NAMES, readable
from wamkg.store.claims import LiveAssignment, PaperClaims
from wamkg.store.tables import Assignment, PaperUrl, Tag
from wamkg.store.types import utc_now
from wamkg.vocabulary import ARXIV_ID_SOURCE, AssignmentStatus, EventKind, Standing


@dataclass
class RecordDiff:
    """The changes that one record makes to its paper."""

    changes: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    worse: int = 0
    """Number of values worse than what the same source gave before; they are among the conflicts."""
    is_question: bool = False
    """Whether the record was not applied but kept as a question."""


@dataclass(frozen=True)
class RecordSource:
    """The source of a record; `repeat` if this import has already met its paper."""

    source: str
    own_fields: dict[str, str]
    repeat: bool

    def of(self, name: str) -> str:
        """Return the source of one field of the record."""
        return self.own_fields.get(name, self.source)


def diff_record(
    record: Record, state: PaperClaims, origin: RecordSource, taxa: TaxaIndex, keep_classes: bool
) -> RecordDiff:
    """Add the claims of a record to the paper's state, and report what changes.

    Values already shown are not claimed again. A change is reported if a resolved value changes.
    """
    notes = RecordDiff()
    before = resolved_values(state) if state.said else None
    said = _say_fields(record, state, origin, before, notes)
    _say_names(record, state, origin, before)
    _say_key(record, state, origin, notes)
    if not (origin.repeat and "standing" in state.said):
        assert_value(state, "standing", _standing(record, keep_classes), origin.of("standing"))
    if before is not None:
        _note_fields(said, before, resolved_values(state), notes)
        _note_other_record(said, notes)
    _compare_dates(record, state, origin, notes)
    _compare_links(record, state, origin, notes)
    for tag in record.tags:
        _add_tag(state, tag.facet, tag.value, tag.mapped, origin, notes)
    _compare_names(record, state, notes)
    for placement in record.placements:
        if keep_classes:
            _compare_placement(placement, state, origin, taxa, notes)
        else:
            _add_tag(state, f"class:{placement.taxonomy}", placement.taxon or placement.status, True, origin, notes)
    return notes


Shown = Mapping[str, Any]
"""What `resolved_values` returns."""


def _say_fields(
    record: Record, state: PaperClaims, origin: RecordSource, shown: Shown | None, notes: RecordDiff
) -> dict[str, Any]:
    """Claim the fields with new values; return them.

    Venue, year, DOI and the other publication fields of one record are claimed together or not at all, so that a
    source's record stays complete.
    """
    values = {name: getattr(record, name) for name in FIELDS} | {"details": _without_known_month(record, state)}
    given = {name: value for name, value in values.items() if value not in (None, "", [], {})}
    known = {name for name, value in given.items() if shown is not None and is_said_already(name, value, shown)}
    published = {name: value for name, value in given.items() if name in PUBLISHED_FIELDS}
    if not published.keys() <= known:
        known -= set(PUBLISHED_FIELDS)
    whole = record_source(state, origin.source, published, repeat=origin.repeat)
    said = {}
    for name, value in given.items():
        source = whole if name in PUBLISHED_FIELDS and origin.of(name) == origin.source else origin.of(name)
        if _say(state, name, value, replace(origin, source=source, own_fields={}), notes, is_known=name in known):
            said[name] = value
    return said


_MONTH = re.compile(r"[a-z]{3,9}\.?|\d{1,2}", re.I)


def _without_known_month(record: Record, state: PaperClaims) -> dict[str, str]:
    """The details without a month and day that only repeat the paper's known date of publication."""
    when = record.dates.get(EventKind.VENUE.value)
    known = {(d.day, d.precision) for d in state.dates if d.kind == EventKind.VENUE}
    if (
        when is None
        or (when.first, when.precision) not in known
        or not _MONTH.fullmatch(record.details.get("month", ""))
    ):
        return record.details
    return {name: text for name, text in record.details.items() if name not in ("month", "day")}


def _say(state: PaperClaims, name: str, value: Any, origin: RecordSource, notes: RecordDiff, *, is_known: bool) -> bool:
    """Claim a value unless the source already has; return whether it was added."""
    agrees = FIELDS[name]
    mine = state.said.get(name, {}).get(origin.source)
    if mine is None or mine.value is None:
        return not is_known and assert_value(state, name, value, origin.source)
    if name == "details":
        known = mine.value
        value = known | {n: text for n, text in value.items() if n not in known or not same_detail(n, text, known[n])}
    if mine.value == value or (isinstance(value, str) and same_printing(value, mine.value)):
        return False
    if origin.repeat:
        if agrees and not agrees(value, mine.value):
            notes.conflicts.append(
                f"{name}: {_short(value)} here, {_short(mine.value)} on an earlier line of the same source"
            )
        return False
    if worse := how_worse(name, value, mine.value):
        values = f"{_short(value)} here, {_short(mine.value)} before"
        notes.worse += 1
        notes.conflicts.append(f"{name}: worse than what this source said before ({worse}): {values}")
    return assert_value(state, name, value, origin.source)


def _note_fields(said: Mapping[str, Any], before: Shown, after: Shown, notes: RecordDiff) -> None:
    """Report resolved values that changed, and claimed values that contradict the resolved ones."""
    for name in (*FIELDS, "authors_cut", "standing"):
        if after[name] != before[name]:
            notes.changes.append(f"{name}: {_short(after[name])}")
        elif name in said and (agrees := FIELDS[name]) and not _is_other_record(name, said, after):
            shown = after[name]
            if shown is not None and not agrees(said[name], shown):
                notes.conflicts.append(f"{name}: {_short(said[name])} here, {_short(shown)} shown")
    if after["year_derived"] != before["year_derived"] and after["year"] == before["year"]:
        notes.changes.append(f"year: {after['year']}, stated")
    if after["names"] != before["names"] and after["authors"] == before["authors"]:
        notes.changes.append(f"names: {_short([bibtex_name(name) for name in after['names']])}")
    if after["key"] != before["key"] and after["key"]:
        notes.changes.append(f"key: {after['key']}")


def _note_other_record(said: Mapping[str, Any], notes: RecordDiff) -> None:
    """A second record of the paper (a preprint beside its publication) changes no resolved value, but is stored."""
    kept = [f"{name} {_short(value)}" for name, value in said.items() if name in PUBLISHED_FIELDS]
    if kept and not (notes.changes or notes.conflicts):
        notes.changes.append(f"kept as a further record of the paper: {', '.join(kept)}")


def _is_other_record(name: str, said: Mapping[str, Any], shown: Shown) -> bool:
    """Whether a value belongs to a preprint and the resolved one to its publication, or the other way round."""
    if name not in PUBLISHED_FIELDS or not (said.get("venue") and shown["venue"]):
        return False
    return is_preprint_venue(said["venue"]) != is_preprint_venue(shown["venue"])


def _say_names(record: Record, state: PaperClaims, origin: RecordSource, shown: Shown | None) -> None:
    """Claim name parts and whether the author list continues, if the same source gave the author list."""
    source = origin.of("authors")
    if not record.authors:
        return
    mine = state.said.get("authors", {}).get(source)
    if mine is None or mine.value != record.authors:
        mine = None
        if shown is None or shown["authors"] != record.authors:
            return
    whole = len(record.names) == len(record.authors)
    if whole and (mine or shown is None or shown["names"] != record.names):
        assert_value(state, "names", [name.as_dict() for name in record.names], source)
    if mine and (record.authors_cut or source in state.said.get("authors_cut", {})):
        assert_value(state, "authors_cut", record.authors_cut, source)


def _say_key(record: Record, state: PaperClaims, origin: RecordSource, notes: RecordDiff) -> None:
    """The first citation key from a file is shown; later keys of the same paper are stored beside it."""
    if record.key is None:
        return
    source, folded = origin.of("key"), key_fold(record.key)
    shown, mine = pick_claim(state.said.get("key", {}).values()), state.said.get("key", {}).get(source)
    if mine is None and shown is not None and shown.value == record.key:
        return
    if not (origin.repeat and mine):
        assert_value(state, "key", record.key, source)
        now = pick_claim(state.said["key"].values())
        if now is None or now.value == record.key:
            state.keys.add(folded)
            return
    if folded not in state.keys:
        state.keys.add(folded)
        state.further_keys.append(record.key)
        notes.changes.append(f"found by the key {record.key} too")


def _standing(record: Record, keep_classes: bool) -> str:
    if record.standing and keep_classes:
        return record.standing
    placed = any(p.taxon and p.status == AssignmentStatus.PLACED for p in record.placements)
    return Standing.INCLUDED if placed and keep_classes else Standing.CANDIDATE


def _short(value: object) -> str:
    text = readable(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _compare_dates(record: Record, state: PaperClaims, origin: RecordSource, notes: RecordDiff) -> None:
    for kind, when in record.dates.items():
        _add_date(state, kind, when, kind in record.derived_dates, origin, notes)
    has_stated = any(d.kind == EventKind.ARXIV_V1 for d in state.dates)
    if record.arxiv and not has_stated and (month := arxiv_prefix_month(record.arxiv)):
        _add_date(state, EventKind.ARXIV_V1, month, True, origin, notes)


def _add_date(
    state: PaperClaims, kind: str, when: PartialDate, derived: bool, origin: RecordSource, notes: RecordDiff
) -> None:
    source = ARXIV_ID_SOURCE if derived else origin.of("date")
    if origin.repeat and any((d.kind, d.source) == (kind, source) for d in state.dates):
        return
    stated = [d for d in state.dates if d.kind == kind and not d.derived and not derived]
    # "First public" adds nothing if another stated event has the same day.
    if kind == EventKind.RELEASED:
        stated = [d for d in state.dates if not d.derived]
    if any((d.day, d.precision) == (when.first, when.precision) for d in stated):
        return
    finer = [d for d in stated if str(PartialDate(d.day, Precision(d.precision))).startswith(f"{when}-")]
    if finer:
        if any(d.source == source for d in finer):
            notes.worse += 1
            notes.conflicts.append(
                f"{DATE_NAMES[kind]}: worse than what this source said before: {when} here, {finer[0].day} before"
            )
        return
    if assert_date(state, kind, when, source, derived=derived):
        notes.changes.append(f"{DATE_NAMES[kind]}: {when}{' (from the arXiv id)' if derived else ''}")


def _compare_links(record: Record, state: PaperClaims, origin: RecordSource, notes: RecordDiff) -> None:
    for kind, url in record.links.items():
        if (kind, url) not in state.weblinks:
            state.weblinks.add((kind, url))
            state.add(PaperUrl, paper_id=state.id, kind=kind, url=url, source=origin.source)
            notes.changes.append(f"{kind} link")


def _add_tag(state: PaperClaims, facet: str, value: str, mapped: bool, origin: RecordSource, notes: RecordDiff) -> None:
    if (facet, value, origin.source) in state.tags:
        return
    state.tags.add((facet, value, origin.source))
    state.add(Tag, paper_id=state.id, facet=facet, value=value, mapped=mapped, source=origin.source)
    notes.changes.append(f"{facet}: {value}")


def _compare_names(record: Record, state: PaperClaims, notes: RecordDiff) -> None:
    names = [record.method, *record.aliases] if record.method else []
    if names and state.method is None:
        state.method = state.new_method = names[0]
        state.method_keys.add(name_key(names[0]))
        notes.changes.append(f"method {names[0]}")
    for name in names:
        # The key ignores case and spacing, so LaPA and LAPA are one spelling; the printed label stays as it is.
        if name != state.method and name not in state.new_aliases and name_key(name) not in state.method_keys:
            state.method_keys.add(name_key(name))
            state.new_aliases.append(name)
            notes.changes.append(f"also called {name}")
    for entity in record.introduces:
        if (entity.kind, name_key(entity.name)) not in state.introduced:
            state.introduced.add((entity.kind, name_key(entity.name)))
            state.new_entities.append((entity.kind, entity.name, [] if record.method else record.aliases))
            notes.changes.append(f"introduces {entity.kind} {entity.name}")


def _compare_placement(
    placement: RecordAssignment, state: PaperClaims, origin: RecordSource, taxa: TaxaIndex, notes: RecordDiff
) -> None:
    taxonomy, taxon = taxa.find(placement)
    here = [p for p in state.placed if p.taxonomy_id == taxonomy]
    shown = f"{placement.taxonomy}:{placement.taxon or placement.status}"
    if any((p.taxon_id, p.status) == (taxon, placement.status) for p in here):
        return
    primary = next((p for p in here if p.primary), None)
    wants_primary = placement.primary and not (origin.repeat and primary)
    if primary and wants_primary and primary.source != origin.source:
        _note_conflicting_assignment(
            state, placement, origin, notes, f"{shown} here, placed elsewhere by another source"
        )
        return
    replaced = primary if wants_primary else None
    stays = [p for p in state.placed if p is not replaced]
    if refusal := taxa.refusal(stays, taxon):
        _note_conflicting_assignment(state, placement, origin, notes, f"{shown} here, but {refusal}")
        return
    if replaced:
        state.placed.remove(replaced)
        if replaced.id is not None:
            state.ended.append(replaced.id)
    _place(state, placement, (taxonomy, taxon), wants_primary, origin)
    notes.changes.append(shown if wants_primary else f"also {shown}")


def _note_conflicting_assignment(
    state: PaperClaims, placement: RecordAssignment, origin: RecordSource, notes: RecordDiff, what: str
) -> None:
    if assert_value(state, f"class:{placement.taxonomy}", placement.taxon or placement.status, origin.source):
        notes.conflicts.append(f"{what}; kept as it is")


def _place(
    state: PaperClaims, placement: RecordAssignment, where: tuple[int, int | None], primary: bool, origin: RecordSource
) -> None:
    taxonomy, taxon = where
    state.placed.append(LiveAssignment(taxonomy, taxon, placement.status, primary, origin.source, placement.kind))
    state.add(
        Assignment,
        uid=new_uid(),
        paper_id=state.id,
        taxonomy_id=taxonomy,
        taxon_id=taxon,
        status=placement.status,
        primary=primary,
        kind=placement.kind,
        reason=placement.reason,
        source=origin.source,
        at=utc_now(),
    )
