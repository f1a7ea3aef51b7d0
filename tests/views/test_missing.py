"""What the survey may lack: missing works, the estimate of unseen ones, the flow of papers and its figure."""

import json
from pathlib import Path

import orjson
import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.discovering import import_text
from tests.helpers.enriching_checks import import_library, settings_for
from tests.s2_server.server import S2Server
from tests.s2_server.world import Edge, make_world
from wamkg.cli import run
from wamkg.enriching.engine import enrich
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.views.missing import flow_counts, missing_works, route_histories


@pytest.fixture
def cited_store(file_store: Store, tmp_path: Path) -> Store:
    """Eight placed papers in two lists, five of which cite the same paper outside the library."""
    world = make_world(library=8, citations=10, references=2)
    famous = next(made for key, made in world.papers.items() if key not in world.library and made.arxiv)
    for citing in world.library[:5]:
        world.cite(Edge(citing, famous.key))
    import_library(file_store, world, tmp_path)
    with S2Server(world, key=None) as server:
        enrich(file_store, settings_for(server))
    papers = [world.papers[key] for key in world.library]
    lines = [json.dumps({"arxiv": p.arxiv, "title": p.title, "taxa": {"wam": "cascaded/implicit"}}) for p in papers]
    import_text(file_store, tmp_path, "placed.jsonl", "\n".join(lines))
    import_text(file_store, tmp_path, "other.jsonl", "\n".join(lines[:4]))
    return file_store


def test_a_work_that_many_papers_cite_is_missing(cited_store: Store) -> None:
    with cited_store.reading() as session:
        found = missing_works(session, least=5)
        fewer = missing_works(session, least=6)
    assert len(found) == 1 and found[0].works == 5 and len(found[0].cited_by) == 5
    assert fewer == []


def test_the_flow_adds_up_and_names_reasons(cited_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    with cited_store.reading() as session:
        paper = next(iter(missing_works(session, least=5))).cited_by[0]
    assert run(["remove", paper, "--why", "not about this"]) == 0
    with cited_store.reading() as session:
        rows = flow_counts(session)
        assert len(route_histories(session)) == 7
    counts = {stage: sum(row.count for row in rows if row.stage == stage) for stage in {row.stage for row in rows}}
    left = counts["set aside"] + counts["waiting"] + counts["screened"]
    assert counts["identified"] - counts["repeated"] == left
    assert counts["screened"] == counts["excluded"] + counts["included"] and counts["included"] == 7
    assert [(row.reason, row.count) for row in rows if row.stage == "excluded"] == [("not about this", 1)]
    capsys.readouterr()
    assert run(["missing", "--flow", "--csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "stage,reason,count" and "included,,7" in lines


def test_the_command_and_http_say_the_same(cited_store: Store, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["missing", "--json"]) == 0
    said = orjson.loads(capsys.readouterr().out)
    with TestClient(create_app(Settings(home=home))) as client:
        works = client.get("/api/v1/missing").json()["items"]
        state = client.get("/api/v1/missing/estimate").json()
        table = client.get("/api/v1/missing/flow", params={"format": "csv"})
    assert said == {"works": works, "search": state}
    assert state["stop"] is False and state["estimate"]["found"] == 8
    assert table.text.startswith("stage,reason,count")
    assert run(["missing"]) == 0
    assert "assumes that" in capsys.readouterr().out
    assert run(["missing", "--csv"]) == 1


def test_the_figure_has_every_box(cited_store: Store, tmp_path: Path) -> None:
    assert run(["figure", "flow", "-o", str(tmp_path / "flow.svg")]) == 0
    drawn = (tmp_path / "flow.svg").read_text()
    assert all(f"{word}: " in drawn for word in ("Identified", "Screened", "Excluded", "Included"))
