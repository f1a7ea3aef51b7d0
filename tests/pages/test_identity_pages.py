"""The pages of duplicates and identity questions: judged, merged, answered and undone without scripts."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import API, get, signed_in
from tests.helpers.edit_store import fill
from tests.matching.test_identity_questions import DRIVE, FOLD, read
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.vocabulary import Role

PAPERS: list[dict[str, Any]] = [
    {"title": "Towels and <b>Taps</b>", "arxiv": "2401.00001", "authors": ["Una Moss", "Kai Paz"], "year": 2024,
     "taxa": {"wam": "joint"}},
    {"title": "Towels and <b>Taps</b>: A Study", "doi": "10.5555/taps", "authors": ["U. Moss"], "year": 2025,
     "venue": "Journal of Kitchens", "taxa": {"wam": "cascaded/implicit"}},
]  # fmt: skip
FORM = re.compile(r'<form class="decide" action="(/(?:duplicates|questions)/[^"]+)".*?</form>', re.S)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
HTML = {"Accept": "text/html"}


@pytest.fixture
def client(seeded_store: Store, home: Path, tmp_path: Path) -> Iterator[TestClient]:
    fill(seeded_store, tmp_path, *PAPERS)
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        yield client


def forms(text: str) -> list[tuple[str, dict[str, str]]]:
    """Address and hidden fields of each form of a page."""
    return [(found[1], {n: html.unescape(v) for n, v in HIDDEN.findall(found[0])}) for found in FORM.finditer(text)]


def own_forms(client: TestClient) -> tuple[dict[str, str], dict[str, str]]:
    """Fields of the two forms of our pair: judge and merge."""
    mine = [fields for _, fields in forms(client.get("/duplicates").text) if fields["left"] == "arxiv:2401.00001"]
    return mine[0], mine[1]


def test_everybody_sees_pairs_side_by_side_and_only_curators_forms(client: TestClient, seeded_store: Store) -> None:
    shown = client.get("/duplicates").text
    row = re.search(r'<tr><th scope="row">Title</th>.*?</tr>', shown, re.S)
    assert row is not None and "A Study" in row[0] and "nearly the same" in row[0]
    assert "<b>" not in row[0]
    assert re.search(r"Venue</th>.*?Journal of Kitchens</td>\s*<td>only on one side", shown, re.S)
    assert "Sign in to judge" in shown and forms(shown) == []
    assert 'href="/duplicates" aria-current="page"' in shown and 'href="/questions"' in shown
    for path in ("/duplicates/judge", "/duplicates/merge"):
        assert client.post(path, data={"left": "x", "right": "y"}).status_code == 401
    signed_in(client, seeded_store, Role.READER)
    assert forms(client.get("/duplicates").text) == []


def test_forged_forms_and_readers_write_nothing(client: TestClient, seeded_store: Store) -> None:
    signed_in(client, seeded_store)
    before = get(client, "batches")
    for path, fields in zip(("/duplicates/judge", "/duplicates/merge"), own_forms(client), strict=True):
        sent = fields | {"verdict": "same", "keep": "left", "step": "merge", "prefer": "keep"}
        assert client.post(path, data=sent | {"csrf": "0" * 64}).status_code == 403
        assert client.post(path, data=sent, headers={"Origin": "https://evil.example"}).status_code == 403
    csrf = signed_in(client, seeded_store, Role.READER)
    assert client.post("/duplicates/judge", data={"csrf": csrf, "verdict": "same"}).status_code == 403
    assert get(client, "batches") == before


@pytest.mark.parametrize("verdict", ["same", "different", "unsure"])
def test_a_pair_is_judged_and_undone(client: TestClient, seeded_store: Store, verdict: str) -> None:
    signed_in(client, seeded_store)
    judge, _ = own_forms(client)
    done = client.post("/duplicates/judge", data=judge | {"verdict": verdict, "note": "seen"})
    assert done.status_code == 200 and "Written as batch" in done.text
    assert judge["left"] not in [fields["left"] for _, fields in forms(done.text)]
    (judged,) = get(client, "duplicates/judgements")["items"]
    assert (judged["verdict"], judged["note"], judged["by"]) == (verdict, "seen", "ana")
    undo = re.search(r'action="(/batches/[^"]+/undo)"', done.text)
    assert undo is not None
    back = client.post(undo[1], data={"csrf": judge["csrf"], "to": "duplicates"})
    assert back.url.path == "/duplicates" and own_forms(client)[0] == judge


def test_a_merge_shows_its_dry_run_and_is_made_and_undone(client: TestClient, seeded_store: Store) -> None:
    signed_in(client, seeded_store)
    before = get(client, "papers/arxiv:2401.00001")
    _, merge = own_forms(client)
    stuck = client.post("/duplicates/merge", data=merge | {"keep": "left"}, headers=HTML)
    assert stuck.status_code == 409 and "different assignments" in stuck.text and 'value="merge"' not in stuck.text
    shown = client.post("/duplicates/merge", data=merge | {"keep": "left", "prefer": "other", "step": "show"})
    assert shown.status_code == 200 and "What would change" in shown.text and "10.5555/taps" in shown.text
    assert get(client, "papers/arxiv:2401.00001") == before
    ((action, fields),) = forms(shown.text)
    done = client.post(action, data=fields | {"prefer": "other", "step": "merge", "why": "one work"})
    assert done.url.path == "/duplicates" and "Written as batch" in done.text
    merged = get(client, "papers/arxiv:2401.00001")
    assert (merged["doi"], merged["taxa"]["wam"]) == ("10.5555/taps", "cascaded/implicit")
    stale = client.post(action, data=fields | {"step": "merge"}, headers=HTML)
    assert stale.status_code in (404, 409, 422)
    undo = re.search(r'action="(/batches/[^"]+/undo)"', done.text)
    assert undo is not None and client.post(undo[1], data=fields | {"to": "duplicates"}).status_code == 200
    assert get(client, "papers/doi:10.5555/taps")["uid"] != before["uid"]


def test_unlike_papers_are_merged_only_with_a_tick(client: TestClient, seeded_store: Store) -> None:
    csrf = signed_in(client, seeded_store)
    asked = {"csrf": csrf, "left": "arxiv:2302.00111", "right": "doi:10.5555/taps", "keep": "left", "prefer": "keep"}
    shown = client.post("/duplicates/merge", data=asked)
    assert shown.status_code == 200 and "look like two different papers" in shown.text
    refused = client.post("/duplicates/merge", data=asked | {"step": "merge"}, headers=HTML)
    assert refused.status_code == 409 and "although_unlike" in refused.text
    done = client.post("/duplicates/merge", data=asked | {"step": "merge", "although_unlike": "yes"})
    assert "Written as batch" in done.text


def test_questions_are_answered_on_their_page_and_undone(
    client: TestClient, seeded_store: Store, tmp_path: Path
) -> None:
    assert "No question is open" in client.get("/questions").text
    read(seeded_store, tmp_path / "mine.jsonl", FOLD)
    read(seeded_store, tmp_path / "theirs.jsonl", DRIVE)
    assert "Sign in to answer" in client.get("/questions").text
    csrf = signed_in(client, seeded_store)
    shown = client.get("/questions").text
    assert "1 open question" in shown and DRIVE["title"] in shown
    ((action, fields),) = forms(shown)
    done = client.post(action, data=fields | {"answer": "wrong-record"})
    assert done.url.path == "/questions" and "Written as batch" in done.text and "No question is open" in done.text
    undo = re.search(r'action="(/batches/[^"]+/undo)"', done.text)
    assert undo is not None
    assert "1 open question" in client.post(undo[1], data={"csrf": csrf, "to": "questions"}).text
    assert client.get(f"{API}/questions?status=open").json()["total"] == 1
