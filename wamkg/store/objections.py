"""Reads of objections."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import func
from sqlmodel import Session, col, select

from wamkg.store.base import Condition, Selected, SortKey, get_by_prefix, paged, select_columns
from wamkg.store.decisions import DecisionRow, decision_rows, effective_decisions
from wamkg.store.tables import Batch, Objection, Paper, Taxonomy
from wamkg.vocabulary import OPEN_STATUSES


def find_objection(session: Session, uid: str, *, writing: bool = False) -> Objection:
    """The objection with that id, or a unique beginning of it; `writing` locks it until the end of the transaction.

    Raises NotFoundError if no objection or several match.
    """
    return get_by_prefix(session, Objection, uid, "wamkg objections", hold=writing)


def open_objections(session: Session, paper: int, taxonomy: int) -> list[Objection]:
    """Open objections, oldest first."""
    mine = select(Objection).where(
        Objection.paper_id == paper, Objection.taxonomy_id == taxonomy, col(Objection.status).in_(OPEN_STATUSES)
    )
    return list(session.exec(mine.order_by(col(Objection.id))))


def decision_pair_uid(one: DecisionRow, other: DecisionRow) -> str:
    """Id of the objection between two decisions, equal in every copy of the store."""
    return str(uuid5(NAMESPACE_URL, " ".join(sorted((one.uid, other.uid)))))


def objecting_batches(session: Session, batch: Batch) -> set[int]:
    """Other batches that opened an objection between a decision of this batch and another decision."""
    pairs = [
        decision_pair_uid(mine, other)
        for mine in decision_rows(session, batch=batch.uid)
        for other in decision_rows(session, paper=mine.change.subject_uid, taxonomy=mine.taxonomy)
    ]
    raised = select(Objection.batch_id).where(col(Objection.uid).in_(pairs), Objection.batch_id != batch.id)
    return set(session.exec(raised)) if pairs else set()


def concurrent_decision_batches(session: Session, batch: Batch) -> set[int]:
    """Later batches with decisions whose authors had not seen a decision of this batch. While this decision is live,
    the decisions it replaced do not conflict with theirs.
    """
    return {
        other.change.batch_id
        for mine in decision_rows(session, batch=batch.uid)
        if mine.replaces
        for other in effective_decisions(session, mine.change.subject_uid or "", mine.taxonomy)
        if other.change.batch_id > mine.change.batch_id and mine.uid not in other.replaces
    }


class ObjectionRow(NamedTuple):
    """An objection, its paper's slug and arXiv id, its taxonomy's slug and the paper's title."""

    objection: Objection
    slug: str
    arxiv: str | None
    taxonomy: str
    title: str


_NEWEST = (SortKey(col(Objection.at), descending=True), SortKey(col(Objection.uid)))


@dataclass(frozen=True)
class ObjectionFilter:
    """Filter of objections: by status, by papers, and by id."""

    statuses: tuple[str, ...] = ()
    papers: Collection[int] | None = None
    uid: str | None = None

    def conditions(self) -> list[Condition]:
        """The filter as SQL conditions."""
        found: list[Condition] = [col(Objection.status).in_(self.statuses)] if self.statuses else []
        if self.papers is not None:
            found.append(col(Objection.paper_id).in_(self.papers))
        if self.uid is not None:
            found.append(col(Objection.uid) == self.uid)
        return found


def count_objections(session: Session, wanted: ObjectionFilter) -> int:
    """Number of objections that match."""
    statement = (
        select_columns(func.count()).select_from(Objection).join(Paper, col(Paper.id) == col(Objection.paper_id))
    )
    return int(session.connection().execute(statement.where(*wanted.conditions())).scalar_one())


def page_of_objections(
    session: Session, wanted: ObjectionFilter, after: tuple[datetime, str] | None, limit: int
) -> list[ObjectionRow]:
    """Up to `limit` objections that match, newest first, after the one with that time and id."""
    return [ObjectionRow._make(row) for row in session.execute(paged(_rows(wanted), _NEWEST, after, limit))]


def list_objections(session: Session, wanted: ObjectionFilter) -> list[ObjectionRow]:
    """All objections that match, oldest first."""
    return [ObjectionRow._make(row) for row in session.execute(_rows(wanted).order_by(col(Objection.id)))]


def _rows(wanted: ObjectionFilter) -> Selected:
    found: Selected = (
        select_columns(Objection, Paper.slug, Paper.arxiv, Taxonomy.slug, Paper.title)
        .join(Paper, col(Paper.id) == col(Objection.paper_id))
        .join(Taxonomy, col(Taxonomy.id) == col(Objection.taxonomy_id))
        .where(*wanted.conditions())
    )
    return found
