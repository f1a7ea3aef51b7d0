"""Values in queries and forms: their patterns, examples of each, and what they mean. Everything that asks the library
something (HTTP, pages, command line, Python) uses these types.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError

from wamkg.errors import InvalidInputError
from wamkg.identifiers import PartialDate, Precision
from wamkg.vocabulary import AssignmentStatus

MAX_IDS = 500
"""Ids that one question may name."""
NO_ASSIGNMENT = "none"
"""Written as a status: papers without a live assignment in a taxonomy."""
STATES = (*(s.value for s in AssignmentStatus), NO_ASSIGNMENT)

_YEAR = r"[12]\d{3}"
_LEAP_YEAR = r"([12]\d(0[48]|[2468][048]|[13579][26])|(12|16|20|24|28)00)"
_MONTH_AND_DAY = (
    r"((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])"
    r"|(0[469]|11)-(0[1-9]|[12]\d|30)"
    r"|02-(0[1-9]|1\d|2[0-8]))"
)
_DAY = rf"({_YEAR}-{_MONTH_AND_DAY}|{_LEAP_YEAR}-02-29)"
_DATE = rf"({_YEAR}(-(0[1-9]|1[0-2]))?|{_DAY})"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_SECONDS = r"(:[0-5]\d(\.\d{6})?)"
_ZONE = rf"(Z|[+-]{_CLOCK})"


Text = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\x00]*$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]+$")]
_NEXT_ID = re.compile(r",\s*(?=\S)")
_NEXT_DOI = re.compile(r",\s*(?=10\.|doi:|https?:)", re.I)


def _split_at(comma: re.Pattern[str]) -> BeforeValidator:
    """Take one text or several, each a list of values separated by commas."""

    def split(value: object) -> object:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
            return value
        # An extra comma adds no value. A text of commas alone is kept and finds nothing: it must not mean "all".
        parts = ([part for part in comma.split(text) if part.strip(", ")] or [text] for text in texts)
        return tuple(part.strip() or part for found in parts for part in found)

    return BeforeValidator(split)


Ids = Annotated[tuple[Word, ...], Field(max_length=MAX_IDS), _split_at(_NEXT_ID)]
"""Ids; one text may hold several, separated by commas."""
Dois = Annotated[tuple[Word, ...], Field(max_length=MAX_IDS), _split_at(_NEXT_DOI)]
"""DOIs, which may have commas themselves."""
TaxonomyRef = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")]
"""A taxonomy by slug; empty for the survey's main one."""
TaxonRef = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^:\x00]+(:/*[^/\x00][^\x00]*)?$")]
StateRef = Annotated[str, StringConstraints(max_length=300, pattern=rf"^[^:\x00]+:({'|'.join(STATES)})$")]
DateText = Annotated[str, StringConstraints(max_length=10, pattern=rf"^{_DATE}$")]
MomentText = Annotated[
    str, StringConstraints(max_length=40, pattern=rf"^({_DATE}|{_DAY}T{_CLOCK}{_SECONDS}?{_ZONE}?)$")
]
PastText = Annotated[str, StringConstraints(max_length=40, pattern=rf"^{_DAY}(T{_CLOCK}{_SECONDS}?{_ZONE})?$")]

_EXAMPLES: tuple[tuple[Any, str], ...] = (
    (DateText, "2026-01-31, 2026-01 or 2026"),
    (MomentText, "a date, 2026-01-31, or a time, 2026-01-31T09:30Z"),
    (PastText, "a day, 2026-01-31, or a time, 2026-01-31T09:30Z"),
    (TaxonRef, "TAXONOMY:PATH, or TAXONOMY for all its papers"),
    (StateRef, f"TAXONOMY:STATE, with one of {', '.join(STATES)}"),
)
EXAMPLES: dict[str, str] = {form.__metadata__[0].pattern: words for form, words in _EXAMPLES}
"""Pattern -> example of a valid value. Modules with further types add theirs."""


def describe_error(error: Mapping[str, Any]) -> str:
    """Explain one error of pydantic in words; people are not shown regular expressions."""
    pattern = error.get("ctx", {}).get("pattern")
    if pattern is None:
        return str(error["msg"]).removeprefix("Value error, ")
    hint = f"write {EXAMPLES[pattern]}" if pattern in EXAMPLES else "/openapi.json describes it"
    return f"{str(error['input'])[:60]!r} is not of the form asked for; {hint}"


def first_error(error: ValidationError) -> str:
    """The first error of a model: where it is, and what is wrong."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {describe_error(first)}" if where else describe_error(first)


def split_taxon(text: str) -> tuple[str, str]:
    """Taxonomy and path of a taxon written as in filters, `wam:joint/diffusion`; `wam`, with no path, is all of it.

    Raises InvalidInputError for any other form.
    """
    slug, colon, path = text.partition(":")
    if not slug or (colon and not path.strip("/")):
        raise InvalidInputError(f"a taxon is written TAXONOMY:PATH, not {text!r}")
    return slug, path.strip("/")


def _partial(text: str | None, name: str) -> PartialDate | None:
    try:
        return PartialDate.parse(text) if text else None
    except ValueError as error:
        raise InvalidInputError(f"{name}: {error}") from error


def first_day_of(text: str | None, name: str) -> date | None:
    """First day of a written day, month or year."""
    found = _partial(text, name)
    return found.first if found else None


def last_day_of(text: str | None, name: str) -> date | None:
    """Last day of a written day, month or year."""
    found = _partial(text, name)
    if found is None or found.precision is Precision.DAY:
        return found.first if found else None
    year, month = found.first.year, found.first.month if found.precision is Precision.MONTH else 12
    if (year, month) == (date.max.year, date.max.month):
        return date.max
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def parse_moment(text: str | None, name: str) -> datetime | None:
    """Parse a written date (its first moment, UTC) or time.

    Raises InvalidInputError.
    """
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text) if "T" in text else None
    except ValueError as error:
        raise InvalidInputError(
            f"{name} {text!r} is not a date; write 2026-01-31, or a time with its zone: 2026-01-31T12:00:00+00:00"
        ) from error
    if found is None:
        day = first_day_of(text, name)
        assert day is not None
        return datetime.combine(day, time.min, tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
