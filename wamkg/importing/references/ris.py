"""RIS, read by rispy a record at a time, so that one broken record costs no other."""

import re
from collections.abc import Iterator
from typing import Any

import rispy

from wamkg.importing.references.reference import Reference, given_first, item_of
from wamkg.importing.result import Item
from wamkg.matching.record import Unreadable

_BEGIN, _END = re.compile(r"^\s*TY {2}- ?"), re.compile(r"^\s*ER {2}-")
_TITLE = ("title", "primary_title")
_AUTHORS = ("authors", "first_authors")
_VENUE = ("journal_name", "alternate_title3", "secondary_title", "alternate_title2")
_DATE = ("date", "publication_year", "year")
_ABSTRACT = ("abstract", "notes_abstract")
_KEPT = frozenset((*_TITLE, *_AUTHORS, *_VENUE, *_DATE, *_ABSTRACT, "doi", "urls", "type_of_reference", "id"))


def parse_ris(text: str) -> Iterator[Item]:
    """Records in the order of the file; one that has no end comes as Unreadable with its line."""
    for line, lines, ended in _records(text.splitlines()):
        if not ended:
            yield Unreadable(line, "a record without its end; it must close with a line 'ER  - '", lines[0][:160])
            continue
        for row in rispy.loads("\n".join(lines)):
            yield item_of(_reference(row, line))


def _records(lines: list[str]) -> Iterator[tuple[int, list[str], bool]]:
    """Number of the first line, the lines, and whether the record is closed; what stands between records is skipped."""
    begun: int | None = None
    for number, line in enumerate(lines, start=1):
        if _BEGIN.match(line):
            if begun is not None:
                yield begun, lines[begun - 1 : number - 1], False
            begun = number
        elif begun is not None and _END.match(line):
            yield begun, lines[begun - 1 : number], True
            begun = None
    if begun is not None:
        yield begun, lines[begun - 1 :], False


def _reference(row: dict[str, Any], line: int) -> Reference:
    urls = row.get("urls", [])
    return Reference(
        line=line,
        title=_first(row, _TITLE),
        authors=[given_first(name) for key in _AUTHORS for name in row.get(key, [])],
        venue=_first(row, _VENUE),
        date=_first(row, _DATE),
        doi=row.get("doi"),
        url=urls[0] if urls else None,
        abstract=_first(row, _ABSTRACT),
        ids_in=[*urls, *(str(row[key]) for key in ("number", "notes", "note", "accession_number") if key in row)],
        unread=[key.replace("_", " ") for key in row if key not in _KEPT],
    )


def _first(row: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    return next((str(row[key]) for key in keys if row.get(key)), None)
