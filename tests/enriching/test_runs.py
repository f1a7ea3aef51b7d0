"""Enrichment from end to end, against a real server, on both databases: what is given is held, the rest listed."""

import json
import time
from datetime import date
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from tests.helpers.enriching_checks import QUICK, compare, given_by, held_by, import_library, settings_for
from tests.helpers.store_dump import dump
from tests.matching.test_identity_questions import answer
from tests.s2_server.faults import FaultPlan, full_plan
from tests.s2_server.server import S2Server
from tests.s2_server.world import Edge, World, make_world
from wamkg.enriching.client import BATCH_SIZE
from wamkg.enriching.engine import enrich
from wamkg.enriching.failures import AccessDeniedError, ServiceUnreachableError
from wamkg.enriching.progress import EnrichOptions
from wamkg.errors import InvalidInputError, RunAbortedError
from wamkg.history.undo import undo_batch
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.settings import Settings
from wamkg.store.batches import find_batch, get_actor
from wamkg.store.session import Store
from wamkg.store.tables import Batch, Citation, Claim, Event, FormerId, IdentityQuestion, Job, Link, Paper, Task

STALE = {"enrich_metadata_days": 0.0, "enrich_citations_days": 0.0, "enrich_references_days": 0.0}


def small_world() -> World:
    return make_world(library=12, citations=150, references=6)


def clean(differences: dict[str, list[Any]]) -> bool:
    return not any(differences.values())


def by_title(store: Store, title: str) -> Paper:
    with store.reading() as session:
        return session.exec(select(Paper).where(Paper.title == title)).one()


class TestWhole:
    def test_everything_the_server_holds_is_in_the_store(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        import_library(store, world, tmp_path)
        with S2Server(world) as server:
            report = enrich(store, settings_for(server))
        given = given_by(world, server.faults)
        assert len(given.edges) == 150 + 12 * 6 and len(given.facts) > 900
        assert clean(compare(given, held_by(store)))
        assert report.exit_status == 0 and not report.lines
        assert {asked.key for asked in server.log} == {"secret-key"}

    def test_with_every_fault_all_that_may_be_given_is_held_and_the_rest_is_listed(
        self, store: Store, tmp_path: Path
    ) -> None:
        world = make_world(library=40, citations=2_000)
        names = [world.papers[key].s2 for key in world.library]
        faults = full_plan(names)
        faults.slow_seconds, faults.retry_after = 1.0, 0
        import_library(store, world, tmp_path)
        with S2Server(world, faults) as server:
            report = enrich(store, settings_for(server, s2_timeout=0.4))
        differences = compare(given_by(world, faults), held_by(store))
        assert clean(differences), differences
        assert report.exit_status == 3
        with store.reading() as session:
            s2 = {paper.slug: paper.s2 for paper in session.exec(select(Paper))}
        assert {(line.what, s2[line.paper]) for line in report.lines} == set(faults.lasting)
        assert not any(faults.passing.values()), "a planned fault was never met"

    def test_reasons_are_named_plainly(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        first = world.papers[world.library[0]]
        kinds = ("withheld", "short", "always 500", "gone", "refused")
        chosen = [world.papers[key] for key in world.library[: len(kinds)]]
        faults = FaultPlan(lasting={("citations", p.s2): kind for p, kind in zip(chosen, kinds, strict=True)})
        import_library(store, world, tmp_path)
        with S2Server(world, faults) as server:
            report = enrich(store, settings_for(server, s2_attempts=2))
        found = [(line.status, line.reason, line.found, line.expected) for line in report.lines]
        counts = [len(world.citations.get(p.key, [])) for p in chosen]
        assert found == [
            ("unavailable", f"withheld by the publisher ({counts[0]} counted)", None, counts[0]),
            ("partial", f"incomplete: {counts[1] - 3} of {counts[1]}", counts[1] - 3, counts[1]),
            ("failed", "Semantic Scholar failed in 2 tries; the last time: it answered 500 Internal Server Error",
             None, counts[2]),
            ("unavailable", 'Semantic Scholar does not know it (404: {"error": "Paper not found"})', None, counts[3]),
            ("failed", 'Semantic Scholar rejected the request (400: {"error": "Bad request"})', None, counts[4]),
        ]  # fmt: skip
        assert by_title(store, first.title).citation_count == counts[0]


class TestRequests:
    def test_five_hundred_papers_take_one_batch(self, store: Store, tmp_path: Path) -> None:
        world = make_world(library=500, citations=0, references=0)
        import_library(store, world, tmp_path)
        with S2Server(world) as server:
            enrich(store, settings_for(server), EnrichOptions(only="metadata"))
        assert len(server.log) <= 2

    def test_a_second_run_asks_nothing(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        import_library(store, world, tmp_path)
        with S2Server(world) as server:
            enrich(store, settings_for(server))
            before = len(server.log)
            report = enrich(store, settings_for(server))
        assert len(server.log) == before
        assert report.batch is None

    @pytest.mark.parametrize("papers", [12, pytest.param(620, marks=pytest.mark.drill)])
    def test_a_refresh_with_nothing_new_asks_for_metadata_only(self, store: Store, tmp_path: Path, papers: int) -> None:
        world = make_world(library=papers, citations=150, references=1)
        import_library(store, world, tmp_path)
        with S2Server(world) as server:
            enrich(store, settings_for(server))
            before = len(server.log)
            report = enrich(store, settings_for(server, **STALE))
        assert len(server.log) - before <= ceil(papers / BATCH_SIZE) + 1
        assert report.batch is None, "nothing new, nothing written"

    def test_a_refresh_reads_only_the_lists_whose_count_changed(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        import_library(store, world, tmp_path)
        with S2Server(world) as server:
            enrich(store, settings_for(server))
            before = len(server.log)
            add_citation(world)
            enrich(store, settings_for(server, **STALE))
            assert [asked.path.rpartition("/")[2] for asked in server.log[before:]] == ["batch", "citations"]
        assert clean(compare(given_by(world, server.faults), held_by(store)))

    def test_only_what_failed_is_asked_again(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        subject = world.papers[world.library[3]].s2
        import_library(store, world, tmp_path)
        with S2Server(world, FaultPlan(lasting={("citations", subject): "always 500"})) as server:
            assert enrich(store, settings_for(server, s2_attempts=1)).exit_status == 3
            server.faults.lasting.clear()
            before = len(server.log)
            report = enrich(store, settings_for(server, **STALE), EnrichOptions(retry_failed=True))
            assert [asked.path for asked in server.log[before:]] == [f"/graph/v1/paper/{subject}/citations"]
        assert report.exit_status == 0
        assert clean(compare(given_by(world, server.faults), held_by(store)))

    def test_only_and_limit(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        import_library(store, world, tmp_path)
        with S2Server(world) as server:
            enrich(store, settings_for(server), EnrichOptions(only="metadata", limit=3))
            assert len(server.log) == 1 and server.log[0].body.count(",") == 2
            enrich(store, settings_for(server), EnrichOptions(only="citations", limit=2))
            assert len(server.log) == 1 + 2 * 2
            enrich(store, settings_for(server))
        assert clean(compare(given_by(world, server.faults), held_by(store)))

    def test_too_large_answers_are_asked_in_parts(self, store: Store, tmp_path: Path) -> None:
        world = make_world(library=30, citations=400, references=4)
        import_library(store, world, tmp_path)
        with S2Server(world, max_answer=20_000) as server:
            report = enrich(store, settings_for(server, s2_max_response_bytes=60_000))
        assert report.exit_status == 0
        assert clean(compare(given_by(world, server.faults), held_by(store)))


def add_citation(world: World) -> None:
    """One of the library cites another anew; only the cited paper's list is said to have grown."""
    cited = world.library[5]
    citing = next(k for k in world.papers if k not in world.library)
    known = {edge.citing for edge in world.citations.get(cited, [])}
    assert citing not in known
    world.cite(Edge(citing, cited, "", ["New words."], ["background"], False))


class TestOddAnswers:
    def test_unknown_ids_keep_their_place_and_are_listed(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        import_library(store, world, tmp_path)
        lost = world.papers[world.library[2]]
        world.by_name = {name: key for name, key in world.by_name.items() if key != lost.key}
        with S2Server(world) as server:
            report = enrich(store, settings_for(server))
        lines = [(line.title, line.what, line.reason) for line in report.lines]
        reason = f"Semantic Scholar does not know ARXIV:{lost.arxiv}"
        assert lines == [(lost.title, what, reason) for what in ("metadata", "citations", "references")]
        other = world.papers[world.library[3]]
        assert by_title(store, other.title).s2 == other.s2

    def test_a_paper_whose_id_changed_is_found_under_both(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        import_library(store, world, tmp_path)
        paper = world.papers[world.library[1]]
        with S2Server(world) as server:
            enrich(store, settings_for(server))
            paper.former, old = [paper.s2], paper.s2
            paper.s2 = "f" * 40
            world.add(paper)
            report = enrich(store, settings_for(server, **STALE))
        assert report.exit_status == 0
        assert by_title(store, paper.title).s2 == "f" * 40
        with store.reading() as session:
            assert session.exec(select(FormerId.value).where(FormerId.scheme == "s2")).all() == [old]

    def test_two_papers_that_are_one_are_left_to_a_person(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        import_library(store, world, tmp_path)
        one, two = (world.papers[key] for key in world.library[:2])
        world.by_name[f"arxiv:{two.arxiv}"] = one.key
        with S2Server(world) as server:
            report = enrich(store, settings_for(server))
        assert {line.title for line in report.lines} == {two.title}
        assert by_title(store, two.title).s2 is None
        with store.reading() as session:
            assert session.exec(select(IdentityQuestion)).one().title == one.title

    def test_wrong_types_cost_a_value_not_the_paper(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        paper = world.papers[world.library[0]]
        paper.wrong = {"title": 5, "year": "next", "authors": "me", "tldr": [1], "abstract": "x" * 200_000,
                       "venue": "nul \x00 byte", "publicationDate": "someday", "publicationVenue": 7}  # fmt: skip
        import_library(store, world, tmp_path)
        with S2Server(world) as server:
            report = enrich(store, settings_for(server))
        found = by_title(store, paper.title)
        assert (found.s2, found.citation_count) == (paper.s2, len(world.citations[paper.key]))
        assert found.abstract is None
        listed = {line.what for line in report.lines}
        assert listed == {"title", "year", "authors", "tldr", "abstract", "venue", "date", "publicationVenue"}
        assert report.exit_status == 3

    def test_items_with_neither_id_nor_title_are_counted(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        subject = world.library[0]
        citing = world.citations[subject][0].citing
        assert citing is not None
        world.papers[citing].wrong = {"paperId": None, "title": None, "externalIds": None}
        import_library(store, world, tmp_path)
        with S2Server(world) as server:
            report = enrich(store, settings_for(server))
        reasons = [line.reason for line in report.lines if line.what == "citations"]
        assert any("1 without a readable id or title" in reason for reason in reasons)

    def test_a_list_that_repeats_an_item_counts_it_once(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        subject = world.library[0]
        world.citations[subject].append(world.citations[subject][0])
        import_library(store, world, tmp_path)
        with S2Server(world) as server:
            report = enrich(store, settings_for(server))
        count = len(world.citations[subject])
        assert [line.reason for line in report.lines] == [f"incomplete: {count - 1} of {count}"]


class TestAbstracts:
    def test_an_elided_abstract_is_a_reason(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        world.papers[world.library[0]].elided = True
        import_library(store, world, tmp_path)
        with S2Server(world) as server:
            report = enrich(store, settings_for(server))
        assert [(line.what, line.reason) for line in report.lines] == [("abstract", "elided by the publisher")]

    def test_arxiv_fills_in_and_is_named_as_the_source(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        paper = world.papers[world.library[0]]
        paper.elided = True
        import_library(store, world, tmp_path)
        with S2Server(world) as server:
            extra = {"arxiv_api_url": server.url, "arxiv_seconds_per_request": 0.01}
            report = enrich(store, settings_for(server, **extra))
        assert report.exit_status == 0
        found = by_title(store, paper.title)
        assert found.abstract == paper.abstract
        with store.reading() as session:
            facts = select(Claim.source, Claim.reason).where(Claim.subject_id == found.id, Claim.field == "abstract")
            assert sorted(session.exec(facts)) == [("arxiv", None), ("s2", "elided by the publisher")]


class TestTitles:
    def test_a_paper_without_an_id_is_found_by_its_title(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        paper = world.papers[world.library[4]]
        arxiv, paper.arxiv = paper.arxiv, None
        import_library(store, world, tmp_path)
        paper.arxiv = arxiv
        with S2Server(world) as server:
            enrich(store, settings_for(server))
        assert by_title(store, paper.title).s2 == paper.s2
        assert clean(compare(given_by(world, server.faults), held_by(store)))

    @pytest.mark.parametrize(
        ("title", "authors", "ids"),
        [
            ("{} revisited & doubted", None, "question"),
            ("{}", "other", "question"),
            ("{}", "initials", "found"),
            ("{}", None, "found"),
            ("The {}", "initials", "question"),
            ("Pouring tea into cups of porcelain by touch, as the blind do", None, "nothing"),
        ],
    )
    def test_the_identity_check_judges_what_a_title_finds(
        self, store: Store, tmp_path: Path, title: str, authors: str | None, ids: str
    ) -> None:
        world = small_world()
        paper = world.papers[world.library[4]]
        names = {"other": ["Una Paz", *paper.authors[1:]], "initials": list(map(_initials, paper.authors)), None: []}
        mine = title.format(paper.title)
        file = tmp_path / "list.jsonl"
        file.write_text(json.dumps({"title": mine, "authors": names[authors]}))
        import_source(store, str(file), ImportOptions())
        with S2Server(world) as server:
            report = enrich(store, settings_for(server))
            again = enrich(store, settings_for(server, **STALE, enrich_unavailable_days=0.0))
        found = by_title(store, paper.title if ids == "found" else mine)
        assert found.s2 == (paper.s2 if ids == "found" else None)
        assert len(report.questions) == (ids == "question") and not again.questions
        assert report.exit_status == (0 if ids == "found" else 3)
        if ids == "question":
            answer(store, report.questions[0].question, "renamed")
            assert by_title(store, paper.title).s2 == paper.s2

    def test_an_item_without_an_id_is_the_library_paper_of_that_title(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        citing, cited = world.papers[world.library[0]], world.papers[world.library[1]]
        world.references[citing.key] = [Edge(citing.key, None, title=cited.title)]
        import_library(store, world, tmp_path)
        with S2Server(world) as server:
            enrich(store, settings_for(server))
        with store.reading() as session:
            of = select(Citation.cited_id).where(Citation.citing_id == by_title(store, citing.title).id)
            assert by_title(store, cited.title).id in session.exec(of).all()
            assert len(session.exec(select(Paper).where(Paper.title == cited.title)).all()) == 1


def _initials(name: str) -> str:
    given, family = name.split(maxsplit=1)
    return f"{family}, {given[0]}."


class TestPublished:
    def test_venue_year_and_doi_come_from_one_record(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        paper = world.papers[world.library[0]]
        paper.venue, paper.year, paper.doi, paper.day = "arXiv.org", 2023, None, None
        paper.arxiv = "2301.00001"
        world.add(paper)
        file = tmp_path / "list.jsonl"
        line = {"title": paper.title, "arxiv": "2301.00001", "venue": "ICRA", "year": 2024, "doi": "10.1109/x"}
        file.write_text(json.dumps(line))
        import_source(store, str(file), ImportOptions())
        with S2Server(world) as server:
            enrich(store, settings_for(server), EnrichOptions(only="metadata"))
            found = by_title(store, paper.title)
            assert (found.year, found.doi) == (2024, "10.1109/x")
            paper.venue, paper.year, paper.doi = "RSS", 2023, "10.1000/rss"
            world.add(paper)
            enrich(store, settings_for(server, **STALE), EnrichOptions(only="metadata"))
        found = by_title(store, paper.title)
        assert (found.year, found.doi) == (2023, "10.1000/rss")
        with store.reading() as session:
            assert "10.1109/x" in session.exec(select(FormerId.value)).all(), "still found by the list's DOI"

    def test_a_preprint_and_its_published_record_are_linked(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        preprint = world.papers[world.library[0]]
        preprint.doi = "10.1000/published"
        world.add(preprint)
        import_library(store, world, tmp_path)
        file = tmp_path / "published.jsonl"
        file.write_text('{"title": "The same work, in a journal with another title", "doi": "10.1000/published"}')
        import_source(store, str(file), ImportOptions())
        with S2Server(world) as server:
            enrich(store, settings_for(server), EnrichOptions(only="metadata"))
        one, other = by_title(store, preprint.title), by_title(store, "The same work, in a journal with another title")
        with store.reading() as session:
            links = session.exec(select(Link).where(Link.relation == "published_as")).all()
        assert [(link.source_id, link.target_id) for link in links] == [(one.id, other.id)]
        assert one.doi is None and other.doi == "10.1000/published"


class TestRefused:
    def test_without_a_network_nothing_is_changed(self, store: Store, tmp_path: Path) -> None:
        import_library(store, small_world(), tmp_path)
        with S2Server(small_world()) as server:
            settings = settings_for(server)
        before = everything(store)
        with pytest.raises(
            ServiceUnreachableError, match=r"cannot be reached at http://127.0.0.1:\d+ .*nothing was changed"
        ):
            enrich(store, settings)
        assert everything(store) == before

    def test_a_refused_key_ends_the_run_in_one_line(self, store: Store, tmp_path: Path) -> None:
        import_library(store, small_world(), tmp_path)
        with S2Server(small_world()) as server:
            settings = settings_for(server, s2_api_key="wrong-key")
            with pytest.raises(AccessDeniedError, match=r"403.*check WAMKG_S2_API_KEY") as caught:
                enrich(store, settings)
        assert "wrong-key" not in str(caught.value)
        assert len(server.log) == 1, "a refused key is not tried again"
        with store.reading() as session:
            assert session.exec(select(Job.status)).one() == "failed"

    def test_a_service_that_only_fails_ends_the_run(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        names = [world.papers[key].s2 for key in world.library]
        faults = FaultPlan(
            lasting={(kind, name): "always 500" for name in names for kind in ("citations", "references")}
        )
        import_library(store, world, tmp_path)
        with S2Server(world, faults) as server, pytest.raises(RunAbortedError, match="10 requests in a row failed"):
            enrich(store, settings_for(server, s2_attempts=1))
        with store.reading() as session:
            assert not session.exec(select(Task).where(Task.status == "running")).all()

    @pytest.mark.parametrize("key", ["two words", "new\nline", "schlüssel"])
    def test_an_impossible_key_is_refused(self, store: Store, key: str) -> None:
        with pytest.raises(InvalidInputError, match="WAMKG_S2_API_KEY") as caught:
            enrich(store, Settings(s2_api_key=key))
        assert key not in str(caught.value)

    @pytest.mark.parametrize(
        "url", ["", "api.example.org", "ftp://example.org", "https://example.org/graph/v1", "https://a:b@example.org"]
    )
    def test_an_impossible_origin_is_refused(self, store: Store, url: str) -> None:
        with pytest.raises(InvalidInputError, match="WAMKG_S2_API_URL"):
            enrich(store, Settings(s2_api_url=url))

    @pytest.mark.parametrize("order", [EnrichOptions(only="abstracts"), EnrichOptions(limit=0)])
    def test_an_impossible_order_is_refused(self, store: Store, order: EnrichOptions) -> None:
        with pytest.raises(InvalidInputError):
            enrich(store, Settings(), order)


def everything(store: Store) -> dict[str, list[Any]]:
    return dump(store)


class TestDates:
    def test_a_preprints_date_and_a_venues_date_are_told_apart(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        early, late = (world.papers[key] for key in world.library[:2])
        early.arxiv, early.day = "2301.00001", date(2023, 1, 5)
        late.arxiv, late.day = "2301.00002", date(2023, 11, 6)
        world.add(early), world.add(late)
        import_library(store, world, tmp_path)
        with S2Server(world) as server:
            enrich(store, settings_for(server), EnrichOptions(only="metadata"))
        assert events(store, early.title) == {("released", "2023-01-05", "s2"), ("arxiv_v1", "2023-01-01", "id:arxiv")}
        assert events(store, late.title) == {("venue", "2023-11-06", "s2"), ("arxiv_v1", "2023-01-01", "id:arxiv")}

    def test_a_run_is_a_batch_that_knows_what_it_did(self, store: Store, tmp_path: Path) -> None:
        import_library(store, small_world(), tmp_path)
        with S2Server(small_world()) as server:
            report = enrich(store, settings_for(server))
        with store.reading() as session:
            batch = session.exec(select(Batch).where(Batch.kind == "enrich")).one()
        assert (batch.uid, batch.source) == (report.batch, server.url)
        assert batch.finished_at is not None and batch.counts["papers answered"] == 12


def events(store: Store, title: str) -> set[tuple[str, str, str]]:
    paper = by_title(store, title)
    with store.reading() as session:
        found = session.exec(select(Event).where(col(Event.paper_id) == paper.id)).all()
    return {(event.kind, event.day.isoformat(), event.source) for event in found}


def test_the_quick_settings_are_settings() -> None:
    assert set(QUICK) <= set(Settings.model_fields)


class TestUndo:
    def test_what_was_taken_back_is_fetched_again(self, store: Store, tmp_path: Path) -> None:
        world = small_world()
        import_library(store, world, tmp_path)
        before = held_by(store)
        with S2Server(world) as server:
            report = enrich(store, settings_for(server))
            with store.writing() as session:
                undo_batch(session, find_batch(session, report.batch or ""), get_actor(session, "me"))
            assert held_by(store) == before
            enrich(store, settings_for(server))
        assert clean(compare(given_by(world, server.faults), held_by(store)))

    def test_titles_in_another_script_are_told_apart_quickly(self, store: Store, tmp_path: Path) -> None:
        """Their slugs have no letters left, only numbers."""
        world = make_world(library=1, citations=600, references=0)
        for key, paper in world.papers.items():
            paper.title = f"世界行动模型之研究第{'一二三四五六七八九十'[key % 10]}部"
        import_library(store, world, tmp_path)
        with S2Server(world) as server:
            began = time.monotonic()
            enrich(store, settings_for(server))
        assert time.monotonic() - began < 30
        with store.reading() as session:
            slugs = session.exec(select(Paper.slug)).all()
        assert len(set(slugs)) == len(slugs) == 601
