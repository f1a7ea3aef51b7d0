"""Releases: frozen as open dumps, opened as read-only stores."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from wamkg.errors import ConflictError, InvalidInputError, StoreError
from wamkg.history.dump import hash_of, load_dump, write_dump
from wamkg.history.vote_masking import mask_unopened_votes
from wamkg.identifiers import new_uid
from wamkg.store.batches import get_actor
from wamkg.store.migrate import head_revision
from wamkg.store.releases import get_release
from wamkg.store.session import Edition, Store
from wamkg.store.tables import Actor, Release
from wamkg.vocabulary import PERSON

FOLDER = "releases"
CACHE = "past"
KEPT = 6
"""Number of past stores that stay loaded; the least recently used is removed first."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def create_release(store: Store, home: Path, name: str, note: str, by: str) -> Release:
    """Freeze the survey as it is now under a name.

    Raises InvalidInputError for a name that is not a valid file name and ConflictError for a name that is used already.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInputError(f"{name!r} cannot name a release; use letters, digits, points, hyphens")
    if name == "now" or _DAY.fullmatch(name):
        raise InvalidInputError(f"{name!r} looks like a date; choose another name for the release")
    with store.reading() as session:
        _refuse_taken(session, name)
    uid = new_uid()
    # Under a name of its own until the edition's name is taken: of two who want it, one must not replace the other's.
    part = home / FOLDER / f".{uid}.jsonl.gz"
    try:
        with consistent_view(store) as session:
            dumped = write_dump(session, part, name, shown=mask_unopened_votes(session))
        with store.writing() as session:
            release = _record(session, Release(
                uid=uid, name=name, note=note, file=f"{name}.jsonl.gz", sha256=dumped.sha256,
                schema_version=head_revision(), actor_id=_number(get_actor(session, by, PERSON)), size=dumped.size,
                summary=_summary(dumped.counts),
            ))  # fmt: skip
            part.replace(part.with_name(release.file))
    finally:
        part.unlink(missing_ok=True)
    return release


def _record(session: Session, release: Release) -> Release:
    _refuse_taken(session, release.name)
    session.add(release)
    try:
        session.flush()
    except IntegrityError as error:
        raise ConflictError(_taken(release.name)) from error
    session.refresh(release)
    return release


def _number(actor: Actor) -> int:
    assert actor.id is not None
    return actor.id


def _summary(counts: dict[str, int]) -> str:
    return ", ".join(f"{counts.get(table, 0)} {table}" for table in ("paper", "taxon", "assignment", "result"))


@contextmanager
def consistent_view(store: Store) -> Iterator[Session]:
    """A session with a consistent view of all tables."""
    with store.reading() as session:
        if not store.is_sqlite:
            # SQLite's readers have that by themselves.
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


def _refuse_taken(session: Session, name: str) -> None:
    if session.exec(select(Release).where(Release.name == name)).first() is not None:
        raise ConflictError(_taken(name))


def _taken(name: str) -> str:
    return f"there is a release {name} already; an edition does not change, choose another name"


@contextmanager
def open_release(store: Store, home: Path, name: str, *, build: bool = True) -> Iterator[Store]:
    """The survey of a release in a read-only store, loaded on first request.

    Raises NotFoundError for an unknown name, StoreError if its file is missing or damaged, ConflictError if it is not
    loaded yet and `build` is off.
    """
    with store.reading() as session:
        release = get_release(session, name)
    file = home / FOLDER / release.file
    cached = home / CACHE / f"{release.sha256}-{head_revision()}.db"
    if not cached.exists():
        if not build:
            raise ConflictError(f"release {name} is not loaded yet; a curator loads it by requesting it")
        if not file.exists():
            raise StoreError(f"the file of release {name} is missing; copy {file.name} to {file.parent}")
        if hash_of(file) != release.sha256:
            raise StoreError(
                f"the file of release {name} has changed since its creation; restore {file.name} from a copy"
            )
        load_dump(file, cached)
    with read_only(cached, Edition(release.name, release.created_at.date())) as past:
        yield past


@contextmanager
def read_only(file: Path, edition: Edition) -> Iterator[Store]:
    """A read-only store over a file; the least recently used files are removed."""
    file.touch()
    for old in sorted(file.parent.glob("*.db"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        old.unlink(missing_ok=True)
    with Store(f"sqlite:///file:{file}?mode=ro&uri=true", edition) as past:
        yield past
