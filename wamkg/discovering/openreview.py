"""The route of an OpenReview export: the notes of a venue as the API or its client saves them, JSON or JSON Lines."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from wamkg.discovering.rival_lists import compared
from wamkg.discovering.route import Reading
from wamkg.errors import InvalidInputError
from wamkg.identifiers import arxiv_id, slugify
from wamkg.importing.source import MAX_REFERENCES, open_source, read_text
from wamkg.json_types import JsonObject, UncheckedMapping
from wamkg.matching.record import Record

_LEFT = ("withdrawn", "desk_rejected", "desk rejected", "rejected_submission")
"""Words of `venueid` and `venue` for submissions that are no longer under review."""


@dataclass
class OpenReviewExport:
    """The submissions of an export that its last reading did not have."""

    name: str
    address: str

    @property
    def source(self) -> str:
        """Source of its claims."""
        return f"list:{slugify(self.name)}"

    def read(self, cursor: JsonObject) -> Reading:
        """The new submissions; raises InvalidInputError if the export cannot be read."""
        with open_source(self.address) as source:
            notes = list(read_notes(read_text(source, MAX_REFERENCES), self.address))
        records = [(note, _record(note)) for note in notes]
        unreadable = sum(record is None for _, record in records)
        under_review = [record for note, record in records if record is not None and not _has_left(note)]
        left = len(notes) - unreadable - len(under_review)
        problems = [f"{unreadable} notes have no title"] if unreadable else []
        problems += [f"{left} withdrawn or rejected submissions are left out"] if left else []
        return compared(under_review, self.name, cursor, problems)


def read_notes(text: str, name: str) -> Iterator[UncheckedMapping]:
    """The notes of an export: an object with `notes`, an array, or one note per line.

    Raises InvalidInputError for anything else.
    """
    try:
        found = json.loads(text)
    except ValueError:
        found = [_line(line, number, name) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    notes = found.get("notes", [found]) if isinstance(found, dict) else found
    if not isinstance(notes, list) or not all(isinstance(note, dict) for note in notes):
        raise InvalidInputError(f"{name} is not an OpenReview export; save the notes of the venue as JSON")
    yield from notes


def _line(line: str, number: int, name: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        raise InvalidInputError(f"{name}: line {number} is not JSON; save the notes of the venue as JSON") from None


def _value(note: UncheckedMapping, name: str) -> Any:
    """A value of a note; version 2 of the API wraps it in an object."""
    content = note.get("content")
    value = content.get(name) if isinstance(content, dict) else None
    return value.get("value") if isinstance(value, dict) else value


def _has_left(note: UncheckedMapping) -> bool:
    words = f"{_value(note, 'venueid')} {_value(note, 'venue')} {note.get('invitation', '')}".lower()
    return any(word in words for word in _LEFT)


def _record(note: UncheckedMapping) -> Record | None:
    title, abstract, authors = (_value(note, name) for name in ("title", "abstract", "authors"))
    if not isinstance(title, str) or not title.strip():
        return None
    forum = note.get("forum") or note.get("id")
    day = note.get("pdate") or note.get("odate") or note.get("cdate")
    return Record(
        0,
        " ".join(title.split()),
        abstract=abstract.strip() or None if isinstance(abstract, str) else None,
        authors=[str(name) for name in authors if str(name).strip()] if isinstance(authors, list) else [],
        arxiv=arxiv_id(str(_value(note, "arxiv") or _value(note, "html") or "")),
        year=datetime.fromtimestamp(day / 1000, UTC).year if isinstance(day, int) and 0 < day < 1e13 else None,
        url=f"https://openreview.net/forum?id={forum}" if isinstance(forum, str) else None,
    )
