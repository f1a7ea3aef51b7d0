"""Nine questions of a normal week, one request each, and a curator's day, over HTTP on the real library."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import API, get, token_for
from wamkg.settings import Settings
from wamkg.store.batches import close_batch, get_actor, open_batch
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.store.tables import Citation
from wamkg.store.types import utc_now
from wamkg.suggesting.runner import Rules, suggest_places
from wamkg.vocabulary import BatchKind

UD_VLA = "arxiv:2511.01718"
UNIPI = "arxiv:2302.00111"


@pytest.fixture
def client(seeded_store: Store, home: Path) -> Iterator[TestClient]:
    suggest_places(seeded_store, "wam", Rules(model="tfidf-lr"), None)
    settings = Settings(database_url=seeded_store.url, home=home)
    with TestClient(create_app(settings), headers=token_for(seeded_store)) as client:
        yield client


def test_my_queue(client: TestClient) -> None:
    queue = get(client, "suggestions?order=certain")
    assert queue["total"] >= 2
    assert all(s["ranked"] and s["reasons"] for s in queue["items"])


def test_have_i_these_thirty(client: TestClient) -> None:
    known = get(client, "papers?limit=20&taxon=wam:joint&fields=title,id")["items"]
    records = [{"title": k["title"]} for k in known] + [{"title": f"A Paper Never Written {n}"} for n in range(10)]
    items = client.post(f"{API}/match", json={"records": records}).json()["items"]
    assert [i["paper"] for i in items] == [k["id"] for k in known] + [None] * 10


def test_why_is_ud_vla_here_and_who_decided(client: TestClient) -> None:
    (placed, *_) = get(client, f"papers/{UD_VLA}/assignments")["items"]
    assert placed["taxon"].startswith("joint/")
    assert placed["by"] and placed["source"] and placed["at"] and placed["definition"]


def test_disputed_placements(client: TestClient) -> None:
    said = {"paper": UD_VLA, "claimed": "cascaded", "raised_as": "paper-author", "said_at": "https://a.example/1",
            "quote": "We are cascaded."}  # fmt: skip
    made = client.post(f"{API}/objections", json=said)
    assert made.status_code == 201, made.text
    (disputed,) = get(client, "objections?status=open")["items"]
    assert (disputed["paper"], disputed["claimed"], disputed["quote"]) == (UD_VLA, "cascaded", "We are cascaded.")
    uid = disputed["uid"]
    answered = client.post(f"{API}/objections/{uid}/answer", json={"answer": "Looking into it."})
    assert answered.json()["status"] == "answered"
    assert client.post(f"{API}/objections/{uid}/close", json={"outcome": "rejected", "version": 1}).status_code == 409
    closed = client.post(f"{API}/objections/{uid}/close", json={"outcome": "accepted"})
    assert closed.json()["status"] == "accepted"
    assert get(client, f"papers/{UD_VLA}")["taxa"]["wam"] == "cascaded"


def test_who_cited_a_paper_since_last_week(client: TestClient, seeded_store: Store) -> None:
    with seeded_store.writing() as session:
        batch = open_batch(session, BatchKind.ENRICH, "s2", get_actor(session, "enrich"))
        cited, citing = (find_paper(session, paper).id for paper in (UNIPI, UD_VLA))
        assert cited is not None and citing is not None and batch.id is not None
        session.add(Citation(citing_id=citing, cited_id=cited, source="s2", batch_id=batch.id))
        close_batch(session, batch, {})
    week_ago = (utc_now() - timedelta(days=7)).date().isoformat()
    found = get(client, f"papers/{UNIPI}/citations?first_seen_since={week_ago}")
    assert [c["paper"] for c in found["items"]] == [UD_VLA]
    tomorrow = (utc_now() + timedelta(days=2)).date().isoformat()
    assert get(client, f"papers/{UNIPI}/citations?first_seen_since={tomorrow}")["total"] == 0


def test_growth_by_branch_at_depth_two(client: TestClient) -> None:
    found = get(client, "timeline/papers?by=quarter&taxonomy=wam&depth=2")
    assert {"joint/diffusion", "cascaded/explicit"} <= set(found["taxa"])


def test_what_changed_between_two_releases(client: TestClient) -> None:
    assert client.post(f"{API}/releases", json={"name": "v1"}).status_code == 201
    body = {"verdict": "accept", "taxon": "joint", "note": "it is joint"}
    assert client.post(f"{API}/papers/{UNIPI}/decisions", json=body).status_code == 201
    assert client.post(f"{API}/releases", json={"name": "v2"}).status_code == 201
    for edition in ("v2", "now"):
        (moved,) = get(client, f"releases/v1/diff/{edition}")["moved"]
        assert (moved["before"], moved["after"], moved["by"]) == ("cascaded/explicit/learned", "joint", "ana")
    assert "cascaded" in client.get(f"{API}/releases/v1/diff/v2?format=latex").text


def test_libero_first_party_joint(client: TestClient) -> None:
    found = get(client, "results?benchmark=LIBERO&party=first&taxon=wam:joint&limit=100")
    assert found["total"] == 32
    assert {r["party"] for r in found["items"]} == {"first"}


def test_the_roadmap_of_a_release_at_two_column_width(client: TestClient) -> None:
    client.post(f"{API}/releases", json={"name": "v1"})
    client.patch(f"{API}/papers/{UNIPI}", json={"method": "Renamed"})
    then = client.get(f"{API}/figures/roadmap.svg?release=v1&width=two-column")
    now = client.get(f"{API}/figures/roadmap.svg?width=two-column")
    assert (then.status_code, now.status_code) == (200, 200), then.text
    assert ("UniPi" in then.text, "Renamed" in then.text) == (True, False)
    assert "Renamed" in now.text


def test_a_curators_day(client: TestClient) -> None:
    paper = get(client, "suggestions?order=certain")["items"][0]
    read = client.get(f"{API}/papers/{paper['paper']}")
    best = paper["ranked"][0]["taxon"]
    body = {"verdict": "accept", "taxon": best, "suggestion": paper["uid"], "note": "read it"}
    seen = {"If-Match": read.headers["etag"]}
    decided = client.post(f"{API}/papers/{paper['paper']}/decisions", json=body, headers=seen)
    assert decided.status_code == 201, decided.text
    assert paper["paper"] not in [s["paper"] for s in get(client, "suggestions")["items"]]
    assert client.post(f"{API}/batches/{decided.json()['batch']}/undo").status_code == 200
    assert paper["paper"] in [s["paper"] for s in get(client, "suggestions")["items"]]
    rename = {"operation": "rename", "taxon": "cascaded", "name": "Cascading"}
    renamed = client.post(f"{API}/taxonomies/wam/edits", json=rename)
    assert renamed.status_code == 200
    assert "roadmap" in renamed.json()["figures"]
    drawing = client.get(f"{API}/figures/roadmap.svg")
    assert "Cascading" in drawing.text
    exported = client.get(f"{API}/exports/bibtex")
    assert exported.text.count("@") > 100
