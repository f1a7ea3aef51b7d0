"""Snapshots: the survey in a release, or on a past day."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from wamkg.errors import InvalidInputError
from wamkg.history.diff import ReleaseDiff, diff_editions
from wamkg.history.past import open_moment
from wamkg.history.releases import open_release
from wamkg.matching.show import shown_values
from wamkg.store.session import Store
from wamkg.store.types import utc_now

NOW = "now"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T|$)")


@contextmanager
def open_past(
    store: Store, home: Path, *, release: str | None = None, as_of: str | None = None, build: bool = True
) -> Iterator[Store]:
    """The store to read from: a release's, a past day's, or the store itself if neither is given.

    `as_of` is a day (2026-01-31, UTC, to its end; today: until now) or a moment (2026-01-31T12:00:00+01:00). Snapshots
    are files under `home/past`, built on first request; only a few are kept. With `build` off, only existing snapshots
    are opened: building one takes seconds, so over HTTP only a curator may start that.

    Raises NotFoundError for an unknown release, InvalidInputError for an `as_of` that is not a past day or is given
    with a release, ConflictError if the snapshot does not exist and `build` is off, StoreError for a damaged release.
    """
    if release and as_of:
        raise InvalidInputError("give a release or a day, not both")
    if release:
        with open_release(store, home, release, build=build) as past:
            yield past
    elif as_of:
        with open_moment(store, home, moment_of(as_of), shown_values, build=build) as past:
            yield past
    else:
        yield store


@contextmanager
def open_edition(store: Store, home: Path, name: str, *, build: bool = True) -> Iterator[Store]:
    """The store of a release (by its name), of a past day, or of `now`.

    Raises the errors of `open_past`.
    """
    release, as_of = (None, None) if name == NOW else (None, name) if is_moment(name) else (name, None)
    with open_past(store, home, release=release, as_of=as_of, build=build) as shown:
        yield shown


def diff_stores(a: Store, b: Store, names: tuple[str, str]) -> ReleaseDiff:
    """What changed from one release or day to another."""
    with a.reading() as old, b.reading() as new:
        return diff_editions(old, new, names)


def day_begins(text: str) -> datetime:
    """The first moment of a day, or the named moment, past or future."""
    return datetime.fromisoformat(text) if "T" in text else datetime.combine(date.fromisoformat(text), time(), UTC)


def moment_of(text: str) -> datetime:
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
        raise InvalidInputError(f"{text[:40]!r} is no day; write 2026-01-31 or 2026-01-31T12:00:00+00:00") from error
    if found.tzinfo is None:
        raise InvalidInputError(f"{text[:40]!r} has no time zone; write 2026-01-31T12:00:00+00:00")
    if found > utc_now():
        raise InvalidInputError(f"{text[:40]} has not come yet; name a past day")
    return found


def is_moment(text: str) -> bool:
    """Whether a text looks like a day or a moment rather than the name of a release."""
    return _DAY.match(text) is not None
