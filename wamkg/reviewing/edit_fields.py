"""The fields of a paper that a person may set, and how their values are parsed."""

import re
from collections.abc import Callable
from typing import Any

from wamkg.errors import InvalidInputError
from wamkg.identifiers import (
    FIRST_YEAR,
    PartialDate,
    arxiv_id,
    doi,
    is_citation_key,
    is_plausible_year,
    last_year,
    s2_id,
)
from wamkg.names import PersonName, parse_name
from wamkg.vocabulary import EventKind, Standing

DATES, LINKS, DETAILS, METHOD = "dates.", "links.", "details.", "method"
_DETAIL = re.compile(r"[a-z][a-z0-9_-]{0,40}")


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or "\x00" in value:
        raise ValueError("write text")
    return value.strip()


def _year(value: Any) -> int:
    text = str(value).strip()
    if not (text.isdecimal() and is_plausible_year(int(text))):
        raise ValueError(f"write a year from {FIRST_YEAR} to {last_year()}")
    return int(text)


def _date(value: Any) -> PartialDate:
    found = PartialDate.parse(_text(value))
    _year(found.first.year)
    return found


def _authors(value: Any) -> list[str]:
    return [name.display for name in names_in(value)]


def names_in(value: Any) -> list[PersonName]:
    """Parse an author list as a person writes it: "Du, Yilun; The Sea Team"."""
    names = value.split(";") if isinstance(value, str) else list(value)
    return [parse_name(_text(name)) for name in names]


def _standing(value: Any) -> str:
    if value not in set(Standing):
        raise ValueError(f"write one of {', '.join(Standing)}")
    return str(value)


def _key(value: Any) -> str:
    key = _text(value)
    if not is_citation_key(key):
        raise ValueError("a citation key has no blank, comma or brace")
    return key


def _entry_type(value: Any) -> str:
    word = _text(value).lower()
    if not _DETAIL.fullmatch(word):
        raise ValueError("write article, inproceedings, misc, book or another type of BibTeX")
    return word


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
    "key": _key,
    "entry_type": _entry_type,
    "volume": _text,
    "number": _text,
    "pages": _text,
    "publisher": _text,
    "url": _text,
    "note": _text,
    "standing": _standing,
    "exclusion_reason": _text,
    "arxiv": _id(arxiv_id),
    "doi": _id(doi),
    "s2": _id(s2_id),
    "openalex": _text,
}
"""Fields stored as claims. In addition: `method`, `date` (first arXiv version), `dates.KIND`, `links.KIND` and
`details.NAME` (another BibTeX field).
"""
_OTHER_NAMES = {"date": f"{DATES}{EventKind.ARXIV_V1}", "type": "entry_type"}
NEEDED = ("title", "standing", METHOD)
"""Fields that must not be empty."""


def known_name(name: str) -> str:
    """Name of a field as it is stored.

    Raises InvalidInputError for an unknown field.
    """
    name = _OTHER_NAMES.get(name, name)
    if name.startswith(DATES):
        if name.removeprefix(DATES) not in set(EventKind):
            raise InvalidInputError(f"no date {name!r}; write dates. and one of {', '.join(EventKind)}")
    elif name.startswith(DETAILS):
        if not _DETAIL.fullmatch(name.removeprefix(DETAILS)) or name.removeprefix(DETAILS) in FIELDS:
            raise InvalidInputError(f"no field {name!r}; write details. and a field of BibTeX, as in details.editor")
    elif not (name in FIELDS or name == METHOD or (name.startswith(LINKS) and name != LINKS)):
        known = ", ".join((*FIELDS, METHOD, "date", "dates.KIND", "links.KIND", "details.NAME"))
        raise InvalidInputError(f"no field {name!r}; there are {known}")
    return name


def read_value(name: str, value: Any) -> Any:
    """Parse a value; None removes the person's value.

    Raises InvalidInputError.
    """
    if value in (None, "", []):
        if name in NEEDED:
            raise InvalidInputError(f"{name} cannot be empty")
        return None
    try:
        if name.startswith(DATES):
            return _date(value)
        read: Callable[[Any], Any] = FIELDS.get(name, _text)
        return read(value)
    except (ValueError, TypeError) as error:
        raise InvalidInputError(f"{name} cannot be {value!r}: {error}") from error
