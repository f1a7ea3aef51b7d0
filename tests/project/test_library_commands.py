"""`list`, `search`, `show`, `open` and `remove` as a person or a pipe uses them."""

import csv
import io
import json

import pytest

from wamkg.cli import run
from wamkg.store.session import Store

Out = pytest.CaptureFixture[str]


def lines(out: Out, *command: str) -> list[str]:
    """What a command prints, by line."""
    out.readouterr()
    assert run(list(command)) == 0
    return out.readouterr().out.splitlines()


def test_ids_of_a_branch_are_printed_one_to_a_line(seeded_store: Store, capsys: Out) -> None:
    ids = lines(capsys, "list", "--taxon", "joint", "--format", "ids")
    assert len(ids) > 30
    assert ids == lines(capsys, "list", "--taxon", "wam:joint", "--format", "ids", "--limit", "0")
    assert all(" " not in name for name in ids)


def test_a_table_says_how_many_papers_it_leaves_out(seeded_store: Store, capsys: Out) -> None:
    assert lines(capsys, "list", "--limit", "5")[-1] == "5 of 227 papers; `--limit 0` lists all of them"
    assert lines(capsys, "list", "--q", "unipi", "--year", "2023", "--limit", "0")[-1].endswith(("paper", "papers"))


def test_csv_and_json_lines_hold_every_paper(seeded_store: Store, capsys: Out) -> None:
    rows = list(
        csv.DictReader(io.StringIO("\n".join(lines(capsys, "list", "--format", "csv", "--columns", "id,title"))))
    )
    papers = [json.loads(line) for line in lines(capsys, "list", "--format", "jsonl")]
    assert [row["id"] for row in rows] == [paper["id"] for paper in papers]
    assert len(rows) == 227


def test_search_puts_the_named_paper_first(seeded_store: Store, capsys: Out) -> None:
    for words in (["UniPi"], ["unipi"], ["arxiv:2302.00111"], ["Learning", "Universal", "Policies"]):
        assert lines(capsys, "search", *words, "--format", "ids")[0] == "arxiv:2302.00111"


def test_search_without_a_match_fails(seeded_store: Store, capsys: Out) -> None:
    assert run(["search", "zzzzqqq"]) == 1
    assert "no paper matches" in capsys.readouterr().err


def test_show_gives_facts_place_and_links(seeded_store: Store, capsys: Out) -> None:
    shown = "\n".join(lines(capsys, "show", "UniPi"))
    assert "Learning Universal Policies via Text-Guided Video Generation" in shown
    assert "Yilun Du" in shown
    assert "assignment: wam:cascaded/explicit/learned" in shown
    assert "arXiv: 2302.00111" in shown


def test_remove_excludes_with_a_reason_and_undo_puts_back(
    seeded_store: Store, capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("arxiv:2302.00111\n"))
    told = lines(capsys, "remove", "-", "--why", "not about robots", "--dry-run")
    assert told[-1] == "1 paper would be excluded; nothing was written"
    batch = lines(capsys, "remove", "arxiv:2302.00111", "--why", "not about robots")[1].split()[1].rstrip(";")
    assert "standing: excluded (not about robots)" in lines(capsys, "show", "arxiv:2302.00111")
    assert "  is excluded already; nothing was written" in lines(capsys, "remove", "unipi", "--why", "not about robots")
    lines(capsys, "undo", batch)
    assert "standing: included" in lines(capsys, "show", "arxiv:2302.00111")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["list", "--columns", "titel"], "no column 'titel'"),
        (["list", "--taxon", "nowhere"], "nowhere"),
        (["show", "no-such-paper"], "no paper has the id"),
        (["remove", "arxiv:2302.00111", "--why", " "], "needs a reason"),
    ],
)
def test_a_mistake_is_one_line(seeded_store: Store, capsys: Out, command: list[str], said: str) -> None:
    assert run(command) == 1
    assert said in capsys.readouterr().err


def test_open_prints_the_address_of_the_page(seeded_store: Store, capsys: Out) -> None:
    assert lines(capsys, "open", "UniPi", "--print") == ["http://127.0.0.1:8000/papers/arxiv:2302.00111"]
