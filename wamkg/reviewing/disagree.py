"""Two decisions made without knowledge of each other: an objection until a later decision settles it."""

from itertools import combinations
from uuid import NAMESPACE_URL, uuid5

from sqlmodel import Session, col, select

from wamkg.reviewing.decision import STATES, Verdict
from wamkg.store.decisions import DecisionRow, heads, standing_decisions
from wamkg.store.edits import uid_of_row, update_row
from wamkg.store.tables import Assignment, Batch, Objection, Paper, Taxonomy
from wamkg.vocabulary import OPEN_STATUSES, AssignmentState, ObjectionStatus, RaisedAs


def pair_uid(one: DecisionRow, other: DecisionRow) -> str:
    """Id of the objection between two decisions, the same in every copy of the store."""
    return str(uuid5(NAMESPACE_URL, " ".join(sorted((one.uid, other.uid)))))


def raise_objections(session: Session, batch: Batch, paper: Paper, taxonomy: Taxonomy) -> list[str]:
    """An objection for each open decision that says otherwise than the last one; returns the ids of new ones."""
    rows = heads(standing_decisions(session, uid_of_row(session, paper), taxonomy.slug))
    made = [_object(session, batch, (paper, taxonomy), (losing, rows[-1])) for losing in rows[:-1]]
    return [uid for uid in made if uid is not None]


def _object(
    session: Session, batch: Batch, where: tuple[Paper, Taxonomy], pair: tuple[DecisionRow, DecisionRow]
) -> str | None:
    losing, holding = pair
    claimed, current = (_primary(session, row) for row in pair)
    uid = pair_uid(losing, holding)
    if claimed == current or session.exec(select(Objection).where(Objection.uid == uid)).first():
        return None
    paper, taxonomy = where
    assert paper.id is not None and taxonomy.id is not None and batch.id is not None
    quote = (losing.change.after or {}).get("evidence") or losing.change.why or None
    said_at = f"decision {losing.uid} ({claimed[0]}) against decision {holding.uid} ({current[0]})"
    session.add(
        Objection(
            uid=uid,
            paper_id=paper.id,
            taxonomy_id=taxonomy.id,
            claimed_taxon_id=claimed[1],
            claimed_state=STATES.get(Verdict(claimed[0]), AssignmentState.PLACED),
            current_taxon_id=current[1],
            raised_by=losing.by,
            raised_as=RaisedAs.DECISION,
            quote=quote,
            said_at=said_at,
            batch_id=batch.id,
        )
    )
    session.flush()
    return uid


def _primary(session: Session, row: DecisionRow) -> tuple[str, int | None]:
    mine = select(Assignment).where(Assignment.batch_id == row.batch.id, col(Assignment.primary).is_(True))
    primary = session.exec(mine).first()
    return row.verdict, primary.taxon_id if primary is not None else None


def settle_objections(session: Session, batch: Batch, paper: Paper, taxonomy: Taxonomy) -> int:
    """Close the objections between decisions that a later one was made in the knowledge of; returns how many."""
    rows = standing_decisions(session, uid_of_row(session, paper), taxonomy.slug)
    still = {row.uid for row in heads(rows)}
    pairs = {pair_uid(a, b) for a, b in combinations(rows, 2) if not {a.uid, b.uid} <= still}
    settled = select(Objection).where(col(Objection.uid).in_(pairs), col(Objection.status).in_(OPEN_STATUSES))
    found = session.exec(settled).all()
    for objection in found:
        values = {
            "status": ObjectionStatus.SETTLED,
            "answer": f"settled by decision {rows[-1].uid}",
            "decision": rows[-1].uid,
        }
        update_row(session, batch, objection, values)
    return len(found)
