"""Convert JSON Lines values of other types: numbers as text, authors in one string, dates with a time."""

import re
from collections.abc import Callable

from wamkg.identifiers import Precision
from wamkg.importing.markup import without_markup
from wamkg.importing.people import read_people
from wamkg.importing.references.dates import read_published
from wamkg.json_types import JSON, JsonObject
from wamkg.matching.record import Dropped

_HOUR = re.compile(r"^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}")
_TEXTS = frozenset((
    "title", "abstract", "summary", "venue", "method", "note", "key", "type", "volume", "number", "pages", "publisher",
    "openalex", "arxiv", "doi", "s2", "url",
))  # fmt: skip
_MARKED_UP = frozenset(("title", "abstract", "venue", "publisher"))


def loosened(row: JsonObject, doubts: list[str]) -> JsonObject:
    """Return the object with its values converted to the required types where possible; `doubts` lists guesses."""
    changed = {}
    for key, value in row.items():
        change = _CHANGES.get(key)
        if change is not None and value is not None:
            new = change(key, value, doubts)
            if new is not value:
                changed[key] = new
    if "authors" in row:
        _take_authors(row["authors"], changed, doubts)
    return {**row, **changed} if changed else row


def without_nul(value: JSON) -> JSON:
    """Return the value without NUL characters, which databases do not accept."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {key.replace("\x00", ""): without_nul(item) for key, item in value.items()}
    return [without_nul(item) for item in value] if isinstance(value, list) else value


def _text(key: str, value: JSON, doubts: list[str]) -> JSON:
    if isinstance(value, list) and value and key in ("doi", "url", "title", "venue"):
        if len(value) > 1:
            doubts.append(Dropped(f"{key} has {len(value)} values; the first is kept"))
        value = value[0]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return _arxiv_number(value) if key == "arxiv" else f"{value:g}"
    if isinstance(value, str) and key in _MARKED_UP and ("&" in value or "<" in value):
        return without_markup(value)
    return value


def _arxiv_number(value: float) -> str:
    """Restore 2401.1 to 2401.10000: JSON numbers lose trailing zeros; ids had four digits until 2014."""
    return f"{value:.5f}" if value >= 1501 else f"{value:.4f}"


def _year(key: str, value: JSON, doubts: list[str]) -> JSON:
    if isinstance(value, float) and value == int(value):
        return int(value)
    if isinstance(value, str):
        published = read_published([(key, value)])
        if published.year is None:
            return value if value.strip() else None
        if (
            published.extended
            or published.doubts
            or (published.date and published.date.precision is not Precision.YEAR)
        ):
            doubts.append(Dropped(f"{key} {value.strip()[:60]!r} is not a plain year; {published.year} is kept"))
        return published.year
    return value


def _date(key: str, value: JSON, doubts: list[str]) -> JSON:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return value
    if hour := _HOUR.match(value):
        return hour[1]
    if re.fullmatch(r"\s*\d{4}(?:-\d{1,2}){0,2}\s*", value):
        return value
    published = read_published([(key, value)])
    if published.date is None:
        return value if value.strip() else None
    if published.extended:
        doubts.append(Dropped(f"{key} {value.strip()[:60]!r} is not a single date; {published.date} is kept"))
    else:
        doubts += published.doubts
    return str(published.date)


def _dates(key: str, value: JSON, doubts: list[str]) -> JSON:
    if not isinstance(value, dict):
        return value
    return {event: _date(f"dates.{event}", text, doubts) for event, text in value.items()}


def _names(key: str, value: JSON, doubts: list[str]) -> JSON:
    return [name.strip() for name in value.split(";") if name.strip()] if isinstance(value, str) else value


def _lower(key: str, value: JSON, doubts: list[str]) -> JSON:
    return value.strip().lower() or None if isinstance(value, str) else value


def _flag(key: str, value: JSON, doubts: list[str]) -> JSON:
    return (
        {"true": True, "yes": True, "false": False, "no": False}.get(value.lower(), value)
        if isinstance(value, str)
        else value
    )


def _listed_paths(key: str, value: JSON, doubts: list[str]) -> JSON:
    if not isinstance(value, dict):
        return value
    return {slug: [paths] if isinstance(paths, str) else paths for slug, paths in value.items()}


def _one_path(key: str, value: JSON, doubts: list[str]) -> JSON:
    if not isinstance(value, dict):
        return value
    return {slug: path[0] if isinstance(path, list) and len(path) == 1 else path for slug, path in value.items()}


def _take_authors(given: JSON, changed: JsonObject, doubts: list[str]) -> None:
    """Read authors given as one string, or as objects with name parts."""
    if isinstance(given, str):
        people = read_people([given], one_comma_parts_names=True)
        doubts += people.doubts
        changed["authors"] = [name.display for name in people.names]
        changed["authors_structured"] = [name.as_dict() for name in people.names]
        if people.cut:
            changed["authors_cut"] = True
        return
    if isinstance(given, list) and any(not isinstance(name, str) for name in given):
        changed["authors"] = [_spoken(name) for name in given]


def _spoken(name: JSON) -> JSON:
    """Return the name in an object as Semantic Scholar, OpenAlex or CSL write it."""
    if not isinstance(name, dict):
        return name
    author = name.get("author")
    said = name.get("name") or name.get("literal") or name.get("display_name") or (author or {}).get("display_name")
    if isinstance(said, str):
        return said
    first, last = name.get("given") or name.get("first") or "", name.get("family") or name.get("last") or ""
    return f"{first} {last}".strip() if isinstance(first, str) and isinstance(last, str) and (first or last) else name


_CHANGES: dict[str, Callable[[str, JSON, list[str]], JSON]] = {
    **dict.fromkeys(_TEXTS, _text),
    "year": _year,
    "date": _date,
    "dates": _dates,
    "aliases": _names,
    "standing": _lower,
    "authors_cut": _flag,
    "also": _listed_paths,
    "taxa": _one_path,
}
