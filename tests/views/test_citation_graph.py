"""Measures of the citation graph of a store, on the command line and over HTTP."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.cited_library import fill_cited
from wamkg.cli import run
from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.graph.bursts import BurstModel
from wamkg.reviewing.duplicates import record_judgement
from wamkg.settings import Settings, get_settings
from wamkg.store.batches import get_actor
from wamkg.store.paper_filter import PaperFilter
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.views.bursts import burst_report
from wamkg.views.citation_graph import main_path_report, rank_works, similar_works
from wamkg.views.communities import community_report
from wamkg.vocabulary import PERSON

PAPERS: dict[str, tuple[str, str | None]] = {
    "Elm": ("2020-01-10", "joint"),
    "Ash": ("2021-02-10", "joint"),
    "Oak": ("2022-03-10", "joint"),
    "Fir": ("2022-06-10", "cascaded"),
    "Yew": ("2023-04-10", "joint"),
    "Bay": ("2024-05-10", "cascaded"),
    "Fig": ("2024-06-10", None),
}
CITATIONS = [
    ("Ash", "Elm"), ("Oak", "Ash"), ("Fir", "Ash"), ("Yew", "Oak"), ("Yew", "Elm"), ("Bay", "Yew"), ("Bay", "Fir"),
    ("Outsider", "Oak"), ("Outsider", "Fir"), ("Oak", "Classic"), ("Fir", "Classic"), ("Bay", "Classic"),
    ("Elm", "Yew"), ("Fir", "Bay"),
]  # fmt: skip
"""The last two cite newer papers and close cycles."""
ALL = PaperFilter()


@pytest.fixture
def cited(store: Store, tmp_path: Path) -> Store:
    fill_cited(store, tmp_path, PAPERS, CITATIONS)
    return store


def test_everything_of_a_small_store(cited: Store) -> None:
    """One store and many questions: a store takes a second to make, on each database."""
    ours = PaperFilter(found_by="s2", taxon=("wam:joint", "wam:cascaded"))
    with cited.reading() as session:
        path = main_path_report(session, ours)
        assert [work.label for work in path.works] == ["Elm", "Ash", "Oak", "Yew", "Bay"]
        assert {(edge.citing.label, edge.cited.label) for edge in path.dropped} == {("Elm", "Yew"), ("Fir", "Bay")}
        # Elm-Ash-Oak-Yew-Bay, Elm-Ash-Fir-Bay, Elm-Yew-Bay.
        assert (path.paths, path.sources, path.sinks) == (3, 1, 1)
        assert [step.paths for step in path.steps] == [2, 1, 1, 2]
        assert path.works[0].taxon == "joint" and path.works[0].date == "2020-01-10"

        ranking = rank_works(session, ours)
        assert ranking.size.works == 6 and ranking.size.citations == 9
        assert {item.work.label: item.cited_by for item in ranking.items}["Ash"] == 2
        assert sum(item.pagerank for item in ranking.items) == pytest.approx(1)

        together = similar_works(session, ours, "co-citation", paper="Fir")
        pairs = [(pair.one.label, pair.other.label, pair.shared) for pair in together.items]
        assert pairs == [("Fir", "Oak", 1), ("Fir", "Yew", 1)]
        shared = similar_works(session, ours, "coupling")
        assert {(p.one.label, p.other.label): p.shared for p in shared.items}["Oak", "Fir"] == 2

        found = community_report(session, ours, "wam")
        assert sum(item.works for item in found.items) == 6 and found.placed == 6
        assert all(work.taxon != work.expected for work in found.disagree)

        bursts = burst_report(session, "citations", "wam", "year", model=BurstModel(reluctance=0))
        assert sorted(bursts.branches) == ["cascaded", "joint"] and bursts.undated == 0
        assert all(0 < burst.count <= burst.total for burst in bursts.items)

        with pytest.raises(InvalidInputError, match="the filter leaves out 'Fig'"):
            similar_works(session, ours, "coupling", paper="Fig")
        with pytest.raises(NotFoundError):
            community_report(session, ours, "no-such")
        with pytest.raises(InvalidInputError, match="did you mean coupling"):
            similar_works(session, ours, "couplin")  # type: ignore[arg-type]
        with pytest.raises(InvalidInputError, match="resolution"):
            community_report(session, ours, "wam", resolution=float("nan"))


def test_records_judged_one_work_are_one_node(cited: Store) -> None:
    with cited.writing() as session:
        oak, fir = (find_paper(session, name).slug for name in ("Oak", "Fir"))
        record_judgement(session, get_actor(session, "ana", PERSON), (oak, fir), "same")
    with cited.reading() as session:
        path = main_path_report(session, PaperFilter(found_by="s2"))
        ranking = rank_works(session, PaperFilter(found_by="s2"))
    assert [work.label for work in path.works] == ["Elm", "Ash", "Oak", "Yew", "Bay"]
    assert "Fir" not in [item.work.label for item in ranking.items]
    # Outsider and Classic have one citation each that both records state; so has Ash.
    assert (ranking.size.repeated, ranking.size.within_work) == (3, 0)


COMMANDS = ("pagerank", "co-citation", "coupling", "main-path", "communities", "bursts")


def test_commands_and_routes_give_the_same(
    cited: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAMKG_DATABASE_URL", cited.url)
    get_settings.cache_clear()
    with TestClient(create_app(Settings(database_url=cited.url, home=tmp_path))) as client:
        for name in COMMANDS:
            asked: dict[str, Any] = {"taxonomy": "wam"} if name in ("communities", "bursts") else {"taxon": "wam:joint"}
            capsys.readouterr()
            options = [part for key, value in asked.items() for part in (f"--{key}", value)]
            status = run(["graph", name, *options, "--json", *(["--limit", "50"] if name in COMMANDS[:3] else [])])
            assert status == (3 if name == "main-path" else 0)
            answer = client.get(f"/api/v1/graph/{name}", params=asked)
            assert answer.status_code == 200, answer.text
            assert answer.json() == orjson.loads(capsys.readouterr().out)
        refused = client.get("/api/v1/graph/pagerank?damping=2")
        assert refused.status_code == 422
        assert client.get("/api/v1/graph/coupling?paper=no-such").status_code == 404

    capsys.readouterr()
    assert run(["graph", "main-path", "--taxon", "joint"]) == 3
    told = capsys.readouterr()
    assert "Elm" in told.out and "Yew" in told.out
    assert "dropped, because it closes a cycle" in told.err and "(2020-01-10) cites" in told.err
    for name in COMMANDS:
        run(["graph", name])
        assert capsys.readouterr().out
    assert run(["graph", "bursts", "--of", "paper"]) == 1
    assert "did you mean papers" in capsys.readouterr().err


def test_a_library_without_citations_says_how_to_get_them(
    seeded_store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in COMMANDS[:5]:
        assert run(["graph", name]) == 0
        assert "`wamkg enrich` fetches them" in capsys.readouterr().err
