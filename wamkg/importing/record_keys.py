"""The keys of a JSON Lines record: a model that checks every value, and the record that it becomes."""

import re
from collections.abc import Collection
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    StringConstraints,
    ValidationError,
)
from pydantic_core import ErrorDetails

from wamkg.identifiers import PartialDate, arxiv_id, doi, is_possible_arxiv, malformed_arxiv, s2_id
from wamkg.importing.links import arxiv_of, doi_of, is_web
from wamkg.importing.loose import loosened
from wamkg.importing.references.reference import listed_dois
from wamkg.importing.venues import read_venue
from wamkg.json_types import JSON, JsonObject
from wamkg.matching.record import Dropped, IntroducedEntity, Record, RecordAssignment
from wamkg.names import PersonName, name_from_dict, parse_name
from wamkg.store.entities import INTRODUCIBLE
from wamkg.vocabulary import AssignmentStatus, EventKind, Standing

_BARE_ARXIV = re.compile(r"\d{4}\.\d{4,5}", re.ASCII).fullmatch
_AND_OTHERS = re.compile(r"(?:and\s+)?(?:others|et\.?\s*al\.?)", re.I).fullmatch
_MAX_TITLE = 2000
_YEARS = range(1800, 2101)
_Path: TypeAlias = tuple[int | str, ...]
"""Where a value is in a record: key, and key or number of an item in it."""


class FaultError(ValueError):
    """Why a value is rejected. Validators leave its name out: it is put before the text that the user sees."""


def _title(text: str) -> str:
    title = " ".join(text.split())
    if len(title) > _MAX_TITLE:
        raise FaultError(f"has {len(title)} characters; at most {_MAX_TITLE} are taken")
    return title


def _arxiv(text: str) -> str | None:
    if _BARE_ARXIV(text) and is_possible_arxiv(text):
        return text
    found = arxiv_id(text)
    if found is None and text.strip():
        raise FaultError(f"is not an arXiv id: {text[:60]!r}; write 2302.00111 or cs/0112017")
    return found


def _doi(text: str) -> str | None:
    if text.strip() and doi(text) is None and arxiv_id(text) is None:
        raise FaultError(f"is not a DOI: {text[:60]!r}; write 10.1000/182")
    return text


def _s2(text: str) -> str | None:
    found = s2_id(text)
    if found is None and text.strip():
        raise FaultError(f"is not a Semantic Scholar id: {text[:60]!r}; write its 40 hexadecimal digits")
    return found


@lru_cache(maxsize=4096)
def _date(text: str) -> PartialDate:
    try:
        return PartialDate.parse(text)
    except ValueError:
        raise FaultError(f"is not a date: {text[:40]!r}; write YYYY, YYYY-MM or YYYY-MM-DD") from None


def _year(year: int) -> int:
    if year not in _YEARS:
        raise FaultError(f"is {year}, not between {_YEARS[0]} and {_YEARS[-1]}")
    return year


def _url(text: str) -> str:
    if not is_web(text):
        raise FaultError(f"is not an http or https address: {text[:60]!r}")
    return text.strip()


def _one_of(known: Collection[str] | type[StrEnum]) -> AfterValidator:
    def check(value: str) -> str:
        if value not in tuple(known):
            raise FaultError(f"is {value[:40]!r}; known are {', '.join(known)}")
        return value

    return AfterValidator(check)


def _event(kind: str) -> str:
    if kind not in tuple(EventKind):
        raise FaultError(f"is an unknown event; known are {', '.join(EventKind)}")
    return kind


def _number_as_text(value: JSON) -> JSON:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else value


def _person(value: JSON) -> PersonName | None:
    """Return a name from its parts; None says that further authors follow."""
    if not isinstance(value, dict):
        raise FaultError(f"is {_named(value)}, not an object")
    if value.get("others") is True:
        return None
    if not all(isinstance(part, str) for part in value.values()):
        raise FaultError("has a part that is not text")
    try:
        return name_from_dict(value)
    except ValueError as error:
        raise FaultError(f"is not a name: {error}") from None


Text: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True)]
Words: TypeAlias = Annotated[str, AfterValidator(lambda text: " ".join(text.split()))]
Lowered: TypeAlias = Annotated[Text, AfterValidator(str.lower)]
PaperDate: TypeAlias = Annotated[PartialDate, PlainValidator(lambda value: _date(_text(value)))]
Url: TypeAlias = Annotated[str, AfterValidator(_url)]
TaxonPath: TypeAlias = Annotated[str, AfterValidator(lambda path: path.strip("/ "))]


def _text(value: JSON) -> str:
    if not isinstance(value, str):
        raise FaultError(f"is {_named(value)}, not text")
    return value


class _Strict(BaseModel):
    """Takes no number for a text and no text for a number."""

    model_config = ConfigDict(strict=True)


class StateLine(_Strict):
    """A paper's status in a taxonomy that does not place it; the status alone may stand for it."""

    state: Annotated[str, _one_of(AssignmentStatus)]
    kind: str | None = None
    reason: str | None = None


class IntroducedLine(_Strict):
    """A dataset, benchmark or metric that the paper introduces."""

    kind: Annotated[str, _one_of(INTRODUCIBLE)]
    name: Annotated[Text, StringConstraints(min_length=1)]


class PaperLine(_Strict):
    """A line of JSON Lines; null means unknown. `docs/formats.md` explains each key."""

    title: Annotated[Text, StringConstraints(min_length=1), AfterValidator(_title)]
    abstract: Text | None = None
    summary: Text | None = None
    venue: Text | None = None
    method: Text | None = None
    note: Text | None = None
    openalex: Text | None = None
    key: Text | None = None
    type: Lowered | None = None
    volume: Text | None = None
    number: Text | None = None
    pages: Text | None = None
    publisher: Text | None = None
    details: dict[Lowered, Annotated[Text, BeforeValidator(_number_as_text)]] | None = None
    authors: list[Words] | None = None
    authors_structured: list[Annotated[PersonName | None, PlainValidator(_person)]] | None = None
    authors_cut: bool | None = None
    aliases: list[Words] | None = None
    arxiv: Annotated[str, AfterValidator(_arxiv)] | None = None
    doi: Annotated[str, AfterValidator(_doi)] | None = None
    s2: Annotated[str, AfterValidator(_s2)] | None = None
    date: PaperDate | None = None
    dates: dict[Annotated[str, AfterValidator(_event)], PaperDate | None] | None = None
    year: Annotated[int, AfterValidator(_year)] | None = None
    year_derived: bool | None = None
    url: Annotated[str, AfterValidator(lambda text: _url(text) if text.strip() else None)] | None = None
    links: dict[str, Url | None] | None = None
    standing: Annotated[str, _one_of(Standing)] | None = None
    taxa: dict[str, TaxonPath | None] | None = None
    also: dict[str, list[TaxonPath]] | None = None
    states: (
        dict[str, Annotated[StateLine, BeforeValidator(lambda v: {"state": v} if isinstance(v, str) else v)]] | None
    ) = None
    introduces: list[IntroducedLine] | None = None


KEYS = tuple(PaperLine.model_fields)
"""Keys that a line may have."""


def read_mapping(row: JSON, line: int, *, loose: bool = False) -> Record:
    """Return the record that a mapping with these keys describes. Unknown keys are listed; null means unknown.

    With `loose`, a value of the wrong type is converted if possible, else dropped and listed in the doubts. Raises
    FaultError if a value is rejected or the title is missing.
    """
    if not isinstance(row, dict):
        raise FaultError(f"not an object but {_named(row)}; write one {{...}} a line")
    doubts: list[str] = []
    checked = _what_can_be(loosened(row, doubts), doubts) if loose else _checked(row)
    record = _record(checked, line)
    record.doubts = doubts + record.doubts
    record.unknown_keys = tuple(key for key, value in row.items() if key not in KEYS and value is not None)
    return record


def _checked(row: JsonObject) -> PaperLine:
    try:
        return PaperLine.model_validate(row)
    except ValidationError as error:
        raise FaultError(_fault(error.errors(include_url=False)[0])) from None


def _what_can_be(row: JsonObject, doubts: list[str]) -> PaperLine:
    """Check a row; list the values, or the items of a value, that are rejected, and check it without them."""
    try:
        return PaperLine.model_validate(row)
    except ValidationError as error:
        faults = error.errors(include_url=False)
    for fault in faults:
        if fault["loc"][0] == "title":
            raise FaultError(_fault(fault))
        doubts.append(Dropped(f"{_fault(fault)}; it is left out"))
    return _what_can_be(_without(row, {_dropped(fault["loc"]) for fault in faults}), doubts)


def _dropped(where: _Path) -> _Path:
    """What is left out for a fault: the whole item of a list or an object, of `also` one path."""
    return where[: 3 if where[0] == "also" else 2]


def _without(row: JsonObject, dropped: set[_Path]) -> JsonObject:
    kept = {}
    for key, value in row.items():
        if (key,) not in dropped:
            below = {path[1:] for path in dropped if path[0] == key}
            kept[key] = _without_items(value, below) if below else value
    return kept


def _without_items(value: JSON, dropped: set[_Path]) -> JSON:
    if isinstance(value, dict):
        return _without(value, dropped)
    assert isinstance(value, list)
    return [item for number, item in enumerate(value) if (number,) not in dropped]


_EXPECTED = {
    "string_type": "text",
    "int_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
}


def _fault(fault: ErrorDetails) -> str:
    """Say what is wrong with a value of a line."""
    key, *inner = fault["loc"]
    name = f"{key}{''.join('[]' if isinstance(part, int) else f'.{part}' for part in inner if part != '[key]')}"
    if fault["type"] in ("missing", "string_too_short") or fault["input"] is None:
        return f"no {name}"
    if fault["type"] == "string_unicode":
        return f"{name} has half of a character; write the file again in UTF-8"
    if fault["type"] == "value_error":
        return f"{name} {fault['ctx']['error']}"
    expected = _EXPECTED.get(fault["type"])
    return f"{name} is {_named(fault['input'])}, not {expected}" if expected else f"{name}: {fault['msg']}"


def _named(value: object) -> str:
    names = {
        "str": "text",
        "int": "a number",
        "float": "a number",
        "bool": "true or false",
        "list": "a list",
        "dict": "an object",
    }
    return names.get(type(value).__name__, "null")


_COPIED = (
    "abstract", "summary", "venue", "method", "note", "openalex", "key", "volume", "number", "pages", "publisher",
    "arxiv", "s2", "year", "url", "standing",
)  # fmt: skip
"""Keys whose value the record takes as it is."""


def _record(line: PaperLine, number: int) -> Record:
    record = Record(number, line.title)
    for key in _COPIED:
        setattr(record, key, getattr(line, key) or None)
    record.entry_type = line.type or None
    record.details = {name: text for name, text in (line.details or {}).items() if text}
    record.aliases = [alias for alias in line.aliases or () if alias]
    record.dates = {event: day for event, day in (line.dates or {}).items() if day is not None}
    if line.date is not None:
        record.dates[EventKind.ARXIV_V1.value] = line.date
    record.links = {kind: url for kind, url in (line.links or {}).items() if url is not None}
    record.placements = _placements(line)
    record.introduces = [IntroducedEntity(entity.kind, entity.name) for entity in line.introduces or ()]
    _take_venue(record, line)
    _take_ids(record, line)
    _take_authors(record, line)
    return record


def _placements(line: PaperLine) -> list[RecordAssignment]:
    placed = [RecordAssignment(slug, path) for slug, path in (line.taxa or {}).items() if path is not None]
    placed += [
        RecordAssignment(slug, path, primary=False) for slug, paths in (line.also or {}).items() for path in paths
    ]
    return placed + [
        RecordAssignment(slug, None, status=given.state, kind=given.kind, reason=given.reason)
        for slug, given in (line.states or {}).items()
        if given.state != AssignmentStatus.PLACED
    ]


def _take_venue(record: Record, line: PaperLine) -> None:
    """Take the year off a venue such as "ICRA 2019", unless the record gives another. A derived year is not a claim."""
    venue, printed, rest = read_venue(record.venue or "")
    if venue and printed and not rest and line.year in (None, printed):
        record.venue, record.year = venue, record.year or printed
    if line.year_derived:
        record.year = None


def _take_ids(record: Record, line: PaperLine) -> None:
    listed = listed_dois(line.doi or "")
    dois, arxivs = [*map(doi, listed)], [record.arxiv, *map(arxiv_id, listed)]
    record.doi, record.arxiv = (next(filter(None, found), None) for found in (dois, arxivs))
    for name, found, kept in (("DOI", dois, record.doi), ("arXiv id", arxivs, record.arxiv)):
        others = [other for other in dict.fromkeys(found) if other not in (None, kept)]
        record.doubts += [Dropped(f"{name} {other} stands there too; {kept} is kept") for other in others]
    if record.url:
        record.arxiv = record.arxiv or arxiv_of(record.url)
        record.doubts += [
            Dropped(f"{value[:60]!r} in url is not an arXiv id; no id is taken from it")
            for value in malformed_arxiv(record.url)
        ]
        record.doi = record.doi or doi_of(record.url)


def _take_authors(record: Record, line: PaperLine) -> None:
    given, people = line.authors or [], line.authors_structured or []
    record.authors = [name for name in given if name and not _AND_OTHERS(name)]
    record.names = [person for person in people if person is not None]
    record.authors_cut = bool(line.authors_cut) or None in people or any(map(_AND_OTHERS, given))
    if record.names:
        record.authors = record.authors or [name.display for name in record.names]
        if [name.display for name in record.names] != record.authors:
            record.names = []  # the parts belong to other names; the author list counts
    elif any("," in name for name in record.authors):
        record.names = [parse_name(name) for name in record.authors]  # "Family, Given"
        record.authors = [name.display for name in record.names]
