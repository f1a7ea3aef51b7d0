"""The snapshot that a read is about: the current store, a release, or a past day."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from threading import Lock
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from wamkg.errors import ConflictError, NotFoundError
from wamkg.parameters import PastText
from wamkg.store.session import Store
from wamkg.store.types import utc_now
from wamkg.views.snapshots import looks_like_date, open_release_or_day, open_snapshot, start_of_day
from wamkg.vocabulary import Role
from wamkg_api.access import authenticate
from wamkg_api.cache_scope import CacheScope
from wamkg_api.errors import BusyError
from wamkg_api.schemas.parameters import ReleaseName
from wamkg_api.state import settings_of, store_of


class SnapshotRef(BaseModel):
    """A release or a past day; neither means the current store."""

    model_config = ConfigDict(frozen=True)

    release: ReleaseName | None = Field(default=None, description="As it was in this release.")
    as_of: PastText | None = Field(
        default=None,
        description="As it was on this day, to its end in UTC, or just before a moment.",
        examples=["2026-01-31"],
    )


NOW = SnapshotRef()


async def _past(past: Annotated[SnapshotRef, Query()]) -> SnapshotRef:
    return past


SnapshotDep = Annotated[SnapshotRef, Depends(_past)]


@contextmanager
def open_store_at(request: Request, past: SnapshotRef) -> Iterator[Store]:
    """Open the store to read from.

    Raises NotFoundError for an unknown release and a future day, ConflictError if both are given and for a moment whose
    snapshot only a curator may build, BusyError while another day is being built.
    """
    if past.release and past.as_of:
        raise ConflictError("release and as_of cannot be combined; use one of them")
    reject_future_day(past.as_of)
    store, home = store_of(request), settings_of(request).home
    with ExitStack() as stack:
        named = partial(open_snapshot, store, home, release=past.release, as_of=past.as_of)
        yield stack.enter_context(_built(request, stack, named, past.as_of))


Opening = Callable[..., AbstractContextManager[Store]]


def _built(request: Request, stack: ExitStack, named: Opening, as_of: str | None) -> AbstractContextManager[Store]:
    """A snapshot, built if need be. A release is loaded for anybody: there are few. A day is made of everything written
    since, which takes seconds: anybody may ask for whole days, one at a time; a curator also for moments.
    """
    if as_of is None or _may_make(request):
        return named(build=True)
    try:
        # Opened twice: whether it is there shows only when it is opened.
        with named(build=False):
            return named(build=False)
    except ConflictError:
        if "T" in as_of:
            raise
    if not _BUILDING.acquire(blocking=False):
        raise BusyError("another past day is being built; try again in a few seconds")
    stack.callback(_BUILDING.release)
    return named(build=True)


_BUILDING = Lock()
"""Held while a past day is built for somebody who is not a curator."""


@contextmanager
def release_or_day(request: Request, name: str) -> Iterator[Store]:
    """Open the store of a release, of a day, or of `now`.

    Raises the same errors as `opened`.
    """
    with ExitStack() as stack:
        named = partial(open_release_or_day, store_of(request), settings_of(request).home, name)
        day = name if looks_like_date(name) else None
        yield stack.enter_context(_built(request, stack, named, day))


def reject_future_day(as_of: str | None) -> None:
    """Reject a future day.

    Raises NotFoundError.
    """
    if as_of is not None and start_of_day(as_of) > utc_now():
        raise NotFoundError(f"{as_of} is in the future; name a past day")


def _may_make(request: Request) -> bool:
    caller = authenticate(request, CacheScope.ROLE)
    return caller is not None and caller.holder.role.allows(Role.CURATOR)
