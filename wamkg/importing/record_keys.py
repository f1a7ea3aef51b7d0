"""The keys of a JSON Lines record: how each value is checked and taken into the record."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from wamkg.identifiers import PartialDate, arxiv_id, doi, s2_id
from wamkg.importing.links import is_web
from wamkg.importing.venues import read_venue
from wamkg.matching.record import Introduces, Placement, Record
from wamkg.vocabulary import AssignmentState, EventKind, Standing

_BARE_ARXIV = re.compile(r"\d{4}\.\d{4,5}", re.ASCII).fullmatch
_MAX_TITLE = 2000
_YEARS = range(1800, 2101)
_EVENTS = frozenset(EventKind)
_STATES = frozenset(AssignmentState)
_STANDINGS = frozenset(Standing)


class FaultError(ValueError):
    """Why a value is refused; the text is shown to the user."""


def read_mapping(row: Any, line: int) -> Record:
    """The record that a mapping with these keys describes; unknown keys are kept by name, null is unknown.

    Raises FaultError where a value is refused.
    """
    if not isinstance(row, dict):
        raise FaultError(f"not an object but {_named(row)}; write one {{...}} a line")
    title = row.get("title")
    if title.__class__ is not str:
        raise FaultError("no title" if title is None else f"title is {_named(title)}, not text")
    record = Record(line, " ".join(title.split()))
    if not record.title:
        raise FaultError("no title")
    if len(record.title) > _MAX_TITLE:
        raise FaultError(f"a title of {len(record.title)} characters; at most {_MAX_TITLE} are taken")
    unknown: tuple[str, ...] = ()
    for key, value in row.items():
        if value is None or key == "title":
            continue
        take = _TAKERS.get(key)
        if take is None:
            unknown = (*unknown, key)
        else:
            take(record, key, value)
    record.unknown_keys = unknown
    return record


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
    text = _need(value, str, key, "text").strip()
    venue, year, rest = read_venue(text)
    if venue and year and not rest:
        record.venue, record.year = venue, record.year or year
    else:
        record.venue = text or None


def _take_names(record: Record, key: str, value: Any) -> None:
    names = [" ".join(_need(name, str, f"{key}[]", "text").split()) for name in _need(value, list, key, "a list")]
    setattr(record, key, [name for name in names if name])


def _take_arxiv(record: Record, key: str, value: Any) -> None:
    if value.__class__ is str and _BARE_ARXIV(value):
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
    record.links = {kind: _check_url(url, f"links.{kind}") for kind, url in links if url is not None}


def _take_standing(record: Record, key: str, value: Any) -> None:
    if _need(value, str, key, "text") not in _STANDINGS:
        raise FaultError(f"standing is {value[:40]!r}; known are {', '.join(Standing)}")
    record.standing = value


def _take_taxa(record: Record, key: str, value: Any) -> None:
    for slug, path in _need(value, dict, key, "an object").items():
        if path is not None:
            record.placements.append(Placement(slug, _need(path, str, f"{key}.{slug}", "text").strip("/ ")))


def _take_also(record: Record, key: str, value: Any) -> None:
    for slug, paths in _need(value, dict, key, "an object").items():
        for path in _need(paths, list, f"{key}.{slug}", "a list"):
            text = _need(path, str, f"{key}.{slug}[]", "text").strip("/ ")
            record.placements.append(Placement(slug, text, primary=False))


def _take_states(record: Record, key: str, value: Any) -> None:
    for slug, given in _need(value, dict, key, "an object").items():
        parts = (
            {"state": given} if isinstance(given, str) else _need(given, dict, f"states.{slug}", "text or an object")
        )
        state, kind, reason = parts.get("state"), parts.get("kind"), parts.get("reason")
        if state not in _STATES:
            raise FaultError(f"states.{slug} is {str(state)[:40]!r}; known are {', '.join(AssignmentState)}")
        if any(not isinstance(part, str | None) for part in (kind, reason)):
            raise FaultError(f"states.{slug} has a kind or reason that is not text")
        if state != AssignmentState.PLACED:
            record.placements.append(Placement(slug, None, state=state, kind=kind, reason=reason))


def _take_introduces(record: Record, key: str, value: Any) -> None:
    for thing in _need(value, list, key, "a list"):
        parts = _need(thing, dict, f"{key}[]", "an object")
        kind, name = parts.get("kind"), parts.get("name")
        if kind not in ("dataset", "benchmark", "metric") or not isinstance(name, str) or not name.strip():
            raise FaultError("introduces needs objects with a kind (dataset, benchmark, metric) and a name")
        record.introduces.append(Introduces(kind, name.strip()))


_TAKERS: dict[str, Callable[[Record, str, Any], None]] = {
    "abstract": _take_text,
    "summary": _take_text,
    "venue": _take_venue,
    "method": _take_text,
    "note": _take_text,
    "openalex": _take_text,
    "authors": _take_names,
    "aliases": _take_names,
    "arxiv": _take_arxiv,
    "doi": _take_doi,
    "s2": _take_s2,
    "date": _take_date,
    "dates": _take_dates,
    "year": _take_year,
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
