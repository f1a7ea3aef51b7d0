"""The facets of the library page: links with counts that hold."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs

import orjson
import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from wamkg.pages.library import FACETS, facet_lists
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.views.papers import PaperQuery, find_paper_page, library_facets


@pytest.fixture
def client(seeded_store: Store) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=seeded_store.url))) as client:
        yield client


@pytest.mark.parametrize(
    "given", [{}, {"taxon": ("wam:joint",)}, {"q": "video"}, {"author": ("Yilun Du",)}, {"found_by": "list"}]
)
def test_each_link_leaves_as_many_papers_as_it_says(seeded_store: Store, given: dict[str, object]) -> None:
    query = PaperQuery.model_validate(given)
    with seeded_store.reading() as session:
        lists = facet_lists(query, library_facets(session, query))
        assert {"standing", "year", "author", "found_by"} <= {facet.name for facet in lists} <= set(FACETS)
        for facet in lists:
            for value in (v for v in facet.first if not v.chosen):
                asked = PaperQuery.model_validate(dict(_parameters(value.href)))
                assert find_paper_page(session, asked).total == value.count, (facet.name, value.label)


def _parameters(href: str) -> Iterator[tuple[str, object]]:
    """The query parameters of an address, as the route reads them."""
    for name, values in parse_qs(href.partition("?")[2]).items():
        if name != "sort":
            yield name, values[-1] if name in ("q", "found_by") else tuple(values)


def test_the_address_holds_the_state(client: TestClient) -> None:
    html = unescape(client.get("/papers?q=video&author=Yilun+Du&venue=ICLR").text)
    assert 'href="/papers?q=video&author=Yilun+Du"' in html.replace("&sort=None", "")
    assert "Author: Yilun Du" in html and "Venue: ICLR" in html and "Matched: title" in html


def test_an_unknown_institution_is_named(client: TestClient) -> None:
    answer = client.get("/papers?institution=Nowhere", headers={"Accept": "text/html"})
    assert answer.status_code == 404 and "Nowhere" in answer.text


def test_the_list_on_the_screen_is_taken_along_in_its_order(client: TestClient, seeded_store: Store) -> None:
    query = PaperQuery(taxon=("wam:joint",), q="video", limit=100)
    with seeded_store.reading() as session:
        titles = [item.title for item in find_paper_page(session, query).items]
    html = unescape(client.get("/papers?taxon=wam:joint&q=video").text)
    assert f"Take these {len(titles)}" in html
    links = {form: href for href, form in re.findall(r'href="(/api/v1/exports/([a-z-]+)\?[^"]+)"', html)}
    lines = client.get(links["jsonl"]).text.splitlines()
    assert [orjson.loads(line)["title"] for line in lines] == titles
    assert len(re.findall(r"^@", client.get(links["bibtex"]).text, re.M)) == len(titles)
    assert client.get(links["ris"]).text.count("\nER  - ") == len(titles)
    assert [item["title"] for item in client.get(links["csl-json"]).json()] == titles
    assert len(list(csv.reader(io.StringIO(client.get(links["csv"]).text)))) == len(titles) + 1
    refused = client.get("/api/v1/exports/skos?q=video")
    assert refused.status_code == 409 and "use jsonl, bibtex, biblatex, ris, csl-json, csv" in refused.json()["detail"]
