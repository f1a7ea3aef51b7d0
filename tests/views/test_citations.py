"""Citation timelines: counted from the world's own data, and honest about what is not known."""

import json
from collections import Counter
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select
from wamkg_api.app import create_app

from tests.helpers.enriching_checks import import_library, settings_for
from tests.s2_server.faults import FaultPlan
from tests.s2_server.server import S2Server
from tests.s2_server.world import World, make_world
from wamkg.cli import run
from wamkg.enriching.engine import enrich
from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.identifiers import arxiv_prefix_month
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.settings import Settings
from wamkg.store.assignments import placed_papers
from wamkg.store.session import Store
from wamkg.store.tables import Paper
from wamkg.store.taxonomies import get_taxonomy
from wamkg.views.timelines import CitationTimeline, citation_csv_rows, citation_timeline


def month_of(world: World, key: int) -> str | None:
    """The month that the server's data gives a paper, an arXiv id's prefix where it gives no date."""
    paper = world.papers[key]
    if paper.day:
        return f"{paper.day:%Y-%m}"
    prefix = arxiv_prefix_month(paper.arxiv) if paper.arxiv else None
    return str(prefix) if prefix else None


def expected_months(world: World, cited: list[int], stated: dict[int, str]) -> tuple[Counter[str], int, int]:
    """Citing papers by month, by year only, and not dated at all; `stated` months come before the server's."""
    citing = {edge.citing for key in cited for edge in world.citations.get(key, []) if edge.citing is not None}
    found = {key: stated.get(key) or month_of(world, key) for key in citing}
    months = Counter(month for month in found.values() if month)
    rest = [key for key in citing if found[key] is None]
    by_year = [key for key in rest if world.papers[key].year]
    return months, len(by_year), len(rest) - len(by_year)


def agrees(found: CitationTimeline, world: World, cited: list[int], stated: dict[int, str] | None = None) -> bool:
    months, imprecise, undated = expected_months(world, cited, stated or {})
    assert {item.period: item.count for item in found.items if item.count} == dict(months)
    assert (found.imprecise, found.undated) == (imprecise, undated)
    assert found.total == months.total() + imprecise + undated
    assert found.unknown_share == pytest.approx((imprecise + undated) / found.total)
    assert [item.cumulative for item in found.items][-1] == months.total()
    return found.citations == sum(len(world.citations.get(key, [])) for key in cited)


@pytest.fixture
def world() -> World:
    return make_world(library=8, citations=300, references=3)


@pytest.fixture
def enriched(store: Store, world: World, tmp_path: Path) -> Store:
    import_library(store, world, tmp_path)
    names = [world.papers[key] for key in world.library]
    file = tmp_path / "methods.jsonl"
    lines = [json.dumps({"title": p.title, "arxiv": p.arxiv, "method": f"M{p.key}"}) for p in names[:4]]
    file.write_text("\n".join(lines))
    import_source(store, str(file), ImportOptions())
    with S2Server(world) as server:
        enrich(store, settings_for(server))
    return store


class TestCounts:
    def test_a_paper(self, enriched: Store, world: World) -> None:
        with enriched.reading() as session:
            found = citation_timeline(session, paper=f"arxiv:{world.papers[1].arxiv}")
        assert agrees(found, world, [1])
        assert (found.kind, found.papers, found.counted) == ("paper", 1, len(world.citations[1]))
        assert found.short == []

    def test_a_method(self, enriched: Store, world: World) -> None:
        with enriched.reading() as session:
            found = citation_timeline(session, method="m2")
        assert agrees(found, world, [2])
        assert (found.kind, found.label) == ("method", "M2")

    def test_months_have_no_gaps(self, enriched: Store, world: World) -> None:
        with enriched.reading() as session:
            items = citation_timeline(session, paper=f"arxiv:{world.papers[1].arxiv}").items
        first, last = items[0].period, items[-1].period
        months = (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:]) + 1
        assert len(items) == months

    def test_by_year_places_what_is_known_to_the_year(self, enriched: Store, world: World) -> None:
        with enriched.reading() as session:
            found = citation_timeline(session, by="year", paper=f"arxiv:{world.papers[1].arxiv}")
        assert found.imprecise == 0
        assert found.items[-1].cumulative == found.total - found.undated

    @pytest.mark.parametrize("by", ["month", "quarter", "year"])
    def test_over_http_they_are_the_same_counts(self, enriched: Store, world: World, by: str) -> None:
        name = f"arxiv:{world.papers[1].arxiv}"
        with enriched.reading() as session:
            found = citation_timeline(session, by=by, paper=name)
        with TestClient(create_app(Settings(database_url=enriched.url))) as client:
            answer = client.get("/api/v1/timeline/citations", params={"paper": name, "by": by})
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert said["by_year"] == {str(year): count for year, count in found.by_year.items()}
        assert sum(said["by_year"].values()) == found.imprecise
        assert [(i["period"], i["count"]) for i in said["items"]] == [(i.period, i.count) for i in found.items]
        assert bool(said["by_year"]) == (by != "year"), "a citing paper known by its year only is what this is about"

    def test_a_table_adds_up(self, enriched: Store, world: World) -> None:
        with enriched.reading() as session:
            found = citation_timeline(session, paper=f"arxiv:{world.papers[1].arxiv}")
        head, *rows = citation_csv_rows(found)
        assert head == ["period", "citing", "cumulative"]
        assert sum(int(row[1]) for row in rows) == rows[-1][2] == found.total


class TestTaxa:
    @pytest.fixture
    def placed(self, seeded_store: Store, world: World) -> tuple[Store, World, list[int]]:
        """The seeded store, with three papers of one branch given the ids of three papers of the world."""
        with seeded_store.reading() as session:
            found = session.exec(select(Paper).where(Paper.standing == "included").order_by(Paper.slug)).all()
        with_arxiv = [paper for paper in found if paper.arxiv and not paper.doi][: len(world.library)]
        for key, paper in zip(world.library, with_arxiv, strict=True):
            made = world.papers[key]
            made.arxiv, made.title, made.doi = paper.arxiv, paper.title, None
            made.authors, made.year = [], None  # what the store says of the paper is not contradicted
            world.add(made)
        with S2Server(world) as server:
            enrich(seeded_store, settings_for(server))
        return seeded_store, world, world.library

    def test_a_branch_counts_each_citing_paper_once(self, placed: tuple[Store, World, list[int]]) -> None:
        store, world, _ = placed
        with store.reading() as session:
            whole = citation_timeline(session, taxon="wam")
            parts = [citation_timeline(session, taxon=f"wam:{path}") for path in ("joint", "cascaded")]
            stored = {p.arxiv: p for p in placed_papers(session, get_taxonomy(session, "wam"))}
            dates = dict(session.exec(select(Paper.arxiv, Paper.date)).all())
        cited = [key for key in world.library if world.papers[key].arxiv in stored]
        stated = {key: f"{dates[world.papers[key].arxiv]:%Y-%m}" for key in world.library}
        assert cited and agrees(whole, world, cited, stated)
        assert whole.papers == sum(part.papers for part in parts)
        assert whole.total <= sum(part.total for part in parts)
        assert whole.citations == sum(part.citations for part in parts)

    def test_papers_that_semantic_scholar_does_not_know_are_listed(
        self, placed: tuple[Store, World, list[int]]
    ) -> None:
        store, _, _ = placed
        with store.reading() as session:
            found = citation_timeline(session, taxon="wam:joint")
        assert found.short and all("does not know" in line.reason or "no id" in line.reason for line in found.short)


class TestHonesty:
    def test_a_withheld_list_is_not_a_flat_line(self, store: Store, world: World, tmp_path: Path) -> None:
        import_library(store, world, tmp_path)
        first = world.papers[1]
        with S2Server(world, FaultPlan(lasting={("citations", first.s2): "withheld"})) as server:
            enrich(store, settings_for(server))
        with store.reading() as session:
            found = citation_timeline(session, paper=f"s2:{first.s2}")
        (line,) = found.short
        assert line.reason == f"withheld by the publisher ({len(world.citations[1])} counted)"
        assert found.counted == len(world.citations[1]) > found.citations

    def test_before_enrichment_nothing_is_claimed(self, store: Store, world: World, tmp_path: Path) -> None:
        import_library(store, world, tmp_path)
        with store.reading() as session:
            found = citation_timeline(session, paper=f"arxiv:{world.papers[1].arxiv}")
        assert (found.total, found.items, found.unknown_share, found.counted) == (0, [], None, None)
        assert [line.reason for line in found.short] == ["not fetched yet"]

    def test_wrong_questions_are_refused(self, store: Store) -> None:
        with store.reading() as session:
            with pytest.raises(InvalidInputError, match="one of paper, method or taxon"):
                citation_timeline(session)
            with pytest.raises(InvalidInputError, match="one of paper, method or taxon"):
                citation_timeline(session, paper="x", taxon="y")
            with pytest.raises(InvalidInputError, match="unknown period"):
                citation_timeline(session, by="week", paper="x")
            for kind in ("paper", "method", "taxon"):
                with pytest.raises(NotFoundError):
                    citation_timeline(session, **{kind: "nowhere"})


def test_what_was_never_fetched_is_not_told_as_none(seeded_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["timeline", "citations", "--taxon", "wam:joint"]) == 0
    assert "33 of 33 papers are not held whole (not fetched yet)" in " ".join(capsys.readouterr().out.split())
