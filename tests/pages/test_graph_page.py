"""The graph along time: labels that never cover each other, filters as links, a panel, and finding by name."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from wamkg_api.app import create_app

from tests.helpers.edit_store import fill
from tests.pages.test_review_page import needs_browser, signed_in_page
from wamkg.pages.graph_drawing import LETTER, MARK, DrawnNode, draw_along_time
from wamkg.settings import Settings
from wamkg.store.session import Store

LIBERO = "/graph?center=benchmark:libero"
KINDS = st.sampled_from(["paper", "method", "benchmark", "dataset", "taxon", "institution", "metric"])
DATES = st.sampled_from(["", "2023", "2024-02", "2025-07-31", "2026-01-01"])


@pytest.fixture
def client(seeded_store: Store, home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        yield client


def box(node: DrawnNode) -> tuple[float, float]:
    """Left and right end of a mark with its label."""
    length = MARK + len(node.label) * LETTER
    return (node.x - length, node.x + MARK) if node.anchor == "end" else (node.x - MARK, node.x + length)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(KINDS, DATES, st.text(min_size=1, max_size=40)), min_size=1, max_size=40))
def test_no_label_covers_another(made: list[tuple[str, str, str]]) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for number, (kind, _, label) in enumerate(made):
        graph.add_node(f"{kind}:{number}", kind=kind, label=label)
    dates = {f"{kind}:{number}": date for number, (kind, date, _) in enumerate(made) if date}
    drawing = draw_along_time(graph, dates)
    assert len(drawing.nodes) == len(made)
    rows: dict[float, list[tuple[float, float]]] = {}
    for node in drawing.nodes:
        assert 0 <= node.x <= drawing.width and 0 <= node.y <= drawing.height
        rows.setdefault(node.y, []).append(box(node))
    for boxes in rows.values():
        boxes.sort()
        assert all(one[1] <= other[0] for one, other in pairwise(boxes))


def test_the_graph_shows_the_same_nodes_in_the_drawing_and_the_lists(client: TestClient) -> None:
    html = unescape(client.get(LIBERO).text)
    drawn = set(re.findall(r'<a class="node[^"]*" href="[^"]+" data-key="([^"]+)"', html))
    listed = html.count("center here") + html.count("the centre")
    assert len(drawn) == listed > 20 and "method:cosmos-policy" in drawn
    assert "evaluated on 12" in html and 'href="/index/benchmarks/libero"' in html
    assert "<iframe" not in html and "<iframe" in client.get(f"{LIBERO}&layout=links").text


def test_kinds_are_filtered_by_links_and_the_address_holds_the_view(client: TestClient) -> None:
    html = unescape(client.get(LIBERO).text)
    method = re.search(r'href="([^"]+kind=method[^"]*)">(?:<svg.*?</svg>)?method</a>', html)
    assert method
    only = unescape(client.get(method[1]).text)
    kinds = {key.split(":")[0] for key in re.findall(r'data-key="([^"]+)"', only)}
    assert kinds == {"method", "benchmark"}  # the center is always shown
    further = re.search(r'href="([^"]+)">One step further</a>', only)
    assert further and "kind=method" in further[1] and "hops=3" in further[1]
    assert client.get(f"{LIBERO}&kind=robots").status_code == 422


@pytest.mark.parametrize(
    ("typed", "center"),
    [
        ("UniPi", "arxiv:2302.00111"),
        ("libero", "benchmark:libero"),
        ("success rate", "metric:success-rate"),
        ("Inverse Dynamics Model", "concept:inverse-dynamics-model"),
        ("Cascaded", "taxon:wam:cascaded"),
        ("learning universal policies via text", "arxiv:2302.00111"),
    ],
)
def test_a_center_is_found_by_its_name(client: TestClient, typed: str, center: str) -> None:
    page = client.get("/graph", params={"center": typed})
    shown = re.search(r'name="center" value="([^"]*)"', unescape(page.text))
    assert page.status_code == 200 and shown and shown[1] in (center, typed)
    assert client.get("/graph", params={"center": "zzqx nothing"}).status_code == 404
    assert client.get("/graph", params={"center": "benchmark:zzqx"}).status_code == 404


def test_a_branch_is_chosen_in_the_legend(client: TestClient) -> None:
    html = unescape(client.get(LIBERO).text)
    chip = re.search(r'href="(/graph\?[^"]*branch=joint)"', html)
    assert chip and 'data-relation="evaluated_on" d="M1 4H33"' in html and "Branches:" in html
    only = unescape(client.get(chip[1]).text)
    nodes = re.findall(r'<a class="node[^"]*" href="[^"]+" data-key="([^"]+)"', only)
    assert "benchmark:libero" in nodes and "method:cosmos-policy" in nodes and len(nodes) < html.count('class="node')
    assert "branch=joint" in re.search(r'href="([^"]+)">One step further</a>', only)[1]  # type: ignore[index]


def test_as_many_nodes_are_shown_as_are_asked_for(client: TestClient) -> None:
    few = client.get(f"{LIBERO}&cap=10").text
    assert few.count('class="node') == 10 and " more</span> neighbors" in few and "cap=10" in few
    more = client.get(f"{LIBERO}&hops=4&cap=2000").text
    assert more.count('class="node') > 150 and '<option value="2000" selected>2,000 nodes' in more
    assert client.get(f"{LIBERO}&cap=2001").status_code == 422


def test_no_name_in_the_graph_runs(client: TestClient, seeded_store: Store, tmp_path: Path) -> None:
    evil = "'\"><script>alert(1)</script>"
    fill(
        seeded_store,
        tmp_path,
        {"title": f"Kite {evil}", "arxiv": "2501.07777", "method": evil, "taxa": {"wam": "joint"}},
    )
    html = client.get("/graph?center=arxiv:2501.07777").text
    assert "<script>alert" not in html and "Kite" in html


@pytest.mark.e2e
@needs_browser
def test_a_node_is_found_by_its_name_and_followed(seeded_store: Store, home: Path) -> None:
    with signed_in_page(seeded_store, home) as (page, address):
        page.goto(f"{address}{LIBERO}")
        page.get_by_label("Find in the graph").fill("cosmos")
        page.locator(".node.found").first.wait_for()
        assert page.locator(".node.found").count() == 2
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.wait_for_url("**/graph?center=*cosmos*")
