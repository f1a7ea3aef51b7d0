"""CSL-JSON from Zotero and Pandoc, and Crossref's JSON: items are read one at a time, each with its line."""

import json
import re
from collections.abc import Iterator

from wamkg.errors import InvalidInputError
from wamkg.importing.jsonl import loose_record
from wamkg.importing.markup import without_markup
from wamkg.importing.parse_result import Item
from wamkg.importing.people import People, is_nobody, read_people
from wamkg.importing.record_keys import KEYS
from wamkg.importing.references.dates import read_date, with_finer
from wamkg.importing.references.kinds import place_container, place_numbers
from wamkg.importing.references.own_values import OWN, with_own_values
from wamkg.importing.references.reference import Reference, item_of
from wamkg.importing.service_rows import plain_row
from wamkg.json_types import JSON, JsonObject
from wamkg.matching.record import Dropped, UnreadableLine
from wamkg.names import PersonName, parse_name

_TYPES = {
    "article-journal": "article", "article-magazine": "article", "article-newspaper": "article", "review": "article",
    "review-book": "article", "paper-conference": "inproceedings", "chapter": "incollection", "entry": "incollection",
    "entry-dictionary": "incollection", "entry-encyclopedia": "incollection", "book": "book", "thesis": "phdthesis",
    "report": "techreport", "manuscript": "unpublished", "patent": "patent", "periodical": "article",
    "journal-article": "article", "proceedings-article": "inproceedings", "book-chapter": "incollection",
    "book-section": "incollection", "book-part": "incollection", "reference-entry": "incollection", "monograph": "book",
    "edited-book": "book", "reference-book": "book", "proceedings": "proceedings", "dissertation": "phdthesis",
    "report-component": "techreport", "peer-review": "misc", "posted-content": "misc",
}  # fmt: skip
"""BibTeX entry types by the types of CSL and Crossref; all others are misc."""
_FIELDS = {
    "abstract": "abstract", "DOI": "doi", "URL": "url", "volume": "volume", "issue": "issue", "number": "number",
    "page": "pages", "publisher": "publisher", "publisher-place": "address", "publisher-location": "address",
    "edition": "edition", "edition-number": "edition", "ISBN": "isbn", "ISSN": "issn", "PMID": "pmid", "PMCID": "pmcid",
    "language": "language", "keyword": "keywords", "subject": "keywords", "note": "note", "collection-title": "series",
    "collection-number": "seriesnumber", "event-title": "eventtitle", "event-place": "venue", "genre": "type",
    "title-short": "shorttitle", "shortTitle": "shorttitle", "number-of-pages": "pagetotal",
    "number-of-volumes": "volumes", "version": "version", "article-number": "articleno", "subtitle": "subtitle",
    "chapter-number": "chapter", "section": "section", "medium": "medium", "call-number": "callnumber",
    "original-title": "origtitle", "eprint": "eprint", "status": "pubstate",
}  # fmt: skip
_ALL = frozenset(("DOI", "ISBN", "ISSN", "keyword", "subject"))
"""Fields that may list several values that all count."""
_CONTAINERS = ("container-title", "short-container-title", "container-title-short", "journalAbbreviation")
_DATES = ("issued", "published-print", "published", "published-online")
_PLAIN = frozenset(("id", "type", "title", "author", "editor", "collection-editor", "container-author", "translator",
                    "citation-key", "citation-label", "event", "accessed", "source", "archive",
                    "archive_location"))  # fmt: skip
_HOUSEKEEPING = frozenset((
    "indexed", "reference-count", "references-count", "is-referenced-by-count", "content-domain", "prefix", "member",
    "score",
    "resource", "relation", "created", "deposited", "license", "link", "reference", "funder", "update-policy",
    "assertion",
    "alternative-id", "journal-issue", "isbn-type", "issn-type", "categories", "custom", "system_id", "accepted",
))  # fmt: skip
"""Keys for a registrar's bookkeeping; they are dropped without a message."""
_BLANK = " \t\r\n"
_LIST_BEGINS = re.compile(r"\"(?:items|references)\"\s*:\s*(?=\[)")
_WRAPPED = re.compile(
    r"\s*\{(?:\s*\"(?!title\")[\w-]+\"\s*:\s*(?:\"(?:[^\"\\]|\\.)*\"|[\w.+-]+|\{[^{}]*\})\s*,)*\s*"
    r"\"(?:records|items|references|papers|publications|articles|documents|entries|works|results|data)\"\s*:\s*"
    r"(?=\[\s*[{\]])"
)
"""The start of an object that contains an array of records under a usual name, perhaps after some short values."""
_CSL_KEYS = frozenset(("container-title", "issued", "DOI", "author", "date-parts"))
"""Keys of CSL that this project's JSON does not have."""
_OWN_KEYS = frozenset(KEYS) - {*_FIELDS, "id", "type", "title", "url", "key"}
"""Keys of this project's JSON that CSL does not have."""


def is_wrapped(text: str) -> bool:
    """Whether a JSON object contains an array of records, such as `{"records": [{...}]}`."""
    return _WRAPPED.match(text) is not None


def is_csl_row(row: JsonObject) -> bool:
    """Whether an object uses the keys of CSL, not those of this project's JSON Lines."""
    row = plain_row(row)
    return bool(_CSL_KEYS & row.keys()) and "authors" not in row


def parse_csl(text: str) -> Iterator[Item]:
    """Return items in file order; one that is not an object becomes an Unreadable.

    Items with the keys of this project's JSON Lines are read like its lines. Raises InvalidInputError, with the line,
    where the file is not valid JSON; then nothing of it is imported.
    """
    for line, given, source in _elements(text):
        row = plain_row(given) if isinstance(given, dict) else given
        if not isinstance(row, dict):
            yield UnreadableLine(line, "not an object; a CSL-JSON file is an array of objects", str(row)[:160])
        elif is_csl_row(row) or not _OWN_KEYS & row.keys():
            custom = row.get("custom")
            yield with_own_values(item_of(_reference(row, line)), custom.get(OWN) if isinstance(custom, dict) else None)
        else:
            yield loose_record(row, line, source.encode(errors="replace"))


def _elements(text: str) -> Iterator[tuple[int, JSON, str]]:
    """Yield each item with its first line number and its source: of an array, of one in an object, or a single one."""
    start = _skip(text, 0)
    if text[start : start + 1] == "{":
        listed = _WRAPPED.match(text) or _LIST_BEGINS.search(text)
        if listed is None:
            yield text.count("\n", 0, start) + 1, _only(text, start), text
            return
        start = listed.end()
    yield from _of_array(text, start)


def _of_array(text: str, start: int) -> Iterator[tuple[int, JSON, str]]:
    decoder, at, line, counted = json.JSONDecoder(), _after(text, start, "["), 1, 0
    while at < len(text) and text[at] != "]":
        line, counted = line + text.count("\n", counted, at), at
        try:
            row, end = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
            raise InvalidInputError(f"not valid JSON in the item that begins at line {line}: {reason}") from None
        yield line, row, text[at:end]
        at = _after(text, end, ",")
    if at >= len(text):
        raise InvalidInputError("the array of items has no end; the file may have been cut off")


def _only(text: str, start: int) -> JSON:
    """Return the only item of a file, which Crossref wraps in `message`."""
    try:
        row = json.loads(text[start:])
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", 1) + text.count("\n", 0, start)
        raise InvalidInputError(
            f"not valid JSON at line {line}; write an array of items, or one object a line"
        ) from None
    message = row.get("message")
    return message if isinstance(message, dict) else row


def _after(text: str, at: int, mark: str) -> int:
    """Return where the next value starts, after spaces and one `mark`."""
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at : at + 1] == mark else at


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _reference(row: JsonObject, line: int) -> Reference:
    reference = Reference(line)
    own_type = _text(row.get("type"))
    reference.entry_type = _TYPES.get(own_type, "misc") if own_type else None
    reference.key = _key(row)
    reference.fields["title"] = _text(row.get("title"))
    reference.people = _people(row, "author", reference.doubts)
    reference.editors = _people(row, "editor", reference.doubts)
    for key, name in _FIELDS.items():
        reference.add(name, _text(row.get(key), all_of="; " if key in _ALL else ""))
    for key in ("translator", "container-author"):
        people = _people(row, key, reference.doubts)
        name = "bookauthor" if key == "container-author" else key
        reference.add(name, " and ".join(person.display for person in people.names))
    reference.add("eventtitle", _text(row.get("event")))
    reference.add("urldate", _date(row.get("accessed")))
    given = [(key, _date(row[key], reference.doubts)) for key in _DATES if row.get(key)]
    first = next((n for n, one in enumerate(given) if read_date(one[1])), len(given))
    reference.dates = with_finer(given[first : first + 1], given[first + 1 :]) if first < len(given) else given
    place_container(reference, [text for key in _CONTAINERS if (text := _text(row.get(key)))])
    place_numbers(reference, own_type)
    reference.ids_in += [
        text for key in ("number", "archive", "source", "archive_location") if (text := _text(row.get(key)))
    ]
    known = _FIELDS.keys() | _PLAIN | _HOUSEKEEPING | {*_CONTAINERS, *_DATES}
    reference.unknown = [key for key, value in row.items() if key not in known and value not in (None, "", [], {})]
    return reference


def _key(row: JsonObject) -> str | None:
    """Return the citation key; a URL or a bare number is not a key."""
    key = _text(row.get("citation-key")) or _text(row.get("citation-label")) or _text(row.get("id"))
    return None if not key or key.isdigit() or "://" in key or key.startswith("10.") else key


def _text(value: JSON, all_of: str = "") -> str:
    """Return a value as text: the first of a list, or all of it with a separator."""
    if isinstance(value, list):
        texts = [text for item in value if (text := _text(item))]
        return all_of.join(texts) if all_of else next(iter(texts), "")
    return "" if value is None or isinstance(value, dict | bool) else " ".join(str(value).split())


def _people(row: JsonObject, key: str, doubts: list[str]) -> People:
    given = row.get(key) or []
    people = People()
    if isinstance(given, str):
        people = read_people([given], one_comma_parts_names=True)
        doubts += people.doubts
        people.doubts = []
        return people
    for name in given if isinstance(given, list) else [given]:
        _add_person(people, name, key, doubts)
    return people


def _add_person(people: People, name: JSON, key: str, doubts: list[str]) -> None:
    if isinstance(name, str):
        more = read_people([name])
        people.names += more.names
        people.cut = people.cut or more.cut
    elif isinstance(name, dict) and (person := _person(name)) is not None:
        if re.fullmatch(r"(?:et\.? al\.?|others)", person.display, re.I):
            people.cut = True
        elif not is_nobody(person.display):
            people.names.append(person)
    else:
        doubts.append(Dropped(f"{key} {str(name)[:60]!r} is not a name; it is left out"))


def _person(name: JsonObject) -> PersonName | None:
    literal = without_markup(_text(name.get("literal")) or _text(name.get("name")))
    family, given = (without_markup(_text(name.get(part))) for part in ("family", "given"))
    particles = (_text(name.get("dropping-particle")), _text(name.get("non-dropping-particle")))
    particle, suffix = " ".join(part for part in particles if part), _text(name.get("suffix"))
    if literal:
        return PersonName(literal=literal)
    if not family:
        return parse_name(given) if given else None
    if not particle and not suffix:
        return parse_name(f"{family}, {given}") if given else PersonName(family)
    return PersonName(family, given, particle, suffix)


def _date(issued: JSON, doubts: list[str] | None = None) -> str:
    """Return a date as text: its parts, the start of a range, or its wording."""
    if not isinstance(issued, dict):
        return _text(issued)
    given = issued.get("date-parts")
    parts = given if isinstance(given, list) else []
    start, end = (_numbers(parts[n], doubts) if len(parts) > n else "" for n in (0, 1))
    words = _text(issued.get("raw")) or _text(issued.get("literal")) or _text(issued.get("string-date"))
    if not start:
        return words or _text(issued.get("date-time"))
    season = _SEASONS.get(_text(issued.get("season")).lower(), _text(issued.get("season")))
    if end:
        return f"{start}/{end}"
    return f"{season} {start}" if season else f"{start}~" if issued.get("circa") not in (None, False, "", 0) else start


_SEASONS = {"1": "spring", "2": "summer", "3": "autumn", "4": "winter"}
"""CSL's numbers of the seasons."""


def _numbers(given: JSON, doubts: list[str] | None) -> str:
    """Return year, month and day of one date, as far as they are numbers."""
    numbers: list[str] = []
    for part in given if isinstance(given, list) else [given]:
        if not str(part).strip().isdigit():
            if part not in (None, "") and doubts is not None:
                doubts.append(Dropped(f"{str(part)[:40]!r} is not part of a date; it is left out"))
            break
        numbers.append(str(part).strip().zfill(2))
    return "-".join(numbers)
