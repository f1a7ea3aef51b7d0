"""What programs ask of citations: both directions, between two sets, several timelines at once; papers by many ids.
The right answers are counted from the data of the local Semantic Scholar server.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.enriching_checks import import_library, settings_for
from tests.s2_server.server import S2Server
from tests.s2_server.world import World, make_world
from wamkg.enriching.engine import enrich
from wamkg.settings import Settings
from wamkg.store.migrate import migrate
from wamkg.store.session import Store

API = "/api/v1"


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(library=8, citations=120, references=3)


@pytest.fixture(scope="module")
def client(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("citations")
    store = Store(f"sqlite:///{folder / 'wamkg.db'}")
    migrate(store)
    import_library(store, world, folder)
    with S2Server(world) as server:
        enrich(store, settings_for(server))
    with TestClient(create_app(Settings(database_url=store.url, home=folder, reads_per_minute=0))) as client:
        yield client
    store.close()


def items_of(client: TestClient, path: str, **parameters: object) -> list[dict[str, Any]]:
    """All items of a list, page by page."""
    found, after = [], None
    while True:
        cursor = {"after": after} if after else {}
        answer = client.get(f"{API}/{path}", params={**parameters, "limit": 7, **cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        after = page["next"]
        if after is None:
            assert len(found) == page["total"]
            return found


def edges(world: World) -> set[tuple[str, str]]:
    """Every citation that the server holds, by titles."""
    listed = [edge for lists in (world.citations, world.references) for group in lists.values() for edge in group]

    def title(key: int | None, given: str) -> str:
        return given if key is None else world.papers[key].title

    return {(title(edge.citing, edge.title), title(edge.cited, edge.title)) for edge in listed}


def titles(edge: dict[str, Any]) -> tuple[str, str]:
    return edge["citing"]["title"], edge["cited"]["title"]


def test_who_is_cited_and_who_cites(client: TestClient, world: World) -> None:
    made = world.papers[1]
    cited = {item["title"] for item in items_of(client, f"papers/arxiv:{made.arxiv}/references")}
    citing = {item["title"] for item in items_of(client, f"papers/arxiv:{made.arxiv}/citations")}
    assert cited == {b for a, b in edges(world) if a == made.title} and cited
    assert citing == {a for a, b in edges(world) if b == made.title} and citing
    as_filter = items_of(client, "papers", cites=f"arxiv:{made.arxiv}", standing=["cited", "included", "candidate"])
    assert {item["title"] for item in as_filter} == citing
    as_filter = items_of(client, "papers", cited_by=f"arxiv:{made.arxiv}", standing=["cited", "included", "candidate"])
    assert {item["title"] for item in as_filter} == cited


def test_citations_between_papers_with_self_citations_apart(client: TestClient, world: World) -> None:
    one, other = (world.papers[key] for key in world.library[:2])
    every = items_of(client, "citations", cited=f"arxiv:{one.arxiv}")
    assert {(e["citing"]["title"], e["cited"]["title"]) for e in every} == {
        p for p in edges(world) if p[1] == one.title
    }
    own = items_of(client, "citations", self_citations="only")
    others = items_of(client, "citations", self_citations="exclude")
    assert own and all(edge["self_citation"] for edge in own) and not any(edge["self_citation"] for edge in others)
    assert len(own) + len(others) == len(items_of(client, "citations"))
    authors = {paper.title: set(paper.authors) for paper in world.papers.values()}
    assert {titles(edge) for edge in own} == {
        (a, b) for a, b in edges(world) if authors.get(a, set()) & authors.get(b, set())
    }
    between = items_of(client, "citations", citing=f"arxiv:{other.arxiv}", cited=f"paper:arxiv:{one.arxiv}")
    assert len(between) == ((other.title, one.title) in edges(world))
    assert client.get(f"{API}/citations?citing=nowhere:joint").status_code == 404


def test_several_timelines_share_their_periods(client: TestClient, world: World) -> None:
    subjects = [f"arxiv:{world.papers[key].arxiv}" for key in world.library[:3]]
    answer = client.get(f"{API}/timeline/citations/compare", params={"subject": subjects, "by": "year"}).json()
    periods = [[item["period"] for item in line["items"]] for line in answer["items"]]
    assert periods[0] and periods[0] == periods[1] == periods[2]
    for subject, line in zip(subjects, answer["items"], strict=True):
        alone = client.get(f"{API}/timeline/citations", params={"paper": subject, "by": "year"}).json()
        counted = {item["period"]: item["count"] for item in alone["items"]}
        assert {i["period"]: i["count"] for i in line["items"] if i["count"]} == {p: n for p, n in counted.items() if n}
    since = periods[0][1]
    part = {"subject": subjects, "by": "year", "since": since, "format": "csv", "values": "cumulative"}
    table = list(csv.reader(io.StringIO(client.get(f"{API}/timeline/citations/compare", params=part).text)))
    assert [row[0] for row in table] == ["period", *periods[0][1:]]
    assert [int(cell) for cell in table[-1][1:]] == [line["items"][-1]["cumulative"] for line in answer["items"]]


def test_one_timeline_is_cut_to_the_asked_months_only(client: TestClient, world: World) -> None:
    asked = {"paper": f"arxiv:{world.papers[1].arxiv}"}
    whole = client.get(f"{API}/timeline/citations", params=asked).json()
    first, last = whole["items"][2]["period"], whole["items"][-2]["period"]
    part = client.get(f"{API}/timeline/citations", params={**asked, "since": first, "until": last}).json()
    shown = {item["period"]: item for item in part["items"]}
    assert set(shown) <= {item["period"] for item in whole["items"][2:-1]}
    assert all(shown.get(i["period"], i) == i for i in whole["items"])
    assert (part["total"], part["undated"]) == (whole["total"], whole["undated"])


def test_papers_by_many_ids_come_in_the_asked_order(client: TestClient, world: World) -> None:
    one, other = (world.papers[key] for key in world.library[:2])
    ids = [f"https://arxiv.org/abs/{other.arxiv}v2", "no-such-paper", f"arXiv:{one.arxiv}", one.s2, other.arxiv]
    items = client.post(f"{API}/papers/batch", json={"ids": ids}).json()["items"]
    assert [item and item["title"] for item in items] == [other.title, None, one.title, one.title, other.title]
    uid = items[0]["uid"]
    assert client.post(f"{API}/papers/batch", json={"ids": [uid]}).json()["items"][0]["uid"] == uid
    assert client.post(f"{API}/papers/batch", json={"ids": ["x"] * 501}).status_code == 422


@pytest.mark.parametrize("name", ["arxiv", "ids"])
def test_ids_in_a_filter_may_be_separated_by_commas(client: TestClient, world: World, name: str) -> None:
    one, other = (world.papers[key] for key in world.library[:2])
    found = items_of(client, "papers", **{name: f"{one.arxiv}, arXiv:{other.arxiv}v3"})
    assert {item["title"] for item in found} == {one.title, other.title}
    refused = client.get(f"{API}/papers", params={name: f"{one.arxiv},2413.99"})
    assert refused.status_code == 404 and "2413.99" in refused.json()["detail"]
    assert [item["title"] for item in items_of(client, "papers", **{name: f",{one.arxiv},,"})] == [one.title]
    assert client.get(f"{API}/papers", params={name: ",,"}).status_code == 404, "not all papers"
    assert client.get(f"{API}/papers", params={"arxiv": "1501.00001"}).json()["total"] == 0


def test_a_record_is_matched_by_an_id_alone(client: TestClient, world: World) -> None:
    records = [{"arxiv": world.papers[1].arxiv}, {"s2": world.papers[2].s2}, {"doi": "10.9999/nobody"}]
    items = client.post(f"{API}/match", json={"records": records}).json()["items"]
    assert [item["paper"] for item in items] == [f"arxiv:{world.papers[key].arxiv}" for key in (1, 2)] + [None]
    assert client.post(f"{API}/match", json={"records": [{"year": 2020}]}).status_code == 422
