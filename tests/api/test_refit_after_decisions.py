"""Whatever decides on a paper is learnt from: the refit that runs is told to go round again."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select
from wamkg_api.app import create_app

from tests.helpers.api_access import API, signed_in, token_for
from tests.reviewing.test_decisions import copy_of
from wamkg.cli import run
from wamkg.jobs.refit import KIND
from wamkg.settings import Settings, get_settings
from wamkg.store.decisions import decision_rows
from wamkg.store.jobs import begin, current_worker_id, find_job, set_params
from wamkg.store.session import Store
from wamkg.store.tables import Batch, Job
from wamkg.vocabulary import JobStatus, Role

PAPER, CLAIMED = "arxiv:2302.00111", "joint/diffusion/unified-stream/explicit"
UID = "5" * 32


@pytest.fixture
def learning(seeded_store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store whose refit runs all the time."""
    monkeypatch.setenv("WAMKG_REFIT", "true")
    get_settings.cache_clear()
    with seeded_store.writing() as session:
        job = Job(uid=UID, kind=KIND, status=JobStatus.QUEUED, params={"taxonomy": "wam"})
        session.add(job)
        begin(session, job, current_worker_id())
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


def test_a_taxonomy_edited_and_the_edit_undone(learning: Store) -> None:
    assert run(["taxon", "rename", "wam:joint", "Both at once", "--dry-run"]) == 0
    assert not told(learning), "a dry run changes nothing"
    assert run(["taxon", "rename", "wam:joint", "Both at once"]) == 0
    assert told(learning)
    with learning.reading() as session:
        newest = session.exec(select(Batch).order_by(col(Batch.id).desc())).first()
    assert newest is not None
    assert run(["undo", newest.uid]) == 0
    assert told(learning)


WRITES = {
    "a decision": ("papers/{paper}/decisions", {"taxonomy": "wam", "verdict": "accept", "taxon": CLAIMED}),
    "an adjudication": ("rounds/pilot/adjudications", {"paper": PAPER, "verdict": "accept", "taxon": CLAIMED}),
    "an objection that is accepted": ("objections/{objection}/close", {"outcome": "accepted"}),
    "an edit of a taxonomy": ("taxonomies/wam/edits", {"operation": "rename", "taxon": "joint", "name": "Both"}),
    "a decision undone": ("batches/{batch}/undo", {}),
}


@pytest.mark.parametrize("what", WRITES)
def test_every_route_that_changes_where_papers_belong(learning: Store, home: Path, what: str) -> None:
    settings = Settings(database_url=learning.url, home=home, refit=True)
    with TestClient(create_app(settings), headers=token_for(learning, Role.ADMIN)) as client:
        named = {"paper": PAPER} | _prepared(client, what)
        told(learning)
        path, body = WRITES[what]
        answer = client.post(f"{API}/{path.format(**named)}", json=body)
    assert answer.status_code < 300, answer.text
    assert told(learning)


def _prepared(client: TestClient, what: str) -> dict[str, str]:
    """Makes what the write is about; gives its ids."""
    if what == "an adjudication":
        opened = {"name": "pilot", "reviewers": ["bo", "cho"], "papers": [PAPER]}
        assert client.post(f"{API}/rounds", json=opened).status_code == 201
        return {}
    if what == "an objection that is accepted":
        raised = client.post(f"{API}/objections", json={"paper": PAPER, "claimed": CLAIMED})
        return {"objection": raised.json()["objection"]}
    if what == "a decision undone":
        path, body = WRITES["a decision"]
        return {"batch": client.post(f"{API}/{path.format(paper=PAPER)}", json=body).json()["batch"]}
    return {}


def test_a_decision_by_the_form_of_a_page(learning: Store, home: Path) -> None:
    settings = Settings(database_url=learning.url, home=home, refit=True)
    with TestClient(create_app(settings)) as client:
        csrf = signed_in(client, learning)
        version = str(client.get(f"{API}/papers/{PAPER}").json()["version"])
        form = {"csrf": csrf, "verdict": "accept", "taxon": CLAIMED, "taxonomy": "wam", "version": version}
        answer = client.post(f"/papers/{PAPER}/decide", data=form, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    assert told(learning)
