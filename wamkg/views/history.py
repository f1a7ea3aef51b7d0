"""What happened to a paper, and what changed in the store: who, when, what, before, after, why."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from wamkg.json_types import JSON, JsonObject
from wamkg.store.audit_trail import (
    BatchRow,
    ChangeRow,
    batch_rows,
    changes_of,
    count_changes,
    page_of_batches,
    page_of_changes,
    uids_of,
    undone_among,
)
from wamkg.store.paper_details import AssignmentRow, ClaimRow, assignments_of, facts_of
from wamkg.store.papers import find_paper
from wamkg.views.paging import Page, decode_time, encode_time
from wamkg.vocabulary import AssignmentStatus


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One event; `event` is `said` (a source stated a value), `placed`, `ended`, `changed`, or `undone`: a change that
    was undone.
    """

    at: datetime
    who: str
    event: str
    source: str
    field: str
    value: JSON
    before: JSON
    why: str | None
    batch: str


@dataclass(frozen=True, slots=True)
class ChangeItem:
    """One row of the audit trail, or one batch (`field` is then `batch`)."""

    at: datetime
    uid: str
    who: str
    subject: str | None
    field: str
    before: JSON
    after: JSON
    why: str | None
    batch: str
    batch_kind: str


@dataclass(frozen=True, slots=True)
class BatchItem:
    """All writes of one action; `undo` reverts them as a whole."""

    uid: str
    kind: str
    source: str
    actor: str
    started: datetime
    finished: datetime | None
    undone: datetime | None
    counts: JsonObject


def paper_history(session: Session, paper: str) -> list[HistoryRow]:
    """Everything that happened to a paper, newest first.

    Raises NotFoundError for an unknown id.
    """
    number = find_paper(session, paper).id
    assert number is not None
    return paper_histories(session, [number])[number]


def paper_histories(session: Session, numbers: Sequence[int]) -> dict[int, list[HistoryRow]]:
    """Everything that happened to each paper, newest first."""
    facts, assignments = facts_of(session, numbers), assignments_of(session, numbers, ended=True)
    uids = uids_of(session, numbers)
    changes = changed_rows(session, uids.values())
    found: dict[int, list[HistoryRow]] = {}
    for number in numbers:
        happened = [*_said(facts.get(number, [])), *_placed(assignments.get(number, [])), *changes[uids[number]]]
        found[number] = sorted(happened, key=lambda row: row.at, reverse=True)
    return found


def _said(facts: Iterable[ClaimRow]) -> Iterator[HistoryRow]:
    last: dict[tuple[str, str], JSON] = {}
    for f in facts:
        before = last.get((f.field, f.source))
        last[f.field, f.source] = f.value
        yield HistoryRow(f.retrieved_at, f.by, "said", f.source, f.field, f.value, before, f.reason, f.batch)


def _placed(assignments: Iterable[AssignmentRow]) -> Iterator[HistoryRow]:
    for a in assignments:
        value = a.taxon if a.status == AssignmentStatus.PLACED else a.status
        why = a.reason or a.note
        yield HistoryRow(a.at, a.by, "placed", a.source, f"taxonomy:{a.taxonomy}", value, None, why, a.batch)
        if a.ended_at:
            yield HistoryRow(a.ended_at, a.by, "ended", a.source, f"taxonomy:{a.taxonomy}", None, value, None, a.batch)


def changed_rows(session: Session, uids: Iterable[str]) -> dict[str, list[HistoryRow]]:
    """The recorded changes of each entity, those of undone batches marked."""
    uids = list(uids)
    found = changes_of(session, uids)
    undone = undone_among(session, (change.batch for changes in found.values() for change in changes))
    return {uid: [_changed(change, undone) for change in found.get(uid, [])] for uid in uids}


def _changed(c: ChangeRow, undone: Collection[str]) -> HistoryRow:
    event = "undone" if c.batch in undone else "changed"
    return HistoryRow(c.at, c.by, event, c.batch_kind, c.field, c.after, c.before, c.why, c.batch)


def in_order(value: JSON) -> JSON:
    """Stored JSON with sorted keys, because PostgreSQL does not keep their order."""
    return object_in_order(value) if isinstance(value, dict) else value


def object_in_order(values: Mapping[str, JSON]) -> JsonObject:
    """A stored JSON object with sorted keys at every level."""
    return {name: in_order(part) for name, part in sorted(values.items())}


def batch_list(session: Session, limit: int = 50, since: datetime | None = None) -> list[BatchItem]:
    """Batches, newest first."""
    return [_batch_item(row) for row in batch_rows(session, limit, since)]


def _batch_item(b: BatchRow) -> BatchItem:
    counts = object_in_order(b.counts)
    return BatchItem(b.uid, b.kind, b.source, b.by, b.started_at, b.finished_at, b.undone_at, counts)


def change_list(session: Session, since: datetime | None, limit: int, after: str | None = None) -> Page[ChangeItem]:
    """Edits and batches since a moment, newest first.

    Raises NotFoundError for a cursor of another list.
    """
    last = decode_time(after, "changes") if after else None
    edits = [
        ChangeItem(
            c.at,
            c.uid,
            c.by,
            c.subject_uid,
            c.field,
            in_order(c.before),
            in_order(c.after),
            c.why,
            c.batch,
            c.batch_kind,
        )
        for c in page_of_changes(session, since, last, limit + 1)
    ]
    batches = [
        ChangeItem(b.started_at, b.uid, b.by, None, "batch", None, in_order(b.counts), b.source, b.uid, b.kind)
        for b in page_of_batches(session, since, last, limit + 1)
    ]
    found = sorted((*edits, *batches), key=lambda item: (-item.at.timestamp(), item.uid))
    following = encode_time("changes", found[limit - 1]) if len(found) > limit else None
    return Page(found[:limit], count_changes(session, since), following)
