"""Actors and batches. Every write belongs to a batch, and every batch has an actor."""

from typing import Any

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from wamkg.identifiers import new_uid
from wamkg.store.by_uid import find_by_uid
from wamkg.store.tables import Actor, Batch, Change
from wamkg.store.types import utc_now
from wamkg.vocabulary import BatchKind


def get_actor(session: Session, name: str, kind: str = "program") -> Actor:
    """The actor with that name; created if it is new."""
    actor = session.exec(select(Actor).where(Actor.name == name)).first()
    return actor if actor is not None else _new_actor(session, name, kind)


def _new_actor(session: Session, name: str, kind: str) -> Actor:
    actor = Actor(uid=new_uid(), name=name, kind=kind)
    try:
        with session.begin_nested():
            session.add(actor)
            session.flush()
    except IntegrityError:
        # The same person, writing elsewhere at this moment, was first.
        return session.exec(select(Actor).where(Actor.name == name)).one()
    return actor


def open_batch(session: Session, kind: BatchKind, source: str, actor: Actor) -> Batch:
    """Create a batch. Close it with `close_batch` in the same transaction."""
    assert actor.id is not None
    batch = Batch(uid=new_uid(), kind=kind, source=source, actor_id=actor.id)
    session.add(batch)
    session.flush()
    return batch


def close_batch(session: Session, batch: Batch, counts: dict[str, Any]) -> None:
    """Mark the batch as complete and store what it did."""
    batch.counts = counts
    batch.finished_at = utc_now()
    session.add(batch)
    session.flush()


def drop_batch(session: Session, batch: Batch) -> None:
    """Delete a batch that wrote nothing, so that a second run leaves no trace."""
    session.delete(batch)
    session.flush()


def find_batch(session: Session, uid: str) -> Batch:
    """The batch with that id, or with a unique beginning of it.

    Raises NotFoundError if no batch or several match.
    """
    return find_by_uid(session, Batch, uid, "wamkg batches")


def list_batches(session: Session, limit: int = 50) -> list[Batch]:
    """Batches, newest first."""
    return list(session.exec(select(Batch).order_by(col(Batch.id).desc()).limit(limit)).all())


def record_change(session: Session, batch: Batch, field: str, **values: Any) -> None:
    """Append one row to the audit trail; `values` are columns of `change`."""
    assert batch.id is not None
    session.add(Change(uid=new_uid(), batch_id=batch.id, actor_id=batch.actor_id, field=field, **values))


def undone_by(session: Session, batch: Batch) -> str:
    """Name of the actor who undid a batch; of its author if that is not recorded."""
    undoing = session.get(Batch, batch.undone_by_id) if batch.undone_by_id is not None else None
    return session.get_one(Actor, (undoing or batch).actor_id).name


def kinds_since(session: Session, number: int) -> set[str]:
    """Kinds of the batches newer than the one with that number."""
    return set(session.exec(select(Batch.kind).where(col(Batch.id) > number).distinct()).all())


def latest_write(session: Session) -> int:
    """Number of the newest batch that wrote training data for suggestions; 0 if there is none."""
    derived = (BatchKind.SUGGEST, BatchKind.EMBED, BatchKind.EXPORT)
    newest = session.exec(select(func.max(col(Batch.id))).where(col(Batch.kind).not_in(derived))).one()
    return newest or 0
