"""Graph, search, matching, exports and figures over HTTP."""

import re
from pathlib import Path
from xml.etree.ElementTree import fromstring

import networkx as nx
import numpy as np
import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from wamkg.history.releases import create_release
from wamkg.settings import Settings
from wamkg.store.papers import find_paper
from wamkg.store.search import StoredVector, save_vectors
from wamkg.store.session import Store

API = "/api/v1"


def test_a_neighbourhood_is_a_graph_that_networkx_reads(client: TestClient) -> None:
    data = client.get(f"{API}/graph?center=arxiv:2302.00111&hops=2&cap=10").json()
    graph = nx.node_link_graph(data, edges="edges")
    assert len(graph) == 10
    assert graph.graph["left_out"] > 0


def test_a_way_is_a_graph_too(client: TestClient) -> None:
    data = client.get(f"{API}/graph/path?from=method:unipi&to=taxon:wam:cascaded").json()
    assert data["graph"]["length"] == 4


@pytest.mark.parametrize(
    ("path", "status"),
    [("graph?center=method:none", 404), ("graph?kind=planet", 422), ("graph?hops=99", 422), ("graph?cap=0", 422),
     ("graph/path?from=method:unipi", 422), ("exports/zip", 404), ("figures/roadmap.gif", 404),
     ("figures/roadmap.svg?width=wide", 422), ("figures/roadmap.svg?taxonomy=none", 404),
     ("figures/timeline.svg?since=v1", 409), ("figures/citations.svg?year=2025", 409), ("search?mode=magic", 422)],
)  # fmt: skip
def test_what_is_not_there_is_said(client: TestClient, path: str, status: int) -> None:
    assert client.get(f"{API}/{path}").status_code == status


def test_search_ranks_by_words(client: TestClient) -> None:
    body = client.get(f"{API}/search?q=inverse dynamics&limit=5").json()
    assert [hit["text_rank"] for hit in body["items"]] == [1, 2, 3, 4, 5]
    assert body["mode"] == "text"


def test_hybrid_says_that_there_are_no_vectors(client: TestClient) -> None:
    assert client.get(f"{API}/search?q=video&mode=hybrid").json()["mode"] == "text"


def test_hybrid_finds_what_only_the_vectors_know(seeded_store: Store) -> None:
    with seeded_store.writing() as session:
        named = [find_paper(session, f"arxiv:{a}").id for a in ("2310.10625", "1806.10293", "2302.00111")]
        places = ([1.0, 0.0], [0.99, 0.1], [0.0, 1.0])
        vectors = {
            number: StoredVector("h", np.array(place, dtype="<f4").tobytes())
            for number, place in zip(named, places, strict=True)
            if number
        }
        save_vectors(session, "test", "1", vectors)
    with TestClient(create_app(Settings(database_url=seeded_store.url))) as client:
        body = client.get(f"{API}/search", params={"q": "video language planning", "mode": "hybrid"}).json()
    assert body["mode"] == "hybrid"
    ranks = {hit["paper"]["id"]: (hit["text_rank"], hit["vector_rank"]) for hit in body["items"]}
    assert None not in ranks["arxiv:2310.10625"]
    text_rank, vector_rank = ranks["arxiv:1806.10293"]
    assert text_rank is None
    assert vector_rank in (1, 2)


def test_thirty_records_are_looked_up_at_once(client: TestClient) -> None:
    known = client.get(f"{API}/papers?limit=30&taxon=wam:joint&fields=title,arxiv,id").json()["items"]
    records = [{"title": k["title"]} | ({"arxiv": k["arxiv"]} if k["arxiv"] else {}) for k in known]
    body = client.post(f"{API}/match", json={"records": records}).json()
    assert len(known) == 30
    assert [item["paper"] for item in body["items"]] == [k["id"] for k in known]


def test_a_match_says_what_it_rests_on(client: TestClient) -> None:
    records = [
        {"title": "x", "arxiv": "2302.00111"},
        {"title": "Learning universal policies via text guided video generation", "authors": ["Du, Yilun"]},
        {"title": "Learning universal policies via text guided video generation", "authors": ["Somebody Else"]},
        {"title": "A title that no paper in the library has"},
        {"title": "Video Language Planning"},
    ]
    items = client.post(f"{API}/match", json={"records": records}).json()["items"]
    assert [(i["paper"], i["how"]) for i in items[:4]] == [
        ("arxiv:2302.00111", "arxiv"),
        ("arxiv:2302.00111", "title"),
        (None, "new"),
        (None, "new"),
    ]
    assert items[0]["score"] == 1.0
    assert {f["name"]: f["agrees"] for f in items[1]["features"]}["first_author"] is True
    assert items[4]["question"]


@pytest.mark.parametrize(
    "body",
    [{"records": [{"title": "x"}] * 101}, {"records": [{"name": "x"}]}, {"records": [{"title": "x", "color": 1}]},
     {"records": [{"title": ""}]}, {}, [], {"records": [{"title": "x\x00"}]}],
)  # fmt: skip
def test_records_that_cannot_be_read_are_refused(client: TestClient, body: object) -> None:
    assert client.post(f"{API}/match", json=body).status_code == 422


@pytest.mark.parametrize(
    ("form", "kind"),
    [("jsonl", "application/x-ndjson"), ("bibtex", "application/x-bibtex"), ("awesome-list", "text/markdown"),
     ("graphml", "application/graphml+xml"), ("csv", "text/csv"), ("skos", "text/turtle")],
)  # fmt: skip
def test_an_export_is_a_file(client: TestClient, form: str, kind: str) -> None:
    answer = client.get(f"{API}/exports/{form}")
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert len(answer.content) > 10_000


def test_a_list_holds_the_taxonomies_asked_for(client: TestClient) -> None:
    text = client.get(f"{API}/exports/awesome-list?taxonomy=evaluation&taxonomy=wam").text
    assert re.findall(r"^## (.*)$", text, re.M) == ["Evaluation", "World Action Models", "Awaiting a place"]
    assert client.get(f"{API}/exports/awesome-list?taxonomy=nothing").status_code == 404
    assert client.get(f"{API}/exports/jsonl?taxonomy=wam").status_code == 409


def test_a_figure_is_drawn_once_and_anew_when_the_store_changes(seeded_store: Store, home: Path) -> None:
    settings = Settings(database_url=seeded_store.url, home=home)
    with TestClient(create_app(settings)) as client:
        first = client.get(f"{API}/figures/roadmap.svg")
        assert first.status_code == 200
        assert 'id="method-unipi"' in first.text
        assert len(list((settings.out / "drawn").iterdir())) == 1
        with seeded_store.writing() as session:
            paper = find_paper(session, "arxiv:2302.00111")
            paper.title = "Renamed"
            session.add(paper)
        assert "Renamed" in client.get(f"{API}/figures/roadmap.svg").text


def test_a_roadmap_marks_what_is_new_keeps_to_a_height_and_lies_where_asked(seeded_store: Store, home: Path) -> None:
    create_release(seeded_store, home, "v1", "", "ana")
    codes = {
        "": 200,
        "since=2026-02": 200,
        "since=v1": 200,
        "since=v9": 404,
        "height=100": 200,
        "height=12": 422,
        "orientation=horizontal": 200,
        "orientation=up": 422,
        "year=2025": 200,
        "year=1950": 409,
    }
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        drawings = {query: client.get(f"{API}/figures/roadmap.svg?taxon=wam:cascaded&{query}") for query in codes}
    assert {query: answer.status_code for query, answer in drawings.items()} == codes
    assert "growing to the right" in drawings["orientation=horizontal"].text
    assert "since 2026-02" in drawings["since=2026-02"].text
    assert len(drawings["since=2026-02"].text) > len(drawings["since=v1"].text), "nothing came after the release"
    heights = [fromstring(drawings[query].text).attrib["height"] for query in ("height=100", "")]
    assert float(heights[0].removesuffix("pt")) <= 100 / 25.4 * 72 + 0.1 < float(heights[1].removesuffix("pt"))
