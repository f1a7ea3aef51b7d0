"""Actors, batches and changes: every write belongs to a batch, and every edit of a row is recorded."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col, select

from wamkg.errors import ConflictError
from wamkg.identifiers import new_uid
from wamkg.json_types import JSON, JsonObject
from wamkg.store.base import (
    RowValues,
    Selected,
    SortKey,
    chunks,
    get_by_prefix,
    paged,
    rows_as,
    select_columns,
    signed_rows,
    table_of,
)
from wamkg.store.papers import same_paper_uids
from wamkg.store.tables import (
    Actor,
    Assignment,
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
    Paper,
    Result,
    ReviewRound,
    Survey,
    Taxon,
    Taxonomy,
)
from wamkg.store.types import utc_now
from wamkg.vocabulary import AssignmentStatus, BatchKind


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
    """Later batches, not undone, that changed objections, questions, rounds or finds created by this one."""
    found: set[int] = set()
    for model in (Objection, IdentityQuestion, Notice, ReviewRound, Discovery):
        later = (
            select(Change.batch_id)
            .join(Batch, col(Batch.id) == col(Change.batch_id))
            .join(model, col(model.uid) == col(Change.subject_uid))
            .where(model.batch_id == batch.id, Change.batch_id != batch.id, col(Batch.undone_at).is_(None))
        )
        found |= set(session.exec(later))
    return found


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


KEPT_ROWS = ("removed.", "reopened.")
"""Prefixes of the fields of changes that store rows removed by undo."""
MOVED = "moved."
"""Prefix of the fields of changes that store what a merge changed in rows it moved to another paper."""
_EDITS = [col(Change.field).not_like(f"{prefix}%") for prefix in (*KEPT_ROWS, MOVED)]


def uid_of(session: Session, number: int) -> str:
    """The permanent public id of an entity."""
    return session.get_one(Entity, number).uid


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
