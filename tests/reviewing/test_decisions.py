"""People's decisions: appended, one live primary, stale ones refused, and merged between copies without loss."""

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from sqlmodel import col, select

from tests.helpers.edit_store import ABSTRACT, FIRST, SECOND, THIRD, UNIFIED, fill, say, standing_at, undo
from tests.helpers.store_dump import dump
from wamkg.cli import run
from wamkg.errors import ConflictError, InvalidInputError, NotFoundError
from wamkg.importing.import_report import Outcome
from wamkg.reviewing.decision_file import append_decisions
from wamkg.reviewing.decision_merge import MergeReport, import_decisions
from wamkg.reviewing.decisions import decide
from wamkg.reviewing.verdicts import Decision
from wamkg.store.batches import get_actor
from wamkg.store.migrate import migrate
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.store.tables import Assignment, Objection
from wamkg.store.taxonomies import get_taxonomy


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """Three papers on both databases."""
    fill(store, tmp_path)
    return store


class TestDeciding:
    """What a decision writes."""

    def test_accept_ends_the_lists_place_and_includes_the_paper(self, filled: Store) -> None:
        made = say(filled, FIRST, "accept", UNIFIED, also=("joint/autoregressive/predictive-latent",))
        assert (made.before, made.after) == (["joint"], [UNIFIED, "joint/autoregressive/predictive-latent"])
        assert standing_at(filled, FIRST) == made.after
        say(filled, THIRD, "accept", "joint")
        with filled.reading() as session:
            assert find_paper(session, THIRD).standing == "included"
            rows = session.exec(select(Assignment).order_by(col(Assignment.id))).all()
            assert [row.source for row in rows] == ["list:papers", "list:papers", "person", "person", "person"]

    @pytest.mark.parametrize(
        ("verdict", "state", "more"),
        [
            ("unsure", "undecided", {"note": "no leaf fits"}),
            ("outside", "outside", {"kind": "survey"}),
            ("outside", "outside", {}),
            ("not-applicable", "not-applicable", {"note": "a dataset"}),
        ],
    )
    def test_verdicts_that_place_nowhere(self, filled: Store, verdict: str, state: str, more: dict[str, str]) -> None:
        say(filled, FIRST, verdict, **more)
        assert standing_at(filled, FIRST) == [state]

    def test_reject_is_recorded_and_moves_nothing(self, filled: Store) -> None:
        before = dump(filled)
        made = say(filled, FIRST, "reject", "cascaded/implicit")
        assert standing_at(filled, FIRST) == ["joint"]
        with filled.reading() as session:
            row = session.exec(select(Assignment).where(Assignment.status == "rejected")).one()
            assert row.ended_at is not None
        undo(filled, made.batch)
        assert dump(filled) == before

    def test_undo_brings_back_what_was_there(self, filled: Store) -> None:
        before = dump(filled)
        first = say(filled, THIRD, "accept", "joint")
        between = dump(filled)
        second = say(filled, THIRD, "outside")
        with pytest.raises(ConflictError, match=second.batch):
            undo(filled, first.batch)
        undo(filled, second.batch)
        assert dump(filled) == between
        undo(filled, first.batch)
        assert dump(filled) == before

    def test_a_later_import_moves_nothing_that_a_person_placed(self, filled: Store, tmp_path: Path) -> None:
        say(filled, FIRST, "accept", UNIFIED)
        report = fill(filled, tmp_path)
        assert report.lines[0].outcome is Outcome.CONFLICT
        assert standing_at(filled, FIRST) == [UNIFIED]

    @pytest.mark.parametrize(
        ("decision", "words"),
        [
            ({"verdict": "maybe"}, "unknown verdict"),
            ({"verdict": "outside", "taxon": "joint"}, "cannot have a taxon"),
            ({"verdict": "outside", "kind": "boring"}, "unknown kind of outside"),
            ({"verdict": "accept", "taxon": "joint", "kind": "survey"}, "outside only"),
            ({"verdict": "accept"}, "no suggestion"),
            ({"verdict": "accept", "taxon": "joint", "also": ("joint/diffusion",)}, "one in the other"),
            ({"verdict": "accept", "taxon": "joint", "also": ("joint",)}, "twice"),
            ({"verdict": "unsure", "evidence_location": "page 3"}, "evidence"),
        ],
    )
    def test_bad_decisions_are_refused(self, filled: Store, decision: dict[str, str], words: str) -> None:
        with pytest.raises(InvalidInputError, match=words):
            say(filled, FIRST, **decision)  # type: ignore[arg-type]

    def test_unknown_papers_and_taxa_are_named(self, filled: Store) -> None:
        with pytest.raises(NotFoundError, match=r"2501\.99999"):
            say(filled, "arxiv:2501.99999", "unsure")
        with pytest.raises(NotFoundError, match="no taxon 'nowhere'"):
            say(filled, FIRST, "accept", "nowhere")

    def test_a_program_does_not_decide(self, filled: Store) -> None:
        with pytest.raises(InvalidInputError, match="only people"), filled.writing() as session:
            decide(session, get_actor(session, "robot"), Decision(paper=FIRST, verdict="unsure"))

    def test_rules_across_taxonomies_hold_at_write_time(self, filled: Store) -> None:
        with filled.writing() as session:
            taxonomy = get_taxonomy(session, "wam")
            taxonomy.rules = taxonomy.rules | {"excludes": [["wam:joint", "wm-for-vla"]], "cardinality": "one"}
            session.add(taxonomy)
        with pytest.raises(InvalidInputError, match="wm-for-vla"):
            say(filled, FIRST, "accept", "evaluation", taxonomy="wm-for-vla")
        with pytest.raises(InvalidInputError, match="one taxon"):
            say(filled, FIRST, "accept", UNIFIED, also=("cascaded/implicit",))
        say(filled, SECOND, "accept", "evaluation", taxonomy="wm-for-vla")


class TestStaleWrites:
    """A decision on what is not there any more."""

    def test_the_paper_changed_meanwhile(self, filled: Store) -> None:
        seen = say(filled, FIRST, "accept", "joint/diffusion").revision
        say(filled, FIRST, "accept", UNIFIED, by="bo", revision=seen)
        with pytest.raises(ConflictError, match=f"bo: wam:{UNIFIED}") as refused:
            say(filled, FIRST, "outside", revision=seen)
        assert "batch" in str(refused.value)
        assert standing_at(filled, FIRST) == [UNIFIED]

    def test_an_import_counts_as_a_change_of_place(self, filled: Store, tmp_path: Path) -> None:
        with filled.reading() as session:
            seen = find_paper(session, THIRD).revision
        fill(filled, tmp_path, {"title": "A Third Paper about Robots", "arxiv": "2501.00003", "taxa": {"wam": "joint"}})
        with pytest.raises(ConflictError, match="stale"):
            say(filled, THIRD, "accept", UNIFIED, revision=seen)

    def test_another_place_than_the_one_seen(self, filled: Store) -> None:
        with pytest.raises(ConflictError, match="is now assigned to joint"):
            say(filled, FIRST, "unsure", assignment="")

    def test_undo_counts_as_a_change(self, filled: Store) -> None:
        made = say(filled, FIRST, "accept", UNIFIED)
        undo(filled, made.batch)
        with pytest.raises(ConflictError, match="stale"):
            say(filled, FIRST, "unsure", revision=made.revision)


class TestEvidence:
    """A quote is checked where its text is held."""

    @pytest.mark.parametrize(
        ("quote", "place", "kept", "checked"),
        [
            ("Denoise video and ACTION jointly", None, "abstract", True),
            ("denoise video and action jointly", "abstract", "abstract", True),
            ("a sentence of the third section", "section 3, arXiv v2", "section 3, arXiv v2", None),
            ("a sentence from anywhere", None, None, None),
            ("any words", "summary", "summary", None),
        ],
    )
    def test_places(self, filled: Store, quote: str, place: str | None, kept: str | None, checked: bool | None) -> None:
        say(filled, FIRST, "accept", UNIFIED, evidence=quote, evidence_location=place)
        with filled.reading() as session:
            row = session.exec(select(Assignment).where(col(Assignment.evidence).is_not(None))).one()
            assert (row.evidence_location, row.evidence_checked) == (kept, checked)

    @pytest.mark.parametrize("quote", ["video and action separately", "denoise vid", "..."])
    def test_what_the_abstract_does_not_say_is_refused(self, filled: Store, quote: str) -> None:
        with pytest.raises(InvalidInputError, match="quote"):
            say(filled, FIRST, "accept", UNIFIED, evidence=quote, evidence_location="abstract")


def copy_of(folder: Path, source: Store) -> Store:
    """A second copy of an SQLite store."""
    target = folder / "copy.db"
    with closing(sqlite3.connect(str(source.engine.url.database))) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    return Store(f"sqlite:///{target}")


def take_in(store: Store, file: Path) -> MergeReport:
    """Import a file of decisions."""
    with store.writing() as session:
        return import_decisions(session, file, get_actor(session, "ana", "person"))


def write_out(store: Store, file: Path) -> int:
    """Append a store's decisions to a file."""
    with store.reading() as session:
        return append_decisions(session, file)


@pytest.fixture
def two_copies(tmp_path: Path) -> tuple[Store, Store]:
    """Two authors' copies of one store."""
    first = Store(f"sqlite:///{tmp_path / 'first.db'}")
    migrate(first)
    fill(first, tmp_path)
    return first, copy_of(tmp_path, first)


class TestBetweenCopies:
    """decisions.jsonl."""

    def test_append_only_and_twice_without_harm(self, filled: Store, tmp_path: Path) -> None:
        file = tmp_path / "decisions.jsonl"
        say(filled, FIRST, "accept", UNIFIED, evidence=ABSTRACT[:20], note="why")
        assert write_out(filled, file) == 1
        first = file.read_bytes()
        say(filled, SECOND, "outside", kind="survey")
        assert write_out(filled, file) == 1
        assert file.read_bytes().startswith(first)
        assert write_out(filled, file) == 0
        before = dump(filled)
        report = take_in(filled, file)
        assert (report.new, report.known) == (0, 2)
        assert dump(filled) == before

    def test_the_order_of_lines_does_not_matter(self, two_copies: tuple[Store, Store], tmp_path: Path) -> None:
        one, other = two_copies
        for verdict, taxon in (("accept", "joint/diffusion"), ("outside", None), ("accept", UNIFIED)):
            say(one, FIRST, verdict, taxon)
        taken = say(one, SECOND, "accept", "joint")
        undo(one, taken.batch)
        write_out(one, tmp_path / "all.jsonl")
        lines = (tmp_path / "all.jsonl").read_bytes().splitlines(keepends=True)
        assert len(lines) == 5
        for part in (lines[2], lines[0], lines[4] + lines[3], lines[1]):
            (tmp_path / "part.jsonl").write_bytes(part)
            assert take_in(other, tmp_path / "part.jsonl").unreadable == []
        assert standing_at(other, FIRST) == [UNIFIED]
        with other.reading() as session:
            assert session.exec(select(Objection)).all() == []
            decided = select(Assignment.status).where(Assignment.source == "person").order_by(col(Assignment.at))
            assert session.exec(decided).all()[:3] == ["placed", "outside", "placed"]

    def test_two_primaries_become_an_objection(self, two_copies: tuple[Store, Store], tmp_path: Path) -> None:
        one, other = two_copies
        say(one, FIRST, "accept", UNIFIED, by="ana", evidence=ABSTRACT[:20])
        say(other, FIRST, "accept", "cascaded/implicit", by="bo")
        say(one, SECOND, "accept", "joint", by="ana")
        say(other, SECOND, "accept", "joint", by="bo")
        for store in two_copies:
            write_out(store, tmp_path / "both.jsonl")
        for store in two_copies:
            report = take_in(store, tmp_path / "both.jsonl")
            assert (report.new, len(report.objections)) == (2, 1)
            assert standing_at(store, FIRST) == ["cascaded/implicit"]
        with one.reading() as a, other.reading() as b:
            (mine,), (theirs,) = a.exec(select(Objection)).all(), b.exec(select(Objection)).all()
            assert (mine.uid, mine.raised_by, mine.quote) == (theirs.uid, "ana", ABSTRACT[:20])

    def test_a_later_word_ends_the_disagreement(self, two_copies: tuple[Store, Store], tmp_path: Path) -> None:
        one, other = two_copies
        say(one, FIRST, "accept", UNIFIED)
        say(other, FIRST, "accept", "cascaded/implicit", by="bo")
        write_out(one, tmp_path / "a.jsonl")
        take_in(other, tmp_path / "a.jsonl")
        settled = say(other, FIRST, "accept", "joint/diffusion", by="both")
        with other.reading() as session:
            assert session.exec(select(Objection.status)).all() == ["resolved"]
        write_out(other, tmp_path / "b.jsonl")
        take_in(one, tmp_path / "b.jsonl")
        assert standing_at(one, FIRST) == standing_at(other, FIRST) == ["joint/diffusion"]
        with one.reading() as session:
            assert session.exec(select(Objection)).all() == []
        undo(other, settled.batch)
        assert standing_at(other, FIRST) == ["cascaded/implicit"]
        with other.reading() as session:
            assert session.exec(select(Objection.status)).all() == ["open"]

    def test_a_decision_taken_back_there_is_taken_back_here(
        self, two_copies: tuple[Store, Store], tmp_path: Path
    ) -> None:
        one, other = two_copies
        made = say(one, FIRST, "accept", UNIFIED)
        write_out(one, tmp_path / "a.jsonl")
        take_in(other, tmp_path / "a.jsonl")
        undo(one, made.batch)
        assert write_out(one, tmp_path / "a.jsonl") == 1
        assert take_in(other, tmp_path / "a.jsonl").taken_back == 1
        assert standing_at(other, FIRST) == ["joint"]

    def test_lines_that_cannot_be_read_are_listed(self, filled: Store, tmp_path: Path) -> None:
        file = tmp_path / "decisions.jsonl"
        say(filled, FIRST, "accept", UNIFIED)
        write_out(filled, file)
        good = orjson.loads(file.read_bytes())
        unknown = good | {"id": "x1", "paper": {"title": "Never Heard of It"}}
        odd = [unknown, good | {"id": "x2", "verdict": "perhaps"}, good | {"id": "x3", "at": "2026-01-01"}, [1]]
        file.write_bytes(b"\n".join([orjson.dumps(row) for row in odd] + [b"{not json", b""]))
        report = take_in(filled, file)
        assert [number for number, _ in sorted(report.unreadable)] == [1, 2, 3, 4, 5]
        assert report.new == 0

    def test_git_merges_two_authors_without_loss(self, two_copies: tuple[Store, Store], tmp_path: Path) -> None:
        merged = merge_with_git(tmp_path, two_copies, decide_on_each(two_copies, ([FIRST, SECOND], [SECOND, THIRD])))
        for store in two_copies:
            report = take_in(store, merged)
            assert (report.new, report.known, len(report.objections)) == (2, 2, 1)
        assert standing_at(two_copies[0], SECOND) == standing_at(two_copies[1], SECOND)


def decide_on_each(copies: tuple[Store, Store], papers: tuple[list[str], list[str]]) -> int:
    """Each author decides on the papers given, the two differently; returns how many decisions there are."""
    for store, mine, taxon, by in zip(copies, papers, ("joint", "cascaded/implicit"), ("ana", "bo"), strict=True):
        for paper in mine:
            say(store, paper, "accept", taxon, by=by)
    return sum(map(len, papers))


def merge_with_git(folder: Path, copies: tuple[Store, Store], expected: int) -> Path:
    """Both authors commit their decisions on a branch, and git merges the branches; returns the merged file."""
    repository = folder / "repository"
    repository.mkdir()
    file = repository / "decisions.jsonl"

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *arguments], cwd=repository, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    (repository / ".gitattributes").write_text("decisions.jsonl merge=union\n")
    file.touch()
    git("add", "."), git("commit", "-qm", "start")
    for store, branch in zip(copies, ("ana", "bo"), strict=True):
        git("checkout", "-q", "main")
        git("checkout", "-qb", branch)
        write_out(store, file)
        git("commit", "-qam", branch)
    git("merge", "-q", "--no-edit", "ana")
    assert len(file.read_bytes().splitlines()) == expected
    return file


def test_the_command_line(seeded_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paper = "arxiv:2602.15922"
    assert run(["decide", paper, "joint/diffusion", "--note", "a reason", "--by", "ana", "--json"]) == 0
    made = orjson.loads(capsys.readouterr().out)
    assert standing_at(seeded_store, paper) == ["joint/diffusion"]
    assert run(["decide", paper, "outside", "--kind", "boring"]) == 1
    assert "unknown kind of outside" in capsys.readouterr().err
    assert run(["decisions", "export", str(tmp_path / "d.jsonl")]) == 0
    assert run(["decisions", "import", str(tmp_path / "d.jsonl"), "--json"]) == 0
    assert run(["undo", made["batch"]]) == 0
    assert standing_at(seeded_store, paper) != ["joint/diffusion"]
