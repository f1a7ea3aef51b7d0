"""The pages from which the survey is run: objections are answered, releases made and compared, jobs started."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import signed_in
from tests.helpers.edit_store import say, standing_at
from wamkg.reviewing.objections import ObjectionDraft
from wamkg.services.objections import raise_objection
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.jobs import add_job
from wamkg.store.session import Store
from wamkg.store.types import utc_now
from wamkg.vocabulary import Role

UNIPI = "arxiv:2302.00111"
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def client(seeded_store: Store, home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        yield client


def objection(store: Store, quote: str = "One model does both.") -> str:
    draft = ObjectionDraft(paper=UNIPI, proposed="joint", raised_by="Bo", quote=quote)
    return raise_objection(store, Writer("bo"), draft).objection


def test_an_objection_is_answered_accepted_and_undone(client: TestClient, seeded_store: Store) -> None:
    uid, csrf = objection(seeded_store), signed_in(client, seeded_store)
    html = client.get("/objections").text
    assert "1 open objection" in html and "One model does both." in html and "Belongs here" in html
    client.post(f"/objections/{uid}", data={"csrf": csrf, "outcome": "answer", "answer": "We look."})
    assert "We look." in client.get("/objections").text and standing_at(seeded_store, UNIPI) != ["joint"]
    closed = client.post(f"/objections/{uid}", data={"csrf": csrf, "outcome": "accepted", "answer": "Right."})
    assert "0 open objections" in closed.text and standing_at(seeded_store, UNIPI) == ["joint"]
    undo = re.search(r'action="(/batches/[^"]+/undo)"', closed.text)
    assert undo and client.post(undo[1], data={"csrf": csrf, "to": "objections"}).url.path == "/objections"
    assert standing_at(seeded_store, UNIPI) != ["joint"]


def test_an_outcome_there_is_not_and_a_stale_form_are_refused(client: TestClient, seeded_store: Store) -> None:
    uid, csrf = objection(seeded_store, EVIL), signed_in(client, seeded_store)
    assert "<script>alert" not in client.get("/objections").text
    refused = client.post(f"/objections/{uid}", data={"csrf": csrf, "outcome": "maybe"})
    assert refused.status_code == 422 and "✕" in refused.text
    stale = {"csrf": csrf, "outcome": "rejected", "answer": "No.", "revision": "0"}
    assert client.post(f"/objections/{uid}", data=stale).status_code == 409
    assert client.post("/objections/nothing", data={"csrf": csrf, "outcome": "rejected"}).status_code == 422


def test_a_release_is_made_and_compared_with_now(client: TestClient, seeded_store: Store) -> None:
    csrf = signed_in(client, seeded_store)
    made = client.post("/releases", data={"csrf": csrf, "name": "v1", "note": EVIL})
    assert made.status_code == 200 and ">v1<" in made.text and "<script>alert" not in made.text
    again = client.post("/releases", data={"csrf": csrf, "name": "v1"})
    assert again.status_code == 409 and "✕" in again.text
    say(seeded_store, UNIPI, "accept", "joint")
    html = unescape(client.get("/releases?a=v1&b=now").text)
    assert "1 moved" in html and "cascaded/explicit/learned → joint" in html
    assert client.get("/releases?a=v9&b=now").status_code == 404


def test_jobs_are_listed_started_and_cancelled(client: TestClient, seeded_store: Store) -> None:
    csrf = signed_in(client, seeded_store)
    with seeded_store.writing() as session:
        uid = add_job(session, "enrich", {}, None).uid
    html = client.get("/jobs").text
    assert f'action="/jobs/{uid}/cancel"' in html and "queued" in html
    assert "cancelled" in client.post(f"/jobs/{uid}/cancel", data={"csrf": csrf}).text
    assert f'action="/jobs/{uid}/resume"' in client.get("/jobs").text
    assert client.post("/jobs", data={"csrf": csrf, "kind": "refit"}).status_code == 422
    assert client.post(f"/jobs/{uid}/burn", data={"csrf": csrf}).status_code == 422


def test_every_change_is_listed_and_can_be_undone(client: TestClient, seeded_store: Store) -> None:
    csrf = signed_in(client, seeded_store)
    say(seeded_store, UNIPI, "accept", "joint")
    undo = re.search(r'action="(/batches/[^"]+/undo)"', client.get("/changes").text)
    assert undo
    after = client.post(undo[1], data={"csrf": csrf, "to": "changes"})
    assert after.url.path == "/changes" and "undone" in after.text and undo[1] not in after.text
    client.cookies.clear()
    assert "/undo" not in client.get("/changes").text


@pytest.mark.parametrize("path", ["/objections/x", "/releases", "/jobs", "/jobs/x/cancel"])
def test_only_curators_run_the_survey(client: TestClient, seeded_store: Store, path: str) -> None:
    assert client.post(path, data={"name": "v1", "kind": "embed"}).status_code == 401
    csrf = signed_in(client, seeded_store, Role.READER)
    assert client.post(path, data={"csrf": csrf, "name": "v1", "kind": "embed"}).status_code == 403
    signed_in(client, seeded_store)
    assert client.post(path, data={"csrf": "forged", "name": "v1", "kind": "embed"}).status_code == 403


def test_a_page_of_a_release_or_a_past_moment_says_so(client: TestClient, seeded_store: Store) -> None:
    csrf = signed_in(client, seeded_store)
    client.post("/releases", data={"csrf": csrf, "name": "v1"})
    moment = f"{utc_now():%Y-%m-%dT%H:%M:%SZ}"
    for path in ("/", "/papers", f"/papers/{UNIPI}", "/taxonomy", "/timeline", "/index/methods"):
        assert "You see the survey" not in client.get(path).text
        assert "You see the survey of release v1" in client.get(f"{path}?release=v1").text, path
    assert f"You see the survey as of {moment}" in client.get(f"/papers?as_of={moment}").text
