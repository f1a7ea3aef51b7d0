"""Read a binary stream as numbered lines; an overlong line is never held in memory."""

from collections.abc import Iterator
from typing import BinaryIO

MAX_LINE = 10 * 1024 * 1024
"""Longest line that is read, in bytes."""
_BOM = b"\xef\xbb\xbf"


def numbered_lines(stream: BinaryIO, limit: int = MAX_LINE) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line with its number from 1; None for a line over `limit` bytes, whose rest is skipped."""
    number = 0
    while True:
        line = stream.readline(limit + 1)
        if not line:
            return
        number += 1
        if number == 1:
            line = line.removeprefix(_BOM)
        if len(line) > limit and not line.endswith(b"\n"):
            _skip_line(stream, limit)
            yield number, None
        else:
            yield number, line


def _skip_line(stream: BinaryIO, limit: int) -> None:
    while True:
        more = stream.readline(min(limit, 1 << 20))
        if not more or more.endswith(b"\n"):
            return
