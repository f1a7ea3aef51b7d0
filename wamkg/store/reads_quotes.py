"""Live assignments that are supported by a quote."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlmodel import Session, col

from wamkg.store.bulk import chunks, select_columns
from wamkg.store.tables import Actor, Assignment, Batch, Change, Paper, Taxon, Taxonomy

EVIDENCE_LOST = "evidence lost"
"""Field of the audit trail for a change that removed quoted text."""


class Quoted(NamedTuple):
    """A live assignment with a quote: the paper, where the quote is from, and who made it."""

    number: int
    slug: str
    abstract: str | None
    summary: str | None
    taxonomy: str
    taxon: str | None
    state: str
    by: str
    evidence: str
    place: str | None
    checked: bool | None


def quotes(session: Session, papers: Iterable[int] | None = None) -> list[Quoted]:
    """Live assignments with a quote, all or those of some papers, oldest first."""
    statement: Any = (
        select_columns(
            Paper.id, Paper.slug, Paper.abstract, Paper.summary, Taxonomy.slug, Taxon.path, Assignment.state,
            Actor.name, Assignment.evidence, Assignment.evidence_place, Assignment.evidence_checked,
        )
        .select_from(Assignment)
        .join(Paper, col(Paper.id) == col(Assignment.paper_id))
        .join(Taxonomy, col(Taxonomy.id) == col(Assignment.taxonomy_id))
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id), isouter=True)
        .join(Actor, col(Actor.id) == col(Assignment.actor_id))
        .where(col(Assignment.ended_at).is_(None), col(Assignment.evidence).is_not(None))
        .order_by(col(Assignment.id))
    )  # fmt: skip
    if papers is None:
        return [Quoted(*row) for row in session.execute(statement)]
    parts = (statement.where(col(Paper.id).in_(part)) for part in chunks(papers))
    return [Quoted(*row) for part in parts for row in session.execute(part)]


def alarms_of(session: Session, batch: str | None) -> list[str]:
    """The warnings of a batch, in order."""
    told: Any = select_columns(Change.after).join(Batch, col(Batch.id) == col(Change.batch_id))
    of_batch = told.where(Batch.uid == batch, Change.field == EVIDENCE_LOST).order_by(col(Change.id))
    return [after["alarm"] for (after,) in session.execute(of_batch)]
