"""Watching: what changes at arXiv and in the claims is noticed once, and accepted or dismissed by a person."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.discovering import import_text, kite, server_of, settings_of
from tests.s2_server.arxiv_shelf import ArxivShelf
from tests.s2_server.faults import FaultPlan
from wamkg.cli import run
from wamkg.history.undo import undo_batch
from wamkg.services.tokens import create_token
from wamkg.services.watching import answer_notice
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.batches import find_batch, get_actor
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.store.types import utc_now
from wamkg.views.notices import NoticeItem, notice_list
from wamkg.vocabulary import PERSON, NoticeStatus
from wamkg.watching.arxiv_changes import printed_publication
from wamkg.watching.runner import WatchReport, watch


def shelf_of(count: int) -> ArxivShelf:
    return ArxivShelf([kite(n, 300 + n) for n in range(1, count + 1)])


def fill(store: Store, folder: Path, shelf: ArxivShelf) -> None:
    """Import the papers of arXiv with their classes."""
    lines = [
        {"title": p.title, "arxiv": p.arxiv, "abstract": p.abstract, "authors": list(p.authors),
         "taxa": {"wam": "cascaded/implicit"}}
        for p in shelf.papers
    ]  # fmt: skip
    import_text(store, folder, "kites.jsonl", "\n".join(map(json.dumps, lines)))


def look(store: Store, settings: Settings) -> WatchReport:
    return watch(store, settings, wait=lambda _: None)


def notices(store: Store, status: NoticeStatus | None = None) -> list[NoticeItem]:
    with store.reading() as session:
        return notice_list(session, status)


def test_each_change_at_arxiv_is_noticed_once(store: Store, tmp_path: Path) -> None:
    shelf = shelf_of(7)
    fill(store, tmp_path, shelf)
    papers = shelf.papers
    with server_of(shelf) as server:
        settings = settings_of(server)
        first = look(store, settings)
        papers[0].version, papers[0].updated = 2, utc_now()
        papers[1].comment = "This paper has been withdrawn by the author due to a wrong proof"
        papers[2].title = "A Kite That Learns Trick Number 3 from Wind and Rain"
        papers[3].abstract += " Now with code at https://github.com/kites/trick4."
        papers[4].journal_ref, papers[4].doi = "Journal of Kites 12 (2026) 1-9", "10.1000/kites.5"
        papers[5].comment = "Accepted to the Conference on Robot Learning 2026, 14 pages"
        second, third = look(store, settings), look(store, settings)
    assert (first.papers, first.notices, first.problems) == (7, {}, [])
    expected = {"version": 1, "withdrawn": 1, "title": 1, "abstract": 1, "code": 1, "published": 2}
    assert (second.notices, third.notices, third.batches) == (expected, {}, [])
    by_kind = {notice.kind: notice for notice in notices(store)}
    assert by_kind["version"].before == "v1" and by_kind["version"].after.startswith("v2 of ")
    assert by_kind["version"].depends == ["class wam:cascaded/implicit"]
    published = [notice.fields for notice in notices(store) if notice.kind == "published"]
    assert published == [
        {"venue": "Conference on Robot Learning", "year": 2026},
        {"venue": "Journal of Kites", "doi": "10.1000/kites.5", "year": 2026, "pages": "1-9"},
    ]


def test_accepting_sets_the_values_and_keeps_the_preprint(store: Store, tmp_path: Path) -> None:
    shelf = shelf_of(1)
    fill(store, tmp_path, shelf)
    with server_of(shelf) as server:
        look(store, settings_of(server))
        shelf.papers[0].journal_ref, shelf.papers[0].doi = "Journal of Kites 12 (2026) 1-9", "10.1000/kites.5"
        look(store, settings_of(server))
    notice = notices(store)[0]
    done = answer_notice(store, Writer("ana"), notice.uid, NoticeStatus.ACCEPTED)
    with store.reading() as session:
        paper = find_paper(session, notice.paper)
        assert (paper.doi, paper.arxiv, paper.year) == ("10.1000/kites.5", shelf.papers[0].arxiv, 2026)
    assert notices(store, NoticeStatus.OPEN) == []
    with store.writing() as session:
        undo_batch(session, find_batch(session, done.batch), get_actor(session, "ana", PERSON))
    assert [n.status for n in notices(store)] == ["open"]
    with store.reading() as session:
        assert find_paper(session, notice.paper).doi is None


def test_changed_claims_are_noticed_after_the_first_time(store: Store, tmp_path: Path) -> None:
    line: dict[str, Any] = {"title": "Kites Fly by Themselves in the Evening", "arxiv": "2610.00001",
                            "authors": ["Ada Byron"], "taxa": {"wam": "cascaded/implicit"}}  # fmt: skip
    import_text(store, tmp_path, "list.jsonl", json.dumps(line))
    first = look(store, Settings())
    import_text(store, tmp_path, "list.jsonl", json.dumps(line | {"venue": "CoRL", "year": 2026}))
    second = look(store, Settings())
    retracted = line | {"title": f"Retracted: {line['title']}"}
    import_text(store, tmp_path, "list.jsonl", json.dumps(retracted))
    third, fourth = look(store, Settings()), look(store, Settings())
    assert (first.notices, second.notices, fourth.notices) == ({}, {"published": 1}, {})
    assert third.notices == {"retracted": 1}
    assert "WAMKG_ARXIV_API_URL" in first.problems[0]


def test_another_paper_under_the_id_and_a_failing_service_are_listed(store: Store, tmp_path: Path) -> None:
    shelf = shelf_of(2)
    fill(store, tmp_path, shelf)
    shelf.papers[0] = kite(1, 300, title="Bread Ovens of the Alps", authors=("Zoe Q. Other",), abstract="On ovens.")
    del shelf.papers[1]
    with server_of(shelf) as server:
        report = look(store, settings_of(server))
    with server_of(shelf, faults=FaultPlan(lasting={("arxiv", "*"): "503"})) as server:
        failed = look(store, settings_of(server, s2_attempts=2))
    assert report.problems == [
        "arXiv does not know 2610.00002", "arXiv has another paper under 2610.00001; see `wamkg questions`",
    ]  # fmt: skip
    assert notices(store) == []
    assert failed.problems[0].startswith("arXiv, 2 papers: arXiv failed in 2 tries")


def test_the_command_and_the_api_answer(
    seeded_store: Store, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shelf = shelf_of(2)
    fill(seeded_store, tmp_path, shelf)
    with server_of(shelf) as server:
        look(seeded_store, settings_of(server))
        for paper in shelf.papers:
            paper.version, paper.updated = 2, utc_now() - timedelta(days=1)
        look(seeded_store, settings_of(server))
    assert run(["watch", "--list", "--json"]) == 0
    found = orjson.loads(capsys.readouterr().out)["open"]
    assert [notice["kind"] for notice in found] == ["version", "version"]
    assert run(["watch", "--accept", found[0]["uid"], "--by", "ana"]) == 0
    assert run(["watch", "--dismiss", found[0]["uid"], "--by", "ana"]) == 1
    assert "accepted already" in capsys.readouterr().err
    secret = create_token(seeded_store, "bo", "curator").secret
    with TestClient(create_app(Settings(home=home))) as client:
        assert len(client.get("/api/v1/notices", params={"status": "open"}).json()["items"]) == 1
        headers = {"Authorization": f"Bearer {secret}"}
        address = f"/api/v1/notices/{found[1]['uid']}/answer"
        assert client.post(address, json={"status": "dismissed"}).status_code == 401
        assert client.post(address, json={"status": "dismissed"}, headers=headers).json()["status"] == "dismissed"
        assert client.post(address, json={"status": "accepted"}, headers=headers).status_code == 409


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Journal of Kites 12 (2026) 1-9", {"venue": "Journal of Kites", "year": 2026, "pages": "1-9"}),
        ("2025 IEEE ICRA, pp. 101-108", {"venue": "IEEE ICRA", "year": 2025, "pages": "101-108"}),
        ("Proceedings of CoRL 2025, PMLR 270:1-20", {"venue": "Proceedings of CoRL", "year": 2025, "pages": "1-20"}),
        ("Nature, vol. 3, 2024", {"venue": "Nature", "year": 2024}),
        ("ICLR", {"venue": "ICLR"}),
        ("", {}),
    ],
)
def test_a_printed_publication_is_taken_apart(text: str, fields: dict[str, Any]) -> None:
    assert printed_publication(text) == fields
