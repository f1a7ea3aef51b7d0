"""The audit trail, jobs and releases as they are listed."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from wamkg.errors import NotFoundError
from wamkg.store.reads_details import change_rows, rows
from wamkg.store.tables import Change, Entity, Job, Release

MOST_CHANGES = 10_000
KEPT_ROWS = ("removed.", "reopened.")
"""Beginnings of the fields of changes that hold the rows which undo took out of the tables."""
_EDITS = [col(Change.field).not_like(f"{prefix}%") for prefix in KEPT_ROWS]


def uid_of(session: Session, number: int) -> str:
    """The permanent public id of an entity."""
    return session.get_one(Entity, number).uid


def newest_changes(session: Session, since: datetime | None) -> list[Any]:
    """Edits in the audit trail since a moment, newest first; the rows that undo kept are left out."""
    statement = change_rows().where(*_EDITS).order_by(col(Change.id).desc()).limit(MOST_CHANGES)
    if since is not None:
        statement = statement.where(col(Change.at) >= since)
    return list(rows(session, statement))


def list_jobs(session: Session, limit: int) -> list[Job]:
    """The newest jobs first."""
    return list(session.exec(select(Job).order_by(col(Job.id).desc()).limit(limit)))


def list_releases(session: Session) -> list[Release]:
    """All releases in the order made."""
    return list(session.exec(select(Release).order_by(col(Release.id))))


def get_release(session: Session, name: str) -> Release:
    """The release of that name.

    Raises NotFoundError.
    """
    found = session.exec(select(Release).where(Release.name == name)).first()
    if found is None:
        raise NotFoundError(f"no release is called {name!r}; `wamkg release list` shows them")
    return found
