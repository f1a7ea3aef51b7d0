"""The pages of methods, data sets, benchmarks, metrics, challenges, concepts, institutions and authors."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.edit_store import fill
from wamkg.pages.entities import KINDS
from wamkg.settings import Settings
from wamkg.store.entities import list_entities
from wamkg.store.session import Store


@pytest.fixture
def client(seeded_store: Store, home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        yield client


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_list_and_a_page_for_each(client: TestClient, seeded_store: Store, kind: str) -> None:
    with seeded_store.reading() as session:
        found = list_entities(session, kind)  # type: ignore[arg-type]
        names = [(entity.slug, entity.name) for entity in found]
    html = client.get(f"/index/{kind}s").text
    assert html.count('<th scope="row"><a href="') == len(names) > 0
    for slug, _ in names[:3]:
        assert f'href="/index/{kind}s/{slug}"' in html
        assert client.get(f"/index/{kind}s/{slug}").status_code == 200
    assert client.get(f"/index/{kind}s/nothing-of-that-name").status_code == 404


def test_a_benchmark_has_results_papers_links_and_downloads(client: TestClient) -> None:
    html = unescape(client.get("/index/benchmarks/LIBERO").text)
    for words in (
        "Success rate, 12 results",
        'href="/index/methods/srpo"',
        'href="/index/authors/Chelsea%20Finn"',
        "12 papers",
    ):
        assert words in html
    assert "<title>2026: 6, 12 in all</title>" in html
    export = re.search(r'href="([^"]+)">RIS</a>', html)
    assert export and client.get(export[1]).text.count("ER  - ") == 12


def test_a_method_is_ranked_and_leads_to_its_paper_and_back(client: TestClient) -> None:
    html = client.get("/index/methods/cosmos-policy").text
    assert 'href="/papers/arxiv:2601.16163"' in html and "3 of 12" in html
    assert 'href="/index/methods/cosmos-policy"' in client.get("/papers/arxiv:2601.16163").text


def test_a_challenge_without_papers_says_so(client: TestClient) -> None:
    html = client.get("/index/challenges/long-horizon-planning").text
    assert "Nobody has linked a paper to it" in html and "0 papers" not in html
    assert client.get("/index/challenges").text.count("not linked yet") == 6
    assert '<span class="muted">none yet</span>' in client.get("/taxonomy?taxonomy=challenges").text


def test_a_metric_has_the_papers_whose_results_are_measured_by_it(client: TestClient) -> None:
    page, listed = (client.get(f"/index/metrics{path}").text for path in ("/success-rate", ""))
    papers = re.search(r"<h2>(\d+) papers</h2>", page)
    assert papers and int(papers[1]) > 10
    row = re.search(
        r'success-rate">Success rate</a></th><td class="number">(\d+)</td><td class="number">(\d+)</td>', listed
    )
    assert row and row[1] == papers[1] and int(row[2]) > 100


def test_an_author_has_papers_and_people_to_go_on_to(client: TestClient) -> None:
    html = client.get("/index/authors/Chelsea Finn").text
    assert (
        "3 papers" in html
        and 'href="/index/authors/Moo%20Jin%20Kim"' in html
        and 'href="/index/institutions/nvidia"' not in html
    )
    assert "Chelsea Finn" in client.get("/index/authors?q=finn").text
    assert client.get("/index/authors/Nobody At All").status_code == 404


def test_names_that_are_no_addresses_lead_to_their_pages(
    client: TestClient, seeded_store: Store, tmp_path: Path
) -> None:
    evil = "<script>alert(1)</script>/../x?y#z"
    fill(seeded_store, tmp_path, {"title": "A Kite at Sea", "arxiv": "2501.07777", "authors": [evil], "method": evil,
                                  "introduces": [{"kind": "benchmark", "name": evil}]})  # fmt: skip
    paper = client.get("/papers/arxiv:2501.07777").text
    assert "<script>alert" not in paper
    links = set(re.findall(r'href="(/index/(?:authors|methods|benchmarks)/[^"]+)"', paper))
    assert len(links) == 3
    for link in links:
        shown = client.get(unescape(link))
        assert shown.status_code == 200 and "A Kite at Sea" in shown.text and "<script>alert" not in shown.text


def test_every_author_is_found_by_name_and_all_are_counted(client: TestClient) -> None:
    html = client.get("/index/authors").text
    authors = {author for item in client.get("/api/v1/papers?limit=100").json()["items"] for author in item["authors"]}
    assert len(authors) > 100
    assert all(f"/index/authors/{quote(name)}" in html for name in authors)
    once = client.get("/index/authors?q=zzhou nobody").text
    assert "Nothing of that name" in once


def test_a_benchmark_counts_the_papers_that_report_results_on_it(client: TestClient) -> None:
    total = client.get("/api/v1/papers?benchmark=LIBERO&limit=1").json()["total"]
    assert total > 1
    row = client.get("/index/benchmarks?q=libero").text.split('href="/index/benchmarks/libero"')[1]
    assert f'<td class="number">{total}</td>' in row.split("</tr>")[0]
