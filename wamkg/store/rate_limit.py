"""Rate limit shared by all processes: one row per service holds the earliest time of the next request."""

import time
from contextlib import ExitStack
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session, select

from wamkg.store.base import insert_or_ignore
from wamkg.store.session import Store
from wamkg.store.tables import RateLimit

LONGEST_HOLD = 24 * 3600.0
"""Maximum delay in seconds. A row further ahead comes from a clock that was set back, and is reset."""


class RequestSlot(NamedTuple):
    """The result of a request for a slot: seconds `left` until the next one, 0 if acquired. `stamp` is the row's
    value until another process acquires a slot.
    """

    left: float
    stamp: float
    at: float
    """When the slot was acquired, by this process's monotonic clock."""


def acquire_slot(store: Store, service: str, gap: float) -> RequestSlot:
    """Acquire the next slot if its time has come.

    `gap` is the time in seconds between two slots. Slots are never reserved, so a process that dies blocks nobody, and
    the request follows at once.
    """
    with store.writing() as session:
        row = _locked(session, service)
        at, now = time.monotonic(), _clock(session)
        left = row.next_at - now
        if 0 < left <= LONGEST_HOLD:
            return RequestSlot(left, row.next_at, at)
        return _stamp(session, row, now + gap, at)


class RateLimitLock:
    """The rate limit of a service, locked in its own transaction: nobody acquires a slot until it is unlocked."""

    def __init__(self, store: Store, service: str) -> None:
        with ExitStack() as stack:
            self._session = stack.enter_context(store.writing())
            self._row = _locked(self._session, service)
            self._stack = stack.pop_all()
        self.stamp = self._row.next_at

    def stamp_anew(self, gap: float) -> RequestSlot:
        """Start the gap now and unlock."""
        with self._stack:
            at, now = time.monotonic(), _clock(self._session)
            return _stamp(self._session, self._row, max(self._row.next_at, now + gap), at)

    def let_go(self) -> None:
        """Unlock without a change."""
        self._stack.close()


def block_requests(store: Store, service: str, seconds: float) -> None:
    """Block all requests to the service for the given time. A longer block stays in force."""
    with store.writing() as session:
        row = _locked(session, service)
        row.next_at = max(row.next_at, _clock(session) + min(seconds, LONGEST_HOLD))
        session.add(row)


def _stamp(session: Session, row: RateLimit, next_at: float, at: float) -> RequestSlot:
    row.next_at = next_at
    session.add(row)
    return RequestSlot(0.0, next_at, at)


def _locked(session: Session, service: str) -> RateLimit:
    """The row of the service, locked until the transaction ends (SQLite's write transaction locks it anyway)."""
    insert_or_ignore(session, RateLimit, [{"service": service, "next_at": 0.0}])
    return session.exec(select(RateLimit).where(RateLimit.service == service).with_for_update()).one()


def _clock(session: Session) -> float:
    """Seconds since the epoch, by a clock that all processes share: the database server's, or this machine's."""
    if session.get_bind().dialect.name == "postgresql":
        return float(session.connection().execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
    return time.time()
