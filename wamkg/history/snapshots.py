"""Snapshots: the survey at a past moment, in a read-only store."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from wamkg.errors import ConflictError, InvalidInputError
from wamkg.history.dump import load_dump, write_dump
from wamkg.history.reconstruct import batches_before, reconstruct_at
from wamkg.history.releases import CACHE, consistent_view, read_only
from wamkg.store.migrate import head_revision
from wamkg.store.session import Edition, Store, settle_file
from wamkg.store.types import utc_now


def snapshot_file(store: Store, home: Path, moment: datetime) -> Path:
    """The file of a moment's snapshot; equal for two moments if nothing was written between them."""
    with store.reading() as session:
        batches = batches_before(session, moment)
    named = sha256(" ".join((head_revision(), *batches)).encode()).hexdigest()
    return home / CACHE / f"{named}.db"


@contextmanager
def open_snapshot_at(store: Store, home: Path, moment: datetime, *, build: bool = True) -> Iterator[Store]:
    """The survey just before a moment, built on first request and cached for a while.

    Raises InvalidInputError for a future moment, ConflictError if the snapshot does not exist and `build` is off.
    """
    if moment > utc_now():
        raise InvalidInputError("that moment is in the future; name a past day")
    file = snapshot_file(store, home, moment)
    if not file.exists():
        if not build:
            raise ConflictError(
                f"there is no snapshot of {moment:%Y-%m-%d %H:%M} yet; a curator builds it by "
                "requesting this day, or with `wamkg release diff DAY now`"
            )
        _make(store, file, moment)
    # A day is shown to its end: the moment is the first one after it.
    with read_only(file, Edition("", (moment - timedelta(microseconds=1)).date())) as past:
        yield past


def _make(store: Store, file: Path, moment: datetime) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=file.parent) as folder:
        dump, part = Path(folder) / "now.jsonl.gz", Path(folder) / "past.db"
        with consistent_view(store) as session:
            write_dump(session, dump, "")
        load_dump(dump, part)
        with Store(f"sqlite:///{part}") as copy, copy.writing() as session:
            reconstruct_at(session, moment)
        settle_file(part)
        part.replace(file)
