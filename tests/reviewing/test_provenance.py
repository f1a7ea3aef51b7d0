"""Where everything comes from: of a paper, a taxon, a thing, a field; since a day; and the whole trail."""

from pathlib import Path

import orjson
import pytest

from tests.helpers.edit_store import FIRST, PAPERS, UNIFIED, fill, say, undo
from wamkg.cli import run
from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.reviewing.paper_edits import set_values
from wamkg.store.batches import get_actor
from wamkg.store.session import Store
from wamkg.taxonomy.edit import TaxonEdit
from wamkg.taxonomy.editor import run_edit
from wamkg.views.provenance import audit_lines, subject_history
from wamkg.views.sourced_values import paper_sources


@pytest.fixture
def curated(store: Store, tmp_path: Path) -> Store:
    """A paper that a list places and names a venue of, and that a person then edits and places elsewhere."""
    fill(store, tmp_path, PAPERS[0] | {"venue": "ICLR", "method": "Net"}, *PAPERS[1:])
    with store.writing() as session:
        set_values(session, get_actor(session, "ana", "person"), FIRST, {"venue": "ICML"}, "camera ready")
    say(store, FIRST, "accept", UNIFIED, note="one network")
    run_edit(store, "wam", TaxonEdit(operation="rename", taxon=UNIFIED, name="One"), "bo")
    return store


def test_one_field_has_its_own_history(curated: Store) -> None:
    with curated.reading() as session:
        venue = [(row.who, row.event, row.value) for row in subject_history(session, FIRST, "venue")]
        assert ("ana", "said", "ICML") in venue and len({event for _, event, _ in venue}) == 2
        assert {row.field for row in subject_history(session, FIRST, "taxonomy:wam")} == {"taxonomy:wam"}


def test_a_taxon_tells_its_names_and_its_papers(curated: Store) -> None:
    with curated.reading() as session:
        for path in (UNIFIED, "joint/diffusion/one"):
            rows = subject_history(session, f"taxon:wam:{path}")
            assert rows[-1].event == "made"
            assert [(r.who, r.before, r.value) for r in rows if r.field == "taxon.name"] == [
                ("bo", "Unified Stream", "One")
            ]
            assert [(r.who, r.value, r.why) for r in rows if r.event == "placed"] == [
                ("ana", "a-first-paper-about-robots", "one network")
            ]
        ended = [row for row in subject_history(session, "taxon:wam:joint") if row.event == "ended"]
        assert [(row.who, row.before) for row in ended] == [("ana", "a-first-paper-about-robots")]
        assert [row.event for row in subject_history(session, "method:net")] == ["made"]
        assert [row.field for row in subject_history(session, f"taxon:wam:{UNIFIED}", "name")] == ["taxon.name"]


def test_each_source_is_told_with_what_is_shown(curated: Store) -> None:
    with curated.reading() as session:
        found = [
            (v.source.partition(":")[0], v.value, v.shown, v.conflict) for v in paper_sources(session, FIRST, "venue")
        ]
        assert found[0] == ("person", "ICML", True, False)
        assert [(value, conflict) for _, value, shown, conflict in found if not shown] == [("ICLR", True)]


@pytest.mark.parametrize("subject", ["taxon:wam:nowhere", "method:nothing", "result:x", "arxiv:2000.00001"])
def test_what_there_is_not_is_not_found(curated: Store, subject: str) -> None:
    with curated.reading() as session, pytest.raises((NotFoundError, InvalidInputError)):
        subject_history(session, subject)


def test_the_trail_holds_everything_and_what_undo_took_out(curated: Store) -> None:
    made = say(curated, FIRST, "unsure")
    undo(curated, made.batch)
    with curated.reading() as session:
        lines = list(audit_lines(session))
    batches = [line for line in lines if line["type"] == "batch"]
    assert [line["kind"] for line in batches][-4:] == ["decision", "taxonomy", "decision", "undo"]
    assert next(line["undone_by"] for line in batches if line["uid"] == made.batch) == batches[-1]["uid"]
    removed = [row for line in lines if line.get("field") == "removed.assignment" for row in line["before"]]
    assert [row["status"] for row in removed] == ["undecided"]


def test_the_command_line(seeded_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    paper = "arxiv:2602.15922"
    assert run(["set", paper, "venue=ICML", "--why", "accepted"]) == 0
    capsys.readouterr()
    assert run(["history", paper, "--field", "venue", "--json"]) == 0
    assert "accepted" in [row["why"] for row in orjson.loads(capsys.readouterr().out)]
    assert run(["history", paper, "--sources"]) == 0
    assert "person" in capsys.readouterr().out
    assert run(["history", "taxon:wam:joint"]) == 0
    assert run(["changes", "--since", "2020-01-01", "--json"]) == 0
    capsys.readouterr()
    assert run(["changes", "--audit"]) == 0
    lines = [orjson.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["type"] for line in lines} == {"batch", "change"}
    assert run(["changes", "--since", "soon"]) == 1
