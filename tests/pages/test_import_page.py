"""Pasting ids, links or a file: what would happen, then the queue, then undo."""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import signed_in
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.views.coverage import overview
from wamkg.vocabulary import Role

IDS = "arXiv:2302.00111\nhttps://arxiv.org/abs/2501.07777v2\n10.1000/kites\n"
BIB = "@article{ode2019kites, title={Kites That Read the Wind}, author={Ode, Bo}, year={2019}, doi={10.1000/kites}}\n"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
def client(seeded_store: Store, home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        yield client


def candidates(store: Store) -> int:
    with store.reading() as session:
        return overview(session).papers["candidate"]


def test_pasted_ids_are_matched_tried_queued_and_undone(client: TestClient, seeded_store: Store) -> None:
    csrf, before = signed_in(client, seeded_store), candidates(seeded_store)
    tried = unescape(client.post("/import", data={"csrf": csrf, "text": IDS, "step": "try"}).text)
    assert "2 new, 1 same" in tried and 'href="/papers/arxiv:2302.00111"' in tried
    assert candidates(seeded_store) == before
    done = client.post("/import", data={"csrf": csrf, "text": IDS, "step": "apply"})
    assert "Written as batch" in done.text and candidates(seeded_store) == before + 2
    undo = re.search(r'action="(/batches/[^"]+/undo)"', done.text)
    assert undo and client.post(undo[1], data={"csrf": csrf, "to": "import"}).url.path == "/import"
    assert candidates(seeded_store) == before


@pytest.mark.parametrize(("file", "text"), [("refs.bib", BIB), ("", BIB), ("../../etc/x.bib", BIB)])
def test_the_text_of_a_file_is_recognized(client: TestClient, seeded_store: Store, file: str, text: str) -> None:
    csrf = signed_in(client, seeded_store)
    tried = client.post("/import", data={"csrf": csrf, "text": text, "file": file, "step": "try"}).text
    assert "Read as <strong>bibtex</strong>: 1 new" in tried and "Kites That Read the Wind" in tried


@pytest.mark.parametrize("text", ["", "Nothing here is a paper.\nNor here.\n", "<script>alert(1)</script>"])
def test_what_is_no_paper_is_refused_and_kept_in_the_form(client: TestClient, seeded_store: Store, text: str) -> None:
    csrf = signed_in(client, seeded_store)
    refused = client.post("/import", data={"csrf": csrf, "text": text, "step": "apply"})
    assert refused.status_code == 422 and "✕" in refused.text
    assert text in unescape(refused.text) and "<script>alert" not in refused.text


def test_only_curators_add_papers(client: TestClient, seeded_store: Store) -> None:
    assert client.post("/import", data={"text": IDS, "step": "apply"}).status_code == 401
    assert "Sign in to add papers" in client.get("/import").text
    csrf = signed_in(client, seeded_store, Role.READER)
    assert client.post("/import", data={"csrf": csrf, "text": IDS}).status_code == 403
    signed_in(client, seeded_store)
    assert client.post("/import", data={"csrf": "forged", "text": IDS}).status_code == 403


@pytest.mark.e2e
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_bib_file_is_uploaded_in_a_browser(seeded_store: Store, home: Path, tmp_path: Path) -> None:
    from tests.pages.test_review_page import signed_in_page

    (tmp_path / "kites.bib").write_text(BIB)
    with signed_in_page(seeded_store, home) as (page, address):
        page.goto(f"{address}/import")
        page.get_by_label("Or choose a file").set_input_files(tmp_path / "kites.bib")
        page.wait_for_function("document.querySelector('#file').value === 'kites.bib'")
        page.get_by_role("button", name="Try, and write nothing").click()
        page.get_by_role("button", name="Add 1 new paper").click()
        page.get_by_text("Written as batch").wait_for()
        page.get_by_role("button", name="Undo").click()
        page.wait_for_url(f"{address}/import")
