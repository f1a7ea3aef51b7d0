"""Objections raised by people as lines of the decisions file: the objection, and its status."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlmodel import Session, col, select

from wamkg.store.batches import get_actor, record_change
from wamkg.store.edits import uid_of_row, update_row
from wamkg.store.tables import Actor, Batch, Change, Objection, Paper, Taxon, Taxonomy
from wamkg.vocabulary import OPEN_STATUSES, PERSON, RAISED_BY_PEOPLE, AssignmentState, ObjectionStatus, RaisedAs

_TEXTS = ("raised_by", "raised_as", "said_at", "quote")


def objection_lines(session: Session, ids_of: Callable[[str], dict[str, str]]) -> Iterator[dict[str, Any]]:
    """All objections raised by people, with their status unless it is `open`; oldest first.

    `ids_of` returns the ids of a paper by its permanent one.
    """
    by_hand = select(Objection).where(Objection.raised_as != RaisedAs.DECISION).order_by(col(Objection.id))
    for found in session.exec(by_hand):
        paper = session.get_one(Paper, found.paper_id)
        said = {name: getattr(found, name) for name in _TEXTS}
        said |= {"state": found.claimed_state, "claimed": _taxon(session, found.claimed_taxon_id)}
        said |= {"current": _taxon(session, found.current_taxon_id)}
        where = {"paper": ids_of(uid_of_row(session, paper)), "taxonomy": _slug(session, found)}
        raised = {"id": found.uid, "at": found.at.isoformat(), "by": _recorder(session, found)}
        yield raised | where | {"objection": said}
        if found.status != ObjectionStatus.OPEN:
            yield _outcome(session, found)


def _slug(session: Session, found: Objection) -> str:
    return session.get_one(Taxonomy, found.taxonomy_id).slug


def _recorder(session: Session, found: Objection) -> str:
    return session.get_one(Actor, session.get_one(Batch, found.batch_id).actor_id).name


def _taxon(session: Session, number: int | None) -> dict[str, str] | None:
    if number is None:
        return None
    taxon = session.get_one(Taxon, number)
    return {"path": taxon.path, "uid": uid_of_row(session, taxon)}


def _outcome(session: Session, found: Objection) -> dict[str, Any]:
    edits = select(Change).where(Change.subject_uid == found.uid, col(Change.field).startswith("objection."))
    last = session.exec(edits.order_by(col(Change.id).desc())).first()
    assert last is not None, "only an edit takes an objection out of its first state"
    by = session.get_one(Actor, found.decided_by_id or last.actor_id).name
    state = {"status": found.status, "answer": found.answer, "decision": found.decision}
    # The same in every copy, so that a state is written once however often it goes to and fro.
    uid = uuid5(NAMESPACE_URL, f"{found.uid} {found.status} {found.answer} {found.decision}")
    return {"id": str(uid), "at": last.at.isoformat(), "by": by, "objects": found.uid} | state


def check_objection(said: Any) -> None:
    """Raise ValueError, which says what is wrong, for an invalid objection."""
    if not isinstance(said, dict):
        raise ValueError("`objection` is no object")
    if said.get("state") not in set(AssignmentState) or said.get("raised_as") not in RAISED_BY_PEOPLE:
        raise ValueError("`objection` claims no state, or is raised as nobody")
    if not said.get("raised_by") or not all(isinstance(said.get(name), str | None) for name in _TEXTS):
        raise ValueError("`objection` holds what is no text")
    if (said["state"] == AssignmentState.PLACED) != (said.get("claimed") is not None):
        raise ValueError("`objection` claims a place without its taxon, or a taxon without a place")


def check_outcome(values: dict[str, Any]) -> None:
    """Raise ValueError for an invalid status of an objection."""
    if values.get("status") not in set(ObjectionStatus) - {ObjectionStatus.OPEN}:
        raise ValueError(f"{values.get('status')!r} is no state of an objection")
    if not all(isinstance(values.get(name), str | None) for name in ("answer", "decision")):
        raise ValueError("`answer` or `decision` is no text")


def is_known(session: Session, uid: str) -> bool:
    """Whether an objection is stored, or was stored and undone."""
    if session.exec(select(Objection.id).where(Objection.uid == uid)).first() is not None:
        return True
    raised = select(Change.id).where(
        col(Change.field).startswith("objection:"), col(Change.after)["objection"].as_string() == uid
    )
    return session.exec(raised).first() is not None


def write_objection(
    session: Session, batch: Batch, line: Any, where: tuple[Paper, Taxonomy], taxa: tuple[Taxon | None, Taxon | None]
) -> None:
    """Write an objection from a line; `taxa` are the disputed one and the proposed one."""
    paper, taxonomy = where
    current, claimed = taxa
    assert paper.id is not None and taxonomy.id is not None and batch.id is not None
    objection = Objection(
        uid=line.id, paper_id=paper.id, taxonomy_id=taxonomy.id, claimed_state=line.objection["state"], at=line.at,
        current_taxon_id=current.id if current else None, claimed_taxon_id=claimed.id if claimed else None,
        batch_id=batch.id, **{name: line.objection.get(name) for name in _TEXTS},
    )  # fmt: skip
    session.add(objection)
    session.flush()
    after = {"objection": line.id, "raised_by": objection.raised_by, "recorded_by": line.by}
    record_change(session, batch, f"objection:{taxonomy.slug}", subject_uid=uid_of_row(session, paper), after=after)


def write_outcome(session: Session, batch: Batch, line: Any) -> bool:
    """Update an objection that is still open to the status in a line; returns whether it changed."""
    found = session.exec(select(Objection).where(Objection.uid == line.objects)).first()
    if found is None or found.status not in OPEN_STATUSES:
        return False
    values = {name: line.outcome.get(name) for name in ("status", "answer", "decision")}
    if values["status"] not in OPEN_STATUSES:
        values["decided_by_id"] = get_actor(session, line.by, PERSON).id
    return bool(update_row(session, batch, found, values, values["answer"] or ""))
