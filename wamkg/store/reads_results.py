"""Reported results with the names of everything they refer to, and usage counts of entities."""

from typing import Any

from sqlalchemy import func
from sqlmodel import Session, SQLModel, col

from wamkg.store.bulk import select_columns
from wamkg.store.reads_details import rows
from wamkg.store.tables import Benchmark, Entity, Link, Method, Metric, Paper, Result
from wamkg.store.things import THINGS
from wamkg.vocabulary import EntityKind, Relation


def result_rows(session: Session) -> list[Any]:
    """Every reported result with its method, benchmark, metric, reporting paper and the method's own paper."""
    proposing = (
        select_columns(Link.target_id.label("method"), func.min(Link.source_id).label("paper"))  # type: ignore[attr-defined]
        .where(Link.relation == Relation.PROPOSES)
        .group_by(col(Link.target_id))
        .subquery()
    )
    reporter = _paper_alias()
    statement = (
        select_columns(
            Result.id,
            Result.uid,
            Method.slug.label("method"),  # type: ignore[attr-defined]
            col(Method.name).label("method_name"),
            col(Benchmark.slug).label("benchmark"),
            col(Benchmark.name).label("benchmark_name"),
            Result.suite,
            Result.split,
            col(Metric.slug).label("metric"),
            col(Metric.name).label("metric_name"),
            col(Metric.unit).label("unit"),
            col(Metric.higher_is_better).label("higher_is_better"),
            Result.value,
            Result.method_printed,
            Result.reported_url,
            Result.reported_where,
            Result.party,
            Result.oddity,
            Result.source,
            Result.version,
            reporter.c.slug.label("reporter"),
            reporter.c.arxiv.label("reporter_arxiv"),
            proposing.c.paper,
        )
        .select_from(Result)
        .join(Method, col(Method.id) == col(Result.method_id))
        .join(Benchmark, col(Benchmark.id) == col(Result.benchmark_id))
        .join(Metric, col(Metric.id) == col(Result.metric_id), isouter=True)
        .join(reporter, reporter.c.id == col(Result.reported_by_id), isouter=True)
        .join(proposing, proposing.c.method == col(Result.method_id), isouter=True)
        .order_by(col(Result.id))
    )
    return list(rows(session, statement))


def _paper_alias() -> Any:
    return select_columns(Paper.id, Paper.slug, Paper.arxiv).subquery("reporter")


def link_counts(session: Session, kind: EntityKind) -> dict[int, dict[str, int]]:
    """Number of papers linked to each entity of a kind, by relation."""
    model: Any = THINGS[kind]
    statement = (
        select_columns(model.id, Link.relation, func.count())
        .select_from(Link)
        .join(model, model.id == col(Link.target_id))
        .group_by(model.id, col(Link.relation))
        .order_by(col(Link.relation))
    )
    found: dict[int, dict[str, int]] = {}
    for number, relation, count in rows(session, statement):
        found.setdefault(number, {})[relation] = count
    return found


def linked_papers(session: Session, kind: EntityKind, relation: Relation) -> dict[int, list[tuple[str, str | None]]]:
    """Pairs (slug, arXiv id) of the papers with that relation to each entity of a kind."""
    model: Any = THINGS[kind]
    statement = (
        select_columns(model.id, Paper.slug, Paper.arxiv)
        .select_from(Link)
        .join(model, model.id == col(Link.target_id))
        .join(Paper, col(Paper.id) == col(Link.source_id))
        .where(Link.relation == relation)
        .order_by(col(Link.id))
    )
    found: dict[int, list[tuple[str, str | None]]] = {}
    for number, slug, arxiv in rows(session, statement):
        found.setdefault(number, []).append((slug, arxiv))
    return found


def result_counts(session: Session) -> dict[int, int]:
    """Number of results for each method or benchmark."""
    found: dict[int, int] = {}
    for column in (col(Result.method_id), col(Result.benchmark_id)):
        statement = select_columns(column, func.count()).group_by(column)
        found |= dict(tuple(row) for row in rows(session, statement))
    return found


def uids_of(session: Session, model: type[SQLModel]) -> dict[int, str]:
    """Permanent public ids of all entities of a kind."""
    table: Any = model
    statement = select_columns(Entity.id, Entity.uid).join(table, table.id == col(Entity.id))
    return dict(tuple(row) for row in rows(session, statement))
