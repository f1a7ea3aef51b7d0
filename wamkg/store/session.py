"""Opening the store: engines, read and write sessions, and readable messages for database errors."""

import logging
import os
import sqlite3
from collections.abc import Callable, Hashable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any, Self, TypeVar

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlmodel import Session as Session  # noqa: PLC0414  routes import it from here: they hold no SQL

from wamkg.errors import DiskFullError, StoreError

log = logging.getLogger(__name__)
T = TypeVar("T")
BUSY_TIMEOUT_MS = 30_000
_WRITER_LOCK = 7236420
_SERVER_POOL = {"pool_size": 10, "max_overflow": 30}
"""As many connections to PostgreSQL as the service has threads, of which ten stay open."""
_PLAIN_WORDS = {
    "readonly database": "the store is read-only; check the permissions of the file and its folder",
    "disk is full": "the disk is full; free some space and run the command again, nothing was written",
    "no space left": "the disk is full; free some space and run the command again, nothing was written",
    "disk i/o error": "the disk gave an I/O error; nothing was written",
    "database is locked": "another process is writing to the store; try again when it is done",
    "unable to open database file": "the store's file cannot be opened; check that its folder exists and is writable",
    "not a database": "the store's file is not an SQLite database",
    "malformed": "the store's file is damaged; restore a backup",
    "no such table": "the store has no tables yet; run `wamkg migrate`",
    "undefinedtable": "the store has no tables yet; run `wamkg migrate`",
    "querycanceled": "the database stopped the query at its time limit; ask for less, or raise statement_timeout",
    "queuepool limit": "all connections to the database are in use; try again in a moment",
    "connection failed": "the database server cannot be reached; check WAMKG_DATABASE_URL",
}

_FULL = ("disk is full", "no space left")


def _dumps(value: object) -> str:
    # JSONB reorders keys, so both databases are given them sorted.
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _loads(value: Any) -> Any:
    # SQLite gives a column declared JSON numeric affinity, so a bare number comes back as one.
    return orjson.loads(value) if isinstance(value, str | bytes) else value


def _set_up_connection(connection: sqlite3.Connection, _record: object) -> None:
    # pysqlite opens no transaction at SELECT by itself, which loses updates; `begin` below does.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA synchronous=NORMAL")
    # A read-only file or folder cannot switch; reading still works and a write says so itself.
    with suppress(sqlite3.OperationalError):
        cursor.execute("PRAGMA journal_mode=WAL")
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def in_plain_words(error: BaseException, url: str) -> StoreError:
    """A database error as one line that tells the user what to do."""
    text = f"{type(getattr(error, 'orig', error)).__name__} {error}".lower()
    shown = make_url(url).render_as_string(hide_password=True)
    for sign, words in _PLAIN_WORDS.items():
        if sign in text:
            return (DiskFullError if sign in _FULL else StoreError)(f"{shown}: {words}")
    first_line = str(getattr(error, "orig", error)).splitlines()[0]
    return StoreError(f"{shown}: {first_line}")


def create_store_engine(url: str) -> Engine:
    """Create the engine with the settings that protect the data: foreign keys, WAL, busy timeout, explicit BEGIN."""
    try:
        parsed = make_url(url)
        pool = _SERVER_POOL if parsed.get_backend_name() == "postgresql" else {}
        engine = create_engine(parsed, json_serializer=_dumps, json_deserializer=_loads, pool_pre_ping=True, **pool)
    except (ArgumentError, ModuleNotFoundError) as error:
        raise StoreError(
            "WAMKG_DATABASE_URL is not a valid URL; write sqlite:///FILE or postgresql://USER@HOST/DATABASE"
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_connection)
        event.listen(engine, "begin", _begin)
    elif engine.dialect.name != "postgresql":
        raise StoreError(f"{engine.dialect.name} is not supported; use SQLite or PostgreSQL")
    return engine


def one_writer(session: Session) -> None:
    """Allow only one transaction at a time to create papers, authors, venues and entities, as SQLite does anyway.

    On PostgreSQL, two concurrent writers could create the same row, or use a venue that the other deletes. Take this
    lock before any row lock to avoid deadlocks. Decisions on existing papers do not need it.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")


def store_file(url: str) -> Path | None:
    """The file of an SQLite store; None for a server, a memory database or an SQLite URI."""
    database = make_url(url).database if url.startswith("sqlite") else None
    return None if database in (None, "", ":memory:") or str(database).startswith("file:") else Path(str(database))


def settle_file(file: Path) -> None:
    """Prepare an SQLite file that will only be read: no log file remains beside it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


FileIdentity = tuple[int, int]
"""Device and inode: which file a path names, however often the path is given to another file."""


def identity_of(file: Path | None) -> FileIdentity | None:
    """Which file a path names now; None if there is none."""
    try:
        found = file.stat() if file else None
    except FileNotFoundError:
        return None
    return (found.st_dev, found.st_ino) if found else None


def _log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _set_aside_log(file: Path) -> None:
    """Move SQLite's write-ahead log away from a file that it does not belong to: it would be applied to that file."""
    former = _log_of(file)
    kept = former.with_name(f"{former.name}.replaced")
    former.replace(kept)
    file.with_name(f"{file.name}-shm").unlink(missing_ok=True)
    log.warning("%s was replaced; the last writes to the former file are in %s", file, kept)


EDITION = "edition"
"""Key of `Session.info` for the edition of a frozen store."""
FOUND_ONCE = "found once"
"""Where a reading session keeps what was looked up in it: nothing that it sees changes."""


def once(session: Session, key: Hashable, look_up: Callable[[], T]) -> T:
    """What `look_up` finds. A reading session looks it up only once under this key, a writing one each time."""
    kept: dict[Hashable, Any] | None = session.info.get(FOUND_ONCE)
    if kept is None:
        return look_up()
    if key not in kept:
        kept[key] = look_up()
    found: T = kept[key]
    return found


@dataclass(frozen=True)
class Edition:
    """What a frozen store shows: a release by its name, or a past day without one."""

    name: str
    day: date


class Store:
    """The database of one survey. The outermost caller opens a session; its end commits.

    `edition` is set for a snapshot, which never changes.
    """

    def __init__(self, url: str, edition: Edition | None = None) -> None:
        self.url = url
        self.edition = edition
        self.engine = create_store_engine(url)
        self.file = store_file(url)
        if self.file:
            self._make_folder(self.file.parent)
            event.listen(self.engine, "do_connect", self._make_file)
            event.listen(self.engine, "connect", self._remember_file)
        self._opened: FileIdentity | None = None
        self._log: FileIdentity | None = None
        self._writer = self.engine.execution_options(writing=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _make_file(self, *_connection: object) -> None:
        """Make the file of a new store, so that nobody else can read it; SQLite gives its logs the same permissions.

        A file that is there is not even opened: closing it would drop the locks that SQLite holds on it in this
        process.
        """
        assert self.file is not None
        with suppress(OSError):  # it is there, or SQLite says what is wrong with it
            os.close(os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))

    def _remember_file(self, _connection: object, _record: object) -> None:
        self._opened = self._opened or identity_of(self.file)

    def _check_file(self) -> None:
        """Let go of a file that was deleted or replaced since it was opened: what is written to it would be lost.

        Raises StoreError: once for a file that was replaced, then the new one is opened; and for a deleted one as long
        as there is none.
        """
        if self._opened is None or self.file is None:
            return
        now = identity_of(self.file)
        if now == self._opened:
            self._log = self._log or identity_of(_log_of(self.file))
            return
        self.engine.dispose()
        if now is None:
            raise StoreError(f"{self.file} was deleted while it was open; bring it back, nothing was written")
        if self._log is not None and identity_of(_log_of(self.file)) == self._log:
            _set_aside_log(self.file)
        self._opened = self._log = None
        raise StoreError(f"{self.file} was replaced while it was open; nothing was written, try again")

    def _make_folder(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"the folder {folder} cannot be created: {error.strerror}") from error

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is an SQLite database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent read-only view of the store."""
        self._check_file()
        with self._session(self.engine) as session:
            session.info[FOUND_ONCE] = {}
            session.info[EDITION] = self.edition
            yield session
            # A rollback would empty the objects that were read; let go of first, they stay as they were.
            session.expunge_all()
            # All has been read: a connection that breaks only now has lost nothing.
            with suppress(DBAPIError):
                session.rollback()

    @contextmanager
    def writing(self, *, dry_run: bool = False) -> Iterator[Session]:
        """A transaction: commits at the end, rolls back on any error; a dry run always rolls back.

        Raises StoreError if the database cannot be written.
        """
        self._check_file()
        with self._session(self._writer) as session:
            yield session
            if dry_run:
                session.rollback()
            else:
                self._check_file()
                session.commit()

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        try:
            with Session(engine, autoflush=False, expire_on_commit=False) as session:
                yield session
        except (DBAPIError, PoolTimeoutError) as error:
            raise in_plain_words(error, self.url) from error

    def close(self) -> None:
        """Close all connections. Another file may then take the place of the store's."""
        self.engine.dispose()
        self._opened = self._log = None


class ChangeTracker:
    """Tells whether the store may have changed since a token was read.

    On SQLite the token is `PRAGMA data_version` of a connection that never writes: it changes when any other connection
    commits, in this process or another. On PostgreSQL it is the current snapshot: equal snapshots see equal rows. A
    token is valid in this process only.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._watching: Any = None
        self._file: FileIdentity | None = None

    @property
    def is_instant(self) -> bool:
        """Whether reading the token takes microseconds, so that it can be done on the event loop."""
        return self._store.is_sqlite

    def token(self) -> str:
        """The current token. Read it before the data: then the data is at least as new as the token.

        Raises StoreError if the database cannot be read.
        """
        if not self._store.is_sqlite:
            return self._snapshot()
        file = identity_of(self._store.file)
        with self._lock:
            if self._watching is not None and file is None:
                return "deleted"
            if self._watching is None or file != self._file:
                self._let_go()
                self._watching, self._file = self._store.engine.raw_connection(), file
                self._watching.detach()
            return f"{file} {self._watching.cursor().execute('PRAGMA data_version').fetchone()[0]}"

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._let_go()

    def _snapshot(self) -> str:
        try:
            with self._store.engine.connect() as connection:
                return str(connection.execute(text("SELECT pg_current_snapshot()::text")).scalar_one())
        except (DBAPIError, PoolTimeoutError) as error:
            raise in_plain_words(error, self._store.url) from error

    def _let_go(self) -> None:
        if self._watching is not None:
            self._watching.close()
            self._watching = None
