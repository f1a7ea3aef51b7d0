"""Reported results: as a list, ranked under one protocol, and over time."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from sqlmodel import Session

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.former_names import Former, WithFormerNames, former
from wamkg.store.assignments import placed_papers
from wamkg.store.entities import get_entity
from wamkg.store.paper_details import paper_rows
from wamkg.store.paper_filter import PaperFilter, paper_numbers
from wamkg.store.papers import find_paper
from wamkg.store.results import ResultFilter, ResultRow, result_rows
from wamkg.store.taxonomies import get_taxonomy
from wamkg.views.paging import ListOrder, Page, page_of
from wamkg.views.papers import public_id
from wamkg.vocabulary import MAIN_TAXONOMY, EntityKind


@dataclass(frozen=True, slots=True)
class ResultItem(WithFormerNames):
    """One reported score; `party` is `first` if the method's own authors report it.

    `method_printed` is the name in the report, `paper` the method's paper, `reported_by` the reporting paper, `caveat`
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
    reported_location: str | None
    party: str
    caveat: str | None
    source: str
    revision: int
    reported_where: Former[str | None] = former("reported_location")
    oddity: Former[str | None] = former("caveat")
    version: Former[int] = former("revision")


@dataclass(frozen=True, slots=True)
class RankedResult:
    """A result with its rank among results under one protocol. Equal values share a rank; None if it cannot be
    ranked.
    """

    rank: int | None
    result: ResultItem


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """Results on one benchmark, suite, split and metric. Only results with the same protocol can be compared."""

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
    """Filter of results: benchmarks, metric, suite, split, methods or party, and the filters of the library for papers.
    Several benchmarks or methods are alternatives.
    """

    benchmark: Sequence[str] = ()
    metric: str | None = None
    suite: str | None = None
    split: str | None = None
    method: Sequence[str] = ()
    party: str | None = None
    papers: PaperFilter = field(default_factory=PaperFilter)


_KINDS = {"benchmark": EntityKind.BENCHMARK, "metric": EntityKind.METRIC, "method": EntityKind.METHOD}


def results(session: Session, query: ResultQuery) -> list[ResultItem]:
    """The results that match, by benchmark, suite, split, metric, method and report.

    Raises NotFoundError for an unknown benchmark, metric or method, and the errors of `conditions`.
    """
    metric = _slug(session, "metric", query.metric) if query.metric else None
    benchmark, method = (
        tuple(_slug(session, name, value) for value in getattr(query, name)) for name in ("benchmark", "method")
    )
    protocol = {name: getattr(query, name) for name in ("suite", "split", "party")}
    return _matching(session, ResultFilter(method, benchmark, metric, **protocol), query.papers)


def _matching(session: Session, wanted: ResultFilter, papers: PaperFilter) -> list[ResultItem]:
    found = result_rows(session, wanted)
    if papers.given:
        kept = paper_numbers(session, papers)
        found = [row for row in found if row.paper in kept]
    ids = _ids(session, {row.paper for row in found if row.paper})
    items = [_item(row, ids) for row in found]
    return sorted(items, key=lambda i: (*_group(i), i.method_name.casefold(), i.reported_by or "", i.uid))


def _slug(session: Session, kind: str, name: str) -> str:
    entity = get_entity(session, _KINDS[kind], name)
    return entity.slug


def _ids(session: Session, numbers: set[int]) -> dict[int, str]:
    from_rows = paper_rows(session, numbers, texts=False)
    return {number: public_id(row.arxiv, row.slug) for number, row in from_rows.items()}


def _item(row: ResultRow, papers: dict[int, str]) -> ResultItem:
    return ResultItem(
        uid=row.uid,
        method=row.method,
        method_name=row.method_name,
        method_printed=row.method_printed,
        paper=papers.get(row.paper) if row.paper is not None else None,
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
        reported_location=row.reported_location,
        party=row.party,
        caveat=row.caveat,
        source=row.source,
        revision=row.revision,
    )


def result_page(session: Session, query: ResultQuery, limit: int, after: str | None) -> Page[ResultItem]:
    """One page of the results that match, by benchmark, suite, split, metric and method.

    Raises the errors of `results`, and NotFoundError for a cursor of another list.
    """
    keyed = [((*_group(i), i.method_name.casefold(), i.reported_by or "", i.uid), i) for i in results(session, query)]
    return page_of(keyed, ListOrder("results", (str,) * 7), limit, after)


def result_item(session: Session, uid: str) -> ResultItem:
    """One result by its id.

    Raises NotFoundError.
    """
    found = next(iter(_matching(session, ResultFilter(uid=uid), PaperFilter())), None)
    if found is None:
        raise NotFoundError(f"no result has the id {uid!r}")
    return found


def leaderboard(session: Session, query: ResultQuery) -> list[Leaderboard]:
    """The matching results as leaderboards, one per protocol, the largest first.

    Raises the errors of `results`.
    """
    return _boards(results(session, query))


def _boards(found: Sequence[ResultItem]) -> list[Leaderboard]:
    boards = [_board(list(group)) for _, group in groupby(found, key=_group)]
    return sorted(boards, key=lambda b: (-len(b.rows), b.benchmark_name.casefold(), b.suite, b.split, b.metric or ""))


def _group(item: ResultItem) -> tuple[str, str, str, str]:
    return item.benchmark, item.suite, item.split, item.metric or ""


def _board(items: Sequence[ResultItem]) -> Leaderboard:
    head = items[0]
    return Leaderboard(
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


MIN_METHODS, MAX_BOARDS = 3, 9
OVERALL = "overall"


@dataclass(frozen=True)
class Score:
    """A reported result with the day of its method's paper (None: unknown) and that paper's taxon in the main taxonomy.

    `record`: no earlier result on its leaderboard was as good.
    """

    result: ResultItem
    when: date | None
    taxon: str
    record: bool


@dataclass(frozen=True)
class LeaderboardOverTime:
    """Scores under one protocol, oldest first, undated ones last."""

    board: Leaderboard
    scores: tuple[Score, ...]

    @property
    def third_party(self) -> int:
        """Number of results not reported by the method's own authors."""
        return sum(score.result.party != "first" for score in self.scores)

    @property
    def odd(self) -> int:
        """Number of results with a caveat."""
        return sum(bool(score.result.caveat) for score in self.scores)


def scores_over_time(session: Session, query: ResultQuery, taxonomy: str = MAIN_TAXONOMY) -> list[LeaderboardOverTime]:
    """The matching leaderboards. Without a benchmark, one for each that has enough methods: its overall one or the
    largest.

    Raises the errors of `results`, and InvalidInputError if none of the results has a metric.
    """
    boards = [board for board in leaderboard(session, query) if board.higher_is_better is not None]
    if not query.benchmark:
        boards = [board for board in boards if len({row.result.method for row in board.rows}) >= MIN_METHODS]
        by_benchmark = groupby(sorted(boards, key=lambda b: b.benchmark), key=lambda b: b.benchmark)
        chosen = [min(group, key=_rank) for _, group in by_benchmark]
        boards = [board for board in boards if board in chosen]
    if not boards:
        raise InvalidInputError(
            "no reported result here has a metric with a direction (higher or lower is better): nothing to draw"
        )
    days, places = _days(session, boards), _places(session, taxonomy)
    return [LeaderboardOverTime(board, tuple(_scores(board, days, places))) for board in boards[:MAX_BOARDS]]


def _rank(board: Leaderboard) -> tuple[bool, bool, int, str]:
    """Order: the overall suite, then suites of several tasks, then single tasks; the largest first in each group."""
    return board.suite != OVERALL, board.suite.startswith("task:"), -len(board.rows), board.suite


def _days(session: Session, boards: Sequence[Leaderboard]) -> dict[str, date | None]:
    papers = {row.result.paper for board in boards for row in board.rows if row.result.paper}
    return {paper: find_paper(session, paper).date for paper in sorted(papers)}


def _places(session: Session, taxonomy: str) -> dict[str, str]:
    try:
        placed = placed_papers(session, get_taxonomy(session, taxonomy))
    except NotFoundError:  # a store without this survey's taxonomy has results all the same
        return {}
    return {public_id(paper.arxiv, paper.slug): paper.taxon for paper in placed}


def _scores(board: Leaderboard, days: dict[str, date | None], places: dict[str, str]) -> Iterator[Score]:
    found = [(days.get(row.result.paper or ""), row.result) for row in board.rows]
    sign = 1 if board.higher_is_better else -1
    # Of one day the best comes first, so that a day has one record.
    found.sort(
        key=lambda pair: (pair[0] or date.max, -sign * pair[1].value, pair[1].method_name.casefold(), pair[1].uid)
    )
    best: float | None = None
    for when, result in found:
        record = when is not None and (best is None or sign * result.value > best)
        best = sign * result.value if record else best
        yield Score(result, when, places.get(result.paper or "", ""), record)


def score_rows(boards: Sequence[LeaderboardOverTime]) -> list[list[str | float | None]]:
    """The leaderboards as one table with a header."""
    head: list[str | float | None] = [
        "benchmark", "suite", "split", "metric", "unit", "method", "value", "date", "record", "party", "taxon",
        "reported_by", "reported_where", "oddity",
    ]  # fmt: skip
    rows = [head]
    for board in boards:
        for score in board.scores:
            item = score.result
            rows.append(
                [
                    item.benchmark_name, item.suite, item.split, item.metric_name, item.unit, item.method_name,
                    item.value,
                    score.when.isoformat() if score.when else None, "yes" if score.record else "no", item.party,
                    score.taxon or None, item.reported_by or item.reported_url, item.reported_location, item.caveat,
                ]
            )  # fmt: skip
    return rows


@dataclass(frozen=True, slots=True)
class MethodResult:
    """A result of a method with its rank among the `of` results that can be compared with it."""

    rank: int | None
    of: int
    result: ResultItem


def results_of_methods(session: Session, slugs: Collection[str]) -> dict[str, list[MethodResult]]:
    """The results of each of these methods, with their ranks, by benchmark."""
    found: dict[str, list[MethodResult]] = {slug: [] for slug in slugs}
    reported = _matching(session, ResultFilter(method=tuple(slugs)), PaperFilter()) if slugs else []
    benchmarks = tuple({result.benchmark for result in reported})
    boards = _boards(_matching(session, ResultFilter(benchmark=benchmarks), PaperFilter())) if benchmarks else []
    for board in sorted(boards, key=lambda board: board.benchmark):
        for row in board.rows:
            if row.result.method in found:
                found[row.result.method].append(MethodResult(row.rank, len(board.rows), row.result))
    return found
