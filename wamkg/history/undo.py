"""Taking a batch back whole: restore what it edited, delete what it wrote, reopen what it ended, pick values again."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Table, and_, or_, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col
from sqlmodel import select as select_model

from wamkg.errors import ConflictError
from wamkg.store.batches import close_batch, open_batch, record_change
from wamkg.store.bulk import chunks, table_of
from wamkg.store.edits import batches_that_edited_rows_of, restore_rows
from wamkg.store.paper_state import PaperState, load_states
from wamkg.store.paper_write import Shown, delete_orphans, raise_versions, write_shown
from wamkg.store.search import remove_texts
from wamkg.store.tables import (
    Actor,
    Assignment,
    Authorship,
    Batch,
    Change,
    Embedding,
    Entity,
    Event,
    Fact,
    Link,
    Paper,
    Suggestion,
    Weblink,
    Work,
    metadata,
)
from wamkg.store.taxon_reads import batches_that_changed_taxa, moved_below_taxa_of, tree_problems
from wamkg.store.types import utc_now
from wamkg.store.work import forget_since
from wamkg.vocabulary import BatchKind, Relation

_KEPT = {"batch", "change", "actor", "release"}
"""Tables that undo never deletes from: the record of what happened outlives what happened."""
_BEFORE_SHOWN = ("fact", "event")
"""Tables the shown values are picked from: emptied first, so that nothing shown refers to what is to go."""
_DERIVED = ((Suggestion, "paper_id"), (Work, "paper_id"), (Authorship, "paper_id"), (Embedding, "entity_id"))
"""Rows computed from a paper or taxon; they go with it and can be computed again."""


def undo_batch(
    session: Session, batch: Batch, actor: Actor, show: Callable[[PaperState], Shown], why: str = ""
) -> dict[str, int]:
    """Take back everything a batch wrote; returns rows removed by table.

    `show` picks the values to be shown of a paper from what is left of its facts (`matching.show.shown_values`).

    Raises ConflictError when the batch is already undone or later writes depend on it, naming their batches.
    """
    if batch.undone_at is not None:
        raise ConflictError(f"batch {batch.uid} is already undone")
    _refuse_if_needed(session, batch)
    undoing = open_batch(session, BatchKind.UNDO, batch.uid, actor)
    touched = _touched_papers(session, batch)
    replaced = _placed_papers(session, batch)
    doomed = _papers_of(session, batch)
    restored = restore_rows(session, batch)
    _delete_derived(session, batch, doomed)
    counts = _delete_rows(session, batch, _BEFORE_SHOWN)
    _reopen(session, batch, _BEFORE_SHOWN)
    _show_again(session, touched - doomed, show)
    counts |= _delete_rows(session, batch, None)
    delete_orphans(session)
    _reopen(session, batch, None)
    raise_versions(session, replaced - doomed)
    if restored:
        counts["values restored"] = restored
    _refuse_broken_trees(session, batch)
    if batch.kind == BatchKind.ENRICH:
        forget_since(session, batch.started_at)
    batch.undone_at, batch.undone_by_id = utc_now(), undoing.id
    session.add(batch)
    record_change(session, undoing, "undo", before=batch.counts, after=counts, subject_uid=batch.uid, why=why)
    close_batch(session, undoing, dict(counts))
    session.refresh(actor)
    return counts


def _show_again(session: Session, papers: set[int], show: Callable[[PaperState], Shown]) -> None:
    session.expire_all()
    states = load_states(session, papers)
    write_shown(session, list(states.values()), [show(s) for s in states.values()])


def _refuse_broken_trees(session: Session, batch: Batch) -> None:
    problem = next(iter(tree_problems(session)), None)
    if problem is None:
        return
    later = batches_that_changed_taxa(session, batch)
    raise ConflictError(f"later edits depend on {batch.uid} ({problem}); undo them first: {', '.join(later)}")


def _tables() -> list[Table]:
    """Tables whose rows belong to batches, dependants first."""
    return [t for t in reversed(metadata.sorted_tables) if "batch_id" in t.c and t.name not in _KEPT]


def _refuse_if_needed(session: Session, batch: Batch) -> None:
    """Refuse when rows of other batches point at rows of this one."""
    blockers: set[int] = set()
    mine = {t.name: t for t in _tables()}
    for table in mine.values():
        for key in table.foreign_keys:
            target = _batch_carrier(key.column.table)
            if target is None or table.name == key.column.table.name == "entity":
                continue
            blockers |= set(session.connection().execute(_dependants(table, key, target, batch)).scalars())
    blockers |= _reassigned(session, batch) | batches_that_edited_rows_of(session, batch)
    if moved_below_taxa_of(session, batch):
        later = ", ".join(batches_that_changed_taxa(session, batch))
        raise ConflictError(f"taxa were moved below those that {batch.uid} made; undo that first: {later}")
    if blockers:
        uids = session.exec(select_model(Batch.uid).where(col(Batch.id).in_(blockers)).order_by(Batch.uid)).all()
        raise ConflictError(f"later batches depend on {batch.uid}; undo them first: {', '.join(uids)}")


def _batch_carrier(target: Table) -> Table | None:
    """The table that says which batch made a row of `target`: itself, or `entity` for things that share its key."""
    if target.name in _KEPT:
        return None
    return target if "batch_id" in target.c else table_of(Entity)


def _dependants(table: Table, key: Any, target: Table, batch: Batch) -> Any:
    made = select(target.c.id).where(target.c.batch_id == batch.id)
    condition = and_(key.parent.in_(made), table.c.batch_id != batch.id)
    return select(table.c.batch_id).where(condition).distinct()


def _reassigned(session: Session, batch: Batch) -> set[int]:
    """Batches that placed a paper again after this one ended its placement."""
    ended, later = table_of(Assignment), table_of(Assignment).alias()
    statement = select(later.c.batch_id).where(
        ended.c.ended_batch_id == batch.id,
        later.c.paper_id == ended.c.paper_id,
        later.c.taxonomy_id == ended.c.taxonomy_id,
        later.c.ended_at.is_(None),
        later.c.batch_id > batch.id,
    )
    mine = table_of(Assignment)
    replaced = select(mine.c.ended_batch_id).where(mine.c.batch_id == batch.id, mine.c.ended_batch_id != batch.id)
    return set(session.connection().execute(statement.union(replaced)).scalars())


def _papers_of(session: Session, batch: Batch) -> set[int]:
    entity, paper = table_of(Entity), table_of(Paper)
    statement = select(paper.c.id).join(entity, entity.c.id == paper.c.id).where(entity.c.batch_id == batch.id)
    return set(session.connection().execute(statement).scalars())


def _touched_papers(session: Session, batch: Batch) -> set[int]:
    """Papers whose shown values or search text may change."""
    fact, event, paper = table_of(Fact), table_of(Event), table_of(Paper)
    facts = select(fact.c.subject_id).join(paper, paper.c.id == fact.c.subject_id).where(fact.c.batch_id == batch.id)
    events = select(event.c.paper_id).where(or_(event.c.batch_id == batch.id, event.c.ended_batch_id == batch.id))
    link, entity, change = table_of(Link), table_of(Entity), table_of(Change)
    renamed = (
        select(link.c.source_id)
        .join(entity, entity.c.id == link.c.target_id)
        .join(change, change.c.subject_uid == entity.c.uid)
        .where(change.c.batch_id == batch.id, change.c.field == "method.name", link.c.relation == Relation.PROPOSES)
    )
    return set(session.connection().execute(facts.union(events, renamed)).scalars())


def _placed_papers(session: Session, batch: Batch) -> set[int]:
    """Papers whose places or addresses the batch made or ended."""
    found: set[int] = set()
    for model in (Assignment, Weblink):
        table = table_of(model)
        mine = or_(table.c.batch_id == batch.id, table.c.ended_batch_id == batch.id)
        found |= set(session.connection().execute(select(table.c.paper_id).where(mine)).scalars())
    return found


def _delete_derived(session: Session, batch: Batch, papers: set[int]) -> None:
    for part in chunks(papers):
        remove_texts(session, part)
    entity = table_of(Entity)
    made = select(entity.c.id).where(entity.c.batch_id == batch.id)
    for model, owner in _DERIVED:
        table = table_of(model)
        session.connection().execute(table.delete().where(table.c[owner].in_(made)))


def _delete_rows(session: Session, batch: Batch, only: tuple[str, ...] | None) -> dict[str, int]:
    """Delete the batch's rows, dependants first; `only` names the tables, None means all that are left."""
    counts = {}
    entity = table_of(Entity)
    made = select(entity.c.id).where(entity.c.batch_id == batch.id)
    for table in reversed(metadata.sorted_tables):
        if table.name in _KEPT or (only is not None and table.name not in only):
            continue
        if "batch_id" in table.c:
            condition = table.c.batch_id == batch.id
        elif "id" in table.c and any(key.column.table is entity for key in table.c.id.foreign_keys):
            condition = table.c.id.in_(made)
        else:
            continue
        removed = session.connection().execute(table.delete().where(condition)).rowcount
        if removed:
            counts[str(table.name)] = removed
    return counts


def _reopen(session: Session, batch: Batch, only: tuple[str, ...] | None) -> None:
    """Let what the batch ended hold again; `only` names the tables, None means all."""
    for table in metadata.sorted_tables:
        if "ended_batch_id" in table.c and (only is None or table.name in only):
            ended = table.update().where(table.c.ended_batch_id == batch.id)
            try:
                session.connection().execute(ended.values(ended_at=None, ended_batch_id=None))
            except IntegrityError as error:
                raise ConflictError(f"later edits took the place of what {batch.uid} ended; undo them first") from error
    session.expire_all()
