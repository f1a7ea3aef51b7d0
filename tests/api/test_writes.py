"""Writing over HTTP: the twins of the command line, through the same functions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import API, get, token_for
from wamkg.services.survey import set_survey
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.vocabulary import Role

PAPER = "arxiv:2302.00111"
LEAF = "joint/diffusion/unified-stream/explicit"


@pytest.fixture
def client(seeded_store: Store, home: Path) -> Iterator[TestClient]:
    settings = Settings(database_url=seeded_store.url, home=home)
    with TestClient(create_app(settings), headers=token_for(seeded_store)) as client:
        yield client


def test_a_decision_is_made_and_undone(client: TestClient) -> None:
    before = get(client, f"papers/{PAPER}")
    body = {"taxonomy": "wam", "verdict": "accept", "taxon": LEAF, "note": "it denoises both",
            "version": before["version"]}  # fmt: skip
    made = client.post(f"{API}/papers/{PAPER}/decisions", json=body)
    assert made.status_code == 201
    assert made.json()["before"] == ["cascaded/explicit/learned"]
    assert get(client, f"papers/{PAPER}")["taxa"]["wam"] == LEAF
    why = get(client, f"papers/{PAPER}/assignments")["items"][0]
    assert (why["by"], why["note"]) == ("ana", "it denoises both")
    undone = client.post(f"{API}/batches/{made.json()['batch']}/undo", json={"why": "a test"})
    assert undone.status_code == 200
    assert get(client, f"papers/{PAPER}")["taxa"] == before["taxa"]


@pytest.mark.parametrize(
    ("body", "status"),
    [({"verdict": "perhaps"}, 422), ({"verdict": "unsure", "taxon": LEAF}, 422), ({"verdict": "accept"}, 409),
     ({"verdict": "accept", "taxon": "nowhere"}, 404), ({"verdict": "unsure", "taxonomy": "nope"}, 404),
     ({"verdict": "unsure", "color": "red"}, 422), ({"verdict": "outside", "kind": "planet"}, 409),
     ({"verdict": "unsure", "version": 0}, 409), ({"verdict": "unsure", "version": 99}, 409),
     ({"verdict": "accept", "taxon": LEAF, "assignment": "another"}, 409), ([], 422)],
)  # fmt: skip
def test_what_cannot_be_decided_is_refused(client: TestClient, body: Any, status: int) -> None:
    answer = client.post(f"{API}/papers/{PAPER}/decisions", json=body)
    assert answer.status_code == status, answer.text
    assert "\n" not in answer.json()["detail"]


def test_a_program_decides_nothing(client: TestClient, seeded_store: Store) -> None:
    headers = token_for(seeded_store, name="bot", actor_kind="program")
    answer = client.post(f"{API}/papers/{PAPER}/decisions", json={"verdict": "unsure"}, headers=headers)
    assert (answer.status_code, "program" in answer.json()["detail"]) == (403, True)


def test_a_stale_write_says_what_changed(client: TestClient) -> None:
    first = client.get(f"{API}/papers/{PAPER}")
    seen = {"If-Match": first.headers["etag"]}
    edit = {"venue": "A Journal"}
    assert client.patch(f"{API}/papers/{PAPER}", json=edit, headers=seen).status_code == 200
    for header in (seen["If-Match"], f'"{first.json()["version"]}"'):
        again = client.patch(f"{API}/papers/{PAPER}", json={"venue": "B"}, headers={"If-Match": header})
        assert again.status_code == 412
        assert "ana" in again.json()["detail"]
        assert "venue" in again.json()["detail"]
    by_version = client.patch(f"{API}/papers/{PAPER}", json={"venue": "B", "version": first.json()["version"]})
    assert by_version.status_code == 409
    assert "venue" in by_version.json()["detail"]
    now = client.get(f"{API}/papers/{PAPER}", headers={"Accept-Encoding": "gzip"})
    fresh = {"If-Match": now.headers["etag"]}
    decided = client.post(f"{API}/papers/{PAPER}/decisions", json={"verdict": "unsure"}, headers=fresh)
    assert decided.status_code == 201


def test_values_are_set_and_taken_back(client: TestClient) -> None:
    body = {"method": "UniPi-2", "year": 2024, "dates": {"venue": "2024-05"}, "links": {"code": "https://a.example/b"}}
    made = client.patch(f"{API}/papers/{PAPER}", json=body | {"why": "read the paper"})
    assert set(made.json()["changes"]) == {"method", "year", "dates.venue", "links.code"}
    paper = get(client, f"papers/{PAPER}")
    assert (paper["method"], paper["year"], paper["links"]["code"]) == ("UniPi-2", 2024, "https://a.example/b")
    client.patch(f"{API}/papers/{PAPER}", json={"year": None})
    assert get(client, f"papers/{PAPER}")["year"] != 2024
    nothing = client.patch(f"{API}/papers/{PAPER}", json={"method": "UniPi-2"})
    assert nothing.json()["batch"] is None


@pytest.mark.parametrize(
    ("body", "status"),
    [({"color": "red"}, 422), ({"title": None}, 422), ({"year": 1}, 422), ({"url": "javascript:alert(1)"}, 422),
     ({"links": {"code": "javascript:alert(1)"}}, 422), ({"dates": {"birthday": "2024"}}, 422),
     ({"arxiv": "2310.10625"}, 409), ({"title": "a\x00b"}, 422)],
)  # fmt: skip
def test_values_that_cannot_be_are_refused(client: TestClient, body: Any, status: int) -> None:
    assert client.patch(f"{API}/papers/{PAPER}", json=body).status_code == status


BIBLIOGRAPHIC = {
    "key": "doe2031harbor",
    "type": "inproceedings",
    "volume": "12",
    "number": "3-4",
    "pages": "101--118",
    "publisher": "Harbor Press",
}


def test_bibliographic_fields_are_set_and_removed(client: TestClient) -> None:
    details = {"editor": "Doe, Jane", "series": "Harbor Notes"}
    before = client.get(f"{API}/papers/{PAPER}")
    etag = {"If-Match": before.headers["ETag"]}
    written = client.patch(f"{API}/papers/{PAPER}", json=BIBLIOGRAPHIC | {"details": details}, headers=etag)
    assert written.status_code == 200, written.text
    shown = client.get(f"{API}/papers/{PAPER}").json()
    assert {name: shown[name] for name in BIBLIOGRAPHIC} == BIBLIOGRAPHIC
    assert details.items() <= shown["details"].items()
    assert client.patch(f"{API}/papers/{PAPER}", json={"pages": "1--2"}, headers=etag).status_code in (409, 412)
    assert client.patch(f"{API}/papers/{PAPER}", json={"details": {"series": None}, "volume": None}).status_code == 200
    shown = client.get(f"{API}/papers/{PAPER}").json()
    assert (shown["volume"], shown["details"]["editor"], "series" in shown["details"]) == (None, "Doe, Jane", False)
    other = client.get("/api/v1/papers", params={"limit": 2}).json()["items"]
    taken = next(item["id"] for item in other if item["slug"] != shown["slug"])
    refused = client.patch(f"/api/v1/papers/{taken}", json={"key": BIBLIOGRAPHIC["key"]})
    assert refused.status_code == 409 and shown["slug"] in refused.text


@pytest.mark.parametrize(
    ("body", "status"),
    [({"key": "a b"}, 422), ({"key": ""}, 422), ({"type": "in proceedings"}, 422), ({"pages": 7}, 422),
     ({"details": {"Editor!": "x"}}, 422), ({"details": ["editor"]}, 422), ({"details": {"year": "1"}}, 409)],
)  # fmt: skip
def test_bibliographic_fields_that_cannot_be_are_refused(client: TestClient, body: Any, status: int) -> None:
    answer = client.patch(f"{API}/papers/{PAPER}", json=body)
    assert answer.status_code == status, answer.text


def test_a_paper_is_added_with_its_bibliographic_fields(client: TestClient) -> None:
    new = {"title": "Harbor Cranes that Plan with Video", "details": {"editor": "Doe, Jane"}} | BIBLIOGRAPHIC
    made = client.post("/api/v1/papers", json=new)
    assert made.status_code == 201, made.text
    shown = client.get(f"/api/v1/papers/key:{BIBLIOGRAPHIC['key']}").json()
    assert {name: shown[name] for name in new} == new


def test_a_paper_is_added_once(client: TestClient) -> None:
    body = {"title": "A Paper That Nobody Has Seen", "arxiv": "2601.00001", "taxa": {"wam": "joint"}, "method": "ABC"}
    assert client.post(f"{API}/papers", json=body).status_code == 201
    assert get(client, "papers/arxiv:2601.00001")["taxa"] == {"wam": "joint"}
    assert client.post(f"{API}/papers", json=body).status_code == 409
    assert client.post(f"{API}/papers", json={"title": " "}).status_code == 422


def test_a_taxonomy_edit_is_tried_then_made_then_undone(client: TestClient) -> None:
    edit = {"operation": "rename", "taxon": "joint/diffusion", "name": "Denoising"}
    before = get(client, "taxonomies/wam")
    for tried in (
        client.post(f"{API}/taxonomies/wam/edits?dry_run=true", json=edit),
        client.post(f"{API}/taxonomies/wam/edits", json=edit | {"dry_run": True}),
    ):
        assert (tried.status_code, tried.json()["batch"], tried.json()["dry_run"]) == (200, None, True)
        assert tried.json()["papers"]
    assert get(client, "taxonomies/wam") == before
    made = client.post(f"{API}/taxonomies/wam/edits", json=edit | {"version": before["version"]}).json()
    assert get(client, "taxonomies/wam/taxa/joint/denoising")["name"] == "Denoising"
    assert get(client, "taxonomies/wam/taxa/joint/diffusion")["name"] == "Denoising", "the former path leads there"
    stale = client.post(f"{API}/taxonomies/wam/edits", json=edit | {"version": before["version"]})
    assert stale.status_code == 409
    by_tag = client.post(f"{API}/taxonomies/wam/edits", json=edit, headers={"If-Match": f'"{before["version"]}"'})
    assert by_tag.status_code == 412
    assert client.post(f"{API}/batches/{made['batch']}/undo").status_code == 200
    assert get(client, "taxonomies/wam/taxa/joint/diffusion")["name"] != "Denoising"


def test_a_release_is_frozen_under_one_name_once(client: TestClient) -> None:
    made = client.post(f"{API}/releases", json={"name": "v1", "note": "first"})
    assert made.status_code == 201
    assert [r["name"] for r in get(client, "releases")["items"]] == ["v1"]
    assert client.post(f"{API}/releases", json={"name": "v1"}).status_code == 409
    assert client.post(f"{API}/releases", json={"name": "../v1"}).status_code == 422


def test_a_list_is_imported_as_one_batch(client: TestClient) -> None:
    line = b'{"title": "A Paper from Afar", "arxiv": "2601.00002"}\n'
    tried = client.post(f"{API}/imports?dry_run=true&name=a.jsonl", content=line)
    assert (tried.status_code, tried.json()["counts"]["new"]) == (200, 1)
    assert client.get(f"{API}/papers/arxiv:2601.00002").status_code == 404
    made = client.post(f"{API}/imports?name=a.jsonl", content=line).json()
    assert (made["source"], made["counts"]["new"]) == ("a.jsonl", 1)
    assert get(client, "papers/arxiv:2601.00002")["title"] == "A Paper from Afar"
    again = client.post(f"{API}/imports?name=a.jsonl", content=line).json()
    assert again.get("batch") is None
    assert client.post(f"{API}/batches/{made['batch']}/undo").status_code == 200


@pytest.mark.parametrize(
    ("query", "content"),
    [("", b""), ("", b"\x00\x01\x02" * 100), ("?name=../../etc/passwd", b"x"), ("?format=zip", b"x"),
     ("?name=a.md&taxonomy=nope", b"# A\n- x")],
)  # fmt: skip
def test_what_is_no_list_is_refused_without_a_path_of_the_server(
    client: TestClient, query: str, content: bytes
) -> None:
    answer = client.post(f"{API}/imports{query}", content=content)
    assert answer.status_code in (404, 422)
    assert "/tmp" not in answer.text


def test_what_others_imported_is_for_an_admin_to_take_back(client: TestClient, seeded_store: Store) -> None:
    seed = next(b for b in get(client, "batches")["items"] if b["kind"] == "seed")
    answer = client.post(f"{API}/batches/{seed['uid']}/undo")
    assert answer.status_code == 403
    admin = token_for(seeded_store, Role.ADMIN, "eva")
    assert client.post(f"{API}/batches/{seed['uid']}/undo", headers=admin).status_code in (200, 409)


def test_a_job_is_started_watched_and_ends(client: TestClient) -> None:
    assert client.post(f"{API}/jobs/dance").status_code == 404
    assert client.post(f"{API}/jobs/suggest", json={"limit": 3}).status_code == 409
    assert client.post(f"{API}/jobs/enrich", json={"taxonomy": "wam"}).status_code == 409
    assert client.post(f"{API}/jobs/enrich", json={"color": "red"}).status_code == 422
    assert client.get(f"{API}/jobs/nope").status_code == 404
    assert client.post(f"{API}/jobs/nope/cancel").status_code == 404
    assert get(client, "jobs")["total"] == 0


def test_a_taxonomy_is_created_and_deleted(client: TestClient) -> None:
    tree = "slug: kites\ntitle: Kites\ntaxa:\n- {slug: silk, name: Silk}\n"
    for dry in ("?dry_run=true", ""):
        made = client.post(f"{API}/taxonomies{dry}", content=tree)
        assert (made.status_code, made.json()["taxa"], bool(made.json()["batch"])) == (200, 1, not dry)
    assert get(client, "taxonomies/kites")["taxa"][0]["name"] == "Silk"
    assert client.post(f"{API}/taxonomies", content=tree).status_code == 409
    wrong = client.post(f"{API}/taxonomies", content="slug: Big Kites\ntaxa: 3\n")
    assert (wrong.status_code, "write 'big-kites'" in wrong.json()["detail"]) == (409, True)
    assert client.delete(f"{API}/taxonomies/wam").status_code == 409
    gone = client.delete(f"{API}/taxonomies/kites")
    assert (gone.status_code, gone.json()["taxa"]) == (200, 1)
    assert client.get(f"{API}/taxonomies/kites").status_code == 404
    assert client.post(f"{API}/batches/{gone.json()['batch']}/undo").status_code == 200
    assert get(client, "taxonomies/kites")["taxa"][0]["slug"] == "silk"


def test_nobody_over_http_names_a_file_that_the_server_then_reads(seeded_store: Store, home: Path) -> None:
    routes = [{"name": "rivals", "kind": "list", "source": "http://127.0.0.1:9/list.md"}]
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        headers = token_for(seeded_store, "admin")
        refused = client.patch(f"{API}/survey", json={"routes": routes}, headers=headers)
        assert refused.status_code == 409 and "wamkg set survey routes" in refused.json()["detail"]
        query = [{"name": "planners", "kind": "arxiv", "query": 'abs:"motion planner"'}]
        assert client.patch(f"{API}/survey", json={"routes": query}, headers=headers).status_code == 200
    set_survey(seeded_store, Writer("ana"), {"routes": routes})
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        assert client.patch(f"{API}/survey", json={"routes": routes}, headers=headers).status_code == 200
