"""In-place edits of single rows. Each change is recorded, so it can be shown and undone."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from wamkg.errors import ConflictError
from wamkg.store.batches import record_change
from wamkg.store.bulk import table_of
from wamkg.store.tables import (
    Batch,
    Benchmark,
    Challenge,
    Change,
    Concept,
    Dataset,
    Entity,
    IdentityQuestion,
    Institution,
    Method,
    Metric,
    Objection,
    Result,
    ReviewRound,
    Taxon,
    Taxonomy,
)

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
    Institution: _NAMED | {"mark"},
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
            "reported_where",
            "party",
            "oddity",
        }
    ),
    Objection: frozenset({"status", "answer", "decided_by_id", "decision"}),
    IdentityQuestion: frozenset({"status", "wrong_ids", "note", "answer_batch"}),
    ReviewRound: frozenset({"status"}),
}
"""Columns that are edited in place. All other values are rows that are appended and ended."""
_BY_NAME = {str(table_of(model).name): model for model in EDITABLE}


def uid_of_row(session: Session, row: SQLModel) -> str:
    """Permanent public id of a row: its own or its entity's."""
    own = getattr(row, "uid", None)
    return str(own) if own is not None else session.get_one(Entity, getattr(row, "id")).uid  # noqa: B009


def update_row(
    session: Session, batch: Batch, row: SQLModel, values: Mapping[str, Any], why: str = ""
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
    setattr(row, "version", getattr(row, "version") + 1)  # noqa: B009, B010
    session.add(row)
    session.flush()
    return changed


def before_edits(session: Session, model: type[SQLModel]) -> dict[str, dict[str, Any]]:
    """Original values of the edited columns of a table, by the permanent ids of the rows."""
    table = f"{table_of(model).name}."
    edits = select(Change.subject_uid, Change.field, Change.before).where(col(Change.field).startswith(table))
    first: dict[str, dict[str, Any]] = {}
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
        setattr(row, "version", getattr(row, "version") + 1)  # noqa: B009, B010
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
    """Later batches, not undone, that changed objections, questions or rounds created by this one."""
    found: set[int] = set()
    for model in (Objection, IdentityQuestion, ReviewRound):
        later = (
            select(Change.batch_id)
            .join(Batch, col(Batch.id) == col(Change.batch_id))
            .join(model, col(model.uid) == col(Change.subject_uid))
            .where(model.batch_id == batch.id, Change.batch_id != batch.id, col(Batch.undone_at).is_(None))
        )
        found |= set(session.exec(later))
    return found
