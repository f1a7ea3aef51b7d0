"""Backup of the whole store to one file, and restore into an empty store on either database.

The file is a tar: `contents.json`, a list with the number of rows and the hashes of what follows; `store.jsonl.gz`, a
dump in the format of releases (`history/dump.py`) of every table except running work; and the files of the releases. It
contains the hashes of tokens: protect it like the store.
"""

import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, ValidationError
from sqlalchemy import Table, func, insert, select, text, update
from sqlmodel import Session

from wamkg.errors import ConflictError, StoreError
from wamkg.files import sha256_of, whole_file
from wamkg.history.dump import load_dump, write_dump
from wamkg.history.releases import FOLDER, consistent_view
from wamkg.progress import Progress, no_progress
from wamkg.store.base import Row, chunks
from wamkg.store.migrate import migrate
from wamkg.store.releases import list_releases
from wamkg.store.search import add_texts, search_texts_of
from wamkg.store.session import Store
from wamkg.store.tables import metadata

STORE = "store.jsonl.gz"
CONTENTS = "contents.json"
_RUNNING = frozenset({"job", "rate_limit"})
"""Tables of running work, which is not restored."""


_DATED = re.compile(r"wamkg-\d{8}T\d{6}Z\.tar")


class BackupContents(BaseModel):
    """What a backup holds: rows per table, SHA-256 of each file in it, and releases whose files were missing."""

    rows: dict[str, int]
    files: dict[str, str]
    missing_releases: list[str] = []


def write_backup(store: Store, home: Path, path: Path) -> BackupContents:
    """Write a backup and read it again to check it. The file is complete or not written at all.

    Raises StoreError if the file cannot be written, or if the disk gives something else back.
    """
    try:
        with TemporaryDirectory(dir=path.parent) as folder, consistent_view(store) as session:
            dumped = write_dump(session, Path(folder) / STORE, "backup", _tables())
            files, missing = {STORE: Path(folder) / STORE}, []
            for release in list_releases(session):
                if (home / FOLDER / release.file).exists():
                    files[f"{FOLDER}/{release.file}"] = home / FOLDER / release.file
                else:
                    missing.append(release.name)
            hashes = {name: sha256_of(file) for name, file in files.items()}
            contents = BackupContents(rows=dumped.counts, files=hashes, missing_releases=missing)
            listed = Path(folder) / CONTENTS
            listed.write_text(contents.model_dump_json())
            with whole_file(path) as file, tarfile.open(fileobj=file, mode="w") as tar:
                for name, source in ({CONTENTS: listed} | files).items():
                    tar.add(source, name)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error
    check_backup(path)
    return contents


def write_dated_backup(store: Store, home: Path, folder: Path, now: datetime, keep: int) -> tuple[Path, BackupContents]:
    """Write a backup with the time (UTC) in its name, and then delete all dated backups but the `keep` newest.

    Nothing is deleted unless the new backup is complete and checked. Raises the errors of `write_backup`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(f"cannot make the folder {folder}: {error.strerror}") from error
    path = folder / f"wamkg-{now:%Y%m%dT%H%M%SZ}.tar"
    contents = write_backup(store, home, path)
    dated = sorted(file for file in folder.iterdir() if _DATED.fullmatch(file.name))
    for old in dated[:-keep]:
        old.unlink(missing_ok=True)
    return path, contents


def check_backup(path: Path) -> BackupContents | None:
    """Read a backup and compare it with its list of contents; None if it is older than such lists.

    Raises StoreError if the file is not a backup, or is damaged.
    """
    with _unpacked(path, path.parent) as (_, contents):
        return contents


def restore_backup(store: Store, home: Path, path: Path, progress: Progress = no_progress) -> dict[str, int]:
    """Fill an empty store from a backup, in one transaction; returns the number of rows per table.

    `progress` takes the rows copied so far, after each table, and all rows of the backup.

    Raises ConflictError if the store is not empty, StoreError if the file is not a backup or is damaged.
    """
    migrate(store)
    home.mkdir(parents=True, exist_ok=True)
    with _unpacked(path, home) as (folder, _):
        load_dump(folder / STORE, folder / "store.db")
        (home / FOLDER).mkdir(exist_ok=True)
        loaded = Store(f"sqlite:///{folder / 'store.db'}")
        with loaded, loaded.reading() as source, store.writing() as target:
            _refuse_filled(target)
            total = sum(_rows(source, table) for table in _tables())
            counts: dict[str, int] = {}
            for table in _tables():
                counts[str(table.name)] = _copy(source, target, table)
                progress(sum(counts.values()), total)
            for release in (folder / FOLDER).glob("*"):
                release.replace(home / FOLDER / release.name)
    return {name: count for name, count in counts.items() if count}


def _tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name not in _RUNNING]


@contextmanager
def _unpacked(path: Path, beside: Path) -> Iterator[tuple[Path, BackupContents | None]]:
    """The checked files of a backup in a temporary folder, and its list of contents."""
    with TemporaryDirectory(dir=beside) as name:
        folder = Path(name)
        try:
            with tarfile.open(path, "r:") as tar:
                tar.extractall(folder, filter="data")
        except (OSError, tarfile.TarError) as error:
            raise StoreError(f"{path} is not a readable wamkg backup: {error}") from error
        if not (folder / STORE).is_file():
            raise StoreError(f"{path} is not a wamkg backup: it has no {STORE}")
        yield folder, _checked(path, folder)


def _checked(path: Path, folder: Path) -> BackupContents | None:
    listed = folder / CONTENTS
    if not listed.is_file():
        return None
    try:
        contents = BackupContents.model_validate_json(listed.read_bytes())
    except ValidationError as error:
        raise StoreError(f"{path} is damaged: its list of contents cannot be read; use another backup") from error
    for name, expected in contents.files.items():
        if not (folder / name).is_file() or sha256_of(folder / name) != expected:
            raise StoreError(f"{path} is damaged: {name} is missing or not what was written; use another backup")
    return contents


def _refuse_filled(session: Session) -> None:
    for table in _tables():
        if _rows(session, table):
            raise ConflictError(
                "the store is not empty; restore into a new one, with another WAMKG_HOME or WAMKG_DATABASE_URL"
            )


def _rows(session: Session, table: Table) -> int:
    return int(session.connection().execute(select(func.count()).select_from(table)).scalar_one())


def _copy(source: Session, target: Session, table: Table) -> int:
    """Copy the rows of a table from one store to another. References within the table are set after all rows exist."""
    own = [c for c in table.columns if any(key.column.table is table for key in c.foreign_keys)]
    connection, later, count = target.connection(), list[Row](), 0
    rows = source.connection().execute(select(table).order_by(*table.primary_key.columns))
    for part in chunks(dict(row._mapping) for row in rows):
        later += [row for row in part if any(row[column.name] is not None for column in own)]
        connection.execute(insert(table), [row | dict.fromkeys((c.name for c in own), None) for row in part])
        count += len(part)
        if table.name == "paper":
            add_texts(target, search_texts_of(source, [row["id"] for row in part]))
    for row in later:
        values = {column: row[column.name] for column in own}
        connection.execute(update(table).where(table.c.id == row["id"]).values(values))
    _count_on(target, table)
    return count


def _count_on(session: Session, table: Table) -> None:
    """Advance PostgreSQL's counter for row numbers, because inserted rows with a number do not."""
    if session.get_bind().dialect.name != "postgresql" or "id" not in table.c:
        return
    connection = session.connection()
    counter = connection.execute(text(f"SELECT pg_get_serial_sequence('\"{table.name}\"', 'id')")).scalar()
    last = connection.execute(select(func.max(table.c.id))).scalar()
    if counter and last:
        connection.execute(text("SELECT setval(:counter, :last)"), {"counter": counter, "last": last})
