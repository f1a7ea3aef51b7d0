"""BibTeX and BibLaTeX: join the parts of values, resolve macros and inheritance, convert LaTeX."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from wamkg.errors import InvalidInputError
from wamkg.importing.parse_result import Item
from wamkg.importing.people import People
from wamkg.importing.references.bibtex_names import read_bibtex_names
from wamkg.importing.references.bibtex_scan import RawEntry, ScannedPiece, scan
from wamkg.importing.references.fields import (
    DETAILS,
    INHERITED,
    KEPT,
    MONTH_MACROS,
    SPELLINGS,
    STYLE_MACROS,
    VERBATIM,
)
from wamkg.importing.references.journal_macros import with_journal_names
from wamkg.importing.references.latex import marked_text, plain_address, plain_text
from wamkg.importing.references.reference import Reference, item_of, listed_urls, own_doi
from wamkg.matching.record import Dropped, UnreadableLine

_NAMED = frozenset(
    ("title", "author", "journal", "journaltitle", "booktitle", "publisher", "series", "editor", "school")
)
"""Fields in which the name of an undefined macro is not text."""
_JOURNALS = frozenset(("journal", "booktitle", "series", "shortjournal"))
_SAME = {"journaltitle": "journal", "location": "address", "eprinttype": "archiveprefix", "eprintclass": "primaryclass"}
"""BibLaTeX field names that differ from BibTeX's."""
_STRUCTURE = frozenset(
    ("crossref", "xdata", "xref", "ids", "entryset", "related", "options", "sortkey", "key", "presort")
)
_ANNOTATIONS = frozenset(("annote", "annotation"))
"""Fields for remarks, which are not stored; they may contain the DOI."""
_LONGEST_MACRO = 10_000
"""Macros may contain macros: twenty short lines could fill the memory."""


@dataclass
class _ScannedEntry:
    """An entry with its values as LaTeX text by field."""

    line: int
    kind: str
    key: str
    values: dict[str, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    excerpt: str = ""
    unresolved: dict[str, list[str]] = field(default_factory=dict)
    """Keys of entries missing from the file, by the field that names them."""


def parse_bibtex(text: str) -> Iterator[Item]:
    """Return entries in file order; an entry without readable content becomes an Unreadable with its line."""
    raw = list(scan(text))
    macros = _macros(raw)
    entries = [_entry(one, macros) for one in raw if one.kind != "string"]
    by_key = {entry.key.lower(): entry for entry in reversed(entries)}
    for entry in entries:
        if entry.kind == "xdata":
            continue
        if entry.kind == "comment" or not entry.values:
            reason = "; ".join(entry.doubts) or "an entry without fields"
            yield UnreadableLine(entry.line, reason, entry.excerpt[:160])
        else:
            _inherit(entry, by_key)
            yield _item(entry)


def _item(entry: _ScannedEntry) -> Item:
    try:
        return item_of(_reference(entry))
    except RecursionError:
        return UnreadableLine(entry.line, "its braces are nested too deeply", entry.excerpt[:160])


def _macros(raw: list[RawEntry]) -> dict[str, str]:
    macros = dict(STYLE_MACROS)
    for one in raw:
        for name, pieces in one.fields if one.kind == "string" else ():
            macros[name] = "".join(_text(piece, macros) or "" for piece in pieces)
            if len(macros[name]) > _LONGEST_MACRO:
                raise InvalidInputError(
                    f"line {one.line}: the macro {name} has more than {_LONGEST_MACRO} characters; shorten it"
                )
    return macros


def _text(piece: ScannedPiece, macros: Mapping[str, str]) -> str | None:
    """Return the text of a part; None for an undefined macro."""
    if not piece.is_macro:
        return piece.text
    name = piece.text.lower()
    return macros.get(name, name if name in MONTH_MACROS else None)


def _entry(raw: RawEntry, macros: Mapping[str, str]) -> _ScannedEntry:
    entry = _ScannedEntry(raw.line, raw.kind, raw.key, doubts=list(raw.faults), excerpt=raw.excerpt)
    for spelled, pieces in raw.fields:
        name = SPELLINGS.get(spelled, spelled)
        name = _SAME.get(name, name)
        value = "".join(_part(piece, name, macros, entry.doubts) for piece in pieces)
        if not value.strip():
            continue
        first = entry.values.setdefault(name, value)
        if first != value and name in ("keywords", "note", "url"):
            entry.values[name] = f"{first}; {value}"
        elif first != value:
            entry.doubts.append(Dropped(f"{name} stands twice; {' '.join(value.split())[:60]!r} is left out"))
    return entry


def _part(piece: ScannedPiece, name: str, macros: Mapping[str, str], doubts: list[str]) -> str:
    text = _text(piece, macros)
    if text is not None:
        return text
    if name == "month" or name in _STRUCTURE:
        return piece.text
    told = f"{name} is the macro {piece.text}, which nothing defines; it is"
    doubts.append(Dropped(f"{told} left out") if name in _NAMED else f"{told} kept as text")
    return "" if name in _NAMED else piece.text


def _inherit(entry: _ScannedEntry, by_key: Mapping[str, _ScannedEntry]) -> None:
    """Fill missing fields from the entries named by `xdata` and `crossref`, recursively."""
    for name in ("xdata", "crossref"):
        seen = {entry.key.lower()}
        wanted = [key.strip() for key in entry.values.get(name, "").split(",") if key.strip()]
        while wanted:
            key = wanted.pop(0)
            parent = by_key.get(key.lower())
            if parent is None:
                entry.doubts.append(f"{name} names {key}, which is not an entry of the file; it is kept as a detail")
                entry.unresolved.setdefault(name, []).append(key)
            elif key.lower() not in seen:
                seen.add(key.lower())
                _take_over(entry, parent, everything=name == "xdata")
                wanted += [more.strip() for more in parent.values.get(name, "").split(",") if more.strip()]


def _take_over(entry: _ScannedEntry, parent: _ScannedEntry, everything: bool) -> None:
    dated = "date" in entry.values or "year" in entry.values
    for name, value in parent.values.items():
        inherited = name not in _STRUCTURE if everything else name in INHERITED
        if inherited and not (dated and name in ("date", "year", "month")):
            entry.values.setdefault(name, value)
    if not everything and not {"booktitle", "journal"} & entry.values.keys():
        title = parent.values.get("title")
        if title:
            entry.values["journal" if entry.kind == "article" else "booktitle"] = title


def _reference(entry: _ScannedEntry) -> Reference:
    reference = Reference(entry.line, key=entry.key or None, entry_type=entry.kind, doubts=entry.doubts)
    values = entry.values
    reference.people = _people(values.get("author", ""), reference.doubts)
    reference.editors = _people(values.get("editor", ""), reference.doubts)
    for name, value in values.items():
        if name in ("author", "editor") or name in _STRUCTURE:
            continue
        if name not in KEPT and name not in DETAILS:
            reference.unknown.append(name)
            if name in _ANNOTATIONS and (found := own_doi(plain_text(value))):
                reference.more.append(("doi", found))
            continue
        reference.fields[name] = plain_address(value) if name in VERBATIM else _plain(name, value, reference.doubts)
    reference.fields |= {name: ",".join(keys) for name, keys in entry.unresolved.items()}
    reference.marked = {name: marked_text(values[name]) for name in ("title", "subtitle") if name in values}
    _take_urls(reference)
    reference.dates = [(name, reference.fields[name]) for name in ("date", "year", "month") if name in reference.fields]
    day = reference.fields.get("day", "")
    if day.isdigit() and "month" in reference.fields:
        reference.dates[-1] = ("month", f"{reference.fields['month']} {day}")
    return reference


def _people(value: str, doubts: list[str]) -> People:
    people = read_bibtex_names(value) if value else People()
    doubts += people.doubts
    people.doubts = []
    return people


def _plain(name: str, value: str, doubts: list[str]) -> str:
    if name in _JOURNALS:
        value = with_journal_names(value)
    unknown: list[str] = []
    left_out: list[str] = []
    text = plain_text(value, unknown, left_out)
    doubts += [Dropped(f"{name} has {typed[:60]}, which is left out") for typed in dict.fromkeys(left_out)]
    doubts += [f"{name} has the LaTeX command {command}, which is kept as typed" for command in dict.fromkeys(unknown)]
    return text


def _take_urls(reference: Reference) -> None:
    """Of several URLs in one field, the first is the paper's; the others may contain its ids."""
    first, *others = listed_urls(reference.fields.get("url", ""))
    if others:
        reference.fields["url"] = first
        reference.more += [("url", other) for other in others]
