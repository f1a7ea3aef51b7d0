"""Merging two papers: one remains with everything of both, and undoing restores each row."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlmodel import Session, select

from tests.helpers.edit_store import UNIFIED, fill, say, standing_at, undo
from tests.helpers.store_dump import dump
from tests.helpers.store_state import past_survey, survey
from wamkg.cli import run
from wamkg.errors import ConflictError, InvalidInputError, UnlikePapersError
from wamkg.history.releases import create_release
from wamkg.identifiers import new_uid
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.matching.claims import assert_value as say_value
from wamkg.matching.resolved_values import resolved_values
from wamkg.reviewing.decision_merge import import_decisions
from wamkg.reviewing.duplicates import record_judgement
from wamkg.reviewing.objections import ObjectionDraft, raise_objection
from wamkg.reviewing.paper_edits import set_values
from wamkg.reviewing.paper_merge import Merge, MergedPapers, dry_run, merge_papers
from wamkg.store.batches import get_actor, open_batch
from wamkg.store.claims import load_claims, write_papers
from wamkg.store.entities import upsert_entity
from wamkg.store.paper_details import authors_of
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.store.tables import Citation, Embedding, Link, Method, Paper, Result, Suggestion, Task
from wamkg.store.types import utc_now
from wamkg.views.history import paper_history
from wamkg.views.provenance import subject_history
from wamkg.views.snapshots import open_snapshot
from wamkg.vocabulary import BatchKind, EntityKind

KEEP, OTHER, THIRD = "arxiv:2401.00001", "doi:10.5555/grip.1", "arxiv:2401.00003"
PAPERS: list[dict[str, Any]] = [
    {"title": "Gripping by Feel", "arxiv": "2401.00001", "date": "2024-01-02", "method": "GripNet",
     "taxa": {"wam": UNIFIED}, "links": {"code": "https://example.org/a"}},
    {"title": "Gripping by Feel and Sight", "doi": "10.5555/grip.1", "method": "Grip-Net 2",
     "taxa": {"nus": "render-and-decode"}, "links": {"code": "https://example.org/a", "page": "https://example.org/b"}},
    {"title": "A Third Paper about Hands", "arxiv": "2401.00003", "date": "2024-03-04"},
]  # fmt: skip
REFERENCES = """
@misc{moss2024grip, title={Gripping by Feel}, author={Moss, Karin}, year={2024}, eprint={2401.00001},
  archiveprefix={arXiv}}
@article{mossJG, title={Gripping by Feel and Sight}, author={Moss, Karin and Paz, Una}, year={2025},
  journal={Journal of Grasping}, doi={10.5555/grip.1}}
"""
ELSE = {"title": "Something Else Entirely", "doi": "10.5555/other", "venue": "JG", "year": 2020}


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """Three papers on both databases; two of them are one paper with rows of every kind."""
    fill(store, tmp_path, *PAPERS)
    (tmp_path / "refs.bib").write_text(REFERENCES)
    import_source(store, str(tmp_path / "refs.bib"), ImportOptions())
    with store.writing() as session:
        for text, key in ((KEEP, "moss2024grip"), (OTHER, "mossJG")):
            say_key(session, text, key)
    say(store, OTHER, "unsure", taxonomy="training-data")
    with store.writing() as session:
        enriched(session)
        ana = get_actor(session, "ana", "person")
        set_values(session, ana, OTHER, {"note": "in print", "arxiv": "2401.00009"})
        record_judgement(session, ana, (KEEP, OTHER), "same")
        record_judgement(session, ana, (OTHER, THIRD), "different")
        raise_objection(session, ana, ObjectionDraft(paper=OTHER, proposed="outside", raised_by="bo", taxonomy="nus"))
    return store


def say_key(session: Session, paper: str, key: str) -> None:
    """A file gives a paper its citation key."""
    number = find_paper(session, paper).id or 0
    batch = open_batch(session, BatchKind.IMPORT, "refs.bib", get_actor(session, "cli"))
    state = load_claims(session, [number])[number]
    say_value(state, "key", key, "list:refs.bib")
    write_papers(session, batch.id or 0, batch.actor_id, [state], [resolved_values(state)])


def enriched(session: Session) -> None:
    """What fetching and computing write of papers."""
    batch = open_batch(session, BatchKind.ENRICH, "s2", get_actor(session, "enrich"))
    keep, other, third = (find_paper(session, text).id or 0 for text in (KEEP, OTHER, THIRD))
    pairs = ((third, keep, []), (third, other, ["as in"]), (keep, other, []), (other, third, []))
    for citing, cited, contexts in pairs:
        row = {"citing_id": citing, "cited_id": cited, "contexts": contexts, "source": "s2", "batch_id": batch.id}
        session.add(Citation(**row))
    number, _ = upsert_entity(session, batch, EntityKind.BENCHMARK, {"slug": "grasp", "name": "Grasp"})
    method = session.exec(select(Method.id).where(Method.name == "Grip-Net 2")).one()
    session.add(
        Result(uid=new_uid(), method_id=method, benchmark_id=number, value=0.5, reported_by_id=other, party="first",
               source="seed", batch_id=batch.id or 0)
    )  # fmt: skip
    session.add(Link(source_id=keep, relation="published_as", target_id=other, source="s2", batch_id=batch.id or 0))
    session.add(Link(source_id=other, relation="evaluated_on", target_id=number, source="s2", batch_id=batch.id or 0))
    for paper in (keep, other):
        session.add(Embedding(entity_id=paper, encoder="e", version="1", text_hash="h", dim=1, vector=b"1234"))
        session.add(Task(paper_id=paper, kind="metadata", status="done"))
    session.add(Task(paper_id=other, kind="citations", status="todo"))


def merge(store: Store, keep: str = KEEP, other: str = OTHER, **more: Any) -> MergedPapers:
    """Ana merges two papers."""
    with store.writing() as session:
        return merge_papers(session, get_actor(session, "ana", "person"), Merge(keep=keep, other=other, **more))


class TestMerging:
    """What remains, and what leads to it."""

    def test_one_paper_remains_with_everything(self, filled: Store) -> None:
        slug = merge(filled).other
        with filled.reading() as session:
            paper = find_paper(session, KEEP)
            for text in (slug, OTHER, "arxiv:2401.00009", "key:mossJG", "key:moss2024grip", paper.slug):
                assert find_paper(session, text).id == paper.id, text
            assert len(session.exec(select(Paper)).all()) == 2
            assert (paper.year, paper.doi, paper.key) == (2025, "10.5555/grip.1", "moss2024grip")
            assert (paper.title, paper.note) == ("Gripping by Feel and Sight", "in print"), (
                "of the shown venue's record"
            )
            assert authors_of(session, [paper.id or 0]) == {paper.id: ["Karin Moss", "Una Paz"]}
            cited = [(c.citing_id, c.cited_id, c.contexts) for c in session.exec(select(Citation)).all()]
            third = find_paper(session, THIRD).id
            assert sorted(cited) == sorted([(third, paper.id, ["as in"]), (paper.id, third, [])])
            (method,) = session.exec(select(Method)).all()
            (result,) = session.exec(select(Result)).all()
            assert (method.name, result.method_id, result.reported_by_id) == ("GripNet", method.id, paper.id)
            assert sorted(w.kind for w in session.exec(select(Task)).all()) == ["citations", "metadata"]
            assert any(row.field == "decision:training-data" for row in paper_history(session, KEEP))
            assert session.exec(select(Suggestion)).all() == []
        assert standing_at(filled, KEEP) == [UNIFIED]
        assert standing_at(filled, KEEP, "nus") == ["render-and-decode"]
        assert standing_at(filled, KEEP, "training-data") == ["undecided"]

    def test_undo_restores_each_row(self, filled: Store) -> None:
        before = dump(filled)
        made = merge(filled)
        assert made.batch is not None
        undo(filled, made.batch)
        assert dump(filled) == before

    def test_merged_the_other_way_round_the_record_shown_is_the_same(self, filled: Store) -> None:
        before = dump(filled)
        made = merge(filled, OTHER, KEEP)
        shown = [made.shown[name] for name in ("venue", "year", "doi")]
        assert shown == ["Journal of Grasping", 2025, "10.5555/grip.1"]
        undo(filled, made.batch or "")
        assert dump(filled) == before

    def test_a_chain_leads_to_the_last_and_is_undone_in_turn(self, filled: Store) -> None:
        with filled.writing() as session:
            record_judgement(session, get_actor(session, "ana", "person"), (OTHER, THIRD), "unsure")
        before = dump(filled)
        first = merge(filled)
        second = merge(filled, THIRD, KEEP, although_unlike=True)
        with filled.reading() as session:
            assert {find_paper(session, text).slug for text in (first.other, first.keep, KEEP, OTHER)} == {second.keep}
        with pytest.raises(ConflictError, match=second.batch or ""):
            undo(filled, first.batch or "")
        undo(filled, second.batch or "")
        undo(filled, first.batch or "")
        assert dump(filled) == before

    def test_a_slug_that_was_merged_is_not_given_to_a_new_paper(self, filled: Store, tmp_path: Path) -> None:
        slug = merge(filled).other
        fill(filled, tmp_path, {"title": PAPERS[1]["title"], "doi": "10.5555/else.9", "authors": ["Ben Roth"]})
        with filled.reading() as session:
            assert find_paper(session, slug).doi == "10.5555/grip.1"
            assert find_paper(session, "doi:10.5555/else.9").slug != slug


class TestPlaces:
    """Two places in one taxonomy."""

    def test_a_side_must_be_preferred(self, filled: Store) -> None:
        say(filled, OTHER, "accept", "cascaded/implicit")
        before = dump(filled)
        with pytest.raises(ConflictError, match="--prefer keep or --prefer other"):
            merge(filled)
        assert dump(filled) == before
        for prefer, place in (("keep", UNIFIED), ("other", "cascaded/implicit")):
            made = merge(filled, prefer=prefer)
            assert standing_at(filled, KEEP) == [place]
            undo(filled, made.batch or "")
            assert dump(filled) == before

    def test_equal_places_are_one(self, filled: Store) -> None:
        say(filled, OTHER, "accept", UNIFIED)
        before = dump(filled)
        made = merge(filled)
        assert standing_at(filled, KEEP) == [UNIFIED]
        undo(filled, made.batch or "")
        assert dump(filled) == before


class TestRefusing:
    """What is not merged."""

    @pytest.mark.parametrize(
        ("keep", "other", "words"),
        [(KEEP, KEEP, "same paper"), (OTHER, "doi:10.5555/other", "two publications"), (KEEP, OTHER, "is not a side")],
    )
    def test_impossible_merges(self, filled: Store, tmp_path: Path, keep: str, other: str, words: str) -> None:
        fill(filled, tmp_path, ELSE)
        more = {"prefer": "both"} if words == "is not a side" else {}
        with pytest.raises(InvalidInputError, match=words):
            merge(filled, keep, other, **more)

    def test_a_pair_judged_different(self, filled: Store) -> None:
        with pytest.raises(ConflictError, match="different"):
            merge(filled, THIRD, OTHER)

    def test_two_dois_on_demand(self, filled: Store, tmp_path: Path) -> None:
        fill(filled, tmp_path, ELSE)
        before = dump(filled)
        made = merge(filled, OTHER, "doi:10.5555/other", although_dois_differ=True, although_unlike=True)
        undo(filled, made.batch or "")
        assert dump(filled) == before


SLIDING = "A Benchmark for Sliding Doors"
ALIKE = [
    (OTHER, {"title": "Gripping by Feel", "authors": ["A. Nobody"], "url": "https://example.org/b"}),
    (KEEP, {"title": "Gripping by Feel: Hands without Eyes"}),
    (KEEP, {"title": "GripNet: Fingers that Know", "authors": ["Moss, K.", "Una Paz"]}),
    (OTHER, {"title": "Hands without Eyes", "authors": ["Karin Moss", "Una Paz"], "year": 2025}),
]
UNLIKE = [
    (KEEP, {"title": SLIDING, "authors": ["Ole Berg"], "year": 2024}),
    (KEEP, {"title": SLIDING}),
    (THIRD, {"title": SLIDING, "year": 2024, "doi": "10.5555/doors"}),
    (KEEP, {"title": "Gripping by Feel and Sight", "authors": ["Ole Berg", "Tor Vik"]}),
    (OTHER, {"title": "A Survey of Cleaning Robots at Home", "arxiv": "2403.00007", "venue": "Journal of Grasping"}),
]


class TestUnlikePapers:
    """Papers that look like two different ones are not merged by mistake."""

    def test_they_are_refused_with_the_reasons(self, filled: Store, tmp_path: Path) -> None:
        for keep, given in UNLIKE:
            other = add_one(filled, tmp_path, given)
            assert given["title"] in tried(filled, keep, other).unlike[0]
            with pytest.raises(UnlikePapersError, match=re.escape(given["title"])):
                merge(filled, keep, other)
        before = dump(filled)
        undo(filled, merge(filled, keep, other, although_unlike=True).batch or "")
        assert dump(filled) == before

    def test_others_need_no_confirmation(self, filled: Store, tmp_path: Path) -> None:
        for keep, given in ALIKE:
            assert tried(filled, keep, add_one(filled, tmp_path, given)).unlike == [], given
        judged = add_one(filled, tmp_path, UNLIKE[0][1])
        with filled.writing() as session:
            record_judgement(session, get_actor(session, "ana", "person"), (KEEP, judged), "same")
        assert merge(filled, KEEP, judged).unlike == []


def tried(store: Store, keep: str, other: str) -> MergedPapers:
    """The effect of a merge that is not made."""
    with store.reading() as session:
        made = dry_run(session, get_actor(session, "ana", "person"), Merge(keep=keep, other=other))
        session.rollback()
    return made


def add_one(store: Store, folder: Path, given: dict[str, Any]) -> str:
    """Add one paper and return its slug."""
    fill(store, folder, given)
    with store.reading() as session:
        return session.exec(select(Paper.slug).order_by(Paper.id.desc())).first() or ""  # type: ignore[union-attr]


class TestUndoing:
    """What was written before and after a merge."""

    @pytest.mark.parametrize(
        "write",
        [
            lambda store: say(store, KEEP, "outside").batch,
            lambda store: say(store, KEEP, "accept", "video-generation-free", taxonomy="nus").batch,
        ],
    )
    def test_later_writes_are_undone_first(self, filled: Store, write: Callable[[Store], str]) -> None:
        made = merge(filled)
        merged = dump(filled)
        later = write(filled)
        with pytest.raises(ConflictError, match=later):
            undo(filled, made.batch or "")
        undo(filled, later)
        assert dump(filled) == merged

    def test_history_marks_an_undone_merge(self, filled: Store) -> None:
        made = merge(filled)
        for event in ("changed", "undone"):
            with filled.reading() as session:
                assert {row.event for row in subject_history(session, KEEP, "merge")} == {event}
            if event == "changed":
                undo(filled, made.batch or "")

    def test_earlier_writes_wait_for_the_merge(self, filled: Store) -> None:
        earlier = say(filled, OTHER, "outside", taxonomy="nus").batch
        made = merge(filled)
        with pytest.raises(ConflictError, match=made.batch or ""):
            undo(filled, earlier)

    def test_every_moment_shows_what_was_then(self, filled: Store, tmp_path: Path) -> None:
        create_release(filled, tmp_path, "apart", "", "ana")
        states = [(dump_of(filled), now())]
        made = merge(filled)
        states.append((dump_of(filled), now()))
        undo(filled, made.batch or "")
        states.append((dump_of(filled), now()))
        for then, moment in states:
            with open_snapshot(filled, tmp_path, as_of=moment) as past:
                assert dump_of(past) == then
        with open_snapshot(filled, tmp_path, release="apart") as past:
            assert dump_of(past) == states[0][0]


@pytest.mark.parametrize("apart_first", [False, True])
def test_rows_whose_numbers_were_given_out_again_are_shown_on_past_days(
    store: Store, tmp_path: Path, apart_first: bool
) -> None:
    """SQLite gives the number of a row that a merge removed to the next new one."""
    lines = [{"title": f"Knots of Kind {n}", "arxiv": f"2402.0000{n}", "date": "2024-02-03"} for n in range(3)]
    ids = [f"arxiv:{line['arxiv']}" for line in lines]
    batches, states = [], []
    for other in (1, 2):
        for line in lines[:2] if other == 1 else lines[2:]:
            batches.append(fill(store, tmp_path, line).batch or "")
            states.append((past_survey(store), now()))
        with store.writing() as session:
            wanted = Merge(keep=ids[0], other=ids[other], although_unlike=True)
            batches.append(merge_papers(session, get_actor(session, "ana", "person"), wanted).batch or "")
        states.append((past_survey(store), now()))
    order = list(reversed(batches))
    if apart_first:
        undo(store, order.pop(0))
        order.insert(0, order.pop(1))
    for batch in order:
        undo(store, batch)
    for then, moment in states[2:]:
        with open_snapshot(store, tmp_path, as_of=moment) as past:
            assert past_survey(past) == then


def test_a_past_day_shows_what_a_merge_placed_beside_imported_decisions(store: Store, tmp_path: Path) -> None:
    lines = [{"title": f"Knots of Kind {n}", "arxiv": f"2402.0000{n}"} for n in range(2)]
    fill(store, tmp_path, lines[0], lines[1] | {"taxa": {"wam": UNIFIED}})
    decided = {
        "id": new_uid(), "by": "cy", "paper": {"arxiv": "2402.00000"}, "taxonomy": "wam", "at": utc_now().isoformat(),
        "verdict": "not-applicable", "taxa": [], "replaces": [],
    }  # fmt: skip
    (tmp_path / "decisions.jsonl").write_bytes(orjson.dumps(decided))
    with store.writing() as session:
        import_decisions(session, tmp_path / "decisions.jsonl", get_actor(session, "ana", "person"))
    with store.writing() as session:
        wanted = Merge(keep="arxiv:2402.00000", other="arxiv:2402.00001", prefer="other", although_unlike=True)
        merge_papers(session, get_actor(session, "ana", "person"), wanted)
    states = [(past_survey(store), now())]
    made = say(store, "arxiv:2402.00000", "outside").batch
    states.append((past_survey(store), now()))
    undo(store, made)
    states.append((past_survey(store), now()))
    for then, moment in states:
        with open_snapshot(store, tmp_path, as_of=moment) as past:
            assert past_survey(past) == then


def dump_of(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """The survey's rows, without what can be computed again."""
    return survey(store)


def now() -> str:
    """This moment."""
    return utc_now().isoformat()


def test_the_command_line(tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["migrate"]) == 0
    own = Store(f"sqlite:///{home / 'wamkg.db'}")
    fill(own, tmp_path, *({k: v for k, v in paper.items() if k != "taxa"} for paper in PAPERS))
    before = dump(own)
    assert run(["merge", KEEP, OTHER, "--dry-run"]) == 0
    assert "nothing was written" in capsys.readouterr().out
    assert dump(own) == before
    assert run(["duplicates", "merge", KEEP, OTHER, "--why", "the venue says so", "--json"]) == 0
    made = orjson.loads(capsys.readouterr().out)
    assert (made["keep"], made["shown"]["doi"]) == ("gripping-by-feel", "10.5555/grip.1")
    assert run(["merge", KEEP, "nobody"]) == 1
    assert run(["undo", made["batch"]]) == 0
    assert dump(own) == before
    own.close()


@pytest.fixture
def doors(tmp_path: Path, home: Path) -> Path:
    """A store with two unlike papers."""
    assert run(["migrate"]) == 0
    own = Store(f"sqlite:///{home / 'wamkg.db'}")
    fill(own, tmp_path, {"title": SLIDING, "arxiv": "2403.00001"}, {"title": "Gripping by Feel", "arxiv": "2401.00001"})
    own.close()
    return home


def test_the_command_line_warns_of_unlike_papers(doors: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["merge", KEEP, "arxiv:2403.00001"]
    assert run([*command, "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("these look like two different papers: title: 'A Benchmark")
    assert run(command) == 1
    refused = capsys.readouterr()
    assert refused.out == ""
    assert re.fullmatch(r"wamkg: .* two different papers: .*; nothing was written; .* --yes\n", refused.err)
    assert run([*command, "--yes"]) == 0
    assert capsys.readouterr().out.startswith("these look like two different papers")


@pytest.mark.parametrize(("typed", "status", "words"), [("merge", 0, "is merged into"), ("y", 1, "not confirmed")])
def test_a_person_confirms_on_a_terminal(doors: Path, typed: str, status: int, words: str) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, f"{typed}\n".encode())
    command = [sys.executable, "-m", "wamkg", "merge", KEEP, "arxiv:2403.00001"]
    done = subprocess.run(command, stdin=theirs, capture_output=True, text=True, check=False)
    os.close(theirs)
    os.close(ours)
    assert done.returncode == status
    assert "look like two different papers" in done.stderr
    assert words in done.stdout + done.stderr


def test_a_merge_that_is_killed_leaves_nothing(filled: Store) -> None:
    before = dump(filled)
    code = (
        "import os, sys; from tests.matching.test_paper_merge import *; import wamkg.reviewing.paper_merge as m\n"
        "m.delete_unused_authors_and_venues = lambda session: os._exit(9)\n"
        "merge(Store(sys.argv[1]))"
    )
    done = subprocess.run([sys.executable, "-c", code, filled.url], check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 9
    assert dump(filled) == before
    assert merge(filled).batch
