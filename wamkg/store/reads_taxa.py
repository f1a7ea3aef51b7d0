"""Contents of the taxonomies: assignments, statuses, exemplars, counts."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col

from wamkg.store.bulk import select_columns
from wamkg.store.counted import further_by_taxonomy
from wamkg.store.reads_details import rows
from wamkg.store.tables import Assignment, Entity, Exemplar, Objection, Paper, Suggestion, Taxon, Taxonomy
from wamkg.vocabulary import AssignmentState, Standing


def exemplars_of(session: Session, taxa: Iterable[int]) -> dict[int, list[int]]:
    """Numbers of the exemplars of each taxon."""
    statement = (
        select_columns(Exemplar.taxon_id, Exemplar.paper_id)
        .where(col(Exemplar.taxon_id).in_(list(taxa)))
        .order_by(col(Exemplar.id))
    )
    found: dict[int, list[int]] = {}
    for taxon, paper in rows(session, statement):
        found.setdefault(taxon, []).append(paper)
    return found


def _placed_in(taxonomy: int, uncounted: Collection[int]) -> list[Any]:
    """The condition for live assignments of library papers in a taxonomy, each work once."""
    cited = select_columns(Paper.id).where(Paper.standing == Standing.CITED)
    return [
        Assignment.taxonomy_id == taxonomy,
        Assignment.state == AssignmentState.PLACED,
        col(Assignment.ended_at).is_(None),
        col(Assignment.paper_id).not_in(cited),
        col(Assignment.paper_id).not_in(uncounted),
    ]


def own_counts(session: Session, taxonomy: int, uncounted: Collection[int]) -> dict[int, int]:
    """Number of library works assigned to each taxon itself, primary or secondary.

    `uncounted` are the other records of works there, as `store/counted.py` finds them.
    """
    statement = (
        select_columns(Assignment.taxon_id, func.count())
        .where(*_placed_in(taxonomy, uncounted))
        .group_by(col(Assignment.taxon_id))
    )
    return dict(tuple(row) for row in rows(session, statement))


def placed_at_several(session: Session, taxonomy: int, uncounted: Collection[int]) -> list[tuple[int, str]]:
    """Pairs (paper, taxon path), in one taxonomy, of the papers that also have a secondary assignment; see
    `own_counts`.
    """
    holds = _placed_in(taxonomy, uncounted)
    also = select_columns(Assignment.paper_id).where(*holds, col(Assignment.primary).is_(False))
    statement = (
        select_columns(Assignment.paper_id, Taxon.path)
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id))
        .where(*holds, col(Assignment.paper_id).in_(also), col(Taxon.ended_at).is_(None))
    )
    return [tuple(row) for row in rows(session, statement)]


def state_counts(session: Session, taxonomy: int | None = None) -> dict[str, dict[str, int]]:
    """Number of works with each status in each taxonomy, or in one, by live primary assignment."""
    statement = (
        select_columns(Taxonomy.id, Taxonomy.slug, Assignment.state, func.count())
        .select_from(Assignment)
        .join(Taxonomy, col(Taxonomy.id) == col(Assignment.taxonomy_id))
        .where(col(Assignment.ended_at).is_(None), col(Assignment.primary).is_(True))
        .group_by(col(Taxonomy.id), col(Taxonomy.slug), col(Assignment.state))
        .order_by(col(Taxonomy.slug), col(Assignment.state))
    )
    if taxonomy is not None:
        statement = statement.where(Assignment.taxonomy_id == taxonomy)
    found: dict[str, Counter[str]] = {}
    numbers = {}
    for number, slug, state, count in rows(session, statement):
        found.setdefault(slug, Counter())[state] = count
        numbers[slug] = number
    further = further_by_taxonomy(session, taxonomy)
    for slug, counts in found.items():
        for others in further.get(numbers[slug], {}).values():
            counts.subtract(record.state for record in others)
    return {slug: {state: count for state, count in counts.items() if count} for slug, counts in found.items()}


def suggestions_of(session: Session, papers: Iterable[int]) -> list[tuple[Suggestion, str]]:
    """All suggestions for these papers with the slug of their taxonomy."""
    from_taxonomy: Any = col(Taxonomy.id) == col(Suggestion.taxonomy_id)
    statement = (
        select_columns(Suggestion, Taxonomy.slug)
        .join(Taxonomy, from_taxonomy)
        .where(col(Suggestion.paper_id).in_(list(papers)))
        .order_by(col(Taxonomy.slug))
    )
    return [(suggestion, slug) for suggestion, slug in session.exec(statement)]


def list_objections(session: Session) -> list[tuple[Objection, str, str | None, str, str]]:
    """All objections, newest first, with the paper's slug, arXiv id and title, and the taxonomy's slug."""
    statement = (
        select_columns(Objection, Paper.slug, Paper.arxiv, Taxonomy.slug, Paper.title)
        .join(Paper, col(Paper.id) == col(Objection.paper_id))
        .join(Taxonomy, col(Taxonomy.id) == col(Objection.taxonomy_id))
        .order_by(col(Objection.id).desc())
    )
    return [tuple(row) for row in session.exec(statement)]


def uids_of_taxa(session: Session, taxonomy: Taxonomy) -> list[tuple[str, str, str]]:
    """Permanent public id, path and name of each live taxon, by path."""
    statement = (
        select_columns(Entity.uid, Taxon.path, Taxon.name)
        .join(Taxon, col(Taxon.id) == col(Entity.id))
        .where(Taxon.taxonomy_id == taxonomy.id, col(Taxon.ended_at).is_(None))
        .order_by(col(Taxon.path))
    )
    return [tuple(row) for row in rows(session, statement)]
