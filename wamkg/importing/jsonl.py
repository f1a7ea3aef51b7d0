"""JSON Lines: one paper per line, read one at a time."""

from collections.abc import Iterator
from typing import BinaryIO

import orjson

from wamkg.importing.lines import MAX_LINE, numbered_lines
from wamkg.importing.loose import without_nul
from wamkg.importing.parse_result import Item
from wamkg.importing.record_keys import FaultError, read_mapping
from wamkg.importing.service_rows import plain_row
from wamkg.json_types import JSON
from wamkg.matching.record import Dropped, UnreadableLine
from wamkg.readable import shorten

_NUL = b"\\u0000"
"""A NUL as JSON escapes it; a bare NUL is not valid JSON."""


def parse_jsonl(stream: BinaryIO, max_line: int = MAX_LINE) -> Iterator[Item]:
    """Read records one at a time; memory is bounded by the longest line.

    A value of the wrong type is converted, or dropped and listed in the record's doubts. A line that is not a record
    becomes an Unreadable with its line number. Content never raises an error.
    """
    for number, line in numbered_lines(stream, max_line):
        if line is None:
            yield UnreadableLine(
                number, f"a line longer than {max_line // (1 << 20) or 1} MiB; one paper needs far less"
            )
            continue
        if line.isspace():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield UnreadableLine(number, _json_fault(line, error), _excerpt(line))
            continue
        yield loose_record(plain_row(row) if isinstance(row, dict) else row, number, line)


def loose_record(row: JSON, number: int, source: bytes) -> Item:
    """Return the record that an object, parsed from some JSON, describes; unusable values are dropped and listed."""
    had_nul = _NUL in source and _has_nul(row)
    try:
        record = read_mapping(without_nul(row) if had_nul else row, number, loose=True)
    except FaultError as fault:
        return UnreadableLine(number, str(fault), _excerpt(source))
    if had_nul:
        record.doubts.append(Dropped("a NUL character, which the database cannot store; it is left out"))
    return record


def record_of(row: JSON, number: int) -> Item:
    """Return the record that an object describes, or why it is invalid. Every value must have its type."""
    try:
        if _has_nul(row):
            raise FaultError("a NUL character, which the database cannot store")
        return read_mapping(row, number)
    except FaultError as fault:
        return UnreadableLine(number, str(fault), _excerpt(str(row).encode(errors="replace")))


def _json_fault(line: bytes, error: orjson.JSONDecodeError) -> str:
    try:
        line.decode()
    except UnicodeDecodeError as broken:
        return f"not valid UTF-8 at byte {broken.start + 1}; say --encoding if the file is in another encoding"
    return f"not valid JSON: {error.msg} at column {error.colno}"


def _excerpt(line: bytes) -> str:
    text = line[:600].decode(errors="replace").replace("\x00", "\ufffd")
    return shorten(" ".join(text.split()), 160)


def _has_nul(value: JSON) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(k) or _has_nul(v) for k, v in value.items())
    return isinstance(value, list) and any(_has_nul(v) for v in value)
