"""`wamkg decide` without writing, and for the papers of a pipe."""

import io
import json

import pytest

from tests.helpers.store_dump import dump
from wamkg.cli import run
from wamkg.store.session import Store

Out = pytest.CaptureFixture[str]
PAPERS = ("arxiv:2302.00111", "arxiv:2310.08576")
TAXON = "cascaded/implicit"


def piped(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Put lines on standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_a_dry_run_shows_the_move_and_writes_nothing(seeded_store: Store, capsys: Out) -> None:
    before = dump(seeded_store)
    assert run(["decide", PAPERS[0], TAXON, "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert f"cascaded/explicit/learned -> {TAXON}" in told
    assert "nothing was written" in told
    assert dump(seeded_store) == before


def test_ids_of_a_pipe_are_decided_with_yes(seeded_store: Store, capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    piped(monkeypatch, *PAPERS, PAPERS[0], "")
    assert run(["decide", "-", TAXON, "--yes"]) == 0
    assert "2 of 2 papers decided" in capsys.readouterr().out
    for paper in PAPERS:
        run(["show", paper])
        assert f"assignment: wam:{TAXON}" in capsys.readouterr().out


def test_an_unknown_id_of_a_pipe_is_listed_and_the_others_are_tried(
    seeded_store: Store, capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dump(seeded_store)
    piped(monkeypatch, PAPERS[0], "no-such-paper")
    assert run(["decide", "-", TAXON, "--dry-run"]) == 3
    printed = capsys.readouterr()
    assert "1 of 2 papers would be decided; nothing was written" in printed.out
    assert "no-such-paper" in printed.err
    assert dump(seeded_store) == before


@pytest.mark.parametrize("last", ["--dry-run", "--yes"])
def test_json_of_a_pipe_is_json_alone(
    seeded_store: Store, capsys: Out, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    piped(monkeypatch, *PAPERS)
    assert run(["decide", "-", TAXON, "--json", last]) == 0
    assert [made["after"] for made in json.loads(capsys.readouterr().out)] == [[TAXON]] * 2


def test_list_and_decide_make_one_pipe(seeded_store: Store, capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    run(["list", "--taxon", "cascaded/explicit/learned", "--format", "ids"])
    ids = capsys.readouterr().out.splitlines()
    piped(monkeypatch, *ids)
    assert run(["decide", "-", TAXON, "--dry-run"]) == 0
    assert f"{len(ids)} of {len(ids)} papers would be decided" in capsys.readouterr().out


def test_the_name_of_a_taxonomy_lists_all_its_papers(seeded_store: Store, capsys: Out) -> None:
    for name, papers in (("wam", 64), ("training-data", 76), ("cascaded", 31)):
        assert run(["list", "--taxon", name, "--format", "ids", "--limit", "0"]) == 0
        assert len(capsys.readouterr().out.splitlines()) == papers
    assert run(["list", "--taxon", "jiont"]) == 1
    assert "did you mean joint" in capsys.readouterr().err
