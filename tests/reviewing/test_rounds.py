"""Two people review one queue blindly: nobody sees a vote before its time, and each write is undone whole."""

import gzip
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.helpers.edit_store import FIRST, SECOND, THIRD, UNIFIED, fill, standing_at, undo
from tests.helpers.store_dump import dump
from tests.reviewing.test_decisions import copy_of, take_in, write_out
from tests.reviewing.test_decisions import say as say_decision
from wamkg.cli import run
from wamkg.errors import ConflictError, InvalidInputError
from wamkg.exporting.objection_texts import agenda_text
from wamkg.history.releases import create_release, open_release
from wamkg.pages.workbench import QueueChoice, review_page
from wamkg.reviewing.agreement import agreement_of_decisions, agreement_of_rounds
from wamkg.reviewing.rounds import (
    AdjudicationResult,
    NewRound,
    RoundResult,
    VoteResult,
    adjudicate,
    cast_vote,
    close_round,
    open_round,
)
from wamkg.reviewing.verdicts import Decision
from wamkg.store.batches import get_actor
from wamkg.store.session import Store
from wamkg.views.history import change_list, paper_history
from wamkg.views.provenance import audit_lines
from wamkg.views.rounds import QueuedPaper, differing_votes, round_detail, round_queue

IMPLICIT = "cascaded/implicit"


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """Three papers on both databases, all in the queue of ana and bo."""
    fill(store, tmp_path)
    start(store)
    return store


def start(store: Store, name: str = "pilot", *reviewers: str, papers: tuple[str, ...] = (FIRST, SECOND, THIRD)) -> None:
    """Open a round."""
    with store.writing() as session:
        new = NewRound(name=name, reviewers=reviewers or ("ana", "bo"), papers=papers)
        open_round(session, get_actor(session, "cho", "person"), new)


def vote(store: Store, by: str, paper: str, taxon: str = UNIFIED, verdict: str = "accept", **more: Any) -> VoteResult:
    """One reviewer's vote."""
    decision = Decision(paper=paper, verdict=verdict, taxon=taxon if verdict == "accept" else None, **more)
    with store.writing() as session:
        return cast_vote(session, get_actor(session, by, "person"), "pilot", decision)


def settle(store: Store, by: str, paper: str, taxon: str | None = None, agreed: bool = False) -> AdjudicationResult:
    """Somebody decides on a paper of the round."""
    decision = Decision(paper=paper, verdict="accept", taxon=taxon)
    with store.writing() as session:
        return adjudicate(session, get_actor(session, by, "person"), "pilot", decision, agreed=agreed)


def close(store: Store) -> RoundResult:
    """The round ends."""
    with store.writing() as session:
        return close_round(session, get_actor(session, "cho", "person"), "pilot")


def seen(store: Store, by: str | None, paper: str = FIRST) -> QueuedPaper:
    """A paper of the round as somebody may see it."""
    with store.reading() as session:
        return next(queued for queued in round_queue(session, "pilot", by) if queued.paper == paper)


class TestBlindness:
    """Neither sees the other's vote until both have voted or somebody has decided."""

    def test_a_vote_is_seen_by_its_reviewer_alone(self, filled: Store) -> None:
        vote(filled, "ana", FIRST, note="one stream")
        assert [v.taxon for v in seen(filled, "ana").votes] == [UNIFIED]
        for other in ("bo", "cho", None):
            shown = seen(filled, other)
            assert (shown.votes, shown.waiting, shown.opened, shown.alike) == ([], 1, False, None)
        opened = vote(filled, "bo", FIRST, IMPLICIT)
        assert opened.opened
        for anybody in ("ana", "bo", None):
            shown = seen(filled, anybody)
            assert [(v.by, v.taxon) for v in shown.votes] == [("ana", UNIFIED), ("bo", IMPLICIT)]
            assert shown.alike is False
        assert seen(filled, "bo", SECOND).votes == []

    def test_no_other_list_gives_a_vote_away(self, filled: Store) -> None:
        undone = vote(filled, "ana", FIRST, verdict="outside", kind="survey", note="a secret note")
        vote(filled, "ana", SECOND, IMPLICIT, note="a secret note")
        undo(filled, undone.batch or "")
        with filled.reading() as session:
            told = [
                paper_history(session, FIRST),
                paper_history(session, SECOND),
                change_list(session, None, 100).items,
            ]
            told += [round_detail(session, "pilot"), agreement_of_rounds(session), list(audit_lines(session))]
        text = orjson.dumps(told).decode()
        assert "a secret note" not in text
        assert '"outside"' not in text

    def test_a_release_made_meanwhile_gives_no_vote_away(self, filled: Store, tmp_path: Path) -> None:
        vote(filled, "ana", FIRST, verdict="outside", kind="survey", note="a secret note")
        vote(filled, "ana", FIRST, IMPLICIT, note="a secret note")
        undo(filled, vote(filled, "bo", SECOND, note="a secret note").batch or "")
        for by in ("ana", "bo"):
            vote(filled, by, THIRD, note="an open note")
        release = create_release(filled, tmp_path, "v1", "", "cho")
        text = gzip.decompress((tmp_path / "releases" / release.file).read_bytes()).decode()
        assert ("a secret note" in text, '"kind":"survey"' in text) == (False, False)
        assert text.count("an open note") == 2
        with open_release(filled, tmp_path, "v1") as frozen, frozen.reading() as session:
            queue = {paper.paper: paper for paper in round_queue(session, "pilot", "ana")}
        assert (queue[FIRST].votes, [v.note for v in queue[THIRD].votes]) == ([], ["an open note"] * 2)
        close(filled)
        later = create_release(filled, tmp_path, "v2", "", "cho")
        text = gzip.decompress((tmp_path / "releases" / later.file).read_bytes()).decode()
        assert "a secret note" in text

    def test_a_vote_moves_nothing_and_may_be_replaced_until_opened(self, filled: Store) -> None:
        before = standing_at(filled, FIRST)
        vote(filled, "ana", FIRST)
        vote(filled, "ana", FIRST, IMPLICIT)
        assert vote(filled, "ana", FIRST, IMPLICIT).batch is None
        assert [v.taxon for v in seen(filled, "ana").votes] == [IMPLICIT]
        vote(filled, "bo", FIRST)
        assert standing_at(filled, FIRST) == before
        with pytest.raises(ConflictError, match="the votes are visible"):
            vote(filled, "ana", FIRST)

    def test_what_was_seen_stays_seen_after_an_undo(self, filled: Store) -> None:
        mine = vote(filled, "ana", FIRST)
        vote(filled, "bo", FIRST, IMPLICIT)
        undo(filled, mine.batch or "")
        with pytest.raises(ConflictError, match="the votes are visible"):
            vote(filled, "ana", FIRST, IMPLICIT)

    def test_closing_opens_what_is_there(self, filled: Store) -> None:
        vote(filled, "ana", FIRST)
        close(filled)
        assert [v.by for v in seen(filled, None).votes] == ["ana"]
        with pytest.raises(ConflictError, match="closed"):
            vote(filled, "bo", FIRST)

    @pytest.mark.parametrize(
        ("by", "more", "words"),
        [
            ("cho", {}, "not a reviewer"),
            ("ana", {"also": (IMPLICIT,)}, "one taxon"),
            ("ana", {"verdict": "reject"}, "one taxon"),
        ],
    )
    def test_what_is_no_vote(self, filled: Store, by: str, more: dict[str, Any], words: str) -> None:
        with pytest.raises(InvalidInputError, match=words):
            vote(filled, by, FIRST, **more)


class TestAdjudication:
    """A decision of votes, by a third or by agreement."""

    def test_votes_alike_need_no_third(self, filled: Store) -> None:
        vote(filled, "ana", THIRD)
        vote(filled, "bo", THIRD)
        before = dump(filled)
        made = settle(filled, "bo", THIRD)
        assert (made.resolution, standing_at(filled, THIRD)) == ("unanimous", [UNIFIED])
        assert seen(filled, None, THIRD).decision == made.decided.decision
        undo(filled, made.decided.batch)
        assert dump(filled) == before

    def test_differing_votes_are_decided_by_a_third_or_agreed(self, filled: Store) -> None:
        for paper in (FIRST, SECOND):
            vote(filled, "ana", paper)
            with pytest.raises(ConflictError, match="not every reviewer"):
                settle(filled, "ana", paper, UNIFIED, agreed=True)
            vote(filled, "bo", paper, "joint")
        with filled.reading() as session:
            differing = differing_votes(session)
            agenda, page = agenda_text([], differing), review_page(session, QueueChoice())
        assert [queued.paper for queued in differing] == [FIRST, SECOND]
        for text in (agenda, page):
            assert "ana" in text
            assert "A Second Paper about Robots" in text
        assert f"ana says {UNIFIED}, bo says joint" in agenda
        with pytest.raises(ConflictError, match="differ"):
            settle(filled, "ana", FIRST, UNIFIED)
        with pytest.raises(ConflictError, match="not unanimous"):
            settle(filled, "cho", FIRST)
        assert settle(filled, "cho", FIRST, UNIFIED).resolution == "third_person"
        assert settle(filled, "bo", SECOND, UNIFIED, agreed=True).resolution == "consensus"
        with filled.reading() as session:
            assert differing_votes(session) == []
            assert (d := round_detail(session, "pilot")).adjudicated == 2, d

    def test_a_third_may_decide_before_all_have_voted(self, filled: Store) -> None:
        vote(filled, "ana", FIRST)
        settle(filled, "cho", FIRST, UNIFIED)
        assert [v.by for v in seen(filled, "bo").votes] == ["ana"]
        with pytest.raises(ConflictError, match="the votes are visible"):
            vote(filled, "bo", FIRST)
        again = settle(filled, "cho", FIRST, IMPLICIT)
        undo(filled, again.decided.batch)
        assert seen(filled, None).resolution == "third_person"
        assert standing_at(filled, FIRST) == [UNIFIED]


def test_every_write_is_undone_row_for_row(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    states, batches = [dump(store)], []
    with store.writing() as session:
        new = NewRound(name="pilot", reviewers=("ana", "bo"))
        made = open_round(session, get_actor(session, "cho", "person"), new)
    assert made.papers == 1
    batches.append(made.batch)
    for step in (
        lambda: vote(store, "ana", THIRD).batch,
        lambda: vote(store, "ana", THIRD, IMPLICIT).batch,
        lambda: vote(store, "bo", THIRD).batch,
        lambda: settle(store, "cho", THIRD, UNIFIED).decided.batch,
        lambda: close(store).batch,
    ):
        states.append(dump(store))
        batches.append(step() or "")
    with pytest.raises(ConflictError, match="undo them first"):
        undo(store, batches[0])
    with pytest.raises(ConflictError, match=batches[2]):
        undo(store, batches[1])
    while batches:
        undo(store, batches.pop())
        assert dump(store) == states.pop()


@pytest.mark.parametrize(
    ("given", "words"),
    [({"reviewers": ("ana",)}, "two reviewers"), ({"reviewers": ("ana", "ana")}, "once"), ({"name": " "}, "name")],
)
def test_rounds_that_cannot_be(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        NewRound(**{"name": "pilot", "reviewers": ("ana", "bo")} | given)


class TestAgreement:
    """What is measured of a round, and of two copies of the store."""

    def test_only_opened_votes_count(self, filled: Store) -> None:
        vote(filled, "ana", FIRST)
        vote(filled, "bo", FIRST, "joint/diffusion")
        vote(filled, "ana", SECOND)
        vote(filled, "bo", THIRD, verdict="unsure")
        with filled.reading() as session:
            found = agreement_of_rounds(session, name="pilot")
        assert (found.papers, found.labels, found.missing) == (1, 2, 0)
        close(filled)
        with filled.reading() as session:
            found = agreement_of_rounds(session)
        assert (found.papers, found.labels, found.unsure, found.missing) == (3, 3, 1, 2)
        assert [(level.depth, level.measure.observed) for level in found.levels] == [(1, 1.0), (2, 1.0), (3, 0.0)]

    def test_decisions_made_apart_count_and_those_made_in_knowledge_do_not(self, store: Store, tmp_path: Path) -> None:
        fill(store, tmp_path)
        if not store.is_sqlite:
            pytest.skip("a copy of the store is a copy of its file")
        other = copy_of(tmp_path, store)
        for paper, taxon in ((FIRST, "joint"), (SECOND, IMPLICIT), (THIRD, "joint")):
            say_decision(store, paper, "accept", UNIFIED if paper == FIRST else taxon, by="ana")
            say_decision(other, paper, "accept", taxon, by="bo")
        say_decision(store, THIRD, "accept", IMPLICIT, by="cho")
        write_out(other, tmp_path / "d.jsonl")
        take_in(store, tmp_path / "d.jsonl")
        with store.reading() as session:
            found = agreement_of_decisions(session)
        assert found.reviewers == ["ana", "bo"]
        assert (found.papers, found.overall.papers, found.overall.observed) == (3, 3, pytest.approx(2 / 3, abs=1e-4))


def test_the_command_line(seeded_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    papers = ["arxiv:2302.00111", "arxiv:2602.15922"]
    who = ["--reviewer", "ana", "--reviewer", "bo"]
    assert run(["round", "open", "pilot", *who, *(part for paper in papers for part in ("--paper", paper))]) == 0
    assert run(["agreement", "--round", "pilot"]) == 0
    for by, taxon in (("ana", UNIFIED), ("bo", IMPLICIT)):
        for paper in papers:
            verdict = "outside" if paper == papers[0] else taxon
            assert run(["round", "vote", "pilot", paper, verdict, "--by", by]) == 0
    capsys.readouterr()
    assert run(["round", "show", "pilot", "--json"]) == 0
    assert [paper["alike"] for paper in orjson.loads(capsys.readouterr().out)] == [True, False]
    assert run(["round", "adjudicate", "pilot", papers[0], "--by", "ana"]) == 0
    assert standing_at(seeded_store, papers[0]) == ["outside"]
    assert run(["round", "adjudicate", "pilot", papers[1], UNIFIED, "--by", "cho"]) == 0
    assert run(["round", "close", "pilot"]) == 0
    capsys.readouterr()
    assert run(["round", "--json"]) == 0
    assert orjson.loads(capsys.readouterr().out)[0]["adjudicated"] == 2
    assert run(["agreement", "--json"]) == 0
    found = orjson.loads(capsys.readouterr().out)
    assert (found["papers"], found["overall"]["observed"], found["samples"]) == (2, 0.5, 2000)
    assert run(["agreement", "--round", "nothing"]) == 1
