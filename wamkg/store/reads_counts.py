"""Counts of stored data and of missing data."""

from typing import Any

from sqlalchemy import exists, func
from sqlmodel import Session, SQLModel, col

from wamkg.store.bulk import select_columns
from wamkg.store.reads_details import rows
from wamkg.store.tables import (
    Assignment,
    Authorship,
    Benchmark,
    Citation,
    Concept,
    Dataset,
    Embedding,
    Event,
    Institution,
    Link,
    Method,
    Metric,
    Paper,
    Result,
    Suggestion,
    Taxon,
    Taxonomy,
    Weblink,
)
from wamkg.vocabulary import Relation, Standing

_COUNTED: dict[str, type[SQLModel]] = {
    "methods": Method,
    "datasets": Dataset,
    "benchmarks": Benchmark,
    "metrics": Metric,
    "institutions": Institution,
    "concepts": Concept,
    "results": Result,
    "taxonomies": Taxonomy,
    "taxa": Taxon,
    "citations": Citation,
    "suggestions": Suggestion,
}


def table_counts(session: Session) -> dict[str, int]:
    """Number of entities of each kind."""
    counted = {name: select_columns(func.count()).select_from(model) for name, model in _COUNTED.items()}
    counted["taxa"] = counted["taxa"].where(col(Taxon.ended_at).is_(None))
    counted["citations"] = counted["citations"].where(col(Citation.ended_at).is_(None))
    return {name: _count(session, statement) for name, statement in counted.items()}


def standing_counts(session: Session) -> dict[str, int]:
    """Number of papers with each standing."""
    statement = select_columns(Paper.standing, func.count()).group_by(col(Paper.standing)).order_by(Paper.standing)
    return dict(tuple(row) for row in rows(session, statement))


def _count(session: Session, statement: Any) -> int:
    return int(session.connection().execute(statement).scalar_one())


def coverage_counts(session: Session) -> dict[str, int]:
    """For each field, the number of papers of the library that have a value."""
    number = col(Paper.id)
    stated = exists().where(col(Event.paper_id) == number, col(Event.derived).is_(False), col(Event.ended_at).is_(None))
    code = exists().where(col(Weblink.paper_id) == number, col(Weblink.kind) == "code", col(Weblink.ended_at).is_(None))
    method = exists().where(col(Link.source_id) == number, col(Link.relation) == Relation.PROPOSES)
    conditions: dict[str, Any] = {
        "abstract": col(Paper.abstract).is_not(None),
        "summary": col(Paper.summary).is_not(None),
        "authors": exists().where(col(Authorship.paper_id) == number),
        "arxiv id": col(Paper.arxiv).is_not(None),
        "semantic scholar id": col(Paper.s2).is_not(None),
        "date": col(Paper.date).is_not(None),
        "stated date": stated,
        "date to the day": Paper.date_precision == "day",
        "venue": col(Paper.venue_id).is_not(None),
        "code": code,
        "method name": method,
        "institution": exists().where(col(Link.source_id) == number, col(Link.relation) == Relation.AFFILIATED),
        "citation count": col(Paper.citation_count).is_not(None),
        "a decision in some taxonomy": exists().where(
            col(Assignment.paper_id) == number, col(Assignment.ended_at).is_(None)
        ),
        "embedding": exists().where(col(Embedding.entity_id) == number),
    }
    listed = select_columns(func.count()).select_from(Paper).where(col(Paper.standing) != Standing.CITED)
    return {"": _count(session, listed)} | {n: _count(session, listed.where(c)) for n, c in conditions.items()}
