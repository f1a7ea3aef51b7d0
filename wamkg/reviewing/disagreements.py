"""Disagreement: two decisions made without knowledge of each other open an objection; a later decision resolves it.

An objection belongs to the batch of the later of the two decisions, and its end to the batch of the decision that
resolved it. So undoing a decision also reverts these effects.
"""

from collections.abc import Sequence
from itertools import combinations

from sqlmodel import Session, col, select

from wamkg.reviewing.verdicts import STATES, Verdict
from wamkg.store.batches import uid_of_row, update_row
from wamkg.store.decisions import DecisionRow, effective_decisions, unsuperseded_decisions
from wamkg.store.objections import decision_pair_uid
from wamkg.store.tables import Assignment, Batch, Objection, Paper, Taxonomy
from wamkg.vocabulary import OPEN_STATUSES, AssignmentStatus, ObjectionStatus, ObjectorRole


def open_disagreements(session: Session, came: Sequence[Batch], paper: Paper, taxonomy: Taxonomy) -> list[str]:
    """Open an objection for each unsuperseded decision that differs from the last one; returns the ids of new ones.

    `came` are the batches of the decisions that were just added, in the order written.
    """
    rows = unsuperseded_decisions(effective_decisions(session, uid_of_row(session, paper), taxonomy.slug))
    made = []
    for losing in rows[:-1]:
        batch = next((b for b in reversed(came) if b.id in (losing.batch.id, rows[-1].batch.id)), came[-1])
        made.append(_object(session, batch, (paper, taxonomy), (losing, rows[-1])))
    return [uid for uid in made if uid is not None]


def _object(
    session: Session, batch: Batch, where: tuple[Paper, Taxonomy], pair: tuple[DecisionRow, DecisionRow]
) -> str | None:
    losing, holding = pair
    claimed, current = (_primary(session, row) for row in pair)
    uid = decision_pair_uid(losing, holding)
    if claimed == current or session.exec(select(Objection).where(Objection.uid == uid)).first():
        return None
    paper, taxonomy = where
    assert paper.id is not None and taxonomy.id is not None and batch.id is not None
    quote = losing.record.get("evidence") or losing.change.why or None
    source_url = f"decision {losing.uid} ({claimed[0]}) against decision {holding.uid} ({current[0]})"
    session.add(
        Objection(
            uid=uid,
            paper_id=paper.id,
            taxonomy_id=taxonomy.id,
            proposed_taxon_id=claimed[1],
            proposed_status=STATES.get(Verdict(claimed[0]), AssignmentStatus.PLACED),
            disputed_taxon_id=current[1],
            raised_by=losing.by,
            raised_role=ObjectorRole.DECISION,
            quote=quote,
            source_url=source_url,
            batch_id=batch.id,
        )
    )
    session.flush()
    return uid


def _primary(session: Session, row: DecisionRow) -> tuple[str, int | None]:
    mine = select(Assignment).where(Assignment.batch_id == row.batch.id, col(Assignment.primary).is_(True))
    primary = session.exec(mine).first()
    return row.verdict, primary.taxon_id if primary is not None else None


def resolve_disagreements(session: Session, came: Sequence[Batch], paper: Paper, taxonomy: Taxonomy) -> None:
    """Close objections between decisions if the author of a later one had seen both.

    `came` are the batches of the decisions that were just added, in the order written.
    """
    rows = effective_decisions(session, uid_of_row(session, paper), taxonomy.slug)
    still = {row.uid for row in unsuperseded_decisions(rows)}
    pairs = {decision_pair_uid(a, b): {a.uid, b.uid} for a, b in combinations(rows, 2) if not {a.uid, b.uid} <= still}
    resolved = select(Objection).where(col(Objection.uid).in_(pairs), col(Objection.status).in_(OPEN_STATUSES))
    for objection in session.exec(resolved).all():
        last = _first_informed_decision(rows, pairs[objection.uid], came)
        values = {
            "status": ObjectionStatus.RESOLVED,
            "answer": f"resolved by decision {last.uid}",
            "decision": last.uid,
        }
        update_row(session, last.batch if last.batch in came else came[-1], objection, values)


def _first_informed_decision(rows: Sequence[DecisionRow], pair: set[str], came: Sequence[Batch]) -> DecisionRow:
    """The first decision whose author had seen one of a pair."""
    return next((row for row in rows if row.batch in came and row.replaces & pair), rows[-1])
