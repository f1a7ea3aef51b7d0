"""Pagination: the next page starts after the last row's keys, so rows added or deleted in between shift nothing."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Generic, Protocol, TypeVar

import orjson

from wamkg.errors import NotFoundError
from wamkg.store.base import Key

T = TypeVar("T")
DEFAULT_LIMIT = 50
MAX_LIMIT = 100


@dataclass(frozen=True)
class Page(Generic[T]):
    """Part of a list; `total` counts the whole list, `next` is the cursor of the next page or None at the end."""

    items: list[T]
    total: int
    next: str | None


def encode_cursor(order: str, keys: Sequence[Key]) -> str:
    """Opaque text that says where a list in that order continues."""
    packed = orjson.dumps([order, *[key.isoformat() if isinstance(key, date) else key for key in keys]])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode_cursor(cursor: str, order: str, kinds: Sequence[type]) -> tuple[Key, ...]:
    """The keys in a cursor, which must belong to a list in that order and have these types.

    Raises NotFoundError for an invalid cursor.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        made_for, *keys = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        values = tuple(date.fromisoformat(key) if kind is date else key for key, kind in zip(keys, kinds, strict=True))
    except (ValueError, TypeError, binascii.Error) as error:
        raise NotFoundError("the cursor is not valid for this list; start again without it") from error
    if made_for != order or any(type(v) is not k for v, k in zip(values, kinds, strict=True)):
        raise NotFoundError("the cursor belongs to a list in another order; start again without it")
    if any(type(v) is int and not -(2**63) <= v < 2**63 for v in values):
        raise NotFoundError("the cursor is not valid for this list; start again without it")
    return values


class Timed(Protocol):
    """An item of a list that is sorted by time."""

    @property
    def at(self) -> datetime:
        """When it happened."""
        ...

    @property
    def uid(self) -> str:
        """Its permanent public id."""
        ...


def encode_time(order: str, last: Timed) -> str:
    """The cursor of a list that shows the newest first, after its last item."""
    return encode_cursor(order, (-last.at.timestamp(), last.uid))


def decode_time(cursor: str, order: str) -> tuple[datetime, str]:
    """Time and id of the item after which a list that shows the newest first continues.

    Raises NotFoundError for a cursor of another list.
    """
    seconds, uid = decode_cursor(cursor, order, (float, str))
    assert isinstance(seconds, float) and isinstance(uid, str)
    try:
        return datetime.fromtimestamp(-seconds, UTC), uid
    except (ValueError, OverflowError, OSError) as error:
        raise NotFoundError("the cursor is not one that this list gave; start again without it") from error


@dataclass(frozen=True)
class ListOrder:
    """A named order of a list and the types of its keys, which are unique together."""

    name: str
    kinds: tuple[type, ...]


def page_of(pairs: Iterable[tuple[tuple[Key, ...], T]], order: ListOrder, limit: int, after: str | None) -> Page[T]:
    """A page of a list that fits in memory, given as (keys, item) in any order.

    Raises NotFoundError for a cursor of another list.
    """
    last = decode_cursor(after, order.name, order.kinds) if after else None
    ordered = sorted(pairs, key=lambda pair: pair[0])
    following = [pair for pair in ordered if last is None or pair[0] > last]
    shown = following[:limit]
    more = len(following) > limit
    return Page([item for _, item in shown], len(ordered), encode_cursor(order.name, shown[-1][0]) if more else None)
