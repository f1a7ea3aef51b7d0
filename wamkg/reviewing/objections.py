"""Objections to assignments: raise, answer, and close, with or without moving the paper."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from wamkg.errors import ConflictError, InvalidInputError
from wamkg.identifiers import new_uid
from wamkg.near_matches import unknown
from wamkg.reviewing.decisions import decide, describe_changes
from wamkg.reviewing.verdicts import STATES, Decision, Verdict
from wamkg.store.batches import close_batch, find_batch, open_batch, record_change, uid_of_row, update_row
from wamkg.store.decisions import live_of, lock_paper
from wamkg.store.objections import find_objection, open_objections
from wamkg.store.papers import find_paper
from wamkg.store.tables import Actor, Batch, Objection, Paper, Taxon, Taxonomy
from wamkg.store.taxonomies import find_taxon, get_taxonomy
from wamkg.store.taxonomy_edits import lock_taxonomy
from wamkg.store.types import reject_nul
from wamkg.vocabulary import (
    HUMAN_OBJECTORS,
    OPEN_STATUSES,
    PERSON,
    AssignmentStatus,
    BatchKind,
    ObjectionStatus,
    ObjectorRole,
)

CLOSED_AS = (ObjectionStatus.ACCEPTED, ObjectionStatus.REJECTED, ObjectionStatus.WITHDRAWN)
"""How a person closes an objection. `settled` is set when a later decision resolves one between decisions."""
PROPOSABLE_STATUSES = {str(state): verdict for verdict, state in STATES.items() if state != AssignmentStatus.PLACED}
"""Statuses that may be proposed instead of a taxon, with the corresponding verdict."""


@dataclass(frozen=True, kw_only=True)
class ObjectionDraft:
    """An objection to raise.

    `claimed` is the proposed path, or `outside`, `undecided` or `not-applicable`. `said_at` is the URL of the
    statement, required from the paper's own authors; `quote` is its text.
    """

    paper: str
    claimed: str
    raised_by: str
    taxonomy: str = "wam"
    raised_as: str = ObjectorRole.CO_AUTHOR
    said_at: str | None = None
    quote: str | None = None

    def __post_init__(self) -> None:
        if self.raised_as not in HUMAN_OBJECTORS:
            raise InvalidInputError(
                f"unknown role {self.raised_as!r} of the objector: use co-author, paper-author or reader"
            )
        if self.said_at and not self.said_at.lower().startswith(("https://", "http://")):
            raise InvalidInputError("the URL of the statement must begin with http:// or https://")
        if self.raised_as == ObjectorRole.PAPER_AUTHOR and not self.said_at:
            raise InvalidInputError("an objection by the paper's authors needs the URL of their statement")
        if not self.raised_by.strip():
            raise InvalidInputError("an objection needs the name of the person who raises it")
        reject_nul(self.claimed, self.raised_by, self.said_at, self.quote)


@dataclass(frozen=True)
class ObjectionResult:
    """An objection after a write; `decision` is the id of the decision that moved the paper, if there was one."""

    objection: str
    batch: str
    paper: str
    taxonomy: str
    status: str
    decision: str | None
    version: int


def raise_objection(session: Session, actor: Actor, dispute: ObjectionDraft) -> ObjectionResult:
    """Raise an objection to an assignment; `actor` is the person who records it.

    Raises NotFoundError for an unknown paper, taxonomy or taxon, InvalidInputError if the paper has no assignment or is
    already where it should be, and ConflictError if the same objection is open already.
    """
    found = get_taxonomy(session, dispute.taxonomy)
    assert found.id is not None
    taxonomy = lock_taxonomy(session, found.id, editing=False)
    number = find_paper(session, dispute.paper).id
    assert number is not None
    paper = lock_paper(session, number)
    claimed = None if dispute.claimed in PROPOSABLE_STATUSES else find_taxon(session, taxonomy, dispute.claimed)
    current = _current(session, paper, taxonomy, claimed, dispute)
    batch = open_batch(session, BatchKind.EDIT, f"objection to {paper.slug}", actor)
    objection = _new(batch, paper, taxonomy, dispute)
    objection.current_taxon_id = current.id if current else None
    objection.claimed_taxon_id = claimed.id if claimed else None
    session.add(objection)
    after = {"objection": objection.uid, "claimed": dispute.claimed, "raised_by": dispute.raised_by}
    record_change(
        session, batch, f"objection:{taxonomy.slug}", subject_uid=uid_of_row(session, paper),
        before=current.path if current else None, after=after, why=dispute.quote or "",
    )  # fmt: skip
    close_batch(session, batch, {"objection": objection.uid, "paper": paper.slug})
    return _written(objection, batch, paper, taxonomy)


def _current(
    session: Session, paper: Paper, taxonomy: Taxonomy, claimed: Taxon | None, dispute: ObjectionDraft
) -> Taxon | None:
    assert paper.id is not None and taxonomy.id is not None
    live = live_of(session, paper.id, taxonomy.id)
    if not live:
        raise InvalidInputError(f"{paper.slug} has no assignment in {taxonomy.slug} yet; decide instead of objecting")
    assignment, current = live[0]
    if (assignment.state, current and current.id) == (_state(dispute.claimed), claimed and claimed.id):
        raise InvalidInputError(f"{paper.slug} is assigned to {dispute.claimed} already")
    for other in open_objections(session, paper.id, taxonomy.id):
        same_claim = (other.claimed_state, other.claimed_taxon_id) == (_state(dispute.claimed), claimed and claimed.id)
        if same_claim and other.raised_by == dispute.raised_by:
            raise ConflictError(f"{dispute.raised_by} has raised the same objection already: {other.uid}")
    return current


def _state(claimed: str) -> str:
    return claimed if claimed in PROPOSABLE_STATUSES else AssignmentStatus.PLACED


def _new(batch: Batch, paper: Paper, taxonomy: Taxonomy, dispute: ObjectionDraft) -> Objection:
    assert paper.id is not None and taxonomy.id is not None and batch.id is not None
    return Objection(
        uid=new_uid(),
        paper_id=paper.id,
        taxonomy_id=taxonomy.id,
        claimed_state=_state(dispute.claimed),
        raised_by=dispute.raised_by,
        raised_as=dispute.raised_as,
        said_at=dispute.said_at,
        quote=dispute.quote,
        batch_id=batch.id,
    )


def answer_objection(
    session: Session, actor: Actor, uid: str, answer: str, version: int | None = None
) -> ObjectionResult:
    """Answer an objection and leave it open.

    Raises NotFoundError, InvalidInputError for an empty answer, ConflictError for a closed or newer objection.
    """
    reject_nul(answer)
    if not answer.strip():
        raise InvalidInputError("the answer is empty; write a text")
    objection = _open_one(session, uid, version)
    batch = open_batch(session, BatchKind.EDIT, f"objection {objection.uid}", actor)
    return _update(session, batch, objection, {"status": ObjectionStatus.ANSWERED, "answer": answer})


@dataclass(frozen=True, kw_only=True)
class ObjectionOutcome:
    """How to close an objection: `accepted`, `rejected` or `withdrawn`, and why."""

    outcome: str
    answer: str | None = None
    version: int | None = None

    def __post_init__(self) -> None:
        if self.outcome not in CLOSED_AS:
            raise InvalidInputError(unknown("outcome", self.outcome, CLOSED_AS))
        reject_nul(self.answer)


def close_objection(session: Session, actor: Actor, uid: str, closing: ObjectionOutcome) -> ObjectionResult:
    """Close an objection; `accepted` moves the paper to the proposed taxon unless it is there already.

    Both are one batch, so one undo reverts both.

    Raises NotFoundError, InvalidInputError for a rejection without a reason and for a program, ConflictError for a
    closed or newer objection, and the errors of `decide`.
    """
    if actor.kind != PERSON:
        raise InvalidInputError(f"{actor.name} is a program; only people close objections")
    objection = _open_one(session, uid, closing.version)
    answer = closing.answer or objection.answer
    if closing.outcome == ObjectionStatus.REJECTED and not answer:
        raise InvalidInputError("a rejection needs an answer: why the paper stays where it is")
    values = {"status": closing.outcome, "answer": answer, "decided_by_id": actor.id}
    move = _move(session, objection, answer) if closing.outcome == ObjectionStatus.ACCEPTED else None
    if move is None:
        batch = open_batch(session, BatchKind.EDIT, f"objection {objection.uid}", actor)
        return _update(session, batch, objection, values)
    made = decide(session, actor, move)
    return _update(session, find_batch(session, made.batch), objection, values | {"decision": made.decision})


def _open_one(session: Session, uid: str, version: int | None) -> Objection:
    objection = find_objection(session, uid, writing=True)
    if version is not None and version != objection.version:
        paper = session.get_one(Paper, objection.paper_id)
        said = "; ".join(describe_changes(session, paper, 1))
        raise ConflictError(
            f"stale: objection {objection.uid} is {objection.status} at version {objection.version}, you saw "
            f"{version}; last on {paper.slug}: {said}"
        )
    if objection.status not in OPEN_STATUSES:
        raise ConflictError(
            f"objection {objection.uid} is closed ({objection.status}); undo that first, or raise a new objection"
        )
    return objection


def _move(session: Session, objection: Objection, answer: str | None) -> Decision | None:
    """The decision that moves the paper as proposed; None if it is there already."""
    paper = session.get_one(Paper, objection.paper_id)
    taxonomy = session.get_one(Taxonomy, objection.taxonomy_id)
    taxon = _claimed(session, taxonomy, objection)
    live = live_of(session, objection.paper_id, objection.taxonomy_id)
    if live and (live[0][0].state, live[0][0].taxon_id) == (objection.claimed_state, taxon and taxon.id):
        return None
    quoted = objection.quote if objection.raised_as != ObjectorRole.DECISION else None
    return Decision(
        paper=paper.slug,
        taxonomy=taxonomy.slug,
        verdict=PROPOSABLE_STATUSES.get(objection.claimed_state, Verdict.ACCEPT),
        taxon=taxon.path if taxon else None,
        evidence=quoted,
        evidence_place=objection.said_at if quoted else None,
        note=answer or f"objection of {objection.raised_by}",
    )


def _claimed(session: Session, taxonomy: Taxonomy, objection: Objection) -> Taxon | None:
    """The proposed taxon, or the one it was merged into; None if a status is proposed."""
    if objection.claimed_taxon_id is None:
        return None
    taxon = session.get_one(Taxon, objection.claimed_taxon_id)
    return taxon if taxon.ended_at is None else find_taxon(session, taxonomy, taxon.path)


def _update(session: Session, batch: Batch, objection: Objection, values: dict[str, Any]) -> ObjectionResult:
    paper = session.get_one(Paper, objection.paper_id)
    taxonomy = session.get_one(Taxonomy, objection.taxonomy_id)
    update_row(session, batch, objection, values, values["answer"] or "")
    after = {"objection": objection.uid, "status": values["status"]}
    record_change(
        session, batch, f"objection:{taxonomy.slug}", subject_uid=uid_of_row(session, paper), after=after,
        why=values["answer"] or "",
    )  # fmt: skip
    if batch.finished_at is None:
        close_batch(session, batch, {"objection": objection.uid, "status": values["status"], "paper": paper.slug})
    session.flush()
    return _written(objection, batch, paper, taxonomy)


def _written(objection: Objection, batch: Batch, paper: Paper, taxonomy: Taxonomy) -> ObjectionResult:
    return ObjectionResult(
        objection.uid, batch.uid, paper.slug, taxonomy.slug, objection.status, objection.decision, objection.version
    )
