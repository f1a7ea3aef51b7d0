"""Editions of the survey: frozen as open dumps, read as stores that nobody can write."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import Session, select

from wamkg.errors import ConflictError, InvalidInputError, StoreError
from wamkg.history.dump import hash_of, load_dump, write_dump
from wamkg.identifiers import new_uid
from wamkg.store.batches import get_actor
from wamkg.store.migrate import head_revision
from wamkg.store.reads_changes import get_release
from wamkg.store.session import Store
from wamkg.store.tables import Release
from wamkg.vocabulary import PERSON

FOLDER = "releases"
CACHE = "past"
KEPT = 6
"""Past stores that are kept loaded; the one not opened for longest goes first."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def create_release(store: Store, home: Path, name: str, note: str, by: str) -> Release:
    """Freeze the survey as it is now under a name.

    Raises InvalidInputError for a name that is no file name and ConflictError for one that is taken.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInputError(f"{name!r} cannot name a release; use letters, digits, points, hyphens")
    if name == "now" or _DAY.fullmatch(name):
        raise InvalidInputError(f"{name} means a day; choose another name for the release")
    with store.reading() as session:
        _refuse_taken(session, name)
    file = home / FOLDER / f"{name}.jsonl.gz"
    with consistent_view(store) as session:
        dumped = write_dump(session, file, name)
    counts = ", ".join(f"{dumped.counts.get(table, 0)} {table}" for table in ("paper", "taxon", "assignment", "result"))
    with store.writing() as session:
        _refuse_taken(session, name)
        actor = get_actor(session, by, PERSON)
        assert actor.id is not None
        release = Release(
            uid=new_uid(), name=name, note=note, file=file.name, sha256=dumped.sha256, schema_version=head_revision(),
            actor_id=actor.id, size=dumped.size, summary=counts,
        )  # fmt: skip
        session.add(release)
        session.flush()
        session.refresh(release)
    return release


@contextmanager
def consistent_view(store: Store) -> Iterator[Session]:
    """A session that sees all tables as they are at one moment."""
    with store.reading() as session:
        if not store.is_sqlite:
            # SQLite's readers have that by themselves.
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


def _refuse_taken(session: Session, name: str) -> None:
    if session.exec(select(Release).where(Release.name == name)).first() is not None:
        raise ConflictError(f"there is a release {name} already; an edition does not change, choose another name")


@contextmanager
def open_release(store: Store, home: Path, name: str, *, build: bool = True) -> Iterator[Store]:
    """The survey as it was when a release was made, in a store that is only read; loaded when first asked for.

    Raises NotFoundError for a name there is not, StoreError where its file is gone or not what was frozen,
    ConflictError where it would have to be loaded and `build` is off.
    """
    with store.reading() as session:
        release = get_release(session, name)
    file = home / FOLDER / release.file
    cached = home / CACHE / f"{release.sha256}-{head_revision()}.db"
    if not cached.exists():
        if not build:
            raise ConflictError(f"release {name} has not been loaded yet; a curator loads it by asking for it first")
        if not file.exists():
            raise StoreError(f"the file of release {name} is not in {file.parent}; bring {file.name} there")
        if hash_of(file) != release.sha256:
            raise StoreError(f"the file of release {name} is not what was frozen; restore {file.name} from a copy")
        load_dump(file, cached)
    with read_only(cached) as past:
        yield past


@contextmanager
def read_only(file: Path) -> Iterator[Store]:
    """A store over a file that is not written to; those not opened for longest make room."""
    file.touch()
    for old in sorted(file.parent.glob("*.db"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        old.unlink(missing_ok=True)
    past = Store(f"sqlite:///file:{file}?mode=ro&uri=true")
    try:
        yield past
    finally:
        past.close()
