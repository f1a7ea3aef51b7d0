"""Deciding, objecting and undoing on the pages: by a session, without scripts, in a real browser and without one."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import API, link_for, sign_in, signed_in
from wamkg.reviewing.decisions import decide
from wamkg.reviewing.verdicts import Decision
from wamkg.settings import Settings
from wamkg.store.batches import get_actor
from wamkg.store.session import Store
from wamkg.suggesting.runner import Rules, suggest_places
from wamkg.views.paper_details import AssignmentItem, assignment_list
from wamkg.vocabulary import OutsideKind, Role

PAPER = "arxiv:2302.00111"
FORM = re.compile(r'<form class="decide(?: one)?" action="([^"]+)/decide".*?</form>', re.S)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
def client(seeded_store: Store, home: Path) -> Iterator[TestClient]:
    suggest_places(seeded_store, "wam", Rules(model="tfidf-lr"), None)
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        yield client


def first_form(client: TestClient, path: str) -> tuple[str, dict[str, str]]:
    """Address and hidden fields of the first decision form of a page."""
    found = FORM.search(client.get(path).text)
    assert found is not None
    return f"{found[1]}/decide", dict(HIDDEN.findall(found[0]))


def test_a_stranger_is_asked_to_sign_in(client: TestClient) -> None:
    for path in ("/review", f"/papers/{PAPER}"):
        html = client.get(path).text
        assert "Sign in to decide" in html
        assert FORM.search(html) is None
    assert client.post(f"/papers/{PAPER}/decide", data={"verdict": "unsure"}).status_code == 401


def test_a_reader_is_shown_no_forms_and_let_in_by_none(client: TestClient, seeded_store: Store) -> None:
    csrf = signed_in(client, seeded_store, Role.READER)
    assert FORM.search(client.get("/review").text) is None
    assert client.post(f"/papers/{PAPER}/decide", data={"verdict": "unsure", "csrf": csrf}).status_code == 403


def test_the_queue_is_decided_and_undone(client: TestClient, seeded_store: Store) -> None:
    signed_in(client, seeded_store)
    action, fields = first_form(client, "/review")
    before = client.get(f"{API}/suggestions").json()["total"]
    done = client.post(action, data=fields | {"verdict": "accept", "taxon": "joint", "note": "x"})
    assert done.status_code == 200
    assert "placed in Joint" in done.text
    assert client.get(f"{API}/suggestions").json()["total"] == before - 1
    again = client.post(action, data=fields | {"verdict": "accept", "taxon": "joint"}, headers={"Accept": "text/html"})
    assert again.status_code == 409
    undo = re.search(r'action="(/batches/[^"]+/undo)"', done.text)
    assert undo is not None
    assert client.post(undo[1], data=fields).status_code == 200
    assert client.get(f"{API}/suggestions").json()["total"] == before


def test_whatever_the_command_line_decides_the_form_does_too(client: TestClient, seeded_store: Store) -> None:
    signed_in(client, seeded_store)

    def decide(verdict: str, **more: str | list[str]) -> AssignmentItem:
        action, fields = first_form(client, f"/papers/{PAPER}")
        sent = fields | {"taxon": "joint", "kind": "", "evidence": "", "evidence_location": ""} | {"verdict": verdict}
        answer = client.post(action, data=sent | more)
        assert answer.status_code == 200, answer.text
        with seeded_store.reading() as session:
            return assignment_list(session, PAPER)[0]

    quoted = decide("accept", evidence="words of page 3", evidence_location="page 3 of v1", also=["cascaded/implicit"])
    assert (quoted.taxon, quoted.evidence, quoted.evidence_location) == ("joint", "words of page 3", "page 3 of v1")
    with seeded_store.reading() as session:
        places = [(place.taxon, place.primary) for place in assignment_list(session, PAPER) if place.taxonomy == "wam"]
    assert places == [("joint", True), ("cascaded/implicit", False)]
    for kind in OutsideKind:
        assert (decide("outside", kind=kind).kind, decide("unsure", kind=kind).kind) == (kind, None)
    assert decide("not-applicable", also=["joint"]).status == "not-applicable"


def test_a_stale_form_is_refused_with_what_changed_meanwhile(client: TestClient, seeded_store: Store) -> None:
    signed_in(client, seeded_store)
    action, fields = first_form(client, f"/papers/{PAPER}")
    with seeded_store.writing() as session:
        decide(session, get_actor(session, "bo", "person"), Decision(paper=PAPER, verdict="outside", kind="survey"))
    late = client.post(action, data=fields | {"verdict": "accept", "taxon": "joint"}, headers={"Accept": "text/html"})
    assert (late.status_code, "bo: wam:outside" in late.text) == (409, True)


def test_a_forged_form_writes_nothing(client: TestClient, seeded_store: Store) -> None:
    signed_in(client, seeded_store)
    action, fields = first_form(client, "/review")
    before = client.get(f"{API}/batches").json()
    for forged, headers in (
        ({"csrf": ""}, {}),
        ({"csrf": "0" * 64}, {}),
        ({}, {"Origin": "https://evil.example"}),
        ({}, {"Sec-Fetch-Site": "same-site"}),
    ):
        answer = client.post(action, data=fields | {"verdict": "unsure"} | forged, headers=headers)
        assert answer.status_code == 403
    assert client.get(f"{API}/batches").json() == before


def test_a_placement_is_disputed_from_its_page(client: TestClient, seeded_store: Store) -> None:
    csrf = signed_in(client, seeded_store)
    said = {"csrf": csrf, "taxonomy": "wam", "claimed": "joint", "raised_as": "reader", "quote": "It is joint."}
    assert "Written as batch" in client.post(f"/papers/{PAPER}/object", data=said).text
    (objection,) = client.get(f"{API}/objections").json()["items"]
    assert (objection["paper"], objection["claimed"], objection["raised_by"]) == (PAPER, "joint", "ana")


def test_what_somebody_signed_in_sees_is_kept_nowhere(client: TestClient, seeded_store: Store) -> None:
    signed_in(client, seeded_store)
    answer = client.get("/review")
    assert "no-store" in answer.headers["cache-control"]
    assert "Sign out" in answer.text
    client.cookies.clear()
    assert "Sign out" not in client.get("/review").text


@pytest.mark.e2e
@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")
def test_a_curator_objects_in_a_browser(seeded_store: Store, home: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import expect, sync_playwright

    from tests.helpers.serving import served

    link = link_for(seeded_store).secret
    with served(create_app(Settings(database_url=seeded_store.url, home=home))) as address, sync_playwright() as p:
        browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_context(java_script_enabled=True).new_page()
        sign_in(page, address, link)
        expect(page.get_by_text("Sign out")).to_be_visible()
        page.goto(f"{address}/papers/{PAPER}")
        page.get_by_text("Object to this assignment").click()
        assert Axe().run(page).response["violations"] == []
        page.get_by_label("Correct taxon").select_option("joint")
        page.get_by_role("button", name="Object").click()
        expect(page.get_by_text("Written as batch")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("link", name="Sign in")).to_be_visible()
        browser.close()


def test_a_hidden_suggestion_is_in_no_page_until_somebody_decides(client: TestClient, seeded_store: Store) -> None:
    signed_in(client, seeded_store)
    items = client.get(f"{API}/suggestions?limit=100").json()["items"]
    hidden = [s for s in client.get(f"{API}/queue?limit=100").json()["items"] if s["hidden"]]
    assert all(s["suggestion"] is None for s in hidden)
    for item in items:
        html = client.get(f"/papers/{item['paper']}").text
        assert ("Hidden until someone decides" in html) == any(h["paper"] == item["paper"] for h in hidden)
        assert ("Most similar classified papers" in html) != ("Hidden until someone decides" in html)
    _, fields = first_form(client, "/review")
    answer = client.post(f"/papers/{items[0]['paper']}/decide", data=fields | {"verdict": "accept", "taxon": ""})
    assert answer.status_code == 422
