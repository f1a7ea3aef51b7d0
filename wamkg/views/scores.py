"""Reported scores over time: for each protocol, the date and score of each method, and the record holders."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlmodel import Session

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.store.lookup import find_paper
from wamkg.store.reads_roadmap import placed_papers
from wamkg.store.taxonomies import get_taxonomy
from wamkg.views.leaderboard import Board, ResultItem, ResultQuery, leaderboard
from wamkg.views.papers import public_id

LEAST_METHODS, MOST_BOARDS = 3, 9
OVERALL = "overall"


@dataclass(frozen=True)
class Score:
    """A reported result with the day of its method's paper (None: unknown) and that paper's taxon in `wam`.

    `record`: no earlier result on its leaderboard was as good.
    """

    result: ResultItem
    when: date | None
    taxon: str
    record: bool


@dataclass(frozen=True)
class ScoreBoard:
    """Scores under one protocol, oldest first, undated ones last."""

    board: Board
    scores: tuple[Score, ...]

    @property
    def third_party(self) -> int:
        """Number of results not reported by the method's own authors."""
        return sum(score.result.party != "first" for score in self.scores)

    @property
    def odd(self) -> int:
        """Number of results with a caveat."""
        return sum(bool(score.result.oddity) for score in self.scores)


def scores_over_time(session: Session, query: ResultQuery, taxonomy: str = "wam") -> list[ScoreBoard]:
    """The matching leaderboards. Without a benchmark, one for each that has enough methods: its overall one or the
    largest.

    Raises the errors of `results`, and InvalidInputError if none of the results has a metric.
    """
    boards = [board for board in leaderboard(session, query) if board.higher_is_better is not None]
    if query.benchmark is None:
        boards = [board for board in boards if len({row.result.method for row in board.rows}) >= LEAST_METHODS]
        by_benchmark = groupby(sorted(boards, key=lambda b: b.benchmark), key=lambda b: b.benchmark)
        chosen = [min(group, key=_rank) for _, group in by_benchmark]
        boards = [board for board in boards if board in chosen]
    if not boards:
        raise InvalidInputError("no reported result here has a metric that says which way is better: nothing to draw")
    days, places = _days(session, boards), _places(session, taxonomy)
    return [ScoreBoard(board, tuple(_scores(board, days, places))) for board in boards[:MOST_BOARDS]]


def _rank(board: Board) -> tuple[bool, bool, int, str]:
    """Order: the overall suite, then suites of several tasks, then single tasks; the largest first in each group."""
    return board.suite != OVERALL, board.suite.startswith("task:"), -len(board.rows), board.suite


def _days(session: Session, boards: Sequence[Board]) -> dict[str, date | None]:
    papers = {row.result.paper for board in boards for row in board.rows if row.result.paper}
    return {paper: find_paper(session, paper).date for paper in sorted(papers)}


def _places(session: Session, taxonomy: str) -> dict[str, str]:
    try:
        placed = placed_papers(session, get_taxonomy(session, taxonomy))
    except NotFoundError:  # a store without this survey's taxonomy has results all the same
        return {}
    return {public_id(paper.arxiv, paper.slug): paper.taxon for paper in placed}


def _scores(board: Board, days: dict[str, date | None], places: dict[str, str]) -> Iterator[Score]:
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


def score_rows(boards: Sequence[ScoreBoard]) -> list[list[str | float | None]]:
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
                    score.taxon or None, item.reported_by or item.reported_url, item.reported_where, item.oddity,
                ]
            )  # fmt: skip
    return rows
