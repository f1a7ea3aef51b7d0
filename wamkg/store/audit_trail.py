"""The audit trail as it is read: batches, changes, who created a row and who placed a paper."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col, select

from wamkg.json_types import JSON, JsonObject
from wamkg.store.base import (
    Selected,
    SortKey,
    chunks,
    paged,
    rows_as,
    select_columns,
    signed_rows,
)
from wamkg.store.batches import KEPT_ROWS, MOVED
from wamkg.store.papers import same_paper_uids
from wamkg.store.tables import (
    Actor,
    Assignment,
    Batch,
    Change,
    Entity,
    Paper,
    Taxon,
)
from wamkg.vocabulary import AssignmentStatus


class ChangeRow(NamedTuple):
    """A row of the audit trail with its author and batch."""

    id: int
    uid: str
    at: datetime
    subject_uid: str | None
    field: str
    before: JSON
    after: JSON
    why: str
    by: str
    batch: str
    batch_kind: str


class BatchRow(NamedTuple):
    """A batch with its author and the batch that undid it."""

    id: int
    uid: str
    kind: str
    source: str
    by: str
    started_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
    undone_by: str | None
    counts: JsonObject


class CreationRow(NamedTuple):
    """When, by whom and in which batch something was created."""

    at: datetime
    by: str
    source: str
    batch: str


class PlacementRow(NamedTuple):
    """A paper that was assigned to a taxon: who did it, and who ended it."""

    slug: str
    at: datetime
    source: str
    note: str | None
    ended_at: datetime | None
    by: str
    batch: str
    ended_by: str | None
    ended: str | None


def changes_of(session: Session, uids: Iterable[str]) -> dict[str, list[ChangeRow]]:
    """Rows of the audit trail about each entity, or about a paper merged into it, oldest first."""
    owners = same_paper_uids(session, uids)
    found: dict[str, list[ChangeRow]] = {}
    for part in chunks(owners):
        for row in _changes(session, change_rows().where(col(Change.subject_uid).in_(part))):
            found.setdefault(owners[row.subject_uid or ""], []).append(row)
    return {uid: sorted(changes, key=lambda change: change.id) for uid, changes in found.items()}


def undone_among(session: Session, uids: Iterable[str]) -> set[str]:
    """Those of the batches that were undone."""
    found: set[str] = set()
    for part in chunks(set(uids)):
        found.update(session.exec(select(Batch.uid).where(col(Batch.uid).in_(part), col(Batch.undone_at).is_not(None))))
    return found


def _changes(session: Session, statement: Selected) -> list[ChangeRow]:
    return rows_as(session, statement, ChangeRow._make)


def change_rows() -> Selected:
    """A select over the audit trail with author and batch."""
    statement = select_columns(
        Change.id,
        Change.uid,
        Change.at,
        Change.subject_uid,
        Change.field,
        Change.before,
        Change.after,
        Change.why,
        col(Actor.name).label("by"),
        col(Batch.uid).label("batch"),
        col(Batch.kind).label("batch_kind"),
    ).select_from(Change)
    return signed_rows(statement, Change.batch_id, Change.actor_id)


def batch_rows(session: Session, limit: int, since: datetime | None = None) -> list[BatchRow]:
    """The newest batches."""
    return rows_as(session, select_batches(since).order_by(col(Batch.id).desc()).limit(limit), BatchRow._make)


After = tuple[datetime, str] | None
"""Time and id of the last row of the page before."""


def page_of_batches(session: Session, since: datetime | None, after: After, limit: int) -> list[BatchRow]:
    """Up to `limit` batches since a moment, newest first, after the one with that time and id."""
    order = (SortKey(col(Batch.started_at), descending=True), SortKey(col(Batch.uid)))
    return rows_as(session, paged(select_batches(since), order, after, limit), BatchRow._make)


def count_changes(session: Session, since: datetime | None) -> int:
    """Number of batches and of edits since a moment, without the rows that undo logged."""
    edits = select_columns(func.count()).select_from(Change).where(*_EDITS)
    batches = select_columns(func.count()).select_from(Batch)
    if since is not None:
        edits, batches = edits.where(col(Change.at) >= since), batches.where(col(Batch.started_at) >= since)
    return sum(int(session.connection().execute(statement).scalar_one()) for statement in (edits, batches))


def select_batches(since: datetime | None) -> Selected:
    """A select over batches, all or those since a moment, with the author of each and the batch that undid it."""
    undoing = aliased(Batch)
    statement: Selected = (
        select_columns(
            Batch.id,
            Batch.uid,
            Batch.kind,
            Batch.source,
            col(Actor.name).label("by"),
            Batch.started_at,
            Batch.finished_at,
            Batch.undone_at,
            col(undoing.uid).label("undone_by"),
            Batch.counts,
        )
        .select_from(Batch)
        .join(Actor, col(Actor.id) == col(Batch.actor_id))
        .join(undoing, col(undoing.id) == col(Batch.undone_by_id), isouter=True)
    )
    return statement if since is None else statement.where(col(Batch.started_at) >= since)


_EDITS = [col(Change.field).not_like(f"{prefix}%") for prefix in (*KEPT_ROWS, MOVED)]


def uids_of(session: Session, numbers: Iterable[int]) -> dict[int, str]:
    """The permanent public id of each entity."""
    found: dict[int, str] = {}
    for part in chunks(numbers):
        found |= dict(session.exec(select_columns(Entity.id, Entity.uid).where(col(Entity.id).in_(part))).all())
    return found


def page_of_changes(session: Session, since: datetime | None, after: After, limit: int) -> list[ChangeRow]:
    """Up to `limit` edits in the audit trail since a moment, newest first, after the one with that time and id.

    The rows that undo logged are left out.
    """
    statement = change_rows().where(*_EDITS)
    if since is not None:
        statement = statement.where(col(Change.at) >= since)
    order = (SortKey(col(Change.at), descending=True), SortKey(col(Change.uid)))
    return _changes(session, paged(statement, order, after, limit))


def whole_trail(session: Session, batch: int) -> list[ChangeRow]:
    """Every change of a batch in the order written, with the rows that undo removed."""
    return _changes(session, change_rows().where(col(Change.batch_id) == batch).order_by(col(Change.id)))


def batches_in_order(session: Session, since: datetime | None) -> list[BatchRow]:
    """Every batch since a moment, oldest first, with its author and the batch that undid it."""
    return rows_as(session, select_batches(since).order_by(col(Batch.id)), BatchRow._make)


def made_by(session: Session, row: SQLModel) -> CreationRow:
    """When, by whom and in which batch an entity was created."""
    number = getattr(row, "batch_id", None) or session.get_one(Entity, getattr(row, "id")).batch_id  # noqa: B009
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
    return rows_as(session, statement, CreationRow._make)[0]


def places_ever_at(session: Session, taxon: Taxon) -> list[PlacementRow]:
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
        .where(Assignment.taxon_id == taxon.id, Assignment.status == AssignmentStatus.PLACED)
        .order_by(col(Assignment.id))
    )
    return rows_as(session, statement, PlacementRow._make)
