"""Tables with a header line (CSV, TSV), from databases, reference managers, spreadsheets and this project."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import orjson

from wamkg.errors import InvalidInputError
from wamkg.identifiers import arxiv_prefix_month, is_venue, normalise, s2_id
from wamkg.importing.links import doi_of, is_scholarly, is_web
from wamkg.importing.parse_result import Item
from wamkg.importing.people import People, read_people, split_glued
from wamkg.importing.references.dates import read_date
from wamkg.importing.references.kinds import place_container, place_numbers
from wamkg.importing.references.reference import Reference, item_of, listed_urls
from wamkg.importing.references.table_columns import (
    COLUMNS,
    DATABASES,
    HOUSEKEEPING,
    JOURNAL_COLUMNS,
    MEETING_COLUMNS,
    OWN,
    PLACEHOLDERS,
    TYPES,
    fit_of,
)
from wamkg.importing.references.table_rows import ReferenceRow, align, read_rows
from wamkg.importing.venues import is_known_venue
from wamkg.matching.entry_types import venue_field
from wamkg.matching.record import Dropped, Record, RecordAssignment, UnreadableLine
from wamkg.vocabulary import EventKind, Standing

_GUARD = re.compile(r"^'(?='*[=+\-@\t\r])")
"""Prefix that `export csv` puts before a cell that a spreadsheet would execute."""
_FORMULA = re.compile(r'="([^"]*)"')
"""A text that a program wrote as a formula, so that a spreadsheet does not read it as a number or a date."""
_TAXON = re.compile(r"taxon:\s*([\w.-]+)", re.I)
_SPECIAL = frozenset(
    (
        "title",
        "author",
        "container",
        "date",
        "month",
        "day",
        "key",
        "type",
        "editor",
        "translator",
        "first page",
        "last page",
        *OWN,
    )
)
_TYPE = re.compile(r"[a-z][a-z-]*")
_STANDINGS = frozenset(Standing)
_CITED_SOURCE = re.compile(
    r"(?P<venue>\S.*?) \((?P<year>(?:19|20)\d\d)\) (?P<volume>\w+)(?::(?P<number>[\w-]+))?"
    r"(?: \((?P<pages>[^()]*)\))?\.?(?: Date of Publication: (?P<date>.*?)\.?)?"
)
"""A journal with year, volume, issue and pages in one cell, as Embase prints it."""
_ORCID_OR_ID = re.compile(r"\s*\((?:\d{3,}|0000-[\dX-]+)\)")


@dataclass(frozen=True)
class _Header:
    """The columns of a table: those for each value, best first; taxonomies by column; the names as printed."""

    names: list[str]
    columns: dict[str, list[int]]
    taxa: dict[int, str]
    fits: list[Callable[[str], bool] | None] = field(default_factory=list)
    glued: bool = False
    """Whether names are joined without a separator, as in Springer's tables."""
    indexed: bool = False
    """Whether bare initials follow the names, as in PubMed's and Scopus's tables."""
    is_own: bool = False
    """Whether this project wrote the table: its columns mean what they are called, for every entry type."""
    grows_behind: int | None = None
    """Column after which rows may have more cells than the header, such as Scopus's funding texts."""


def parse_table(text: str) -> Iterator[Item]:
    """Return one record per row; a row with too many or too few cells is aligned, or becomes an Unreadable.

    Raises InvalidInputError if no column contains titles.
    """
    names, rows = read_rows(text.removeprefix("\ufeff"), _names_title)
    if not names:
        first = text.partition("\n")[0].strip()
        raise InvalidInputError(f"no column of the table is called title; it has {first[:200]}")
    header = _header(names)
    for row in rows:
        yield _item(header, row)


def _names_title(names: list[str]) -> bool:
    """Whether cells are a header: one is called title, and another has a known name."""
    plain = [normalise(name) for name in names]
    known = sum(any(name in spellings for spellings in COLUMNS.values()) for name in plain)
    known += sum(_TAXON.fullmatch(name.strip()) is not None for name in names)
    return any(name in COLUMNS["title"] for name in plain) and (known > 1 or len(plain) == 1)


def _header(names: list[str]) -> _Header:
    plain = [normalise(name) for name in names]
    columns = {key: [plain.index(name) for name in known if name in plain] for key, known in COLUMNS.items()}
    taxa = {number: found[1] for number, name in enumerate(names) if (found := _TAXON.fullmatch(name.strip()))}
    return _Header(
        names,
        columns,
        taxa,
        fits=[fit_of(name) for name in plain],
        glued="item title" in plain,
        is_own={"key", "type", "standing", "first public"} <= set(plain),
        indexed=bool({"eid", "nihms id", "pmid"} & set(plain)),
        grows_behind=plain.index("funding text 1") + 1 if "funding text 1" in plain else None,
    )


def _item(header: _Header, row: ReferenceRow) -> Item:
    cells = row.cells
    if len(cells) < len(header.names) or any(cell.strip() for cell in cells[len(header.names) :]):
        aligned = align(cells, header.fits, header.grows_behind)
        if header.columns["title"][0] in aligned.unsure:
            reason = f"{len(cells)} cells under {len(header.names)} names, and which is the title cannot be told"
            return UnreadableLine(row.line, reason, " ".join(cells)[:160])
        cells = aligned.cells
        row.doubts.append(_told(row.cells, cells, header, aligned.unsure))
    cells = [_FORMULA.sub(r"\1", cell) if _FORMULA.fullmatch(cell) else _GUARD.sub("", cell) for cell in cells]
    reference = _reference(header, cells, row)
    item = item_of(reference)
    return _with_own(item, header, cells) if isinstance(item, Record) else item


def _told(cells: list[str], kept: list[str], header: _Header, unsure: range) -> str:
    left_out = [cell for cell in cells if cell.strip() and cell not in kept]
    names = [name for name in header.names[unsure.start : unsure.stop] if name]
    where = f" of {names[0]} to {names[-1]}" if len(names) > 1 else ""
    told = f"{len(cells)} cells under {len(header.names)} names"
    if not left_out:
        return told
    return Dropped(f"{told}; {len(left_out)} cells{where} are left out, the first is {left_out[0][:40]!r}")


def _reference(header: _Header, cells: list[str], row: ReferenceRow) -> Reference:
    def texts(key: str) -> list[str]:
        return [cells[n].strip() for n in header.columns[key] if n < len(cells) and not _is_empty(cells[n], header)]

    reference = Reference(row.line, doubts=row.doubts)
    kind = next((text for text in texts("type") if normalise(text) in TYPES), "") or "".join(texts("type")[:1])
    known = kind if header.is_own and _TYPE.fullmatch(kind) else TYPES.get(normalise(kind), "misc")
    reference.entry_type = known if kind else _type_by_column(header, cells)
    reference.key = next((key for key in texts("key") if not key.isdigit()), None)
    reference.people = _people(texts("author"), header)
    reference.editors = _people(texts("editor"), header)
    reference.add("translator", " and ".join(name.display for name in _people(texts("translator"), header).names))
    reference.add("title", next(iter(texts("title")), ""))
    for name in header.columns.keys() - _SPECIAL - ({"note"} if header.is_own else set()):
        values = [url for text in texts(name) for url in listed_urls(text)] if name == "url" else texts(name)
        reference.add(name, values[0] if values else "")
        reference.more += [(name, value) for value in values[1:] if name in ("url", "doi") and value != values[0]]
    ends = [*texts("first page")[:1], *texts("last page")[:1]]
    reference.add("pages", "-".join(dict.fromkeys(ends)))
    reference.dates = [
        (header.names[n], cells[n])
        for n in header.columns["date"]
        if n < len(cells) and not _is_empty(cells[n], header)
    ]
    month = " ".join([*texts("month")[:1], *texts("day")[:1]])
    reference.dates += [("month", month)] if month else []
    containers = _containers([name for name in texts("container") if name not in _databases(header, cells)], reference)
    if header.is_own:
        reference.add(venue_field(reference.entry_type or "article"), next(iter(texts("container")), ""))
    else:
        place_container(reference, containers)
        place_numbers(reference, kind)
    _take_others(reference, header, cells)
    return reference


def _databases(header: _Header, cells: list[str]) -> set[str]:
    """Return the names of databases below `Source`, where others print the journal."""
    sources = {
        cells[n].strip()
        for n in header.columns["container"]
        if n < len(cells) and header.names[n].strip().lower() == "source"
    }
    return {name for name in sources if normalise(name) in DATABASES}


def _containers(names: list[str], reference: Reference) -> list[str]:
    """Return the names of what the paper appeared in; year, volume and pages in the same cell become fields."""
    cited = _CITED_SOURCE.fullmatch(next(iter(names), ""))
    if cited is None:
        return names
    reference.dates += [("source", text) for text in (cited["date"], cited["year"]) if text]
    for name in ("volume", "number", "pages"):
        reference.add(name, cited[name])
    return [cited["venue"], *names[1:]]


def _type_by_column(header: _Header, cells: list[str]) -> str | None:
    """Return the entry type that the venue column's name implies ("Zeitschrift"); None if it or a known venue implies
    none.
    """
    filled = (n for n in header.columns["container"] if n < len(cells) and not _is_empty(cells[n], header))
    number = next(filled, None)
    if number is None or header.is_own or is_known_venue(cells[number].strip()) or not is_venue(cells[number]):
        return None
    name = normalise(header.names[number])
    return "article" if name in JOURNAL_COLUMNS else "inproceedings" if name in MEETING_COLUMNS else None


def _take_others(reference: Reference, header: _Header, cells: list[str]) -> None:
    """Read cells under unknown names: the URL of a paper gives its ids and its link, whatever the column is called."""
    known = {number for numbers in header.columns.values() for number in numbers} | header.taxa.keys()
    for number, name in enumerate(header.names):
        if (
            number >= len(cells)
            or number in known
            or _is_empty(cells[number], header)
            or normalise(name) in HOUSEKEEPING
        ):
            continue
        addresses = listed_urls(cells[number].strip())
        if is_scholarly(addresses[0]):
            for address in addresses:
                reference.add_id("url", address)
        elif is_web(cells[number]) and doi_of(cells[number].strip()):
            reference.ids_in.append(cells[number].strip())
        else:
            reference.unknown.append(name)


def _is_empty(cell: str, header: _Header) -> bool:
    return not cell.strip() or (not header.is_own and PLACEHOLDERS.fullmatch(cell.strip()) is not None)


def _people(cells: list[str], header: _Header) -> People:
    """Read people from the best column; names with ids take a suffix from the shorter names in the next column."""
    if not cells:
        return People()
    if header.glued:
        people = People()
        names = split_glued(cells[0], people) if ";" not in cells[0] else [cells[0]]
        more = read_people(names)
        return replace(more, doubts=[*people.doubts, *more.doubts])
    # Between semicolons, a comma separates the family name from the given name.
    alone = ";" not in cells[0]
    people = read_people([_ORCID_OR_ID.sub("", cells[0])], indexed=header.indexed, one_comma_parts_names=alone)
    short = read_people(cells[1:2], indexed=True).names
    if short and len(short) == len(people.names):
        people.names = [
            name if name.suffix or name.literal else replace(name, suffix=other.suffix)
            for name, other in zip(people.names, short, strict=True)
        ]
    return people


def _take_first_public(record: Record, text: str) -> None:
    """Take when the paper was first public; the month of an arXiv id adds nothing to the id."""
    date = read_date(text)
    if date is None:
        record.doubts += [f"first public {text[:40]!r} is not a date"] if text else []
    elif not record.arxiv or date != arxiv_prefix_month(record.arxiv):
        record.dates[EventKind.RELEASED.value] = date


def _take_details(record: Record, header: _Header, cell: str) -> None:
    """Take further fields as this project writes them; under the same name in other tables they are dropped."""
    try:
        given = orjson.loads(cell)
    except orjson.JSONDecodeError:
        given = None
    if isinstance(given, dict) and all(isinstance(value, str) for value in given.values()):
        record.details |= given
    elif header.is_own:
        record.doubts.append(Dropped(f"details {cell[:40]!r} are no JSON object of texts; they are left out"))
    else:
        record.unknown_keys = (*record.unknown_keys, "details")


def _with_own(record: Record, header: _Header, cells: list[str]) -> Record:
    """Add what only this project's tables have: standing, method, other ids, and the taxon in each taxonomy."""

    def text(key: str) -> str:
        return next((cells[n].strip() for n in header.columns[key] if n < len(cells) and cells[n].strip()), "")

    record.s2, record.openalex = s2_id(text("s2")), text("openalex") or None
    record.method, record.summary = text("method") or None, text("summary") or None
    record.aliases = [name.strip() for name in text("aliases").split(";") if name.strip()]
    record.authors_cut = record.authors_cut or text("authors_cut").lower() in ("true", "yes", "1")
    if header.is_own:
        record.note = text("note") or None
    if cell := text("details"):
        _take_details(record, header, cell)
    _take_first_public(record, text("first public"))
    standing = text("standing").lower()
    if standing in _STANDINGS:
        record.standing = standing
    elif standing:
        record.doubts.append(Dropped(f"standing {standing[:40]!r} is none; known are {', '.join(Standing)}"))
    for number, taxonomy in header.taxa.items():
        path = cells[number].strip().strip("/ ") if number < len(cells) else ""
        if path:
            record.placements.append(RecordAssignment(taxonomy, path))
    return record
