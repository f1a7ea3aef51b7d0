"""Lists of the audit trail, jobs and releases."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from wamkg.errors import NotFoundError
from wamkg.store.bulk import select_columns
from wamkg.store.reads_details import change_rows, rows, select_batches
from wamkg.store.tables import Actor, Assignment, Batch, Change, Entity, Job, Paper, Release, Taxon
from wamkg.vocabulary import AssignmentState

MOST_CHANGES = 10_000
KEPT_ROWS = ("removed.", "reopened.")
"""Prefixes of the fields of changes that store rows removed by undo."""
MOVED = "moved."
"""Prefix of the fields of changes that store what a merge changed in rows it moved to another paper."""
_EDITS = [col(Change.field).not_like(f"{prefix}%") for prefix in (*KEPT_ROWS, MOVED)]


def uid_of(session: Session, number: int) -> str:
    """The permanent public id of an entity."""
    return session.get_one(Entity, number).uid


def newest_changes(session: Session, since: datetime | None) -> list[Any]:
    """Edits in the audit trail since a moment, newest first, without the rows that undo logged."""
    statement = change_rows().where(*_EDITS).order_by(col(Change.id).desc()).limit(MOST_CHANGES)
    if since is not None:
        statement = statement.where(col(Change.at) >= since)
    return list(rows(session, statement))


def whole_trail(session: Session, batch: int) -> list[Any]:
    """Every change of a batch in the order written, with the rows that undo removed."""
    return list(rows(session, change_rows().where(Change.batch_id == batch).order_by(col(Change.id))))


def batches_in_order(session: Session, since: datetime | None) -> list[Any]:
    """Every batch since a moment, oldest first, with its author and the batch that undid it."""
    return list(rows(session, select_batches(since).order_by(col(Batch.id))))


def made_by(session: Session, row: Any) -> Any:
    """When, by whom and in which batch an entity was created: (at, by, source, batch)."""
    number = getattr(row, "batch_id", None) or session.get_one(Entity, row.id).batch_id
    statement = (
        select_columns(
            col(Batch.started_at).label("at"),
            col(Actor.name).label("by"),
            col(Batch.source).label("source"),
            col(Batch.uid).label("batch"),
        )
        .select_from(Batch)
        .join(Actor, col(Actor.id) == col(Batch.actor_id))
        .where(Batch.id == number)
    )
    return next(iter(rows(session, statement)))


def places_ever_at(session: Session, taxon: Taxon) -> list[Any]:
    """Papers that were assigned to a taxon itself, with who assigned them and who ended it, oldest first."""
    ending, ender = aliased(Batch), aliased(Actor)
    statement = (
        select_columns(
            Paper.slug,
            Assignment.at,
            Assignment.source,
            Assignment.note,
            Assignment.ended_at,
            col(Actor.name).label("by"),
            col(Batch.uid).label("batch"),
            col(ender.name).label("ended_by"),
            col(ending.uid).label("ended"),
        )
        .select_from(Assignment)
        .join(Paper, col(Paper.id) == col(Assignment.paper_id))
        .join(Actor, col(Actor.id) == col(Assignment.actor_id))
        .join(Batch, col(Batch.id) == col(Assignment.batch_id))
        .join(ending, col(ending.id) == col(Assignment.ended_batch_id), isouter=True)
        .join(ender, col(ender.id) == col(ending.actor_id), isouter=True)
        .where(Assignment.taxon_id == taxon.id, Assignment.state == AssignmentState.PLACED)
        .order_by(col(Assignment.id))
    )
    return list(rows(session, statement))


def list_jobs(session: Session, limit: int) -> list[Job]:
    """Jobs, newest first."""
    return list(session.exec(select(Job).order_by(col(Job.id).desc()).limit(limit)))


def list_releases(session: Session) -> list[Release]:
    """All releases, oldest first."""
    return list(session.exec(select(Release).order_by(col(Release.id))))


def get_release(session: Session, name: str) -> Release:
    """The release with that name.

    Raises NotFoundError.
    """
    found = session.exec(select(Release).where(Release.name == name)).first()
    if found is None:
        raise NotFoundError(f"no release is called {name!r}; `wamkg release list` shows them")
    return found
