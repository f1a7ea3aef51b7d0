"""Backup of the whole store to one file, and restore into an empty store on either database.

The file is a tar: `store.jsonl.gz`, a dump in the format of releases (`history/dump.py`) of every table except running
work, and the files of the releases. It contains the hashes of tokens: protect it like the store.
"""

import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Table, func, insert, select, text, update
from sqlmodel import Session

from wamkg.errors import ConflictError, StoreError
from wamkg.files import whole_file
from wamkg.history.dump import load_dump, write_dump
from wamkg.history.releases import FOLDER, consistent_view
from wamkg.store.base import Row, chunks
from wamkg.store.migrate import migrate
from wamkg.store.releases import list_releases
from wamkg.store.search import add_texts, search_texts_of
from wamkg.store.session import Store
from wamkg.store.tables import metadata

STORE = "store.jsonl.gz"
_RUNNING = frozenset({"job", "rate_limit"})
"""Tables of running work, which is not restored."""


def write_backup(store: Store, home: Path, path: Path) -> list[str]:
    """Write a backup. The file is complete or not written at all. Returns the releases whose files are missing."""
    missing = []
    try:
        with TemporaryDirectory(dir=path.parent) as folder, consistent_view(store) as session:
            write_dump(session, Path(folder) / STORE, "backup", _tables())
            with whole_file(path) as file, tarfile.open(fileobj=file, mode="w") as tar:
                tar.add(Path(folder) / STORE, STORE)
                for release in list_releases(session):
                    if (home / FOLDER / release.file).exists():
                        tar.add(home / FOLDER / release.file, f"{FOLDER}/{release.file}")
                    else:
                        missing.append(release.name)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error
    return missing


def restore_backup(
    store: Store, home: Path, path: Path, progress: Callable[[int, int], None] = lambda done, total: None
) -> dict[str, int]:
    """Fill an empty store from a backup, in one transaction; returns the number of rows per table.

    `progress` takes the rows copied so far, after each table, and all rows of the backup.

    Raises ConflictError if the store is not empty, StoreError if the file is not a backup or is damaged.
    """
    migrate(store)
    home.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=home) as folder:
        _unpack(path, Path(folder))
        load_dump(Path(folder) / STORE, Path(folder) / "store.db")
        (home / FOLDER).mkdir(exist_ok=True)
        loaded = Store(f"sqlite:///{Path(folder) / 'store.db'}")
        with closing(loaded), loaded.reading() as source, store.writing() as target:
            _refuse_filled(target)
            total = sum(_rows(source, table) for table in _tables())
            counts: dict[str, int] = {}
            for table in _tables():
                counts[str(table.name)] = _copy(source, target, table)
                progress(sum(counts.values()), total)
            for release in (Path(folder) / FOLDER).glob("*"):
                release.replace(home / FOLDER / release.name)
    return {name: count for name, count in counts.items() if count}


def _tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name not in _RUNNING]


def _unpack(path: Path, folder: Path) -> None:
    try:
        with tarfile.open(path, "r:") as tar:
            tar.extractall(folder, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise StoreError(f"{path} is not a readable wamkg backup: {error}") from error
    if not (folder / STORE).is_file():
        raise StoreError(f"{path} is not a wamkg backup: it has no {STORE}")


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
