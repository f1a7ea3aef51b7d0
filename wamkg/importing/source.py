"""Open a source for import: a file, a URL, or standard input."""

import io
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO, cast

from wamkg.errors import InvalidInputError
from wamkg.importing.encoding import decode, known_encoding, marked_encoding
from wamkg.importing.workbook import Sheet, read_workbook

MAX_LIST = 16 * 1024 * 1024
"""Maximum size of a Markdown file, in bytes."""
MAX_REFERENCES = 128 * 1024 * 1024
"""Maximum size of a reference manager file, in bytes."""
MAX_DOWNLOAD = 512 * 1024 * 1024
"""Maximum size of a download or of standard input, in bytes."""
_HEAD = 64 * 1024
_IN_MEMORY = 8 * 1024 * 1024
_TIMEOUT = 30.0
_GITHUB_FILE = re.compile(r"^https?://github\.com/([^/]+/[^/]+)/(?:blob|raw)/(.+)$")
_ZIP = b"PK\x03\x04"
_ARCHIVES = {_ZIP: "an archive", b"\xd0\xcf\x11\xe0": "a spreadsheet", b"%PDF": "a PDF file"}
"""First bytes of binary files that users often try to import."""


@dataclass
class Source:
    """An opened source: its name as given, its first bytes, and a binary stream at its start.

    `encoding` is given or shown by the first bytes; None for UTF-8 or if it must be guessed.
    """

    name: str
    head: bytes
    stream: BinaryIO
    encoding: str | None = None
    notes: list[str] = field(default_factory=list)
    """Assumptions made while opening and reading it."""

    @property
    def head_text(self) -> str:
        """Return the first characters, skipping those that cannot be decoded."""
        return self.head.decode(self.encoding or "utf-8", errors="ignore").removeprefix("\ufeff")


@contextmanager
def open_source(name: str, encoding: str | None = None) -> Iterator[Source]:
    """Open a path, an http(s) URL, or "-" for standard input.

    Raises InvalidInputError if it cannot be opened, is empty, is not text, is too large, or the encoding is unknown.
    """
    chosen = known_encoding(encoding) if encoding else None
    with _open(name) as opened:
        sheet = _sheet_of(name, opened)
        stream = io.BytesIO(sheet.csv) if sheet else opened
        head = stream.read(_HEAD)
        stream.seek(0)
        chosen = None if sheet else chosen or marked_encoding(head)
        _check_head(name, head, chosen)
        notes = sheet.notes if sheet else []
        yield Source(name, head, cast("BinaryIO", stream), None if chosen == "utf-8-sig" else chosen, notes)


def _sheet_of(name: str, stream: IO[bytes]) -> Sheet | None:
    """The sheet with the papers if the file is a workbook."""
    head = stream.read(len(_ZIP))
    stream.seek(0)
    return read_workbook(name, stream) if head == _ZIP else None


def _open(name: str) -> IO[bytes]:
    if name == "-":
        return _spool("standard input", iter(lambda: sys.stdin.buffer.read(1 << 20), b""))
    if name.startswith(("http://", "https://")):
        return _download(name)
    path = Path(name)
    try:
        if path.is_dir():
            raise InvalidInputError(f"{name} is a folder; give a file")
        return path.open("rb")
    except FileNotFoundError:
        raise InvalidInputError(f"there is no file {name}") from None
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"cannot open {name}: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _spool(name: str, chunks: Iterator[bytes]) -> IO[bytes]:
    """Copy to a rewindable file, on disk if it is large."""
    copy = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (the caller closes it)
    size = 0
    try:
        for chunk in chunks:
            size += len(chunk)
            if size > MAX_DOWNLOAD:
                raise InvalidInputError(f"{name} sends more than {MAX_DOWNLOAD >> 20} MiB; save it to a file first")
            copy.write(chunk)
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return cast("IO[bytes]", copy)


def _download(url: str) -> IO[bytes]:
    import httpx  # needed for URLs only

    found = _GITHUB_FILE.match(url)
    address = f"https://raw.githubusercontent.com/{found[1]}/{found[2]}" if found else url
    try:
        with httpx.stream("GET", address, timeout=_TIMEOUT, follow_redirects=True) as answer:
            if answer.status_code != httpx.codes.OK:
                raise InvalidInputError(f"{url} returned {answer.status_code} {answer.reason_phrase}".rstrip())
            if "text/html" in answer.headers.get("content-type", ""):
                raise InvalidInputError(f"{url} is a web page; use the URL of the raw file")
            return _spool(url, answer.iter_bytes(1 << 20))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise InvalidInputError(f"cannot fetch {url}: {str(error) or type(error).__name__}") from None


def _check_head(name: str, head: bytes, encoding: str | None) -> None:
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        if len(head) < _HEAD:
            raise InvalidInputError(f"{name} is empty")
        raise InvalidInputError(f"{name} is not text")
    for mark, what in _ARCHIVES.items():
        if head.startswith(mark):
            raise InvalidInputError(
                f"{name} is {what}, not text; save its table as CSV, or its references as BibTeX or RIS"
            )
    controls = sum(head.count(byte) for byte in (b"\x00", b"\x01", b"\x02", b"\x03", b"\x04"))
    if controls * 1000 > len(head) and not (encoding or "").startswith(("utf-16", "utf-32")):
        raise InvalidInputError(f"{name} is not text")


def read_text(source: Source, largest: int = MAX_LIST) -> str:
    """Return the whole source as text; assumptions about its encoding are among its notes.

    Raises InvalidInputError if it is larger than `largest` bytes, or not in the given encoding (with the line).
    """
    raw = source.stream.read(largest + 1)
    if len(raw) > largest:
        raise InvalidInputError(f"{source.name} is larger than {largest >> 20} MiB; split it, or use JSON Lines")
    text, note = decode(raw, source.name, source.encoding)
    if note:
        source.notes.append(note)
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise InvalidInputError(f"{source.name} is not text: a NUL character at line {line}")
    return text


def utf8_stream(source: Source) -> BinaryIO:
    """Return the source as a UTF-8 stream, for formats read line by line."""
    if source.encoding is None or source.encoding == "utf-8":
        return source.stream
    return io.BytesIO(read_text(source, MAX_REFERENCES).encode())
