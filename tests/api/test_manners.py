"""What every client may count on: links, forms of lists, limits, answers that never change, 405 and 401."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import token_for
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.store.types import utc_now
from wamkg.vocabulary import Role

API = "/api/v1"


def follow(client: TestClient, path: str) -> Iterator[dict[str, object]]:
    """Every page of a list, by its links."""
    while path:
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        yield answer.json()
        path = answer.links.get("next", {}).get("url", "")


@pytest.mark.parametrize("path", ["papers?since=2025&limit=40", "search?q=video%20model&limit=7", "methods?limit=30"])
def test_links_lead_through_a_list_to_its_end(client: TestClient, path: str) -> None:
    pages = list(follow(client, f"{API}/{path}"))
    found = [item.get("uid") or item["paper"]["uid"] for page in pages for item in page["items"]]
    assert len(pages) > 1 and len(found) == len(set(found)) == pages[0]["total"]
    assert pages[-1]["next"] is None


def test_search_finds_as_many_as_the_list(client: TestClient) -> None:
    assert client.get(f"{API}/search?q=model").json()["total"] == client.get(f"{API}/papers?q=model").json()["total"]


@pytest.mark.parametrize("how", [{"params": {"format": "csv"}}, {"headers": {"Accept": "text/csv"}}])
@pytest.mark.parametrize("path", ["papers?limit=3&since=2025", "methods", "releases", "results?benchmark=LIBERO"])
def test_every_list_is_a_table_too(client: TestClient, path: str, how: dict[str, dict[str, str]]) -> None:
    plain = client.get(f"{API}/{path}")
    address, _, query = path.partition("?")
    given = dict(pair.split("=") for pair in query.split("&") if pair) | how.get("params", {})
    answer = client.get(f"{API}/{address}", params=given, headers=how.get("headers"))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == len(plain.json()["items"])
    assert answer.headers["vary"] == "Accept, Accept-Encoding" and answer.headers["etag"] != plain.headers["etag"]
    if rows and address == "papers":
        item = plain.json()["items"][0]
        assert rows[0]["title"] == item["title"] and rows[0]["authors"] == "; ".join(item["authors"])
        assert rows[0]["taxa.wam"] == item["taxa"].get("wam", "")
        assert "version" not in rows[0], "a former name says the same twice"
        assert 'rel="next"' in answer.headers["link"] and ("format=csv" in answer.headers["link"]) == ("params" in how)


def test_a_list_with_times_is_a_feed_and_another_is_not(client: TestClient) -> None:
    for how in ({"params": {"format": "atom", "limit": "5"}}, {"headers": {"Accept": "application/atom+xml"}}):
        answer = client.get(f"{API}/papers", **how)
        read = feedparser.parse(answer.content)
        assert not read.bozo and read.version == "atom10" and read.entries
        assert read.entries[0].id.startswith("urn:uuid:")
        assert read.entries[0].link.startswith("http://testserver/papers/")
    refused = client.get(f"{API}/methods?format=atom")
    assert refused.status_code == 422 and "json, csv" in refused.json()["detail"]
    assert client.get(f"{API}/methods", headers={"Accept": "application/atom+xml"}).json()["items"]
    assert client.get(f"{API}/methods/unipi?format=csv").status_code == 422, "it is no list"


def test_a_feed_names_the_host_that_was_asked(client: TestClient) -> None:
    one, other = (client.get(f"{API}/papers?format=atom&limit=1", headers={"Host": h}).text for h in ("a.org", "b.org"))
    assert "http://a.org/" in one and "a.org" not in other


def test_cells_that_a_spreadsheet_would_run_are_text(client: TestClient) -> None:
    rows = list(csv.reader(io.StringIO(client.get(f"{API}/papers?format=csv&limit=100").text)))
    assert not [cell for row in rows for cell in row if cell[:1] in "=+@" and cell]


def test_the_limits_are_said_with_every_answer_that_counts(seeded_store: Store) -> None:
    settings = Settings(database_url=seeded_store.url, reads_per_minute=2)
    with TestClient(create_app(settings)) as client:
        first = client.get(f"{API}/papers?limit=1")
        assert first.headers["ratelimit-policy"] == '"read";q=2;w=60'
        assert first.headers["ratelimit"].startswith('"read";r=1;t=')
        assert "ratelimit" not in client.get(f"{API}/papers?limit=1").headers, "cached answers are free"
        client.get(f"{API}/methods")
        refused = client.get(f"{API}/datasets")
        assert refused.status_code == 429 and refused.headers["ratelimit"].startswith('"read";r=0;t=')
        assert 0 < int(refused.headers["retry-after"]) <= 60


def test_a_release_is_kept_for_a_year_and_anything_else_is_asked_again(seeded_store: Store, home: Path) -> None:
    settings = Settings(database_url=seeded_store.url, home=home)
    with TestClient(create_app(settings)) as client:
        headers = token_for(seeded_store, Role.CURATOR)
        assert client.post(f"{API}/releases", json={"name": "v1"}, headers=headers).status_code == 201
        kept = "public, max-age=31536000, immutable"
        for path in ("papers?release=v1", "taxonomies/wam?release=v1", "papers?release=v1&format=csv"):
            assert client.get(f"{API}/{path}").headers["cache-control"] == kept, path
        for path in ("papers", "releases", "papers?as_of=2026-01-01", "releases/v1/diff/now"):
            assert client.get(f"{API}/{path}").headers["cache-control"] == "no-cache", path
        assert client.get(f"{API}/suggestions?taxonomy=wam&release=v1").headers["cache-control"].startswith("private")
        assert client.get(f"{API}/papers?release=nope").headers["cache-control"] == "no-store"


def test_anybody_reads_past_days_but_only_a_curator_past_moments(seeded_store: Store, home: Path) -> None:
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        assert client.get(f"{API}/papers?as_of=2020-06-01").json()["total"] == 0
        moment = f"{API}/papers?as_of={utc_now():%Y-%m-%dT%H:%M:%SZ}"
        assert client.get(moment).status_code == 409
        assert client.get(moment, headers=token_for(seeded_store, Role.CURATOR)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", f"{API}/papers", "GET, HEAD, POST"),
        ("DELETE", f"{API}/papers/arxiv:2302.00111", "GET, HEAD, PATCH"),
        ("PUT", f"{API}/methods", "GET, HEAD, POST"),
        ("PATCH", f"{API}/taxonomies/wam", "DELETE, GET, HEAD"),
        ("GET", f"{API}/papers/batch/undo/x/undo/decisions", None),
        ("POST", f"{API}/overview", "GET, HEAD"),
        ("GET", f"{API}/batches/x/undo", "POST"),
        ("PUT", "/papers", "GET, HEAD"),
    ],
)
def test_405_names_every_method_that_there_is(client: TestClient, method: str, path: str, allowed: str | None) -> None:
    answer = client.request(method, path)
    if allowed is None:
        assert answer.status_code == 404
    else:
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_a_token_that_is_none_is_told_so_even_where_anybody_reads(seeded_store: Store) -> None:
    with TestClient(create_app(Settings(database_url=seeded_store.url))) as client:
        path, wrong = f"{API}/papers?limit=1", {"Authorization": "Bearer wamkg_nobody"}
        for _ in range(2):  # also when the answer is cached
            assert client.get(path).status_code == 200
            refused = client.get(path, headers=wrong)
            assert refused.status_code == 401 and refused.headers["www-authenticate"] == "Bearer"
        assert client.post(f"{API}/papers/batch", json={"ids": []}, headers=wrong).status_code == 401
        reader = token_for(seeded_store, Role.READER)
        assert [client.get(path, headers=reader).status_code for _ in range(2)] == [200, 200]
        assert client.get(path, headers={"Authorization": "Basic eDp5"}).status_code == 200, "a proxy's own"
