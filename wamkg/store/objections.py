"""Reads of objections."""

from uuid import NAMESPACE_URL, uuid5

from sqlmodel import Session, col, select

from wamkg.store.base import get_by_prefix, select_columns
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


def list_objections(session: Session) -> list[tuple[Objection, str, str | None, str, str]]:
    """All objections, newest first, with the paper's slug, arXiv id and title, and the taxonomy's slug."""
    statement = (
        select_columns(Objection, Paper.slug, Paper.arxiv, Taxonomy.slug, Paper.title)
        .join(Paper, col(Paper.id) == col(Objection.paper_id))
        .join(Taxonomy, col(Taxonomy.id) == col(Objection.taxonomy_id))
        .order_by(col(Objection.id).desc())
    )
    return [tuple(row) for row in session.exec(statement)]
