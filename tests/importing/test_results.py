"""`import --kind results`: results from a file, and the rules that find doubtful ones."""

import csv
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

from wamkg.cli import run
from wamkg.importing.results.load import ResultReport
from wamkg.importing.results.rules import Scored, ScoreIndex
from wamkg.services.imports import import_results
from wamkg.store.results import ResultFilter, result_rows
from wamkg.store.session import Store
from wamkg.views.results import ResultQuery, leaderboard

HEAD = ("method", "benchmark", "suite", "protocol", "metric", "value", "reported_by", "version", "table")
LIBERO = ("UniPi", "LIBERO", "libero_goal", "", "success rate", "61.5", "arxiv:2302.00111", "v2", "Table 9")


def written(folder: Path, rows: Sequence[Sequence[str]], head: Sequence[str] = HEAD) -> str:
    """The rows as a CSV file."""
    file = folder / "results.csv"
    with file.open("w", newline="") as stream:
        csv.writer(stream).writerows([head, *rows])
    return str(file)


def changed(**values: str) -> tuple[str, ...]:
    """The first result with other values."""
    return tuple(values.get(name, text) for name, text in zip(HEAD, LIBERO, strict=True))


def imported(store: Store, folder: Path, *rows: Sequence[str], **methods: str) -> ResultReport:
    return import_results(store, written(folder, rows), methods)


def test_a_line_becomes_a_result_and_is_known_the_second_time(seeded_store: Store, tmp_path: Path) -> None:
    report = imported(seeded_store, tmp_path, LIBERO)
    assert (report.new, report.same, report.problems) == (1, 0, [])
    with seeded_store.reading() as session:
        (row,) = [r for r in result_rows(session, ResultFilter(method=["unipi"])) if r.source == "import"]
    assert (row.value, row.reported_location, row.party, row.suite) == (61.5, "v2, Table 9", "first", "libero_goal")
    again = imported(seeded_store, tmp_path, LIBERO)
    assert (again.new, again.same, again.batch) == (0, 1, None)


def test_json_lines_and_other_names_of_columns(seeded_store: Store, tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    row = {"Model": "UniPi", "benchmark": "LIBERO", "task": "libero_goal", "metric": "SR", "score": 61.5,
           "paper": "https://arxiv.org/abs/2302.00111", "where": "Section 4", "tabel": 3}  # fmt: skip
    file.write_bytes(orjson.dumps(row))
    report = import_results(seeded_store, str(file), {})
    assert (report.new, report.problems) == (1, [])
    assert report.columns == ["column 'tabel' is not read; did you mean table?"]


PROBLEMS = [
    ({"method": "UniPy"}, "unknown", "did you mean UniPi"),
    ({"method": "UniPi (large, our run)"}, "unknown", "did you mean UniPi"),
    ({"benchmark": "LIBERTO"}, "unknown", "did you mean libero"),
    ({"metric": "succes rate"}, "unknown", "did you mean success-rate"),
    ({"reported_by": "arxiv:1901.99999"}, "unknown", "1901.99999"),
    ({"value": "about 60"}, "unreadable", "is not a number"),
    ({"value": ""}, "unreadable", "no value"),
    ({"method": "", "benchmark": ""}, "unreadable", "no method and no benchmark"),
    ({"table": ""}, "unreadable", "no table"),
    ({"value": "0.615"}, "doubtful", "looks like a fraction"),
    ({"value": "161.5"}, "doubtful", "outside the range"),
]


def test_a_line_with_a_problem_is_listed_and_not_stored(seeded_store: Store, tmp_path: Path) -> None:
    rows = [changed(**values) for values, _, _ in PROBLEMS]
    report = imported(seeded_store, tmp_path, *rows, changed(suite="libero_spatial"))
    assert report.new == 1
    assert [(p.line, p.kind) for p in report.problems] == [(n, kind) for n, (_, kind, _) in enumerate(PROBLEMS, 2)]
    assert all(words in p.reason for p, (*_, words) in zip(report.problems, PROBLEMS, strict=True))


def test_a_printed_name_is_stored_under_the_method_that_a_person_names(seeded_store: Store, tmp_path: Path) -> None:
    report = import_results(
        seeded_store, written(tmp_path, [changed(method="UniPi (ours)")]), {"UniPi (ours)": "unipi"}
    )
    assert report.new == 1
    with seeded_store.reading() as session:
        printed = [r.method_printed for r in result_rows(session, ResultFilter(method=["unipi"]))]
    assert "UniPi (ours)" in printed


def test_a_result_without_a_metric_is_listed_and_never_ranked(seeded_store: Store, tmp_path: Path) -> None:
    report = imported(seeded_store, tmp_path, changed(metric="", suite="odd"))
    assert report.new == 1 and [p.kind for p in report.problems] == ["unranked"]
    with seeded_store.reading() as session:
        boards = leaderboard(session, ResultQuery(benchmark=("libero",), suite="odd"))
    assert [row.rank for board in boards for row in board.rows] == [None]


def score(value: float, suite: str = "goal", split: str = "", method: int = 1, **values: object) -> Scored:
    given: dict[str, object] = {"metric": 1, "reporter": 1, "high": 100.0, "low": 0.0, "line": 2} | values
    return Scored(method, 1, suite, split, value=value, **given)  # type: ignore[arg-type]


def doubts(scored: Scored, others: Sequence[Scored]) -> list[str]:
    return ScoreIndex([scored, *others]).doubts(scored)


def test_swapped_protocols_are_found() -> None:
    stored = [score(80, "goal", line=None), score(60, "spatial", line=None)]
    assert "are the protocols swapped?" in doubts(score(60, "goal"), stored)[0]
    assert doubts(score(80, "goal"), stored) == [] and doubts(score(70, "goal"), stored) == []


@pytest.mark.parametrize(
    ("split", "table", "doubtful"),
    [("D-D", "Table 3 (CALVIN ABC->D)", True), ("ABC-D", "Table 3 (CALVIN ABC→D)", False), ("", "Table 3", False),
     ("D-D", "Table 3", False), ("easy", "Table 2: hard", True)],
)  # fmt: skip
def test_a_table_of_another_split_is_found(split: str, table: str, doubtful: bool) -> None:
    stored = [score(1, "x", s, 9, line=None) for s in ("ABC-D", "D-D", "easy", "hard")]
    assert bool(doubts(score(50, "goal", split, location=table), stored)) is doubtful


def test_an_average_over_a_part_or_of_other_numbers_is_found() -> None:
    parts = [score(80, "goal"), score(60, "spatial")]
    rival = [score(1, suite, method=9, line=None) for suite in ("goal", "spatial", "long")]
    assert "average of 2 of 3 suites" in doubts(score(70, "overall"), [*parts, *rival])[0]
    assert doubts(score(65, "overall"), [*parts, *rival]) == []
    assert "not the average" in doubts(score(75, "average"), [*parts, *rival[:2]])[0]
    assert doubts(score(70.04, "mean"), [*parts, *rival[:2]]) == []


@pytest.mark.parametrize(
    ("value", "values", "words"),
    [
        (0.97, {}, "looks like a fraction"), (97, {"high": 1.0}, "looks like percent"),
        (0.9, {"high": 1.0, "percent": True}, "looks like percent"), (-3, {}, "outside the range"),
        (0.5, {"percent": True}, ""), (0, {}, ""), (0.4, {"high": 1.0}, ""), (31.0, {"high": None}, ""),
    ],
)  # fmt: skip
def test_percent_and_fraction(value: float, values: dict[str, object], words: str) -> None:
    found = doubts(score(value, **values), [])
    assert (words in found[0]) if words else found == []


def test_the_command_says_what_became_of_the_lines(
    seeded_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, [LIBERO, changed(method="UniPy")])
    assert run(["import", file, "--kind", "results", "--dry-run"]) == 3
    assert "2 lines: 1 new" in capsys.readouterr().out
    assert run(["import", file, "--kind", "results", "--method", "UniPy=UniPi", "--json"]) == 0
    assert orjson.loads(capsys.readouterr().out)["new"] == 2
    assert run(["import", file, "--kind", "results", "--method", "UniPy"]) == 2
    (tmp_path / "none.csv").write_text("a,b\n1,2\n")
    assert run(["import", str(tmp_path / "none.csv"), "--kind", "results"]) == 1
    assert "no column `method`" in capsys.readouterr().err
