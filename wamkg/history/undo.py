"""Undoes a batch as a whole: restores what it edited, deletes what it wrote, reopens what it ended, resolves values
again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Table, and_, select, union
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col
from sqlmodel import select as select_model

from wamkg.errors import ConflictError
from wamkg.history.scope import (
    BEFORE_SHOWN,
    KEPT,
    Rows,
    affected_papers,
    delete_computed_rows,
    delete_rows,
    later_writers,
    papers_of,
    placed_papers,
    reopen_rows,
    resolve_again,
    rows_ended,
    rows_made,
)
from wamkg.history.undo_log import log_removed_rows, log_reopened_rows
from wamkg.store.assignments import new_violations, restore_assignments, rule_violations
from wamkg.store.base import table_of
from wamkg.store.batches import (
    batches_that_edited_rows_of,
    close_batch,
    edits_of,
    model_of_field,
    open_batch,
    record_change,
    restore_rows,
)
from wamkg.store.claims import bump_revisions, delete_unused_authors_and_venues, let_go_of_ids
from wamkg.store.decisions import lock_papers
from wamkg.store.duplicates import batch_of_pair, load_work_groups, slug_of
from wamkg.store.merges import Merged, give_back, read_merge, refuse_after_writes, refuse_before_merges
from wamkg.store.objections import concurrent_decision_batches, objecting_batches
from wamkg.store.questions import answered_in, batches_resting_on_answers
from wamkg.store.session import one_writer
from wamkg.store.tables import Actor, Adjudication, Assignment, Batch, Change, Entity, Judgement, Taxon, Vote, metadata
from wamkg.store.tasks import forget_papers, reset_tasks_since
from wamkg.store.taxonomies import list_taxonomies
from wamkg.store.taxonomy_edits import (
    batches_that_changed_taxa,
    detach_paths,
    lock_taxonomy,
    moved_below_taxa_of,
    rebuild_paths,
    taxa_changed_since,
    tree_problems,
)
from wamkg.store.types import utc_now
from wamkg.vocabulary import BatchKind


def undo_batch(session: Session, batch: Batch, actor: Actor, why: str = "") -> dict[str, int]:
    """Undo everything a batch wrote; returns the number of removed rows per table.

    Raises ConflictError, which names the batches, if the batch is already undone or later writes depend on it.
    """
    one_writer(session)
    _lock_affected_rows(session, batch)
    if batch.undone_at is not None:
        raise ConflictError(f"batch {batch.uid} is already undone")
    if batch.kind == BatchKind.UNDO:
        raise ConflictError(
            f"batch {batch.uid} is an undo of {batch.source} and cannot be undone; repeat the original action instead"
        )
    mine = select(table_of(Batch).c.id).where(table_of(Batch).c.id == batch.id)
    made, ended = rows_made(session, mine), rows_ended(session, mine)
    joined = _refuse_to_part(session, batch)
    _refuse_if_needed(session, batch, _names(made))
    undoing = open_batch(session, BatchKind.UNDO, batch.uid, actor)
    keep = partial(log_removed_rows, session, undoing, batch)
    reopening = partial(log_reopened_rows, session, undoing, batch)
    touched = affected_papers(session, mine)
    replaced = placed_papers(session, mine)
    doomed, broken = papers_of(session, mine), rule_violations(session)
    asked_of = [question.paper_id for question in answered_in(session, batch.uid)]
    if joined is not None:
        touched |= give_back(session, joined)
    restore_assignments(session, batch, partial(reopening, table_of(Assignment)))
    with _conflicts_with_later_rows(session, batch, ended):
        restored = restore_rows(session, batch)
    delete_computed_rows(session, mine, doomed, keep)
    counts = delete_rows(session, made, BEFORE_SHOWN, keep)
    reopen_rows(session, ended, BEFORE_SHOWN, reopening)
    let_go_of_ids(session, doomed)
    resolve_again(session, touched - doomed)
    counts |= delete_rows(session, made, None, keep)
    delete_unused_authors_and_venues(session)
    # Where these stood may be taken by now, and their parents may be elsewhere.
    reopened = set(detach_paths(session, table_of(Taxon).c.ended_batch_id.in_(mine)))
    with _conflicts_with_later_rows(session, batch, ended):
        reopen_rows(session, ended, None, reopening)
    bump_revisions(session, (replaced | (joined.papers if joined else set())) - doomed)
    if restored:
        counts["values restored"] = restored
    with _conflicts_with_later_rows(session, batch, ended):
        _rebuild_paths(session, batch, reopened)
    _refuse_broken_trees(session, batch)
    _check_rules(session, batch, broken)
    if "judgement" in _names(made) | _names(ended):
        _refuse_contradictions(session, batch)
    if batch.kind == BatchKind.ENRICH:
        reset_tasks_since(session, batch.started_at)
    forget_papers(session, asked_of)
    batch.undone_at, batch.undone_by_id = utc_now(), undoing.id
    session.add(batch)
    record_change(session, undoing, "undo", before=batch.counts, after=counts, subject_uid=batch.uid, why=why)
    close_batch(session, undoing, dict(counts))
    session.refresh(actor)
    return counts


def _refuse_to_part(session: Session, batch: Batch) -> Merged | None:
    """The record of a batch that merged papers, None for another batch. Raises if later batches depend on the merge."""
    refuse_before_merges(session, batch)
    if batch.kind != BatchKind.MERGE or batch.id is None:
        return None
    refuse_after_writes(session, batch)
    return read_merge(session, batch.id)


def _lock_affected_rows(session: Session, batch: Batch) -> None:
    """Lock the batch, its taxonomies and its papers until the end, in the same order as decisions do."""
    session.refresh(batch, with_for_update=True)
    mine = select(table_of(Batch).c.id).where(table_of(Batch).c.id == batch.id)
    for taxonomy in list_taxonomies(session):
        assert taxonomy.id is not None
        lock_taxonomy(session, taxonomy.id, editing=batch.kind == BatchKind.TAXONOMY)
    lock_papers(session, affected_papers(session, mine) | placed_papers(session, mine))


def _rebuild_paths(session: Session, batch: Batch, reopened: set[int]) -> None:
    uids = {change.subject_uid for change in edits_of(session, batch) if change.field == "taxon.path"}
    moved = set(session.exec(select_model(Entity.id).where(col(Entity.uid).in_(uids))).all()) if uids else set()
    numbers = reopened | {number for number in moved if number is not None}
    if numbers:
        rebuild_paths(session, numbers, taxa_changed_since(session, batch))


@contextmanager
def _conflicts_with_later_rows(session: Session, batch: Batch, ended: Rows) -> Iterator[None]:
    """Reject an undo if later batches took a path, URL or assignment that it would restore. Names the batches."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        later = ", ".join(batches_that_changed_taxa(session, batch) + later_writers(session, batch, ended))
        raise ConflictError(
            f"later edits conflict with what the undo of {batch.uid} would restore; undo them first: {later}"
        ) from error


def _refuse_broken_trees(session: Session, batch: Batch) -> None:
    problem = next(iter(tree_problems(session)), None)
    if problem is None:
        return
    later = batches_that_changed_taxa(session, batch)
    raise ConflictError(f"later edits depend on {batch.uid} ({problem}); undo them first: {', '.join(later)}")


def _check_rules(session: Session, batch: Batch, before: dict[str, str]) -> None:
    """Reject an undo after which a paper would violate a rule, because a later assignment was made in view of this
    batch.
    """
    for paper, problem in new_violations(session, before).items():
        raise ConflictError(
            f"without batch {batch.uid}, {paper} would violate a rule: {problem}; undo or change that assignment first"
        )


def _refuse_contradictions(session: Session, batch: Batch) -> None:
    """Reject an undo if a restored judgement contradicts a later one."""
    works = load_work_groups(session)
    for left, right in works.contradictions():
        later = sorted({batch_of_pair(session, pair) for pair in works.chain((left, right))})
        named = f"{slug_of(session, left)} and {slug_of(session, right)}"
        raise ConflictError(
            f"later judgements make {named} one work, which {batch.uid} says otherwise of; undo one of them first: "
            f"{', '.join(later)}"
        )


def _tables() -> list[Table]:
    """Tables whose rows belong to batches, dependent tables first."""
    return [t for t in reversed(metadata.sorted_tables) if "batch_id" in t.c and t.name not in KEPT]


def _refuse_if_needed(session: Session, batch: Batch, made: set[str]) -> None:
    """Reject an undo if rows of other batches refer to rows of this one, in the tables `made`."""
    asked = [
        _dependants(table, key, target, batch)
        for table in _tables()
        for key in table.foreign_keys
        if (target := _batch_carrier(key.column.table)) is not None
        and target.name in made
        and not table.name == key.column.table.name == "entity"
    ]
    blockers = set(session.connection().execute(union(*asked)).scalars()) if asked else set()
    blockers |= _batches_reassigning(session, batch) | batches_that_edited_rows_of(session, batch)
    blockers |= objecting_batches(session, batch) | concurrent_decision_batches(session, batch)
    blockers |= batches_resting_on_answers(session, batch)
    if moved_below_taxa_of(session, batch):
        later = ", ".join(batches_that_changed_taxa(session, batch))
        raise ConflictError(f"taxa were moved below those that {batch.uid} made; undo that first: {later}")
    if blockers:
        uids = session.exec(select_model(Batch.uid).where(col(Batch.id).in_(blockers)).order_by(Batch.uid)).all()
        raise ConflictError(f"later batches depend on {batch.uid}; undo them first: {', '.join(uids)}")


def _batch_carrier(target: Table) -> Table | None:
    """The table that names the batch of a row of `target`: itself, or `entity` for entities that share its key."""
    if target.name in KEPT:
        return None
    return target if "batch_id" in target.c else table_of(Entity)


def _dependants(table: Table, key: Any, target: Table, batch: Batch) -> Any:
    made = select(target.c.id).where(target.c.batch_id == batch.id)
    condition = and_(key.parent.in_(made), table.c.batch_id != batch.id)
    if model_of_field(f"{table.name}.{key.parent.name}") is not None and "uid" in table.c:
        # What this batch itself set in an older row is restored.
        change = table_of(Change)
        own = change.c.batch_id == batch.id, change.c.field == f"{table.name}.{key.parent.name}"
        condition = and_(condition, table.c.uid.not_in(select(change.c.subject_uid).where(*own)))
    return select(table.c.batch_id).where(condition).distinct()


def _batches_reassigning(session: Session, batch: Batch) -> set[int]:
    """Batches that assigned a paper again after this one ended its assignment."""
    ended, later = table_of(Assignment), table_of(Assignment).alias()
    statement = select(later.c.batch_id).where(
        ended.c.ended_batch_id == batch.id,
        later.c.paper_id == ended.c.paper_id,
        later.c.taxonomy_id == ended.c.taxonomy_id,
        later.c.ended_at.is_(None),
        later.c.batch_id > batch.id,
    )
    return set(session.connection().execute(statement).scalars()) | _batches_replacing(session, batch)


def _batches_replacing(session: Session, batch: Batch) -> set[int]:
    """Later batches in which people replaced claims of this one, or ended taxa that it created."""
    words = [table_of(model) for model in (Assignment, Judgement, Vote, Adjudication)]
    replaced = [
        select(t.c.ended_batch_id).where(t.c.batch_id == batch.id, t.c.ended_batch_id > batch.id) for t in words
    ]
    taxon, entity = table_of(Taxon), table_of(Entity)
    made = select(entity.c.id).where(entity.c.batch_id == batch.id)
    replaced.append(select(taxon.c.ended_batch_id).where(taxon.c.id.in_(made), taxon.c.ended_batch_id != batch.id))
    return set(session.connection().execute(union(*replaced)).scalars())


def _names(rows: Rows) -> set[str]:
    return {str(table.name) for table, _ in rows}
