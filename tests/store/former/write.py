"""Writes `schema-0011.tar` and `schema-0011.json`: a survey as the program kept it before the glossary's names.

Run with the code of commit 0eae164 (schema 0011): `python write.py FOLDER`. It writes every kind of row whose table or
column was renamed, then undoes and merges, and notes what every moment showed.
"""

import io
import json
import sys
import time
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

from wamkg.cli import run
from wamkg.cli.common import open_store
from wamkg.exporting.jsonl import export_jsonl
from wamkg.settings import get_settings

PAPERS = [
    {"title": "Kettle Drums for Small Robots", "arxiv": "2501.00011", "taxa": {"wam": "joint"}, "method": "Kettle",
     "links": {"code": "https://example.org/kettle"}, "year": 2025, "venue": "Workshop on Kettles"},
    {"title": "Lanterns that Plan", "arxiv": "2501.00012", "states": {"wam": {"state": "outside", "kind": "survey"}}},
    {"title": "Ropes and Pulleys in Motion", "arxiv": "2501.00013"},
    {"title": "Ropes and Pulleys in Motion, Once More", "arxiv": "2501.00014", "taxa": {"wam": "cascaded/implicit"},
     "links": {"project": "https://example.org/ropes"}},
]  # fmt: skip
LATER = [{"title": "Sails under Glass", "arxiv": "2501.00015", "links": {"code": "https://example.org/sails"}}]
A, B, C, D, E = (f"arxiv:2501.000{n}" for n in range(11, 16))


def tell(*arguments: str) -> str:
    """Run a command; its output."""
    out = io.StringIO()
    with redirect_stdout(out):
        code = run(list(arguments))
    assert code in (0, 3), (arguments, out.getvalue())
    return out.getvalue()


def answer(*arguments: str) -> dict:
    """Run a command with --json."""
    return json.loads(tell(*arguments, "--json"))


def shown() -> str:
    """The survey as JSON Lines, read only: the command would write citation keys."""
    with open_store() as store, store.reading() as session:
        return "".join(export_jsonl(session))


def main(folder: Path) -> None:  # noqa: PLR0915 - a list of steps
    """Write both files."""
    moments, batches = [], []

    def note() -> None:
        time.sleep(0.01)
        moment = datetime.now(UTC).isoformat()
        time.sleep(0.01)
        moments.append([moment, shown()])

    def lists(name: str, papers: list[dict]) -> str:
        file = folder / name
        file.write_text("".join(json.dumps(paper) + "\n" for paper in papers))
        made = answer("import", str(file))
        file.unlink()
        return made["batch"]

    tell("migrate")
    batches.append(lists("papers.jsonl", PAPERS))
    note()
    batches.append(answer("decide", C, "cascaded/explicit", "--by", "ana")["batch"])
    quote = ("--evidence", "a kettle", "--location", "page 3 of v1")
    batches.append(answer("decide", A, "joint/diffusion", "--by", "bo", *quote)["batch"])
    note()
    for kind, values in (
        ("institution", ["name=Harbour Institute", "mark=HI", f"paper={A}"]),
        ("benchmark", ["name=Pulley Bench"]),
        ("metric", ["name=lifts"]),
    ):
        batches.append(answer("add", kind, *values, "--by", "ana")["batch"])
    batches.append(answer("set", "institution:harbour-institute", "mark=HAR", "--by", "ana")["batch"])
    said = ("method=Kettle", "benchmark=Pulley Bench", "metric=lifts", "value=3", f"reported_by={A}", "where=Table 1")
    made = answer("add", "result", *said, "--by", "ana")
    batches.append(made["batch"])
    said = ("oddity=printed twice", "reported_where=Table 2")
    batches.append(answer("set", made["subject"], *said, "--by", "ana")["batch"])
    note()
    who = ("--role", "paper-author", "--raised-by", "Dr Ode", "--source-url", "https://example.org/1")
    raised = answer("objections", "raise", A, "cascaded/implicit", *who, "--quote", "It cascades.", "--by", "ana")
    batches.append(raised["batch"])
    closed = answer("objections", "close", raised["objection"], "accepted", "--answer", "so it does", "--by", "bo")
    batches.append(closed["batch"])
    note()
    reviewers = ("--reviewer", "ana", "--reviewer", "bo")
    batches.append(answer("round", "open", "pilot", "--paper", B, *reviewers, "--by", "ana")["batch"])
    for who in ("ana", "bo"):
        batches.append(answer("round", "vote", "pilot", B, "joint", "--by", who)["batch"])
    batches.append(answer("round", "adjudicate", "pilot", B, "accept", "--by", "cho")["decided"]["batch"])
    note()
    sails = lists("later.jsonl", LATER)
    batches.append(answer("decide", E, "joint", "--by", "ana")["batch"])
    note()
    tell("undo", batches.pop())
    tell("undo", sails)
    note()
    batches.append(answer("merge", C, D, "--prefer", "keep", "--yes", "--by", "ana")["batch"])
    note()
    tell("release", "create", "v1")
    tell("backup", str(folder / "schema-0011.tar"))
    undone = []
    for batch in reversed(batches):
        tell("undo", batch)
        undone.append([batch, shown()])
    found = {"moments": moments, "undone": undone}
    (folder / "schema-0011.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    print(get_settings().home, len(moments), len(undone))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
