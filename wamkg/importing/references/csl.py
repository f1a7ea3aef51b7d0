"""CSL-JSON, as Zotero and Pandoc write it: an array of items, read one at a time so that each has its line."""

import json
from collections.abc import Iterator
from typing import Any

from wamkg.errors import InvalidInputError
from wamkg.importing.references.reference import Reference, item_of
from wamkg.importing.result import Item
from wamkg.matching.record import Unreadable

_KEPT = frozenset(
    ("id", "type", "title", "author", "container-title", "publisher", "issued", "DOI", "URL", "abstract", "number")
)
_BLANK = " \t\r\n"


def parse_csl(text: str) -> Iterator[Item]:
    """Items in the order of the file; one that is no object comes as Unreadable.

    Raises InvalidInputError, with the line, where the file stops being JSON; nothing of it is then imported.
    """
    for line, row in _elements(text):
        if isinstance(row, dict):
            yield _item(row, line)
        else:
            yield Unreadable(line, "not an object; a CSL-JSON file is an array of objects", str(row)[:160])


def _elements(text: str) -> Iterator[tuple[int, Any]]:
    """Each element of the array with the number of the line that it begins on."""
    decoder, at, line = json.JSONDecoder(), _after(text, 0, "["), 1
    counted = 0
    while at < len(text) and text[at] != "]":
        line, counted = line + text.count("\n", counted, at), at
        try:
            row, end = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
            raise InvalidInputError(f"not valid JSON in the item that begins at line {line}: {reason}") from None
        yield line, row
        at = _after(text, end, ",")
    if at >= len(text):
        raise InvalidInputError("the array of items has no end; the file may have been cut off")


def _after(text: str, at: int, mark: str) -> int:
    """Where the next value begins, behind blanks and one `mark`."""
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at : at + 1] == mark else at


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _item(row: dict[str, Any], line: int) -> Item:
    try:
        return item_of(_reference(row, line))
    except (AttributeError, TypeError, ValueError):
        return Unreadable(line, "an author or date that is not as CSL-JSON has it", str(row.get("title", ""))[:160])


def _reference(row: dict[str, Any], line: int) -> Reference:
    return Reference(
        line=line,
        title=_text(row.get("title")),
        authors=[_name(name) for name in row.get("author") or []],
        venue=_text(row.get("container-title")) or _text(row.get("publisher")),
        date=_date(row.get("issued") or {}),
        doi=_text(row.get("DOI")),
        url=_text(row.get("URL")),
        abstract=_text(row.get("abstract")),
        ids_in=[text for text in (_text(row.get("number")), _text(row.get("note"))) if text],
        unread=[key for key in row if key not in _KEPT],
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _name(name: dict[str, str]) -> str:
    literal = name.get("literal")
    parts = (name.get("given"), name.get("non-dropping-particle"), name.get("family"), name.get("suffix"))
    return literal or " ".join(part for part in parts if part)


def _date(issued: dict[str, Any]) -> str:
    parts = (issued.get("date-parts") or [[]])[0]
    return "-".join(str(int(part)) for part in parts) or str(issued.get("raw") or issued.get("literal") or "")
