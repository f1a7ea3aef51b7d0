"""Read proposals: a line of JSON Lines, or the text of an issue form."""

import re
from collections.abc import Iterator
from typing import BinaryIO

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from wamkg.errors import InvalidInputError
from wamkg.importing.jsonl import record_of
from wamkg.importing.lines import MAX_LINE, numbered_lines
from wamkg.json_types import JSON, JsonObject
from wamkg.matching.record import UnreadableLine
from wamkg.near_matches import unknown
from wamkg.parameters import first_error
from wamkg.readable import shorten
from wamkg.reviewing.proposals import NumberedDraft, ProposalDraft
from wamkg.vocabulary import MAIN_TAXONOMY, OutsideKind


class ProposalKeys(BaseModel):
    """A line that proposes a class for a paper; `docs/formats.md` explains each key."""

    model_config = ConfigDict(strict=True, extra="forbid")

    paper: str | None = None
    record: JsonObject | None = None
    taxonomy: str = MAIN_TAXONOMY
    taxon: str | None = None
    outside: str | None = None
    quote: str | None = None
    by: str | None = None
    model: str | None = None
    link: str | None = None


def read_proposals(stream: BinaryIO, by: str) -> Iterator[NumberedDraft | UnreadableLine]:
    """Read JSON Lines; `by` proposes the lines that name nobody. A line that is wrong is returned with the reason."""
    for number, line in numbered_lines(stream):
        if line is None:
            yield UnreadableLine(number, f"a line longer than {MAX_LINE >> 20} MiB")
        elif not line.isspace():
            yield _read_line(number, line, by)


def _read_line(number: int, line: bytes, by: str) -> NumberedDraft | UnreadableLine:
    excerpt = shorten(line.decode(errors="replace").strip(), 160)
    try:
        return read_proposal(number, orjson.loads(line), by, excerpt)
    except orjson.JSONDecodeError as error:
        return UnreadableLine(number, f"not valid JSON: {error.msg} at column {error.colno}", excerpt)


def read_proposal(number: int, row: JSON, by: str, excerpt: str = "") -> NumberedDraft | UnreadableLine:
    """Read one object; one that is wrong is returned with the reason and the `excerpt`."""
    try:
        return NumberedDraft(number, draft_of(row, by, number))
    except InvalidInputError as error:
        return UnreadableLine(number, str(error), excerpt)


def draft_of(row: JSON, by: str, number: int = 1) -> ProposalDraft:
    """The proposal that an object describes.

    Raises InvalidInputError for a key or value that is wrong.
    """
    if not isinstance(row, dict):
        raise InvalidInputError("not an object; write one {...} a line")
    try:
        keys = ProposalKeys.model_validate(row)
    except ValidationError as error:
        raise InvalidInputError(first_error(error)) from None
    record = record_of(keys.record, number) if keys.record is not None else None
    if isinstance(record, UnreadableLine):
        raise InvalidInputError(f"record: {record.reason}")
    if record is not None and record.unknown_keys:
        raise InvalidInputError(f"record: unknown key {record.unknown_keys[0]!r}")
    return ProposalDraft(
        by=keys.by or by,
        paper=keys.paper,
        record=record,
        taxonomy=keys.taxonomy,
        taxon=keys.taxon,
        outside=keys.outside,
        quote=keys.quote,
        model=keys.model,
        source=keys.link or "",
    )


_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$", re.M)
_FENCE = re.compile(r"^\s*(?:`{3,}|~{3,})\w*\s*$", re.M)
_QUOTED = re.compile(r"^[ \t]*>[ \t]?", re.M)
_EMPTY = "_No response_"
"""What GitHub writes for a field that was left empty."""
FORM_HEADINGS = {"paper": "paper", "class": "class", "quote": "quote", "your name": "by", "taxonomy": "taxonomy"}
"""Headings of an issue form, in lower case, and what they hold."""
_REQUIRED = ("paper", "class")


def read_form(text: str, by: str, link: str = "") -> ProposalDraft:
    """The proposal in the text of an issue form; `by` proposes it if the form names nobody.

    Raises InvalidInputError for a heading that is unknown, missing or there twice, and for an empty answer.
    """
    given: dict[str, str] = {}
    _, *parts = _HEADING.split("\n".join(text.splitlines()))
    for heading, answer in zip(parts[::2], parts[1::2], strict=True):
        name = FORM_HEADINGS.get(heading.lower())
        if name is None:
            raise InvalidInputError(unknown("heading", heading, [word.capitalize() for word in FORM_HEADINGS]))
        if name in given:
            raise InvalidInputError(f"the heading {heading!r} is there twice; send one form at a time")
        given[name] = _answer(answer)
    if missing := [name.capitalize() for name in _REQUIRED if not given.get(name)]:
        raise InvalidInputError(f"the form has no answer under {missing[0]!r}; write it as `### {missing[0]}`")
    taxon, outside = _class_of(given["class"])
    return ProposalDraft(
        by=given.get("by") or by,
        paper=given["paper"],
        taxonomy=given.get("taxonomy") or MAIN_TAXONOMY,
        taxon=taxon,
        outside=outside,
        quote=given.get("quote") or None,
        source=link,
    )


def _answer(text: str) -> str:
    plain = _QUOTED.sub("", _FENCE.sub("", text)).strip()
    return "" if plain == _EMPTY else plain


def _class_of(text: str) -> tuple[str | None, str | None]:
    """The taxon, or the kind of outside: `outside` or `outside: KIND`."""
    word, _, kind = text.partition(":")
    if word.strip().lower() == "outside":
        return None, kind.strip() or OutsideKind.OTHER.value
    return text, None
