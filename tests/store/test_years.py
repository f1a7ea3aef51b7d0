"""The year of a paper: stated, or that of its date, and the same wherever it is shown, filtered or counted."""

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from wamkg_api.app import create_app

from wamkg.cli import run
from wamkg.errors import InvalidInputError
from wamkg.exporting.formats import EXPORTS
from wamkg.identifiers import PartialDate, slugify
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.importing.seed_loader import load_seeds
from wamkg.matching.claims import assert_date, assert_value
from wamkg.matching.resolved_values import resolved_values
from wamkg.reviewing.doctor import find_problems
from wamkg.reviewing.paper_edits import set_values
from wamkg.settings import Settings
from wamkg.store.assignments import placed_papers
from wamkg.store.batches import get_actor, open_batch
from wamkg.store.claims import load_claims, write_papers
from wamkg.store.migrate import downgrade, migrate
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.store.taxonomies import get_taxonomy
from wamkg.views.paper_details import paper_detail
from wamkg.views.papers import PaperQuery, find_paper_page, library_facets
from wamkg.views.roadmap import paper_dates
from wamkg.views.sourced_values import paper_sources
from wamkg.views.timelines import citation_timeline, papers_timeline
from wamkg.vocabulary import BatchKind

NEXT = datetime.now(UTC).year + 1


def take_in(store: Store, folder: Path, *papers: dict[str, Any], name: str = "mine") -> None:
    """Import papers from a file of JSON Lines."""
    file = folder / f"{name}.jsonl"
    file.write_text("".join(json.dumps(paper) + "\n" for paper in papers))
    import_source(store, str(file), ImportOptions())


def claim(store: Store, title: str, **values: Any) -> None:
    """Claims of one source about a paper: any fields, and dates under `dates`."""
    with store.writing() as session:
        paper, actor = find_paper(session, slugify(title)), get_actor(session, "s2")
        assert paper.id and actor.id
        state = load_claims(session, [paper.id])[paper.id]
        for kind, day in values.pop("dates", {}).items():
            assert_date(state, kind, PartialDate.parse(day), "s2")
        for name, value in values.items():
            assert_value(state, name, value, "s2")
        batch = open_batch(session, BatchKind.ENRICH, "s2", actor)
        write_papers(session, batch.id or 0, actor.id, [state], [resolved_values(state)])


def year_of(store: Store, title: str) -> tuple[int | None, bool]:
    with store.reading() as session:
        row = session.connection().execute(
            text("SELECT year, year_derived FROM paper WHERE title = :title"), {"title": title}
        )
        year, derived = row.one()
        return year, bool(derived)


ARXIV, DATED = "2301.00001", "2023-05-04"
CASES: list[tuple[str, list[dict[str, Any]], tuple[int | None, bool]]] = [
    ("a stated year is the paper's", [{"venue": "ICRA", "year": 2024, "date": DATED}], (2024, False)),
    ("without one it is the year of the date", [{"venue": "ICRA", "date": DATED}], (2023, True)),
    ("or that of the month in the arXiv id", [{"arxiv": ARXIV}], (2023, True)),
    ("a stated date comes before that month", [{"arxiv": ARXIV, "date": "2022-12-31"}], (2022, True)),
    ("nothing known, nothing said", [{}], (None, False)),
    ("a year without a venue is stated too", [{"year": 2021}], (2021, False)),
    ("the year beside another venue is not this one's", [
        {"venue": "ICRA", "date": DATED}, {"venue": "arXiv", "year": 2021}], (2023, True)),
    ("but better than none without any date", [{"venue": "ICRA"}, {"venue": "arXiv", "year": 2021}], (2021, True)),
    ("a date still to come is none", [{"dates": {"venue": "9999-12-31"}}], (None, False)),
    ("another source's date comes up instead", [{"dates": {"venue": "9999-12-31"}}, {"dates": {"venue": "2020"}}],
     (2020, True)),
    ("nor one of the middle ages", [{"date": "1016-05-01"}], (None, False)),
    ("next year is", [{"venue": "ICRA", "year": NEXT}], (NEXT, False)),
]  # fmt: skip


@pytest.mark.parametrize(("records", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_where_a_year_comes_from(
    records: list[dict[str, Any]], expected: tuple[int | None, bool], seeded_store: Store, tmp_path: Path
) -> None:
    for number, record in enumerate(records):
        take_in(seeded_store, tmp_path, {"title": "Kites over a Harbour"} | record, name=f"file{number}")
    assert year_of(seeded_store, "Kites over a Harbour") == expected
    with seeded_store.reading() as session:
        (report,) = find_problems(session, ["resolved-values"])
        assert report.findings == []
        values = paper_detail(session, "kites-over-a-harbour").values
        assert [v.value for v in values if v.field == "year" and v.shown] == ([expected[0]] if not expected[1] else [])[
            : bool(expected[0])
        ]


def test_filter_and_facet_count_what_an_independent_query_counts(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        rows = session.connection().execute(
            text("SELECT year, year_derived, substr(date, 1, 4) AS dated FROM paper WHERE standing <> 'cited'")
        )
        counted = Counter[str]()
        for row in rows:
            year = str(row.year) if row.year and not row.year_derived else row.dated
            counted.update([year] if year else [])
        facet = library_facets(session, PaperQuery()).year
        found = {year: find_paper_page(session, PaperQuery(year=(int(year),))).total for year in counted}
    assert facet == found == dict(counted)
    assert counted["2024"] > 30, "years of dates are in it"
    with TestClient(create_app(Settings(database_url=seeded_store.url))) as client:
        for year, count in counted.items():
            answer = client.get("/api/v1/papers", params={"year": year, "facets": True, "limit": 100}).json()
            assert answer["total"] == count
            assert {item["year"] for item in answer["items"]} == {int(year)}
            assert f"<span>{year}</span> <b>{count}</b>" in client.get(f"/papers?year={year}").text


def test_a_derived_year_is_never_exported_as_stated(seeded_store: Store, tmp_path: Path) -> None:
    take_in(seeded_store, tmp_path, {"title": "Kites over a Harbour", "date": DATED})
    with seeded_store.reading() as session:
        lines = [json.loads(line) for line in EXPORTS["jsonl"].write(session)]
        rows = session.connection().execute(text("SELECT title, year, year_derived FROM paper"))
        stated = {row.title: row.year for row in rows if row.year and not row.year_derived}
        table = "".join(EXPORTS["csv"].write(session))
        listed = "".join(EXPORTS["awesome-list"].write(session))
    assert {line["title"]: line["year"] for line in lines if "year" in line and "year_derived" not in line} == stated
    assert 0 < len(stated) < len(lines) / 2
    assert {row["title"]: int(row["year"]) for row in csv.DictReader(StringIO(table)) if row["year"]} == stated
    assert "ICLR 2024" in listed
    assert f"*Kites over a Harbour* - {DATED}" in listed, "without a stated year a list prints the date"


def test_undo_and_a_person_settle_it_anew(seeded_store: Store, tmp_path: Path) -> None:
    take_in(seeded_store, tmp_path, {"title": "Kites over a Harbour", "date": DATED})
    with seeded_store.writing() as session:
        set_values(session, get_actor(session, "ana", "person"), "kites-over-a-harbour", {"year": 2025})
    assert year_of(seeded_store, "Kites over a Harbour") == (2025, False)
    with seeded_store.writing() as session:
        set_values(session, get_actor(session, "ana", "person"), "kites-over-a-harbour", {"year": None})
    assert year_of(seeded_store, "Kites over a Harbour") == (2023, True)
    with seeded_store.writing() as session, pytest.raises(InvalidInputError, match=f"a year from 1600 to {NEXT}"):
        set_values(session, get_actor(session, "ana", "person"), "kites-over-a-harbour", {"year": NEXT + 1})
    with seeded_store.writing() as session, pytest.raises(InvalidInputError, match="a year from 1600"):
        set_values(session, get_actor(session, "ana", "person"), "kites-over-a-harbour", {"date": "9999"})


def test_a_year_that_no_paper_can_be_of_is_never_shown(seeded_store: Store, tmp_path: Path) -> None:
    take_in(seeded_store, tmp_path, {"title": "Kites over a Harbour", "date": DATED})
    for odd in (9999, 0, 3, 1599, NEXT + 1):
        claim(seeded_store, "Kites over a Harbour", venue="ICRA", year=odd)
        assert year_of(seeded_store, "Kites over a Harbour") == (2023, True), odd
    claim(seeded_store, "Kites over a Harbour", venue="ICRA", year=NEXT)
    assert year_of(seeded_store, "Kites over a Harbour") == (NEXT, False)


NONSENSE: list[dict[str, Any]] = [
    {"dates": {"venue": "9999-12-31"}}, {"dates": {"arxiv_v1": "0001-01-01"}}, {"year": 9999}, {"year": 3}, {"year": 0},
    {"dates": {"arxiv_v1": f"{NEXT + 1}-01"}}, {"dates": {"released": "1599"}, "year": 1599},
]  # fmt: skip
ODD = "Kites and Harbours, Part"


def take_in_nonsense(store: Store, folder: Path) -> None:
    """A placed paper for each kind of nonsense, which Semantic Scholar says of it."""
    take_in(store, folder, *({"title": f"{ODD} {n}", "taxa": {"wam": "joint"}} for n in range(len(NONSENSE))))
    for number, odd in enumerate(NONSENSE):
        claim(store, f"{ODD} {number}", **odd)


def test_nonsense_is_kept_and_listed_but_not_counted(store: Store, tmp_path: Path) -> None:
    with store.writing() as session:
        load_seeds(session)
    with store.reading() as session:
        before = papers_timeline(session, "month")
    take_in_nonsense(store, tmp_path)
    with store.reading() as session:
        after = papers_timeline(session, "month")
        assert len(after.items) == len(before.items) < 200
        assert (after.total, after.undated) == (before.total, before.undated + len(NONSENSE))
        (report,) = find_problems(session, ["implausible-dates"])
        dated = Counter(finding.subject for finding in report.findings)
        assert sorted(dated.values()) == [1] * (len(NONSENSE) - 1) + [2], "every paper, the last by date and by year"
        assert {v.value for v in paper_sources(session, slugify(f"{ODD} 2"), "year")} == {9999}
        assert not any(v.shown for v in paper_sources(session, slugify(f"{ODD} 2"), "year"))


def test_a_paper_known_by_its_year_counts_in_the_year(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        yearly = papers_timeline(session, "year", "wm-for-vla")
        monthly = papers_timeline(session, "month", "wm-for-vla")
        placed = placed_papers(session, get_taxonomy(session, "wm-for-vla"))
        only_year = [paper for paper in placed if paper.date is None and paper.year]
        dates = paper_dates(session, placed, "arxiv_v1")
    assert len(only_year) > 5
    assert (yearly.total, yearly.undated) == (len(placed), 0)
    assert (monthly.total, monthly.imprecise) == (yearly.total - len(only_year), len(only_year))
    assert all(dates[paper.id] == (dates[paper.id][0].replace(month=1, day=1), "year") for paper in only_year)


def test_an_old_store_gets_its_years_by_the_migration(store: Store, tmp_path: Path) -> None:
    with store.writing() as session:
        load_seeds(session)
    take_in(store, tmp_path, {"title": "Kites over a Harbour", "date": DATED})
    take_in_nonsense(store, tmp_path)
    with store.writing() as session:
        session.connection().execute(text("UPDATE paper SET year = NULL, year_derived = false WHERE year_derived"))
        bad = text("UPDATE paper SET date = '9999-12-31', date_precision = 'day' WHERE title LIKE '%Part 0'")
        session.connection().execute(bad)
        session.connection().execute(text("UPDATE paper SET year = 9999 WHERE title LIKE '%Part 2'"))
    downgrade(store, "0007")
    migrate(store)
    assert year_of(store, "Kites over a Harbour") == (2023, True)
    with store.reading() as session:
        (report,) = find_problems(session, ["resolved-values"])
        assert report.findings == []


def test_the_doctor_gives_a_store_its_years_too(seeded_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    with seeded_store.writing() as session:
        session.connection().execute(text("UPDATE paper SET year = NULL, year_derived = false WHERE year_derived"))
        paper = find_paper(session, "video-language-planning")
        paper.year = 1999
        session.add(paper)
    assert run(["doctor", "resolved-values"]) == 0
    assert "year, year_derived: not the value that precedence picks" in capsys.readouterr().out
    assert run(["doctor", "resolved-values", "--fix"]) == 0
    with seeded_store.reading() as session:
        (report,) = find_problems(session, ["resolved-values"])
        assert report.findings == []
        assert find_paper_page(session, PaperQuery(year=(2024,))).total > 30
        assert citation_timeline(session, taxon="wam").total == 0


class TestSources:
    """`history --sources` says "shown" of the value that is shown, and of no other."""

    def test_what_is_shown_is_what_the_paper_shows(self, seeded_store: Store, tmp_path: Path) -> None:
        take_in(
            seeded_store,
            tmp_path,
            {"title": "Video Language Planning", "arxiv": "2310.10625", "venue": "Journal of Kites", "year": 2021,
             "doi": "10.1000/kites", "taxa": {"wam": "joint"}, "abstract": "Kites plan.", "standing": "candidate"},
        )  # fmt: skip
        with seeded_store.reading() as session:
            paper = paper_detail(session, "arxiv:2310.10625")
        shown = {v.field: v.value for v in paper.values if v.shown}
        for name, value in shown.items():
            assert value == getattr(paper, name), name
        said = Counter(v.field for v in paper.values if v.shown)
        assert set(said.values()) == {1}
        assert (shown["venue"], shown["year"], shown["standing"]) == ("ICLR", 2024, "included")
        assert "class:wam" not in shown, "a place that another source gives is not shown"
        assert paper.doi is None or shown["doi"] == paper.doi

    @pytest.mark.parametrize("first", [0, 1])
    def test_a_journal_is_shown_whole_whoever_spoke_first(
        self, store: Store, tmp_path: Path, first: int, capsys: pytest.CaptureFixture[str]
    ) -> None:
        records = [
            {"title": "Kites over a Harbour", "venue": "arXiv", "year": 2022},
            {"title": "Kites over a Harbour", "venue": "Journal of Kites", "year": 2023},
        ]
        for number in (first, 1 - first):
            take_in(store, tmp_path, records[number], name=f"file{number}")
        with store.reading() as session:
            values = paper_sources(session, "kites-over-a-harbour")
        assert {(v.field, v.value) for v in values if v.shown and v.field in ("venue", "year")} == {
            ("venue", "Journal of Kites"),
            ("year", 2023),
        }
        assert {(v.field, v.value) for v in values if v.conflict} == {("venue", "arXiv"), ("year", 2022)}
