"""One request budget for all processes: the moment the next request to a service may go out, kept in a row."""

import time
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, select

from wamkg.store.bulk import table_of
from wamkg.store.session import Store
from wamkg.store.tables import Pace

LONGEST_HOLD = 24 * 3600.0
"""Seconds; a row further ahead than this comes from a clock that was set back, and is started anew."""


class Turn(NamedTuple):
    """A turn: seconds `left` until it comes, 0 when taken; and when it was taken, by this process's monotonic clock."""

    left: float
    at: float


def take_turn(store: Store, service: str, gap: float) -> Turn:
    """Take the next turn if it has come.

    `gap` is in seconds, between two turns. A turn is never reserved ahead, so a process that dies or sleeps too
    long takes nothing with it, and the request follows the grant at once.
    """
    with store.writing() as session:
        row = _locked(session, service)
        at = time.monotonic()
        now = _clock(session)
        left = row.next_at - now
        if 0 < left <= LONGEST_HOLD:
            return Turn(left, at)
        row.next_at = now + gap
        session.add(row)
        return Turn(0.0, at)


def hold(store: Store, service: str, seconds: float) -> float:
    """Let no process send to the service for the given time; a longer hold already set stays.

    Gives back when the time began, by this process's monotonic clock.
    """
    with store.writing() as session:
        row = _locked(session, service)
        at = time.monotonic()
        row.next_at = max(row.next_at, _clock(session) + min(seconds, LONGEST_HOLD))
        session.add(row)
        return at


def _locked(session: Session, service: str) -> Pace:
    """The service's row, locked until the transaction ends (SQLite's writing transaction locks it anyway)."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(table_of(Pace)).values(service=service, next_at=0.0).on_conflict_do_nothing()
    session.connection().execute(statement)
    return session.exec(select(Pace).where(Pace.service == service).with_for_update()).one()


def _clock(session: Session) -> float:
    """Seconds since the epoch by the one clock that all processes share: the database server's, or this machine's."""
    if session.get_bind().dialect.name == "postgresql":
        return float(session.connection().execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
    return time.time()
