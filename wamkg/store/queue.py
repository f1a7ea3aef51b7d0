"""Named reads for the review queue: what waits for a person, and which papers may be versions of one work."""

from sqlmodel import Session, col, select

from wamkg.store.bulk import select_columns
from wamkg.store.tables import Assignment, Judgement, Link, Paper, Suggestion, Taxon, Taxonomy
from wamkg.vocabulary import REJECTED, Relation, SameWork


def waiting(session: Session, taxonomy: Taxonomy) -> list[tuple[Suggestion, Paper]]:
    """Suggestions of papers that nobody has decided on in the taxonomy, with the papers."""
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
    """Pairs (paper, taxon's path) that a person has said no to, and the decision stands."""
    statement = (
        select_columns(Assignment.paper_id, Taxon.path)
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id))
        .where(Assignment.taxonomy_id == taxonomy.id, Assignment.state == REJECTED)
    )
    return {(paper, path) for paper, path in session.connection().execute(statement)}


def published_pairs(session: Session) -> list[tuple[int, int]]:
    """Pairs of a preprint and its published record that the store holds as two papers."""
    statement = select(Link.source_id, Link.target_id).where(Link.relation == Relation.PUBLISHED_AS)
    return [(source, target) for source, target in session.exec(statement)]


def judged_pairs(session: Session) -> tuple[list[tuple[int, int]], set[frozenset[int]]]:
    """Pairs that a person called one work, and pairs that a person called two."""
    live = select(Judgement).where(col(Judgement.ended_at).is_(None)).order_by(col(Judgement.id))
    said = [(j.left_id, j.right_id, j.verdict) for j in session.exec(live)]
    same = [(left, right) for left, right, verdict in said if verdict == SameWork.SAME]
    return same, {frozenset(pair) for *pair, verdict in said if verdict == SameWork.DIFFERENT}
