"""Reported results with the names of everything they refer to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Subquery, func
from sqlmodel import Session, col, select

from wamkg.identifiers import new_uid
from wamkg.store.base import Condition, RowValues, Selected, chunks, rows, rows_as, select_columns
from wamkg.store.batches import before_edits
from wamkg.store.tables import (
    Batch,
    Benchmark,
    Link,
    Method,
    Metric,
    Paper,
    Result,
)
from wamkg.vocabulary import Relation


class ResultRow(NamedTuple):
    """A reported result with the names of everything it refers to; `paper` is the number of the method's own paper."""

    id: int
    uid: str
    method: str
    method_name: str
    benchmark: str
    benchmark_name: str
    suite: str
    split: str
    metric: str | None
    metric_name: str | None
    unit: str | None
    higher_is_better: bool | None
    value: float
    method_printed: str | None
    reported_url: str | None
    reported_location: str | None
    party: str
    caveat: str | None
    source: str
    revision: int
    reporter: str | None
    reporter_arxiv: str | None
    paper: int | None


@dataclass(frozen=True)
class ResultFilter:
    """Filter of results: slugs of methods, benchmarks and a metric, the protocol, who reports, and the result's own id.
    Several methods or benchmarks are alternatives.
    """

    method: Sequence[str] = ()
    benchmark: Sequence[str] = ()
    metric: str | None = None
    suite: str | None = None
    split: str | None = None
    party: str | None = None
    uid: str | None = None

    def conditions(self) -> list[Condition]:
        """The filter as SQL conditions."""
        columns = {
            "metric": Metric.slug, "suite": Result.suite, "split": Result.split, "party": Result.party,
            "uid": Result.uid,
        }  # fmt: skip
        given = ((column, getattr(self, name)) for name, column in columns.items())
        several = ((col(Method.slug), self.method), (col(Benchmark.slug), self.benchmark))
        return [
            *(col(column) == value for column, value in given if value is not None),
            *(column.in_(values) for column, values in several if values),
        ]


def result_rows(session: Session, wanted: ResultFilter = ResultFilter()) -> list[ResultRow]:
    """The reported results that match, with method, benchmark, metric, reporter and the method's own paper."""
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
            Result.reported_location,
            Result.party,
            Result.caveat,
            Result.source,
            Result.revision,
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
        .where(*wanted.conditions())
        .order_by(col(Result.id))
    )
    return rows_as(session, statement, ResultRow._make)


def _paper_alias() -> Subquery:
    columns: Selected = select_columns(Paper.id, Paper.slug, Paper.arxiv)
    return columns.subquery("reporter")


def result_counts(session: Session) -> dict[int, int]:
    """Number of results for each method, benchmark or metric."""
    found: dict[int, int] = {}
    for column in (col(Result.method_id), col(Result.benchmark_id), col(Result.metric_id)):
        statement = select_columns(column, func.count()).where(column.is_not(None)).group_by(column)
        found |= dict(tuple(row) for row in rows(session, statement))
    return found


def scored_rows(
    session: Session, benchmarks: Iterable[int]
) -> list[tuple[int, int, str, str, int | None, float, int | None]]:
    """Stored scores of benchmarks: method, benchmark, suite, split, metric, value, reporting paper."""
    columns = select_columns(
        Result.method_id, Result.benchmark_id, Result.suite, Result.split, Result.metric_id, Result.value,
        Result.reported_by_id,
    ).order_by(col(Result.id))  # fmt: skip
    return [
        tuple(row)
        for part in chunks(benchmarks)
        for row in session.exec(columns.where(col(Result.benchmark_id).in_(part)))
    ]


def proposing_papers(session: Session) -> dict[int, set[int]]:
    """The papers that propose each method."""
    found: dict[int, set[int]] = {}
    links = select_columns(Link.target_id, Link.source_id).where(Link.relation == Relation.PROPOSES)
    for method, paper in session.exec(links):
        found.setdefault(method, set()).add(paper)
    return found


_SAME_REPORT = ("method_id", "benchmark_id", "suite", "metric_id", "method_printed", "reported_by_id",
                "reported_location", "value")  # fmt: skip


"""Columns that, together with the split, identify a report."""


def _was_edited(session: Session, values: RowValues, splits: set[str]) -> bool:
    """Whether a report from a seed is stored with a value or another column that a person has corrected since."""
    first = before_edits(session, Result)
    for row in session.exec(select(Result).where(col(Result.uid).in_(first))):
        said = {name: first[row.uid].get(name, getattr(row, name)) for name in (*_SAME_REPORT, "split")}
        if said["split"] in splits and all(said[name] == values.get(name) for name in _SAME_REPORT):
            return True
    return False


def save_result(session: Session, batch: Batch, values: RowValues) -> int:
    """Add a reported score unless it is known; returns 1 if it is new."""
    assert batch.id is not None
    # Seeds named no splits at first: what an older store holds without one is the same report.
    splits = {values["split"], ""} if values["source"] == "seed" else {values["split"]}
    statement = select(Result).where(col(Result.split).in_(splits))
    for name in _SAME_REPORT:
        column, value = col(getattr(Result, name)), values.get(name)
        statement = statement.where(column.is_(None) if value is None else column == value)
    if session.exec(statement).first() or (values["source"] == "seed" and _was_edited(session, values, splits)):
        return 0
    session.add(Result(uid=new_uid(), batch_id=batch.id, **values))
    return 1
