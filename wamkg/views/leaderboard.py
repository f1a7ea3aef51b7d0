"""Reported results as a list, and ranked among results that were measured under one protocol."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlmodel import Session

from wamkg.errors import NotFoundError
from wamkg.store.reads_details import paper_rows
from wamkg.store.reads_papers import paper_numbers
from wamkg.store.reads_results import result_rows
from wamkg.store.things import find_thing
from wamkg.views.library import LibraryQuery, paper_filter
from wamkg.views.paging import Order, Page, page_of
from wamkg.views.papers import public_id
from wamkg.vocabulary import EntityKind


@dataclass(frozen=True, slots=True)
class ResultItem:
    """One reported score; `party` is `first` if the method's own authors report it.

    `method_printed` is the name in the report, `paper` the method's paper, `reported_by` the reporting paper, `oddity`
    a caveat about the number. A result without a metric is listed but not ranked.
    """

    uid: str
    method: str
    method_name: str
    method_printed: str | None
    paper: str | None
    benchmark: str
    benchmark_name: str
    suite: str
    split: str
    metric: str | None
    metric_name: str | None
    unit: str | None
    higher_is_better: bool | None
    value: float
    reported_by: str | None
    reported_url: str | None
    reported_where: str | None
    party: str
    oddity: str | None
    source: str
    version: int


@dataclass(frozen=True, slots=True)
class RankedResult:
    """A result with its rank among results under one protocol. Equal values share a rank; None if it cannot be
    ranked.
    """

    rank: int | None
    result: ResultItem


@dataclass(frozen=True, slots=True)
class Board:
    """Results on one benchmark, suite, split and metric. Only these can be compared."""

    benchmark: str
    benchmark_name: str
    suite: str
    split: str
    metric: str | None
    metric_name: str | None
    unit: str | None
    higher_is_better: bool | None
    rows: list[RankedResult]


@dataclass(frozen=True)
class ResultQuery:
    """Filter of results: benchmark, metric, suite, split, method or party, and the filters of the library for
    papers.
    """

    benchmark: str | None = None
    metric: str | None = None
    suite: str | None = None
    split: str | None = None
    method: str | None = None
    party: str | None = None
    papers: LibraryQuery = field(default_factory=LibraryQuery)


_KINDS = {"benchmark": EntityKind.BENCHMARK, "metric": EntityKind.METRIC, "method": EntityKind.METHOD}


def results(session: Session, query: ResultQuery) -> list[ResultItem]:
    """The results that match, by benchmark, suite, split, metric, method and report.

    Raises NotFoundError for an unknown benchmark, metric or method, and the errors of `paper_filter`.
    """
    wanted = {name: _slug(session, name, value) for name in _KINDS if (value := getattr(query, name))}
    wanted |= {name: value for name in ("suite", "split", "party") if (value := getattr(query, name)) is not None}
    found = [row for row in result_rows(session) if all(getattr(row, name) == value for name, value in wanted.items())]
    if query.papers != LibraryQuery():
        kept = paper_numbers(session, paper_filter(session, query.papers))
        found = [row for row in found if row.paper in kept]
    papers = _ids(session, {row.paper for row in found if row.paper})
    items = [_item(row, papers) for row in found]
    return sorted(items, key=lambda i: (*_group(i), i.method_name.casefold(), i.reported_by or "", i.uid))


def _slug(session: Session, kind: str, name: str) -> str:
    thing = find_thing(session, _KINDS[kind], name)
    if thing is None:
        raise NotFoundError(f"no {kind} is called {name!r}")
    return thing.slug


def _ids(session: Session, numbers: set[int]) -> dict[int, str]:
    from_rows = paper_rows(session, numbers, texts=False)
    return {number: public_id(row.arxiv, row.slug) for number, row in from_rows.items()}


def _item(row: Any, papers: dict[int, str]) -> ResultItem:
    return ResultItem(
        uid=row.uid,
        method=row.method,
        method_name=row.method_name,
        method_printed=row.method_printed,
        paper=papers.get(row.paper),
        benchmark=row.benchmark,
        benchmark_name=row.benchmark_name,
        suite=row.suite,
        split=row.split,
        metric=row.metric,
        metric_name=row.metric_name,
        unit=row.unit,
        higher_is_better=row.higher_is_better,
        value=row.value,
        reported_by=public_id(row.reporter_arxiv, row.reporter) if row.reporter else None,
        reported_url=row.reported_url,
        reported_where=row.reported_where,
        party=row.party,
        oddity=row.oddity,
        source=row.source,
        version=row.version,
    )


def result_page(session: Session, query: ResultQuery, limit: int, after: str | None) -> Page[ResultItem]:
    """One page of the results that match, by benchmark, suite, split, metric and method.

    Raises the errors of `results`, and NotFoundError for a cursor of another list.
    """
    keyed = [([*_group(i), i.method_name.casefold(), i.reported_by or "", i.uid], i) for i in results(session, query)]
    return page_of(keyed, Order("results", (str,) * 7), limit, after)


def result_item(session: Session, uid: str) -> ResultItem:
    """One result by its id.

    Raises NotFoundError.
    """
    found = next((item for item in results(session, ResultQuery()) if item.uid == uid), None)
    if found is None:
        raise NotFoundError(f"no result has the id {uid!r}")
    return found


def leaderboard(session: Session, query: ResultQuery) -> list[Board]:
    """The matching results as leaderboards, one per protocol, the largest first.

    Raises the errors of `results`.
    """
    boards = [_board(list(group)) for _, group in groupby(results(session, query), key=_group)]
    return sorted(boards, key=lambda b: (-len(b.rows), b.benchmark_name.casefold(), b.suite, b.split, b.metric or ""))


def _group(item: ResultItem) -> tuple[str, str, str, str]:
    return item.benchmark, item.suite, item.split, item.metric or ""


def _board(items: Sequence[ResultItem]) -> Board:
    head = items[0]
    return Board(
        head.benchmark,
        head.benchmark_name,
        head.suite,
        head.split,
        head.metric,
        head.metric_name,
        head.unit,
        head.higher_is_better,
        rank(items),
    )


def rank(items: Sequence[ResultItem]) -> list[RankedResult]:
    """Results under one protocol, best first; by name and without ranks if no metric says which direction is better."""
    better = items[0].higher_is_better if items else None
    if better is None:
        ordered = sorted(items, key=lambda i: (i.method_name.casefold(), i.uid))
        return [RankedResult(None, item) for item in ordered]
    ordered = sorted(items, key=lambda i: (-i.value if better else i.value, i.method_name.casefold(), i.uid))
    ranked: list[RankedResult] = []
    for place, item in enumerate(ordered, start=1):
        tied = ranked and ranked[-1].result.value == item.value
        ranked.append(RankedResult(ranked[-1].rank if tied else place, item))
    return ranked
