"""Imports into a store: every line ends somewhere, nothing is doubled, a batch can be taken back whole."""

from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlmodel import Session, col, func, select

from tests.helpers.store_dump import dump
from wamkg.errors import ConflictError, InvalidInputError
from wamkg.history.undo import undo_batch
from wamkg.importing.import_report import ImportReport, Outcome
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.importing.seed_loader import load_seeds
from wamkg.matching.resolved_values import resolved_values
from wamkg.store.batches import find_batch, get_actor, open_batch
from wamkg.store.claims import load_claims, write_papers
from wamkg.store.papers import find_paper, methods_of
from wamkg.store.session import Store
from wamkg.store.tables import Assignment, Claim, Paper
from wamkg.store.types import utc_now
from wamkg.vocabulary import BatchKind

TITLE = "A Long Enough Title About Robots"


def write_lines(path: Path, *rows: dict[str, Any]) -> str:
    """A JSON Lines file of these records."""
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return str(path)


def import_lines(store: Store, path: Path, *rows: dict[str, Any], **options: Any) -> ImportReport:
    """Import records from a file of that name."""
    return import_source(store, write_lines(path, *rows), ImportOptions(**options))


def outcomes(report: ImportReport) -> list[Outcome]:
    """How each line ended."""
    return [line.outcome for line in report.lines]


def undo(store: Store, uid: str | None) -> None:
    """Take a batch back."""
    assert uid is not None
    with store.writing() as session:
        undo_batch(session, find_batch(session, uid), get_actor(session, "tester", "person"))


def say_as_person(session: Session, paper: Paper, field: str, value: Any) -> None:
    """A person's word on a field, shown at once."""
    actor = get_actor(session, "curator", "person")
    batch = open_batch(session, BatchKind.EDIT, "test", actor)
    assert batch.id is not None and paper.id is not None and actor.id is not None
    values = {"subject_id": paper.id, "field": field, "value": value, "source": "person", "retrieved_at": utc_now()}
    session.add(Claim(batch_id=batch.id, **values))
    session.flush()
    states = list(load_claims(session, [paper.id]).values())
    write_papers(session, batch.id, actor.id, states, [resolved_values(s) for s in states])


class TestSamePaper:
    """When two records are one paper."""

    @pytest.mark.parametrize(
        ("second", "how_many"),
        [
            ({"title": TITLE.upper() + "!"}, 1),
            ({"title": TITLE, "authors": ["Zhang, Chuhan", "Other, One"]}, 1),
            ({"title": TITLE, "authors": ["Somebody Else"]}, 2),
            ({"title": TITLE, "year": 2026}, 1),
            ({"title": TITLE, "year": 2027}, 2),
            ({"title": "Another Title Altogether Here", "arxiv": "2501.00001v3"}, 1),
            ({"title": "Another Title Altogether Here", "doi": "https://doi.org/10.1000/ABC"}, 1),
            ({"title": TITLE, "arxiv": "2501.00002"}, 2),
        ],
    )
    def test_one_paper_or_two(self, store: Store, tmp_path: Path, second: dict[str, Any], how_many: int) -> None:
        first = {"title": TITLE, "arxiv": "2501.00001", "doi": "10.1000/abc", "year": 2024, "authors": ["Chuhan Zhang"]}
        second.setdefault("authors", [])
        import_lines(store, tmp_path / "a.jsonl", first | ({"authors": []} if "year" in second else {}))
        import_lines(store, tmp_path / "b.jsonl", second)
        with store.reading() as session:
            assert session.exec(select(func.count()).select_from(Paper)).one() == how_many

    def test_the_same_holds_within_one_file(self, store: Store, tmp_path: Path) -> None:
        report = import_lines(store, tmp_path / "a.jsonl", {"title": TITLE}, {"title": TITLE, "arxiv": "2501.00001"})
        assert outcomes(report) == [Outcome.NEW, Outcome.CHANGED]
        assert report.lines[1].repeat_of_line == 1

    def test_a_short_title_goes_to_a_person(self, store: Store, tmp_path: Path) -> None:
        import_lines(store, tmp_path / "a.jsonl", {"title": "World Models", "arxiv": "1803.10122"})
        report = import_lines(store, tmp_path / "b.jsonl", {"title": "World Models"})
        assert outcomes(report) == [Outcome.CONFLICT]
        assert "too short to tell" in report.lines[0].conflicts[0]
        assert report.is_partial and [asked.ids for asked in report.questions] == [[]]

    def test_ids_of_two_papers_go_to_a_person(self, store: Store, tmp_path: Path) -> None:
        one = {"title": "The First of Two Papers", "arxiv": "2501.00001"}
        two = {"title": "The Second of Two Papers", "doi": "10.1000/two"}
        import_lines(store, tmp_path / "a.jsonl", one, two)
        report = import_lines(
            store, tmp_path / "b.jsonl", {"title": TITLE, "arxiv": "2501.00001", "doi": "10.1000/two"}
        )
        assert outcomes(report) == [Outcome.CONFLICT]
        assert report.is_partial and [asked.ids for asked in report.questions] == [["arxiv:2501.00001"]]

    def test_two_titles_on_one_id_in_a_file_are_a_conflict_each_time(self, store: Store, tmp_path: Path) -> None:
        rows = (
            {"title": TITLE, "arxiv": "2501.00001"},
            {"title": "Something Else Entirely Here", "arxiv": "2501.00001"},
        )
        for first in (Outcome.NEW, Outcome.SAME):
            report = import_lines(store, tmp_path / "a.jsonl", *rows)
            assert outcomes(report) == [first, Outcome.CONFLICT]
        with store.reading() as session:
            assert session.exec(select(Paper.title)).all() == [TITLE]


class TestValues:
    """Which value is shown."""

    def test_a_persons_value_outlives_imports(self, store: Store, tmp_path: Path) -> None:
        record = {"title": TITLE, "arxiv": "2501.00001", "venue": "arXiv"}
        import_lines(store, tmp_path / "a.jsonl", record)
        with store.writing() as session:
            say_as_person(session, find_paper(session, "arxiv:2501.00001"), "title", "As the Person Has It")
        report = import_lines(store, tmp_path / "a.jsonl", record | {"title": "A Newer Title of the List"})
        assert outcomes(report) == [Outcome.CONFLICT]
        with store.reading() as session:
            assert find_paper(session, "arxiv:2501.00001").title == "As the Person Has It"

    def test_a_list_may_correct_itself(self, store: Store, tmp_path: Path) -> None:
        import_lines(store, tmp_path / "a.jsonl", {"title": TITLE, "arxiv": "2501.00001", "year": 2025})
        report = import_lines(store, tmp_path / "a.jsonl", {"title": TITLE, "arxiv": "2501.00001", "year": 2026})
        assert outcomes(report) == [Outcome.CHANGED]

    def test_unknown_keys_are_counted(self, store: Store, tmp_path: Path) -> None:
        report = import_lines(store, tmp_path / "a.jsonl", {"title": TITLE, "impact": 3})
        assert report.unknown_keys == {"impact": 1}

    def test_an_id_without_a_title_is_kept_and_named_later(self, store: Store, tmp_path: Path) -> None:
        (tmp_path / "x.ids").write_text("2501.00001\n# a comment\n10.1000/abc\n")
        for outcome in (Outcome.NEW, Outcome.SAME):
            report = import_source(store, str(tmp_path / "x.ids"), ImportOptions())
            assert outcomes(report) == [outcome, outcome]
        import_lines(store, tmp_path / "a.jsonl", {"title": TITLE, "arxiv": "2501.00001"})
        with store.reading() as session:
            assert find_paper(session, "2501.00001").title == TITLE

    @pytest.mark.parametrize(
        ("classes", "reason"),
        [
            ({"taxa": {"wam": "no"}}, "not placed in wam:no: no taxon 'no'"),
            ({"taxa": {"tides": "deep/cold"}}, "not placed in tides:deep/cold: unknown taxonomy 'tides'"),
            ({"also": {"wam": ["nowhere"]}}, "not placed in wam:nowhere: no taxon 'nowhere'"),
            ({"states": {"tides": "outside"}}, "not placed in tides:outside: unknown taxonomy 'tides'"),
        ],
    )
    def test_a_paper_with_a_class_that_does_not_exist_is_kept_and_the_class_listed(
        self, store: Store, tmp_path: Path, classes: dict[str, object], reason: str
    ) -> None:
        good = {"title": TITLE, "taxa": {"wam": "joint"}}
        report = import_lines(store, tmp_path / "a.jsonl", good, {"title": "Some Other Title Here"} | classes)
        assert outcomes(report) == [Outcome.NEW, Outcome.NEW]
        assert [line.placements for line in report.lines] == [("wam:joint",), ()]
        (doubt,) = report.doubts
        assert doubt.text.startswith(reason)
        assert doubt.dropped and report.is_partial

    def test_a_table_with_a_column_of_an_unknown_taxonomy_keeps_its_papers(self, store: Store, tmp_path: Path) -> None:
        path = tmp_path / "tides.csv"
        path.write_text("title,taxon:tides,taxon:wam\nDunes that Move at Night,deep,joint\n")
        report = import_source(store, str(path), ImportOptions())
        assert [line.placements for line in report.lines] == [("wam:joint",)]
        assert [doubt.dropped for doubt in report.doubts] == [True]

    def test_as_candidates_places_nothing(self, store: Store, tmp_path: Path) -> None:
        record = {"title": TITLE, "taxa": {"wam": "joint"}, "standing": "included"}
        import_lines(store, tmp_path / "a.jsonl", record, as_candidates=True)
        with store.reading() as session:
            assert session.exec(select(Assignment)).all() == []
            assert session.exec(select(Paper.standing)).all() == ["candidate"]


class TestUndo:
    """Taking a batch back."""

    def test_undo_returns_the_first_state_row_for_row(self, store: Store, tmp_path: Path) -> None:
        with store.writing() as session:
            load_seeds(session)
        before = dump(store)
        known = {"title": "World Action Models are Zero-shot Policies", "arxiv": "2602.15922", "abstract": "New text."}
        moved = {
            "title": "WorldVLA again",
            "arxiv": "2506.21539",
            "taxa": {"wam": "joint/diffusion"},
            "venue": "Nowhere",
        }
        fresh = {"title": TITLE, "method": "New", "authors": ["A B"], "taxa": {"wam": "joint"}, "date": "2026-01-02"}
        report = import_lines(store, tmp_path / "a.jsonl", known, moved, fresh)
        assert dump(store) != before
        undo(store, report.batch)
        assert dump(store) == before

    def test_undo_is_refused_when_later_batches_depend_on_it(self, store: Store, tmp_path: Path) -> None:
        first = import_lines(store, tmp_path / "a.jsonl", {"title": TITLE, "arxiv": "2501.00001"})
        second = import_lines(store, tmp_path / "b.jsonl", {"title": TITLE, "arxiv": "2501.00001", "abstract": "Text."})
        assert second.batch is not None
        with pytest.raises(ConflictError, match=second.batch):
            undo(store, first.batch)
        undo(store, second.batch)
        undo(store, first.batch)
        with store.reading() as session:
            assert session.exec(select(Paper)).all() == []

    def test_undo_twice_is_refused(self, store: Store, tmp_path: Path) -> None:
        report = import_lines(store, tmp_path / "a.jsonl", {"title": TITLE})
        undo(store, report.batch)
        with pytest.raises(ConflictError, match="already undone"):
            undo(store, report.batch)

    def test_a_shared_author_does_not_tie_batches_together(self, store: Store, tmp_path: Path) -> None:
        first = import_lines(store, tmp_path / "a.jsonl", {"title": TITLE, "authors": ["A B"]})
        import_lines(store, tmp_path / "b.jsonl", {"title": "Another Title Altogether Here", "authors": ["B, A"]})
        undo(store, first.batch)
        with store.reading() as session:
            assert session.exec(select(Paper.title)).all() == ["Another Title Altogether Here"]

    def test_an_import_that_changes_nothing_leaves_no_batch(self, store: Store, tmp_path: Path) -> None:
        import_lines(store, tmp_path / "a.jsonl", {"title": TITLE})
        before = dump(store)
        assert import_lines(store, tmp_path / "a.jsonl", {"title": TITLE}).batch is None
        assert dump(store) == before


def test_a_dry_run_says_what_would_happen_and_writes_nothing(store: Store, tmp_path: Path) -> None:
    before = dump(store)
    report = import_lines(store, tmp_path / "a.jsonl", {"title": TITLE, "taxa": {"wam": "joint"}}, dry_run=True)
    assert outcomes(report) == [Outcome.NEW]
    assert dump(store) == before


def test_an_empty_file_is_refused(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"")
    with pytest.raises(InvalidInputError, match="empty"):
        import_source(store, str(tmp_path / "a.jsonl"), ImportOptions())


class TestRealLists:
    """The lists that the survey's authors keep."""

    def test_the_surveys_own_list_in_an_empty_store(self, store: Store, shared_data: Path) -> None:
        name = str(shared_data / "awesome-wam.md")
        report = import_source(store, name, ImportOptions())
        assert sum(n for place, n in report.placed.items() if place.startswith("wam:")) == 64
        assert len([place for place in report.placed if place.startswith("wam:")]) == 11
        assert report.counts["awaiting review"] == 2
        assert report.counts[Outcome.UNREADABLE] == report.counts[Outcome.CONFLICT] == 0
        again = [line for line in report.lines if line.repeat_of_line]
        assert {line.title.partition(":")[0] for line in again} == {"TesserAct", "ManiSkill2", "RoboCasa", "RoboTwin"}
        before = dump(store)
        second = import_source(store, name, ImportOptions())
        assert set(outcomes(second)) == {Outcome.SAME}
        assert dump(store) == before

    def test_seeding_and_importing_the_list_agree(self, store: Store, shared_data: Path) -> None:
        with store.writing() as session:
            load_seeds(session)
            shown = select(Paper.slug, Paper.title, Paper.year, Paper.standing, Paper.date)
            papers = session.exec(shown.order_by(Paper.slug)).all()
        report = import_source(store, str(shared_data / "awesome-wam.md"), ImportOptions())
        assert report.counts[Outcome.NEW] == report.counts[Outcome.CONFLICT] == 0
        with store.reading() as session:
            assert session.exec(shown.order_by(Paper.slug)).all() == papers

    def test_a_rival_list_and_the_candidates_meet_the_known_papers(self, store: Store, shared_data: Path) -> None:
        import_source(store, str(shared_data / "awesome-wam.md"), ImportOptions())
        rival = import_source(store, str(shared_data / "awesome-wam-nus.md"), ImportOptions())
        assert Counter(place for line in rival.lines for place in line.placements) == {
            "nus:render-and-decode": 58,
            "nus:latent-only": 38,
            "nus:video-generation-free": 13,
        }
        assert any("2606.20781" in survey for survey in rival.own_survey)
        candidates = import_source(store, str(shared_data / "candidates.jsonl"), ImportOptions())
        assert sum(candidates.counts[o] for o in Outcome) == 479
        assert candidates.counts[Outcome.UNREADABLE] == 0
        with store.reading() as session:
            keys = session.exec(select(Paper.title_key, func.count()).group_by(Paper.title_key)).all()
            assert [key for key, number in keys if number > 1] == []
            named = {"Motus": "2512.13030", "LaPA": "2410.11758", "VPP": "2412.14803", "GR-1": "2312.13139"}
            for label, arxiv in named.items():
                paper = find_paper(session, f"arxiv:{arxiv}")
                assert paper.id is not None
                assert methods_of(session, [paper.id])[paper.id].name == label
                sources = set(session.exec(select(Claim.source).where(Claim.subject_id == paper.id)))
                assert "list:candidates" in sources
            assert session.exec(select(func.count()).where(col(Paper.abstract).is_not(None))).one() > 150
