"""The keys of a JSON Lines record: how each value is checked and stored in the record."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

from wamkg.identifiers import PartialDate, arxiv_id, doi, is_possible_arxiv, malformed_arxiv, s2_id
from wamkg.importing.links import arxiv_of, doi_of, is_web
from wamkg.importing.loose import loosened
from wamkg.importing.venues import read_venue
from wamkg.json_types import JSON
from wamkg.matching.record import Dropped, IntroducedEntity, Record, RecordAssignment
from wamkg.names import name_from_dict, parse_name
from wamkg.vocabulary import AssignmentStatus, EventKind, Standing

_BARE_ARXIV = re.compile(r"\d{4}\.\d{4,5}", re.ASCII).fullmatch
_AND_OTHERS = re.compile(r"(?:and\s+)?(?:others|et\.?\s*al\.?)", re.I).fullmatch
_MAX_TITLE = 2000
_YEARS = range(1800, 2101)
_EVENTS = frozenset(EventKind)
_STATES = frozenset(AssignmentStatus)
_STANDINGS = frozenset(Standing)


class FaultError(ValueError):
    """Why a value is rejected; the text is shown to the user."""


def read_mapping(row: Any, line: int, *, loose: bool = False) -> Record:
    """Return the record that a mapping with these keys describes. Unknown keys are listed; null means unknown.

    With `loose`, a value of the wrong type is converted if possible, else dropped and listed in the doubts. Raises
    FaultError if a value is rejected or the title is missing.
    """
    if not isinstance(row, dict):
        raise FaultError(f"not an object but {_named(row)}; write one {{...}} a line")
    doubts: list[str] = []
    given = loosened(row, doubts) if loose else row
    record = Record(line, _title(given.get("title")), doubts=doubts)
    unknown: tuple[str, ...] = ()
    for key, value in given.items():
        if value is None or key == "title":
            continue
        take = _TAKERS.get(key)
        if take is None:
            unknown = (*unknown, key)
        elif loose:
            _take_what_can_be(take, record, key, value)
        else:
            take(record, key, value)
    record.unknown_keys = unknown
    _split_venue(record, given.get("year"))
    if given.get("year_derived") is True:
        record.year = None  # derived from the date; no source states it
    if record.url:
        record.arxiv = record.arxiv or arxiv_of(record.url)
        record.doubts += [
            Dropped(f"{value[:60]!r} in url is not an arXiv id; no id is taken from it")
            for value in malformed_arxiv(record.url)
        ]
        record.doi = record.doi or doi_of(record.url)
    if record.names:
        record.authors = record.authors or [name.display for name in record.names]
        if [name.display for name in record.names] != record.authors:
            record.names = []  # the parts belong to other names; the author list counts
    elif any("," in name for name in record.authors):
        record.names = [parse_name(name) for name in record.authors]  # "Family, Given"
        record.authors = [name.display for name in record.names]
    return record


def _title(title: Any) -> str:
    if title.__class__ is not str:
        raise FaultError("no title" if title is None else f"title is {_named(title)}, not text")
    text = " ".join(title.split())
    if not text:
        raise FaultError("no title")
    if len(text) > _MAX_TITLE:
        raise FaultError(f"a title of {len(text)} characters; at most {_MAX_TITLE} are taken")
    return text


def _take_what_can_be(take: "_Taker", record: Record, key: str, value: Any) -> None:
    """Take a value, or each of its items, and list the rejected ones."""
    items: list[JSON] = [value]
    if key in _ITEMWISE and value.__class__ in (dict, list):
        items = (
            [{name: item} for name, item in value.items()] if isinstance(value, dict) else [[item] for item in value]
        )
    for item in items:
        try:
            take(record, key, item)
        except FaultError as fault:
            record.doubts.append(Dropped(f"{fault}; it is left out"))


def _named(value: Any) -> str:
    names = {
        "str": "text",
        "int": "a number",
        "float": "a number",
        "bool": "true or false",
        "list": "a list",
        "dict": "an object",
    }
    return names.get(type(value).__name__, "null")


def _need(value: Any, kind: type, key: str, expected: str) -> Any:
    if value.__class__ is not kind:
        raise FaultError(f"{key} is {_named(value)}, not {expected}")
    return value


def _take_text(record: Record, key: str, value: Any) -> None:
    setattr(record, key, _need(value, str, key, "text").strip() or None)


def _take_venue(record: Record, key: str, value: Any) -> None:
    record.venue = _need(value, str, key, "text").strip() or None


def _split_venue(record: Record, year: Any) -> None:
    """Take the year off a venue such as "ICRA 2019", unless the record gives another year."""
    venue, printed, rest = read_venue(record.venue or "")
    if venue and printed and not rest and year in (None, printed):
        record.venue, record.year = venue, record.year or printed


def _take_names(record: Record, key: str, value: Any) -> None:
    if key == "authors" and value.__class__ is list:
        record.authors_cut = record.authors_cut or any(_is_cut(name) for name in value)
        value = [name for name in value if not _is_cut(name)]
    names = [" ".join(_need(name, str, f"{key}[]", "text").split()) for name in _need(value, list, key, "a list")]
    setattr(record, key, [*getattr(record, key), *(name for name in names if name)])


def _is_cut(name: Any) -> bool:
    """Whether a name only says that further authors follow."""
    return name.__class__ is str and _AND_OTHERS(name.strip()) is not None


def _take_structured(record: Record, key: str, value: Any) -> None:
    for parts in _need(value, list, key, "a list"):
        if _need(parts, dict, f"{key}[]", "an object").get("others") is True:
            record.authors_cut = True
            continue
        if any(part.__class__ is not str for part in parts.values()):
            raise FaultError(f"{key} has a part that is not text")
        try:
            record.names.append(name_from_dict(parts))
        except ValueError as error:
            raise FaultError(f"{key}: {error}") from None


def _take_flag(record: Record, key: str, value: Any) -> None:
    setattr(record, key, _need(value, bool, key, "true or false"))


def _take_derived(_record: Record, key: str, value: Any) -> None:
    """The derived year is handled after all keys are read."""
    _need(value, bool, key, "true or false")


def _take_type(record: Record, key: str, value: Any) -> None:
    record.entry_type = _need(value, str, key, "text").strip().lower() or None


def _take_details(record: Record, key: str, value: Any) -> None:
    for name, text in _need(value, dict, key, "an object").items():
        if text.__class__ in (int, float):
            text = f"{text:g}"  # noqa: PLW2901
        if _need(text, str, f"{key}.{name}", "text").strip():
            record.details[name.strip().lower()] = text.strip()


def _take_arxiv(record: Record, key: str, value: Any) -> None:
    if value.__class__ is str and _BARE_ARXIV(value) and is_possible_arxiv(value):
        record.arxiv = value
        return
    record.arxiv = arxiv_id(_need(value, str, key, "text"))
    if record.arxiv is None and value.strip():
        raise FaultError(f"arxiv is not an arXiv id: {value[:60]!r}; write 2302.00111 or cs/0112017")


def _take_doi(record: Record, key: str, value: Any) -> None:
    record.doi = doi(_need(value, str, key, "text"))
    if record.doi is None and value.strip():
        if arxiv_id(value) is None:
            raise FaultError(f"doi is not a DOI: {value[:60]!r}; write 10.1000/182")
        record.arxiv = record.arxiv or arxiv_id(value)


def _take_s2(record: Record, key: str, value: Any) -> None:
    record.s2 = s2_id(_need(value, str, key, "text"))
    if record.s2 is None and value.strip():
        raise FaultError(f"s2 is not a Semantic Scholar id: {value[:60]!r}; write its 40 hexadecimal digits")


@lru_cache(maxsize=4096)
def _date(text: str) -> PartialDate:
    return PartialDate.parse(text)


def _read_date(value: Any, key: str) -> PartialDate:
    try:
        return _date(_need(value, str, key, "text"))
    except FaultError:
        raise
    except ValueError:
        raise FaultError(f"{key} is not a date: {value[:40]!r}; write YYYY, YYYY-MM or YYYY-MM-DD") from None


def _take_date(record: Record, key: str, value: Any) -> None:
    record.dates[EventKind.ARXIV_V1.value] = _read_date(value, key)


def _take_dates(record: Record, key: str, value: Any) -> None:
    for event, text in _need(value, dict, key, "an object").items():
        if event not in _EVENTS:
            raise FaultError(f"dates has an unknown event {event[:40]!r}; known are {', '.join(EventKind)}")
        if text is not None:
            record.dates[event] = _read_date(text, f"dates.{event}")


def _take_year(record: Record, key: str, value: Any) -> None:
    if _need(value, int, key, "a number") not in _YEARS:
        raise FaultError(f"year is {value}, not between {_YEARS[0]} and {_YEARS[-1]}")
    record.year = value


def _check_url(value: Any, key: str) -> str:
    if not is_web(_need(value, str, key, "text")):
        raise FaultError(f"{key} is not an http or https address: {value[:60]!r}")
    return str(value).strip()


def _take_url(record: Record, key: str, value: Any) -> None:
    record.url = _check_url(value, key) if _need(value, str, key, "text").strip() else None


def _take_links(record: Record, key: str, value: Any) -> None:
    links = _need(value, dict, key, "an object").items()
    record.links |= {kind: _check_url(url, f"links.{kind}") for kind, url in links if url is not None}


def _take_standing(record: Record, key: str, value: Any) -> None:
    if _need(value, str, key, "text") not in _STANDINGS:
        raise FaultError(f"standing is {value[:40]!r}; known are {', '.join(Standing)}")
    record.standing = value


def _take_taxa(record: Record, key: str, value: Any) -> None:
    for slug, path in _need(value, dict, key, "an object").items():
        if path is not None:
            record.placements.append(RecordAssignment(slug, _need(path, str, f"{key}.{slug}", "text").strip("/ ")))


def _take_also(record: Record, key: str, value: Any) -> None:
    for slug, paths in _need(value, dict, key, "an object").items():
        for path in _need(paths, list, f"{key}.{slug}", "a list"):
            text = _need(path, str, f"{key}.{slug}[]", "text").strip("/ ")
            record.placements.append(RecordAssignment(slug, text, primary=False))


def _take_states(record: Record, key: str, value: Any) -> None:
    for slug, given in _need(value, dict, key, "an object").items():
        parts = (
            {"state": given} if isinstance(given, str) else _need(given, dict, f"states.{slug}", "text or an object")
        )
        state, kind, reason = parts.get("state"), parts.get("kind"), parts.get("reason")
        if state not in _STATES:
            raise FaultError(f"states.{slug} is {str(state)[:40]!r}; known are {', '.join(AssignmentStatus)}")
        if any(not isinstance(part, str | None) for part in (kind, reason)):
            raise FaultError(f"states.{slug} has a kind or reason that is not text")
        if state != AssignmentStatus.PLACED:
            record.placements.append(RecordAssignment(slug, None, status=state, kind=kind, reason=reason))


def _take_introduces(record: Record, key: str, value: Any) -> None:
    for entity in _need(value, list, key, "a list"):
        parts = _need(entity, dict, f"{key}[]", "an object")
        kind, name = parts.get("kind"), parts.get("name")
        if kind not in ("dataset", "benchmark", "metric") or not isinstance(name, str) or not name.strip():
            raise FaultError("introduces needs objects with a kind (dataset, benchmark, metric) and a name")
        record.introduces.append(IntroducedEntity(kind, name.strip()))


_Taker: TypeAlias = Callable[[Record, str, Any], None]
_ITEMWISE = frozenset(
    ("authors", "aliases", "authors_structured", "dates", "links", "taxa", "also", "states", "introduces", "details")
)
_TAKERS: dict[str, _Taker] = {
    "abstract": _take_text,
    "summary": _take_text,
    "venue": _take_venue,
    "method": _take_text,
    "note": _take_text,
    "openalex": _take_text,
    "key": _take_text,
    "type": _take_type,
    "volume": _take_text,
    "number": _take_text,
    "pages": _take_text,
    "publisher": _take_text,
    "details": _take_details,
    "authors": _take_names,
    "authors_structured": _take_structured,
    "authors_cut": _take_flag,
    "aliases": _take_names,
    "arxiv": _take_arxiv,
    "doi": _take_doi,
    "s2": _take_s2,
    "date": _take_date,
    "dates": _take_dates,
    "year": _take_year,
    "year_derived": _take_derived,
    "url": _take_url,
    "links": _take_links,
    "standing": _take_standing,
    "taxa": _take_taxa,
    "also": _take_also,
    "states": _take_states,
    "introduces": _take_introduces,
}
KEYS = ("title", *_TAKERS)
"""Keys that a line may have."""
