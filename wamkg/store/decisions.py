"""People's decisions: the records, screening answers, and the quotes that assignments rest on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from wamkg.identifiers import new_uid
from wamkg.json_types import UncheckedObject
from wamkg.store.base import RowValues, chunks, is_live, select_columns, table_of
from wamkg.store.papers import same_paper_uids
from wamkg.store.tables import Actor, Assignment, Batch, Change, Claim, Event, Paper, Suggestion, Taxon, Taxonomy
from wamkg.store.types import utc_now
from wamkg.vocabulary import Standing

DECISION = "decision:"
"""Prefix of the `change.field` that stores a decision; the taxonomy's slug follows."""


def lock_paper(session: Session, number: int) -> Paper:
    """Lock the paper until the end of the transaction, so that decisions on it run one after the other, and return
    it.
    """
    statement = select(Paper).where(Paper.id == number).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).one()


def lock_papers(session: Session, numbers: Iterable[int]) -> None:
    """Lock papers until the end of the transaction, in a fixed order, to avoid deadlocks."""
    for part in chunks(sorted(numbers)):
        session.exec(select(Paper.id).where(col(Paper.id).in_(part)).order_by(col(Paper.id)).with_for_update()).all()


def live_of(session: Session, paper: int, taxonomy: int) -> list[tuple[Assignment, Taxon | None]]:
    """Live assignments of a paper in a taxonomy with their taxa, the primary one first."""
    statement = (
        select(Assignment, Taxon)
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id), isouter=True)
        .where(Assignment.paper_id == paper, Assignment.taxonomy_id == taxonomy, is_live(Assignment))
        .order_by(col(Assignment.primary).desc(), col(Assignment.id))
    )
    return [(assignment, taxon) for assignment, taxon in session.exec(statement)]


def live_taxa_of(session: Session, paper: int) -> list[tuple[str, str]]:
    """Pairs (taxonomy slug, taxon path) of a paper's live assignments in all taxonomies."""
    statement = (
        select(Taxonomy.slug, Taxon.path)
        .join(Taxon, col(Taxon.taxonomy_id) == col(Taxonomy.id))
        .join(Assignment, col(Assignment.taxon_id) == col(Taxon.id))
        .where(Assignment.paper_id == paper, is_live(Assignment))
    )
    return list(session.exec(statement))


def suggestion_of(session: Session, paper: int, taxonomy: int) -> Suggestion | None:
    """The suggestion for a paper."""
    statement = select(Suggestion).where(Suggestion.paper_id == paper, Suggestion.taxonomy_id == taxonomy)
    return session.exec(statement).first()


def suggestion_named(session: Session, uid: str) -> Suggestion | None:
    """The suggestion with that permanent public id, if it still exists."""
    return session.exec(select(Suggestion).where(Suggestion.uid == uid)).first()


def batches_of_paper(session: Session, paper: int, limit: int) -> list[tuple[Batch, str]]:
    """The newest batches that wrote something about a paper, with their authors, newest first."""
    numbers: set[int] = set()
    owners = ((table_of(Assignment), "paper_id"), (table_of(Event), "paper_id"), (table_of(Claim), "subject_id"))
    for table, owner in owners:
        columns = [table.c[name] for name in ("batch_id", "ended_batch_id") if name in table.c]
        for row in session.connection().execute(select_columns(*columns).where(table.c[owner] == paper)):
            numbers |= {number for number in row if number is not None}
    statement = (
        select(Batch, Actor.name)
        .join(Actor, col(Actor.id) == col(Batch.actor_id))
        .where(col(Batch.id).in_(numbers))
        .order_by(col(Batch.id).desc())
        .limit(limit)
    )
    return list(session.exec(statement))


def changes_in_batch(session: Session, batch: Batch, paper: int) -> list[str]:
    """A short description of each thing that a batch wrote about a paper."""
    places = (
        select_columns(Assignment.status, Taxon.path, Taxonomy.slug)
        .join(Taxonomy, col(Taxonomy.id) == col(Assignment.taxonomy_id))
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id), isouter=True)
        .where(Assignment.batch_id == batch.id, Assignment.paper_id == paper)
    )
    facts = select_columns(Claim.field, Claim.value).where(Claim.batch_id == batch.id, Claim.subject_id == paper)
    events = select_columns(Event.kind, Event.day).where(Event.batch_id == batch.id, Event.paper_id == paper)
    said = [f"{slug}:{path or status}" for status, path, slug in session.exec(places)]
    said += [f"{name} = {value}"[:60] for name, value in session.exec(facts)]
    return said + [f"{kind} = {day}" for kind, day in session.exec(events)]


@dataclass(frozen=True)
class DecisionRow:
    """A recorded decision: who made it, what it was based on, and whether it was undone."""

    change: Change
    by: str
    batch: Batch

    @property
    def uid(self) -> str:
        """The decision's permanent public id."""
        return self.change.uid

    @property
    def taxonomy(self) -> str:
        """Slug of the taxonomy."""
        return self.change.field.removeprefix(DECISION)

    @property
    def replaces(self) -> frozenset[str]:
        """Ids of the earlier decisions that its author had seen."""
        before = self.change.before
        return frozenset(str(uid) for uid in before.get("replaces", ())) if isinstance(before, dict) else frozenset()

    @property
    def record(self) -> UncheckedObject:
        """What was decided: verdict, taxa, evidence and the suggestion that was seen."""
        after = self.change.after
        return after if isinstance(after, dict) else {}

    @property
    def verdict(self) -> str:
        """The verdict."""
        return str(self.record.get("verdict"))

    @property
    def order(self) -> tuple[datetime, str]:
        """Sort key that orders decisions equally in every copy of the store."""
        return self.change.at, self.change.uid


def decided_taxonomy(batch: Batch) -> str:
    """Slug of the taxonomy of a decision's batch; decisions imported from a file name it too."""
    return batch.source.partition(" from ")[0]


def record_decision(session: Session, batch: Batch, paper_uid: str, taxonomy: str, values: RowValues) -> str:
    """Append a decision record. `values` are `before`, `after` and, for imported decisions, `uid` and `at`."""
    assert batch.id is not None
    named = {"uid": new_uid(), "at": utc_now(), **values}
    field = f"{DECISION}{taxonomy}"
    change = Change(batch_id=batch.id, actor_id=batch.actor_id, subject_uid=paper_uid, field=field, **named)
    session.add(change)
    session.flush()
    return change.uid


def decision_rows(
    session: Session,
    *,
    paper: str | None = None,
    taxonomy: str | None = None,
    uids: Iterable[str] | None = None,
    batch: str | None = None,
) -> list[DecisionRow]:
    """Decision records, oldest first, filtered by the uid of a paper, the slug of a taxonomy, ids, or the uid of a
    batch.
    """
    statement = (
        select_columns(Change, Actor.name, Batch)
        .join(Actor, col(Actor.id) == col(Change.actor_id))
        .join(Batch, col(Batch.id) == col(Change.batch_id))
        .where(col(Change.field).startswith(DECISION))
    )
    if paper is not None:
        statement = statement.where(col(Change.subject_uid).in_(same_paper_uids(session, [paper])))
    if taxonomy is not None:
        statement = statement.where(Change.field == f"{DECISION}{taxonomy}")
    if uids is not None:
        statement = statement.where(col(Change.uid).in_(list(uids)))
    if batch is not None:
        statement = statement.where(Batch.uid == batch)
    found = [DecisionRow(*row) for row in session.exec(statement)]
    return sorted(found, key=lambda row: row.order)


def count_decisions(session: Session, taxonomy: str, actor: str, since: datetime) -> int:
    """Number of decisions that a person made in a taxonomy since a moment and that were not undone."""
    statement = (
        select_columns(func.count())
        .select_from(Change)
        .join(Actor, col(Actor.id) == col(Change.actor_id))
        .join(Batch, col(Batch.id) == col(Change.batch_id))
        .where(Change.field == f"{DECISION}{taxonomy}", Actor.name == actor, col(Change.at) >= since)
    )
    return int(session.connection().execute(statement.where(col(Batch.undone_at).is_(None))).scalar_one())


def effective_decisions(session: Session, paper: str, taxonomy: str) -> list[DecisionRow]:
    """Decisions on a paper in a taxonomy that were not undone and assign the paper, oldest first."""
    rows = decision_rows(session, paper=paper, taxonomy=taxonomy)
    return [row for row in rows if row.batch.undone_at is None and row.verdict != "reject"]


def unsuperseded_decisions(rows: Sequence[DecisionRow]) -> list[DecisionRow]:
    """Decisions that no other decision supersedes. More than one means that two people disagree."""
    replaced = {uid for row in rows for uid in row.replaces}
    return [row for row in rows if row.uid not in replaced]


_SAID = {"accept": True, "outside": False}
_STANDING: dict[str, bool] = {Standing.INCLUDED: True}


def screening_answers(session: Session, taxonomy: str) -> dict[str, bool]:
    """Papers by permanent id, in the order of their first answer, and whether they are in scope.

    Answers are decisions in the taxonomy that assign a paper or put it out of scope, and the standing `included`.
    Undone answers do not count.
    """
    field = f"{DECISION}{taxonomy}"
    statement = (
        select_columns(Change.subject_uid, Change.field, Change.after)
        .join(Batch, col(Batch.id) == col(Change.batch_id))
        .where(or_(col(Change.field) == field, col(Change.field) == "standing"), col(Batch.undone_at).is_(None))
        .order_by(col(Change.at), col(Change.id))
    )
    found: dict[str, bool] = {}
    for uid, name, after in session.connection().execute(statement):
        said = _SAID.get(after["verdict"]) if name == field else _STANDING.get(str(after))
        if said is not None:
            found.setdefault(uid, said)
    return found


EVIDENCE_LOST = "evidence lost"
"""Field of the audit trail for a change that removed quoted text."""


class QuotedAssignment(NamedTuple):
    """A live assignment with a quote: the paper, where the quote is from, and who made it."""

    number: int
    slug: str
    abstract: str | None
    summary: str | None
    taxonomy: str
    taxon: str | None
    status: str
    by: str
    evidence: str
    place: str | None
    checked: bool | None


def quoted_assignments(session: Session, papers: Iterable[int] | None = None) -> list[QuotedAssignment]:
    """Live assignments with a quote, all or those of some papers, oldest first."""
    statement = (
        select_columns(
            Paper.id, Paper.slug, Paper.abstract, Paper.summary, Taxonomy.slug, Taxon.path, Assignment.status,
            Actor.name, Assignment.evidence, Assignment.evidence_location, Assignment.evidence_checked,
        )
        .select_from(Assignment)
        .join(Paper, col(Paper.id) == col(Assignment.paper_id))
        .join(Taxonomy, col(Taxonomy.id) == col(Assignment.taxonomy_id))
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id), isouter=True)
        .join(Actor, col(Actor.id) == col(Assignment.actor_id))
        .where(is_live(Assignment), col(Assignment.evidence).is_not(None))
        .order_by(col(Assignment.id))
    )  # fmt: skip
    if papers is None:
        return [QuotedAssignment(*row) for row in session.execute(statement)]
    parts = (statement.where(col(Paper.id).in_(part)) for part in chunks(papers))
    return [QuotedAssignment(*row) for part in parts for row in session.execute(part)]


def warnings_of_batch(session: Session, batch: str | None) -> list[str]:
    """The warnings of a batch, in order."""
    told = select_columns(Change.after).join(Batch, col(Batch.id) == col(Change.batch_id))
    of_batch = told.where(Batch.uid == batch, Change.field == EVIDENCE_LOST).order_by(col(Change.id))
    return [after["alarm"] for (after,) in session.execute(of_batch)]
