"""Reads for the review queue: pending suggestions, and rejected taxa."""

from sqlmodel import Session, col, select

from wamkg.store.bulk import select_columns
from wamkg.store.tables import Assignment, Paper, Suggestion, Taxon, Taxonomy
from wamkg.vocabulary import REJECTED


def waiting(session: Session, taxonomy: Taxonomy) -> list[tuple[Suggestion, Paper]]:
    """Suggestions for papers without a decision in the taxonomy, with the papers."""
    decided = select(Assignment.id).where(
        Assignment.paper_id == Suggestion.paper_id,
        Assignment.taxonomy_id == Suggestion.taxonomy_id,
        col(Assignment.ended_at).is_(None),
    )
    statement = (
        select(Suggestion, Paper)
        .join(Paper, col(Paper.id) == col(Suggestion.paper_id))
        .where(Suggestion.taxonomy_id == taxonomy.id, ~decided.exists())
        .order_by(col(Paper.id))
    )
    return list(session.exec(statement).all())


def refused(session: Session, taxonomy: Taxonomy) -> set[tuple[int, str]]:
    """Pairs (paper, taxon path) that a person rejected and that are still rejected."""
    statement = (
        select_columns(Assignment.paper_id, Taxon.path)
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id))
        .where(Assignment.taxonomy_id == taxonomy.id, Assignment.state == REJECTED)
    )
    return {(paper, path) for paper, path in session.connection().execute(statement)}
