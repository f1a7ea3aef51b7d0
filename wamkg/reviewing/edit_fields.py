"""The fields of a paper that a person may set, and how each is read."""

from collections.abc import Callable
from typing import Any

from wamkg.errors import InvalidInputError
from wamkg.identifiers import PartialDate, arxiv_id, doi, s2_id
from wamkg.vocabulary import EventKind, Standing

DATES, LINKS, METHOD = "dates.", "links.", "method"


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or "\x00" in value:
        raise ValueError("write text")
    return value.strip()


def _year(value: Any) -> int:
    year = int(value)
    if not 1900 <= year <= 2200:
        raise ValueError("write a year")
    return year


def _authors(value: Any) -> list[str]:
    names = value.split(";") if isinstance(value, str) else list(value)
    return [_text(name) for name in names]


def _standing(value: Any) -> str:
    if value not in set(Standing):
        raise ValueError(f"write one of {', '.join(Standing)}")
    return str(value)


def _id(read: Callable[[str], str | None]) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        found = read(_text(value))
        if found is None:
            raise ValueError("not such an id")
        return found

    return parse


FIELDS: dict[str, Callable[[Any], Any]] = {
    "title": _text,
    "abstract": _text,
    "summary": _text,
    "authors": _authors,
    "venue": _text,
    "year": _year,
    "url": _text,
    "note": _text,
    "standing": _standing,
    "exclusion_reason": _text,
    "arxiv": _id(arxiv_id),
    "doi": _id(doi),
    "s2": _id(s2_id),
    "openalex": _text,
}
"""Fields kept as facts. Besides them: `method`, `date` (first arXiv version), `dates.KIND` and `links.KIND`."""
NEEDED = ("title", "standing", METHOD)
"""Fields that cannot be left empty."""


def known_name(name: str) -> str:
    """Name of a field as it is kept.

    Raises InvalidInputError for one there is not.
    """
    name = f"{DATES}{EventKind.ARXIV_V1}" if name == "date" else name
    if name.startswith(DATES):
        if name.removeprefix(DATES) not in set(EventKind):
            raise InvalidInputError(f"no date {name!r}; write dates. and one of {', '.join(EventKind)}")
    elif not (name in FIELDS or name == METHOD or (name.startswith(LINKS) and name != LINKS)):
        raise InvalidInputError(
            f"no field {name!r}; there are {', '.join(FIELDS)}, {METHOD}, date, dates.KIND and links.KIND"
        )
    return name


def read_value(name: str, value: Any) -> Any:
    """A value as it is kept; None takes the person's word back.

    Raises InvalidInputError.
    """
    if value in (None, "", []):
        if name in NEEDED:
            raise InvalidInputError(f"{name} cannot be empty")
        return None
    try:
        if name.startswith(DATES):
            return PartialDate.parse(_text(value))
        read: Callable[[Any], Any] = FIELDS.get(name, _text)
        return read(value)
    except (ValueError, TypeError) as error:
        raise InvalidInputError(f"{name} cannot be {value!r}: {error}") from error
