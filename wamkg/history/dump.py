"""The survey as an open dump (gzipped JSON Lines with schema version and hash), and loading it into its own store.

The first line is the header: `{"wamkg": 1, "schema": "0004", "name": ..., "kinds": {table: {column: "time"}}}`. Every
further line is a row, `{"table": "paper", "row": {...}}`. Tables that others refer to come first. The hash is the
SHA-256 of the uncompressed lines.
"""

import gzip
import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import orjson
from sqlalchemy import Table
from sqlmodel import Session

from wamkg.errors import StoreError
from wamkg.files import whole_file
from wamkg.store.base import Row, chunks, dumped_tables, kinds_of, rows_of, sqlite_value
from wamkg.store.migrate import head_revision, known_revisions, make_empty_file, migrate
from wamkg.store.search import search_texts_of
from wamkg.store.session import Store, settle_file

FORMAT = 1
TEXTS = "paper_fts"
Shown = Callable[[str, Row], Row | None]


@dataclass(frozen=True)
class Dumped:
    """A written dump: rows per table, hash of its lines, bytes on disk."""

    sha256: str
    size: int
    counts: dict[str, int]


def write_dump(
    session: Session, path: Path, name: str, tables: Sequence[Table] | None = None, shown: Shown | None = None
) -> Dumped:
    """Write the survey, or the given tables, as the session sees it. The file is complete or not written at all.

    `shown` receives each table's name and row and returns the row to write, or None to skip it.
    """
    digest, counts = hashlib.sha256(), dict[str, int]()
    path.parent.mkdir(parents=True, exist_ok=True)
    # No time and no name in the gzip header: the same survey gives the same bytes.
    with whole_file(path) as part, gzip.GzipFile(filename="", mode="wb", fileobj=part, mtime=0) as file:
        for line in _lines(session, name, counts, tables or dumped_tables(), shown):
            digest.update(line)
            file.write(line)
    return Dumped(digest.hexdigest(), path.stat().st_size, counts)


def _lines(
    session: Session, name: str, counts: dict[str, int], tables: Sequence[Table], shown: Shown | None
) -> Iterator[bytes]:
    kinds = {str(table.name): kinds_of(table) for table in tables}
    yield _line({"wamkg": FORMAT, "schema": head_revision(), "name": name, "kinds": kinds})
    for table in tables:
        rows = rows_of(session, table)
        if shown is not None:
            rows = (row for given in rows if (row := shown(str(table.name), given)) is not None)
        for part in chunks(rows):
            counts[str(table.name)] = counts.get(str(table.name), 0) + len(part)
            texts = search_texts_of(session, [row["id"] for row in part]) if table.name == "paper" else {}
            for row in part:
                yield _line({"table": str(table.name), "row": row})
                if (number := row.get("id")) in texts:
                    yield _line({"table": TEXTS, "row": {"rowid": number, "body": texts[number]}})


def _line(value: Row) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS) + b"\n"


def hash_of(path: Path) -> str:
    """The hash of a dump's lines.

    Raises StoreError if the file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with gzip.open(path) as file:
            while part := file.read(1 << 20):
                digest.update(part)
    except (OSError, EOFError) as error:
        raise StoreError(f"the dump {path.name} cannot be read: {error}") from error
    return digest.hexdigest()


def load_dump(path: Path, target: Path) -> None:
    """Load a dump into an SQLite file and migrate it. The file is complete or not written at all.

    Raises StoreError for a file that is not a dump, is damaged, or is newer than this program.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent) as folder, gzip.open(path) as file:
        part = Path(folder) / "store.db"
        header = _header(file, path)
        make_empty_file(part, header["schema"])
        _insert(file, part, header, path)
        if header["schema"] != head_revision():
            with Store(f"sqlite:///{part}") as store:
                migrate(store)
        settle_file(part)
        part.replace(target)


def _header(file: BinaryIO | gzip.GzipFile, path: Path) -> Row:
    try:
        header = orjson.loads(file.readline())
        if header["wamkg"] != FORMAT:
            raise StoreError(f"{path.name} is a dump of an unknown version ({header['wamkg']}); use a newer wamkg")
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path.name} is not a wamkg dump") from error
    if header["schema"] not in known_revisions():
        raise StoreError(f"{path.name} has schema version {header['schema']}, which is newer than this program")
    return dict(header)


def _insert(file: BinaryIO | gzip.GzipFile, target: Path, header: Row, path: Path) -> None:
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("BEGIN")
        try:
            for line in file:
                item = orjson.loads(line)
                _insert_row(connection, item["table"], item["row"], header["kinds"].get(item["table"], {}))
        except (OSError, EOFError, ValueError, KeyError, sqlite3.Error) as error:
            raise StoreError(f"the dump {path.name} is damaged: {error}") from error
        if connection.execute("PRAGMA foreign_key_check").fetchone():
            raise StoreError(f"the dump {path.name} is damaged: a row refers to a missing row")
        connection.execute("COMMIT")


def _insert_row(connection: sqlite3.Connection, table: str, row: Row, kinds: dict[str, str]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    values = [sqlite_value(kinds.get(name), value) for name, value in row.items()]
    connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * len(row))})', values)
