"""Digests: stored ones, and what a new one can contain. Every list is in the order in which things happened."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from wamkg.errors import NotFoundError
from wamkg.identifiers import title_key
from wamkg.store.base import get_by_prefix, is_live, select_columns
from wamkg.store.decisions import EVIDENCE_LOST
from wamkg.store.survey import find_survey
from wamkg.store.tables import (
    Assignment,
    Batch,
    Benchmark,
    Change,
    Citation,
    Digest,
    Discovery,
    Entity,
    Method,
    Metric,
    Notice,
    Objection,
    Paper,
    Result,
    Taxon,
    Taxonomy,
)
from wamkg.vocabulary import NEW_FINDS, OPEN_STATUSES, DiscoveryOutcome, EntityKind

LATEST = "latest"
"""Stands for the newest digest where an id is expected."""


class Happened(NamedTuple):
    """One thing that happened: its permanent id, when, its paper's slug, and texts for people."""

    uid: str
    at: datetime
    paper: str | None
    title: str
    text: str


def list_digests(session: Session, limit: int) -> list[Digest]:
    """Digests, newest first."""
    return list(session.exec(select(Digest).order_by(col(Digest.id).desc()).limit(limit)))


def find_digest(session: Session, uid: str) -> Digest:
    """The digest with that id or a unique beginning of it; `latest` is the newest.

    Raises NotFoundError.
    """
    if uid != LATEST:
        return get_by_prefix(session, Digest, uid, "wamkg digest --list")
    newest = list_digests(session, 1)
    if not newest:
        raise NotFoundError("there is no digest yet; `wamkg digest` makes one")
    return newest[0]


def told_before(session: Session) -> set[str]:
    """Keys of everything that a digest contains already."""
    return {str(entry["key"]) for entries in session.exec(select(Digest.entries)) for entry in entries}


def found_papers(session: Session, since: datetime) -> Iterator[Happened]:
    """Finds that a person should look at."""
    queued = func.coalesce(col(Discovery.queued_at), col(Discovery.found_at))
    columns = select_columns(
        Discovery.uid, queued, Paper.slug, Discovery.title, Discovery.reason, Discovery.outcome
    ).join(Paper, col(Paper.id) == col(Discovery.paper_id), isouter=True)  # fmt: skip
    wanted = columns.where(queued >= since, col(Discovery.outcome).in_(NEW_FINDS))
    for uid, at, slug, title, reason, outcome in session.exec(wanted.order_by(col(Discovery.route), Discovery.id)):
        yield Happened(
            uid, at, slug, title, reason if outcome == DiscoveryOutcome.CANDIDATE else f"{outcome}: {reason}"
        )


def placed_papers(session: Session, since: datetime) -> Iterator[Happened]:
    """Live assignments to a taxon, and out of scope, without those with which the survey began."""
    columns = (
        select_columns(
            Assignment.uid, Assignment.at, Paper.slug, Paper.title, Taxonomy.slug, Taxon.path, Assignment.status
        )
        .select_from(Assignment)
        .join(Paper, col(Paper.id) == col(Assignment.paper_id))
        .join(Taxonomy, col(Taxonomy.id) == col(Assignment.taxonomy_id))
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id), isouter=True)
        .where(is_live(Assignment), col(Assignment.at) >= since, col(Assignment.batch_id) > _first_batch(session))
    )
    for uid, at, slug, title, taxonomy, path, status in session.exec(columns.order_by(col(Assignment.id))):
        yield Happened(uid, at, slug, title, f"{taxonomy}:{path or status}")


def _first_batch(session: Session) -> int:
    """The batch with which the survey began: the first that wrote papers; 0 in an empty store."""
    wrote = select(func.min(Entity.batch_id)).where(Entity.kind == EntityKind.PAPER)
    return session.exec(wrote).one() or 0


def noticed_changes(session: Session, since: datetime) -> Iterator[Happened]:
    """Notices, whatever their status is now."""
    columns = select_columns(Notice.uid, Notice.at, Paper.slug, Paper.title, Notice.kind, Notice.before, Notice.after)
    columns = columns.join(Paper, col(Paper.id) == col(Notice.paper_id)).where(col(Notice.at) >= since)
    for uid, at, slug, title, kind, before, after in session.exec(columns.order_by(col(Notice.id))):
        yield Happened(
            uid, at, slug, title, f"{kind}: {before[:200]} -> {after[:200]}" if before else f"{kind}: {after[:200]}"
        )


def lost_quotes(session: Session, since: datetime) -> Iterator[Happened]:
    """Warnings that the text of a decision's quote is gone."""
    columns = (
        select_columns(Change.uid, Change.at, Paper.slug, Paper.title, Change.after)
        .join(Entity, col(Entity.uid) == col(Change.subject_uid))
        .join(Paper, col(Paper.id) == col(Entity.id))
        .where(Change.field == EVIDENCE_LOST, col(Change.at) >= since)
    )
    for uid, at, slug, title, after in session.exec(columns.order_by(col(Change.id))):
        yield Happened(uid, at, slug, title, after["alarm"])


def citations_of_survey(session: Session, since: datetime) -> Iterator[Happened]:
    """Papers that cite the survey itself, if the store has it as a paper."""
    survey = find_survey(session)
    if survey is None:
        return
    own = aliased(Paper)
    columns = (
        select_columns(Entity.uid, Citation.first_seen, Paper.slug, Paper.title)
        .select_from(Citation)
        .join(own, col(own.id) == col(Citation.cited_id))
        .join(Paper, col(Paper.id) == col(Citation.citing_id))
        .join(Entity, col(Entity.id) == col(Paper.id))
        .where(is_live(Citation), own.title_key == title_key(survey.title), col(Citation.first_seen) >= since)
    )
    for uid, at, slug, title in session.exec(columns.order_by(col(Citation.id))):
        yield Happened(uid, at, slug, title, "cites the survey")


def open_objections(session: Session, since: datetime) -> Iterator[Happened]:
    """Objections raised since, which nobody has closed."""
    columns = select_columns(Objection.uid, Objection.at, Paper.slug, Paper.title, Objection.raised_by, Objection.quote)
    columns = columns.join(Paper, col(Paper.id) == col(Objection.paper_id))
    wanted = columns.where(col(Objection.at) >= since, col(Objection.status).in_(OPEN_STATUSES))
    for uid, at, slug, title, who, quote in session.exec(wanted.order_by(col(Objection.id))):
        yield Happened(uid, at, slug, title, f"{who} objects{f': {quote[:300]}' if quote else ''}")


class DigestResult(NamedTuple):
    """A new result, and what it is ranked with."""

    happened: Happened
    protocol: tuple[object, ...]
    value: float
    number: int


def new_results(session: Session, since: datetime) -> Iterator[DigestResult]:
    """Results that were stored since, without those with which the survey began."""
    columns = (
        select_columns(
            Result.uid, Batch.started_at, Paper.slug, Method.name, Benchmark.name, Result.suite, Result.split,
            Metric.name, Result.value, Result.benchmark_id, Result.metric_id, Result.id,
        )
        .select_from(Result)
        .join(Batch, col(Batch.id) == col(Result.batch_id))
        .join(Method, col(Method.id) == col(Result.method_id))
        .join(Benchmark, col(Benchmark.id) == col(Result.benchmark_id))
        .join(Metric, col(Metric.id) == col(Result.metric_id), isouter=True)
        .join(Paper, col(Paper.id) == col(Result.reported_by_id), isouter=True)
        .where(col(Batch.started_at) >= since, col(Batch.id) > _first_batch(session))
        .order_by(col(Result.id))
    )  # fmt: skip
    for uid, at, slug, method, benchmark, suite, split, metric, value, *ids, number in session.exec(columns):
        where = " ".join(part for part in (benchmark, suite, split) if part)
        happened = Happened(uid, at, slug, f"{method} on {where}", f"{metric or 'no metric'} {value:g}")
        yield DigestResult(happened, (ids[0], suite, split, ids[1]), value, number)


def best_before(session: Session, result: DigestResult) -> tuple[float, bool] | None:
    """The best earlier value of a protocol, and whether higher is better; None without a metric or earlier ones."""
    benchmark, suite, split, metric = result.protocol
    if metric is None:
        return None
    higher = session.exec(select(Metric.higher_is_better).where(Metric.id == metric)).one()
    values = session.exec(
        select(Result.value).where(
            Result.benchmark_id == benchmark, Result.suite == suite, Result.split == split, Result.metric_id == metric,
            col(Result.id) < result.number,
        )
    ).all()  # fmt: skip
    if not values or higher is None:
        return None
    return (max(values), True) if higher else (min(values), False)
