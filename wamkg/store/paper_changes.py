"""Which papers changed since a moment: from the batches of their rows, and from the audit trail, which keeps what was
removed or moved.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, or_, union_all
from sqlmodel import Session, col, select

from wamkg.store.base import Column, Row, Selected, chunks, rows, select_columns
from wamkg.store.batches import KEPT_ROWS, MOVED
from wamkg.store.tables import (
    Assignment,
    Batch,
    Change,
    Claim,
    Entity,
    Event,
    FormerId,
    Link,
    Paper,
    PaperUrl,
    Tag,
)
from wamkg.vocabulary import EntityKind, Standing

_PARTS: tuple[tuple[Column, Column], ...] = (
    (col(Entity.id), col(Entity.batch_id)),
    *((col(part.paper_id), col(part.batch_id)) for part in (Assignment, Event, FormerId, PaperUrl, Tag)),
    *((col(part.paper_id), col(part.ended_batch_id)) for part in (Assignment, Event, FormerId, PaperUrl)),
    (col(Claim.subject_id), col(Claim.batch_id)),
    (col(Link.source_id), col(Link.batch_id)),
)
"""What belongs to a paper: its number, and the batch that wrote or ended it."""
_POINTERS = ("paper_id", "subject_id", "source_id")
"""Columns of kept rows that name a paper."""


def touched_since(moment: datetime) -> Selected:
    """Pairs (number, time) of entities with rows written or ended since a moment, and of those edited since.

    The time of a row is the end of its batch: a batch ends with its transaction. A run that fetches writes many; its
    claims count from when they were made.
    """
    ended = func.coalesce(col(Batch.finished_at), col(Batch.started_at))
    parts = [
        select_columns(number, ended.label("moment")).join(Batch, col(Batch.id) == batch).where(ended >= moment)
        for number, batch in _PARTS
    ]
    made = select_columns(Claim.subject_id, Claim.retrieved_at).where(col(Claim.retrieved_at) >= moment)
    edited = select_columns(Entity.id, Change.at).join(Change, col(Change.subject_uid) == col(Entity.uid))
    edited = edited.where(col(Change.at) >= moment)
    # An edit of a taxonomy may rename what papers below it show; which ones, the edit does not say.
    renamed = select_columns(Assignment.paper_id, Change.at).select_from(Change)
    renamed = renamed.join(Entity, col(Entity.uid) == col(Change.subject_uid)).where(col(Change.at) >= moment)
    renamed = renamed.join(Assignment, col(Assignment.taxonomy_id) == col(Entity.id))
    found: Selected = select_columns(union_all(*parts, made, edited, renamed).subquery())
    return found


@dataclass
class Trail:
    """What the audit trail says of papers since a moment: numbers with the time, and rows that were removed, by uid."""

    numbers: dict[int, datetime] = field(default_factory=dict)
    removed: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    slugs: dict[int, str] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)


def trail_since(session: Session, moment: datetime) -> Trail:
    """Read the kept rows since a moment."""
    prefixes = or_(*(col(Change.field).startswith(prefix) for prefix in (*KEPT_ROWS, MOVED)))
    trail = Trail()
    for change in session.exec(select(Change).where(col(Change.at) >= moment, prefixes).order_by(col(Change.id))):
        table = change.field.partition(".")[2]
        for row in _rows_of(change):
            if table == "entity" and row.get("kind") == EntityKind.PAPER and "uid" in row:
                trail.removed[row["uid"]] = (row["id"], change.at)
            if table == "paper" and "slug" in row:
                trail.slugs[row["id"]], trail.titles[row["id"]] = row["slug"], row["title"]
            trail.numbers |= dict.fromkeys(_papers_of(table, row), change.at)
    return trail


def _rows_of(change: Change) -> Iterator[Row]:
    for rows_ in (change.before, change.after):
        if isinstance(rows_, list):
            yield from (row for row in rows_ if isinstance(row, dict))


def _papers_of(table: str, row: Row) -> Iterable[int]:
    named = [row[name] for name in _POINTERS if isinstance(row.get(name), int)]
    return [*named, row["id"]] if table == "paper" else named


def changed_numbers(session: Session, moment: datetime) -> tuple[dict[int, datetime], Trail]:
    """The numbers of entities that changed since a moment, each with the time of its last change, and the trail."""
    pairs = touched_since(moment).subquery()
    number, at = pairs.columns
    found = dict(rows(session, select_columns(number, func.max(at)).group_by(number)))
    trail = trail_since(session, moment)
    for one, when in trail.numbers.items():
        found[one] = max(found.get(one, when), when)
    return found, trail


def uids_of_papers(session: Session, numbers: Iterable[int]) -> dict[int, str]:
    """The permanent ids of those entities that are papers, or were before they were merged."""
    columns = select_columns(Entity.id, Entity.uid).where(Entity.kind == EntityKind.PAPER)
    return {
        number: uid
        for part in chunks(numbers)
        for number, uid in rows(session, columns.where(col(Entity.id).in_(part)))
    }


def library_members(session: Session, numbers: Iterable[int]) -> set[int]:
    """Papers that are in the library, that a source once put there, or that were merged into another."""
    found: set[int] = set()
    stated = select_columns(Claim.subject_id, Claim.value).where(Claim.field == "standing")
    for part in chunks(numbers):
        only_cited = select_columns(Paper.id).where(col(Paper.id).in_(part), Paper.standing == Standing.CITED)
        found |= set(part) - set(session.connection().execute(only_cited).scalars())
        found |= {
            number
            for number, value in rows(session, stated.where(col(Claim.subject_id).in_(part)))
            if value not in (None, Standing.CITED)
        }
    return found
