"""Atomic file writes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from wamkg.errors import InvalidInputError


@contextmanager
def whole_file(path: Path, mode: int = 0o600) -> Iterator[IO[bytes]]:
    """A temporary file that replaces `path` when it is complete. After an error or an interrupt the old file is
    unchanged.
    """
    # Beside the target, so that the rename at the end is one step on one disk.
    with NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as part:
        unfinished = Path(part.name)
        try:
            yield part
            # On the disk before it has the name: else a loss of power may leave an empty file in the old one's place.
            part.flush()
            os.fsync(part.fileno())
            part.close()
            unfinished.chmod(mode)
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def open_private(path: Path) -> IO[bytes]:
    """Open a file to append to it. If it is new, nobody else can read it."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")


def read_utf8(path: Path) -> str:
    """The text of a file; line ends are not changed.

    Raises InvalidInputError if the path is not a file, cannot be read, or is not UTF-8.
    """
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as broken:
        raise InvalidInputError(f"{path} is not UTF-8 at byte {broken.start + 1}") from broken


def write_whole(path: Path, data: bytes) -> Path:
    """Write a file that everyone may read, create its folder if necessary, and return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path, mode=0o644) as file:
        file.write(data)
    return path
