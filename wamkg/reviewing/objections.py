"""Objections to assignments: raise, answer, and close, with or without moving the paper."""

from dataclasses import dataclass

from sqlmodel import Session

from wamkg.errors import ConflictError, InvalidInputError
from wamkg.former_names import Former, WithFormerNames, former
from wamkg.identifiers import new_uid
from wamkg.near_matches import unknown
from wamkg.reviewing.decisions import decide, describe_changes
from wamkg.reviewing.verdicts import STATES, Decision, Verdict
from wamkg.store.base import Row
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
    MAIN_TAXONOMY,
    OPEN_STATUSES,
    PERSON,
    AssignmentStatus,
    BatchKind,
    ObjectionStatus,
    ObjectorRole,
)

CLOSED_AS = (ObjectionStatus.ACCEPTED, ObjectionStatus.REJECTED, ObjectionStatus.WITHDRAWN)
"""How a person closes an objection. `resolved` is set when a later decision resolves one between decisions."""
PROPOSABLE_STATUSES = {str(state): verdict for verdict, state in STATES.items() if state != AssignmentStatus.PLACED}
"""Statuses that may be proposed instead of a taxon, with the corresponding verdict."""


@dataclass(frozen=True, kw_only=True)
class ObjectionDraft:
    """An objection to raise.

    `proposed` is the proposed path, or `outside`, `undecided` or `not-applicable`. `source_url` is the URL of the
    statement, required from the paper's own authors; `quote` is its text.
    """

    paper: str
    proposed: str
    raised_by: str
    taxonomy: str = MAIN_TAXONOMY
    raised_role: str = ObjectorRole.CO_AUTHOR
    source_url: str | None = None
    quote: str | None = None

    def __post_init__(self) -> None:
        if self.raised_role not in HUMAN_OBJECTORS:
            raise InvalidInputError(
                f"unknown role {self.raised_role!r} of the objector: use co-author, paper-author or reader"
            )
        if self.source_url and not self.source_url.lower().startswith(("https://", "http://")):
            raise InvalidInputError("the URL of the statement must begin with http:// or https://")
        if self.raised_role == ObjectorRole.PAPER_AUTHOR and not self.source_url:
            raise InvalidInputError("an objection by the paper's authors needs the URL of their statement")
        if not self.raised_by.strip():
            raise InvalidInputError("an objection needs the name of the person who raises it")
        reject_nul(self.proposed, self.raised_by, self.source_url, self.quote)


@dataclass(frozen=True)
class ObjectionResult(WithFormerNames):
    """An objection after a write; `decision` is the id of the decision that moved the paper, if there was one."""

    objection: str
    batch: str
    paper: str
    taxonomy: str
    status: str
    decision: str | None
    revision: int
    version: Former[int] = former("revision")


def raise_objection(session: Session, actor: Actor, draft: ObjectionDraft) -> ObjectionResult:
    """Raise an objection to an assignment; `actor` is the person who records it.

    Raises NotFoundError for an unknown paper, taxonomy or taxon, InvalidInputError if the paper has no assignment or is
    already where it should be, and ConflictError if the same objection is open already.
    """
    found = get_taxonomy(session, draft.taxonomy)
    assert found.id is not None
    taxonomy = lock_taxonomy(session, found.id, editing=False)
    number = find_paper(session, draft.paper).id
    assert number is not None
    paper = lock_paper(session, number)
    proposed = None if draft.proposed in PROPOSABLE_STATUSES else find_taxon(session, taxonomy, draft.proposed)
    current = _current(session, paper, taxonomy, proposed, draft)
    batch = open_batch(session, BatchKind.EDIT, f"objection to {paper.slug}", actor)
    objection = _new(batch, paper, taxonomy, draft)
    objection.disputed_taxon_id = current.id if current else None
    objection.proposed_taxon_id = proposed.id if proposed else None
    session.add(objection)
    after = {"objection": objection.uid, "proposed": draft.proposed, "raised_by": draft.raised_by}
    record_change(
        session, batch, f"objection:{taxonomy.slug}", subject_uid=uid_of_row(session, paper),
        before=current.path if current else None, after=after, why=draft.quote or "",
    )  # fmt: skip
    close_batch(session, batch, {"objection": objection.uid, "paper": paper.slug})
    return _written(objection, batch, paper, taxonomy)


def _current(
    session: Session, paper: Paper, taxonomy: Taxonomy, proposed: Taxon | None, draft: ObjectionDraft
) -> Taxon | None:
    assert paper.id is not None and taxonomy.id is not None
    live = live_of(session, paper.id, taxonomy.id)
    if not live:
        raise InvalidInputError(f"{paper.slug} has no assignment in {taxonomy.slug} yet; decide instead of objecting")
    assignment, current = live[0]
    if (assignment.status, current and current.id) == (_status(draft.proposed), proposed and proposed.id):
        raise InvalidInputError(f"{paper.slug} is assigned to {draft.proposed} already")
    for other in open_objections(session, paper.id, taxonomy.id):
        same_proposal = (other.proposed_status, other.proposed_taxon_id) == (
            _status(draft.proposed),
            proposed and proposed.id,
        )
        if same_proposal and other.raised_by == draft.raised_by:
            raise ConflictError(f"{draft.raised_by} has raised the same objection already: {other.uid}")
    return current


def _status(proposed: str) -> str:
    return proposed if proposed in PROPOSABLE_STATUSES else AssignmentStatus.PLACED


def _new(batch: Batch, paper: Paper, taxonomy: Taxonomy, draft: ObjectionDraft) -> Objection:
    assert paper.id is not None and taxonomy.id is not None and batch.id is not None
    return Objection(
        uid=new_uid(),
        paper_id=paper.id,
        taxonomy_id=taxonomy.id,
        proposed_status=_status(draft.proposed),
        raised_by=draft.raised_by,
        raised_role=draft.raised_role,
        source_url=draft.source_url,
        quote=draft.quote,
        batch_id=batch.id,
    )


def answer_objection(
    session: Session, actor: Actor, uid: str, answer: str, revision: int | None = None
) -> ObjectionResult:
    """Answer an objection and leave it open.

    Raises NotFoundError, InvalidInputError for an empty answer, ConflictError for a closed or newer objection.
    """
    reject_nul(answer)
    if not answer.strip():
        raise InvalidInputError("the answer is empty; write a text")
    objection = _open_one(session, uid, revision)
    batch = open_batch(session, BatchKind.EDIT, f"objection {objection.uid}", actor)
    return _update(session, batch, objection, {"status": ObjectionStatus.ANSWERED, "answer": answer})


@dataclass(frozen=True, kw_only=True)
class ObjectionOutcome:
    """How to close an objection: `accepted`, `rejected` or `withdrawn`, and why."""

    outcome: str
    answer: str | None = None
    revision: int | None = None

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
    objection = _open_one(session, uid, closing.revision)
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


def _open_one(session: Session, uid: str, revision: int | None) -> Objection:
    objection = find_objection(session, uid, writing=True)
    if revision is not None and revision != objection.revision:
        paper = session.get_one(Paper, objection.paper_id)
        said = "; ".join(describe_changes(session, paper, 1))
        raise ConflictError(
            f"stale: objection {objection.uid} is {objection.status} at revision {objection.revision}, you saw "
            f"{revision}; last on {paper.slug}: {said}"
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
    taxon = _proposed(session, taxonomy, objection)
    live = live_of(session, objection.paper_id, objection.taxonomy_id)
    if live and (live[0][0].status, live[0][0].taxon_id) == (objection.proposed_status, taxon and taxon.id):
        return None
    quoted = objection.quote if objection.raised_role != ObjectorRole.DECISION else None
    return Decision(
        paper=paper.slug,
        taxonomy=taxonomy.slug,
        verdict=PROPOSABLE_STATUSES.get(objection.proposed_status, Verdict.ACCEPT),
        taxon=taxon.path if taxon else None,
        evidence=quoted,
        evidence_location=objection.source_url if quoted else None,
        note=answer or f"objection of {objection.raised_by}",
    )


def _proposed(session: Session, taxonomy: Taxonomy, objection: Objection) -> Taxon | None:
    """The proposed taxon, or the one it was merged into; None if a status is proposed."""
    if objection.proposed_taxon_id is None:
        return None
    taxon = session.get_one(Taxon, objection.proposed_taxon_id)
    return taxon if taxon.ended_at is None else find_taxon(session, taxonomy, taxon.path)


def _update(session: Session, batch: Batch, objection: Objection, values: Row) -> ObjectionResult:
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
        objection.uid, batch.uid, paper.slug, taxonomy.slug, objection.status, objection.decision, objection.revision
    )
