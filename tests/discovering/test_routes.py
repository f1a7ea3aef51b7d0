"""The other routes: citations, recommendations, rival lists, OpenReview; and all of them together."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.discovering import (
    KITES,
    finds,
    import_text,
    kite,
    run_routes,
    server_of,
    set_routes,
    settings_of,
)
from tests.helpers.enriching_checks import import_library, settings_for
from tests.s2_server.arxiv_shelf import ArxivShelf
from tests.s2_server.faults import FaultPlan
from tests.s2_server.server import S2Server
from tests.s2_server.world import Edge, Made, make_world
from wamkg.cli import run
from wamkg.discovering.openreview import read_notes
from wamkg.enriching.engine import enrich
from wamkg.errors import InvalidInputError
from wamkg.jobs.local import environment
from wamkg.jobs.process import run_job
from wamkg.settings import Settings, get_settings
from wamkg.store.jobs import add_job
from wamkg.store.session import Store
from wamkg.store.tables import RouteReading
from wamkg.vocabulary import JobStatus

LIST = """# Awesome Kites

## Kites

- *A Kite That Dreams of Wind* - [Paper](https://arxiv.org/abs/2604.00011)
- *Strings as Latent Actions* - [Paper](https://arxiv.org/abs/2604.00012)
"""
MORE = "- *Wind Tunnels without Tunnels* - [Paper](https://arxiv.org/abs/2605.00013)\n"


def test_a_list_that_changes_gives_only_what_is_new(store: Store) -> None:
    with server_of(ArxivShelf()) as server:
        server.files["/kites.md"] = LIST
        set_routes(store, [{"name": "rival", "kind": "list", "source": f"{server.url}/kites.md"}])
        first = run_routes(store, settings_of(server), "rival")["rival"]
        same = run_routes(store, settings_of(server), "rival")["rival"]
        server.files["/kites.md"] = LIST.replace("Dreams of", "dreams of") + MORE
        more = run_routes(store, settings_of(server), "rival")["rival"]
        server.files["/kites.md"] = "# Awesome Kites\n\n## Kites\n\n" + MORE
        gone = run_routes(store, settings_of(server), "rival")["rival"]
        server.files["/kites.md"] = LIST + MORE
        back = run_routes(store, settings_of(server), "rival")["rival"]
        server.files.clear()
        lost = run_routes(store, settings_of(server), "rival")["rival"]
    assert (first.outcomes, same.outcomes, more.outcomes) == ({"candidate": 2}, {}, {"candidate": 1})
    assert gone.problems == ["2 of 3 papers of the last reading are gone; was rival moved?"]
    assert (back.outcomes, back.problems) == ({}, [])
    assert "404" in (lost.error or "")
    assert [item.reason for item in finds(store)] == ["in rival", "in rival", "new in rival"]


def test_citations_and_recommendations(store: Store, tmp_path: Path) -> None:
    world = make_world(library=8, citations=60, references=2)
    eager = next(made for key, made in world.papers.items() if key not in world.library and made.arxiv)
    for cited in world.library[:6]:
        if all(edge.citing != eager.key for edge in world.citations.get(cited, [])):
            world.cite(Edge(eager.key, cited))
    outsider = [key for key, made in world.papers.items() if key not in world.library and made.arxiv][-1]
    import_library(store, world, tmp_path)
    with S2Server(world, key=None) as server:
        enrich(store, settings_for(server))
        _include(store, tmp_path, [world.papers[key] for key in world.library])
        server.recommended = [world.library[0], outsider]
        reports = run_routes(store, settings_of(server), "citing", "recommended", least=6)
        assert reports["recommended"].error is None
        body = json.loads(next(asked.body for asked in server.log if "recommendations" in asked.path))
        again = run_routes(store, settings_of(server), "citing", "recommended", least=6)
    citing = [item for item in finds(store, "citing") if item.title == eager.title]
    assert citing[0].reason == "cites 6 works of the survey" and citing[0].outcome == "candidate"
    assert reports["recommended"].outcomes == {"known": 1, "candidate": 1}
    assert len(body["positivePaperIds"]) == 8 and body["negativePaperIds"] == []
    assert all(not report.outcomes for report in again.values())


def _include(store: Store, folder: Path, papers: list[Made]) -> None:
    """Place the papers, as an import does."""
    taxa = {"wam": "cascaded/implicit"}
    lines = (json.dumps({"arxiv": paper.arxiv, "title": paper.title, "taxa": taxa}) for paper in papers)
    import_text(store, folder, "placed.jsonl", "\n".join(lines))


NOTES: list[dict[str, Any]] = [
    {"forum": "aB1", "cdate": 1760000000000,
     "content": {"title": {"value": "Wind as a Language for Kites"}, "abstract": {"value": "We read the wind."},
                 "authors": {"value": ["Ada Byron", "Bo Li"]}, "venue": {"value": "ICLR 2027 Conference Submission"}}},
    {"id": "aB2", "content": {"title": "Kites of Version One of the API", "authors": ["Cy"]}},
    {"id": "aB3", "content": {"title": {"value": "A Kite that Was Withdrawn Too Early"},
                              "venueid": {"value": "ICLR.cc/2027/Conference/Withdrawn_Submission"}}},
    {"id": "aB4", "content": {"abstract": {"value": "Nobody named it."}}},
]  # fmt: skip


@pytest.mark.parametrize("written", [json.dumps, lambda notes: json.dumps({"notes": notes, "count": 4}),
                                     lambda notes: "\n".join(map(json.dumps, notes))])  # fmt: skip
def test_an_openreview_export_in_every_form(file_store: Store, tmp_path: Path, written: Any) -> None:
    file = tmp_path / "iclr.json"
    file.write_text(written(NOTES))
    set_routes(file_store, [{"name": "iclr", "kind": "openreview", "source": str(file)}])
    report = run_routes(file_store, Settings(), "iclr")["iclr"]
    assert report.outcomes == {"candidate": 2}
    assert report.problems == ["1 notes have no title", "1 withdrawn or rejected submissions are left out"]
    file.write_text(written([*NOTES, {"id": "aB5", "content": {"title": {"value": "One More Kite in the Evening"}}}]))
    assert run_routes(file_store, Settings(), "iclr")["iclr"].outcomes == {"candidate": 1}


@pytest.mark.parametrize("text", ["[1, 2]", "a,b\n1,2", '{"notes": 3}', '"kites"'])
def test_another_file_is_no_export(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"OpenReview|not JSON"):
        list(read_notes(text, "kites.json"))


def test_one_route_fails_alone_and_one_paper_is_one_candidate(
    seeded_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shelf = ArxivShelf([kite(1, 2, arxiv="2604.00011", title="A Kite That Dreams of Wind")])
    with server_of(shelf) as server:
        (tmp_path / "rival.md").write_text(LIST)
        routes = [*KITES, {"name": "rival", "kind": "list", "source": str(tmp_path / "rival.md")},
                  {"name": "gone", "kind": "list", "source": str(tmp_path / "gone.md")}]  # fmt: skip
        set_routes(seeded_store, routes)
        monkeypatch.setenv("WAMKG_ARXIV_API_URL", server.url)
        monkeypatch.setenv("WAMKG_ARXIV_SECONDS_PER_REQUEST", "0.001")
        get_settings.cache_clear()
        assert run(["discover", "kites", "rival", "gone", "citing", "--json"]) == 3
    told = orjson.loads(capsys.readouterr().out)
    assert [(r["route"], r["outcomes"]) for r in told["routes"]] == [
        ("kites", {"candidate": 1}), ("rival", {"known": 1, "candidate": 1}), ("gone", {}), ("citing", {}),
    ]  # fmt: skip
    assert "there is no file" in told["routes"][2]["error"]
    assert run(["discover", "--list"]) == 0
    assert "Strings as Latent Actions" in capsys.readouterr().out
    assert run(["discover", "kitez"]) == 1
    assert "did you mean kites?" in capsys.readouterr().err


def test_the_api_lists_finds_and_runs_the_job(seeded_store: Store, home: Path) -> None:
    with server_of(ArxivShelf([kite(1, 2)])) as server:
        set_routes(seeded_store, KITES)
        run_routes(seeded_store, settings_of(server), "kites")
    with TestClient(create_app(Settings(home=home))) as client:
        items = client.get("/api/v1/discoveries", params={"route": "kites"}).json()["items"]
        assert [item["title"] for item in items] == [kite(1, 2).title]
        assert client.get("/api/v1/discoveries", params={"outcome": "known"}).json()["items"] == []


def test_a_killed_run_is_read_again_from_where_it_was(seeded_store: Store, home: Path) -> None:
    shelf = ArxivShelf([kite(n, 2) for n in range(3)])
    set_routes(seeded_store, KITES)
    processes: list[subprocess.Popen[bytes]] = []
    # The process sends one request and is killed while it waits for the answer.
    with server_of(shelf, on_request=lambda _: os.kill(processes[0].pid, signal.SIGKILL)) as server:
        settings = settings_of(server, home=home)
        uid = _queued(seeded_store)
        command = [sys.executable, "-m", "wamkg.jobs", uid]
        processes.append(subprocess.Popen(command, env=environment(settings)))
        assert processes[0].wait(60) == -signal.SIGKILL
        with seeded_store.reading() as session:
            assert session.get(RouteReading, 1) is None
        server.on_request = None
        run_routes(seeded_store, settings, "kites")
    assert [item.outcome for item in finds(seeded_store)] == ["candidate"] * 3


def _queued(store: Store) -> str:
    with store.writing() as session:
        return add_job(session, "discover", {"routes": ["kites"]}).uid


def test_a_job_whose_route_failed_ends_in_part(seeded_store: Store, home: Path) -> None:
    set_routes(seeded_store, KITES)
    with server_of(ArxivShelf(), faults=FaultPlan(lasting={("arxiv", "*"): "refused"})) as server:
        assert run_job(seeded_store, settings_of(server, home=home), _queued(seeded_store)) == JobStatus.PARTIAL
