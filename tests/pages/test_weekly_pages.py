"""The pages of the weekly round: notices are answered and taken back, digests made, finds shown; and tokens."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import signed_in
from tests.helpers.discovering import KITES, import_text, kite, server_of, set_routes, settings_of
from tests.s2_server.arxiv_shelf import ArxivShelf
from wamkg.discovering.runner import DiscoverOptions
from wamkg.services.discovery import discover
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.vocabulary import Role
from wamkg.watching.runner import watch


@pytest.fixture
def noticed(file_store: Store, tmp_path: Path) -> Iterator[TestClient]:
    """A kite whose title changed at arXiv after it was imported."""
    shelf = ArxivShelf([kite(1, 300)])
    paper = shelf.papers[0]
    line = {"title": paper.title, "arxiv": paper.arxiv, "abstract": paper.abstract, "authors": list(paper.authors)}
    import_text(file_store, tmp_path, "kites.jsonl", json.dumps(line))
    with server_of(shelf) as server:
        settings = settings_of(server)
        watch(file_store, settings, wait=lambda _: None)
        paper.title = "A Kite That Learns Trick Number 1 from Wind <b>and</b> Rain"
        watch(file_store, settings, wait=lambda _: None)
    with TestClient(create_app(Settings(database_url=file_store.url, home=tmp_path))) as client:
        yield client


def test_a_notice_is_accepted_and_taken_back(noticed: TestClient, file_store: Store) -> None:
    csrf = signed_in(noticed, file_store)
    html = noticed.get("/notices").text
    assert "1 open notice" in html and "from Wind" in html and "<b>and</b>" not in html
    answer = re.search(r'action="(/notices/[^"]+)"', html)
    assert answer
    assert noticed.post(answer[1], data={"csrf": csrf, "status": "burnt"}).status_code == 422
    done = noticed.post(answer[1], data={"csrf": csrf, "status": "accepted"}).text
    assert "0 open notices" in done and "title, accepted" in done
    undo = re.search(r'action="(/batches/[^"]+/undo)"', done)
    assert undo
    taken_back = noticed.post(undo[1], data={"csrf": csrf, "to": "notices"})
    assert taken_back.url.path == "/notices" and "1 open notice" in taken_back.text


def test_a_digest_is_shown_before_it_is_made_and_each_thing_once(noticed: TestClient, file_store: Store) -> None:
    csrf = signed_in(noticed, file_store)
    before = noticed.get("/digests").text
    count = re.search(r"Make a digest of these (\d+)", before)
    assert count and "Changed" in before
    after = noticed.post("/digests", data={"csrf": csrf}).text
    assert "Nothing new in the last seven days" in after and "/digests/latest/atom" in after
    feed = re.search(r'href="(/api/v1/digests/[^"]+/json-feed)"', after.split("<details")[1])
    assert feed and len(noticed.get(unescape(feed[1])).json()["items"]) == int(count[1])


def test_finds_are_shown_with_their_route_and_one_that_was_set_aside_is_added(seeded_store: Store, home: Path) -> None:
    near = kite(1, 2, title="Quick World Action Models for Robot Control",
                abstract="World action models predict video and action jointly. Our WAM flies a kite.")  # fmt: skip
    kites = ArxivShelf([near, kite(2, 2, title="A Benchmark Dataset for Kites", abstract="Data of every kite.")])
    set_routes(seeded_store, KITES)
    with server_of(kites) as server:
        discover(seeded_store, settings_of(server), DiscoverOptions(("kites",)))
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        csrf = signed_in(client, seeded_store)
        assert client.get("/discoveries").text.count("arXiv query kites") == 1
        aside = client.get("/discoveries?set_aside=true").text
        add = re.search(r'action="(/discoveries/[^"]+/add)"', aside)
        assert add and "arXiv query kites" in aside
        done = client.post(add[1], data={"csrf": csrf})
        assert done.text.count("arXiv query kites") == 2
        assert "Nothing is set aside" in client.get("/discoveries?set_aside=true").text
        assert client.post(add[1], data={"csrf": csrf}).status_code == 409
        undo = re.search(r'action="(/batches/[^"]+/undo)"', done.text)
        assert undo and client.post(undo[1], data={"csrf": csrf, "to": "discoveries"}).url.path == "/discoveries"
        assert "Nothing is set aside" not in client.get("/discoveries?set_aside=true").text


def test_tokens_are_created_shown_once_and_revoked_by_an_administrator(
    seeded_store: Store, home: Path, tmp_path: Path
) -> None:
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        new = {"kind": "program", "name": "bot", "role": "reader", "label": "<i>weekly</i>"}
        curator = signed_in(client, seeded_store)
        assert "Only an administrator" in client.get("/tokens").text
        assert client.post("/tokens", data=new | {"csrf": curator}).status_code == 403
        csrf = signed_in(client, seeded_store, Role.ADMIN)
        made = client.post("/tokens", data=new | {"csrf": csrf}).text
        secret = re.search(r"<code>(wamkg_[^<]+)</code>", made)
        assert secret and "&lt;i&gt;weekly" in made and secret[1] not in client.get("/tokens").text
        mine = {"Authorization": f"Bearer {secret[1]}"}
        assert client.get("/api/v1/papers?limit=1", headers=mine).status_code == 200
        link = client.post("/tokens", data={"csrf": csrf, "kind": "link", "name": "cleo", "role": "curator"}).text
        assert re.search(r"<code>http://testserver/sign-in\?key=wamkg_[^<]+</code>", link)
        assert client.post("/tokens", data=new | {"csrf": csrf, "name": " "}).status_code == 422
        revoke = re.search(
            r'action="(/tokens/[^"]+/revoke)"[^>]*>(?:(?!</form>).)* of bot<', client.get("/tokens").text
        )
        assert revoke
        assert " of bot<" not in client.post(revoke[1], data={"csrf": csrf}).text
        assert client.get("/api/v1/papers?limit=1", headers=mine).status_code == 401
