"""Store the results of a file: one batch, with every line that was not stored and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from wamkg.errors import NotFoundError, WamkgError
from wamkg.importing.results.lines import ResultLine
from wamkg.importing.results.rules import Scored, ScoreIndex
from wamkg.near_matches import did_you_mean
from wamkg.store.batches import close_batch, get_actor, open_batch
from wamkg.store.entities import find_entity, get_entity, list_entities
from wamkg.store.papers import find_paper
from wamkg.store.results import proposing_papers, save_result, scored_rows
from wamkg.store.session import one_writer
from wamkg.store.tables import Metric
from wamkg.vocabulary import BatchKind, EntityKind

PARTIES = ("first", "third")


@dataclass(frozen=True)
class ResultProblem:
    """A line that was not stored (`unreadable`, `unknown`, `doubtful`), or is stored but never ranked (`unranked`)."""

    line: int
    kind: str
    reason: str


@dataclass
class ResultReport:
    """What became of a file of results: the stored ones, those known already, and every line with a problem."""

    source: str
    lines: int
    new: int = 0
    same: int = 0
    batch: str | None = None
    columns: list[str] = field(default_factory=list)
    problems: list[ResultProblem] = field(default_factory=list)


@dataclass(frozen=True)
class _Row:
    """A line whose names are all known: its score, and the columns of its row."""

    scored: Scored
    values: Mapping[str, object]


def load_results(
    session: Session, source: str, lines: Sequence[ResultLine], methods: Mapping[str, str], report: ResultReport
) -> None:
    """Store the lines that are complete and not doubtful. `methods` gives the stored name of printed methods.

    Unknown methods, benchmarks, metrics and papers are listed with near matches; none is made.
    """
    one_writer(session)
    batch = open_batch(session, BatchKind.IMPORT, source, get_actor(session, "import"))
    reader = _ResultReader(session, methods)
    rows = [row for line in lines if (row := reader.read(line, report)) is not None]
    stored = [Scored(*values) for values in scored_rows(session, {row.scored.benchmark for row in rows})]
    scores = ScoreIndex([*stored, *(row.scored for row in rows)])
    for row in rows:
        assert row.scored.line is not None
        if found := scores.doubts(row.scored):
            report.problems.append(ResultProblem(row.scored.line, "doubtful", "; ".join(found)))
        elif save_result(session, batch, row.values):
            report.new += 1
        else:
            report.same += 1
    report.problems.sort(key=lambda problem: problem.line)
    close_batch(session, batch, {"results": report.new})
    report.batch = batch.uid if report.new else None


class _ResultReader:
    """Finds what the lines name."""

    def __init__(self, session: Session, methods: Mapping[str, str]) -> None:
        self.session, self.methods = session, methods
        self.proposing = proposing_papers(session)

    def read(self, line: ResultLine, report: ResultReport) -> _Row | None:
        """The row of a line; None if it is incomplete or names something unknown, which is reported."""
        if missing := self._missing(line):
            report.problems.append(ResultProblem(line.line, "unreadable", missing))
            return None
        try:
            row = self._row(line)
        except WamkgError as error:
            report.problems.append(ResultProblem(line.line, "unknown", str(error)))
            return None
        if row.scored.metric is None:
            report.problems.append(ResultProblem(line.line, "unranked", "no metric is named: listed, never ranked"))
        return row

    @staticmethod
    def _missing(line: ResultLine) -> str:
        if empty := [name for name in ("method", "benchmark", "value") if not line[name]]:
            return f"no {' and no '.join(empty)}"
        if line.value is None:
            return f"the value {line['value'][:40]!r} is not a number; write it as 97.5"
        if not line["table"]:
            return "no table: name the table or section of the reporting paper that has the value"
        if line["party"] and line["party"] not in PARTIES:
            return f"party {line['party'][:20]!r} is not one of {', '.join(PARTIES)}"
        return ""

    def _row(self, line: ResultLine) -> _Row:
        method = self._method(line["method"])
        benchmark = get_entity(self.session, EntityKind.BENCHMARK, line["benchmark"]).id
        metric = get_entity(self.session, EntityKind.METRIC, line["metric"]) if line["metric"] else None
        reporter = find_paper(self.session, line["reported_by"]).id if line["reported_by"] else None
        assert benchmark is not None and line.value is not None
        low, high = (metric.low, metric.high) if isinstance(metric, Metric) else (None, None)
        number = metric.id if metric is not None else None
        scored = Scored(
            method, benchmark, line["suite"], line.split, number, line.value, reporter, line.location,
            high, low, line.percent, line.line,
        )  # fmt: skip
        values = {
            "method_id": method, "benchmark_id": benchmark, "suite": line["suite"], "split": line.split,
            "metric_id": number, "value": line.value, "method_printed": line["method"], "reported_by_id": reporter,
            "reported_url": line["url"] or None, "reported_location": line.location,
            "party": line["party"] or ("first" if reporter in self.proposing.get(method, ()) else "third"),
            "caveat": line["note"] or None, "source": "import",
        }  # fmt: skip
        return _Row(scored, values)

    def _method(self, printed: str) -> int:
        """The method with a printed name, or with the name that the person gave for it."""
        found = find_entity(self.session, EntityKind.METHOD, self.methods.get(printed, printed))
        if found is None or found.id is None:
            near = did_you_mean(
                printed.partition(" (")[0], [m.name for m in list_entities(self.session, EntityKind.METHOD)]
            )
            raise NotFoundError(
                f"no method is called {printed[:80]!r}{near or '.'} Write --method {printed[:80]!r}=NAME to say which "
                "one it is, or add it with `wamkg add method name=...`"
            )
        return found.id
