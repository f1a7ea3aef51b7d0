"""Records whose id leads to another paper: kept as questions, answered by a person, remembered, taken back."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from tests.helpers.store_dump import dump
from tests.store.test_snapshots import Diary
from wamkg.errors import ConflictError, InvalidInputError
from wamkg.history.backup import restore_backup, write_backup
from wamkg.history.undo import undo_batch
from wamkg.identifiers import PartialDate
from wamkg.importing.import_report import ImportReport, Outcome
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.matching.claims import assert_date, assert_value
from wamkg.matching.resolved_values import resolved_values
from wamkg.reviewing.doctor import find_problems
from wamkg.reviewing.identity_questions import IdentityAnswer, QuestionAnswered, answer_question
from wamkg.reviewing.paper_edits import set_values
from wamkg.store.base import insert_entities
from wamkg.store.batches import close_batch, find_batch, get_actor, open_batch
from wamkg.store.citations import CitationListFetch, ListedCitation, write_edges
from wamkg.store.claims import PaperClaims, load_claims, write_papers
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.store.tables import Citation, Paper
from wamkg.store.types import utc_now
from wamkg.views.citations import papers_linked_to
from wamkg.views.paper_details import paper_detail
from wamkg.views.provenance import subject_history
from wamkg.views.questions import QuestionItem, question_list
from wamkg.views.sourced_values import paper_sources
from wamkg.vocabulary import PERSON, BatchKind, EntityKind, EventKind, TaskKind

FOLD = {"title": "Folding Laundry by Imagining Wrinkles", "arxiv": "2401.00017", "authors": ["Mika Ito", "Ada Abe"]}
DRIVE = {"title": "Night Driving with Thermal Cameras", "arxiv": "2401.00017", "authors": ["Bao Li", "Chen Wu"]}


def read(store: Store, file: Path, *lines: dict[str, Any], dry_run: bool = False) -> ImportReport:
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return import_source(store, str(file), ImportOptions(dry_run=dry_run))


def answer(store: Store, uid: str, said: str, note: str = "") -> QuestionAnswered:
    with store.writing() as session:
        return answer_question(session, get_actor(session, "ada", PERSON), uid, IdentityAnswer(answer=said, note=note))


def undo(store: Store, uid: str) -> None:
    with store.writing() as session:
        undo_batch(session, find_batch(session, uid), get_actor(session, "ada", PERSON))


def questions(store: Store) -> list[QuestionItem]:
    with store.reading() as session:
        return question_list(session, None, 100, None).items


def papers(store: Store) -> dict[str, str | None]:
    """arXiv ids by title."""
    with store.reading() as session:
        return dict(session.exec(select(Paper.title, Paper.arxiv)).all())


def papers_held(store: Store) -> list[Paper]:
    with store.reading() as session:
        return list(session.exec(select(Paper)))


@pytest.fixture
def asked(store: Store, tmp_path: Path) -> QuestionItem:
    """The one question after two lists gave one id to two papers."""
    read(store, tmp_path / "mine.jsonl", FOLD)
    report = read(store, tmp_path / "theirs.jsonl", DRIVE)
    assert report.counts[Outcome.CONFLICT] == 1
    (question,) = questions(store)
    assert [asked.question for asked in report.questions] == [question.uid]
    return question


def test_a_record_that_looks_like_another_paper_is_kept_whole_and_nothing_of_it_is_applied(
    store: Store, tmp_path: Path
) -> None:
    read(store, tmp_path / "mine.jsonl", FOLD)
    with store.reading() as session:
        before = paper_detail(session, "arxiv:2401.00017")
    report = read(store, tmp_path / "theirs.jsonl", DRIVE | {"abstract": "Thermal cameras see at night.", "year": 2024})
    with store.reading() as session:
        assert paper_detail(session, "arxiv:2401.00017").values == before.values
    (question,) = questions(store)
    assert (question.status, question.ids, question.source) == ("open", ["arxiv:2401.00017"], "list:theirs")
    assert (question.title, question.record_title) == (FOLD["title"], DRIVE["title"])
    assert question.record_authors == DRIVE["authors"] and question.record_year == 2024
    assert question.reasons[0] == f"title: {DRIVE['title']!r} instead of {FOLD['title']!r}"
    (line,) = report.lines
    assert line.outcome is Outcome.CONFLICT and f"wamkg questions answer {question.uid}" in line.conflicts[0]
    with store.reading() as session:
        rows = [row for row in subject_history(session, "2401.00017") if row.field == "identity"]
    assert [row.value["question"] for row in rows] == [question.uid]


def test_a_dry_run_tells_of_the_question_and_asks_nothing(store: Store, tmp_path: Path) -> None:
    read(store, tmp_path / "mine.jsonl", FOLD)
    report = read(store, tmp_path / "theirs.jsonl", DRIVE, dry_run=True)
    assert [asked.title for asked in report.questions] == [DRIVE["title"]] and not questions(store)


def test_nobody_is_asked_twice(store: Store, tmp_path: Path, asked: QuestionItem) -> None:
    report = read(store, tmp_path / "theirs.jsonl", DRIVE)
    assert report.kept == 1 and asked.uid in report.lines[0].conflicts[0] and not report.questions
    assert len(questions(store)) == 1


def test_two_titles_on_one_id_in_one_file_are_a_question(store: Store, tmp_path: Path) -> None:
    report = read(store, tmp_path / "both.jsonl", FOLD, DRIVE)
    assert [line.outcome for line in report.lines] == [Outcome.NEW, Outcome.CONFLICT]
    assert len(questions(store)) == 1 and list(papers(store)) == [FOLD["title"]]


SHORT = {"title": "Folding Laundry", "arxiv": "2401.00017"}
DOUBTFUL = {
    "a short title": ([SHORT], {"title": "Folding Laundry", "year": 2024}),
    "a short title with an id of its own": ([SHORT], {"title": "Folding laundry", "doi": "10.1000/fold"}),
    "two ids of two papers": (
        [FOLD, {"title": "Folding Laundry by Imagining Wrinkles in Cloth", "doi": "10.1000/tea"}],
        {"title": "Folding Laundry by Imagining Wrinkles Again", "arxiv": "2401.00017", "doi": "10.1000/tea"},
    ),
    "two papers with the title": (
        [FOLD | {"year": 2021}, FOLD | {"arxiv": "2402.00018", "year": 2021}],
        {"title": FOLD["title"], "year": 2022},
    ),
}


@pytest.mark.parametrize("kind", DOUBTFUL)
class TestOneOfSeveralPapers:
    """A record that may be one of several papers is a question, never lost; each answer is final."""

    def ask(self, store: Store, folder: Path, kind: str) -> QuestionItem:
        stored, record = DOUBTFUL[kind]
        read(store, folder / "mine.jsonl", *stored)
        report = read(store, folder / "theirs.jsonl", record)
        assert report.kept == 1 and report.is_partial, "exit status 3"
        assert read(store, folder / "theirs.jsonl", record).kept == 1, "still open"
        (question,) = questions(store)
        return question

    @pytest.mark.parametrize("said", ["renamed", "wrong-record"])
    def test_an_answer_applies_the_record_and_nobody_asks_again(
        self, store: Store, tmp_path: Path, kind: str, said: str
    ) -> None:
        asked = self.ask(store, tmp_path, kind)
        before = len(papers_held(store))
        answer(store, asked.uid, said)
        again = read(store, tmp_path / "theirs.jsonl", DOUBTFUL[kind][1])
        assert not again.kept and len(questions(store)) == 1
        new = 0 if said == "renamed" or kind == "two ids of two papers" else 1
        if kind == "two papers with the title":
            new = 0  # it is the other one
        assert len(papers_held(store)) == before + new


class TestWrongId:
    def test_the_id_leaves_the_paper_and_the_record_becomes_a_paper_of_its_own(
        self, store: Store, asked: QuestionItem
    ) -> None:
        made = answer(store, asked.uid, "wrong-id", "the list swapped two ids")
        assert papers(store) == {FOLD["title"]: None, DRIVE["title"]: "2401.00017"}
        (question,) = questions(store)
        assert (question.status, question.wrong_ids) == ("wrong-id", ["arxiv:2401.00017"])
        assert (question.answered_by, question.note) == ("ada", "the list swapped two ids")
        assert question.answer_batch == made.batch
        with store.reading() as session:
            paper = find_paper(session, DRIVE["title"].lower().replace(" ", "-"))
            assert find_paper(session, "arxiv:2401.00017").id == paper.id
            detail = paper_detail(session, "folding-laundry-by-imagining-wrinkles")
        assert not detail.former_ids and not detail.dates, "a date read off the wrong id goes with it"

    def test_no_later_import_brings_it_back_or_asks_again(
        self, store: Store, tmp_path: Path, asked: QuestionItem
    ) -> None:
        answer(store, asked.uid, "wrong-id")
        before = papers(store)
        for name in ("mine", "other"):
            report = read(store, tmp_path / f"{name}.jsonl", FOLD | {"url": "https://arxiv.org/abs/2401.00017"})
            assert not report.kept and report.counts[Outcome.NEW] == 0
        assert papers(store) == before and len(questions(store)) == 1
        with store.reading() as session:
            detail = paper_detail(session, "folding-laundry-by-imagining-wrinkles")
            (id_,) = {v.value for v in paper_sources(session, detail.id, "arxiv")}
        assert id_ is None and detail.url is None

    def test_a_person_cannot_set_it_by_mistake_either(self, store: Store, asked: QuestionItem) -> None:
        answer(store, asked.uid, "wrong-id")
        with store.writing() as session, pytest.raises(ConflictError, match=r"another paper|belongs to"):
            ada = get_actor(session, "ada", PERSON)
            set_values(session, ada, "folding-laundry-by-imagining-wrinkles", {"arxiv": "2401.00017"})

    def test_undo_restores_paper_id_and_question(self, store: Store, asked: QuestionItem) -> None:
        before = dump(store)
        made = answer(store, asked.uid, "wrong-id")
        undo(store, made.batch)
        assert dump(store) == before
        assert [q.status for q in questions(store)] == ["open"]


class TestRenamed:
    def test_the_kept_record_is_applied_and_told_as_a_title_change(self, store: Store, asked: QuestionItem) -> None:
        made = answer(store, asked.uid, "renamed")
        assert made.status == "renamed" and not made.wrong_ids
        with store.reading() as session:
            sources = {v.source: v.value for v in paper_sources(session, "2401.00017", "title")}
        assert sources == {"list:mine": FOLD["title"], "list:theirs": DRIVE["title"]}
        assert len(papers(store)) == 1

    def test_nobody_asks_again(self, store: Store, tmp_path: Path, asked: QuestionItem) -> None:
        answer(store, asked.uid, "renamed")
        report = read(store, tmp_path / "third.jsonl", DRIVE)
        assert not report.kept and len(questions(store)) == 1

    def test_undo_restores_both(self, store: Store, asked: QuestionItem) -> None:
        before = dump(store)
        undo(store, answer(store, asked.uid, "renamed").batch)
        assert dump(store) == before


class TestWrongRecord:
    def test_the_record_becomes_a_paper_without_the_id(self, store: Store, tmp_path: Path, asked: QuestionItem) -> None:
        answer(store, asked.uid, "wrong-record")
        assert papers(store) == {FOLD["title"]: "2401.00017", DRIVE["title"]: None}
        report = read(store, tmp_path / "theirs.jsonl", DRIVE)
        assert not report.kept and report.counts[Outcome.NEW] == 0
        assert papers(store) == {FOLD["title"]: "2401.00017", DRIVE["title"]: None}

    def test_undo_restores_both(self, store: Store, asked: QuestionItem) -> None:
        before = dump(store)
        undo(store, answer(store, asked.uid, "wrong-record").batch)
        assert dump(store) == before


class TestRefusals:
    def test_an_answered_question_is_not_answered_again(self, store: Store, asked: QuestionItem) -> None:
        made = answer(store, asked.uid, "renamed")
        with pytest.raises(ConflictError, match=f"wamkg undo {made.batch}"):
            answer(store, asked.uid, "wrong-id")

    def test_a_program_answers_nothing_and_a_word_that_is_none_neither(self, store: Store, asked: QuestionItem) -> None:
        with store.writing() as session, pytest.raises(InvalidInputError, match="program"):
            answer_question(session, get_actor(session, "bot"), asked.uid, IdentityAnswer(answer="renamed"))
        with pytest.raises(InvalidInputError, match="wrong-id, renamed, wrong-record"):
            IdentityAnswer(answer="perhaps")

    def test_an_older_view_of_the_question_is_stale(self, store: Store, asked: QuestionItem) -> None:
        with store.writing() as session, pytest.raises(ConflictError, match="stale"):
            given = IdentityAnswer(answer="renamed", revision=asked.revision + 1)
            answer_question(session, get_actor(session, "ada", PERSON), asked.uid, given)

    def test_the_import_that_asked_is_not_undone_before_the_answer(
        self, store: Store, tmp_path: Path, asked: QuestionItem
    ) -> None:
        made = answer(store, asked.uid, "renamed")
        with pytest.raises(ConflictError, match=made.batch):
            undo(store, asked.batch)
        undo(store, made.batch)
        undo(store, asked.batch)
        assert not questions(store)


def test_a_changed_title_is_let_through_and_told(store: Store, tmp_path: Path) -> None:
    read(store, tmp_path / "mine.jsonl", FOLD)
    newer = FOLD | {"title": "ClothPi: Folding Laundry by Imagining Wrinkles"}
    report = read(store, tmp_path / "mine.jsonl", newer)
    (change,) = report.renamed
    assert (change.before, change.after) == (FOLD["title"], newer["title"])
    assert not questions(store)
    with store.reading() as session:
        rows = [row for row in subject_history(session, "2401.00017") if row.field == "renamed"]
    assert [(row.before, row.value) for row in rows] == [(FOLD["title"], newer["title"])]


class TestHistory:
    def test_every_past_day_shows_what_was_then(self, store: Store, tmp_path: Path) -> None:
        diary = Diary(store, tmp_path / "home")
        read(store, tmp_path / "mine.jsonl", FOLD)
        diary.note("one paper")
        read(store, tmp_path / "theirs.jsonl", DRIVE)
        diary.note("asked")
        (question,) = questions(store)
        for said in ("wrong-id", "renamed", "wrong-record"):
            made = answer(store, question.uid, said)
            diary.note(said)
            undo(store, made.batch)
            diary.note(f"{said} taken back")
        answer(store, question.uid, "wrong-id")
        read(store, tmp_path / "mine.jsonl", FOLD | {"year": 2024})
        diary.note("read again")
        diary.check()

    def test_a_backup_brings_questions_and_answers_along(
        self, store: Store, tmp_path: Path, asked: QuestionItem
    ) -> None:
        answer(store, asked.uid, "wrong-id", "swapped")
        write_backup(store, tmp_path, tmp_path / "store.tar")
        copy = Store(f"sqlite:///{tmp_path / 'copy.db'}")
        restore_backup(copy, tmp_path / "copy", tmp_path / "store.tar")
        assert questions(copy) == questions(store)
        assert not read(copy, tmp_path / "mine.jsonl", FOLD).kept
        copy.close()


def swapped(store: Store) -> None:
    """A paper as an enrichment wrote it before records were compared: list and service tell of two papers."""
    with store.writing() as session:
        number = find_paper(session, "2401.00017").id
        assert number is not None
        actor = get_actor(session, "enrich")
        batch = open_batch(session, BatchKind.ENRICH, "s2", actor)
        state = load_claims(session, [number])[number]
        for name, value in {"title": DRIVE["title"], "authors": DRIVE["authors"], "s2": "a" * 40, "year": 2024,
                            "abstract": "Thermal cameras see at night.", "arxiv": "2401.00017"}.items():  # fmt: skip
            assert_value(state, name, value, "s2", ref="a" * 40)
        assert_date(state, EventKind.VENUE, PartialDate.parse("2024-05-06"), "s2")
        assert batch.id is not None and actor.id is not None
        write_papers(session, batch.id, actor.id, [state], [resolved_values(state)])
        (citing,) = insert_entities(session, EntityKind.PAPER, 1, batch.id)
        other = PaperClaims(citing)
        assert_value(other, "title", "A Paper That Cites the One at Night", "s2")
        assert_value(other, "standing", "cited", "s2")
        write_papers(session, batch.id, actor.id, [other], [resolved_values(other)])
        fetch = CitationListFetch(number, TaskKind.CITATIONS, "s2", utc_now())
        write_edges(session, lambda: batch.id or 0, fetch, [ListedCitation(citing, [], [], None)])
        close_batch(session, batch, {})


class TestSwappedBefore:
    @pytest.fixture
    def found(self, store: Store, tmp_path: Path) -> QuestionItem:
        """What the doctor asks of a paper that was swapped long ago."""
        read(store, tmp_path / "mine.jsonl", FOLD | {"year": 2024})
        swapped(store)
        assert list(papers(store)) == [DRIVE["title"], "A Paper That Cites the One at Night"]
        with store.reading() as session:
            (report,) = find_problems(session, ["swapped-papers"])
        assert [finding.subject for finding in report.findings] == ["paper:folding-laundry-by-imagining-wrinkles"]
        assert "s2 tells of another paper than list:mine" in report.findings[0].problem
        assert "--fix" in report.remedy and "wrong-id" in report.remedy
        with store.writing() as session:
            find_problems(session, ["swapped-papers"], fix=True)
        with store.reading() as session:
            assert not find_problems(session, ["swapped-papers"])[0].findings
            assert len(find_problems(session, ["identity-questions"])[0].findings) == 1
        (question,) = questions(store)
        assert (question.source, question.ids) == ("s2", ["arxiv:2401.00017"])
        return question

    def test_wrong_id_takes_back_all_that_the_other_source_said(self, store: Store, found: QuestionItem) -> None:
        before = dump(store)
        made = answer(store, found.uid, "wrong-id")
        with store.reading() as session:
            paper = paper_detail(session, "folding-laundry-by-imagining-wrinkles")
            assert papers_linked_to(session, paper.id, "citations", None, 10, None).total == 0
            assert not find_citations(session)
        assert (paper.title, paper.abstract, paper.arxiv, paper.s2) == (FOLD["title"], None, None, None)
        assert paper.authors == FOLD["authors"] and not paper.dates and not paper.former_ids
        undo(store, made.batch)
        assert dump(store) == before

    def test_renamed_leaves_all_as_it_is_and_nobody_asks_again(self, store: Store, found: QuestionItem) -> None:
        answer(store, found.uid, "renamed")
        assert DRIVE["title"] in papers(store)
        with store.reading() as session:
            assert not find_problems(session, ["swapped-papers"])[0].findings

    def test_wrong_record_takes_it_back_and_leaves_the_id(self, store: Store, found: QuestionItem) -> None:
        answer(store, found.uid, "wrong-record")
        with store.reading() as session:
            paper = paper_detail(session, "2401.00017")
        assert (paper.title, paper.arxiv, paper.s2) == (FOLD["title"], "2401.00017", None)

    def test_a_paper_under_a_changed_title_is_no_finding(self, store: Store, tmp_path: Path) -> None:
        read(store, tmp_path / "mine.jsonl", FOLD)
        read(store, tmp_path / "theirs.jsonl", FOLD | {"title": "ClothPi: Folding Laundry by Imagining Wrinkles"})
        with store.reading() as session:
            assert not find_problems(session, ["swapped-papers"])[0].findings


def find_citations(session: Session) -> list[Citation]:
    """Live citations."""
    return list(session.exec(select(Citation).where(col(Citation.ended_at).is_(None))))
