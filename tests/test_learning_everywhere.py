"""Whatever decides on a paper is learnt from: the refit that runs is told to go round again."""

from pathlib import Path

import pytest

from tests.test_curating_decisions import copy_of
from wamkg.cli import run
from wamkg.jobs.refit import KIND
from wamkg.settings import get_settings
from wamkg.store.decisions import decision_rows
from wamkg.store.jobs import begin, find_job, set_params
from wamkg.store.owners import this_owner
from wamkg.store.session import Store
from wamkg.store.tables import Job
from wamkg.vocabulary import JobState

PAPER, CLAIMED = "arxiv:2302.00111", "joint/diffusion/unified-stream/explicit"
UID = "5" * 32


@pytest.fixture
def learning(seeded_store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store whose refit runs all the time."""
    monkeypatch.setenv("WAMKG_REFIT", "true")
    get_settings.cache_clear()
    with seeded_store.writing() as session:
        job = Job(uid=UID, kind=KIND, state=JobState.QUEUED, params={"taxonomy": "wam"})
        session.add(job)
        begin(session, job, this_owner())
    return seeded_store


def told(store: Store) -> bool:
    """Whether the refit was told of a decision since it was last asked."""
    with store.writing() as session:
        job = find_job(session, UID)
        again = bool(job.params.get("again"))
        set_params(session, job, {"again": False})
        return again


def test_a_round_adjudicated(learning: Store) -> None:
    assert run(["round", "open", "pilot", "--reviewer", "ana", "--reviewer", "bo", "--paper", PAPER]) == 0
    assert run(["round", "vote", "pilot", PAPER, CLAIMED, "--by", "ana"]) == 0
    assert not told(learning), "a vote is no decision"
    assert run(["round", "adjudicate", "pilot", PAPER, CLAIMED, "--by", "cho", "--agreed"]) == 0
    assert told(learning)


def test_an_objection_that_moves_a_paper(learning: Store, capsys: pytest.CaptureFixture[str]) -> None:
    for outcome in ("rejected", "accepted"):
        capsys.readouterr()
        assert run(["objections", "raise", PAPER, CLAIMED, "--raised-by", outcome]) == 0
        uid = capsys.readouterr().out.split()[1]
        assert run(["objections", "close", uid, outcome, "--answer", "see its abstract"]) == 0
        assert told(learning) == (outcome == "accepted")


def test_decisions_that_came_in_a_file_and_their_undoing(
    learning: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, copy = tmp_path / "decisions.jsonl", copy_of(tmp_path, learning)
    assert run(["decide", PAPER, CLAIMED, "--by", "ana"]) == 0
    assert told(learning)
    assert run(["decisions", "export", str(file)]) == 0
    monkeypatch.setenv("WAMKG_DATABASE_URL", copy.url)
    get_settings.cache_clear()
    assert run(["decisions", "import", str(file)]) == 0
    assert told(copy)
    assert run(["decisions", "import", str(file)]) == 0
    assert not told(copy), "known already"
    with copy.reading() as session:
        (decision,) = (
            row for row in decision_rows(session) if row.batch.undone_at is None and " from " in row.batch.source
        )
    assert run(["undo", decision.batch.uid]) == 0
    assert told(copy)
