"""The store as a networkx graph: neighbourhoods, caps, ways, and the self-contained page."""

import re
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path

import networkx as nx
import orjson
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

import wamkg
from wamkg.cli import run
from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.graph.build import build_graph, find_path, node_link
from wamkg.graph.network_page import positions, pyvis_page
from wamkg.graph.overlap_removal import remove_overlaps
from wamkg.store.batches import get_actor, open_batch
from wamkg.store.graph import edges_at, edges_near
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.store.tables import Citation
from wamkg.taxonomy.edit import TaxonEdit
from wamkg.taxonomy.editor import run_edit
from wamkg.vocabulary import BatchKind

UNIPI = "paper:learning-universal-policies-via-text-guided-video-generation"


@pytest.fixture
def session(seeded_store: Store) -> Iterator[Session]:
    with seeded_store.reading() as reading:
        yield reading


def test_a_papers_neighbourhood_is_what_it_is_linked_to(session: Session) -> None:
    graph = build_graph(session, "arxiv:2302.00111")
    assert set(graph) == {UNIPI, "method:unipi", "institution:google", "taxon:wam:cascaded/explicit/learned"}
    assert {(a, k, b) for a, b, k in graph.edges(keys=True)} == {
        (UNIPI, "proposes", "method:unipi"),
        (UNIPI, "affiliated", "institution:google"),
        (UNIPI, "placed_in", "taxon:wam:cascaded/explicit/learned"),
    }


@pytest.mark.parametrize("center", ["arxiv:2302.00111", UNIPI, "method:UniPi", "taxon:wam:joint", "benchmark:LIBERO"])
def test_more_hops_reach_more_and_never_less(session: Session, center: str) -> None:
    sizes = [set(build_graph(session, center, hops, cap=5000)) for hops in range(4)]
    assert len(sizes[0]) == 1
    assert all(near <= far for near, far in pairwise(sizes))
    distances = nx.single_source_shortest_path_length(
        build_graph(session, cap=None).to_undirected(), build_graph(session, center, 0).graph["center"]
    )
    assert sizes[2] == {key for key, distance in distances.items() if distance <= 2}


def test_a_cap_says_what_it_left_out(session: Session) -> None:
    whole = build_graph(session, "taxon:wam:cascaded/explicit/learned", cap=5000)
    capped = build_graph(session, "taxon:wam:cascaded/explicit/learned", cap=5)
    assert len(capped) == 5
    assert capped.graph["left_out"] == len(whole) - 5
    assert whole.graph["left_out"] == 0
    everything = build_graph(session, cap=None)
    assert build_graph(session, cap=100).graph["left_out"] == len(everything) - 100


def test_kinds_and_relations_narrow_what_is_followed(session: Session) -> None:
    taxa = build_graph(session, "taxon:wam:joint", 6, kinds=["taxon"])
    assert {node["kind"] for _, node in taxa.nodes(data=True)} == {"taxon"}
    assert len(taxa) == 13
    proposes = build_graph(session, "arxiv:2302.00111", 6, relations=["proposes"])
    assert set(proposes) == {UNIPI, "method:unipi"}


def test_citations_are_edges(seeded_store: Store) -> None:
    with seeded_store.writing() as session:
        batch = open_batch(session, BatchKind.ENRICH, "test", get_actor(session, "test"))
        citing, cited = find_paper(session, "arxiv:2310.10625").id, find_paper(session, "arxiv:2302.00111").id
        session.add(Citation(citing_id=citing, cited_id=cited, source="test", batch_id=batch.id))
    with seeded_store.reading() as session:
        graph = build_graph(session, UNIPI, relations=["cites"])
    assert [(a, k, b) for a, b, k in graph.edges(keys=True)] == [("paper:video-language-planning", "cites", UNIPI)]


def test_citations_of_a_paper_are_cut_in_the_database(seeded_store: Store) -> None:
    with seeded_store.writing() as session:
        batch = open_batch(session, BatchKind.ENRICH, "test", get_actor(session, "test"))
        cited = find_paper(session, "arxiv:2302.00111").id
        for citing in ("arxiv:2310.10625", "arxiv:2310.08576", "arxiv:2406.16862"):
            for source in ("one", "two"):
                number = find_paper(session, citing).id
                session.add(Citation(citing_id=number, cited_id=cited, source=source, batch_id=batch.id))
    assert cited is not None
    with seeded_store.reading() as session:
        whole, is_cut = edges_near(session, [cited], ["cites"], 6)
        assert whole == edges_at(session, [cited], ["cites"]) and len(whole) == 3 and not is_cut
        assert edges_near(session, [cited], None, None) == (edges_at(session, [cited]), False)
        some, is_cut = edges_near(session, [cited], ["cites"], 2)
        assert is_cut and 1 <= len(some) <= 2 and {edge.target for edge in some} == {cited}
        assert build_graph(session, UNIPI).graph["is_cut"] is False


def test_a_taxon_that_is_no_more_is_not_drawn(seeded_store: Store) -> None:
    gone = "joint/autoregressive/unified-discrete"
    run_edit(seeded_store, "wam", TaxonEdit(operation="merge", taxon=gone, into="joint/autoregressive"), "ana")
    with seeded_store.reading() as session:
        assert f"taxon:wam:{gone}" not in build_graph(session, cap=None)
        assert f"taxon:wam:{gone}" not in build_graph(session, "taxon:wam:joint/autoregressive", cap=None)


def test_networkx_reads_the_plain_form_back(session: Session) -> None:
    graph = build_graph(session, "taxon:wam:joint", 3)
    back = nx.node_link_graph(node_link(graph), edges="edges")
    assert nx.utils.graphs_equal(graph, back)


def test_a_way_is_shortest_and_joined(session: Session) -> None:
    way = find_path(session, "method:unipi", "taxon:wam:cascaded")
    assert way.graph["length"] == 4
    assert len(way) == 5
    assert nx.is_weakly_connected(way)
    assert find_path(session, "method:unipi", "method:unipi").graph["length"] == 0
    assert len(find_path(session, "method:unipi", "challenge:architectural-coupling")) == 0


@pytest.mark.parametrize("center", ["method:none", "taxon:wam:none", "taxon:none:x", "taxon:wam", "arxiv:0000.00000"])
def test_an_unknown_center_is_not_found(session: Session, center: str) -> None:
    with pytest.raises(NotFoundError):
        build_graph(session, center)


def test_what_is_out_of_range_is_refused(session: Session) -> None:
    for bad in ({"hops": 99}, {"cap": 0}, {"kinds": ["planet"]}, {"relations": ["loves"]}):
        with pytest.raises(InvalidInputError):
            build_graph(session, UNIPI, **bad)  # type: ignore[arg-type]


def test_the_drawing_is_the_same_each_time(session: Session) -> None:
    graph = build_graph(session, "taxon:wam:cascaded/explicit/learned", 2)
    assert positions(graph) == positions(build_graph(session, "taxon:wam:cascaded/explicit/learned", 2))


def test_the_page_names_nothing_outside_itself(session: Session) -> None:
    page = pyvis_page(build_graph(session, UNIPI, 2), title="Around <UniPi>")
    assert not re.search(r"<(link|script|img|iframe)\b[^>]*(src|href)\s*=\s*[\"']?(https?:)?//", page, re.I)
    assert '<html lang="en">' in page
    assert "<title>Around &lt;UniPi&gt;</title>" in page
    assert "<td>proposes</td>" in page


def test_too_much_to_draw_is_refused(session: Session) -> None:
    with pytest.raises(InvalidInputError, match="too many to draw"):
        pyvis_page(build_graph(session, cap=None))


def test_a_paper_has_the_color_of_the_survey_whatever_part_is_drawn(seeded_store: Store) -> None:
    assert run(["decide", "arxiv:2302.00111", "render-and-decode", "--taxonomy", "nus"]) == 0
    with seeded_store.reading() as session:
        rivals = build_graph(session, "taxon:nus:render-and-decode")
    assert "method:unipi" not in rivals
    assert (rivals.nodes[UNIPI]["hue"], rivals.nodes[UNIPI]["short"]) == ("cascaded", "UniPi")


@given(st.lists(st.tuples(*[st.floats(-300, 300)] * 2, *[st.floats(1, 80)] * 2), min_size=1, max_size=12))
def test_rectangles_are_parted_until_none_covers_another(rectangles: list[tuple[float, float, float, float]]) -> None:
    middles, sizes = [r[:2] for r in rectangles], [r[2:] for r in rectangles]
    places = remove_overlaps(middles, sizes)
    assert remove_overlaps(middles, sizes) == places
    for (a, one), (b, other) in combinations(zip(places, sizes, strict=True), 2):
        inside = [(one[k] + other[k]) / 2 - abs(a[k] - b[k]) for k in (0, 1)]
        assert min(inside) < 1.0


def test_a_neighborhood_is_a_graph_for_other_programs(
    seeded_store: Store, client: TestClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {"center": "arxiv:2302.00111", "hops": "1"}
    nodes = {node["id"] for node in client.get("/api/v1/graph", params=asked).json()["nodes"]}
    answer = client.get("/api/v1/graph", params=asked | {"format": "graphml"})
    assert answer.headers["content-type"] == "application/graphml+xml" and len(nodes) > 3
    assert set(nx.parse_graphml(answer.text)) == nodes
    assert run(["graph", "neighborhood", "arxiv:2302.00111", "--format", "graphml"]) == 0
    assert set(nx.parse_graphml(capsys.readouterr().out)) == nodes
    assert run(["graph", "neighborhood", "arxiv:2302.00111", "--cap", "2"]) == 3
    written = capsys.readouterr()
    assert len(orjson.loads(written.out)["nodes"]) == 2 and f"{len(nodes) - 2} nodes left out" in written.err
    graph = wamkg.open(database_url=seeded_store.url).graph(center="arxiv:2302.00111", hops=1)
    nx.write_graphml(graph, tmp_path / "unipi.graphml")
    assert set(nx.read_graphml(tmp_path / "unipi.graphml")) == nodes
    assert run(["graph", "neighborhood", "--format", "dot"]) == 2
