"""Open the survey as it was: a release or a past day; and the list of releases."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.history.diff import ReleaseDiff, diff_releases
from wamkg.history.releases import open_release
from wamkg.history.snapshots import open_snapshot_at
from wamkg.store.releases import list_releases
from wamkg.store.session import Store
from wamkg.store.tables import Release
from wamkg.store.types import utc_now

NOW = "now"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T|$)")


@contextmanager
def open_snapshot(
    store: Store, home: Path, *, release: str | None = None, as_of: str | None = None, build: bool = True
) -> Iterator[Store]:
    """The store to read from: a release's, a past day's, or the store itself if neither is given.

    `as_of` is a day (2026-01-31, UTC, to its end; today: until now) or a moment (2026-01-31T12:00:00+01:00). Snapshots
    are files under `home/past`, built on first request; only a few are kept. With `build` off, only existing snapshots
    are opened: building one takes seconds, so over HTTP not everybody may start that at any time.

    Raises NotFoundError for an unknown release, InvalidInputError for an `as_of` that is not a past day or is given
    with a release, ConflictError if the snapshot does not exist and `build` is off, StoreError for a damaged release.
    """
    if release and as_of:
        raise InvalidInputError("name a release or a day, not both")
    if release:
        with open_release(store, home, release, build=build) as past:
            yield past
    elif as_of:
        with open_snapshot_at(store, home, end_of_day(as_of), build=build) as past:
            yield past
    else:
        yield store


@contextmanager
def open_release_or_day(store: Store, home: Path, name: str, *, build: bool = True) -> Iterator[Store]:
    """The store of a release (by its name), of a past day, or of `now`.

    Raises the errors of `open_snapshot`.
    """
    release, as_of = (None, None) if name == NOW else (None, name) if looks_like_date(name) else (name, None)
    with open_snapshot(store, home, release=release, as_of=as_of, build=build) as shown:
        yield shown


def diff_snapshots(a: Store, b: Store, names: tuple[str, str]) -> ReleaseDiff:
    """What changed from one release or day to another."""
    with a.reading() as old, b.reading() as new:
        return diff_releases(old, new, names)


def start_of_day(text: str) -> datetime:
    """The first moment of a day, or the named moment, past or future."""
    return datetime.fromisoformat(text) if "T" in text else datetime.combine(date.fromisoformat(text), time(), UTC)


def end_of_day(text: str) -> datetime:
    """The first moment after a day, or the named moment; today ends now.

    Raises InvalidInputError for any other text, for a time without a zone, and for a future day.
    """
    try:
        if "T" in text:
            found = datetime.fromisoformat(text)
        else:
            day = date.fromisoformat(text)
            found = datetime.combine(day + timedelta(days=1), time(), UTC)
            if day == utc_now().date():
                return utc_now()
    except (ValueError, OverflowError) as error:
        raise InvalidInputError(
            f"{text[:40]!r} is not a date; write 2026-01-31, or a time with its zone: 2026-01-31T12:00:00+00:00"
        ) from error
    if found.tzinfo is None:
        raise InvalidInputError(f"{text[:40]!r} has no time zone; write 2026-01-31T12:00:00+00:00")
    if found > utc_now():
        raise InvalidInputError(f"{text[:40]} is in the future; name a past day")
    return found


def looks_like_date(text: str) -> bool:
    """Whether a text looks like a day or a moment rather than the name of a release."""
    return _DAY.match(text) is not None


@dataclass(frozen=True, slots=True)
class ReleaseItem:
    """A release of the survey."""

    uid: str
    name: str
    note: str
    sha256: str
    schema_version: str
    created: datetime
    size: int
    summary: str


def release_list(session: Session) -> list[ReleaseItem]:
    """All releases, oldest first."""
    return [release_item(r) for r in list_releases(session)]


def release_item(r: Release) -> ReleaseItem:
    """One release."""
    return ReleaseItem(r.uid, r.name, r.note, r.sha256, r.schema_version, r.created_at, r.size, r.summary)
