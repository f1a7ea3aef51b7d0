"""Actors, batches and changes: every write belongs to a batch, and every edit of a row is recorded."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col, select

from wamkg.errors import ConflictError
from wamkg.identifiers import new_uid
from wamkg.json_types import JSON, JsonObject
from wamkg.store.base import (
    RowValues,
    get_by_prefix,
    table_of,
)
from wamkg.store.tables import (
    Actor,
    Batch,
    Benchmark,
    Challenge,
    Change,
    Concept,
    Dataset,
    Discovery,
    Entity,
    IdentityQuestion,
    Institution,
    Method,
    Metric,
    Notice,
    Objection,
    Proposal,
    Result,
    ReviewRound,
    Survey,
    Taxon,
    Taxonomy,
)
from wamkg.store.types import utc_now
from wamkg.vocabulary import PROGRAM, BatchKind


def get_actor(session: Session, name: str, kind: str = PROGRAM) -> Actor:
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


def unfinished_batch(session: Session, kind: BatchKind, source: str) -> Batch | None:
    """The newest batch of a kind and source that was begun and never closed."""
    begun = select(Batch).where(Batch.kind == kind, Batch.source == source, col(Batch.finished_at).is_(None))
    return session.exec(begun.order_by(col(Batch.id).desc())).first()


def close_batch(session: Session, batch: Batch, counts: Mapping[str, JSON]) -> None:
    """Mark the batch as complete and store what it did."""
    batch.counts = dict(counts)
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
    return get_by_prefix(session, Batch, uid, "wamkg batches")


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


_NAMED = frozenset({"name", "key"})
EDITABLE: dict[type[SQLModel], frozenset[str]] = {
    Taxon: frozenset(
        {"name", "slug", "path", "parent_id", "depth", "position", "code", "definition", "include", "exclude"}
    ),
    Taxonomy: frozenset({"title", "description", "rules"}),
    Method: _NAMED,
    Dataset: _NAMED,
    Benchmark: _NAMED,
    Metric: _NAMED | {"unit", "higher_is_better", "low", "high"},
    Institution: _NAMED | {"short_name"},
    Challenge: _NAMED | {"definition"},
    Concept: _NAMED | {"definition", "formula"},
    Result: frozenset(
        {
            "method_id",
            "suite",
            "split",
            "metric_id",
            "value",
            "reported_by_id",
            "reported_url",
            "reported_location",
            "party",
            "caveat",
        }
    ),
    Objection: frozenset({"status", "answer", "decided_by_id", "decision"}),
    IdentityQuestion: frozenset({"status", "wrong_ids", "note", "answer_batch"}),
    Notice: frozenset({"status"}),
    Proposal: frozenset({"status", "answer", "decision"}),
    Discovery: frozenset({"outcome", "paper_id"}),
    ReviewRound: frozenset({"status"}),
    Survey: frozenset(
        {
            "title",
            "short_name",
            "abstract",
            "citation",
            "home_page",
            "main_taxonomy",
            "date_rule",
            "authors",
            "outside_kinds",
            "branches",
            "definitions",
            "routes",
        }
    ),
}
"""Columns that are edited in place. All other values are rows that are appended and ended."""
_BY_NAME = {str(table_of(model).name): model for model in EDITABLE}
KEPT_ROWS = ("removed.", "reopened.")
"""Prefixes of the fields of changes that store rows removed by undo."""
MOVED = "moved."
"""Prefix of the fields of changes that store what a merge changed in rows it moved to another paper."""


def uid_of_row(session: Session, row: SQLModel) -> str:
    """Permanent public id of a row: its own or its entity's."""
    own = getattr(row, "uid", None)
    return str(own) if own is not None else session.get_one(Entity, getattr(row, "id")).uid  # noqa: B009


def update_row(
    session: Session, batch: Batch, row: SQLModel, values: RowValues, why: str = ""
) -> dict[str, tuple[Any, Any]]:
    """Set columns of a row and record the old values; returns (before, after) for each column that changed."""
    model = type(row)
    changed = {name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return {}
    uid = uid_of_row(session, row)
    for name, (before, after) in changed.items():
        assert name in EDITABLE[model], f"{model.__name__}.{name} is not edited in place"
        field = f"{table_of(model).name}.{name}"
        record_change(session, batch, field, subject_uid=uid, before=before, after=after, why=why)
        setattr(row, name, after)
    setattr(row, "revision", getattr(row, "revision") + 1)  # noqa: B009, B010
    session.add(row)
    session.flush()
    return changed


def before_edits(session: Session, model: type[SQLModel]) -> dict[str, JsonObject]:
    """Original values of the edited columns of a table, by the permanent ids of the rows."""
    table = f"{table_of(model).name}."
    edits = select(Change.subject_uid, Change.field, Change.before).where(col(Change.field).startswith(table))
    first: dict[str, JsonObject] = {}
    for uid, field, before in session.exec(edits.order_by(col(Change.id))):
        first.setdefault(str(uid), {}).setdefault(field.removeprefix(table), before)
    return first


def edits_of(session: Session, batch: Batch) -> list[Change]:
    """The in-place edits of a batch, oldest first."""
    changes = session.exec(select(Change).where(Change.batch_id == batch.id).order_by(col(Change.id)))
    return [change for change in changes if model_of_field(change.field) is not None]


def restore_rows(session: Session, batch: Batch) -> int:
    """Restore the previous value of every column that a batch changed; returns their number.

    Raises ConflictError, which names the batches, if a later one changed the same column, and IntegrityError if a later
    one uses the path to restore.
    """
    changes = edits_of(session, batch)
    later = {uid for change in changes if (uid := _changed_later(session, change))}
    if later:
        raise ConflictError(f"later batches changed the same values; undo them first: {', '.join(sorted(later))}")
    for change in reversed(changes):
        _restore(session, change)
    return len(changes)


def model_of_field(field: str) -> type[SQLModel] | None:
    """The model whose column a change edited in place, from the change's `field`; None for other changes."""
    table, _, column = field.partition(".")
    model = _BY_NAME.get(table)
    return model if model is not None and column in EDITABLE[model] else None


def _restore(session: Session, change: Change) -> None:
    row = find_row(session, model_of_field(change.field), change.subject_uid)
    if row is not None:
        setattr(row, change.field.partition(".")[2], change.before)
        setattr(row, "revision", getattr(row, "revision") + 1)  # noqa: B009, B010
        session.add(row)
        session.flush()


def find_row(session: Session, model: Any, uid: str | None) -> Any:
    """The row of a model with that permanent public id, or None."""
    if hasattr(model, "uid"):
        return session.exec(select(model).where(model.uid == uid)).first()
    return session.exec(select(model).join(Entity, col(Entity.id) == model.id).where(Entity.uid == uid)).first()


def _changed_later(session: Session, change: Change) -> str | None:
    later = (
        select(Batch.uid)
        .join(Change, col(Change.batch_id) == col(Batch.id))
        .where(
            Change.subject_uid == change.subject_uid,
            Change.field == change.field,
            col(Change.id) > change.id,
            Change.batch_id != change.batch_id,
            col(Batch.undone_at).is_(None),
        )
    )
    return session.exec(later.order_by(col(Change.id).desc())).first()


def end_rows(session: Session, batch: Batch, model: type[SQLModel], numbers: Iterable[int]) -> int:
    """End rows. They stay in the table, and undoing the batch makes them live again. Returns their number."""
    wanted = list(numbers)
    if wanted:
        table = table_of(model)
        values = {"ended_at": batch.started_at, "ended_batch_id": batch.id}
        session.connection().execute(table.update().where(table.c.id.in_(wanted)).values(**values))
    return len(wanted)


def batches_that_edited_rows_of(session: Session, batch: Batch) -> set[int]:
    """Later batches, not undone, that changed objections, questions, rounds, finds or proposals created by this one."""
    found: set[int] = set()
    for model in (Objection, IdentityQuestion, Notice, ReviewRound, Discovery, Proposal):
        later = (
            select(Change.batch_id)
            .join(Batch, col(Batch.id) == col(Change.batch_id))
            .join(model, col(model.uid) == col(Change.subject_uid))
            .where(model.batch_id == batch.id, Change.batch_id != batch.id, col(Batch.undone_at).is_(None))
        )
        found |= set(session.exec(later))
    return found
