"""One request budget for all processes: the moment the next request to a service may go out, kept in a row."""

import time
from contextlib import ExitStack
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session, select

from wamkg.store.bulk import insert_or_ignore
from wamkg.store.session import Store
from wamkg.store.tables import Pace

LONGEST_HOLD = 24 * 3600.0
"""Seconds; a row further ahead than this comes from a clock that was set back, and is started anew."""


class Turn(NamedTuple):
    """A turn: seconds `left` until it comes, 0 when taken; `stamp` is what the row says as long as nobody else came."""

    left: float
    stamp: float
    at: float
    """When it was taken, by this process's monotonic clock."""


def take_turn(store: Store, service: str, gap: float) -> Turn:
    """Take the next turn if it has come.

    `gap` is in seconds, between two turns. A turn is never reserved ahead, so a process that dies or sleeps too
    long takes nothing with it, and the request follows the grant at once.
    """
    with store.writing() as session:
        row = _locked(session, service)
        at, now = time.monotonic(), _clock(session)
        left = row.next_at - now
        if 0 < left <= LONGEST_HOLD:
            return Turn(left, row.next_at, at)
        return _stamp(session, row, now + gap, at)


class Held:
    """The pace of a service, locked in a transaction of its own: nobody takes a turn until it is let go."""

    def __init__(self, store: Store, service: str) -> None:
        with ExitStack() as stack:
            self._session = stack.enter_context(store.writing())
            self._row = _locked(self._session, service)
            self._stack = stack.pop_all()
        self.stamp = self._row.next_at

    def stamp_anew(self, gap: float) -> Turn:
        """Count the gap from now, and let go."""
        with self._stack:
            at, now = time.monotonic(), _clock(self._session)
            return _stamp(self._session, self._row, max(self._row.next_at, now + gap), at)

    def let_go(self) -> None:
        """Leave the pace as it is."""
        self._stack.close()


def hold(store: Store, service: str, seconds: float) -> None:
    """Let no process send to the service for the given time; a longer hold already set stays."""
    with store.writing() as session:
        row = _locked(session, service)
        row.next_at = max(row.next_at, _clock(session) + min(seconds, LONGEST_HOLD))
        session.add(row)


def _stamp(session: Session, row: Pace, next_at: float, at: float) -> Turn:
    row.next_at = next_at
    session.add(row)
    return Turn(0.0, next_at, at)


def _locked(session: Session, service: str) -> Pace:
    """The service's row, locked until the transaction ends (SQLite's writing transaction locks it anyway)."""
    insert_or_ignore(session, Pace, [{"service": service, "next_at": 0.0}])
    return session.exec(select(Pace).where(Pace.service == service).with_for_update()).one()


def _clock(session: Session) -> float:
    """Seconds since the epoch by the one clock that all processes share: the database server's, or this machine's."""
    if session.get_bind().dialect.name == "postgresql":
        return float(session.connection().execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
    return time.time()
