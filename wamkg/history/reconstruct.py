"""Takes a private copy of the store back to a past moment: all batches completed later are removed together.

What undo removed since then is restored from the audit trail, so a batch that was live then is live in the copy. Two
things have no past: suggestions that a later run replaced, and the time of the last fetch of a citation list.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import Session

from wamkg.history.scope import (
    affected_papers,
    delete_computed_rows,
    delete_rows,
    papers_of,
    reopen_rows,
    resolve_again,
    rows_ended,
    rows_made,
)
from wamkg.history.undo_log import REMOVED, REOPENED, logged_rows
from wamkg.json_types import JSON
from wamkg.store.assignments import rechain_assignments
from wamkg.store.base import Row, Selected, chunks, decode, table_of
from wamkg.store.batches import find_row, model_of_field
from wamkg.store.claims import delete_unused_authors_and_venues
from wamkg.store.decisions import DECISION, DecisionRow, decision_rows, unsuperseded_decisions
from wamkg.store.merges import Merged, give_back, merge_again, read_merge
from wamkg.store.papers import SCHEMES
from wamkg.store.tables import Assignment, Batch, Change, Paper, Taxon, Taxonomy, metadata
from wamkg.store.taxonomies import get_taxonomy
from wamkg.store.taxonomy_edits import detach_paths, detached_path, is_detached, rebuild_paths
from wamkg.vocabulary import BatchKind

_batch, _change = table_of(Batch), table_of(Change)
_complete = func.coalesce(_batch.c.finished_at, _batch.c.started_at)
"""A batch counts from the moment it was complete, because nobody saw it earlier."""
_SHOWN_ONCE = (*SCHEMES, "venue_id")
"""Columns of `paper` that are unique or refer to rows that may be missing until all values are resolved."""


def batches_before(session: Session, moment: datetime) -> list[str]:
    """Ids of the batches completed before a moment, in order. They identify a past state."""
    found = select(_batch.c.uid).where(_complete < moment).order_by(_batch.c.id)
    return list(session.connection().execute(found).scalars())


def reconstruct_at(session: Session, moment: datetime) -> None:
    """Reconstruct the store just before a moment. Only for an SQLite copy that nobody else writes to."""
    session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    mine = select(_batch.c.id).where(_complete >= moment)
    held = select(_batch.c.uid).where(_complete < moment)
    undoing = mine.where(_batch.c.kind == BatchKind.UNDO, _batch.c.source.in_(held))
    later = set(session.connection().execute(mine).scalars())
    values, merged = _values_then(session, later), _merged_since(session, later)
    joined = _undone_merges(session, moment, later)
    doomed, touched = papers_of(session, mine), affected_papers(session, mine)
    taxon = table_of(Taxon)
    stood = detach_paths(session, or_(taxon.c.ended_at.is_(None), taxon.c.ended_batch_id.in_(mine)))
    session.expire_all()
    delete_computed_rows(session, mine, doomed)
    delete_rows(session, rows_made(session, mine), None)
    # A paper that is put back may have the number of one made since, which SQLite gives out again.
    split = _part(session, moment, later)
    touched = (touched - doomed) | split | _restore_rows(session, undoing, joined)
    for pair in merged:
        pair.end_for_now(session, mine)
    reopen_rows(session, rows_ended(session, mine), None)
    touched |= {number for merge in joined for number in merge_again(session, merge)}
    touched &= set(session.connection().execute(select(table_of(Paper).c.id)).scalars())
    _set_values(session, values)
    _restore_taxon_paths(session, stood)
    for pair in merged:
        pair.settle(session)
    _clear_unique_ids(session, touched)
    resolve_again(session, touched)
    delete_unused_authors_and_venues(session)
    _forget_batches(session, mine)


def _part(session: Session, moment: datetime, later: set[int]) -> set[int]:
    """Reverse merges made later and not undone, newest first; returns their papers."""
    held = select(_batch.c.id).where(
        _batch.c.kind == BatchKind.MERGE, _complete >= moment, _batch.c.undone_at.is_(None)
    )
    numbers = session.connection().execute(held.order_by(_batch.c.id.desc())).scalars().all()
    return {n for number in numbers for n in give_back(session, read_merge(session, number), but=later, copy=True)}


def _undone_merges(session: Session, moment: datetime, later: set[int]) -> list[Merged]:
    """Merges that were in effect then and were undone later, oldest first."""
    undone = select(_batch.c.id).where(
        _batch.c.kind == BatchKind.MERGE, _complete < moment, _batch.c.undone_by_id.in_(later)
    )
    numbers = session.connection().execute(undone.order_by(_batch.c.id)).scalars().all()
    return [read_merge(session, number) for number in numbers]


@dataclass(frozen=True)
class _PastValue:
    """The past value of a column that is edited in place."""

    subject: str
    field: str
    value: JSON

    def set(self, session: Session) -> None:
        """Restore the value. Paths of live taxa are rebuilt after all their ancestors are restored."""
        row = find_row(session, model_of_field(self.field), self.subject)
        if row is not None and not (self.field == "taxon.path" and row.ended_at is None):
            setattr(row, self.field.partition(".")[2], self.value)
            session.add(row)


def _values_then(session: Session, later: set[int]) -> list[_PastValue]:
    """Past values of columns that a later batch edited in place, or an earlier batch that was undone later."""
    columns = (_change.c.subject_uid, _change.c.field, _change.c.before, _change.c.after, _batch.c.id,
               _batch.c.undone_at, _batch.c.undone_by_id)  # fmt: skip
    statement = select(*columns).join(_batch, _batch.c.id == _change.c.batch_id).order_by(_change.c.id)
    edits: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in session.connection().execute(statement.where(_change.c.field.like("%.%"))):
        if model_of_field(row.field) is not None:
            edits[row.subject_uid, row.field].append(row)
    found = []
    for (subject, field), rows in edits.items():
        if any(row.id in later or row.undone_by_id in later for row in rows):
            held = [row for row in rows if row.id not in later and (row.undone_at is None or row.undone_by_id in later)]
            found.append(_PastValue(subject, field, held[-1].after if held else rows[0].before))
    return found


def _set_values(session: Session, values: Sequence[_PastValue]) -> None:
    for then in values:
        then.set(session)
    session.flush()
    session.expire_all()


def _restore_taxon_paths(session: Session, stood: dict[int, str]) -> None:
    """Rebuild the paths of live taxa from their parents; ended taxa keep the path they ended with."""
    taxon = table_of(Taxon)
    ended = select(taxon.c.id).where(taxon.c.ended_at.is_not(None), is_detached())
    for number in session.connection().execute(ended).scalars().all():
        session.connection().execute(taxon.update().where(taxon.c.id == number).values(path=stood[number]))
    session.expire_all()
    rebuild_paths(session)


def _restore_rows(session: Session, undoing: Selected, joined: Sequence[Merged]) -> set[int]:
    """Restore the rows that undo removed and end those that it reopened; returns the papers whose values may differ.

    Rows that a merge of `joined` had removed then are left out: another row may have their number.
    """
    rows: dict[str, list[Row]] = defaultdict(list)
    left_out = {key for merge in joined for key in merge.removed_keys}
    for name, row in logged_rows(session, undoing, REMOVED):
        if (name, row["id"], row.get("batch_id")) not in left_out:
            rows[name].append(row)
    # The first record of a row that was reopened, handed back or ended again since then has its state at the time.
    ends = {(name, row["id"]): row for name, row in reversed(list(logged_rows(session, undoing, REOPENED)))}
    run = session.connection().execute
    for (name, number), row in ends.items():
        table = metadata.tables[name]
        run(table.update().where(table.c.id == number).values(**decode(table, row)))
    for table in metadata.sorted_tables:
        name = str(table.name)
        found = [decode(table, row | ends.get((name, row["id"]), {})) for row in rows.get(name, ())]
        if name == "paper":
            found = [row | dict.fromkeys(_SHOWN_ONCE) for row in found]
        if name == "taxon":
            found = [row if row["ended_at"] else row | {"path": detached_path(row["id"])} for row in found]
        if found:
            run(table.insert(), found)
    numbers = {row["id"] for row in rows["paper"]} | {row["paper_id"] for row in rows["event"]}
    numbers |= {row["subject_id"] for row in rows["claim"]} | {row["source_id"] for row in rows["link"]}
    return numbers & set(run(select(table_of(Paper).c.id)).scalars())


@dataclass(frozen=True)
class _MergedDecisions:
    """A paper and taxonomy in which decisions imported later are dated between those that were live then."""

    paper: Paper
    taxonomy: Taxonomy
    chain: list[Batch]

    def end_for_now(self, session: Session, mine: Selected) -> None:
        table = table_of(Assignment)
        here = (table.c.paper_id == self.paper.id, table.c.taxonomy_id == self.taxonomy.id)
        ended = table.update().where(*here, table.c.ended_batch_id.in_(mine))
        session.connection().execute(ended.values(ended_batch_id=self.chain[0].id))

    def settle(self, session: Session) -> None:
        rechain_assignments(session, self.paper, self.taxonomy, self.chain)


def _merged_since(session: Session, later: set[int]) -> list[_MergedDecisions]:
    """Papers and taxonomies with imported decisions, whose order was another one then."""
    brought = select(_change.c.subject_uid, _change.c.field).join(_batch, _batch.c.id == _change.c.batch_id)
    brought = brought.where(_batch.c.kind == BatchKind.DECISION, _batch.c.source.like("% from %"))
    pairs = {
        (uid, field.removeprefix(DECISION))
        for uid, field in session.connection().execute(brought.where(_change.c.field.startswith(DECISION)))
    }
    found = []
    for uid, slug in sorted(pairs):
        paper = find_row(session, Paper, uid)
        every = decision_rows(session, paper=uid, taxonomy=slug)
        rows = [row for row in every if _stood(row, later)]
        if paper is not None and rows and any({row.batch.id, row.batch.undone_by_id} & later for row in every):
            last = unsuperseded_decisions(rows)
            chain = [row.batch for row in rows if row not in last] + [row.batch for row in last]
            if not _is_merged(session, paper, later):
                found.append(_MergedDecisions(paper, get_taxonomy(session, slug), chain))
    return found


def _is_merged(session: Session, paper: Paper, later: set[int]) -> bool:
    """Whether a merge in effect then decided which assignments of a paper were live, not the order of decisions."""
    merges = select(_batch.c.id).where(
        _batch.c.kind == BatchKind.MERGE, _batch.c.id.not_in(later),
        or_(_batch.c.undone_at.is_(None), _batch.c.undone_by_id.in_(later)),
    )  # fmt: skip
    return any(paper.id in read_merge(session, each).papers for each in session.connection().execute(merges).scalars())


def _stood(row: DecisionRow, later: set[int]) -> bool:
    batch = row.batch
    held = batch.undone_at is None or batch.undone_by_id in later
    return batch.id not in later and held and row.verdict != "reject"


def _clear_unique_ids(session: Session, papers: set[int]) -> None:
    """Clear the unique ids of papers while their values are resolved one after another."""
    table = table_of(Paper)
    for part in chunks(papers):
        session.connection().execute(table.update().where(table.c.id.in_(part)).values(dict.fromkeys(_SHOWN_ONCE)))
    session.expire_all()


def _forget_batches(session: Session, mine: Selected) -> None:
    run = session.connection().execute
    session.flush()
    run(_change.delete().where(_change.c.batch_id.in_(mine)))
    undone = _batch.update().where(_batch.c.undone_by_id.in_(mine))
    run(undone.values(undone_at=None, undone_by_id=None))
    run(_batch.delete().where(_batch.c.id.in_(mine)))
    session.expunge_all()
