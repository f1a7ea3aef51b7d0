"""Disputed placements: raised with a link, answered, closed by moving the paper or by saying why not, undone whole."""

from pathlib import Path

import orjson
import pytest

from tests.helpers.edit_store import ABSTRACT, FIRST, SECOND, THIRD, UNIFIED, fill, say, standing_at, undo
from tests.helpers.store_dump import dump
from wamkg.cli import run
from wamkg.errors import ConflictError, InvalidInputError, NotFoundError
from wamkg.exporting.objection_texts import agenda_text, reply_text
from wamkg.pages.paper import paper_page
from wamkg.pages.workbench import QueueChoice, review_page
from wamkg.reviewing.objections import (
    ObjectionDraft,
    ObjectionOutcome,
    ObjectionResult,
    answer_objection,
    close_objection,
    raise_objection,
)
from wamkg.store.batches import get_actor
from wamkg.store.session import Store
from wamkg.views.history import paper_history
from wamkg.views.objections import ObjectionItem, agenda, objection_detail, objection_list

SAID_AT = "https://example.org/list/issues/12"


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """Three papers on both databases, the first placed by a person with a quote."""
    fill(store, tmp_path)
    say(store, FIRST, "accept", UNIFIED, evidence=ABSTRACT[:42], note="one stream")
    return store


def dispute(store: Store, paper: str = FIRST, proposed: str = "cascaded/implicit", **more: str) -> ObjectionResult:
    """The authors of a paper object."""
    given = {
        "raised_by": "Dr Chen",
        "raised_role": "paper-author",
        "source_url": SAID_AT,
        "quote": "We do cascade.",
    } | more
    with store.writing() as session:
        return raise_objection(
            session, get_actor(session, "ana", "person"), ObjectionDraft(paper=paper, proposed=proposed, **given)
        )


def answer(
    store: Store, uid: str, text: str = "We read section 3 otherwise.", revision: int | None = None
) -> ObjectionResult:
    """Somebody answers."""
    with store.writing() as session:
        return answer_objection(session, get_actor(session, "bo", "person"), uid, text, revision)


def close(store: Store, uid: str, outcome: str, text: str | None = None, by: str = "person") -> ObjectionResult:
    """The meeting closes an objection."""
    with store.writing() as session:
        actor = get_actor(session, "bo" if by == "person" else "robot", by)
        return close_objection(session, actor, uid, ObjectionOutcome(outcome=outcome, answer=text))


def listed(store: Store, status: str | None = None) -> list[ObjectionItem]:
    """The objections as shown."""
    with store.reading() as session:
        return objection_list(session, status, 50, None).items


class TestRaising:
    """Saying that a paper stands in the wrong place."""

    def test_it_moves_nothing_and_is_listed_with_its_link(self, filled: Store) -> None:
        before = standing_at(filled, FIRST)
        written = dispute(filled)
        (item,) = listed(filled)
        assert (item.uid, item.status, item.disputed, item.proposed) == (
            written.objection, "open", UNIFIED, "cascaded/implicit",
        )  # fmt: skip
        assert (item.raised_by, item.raised_role, item.source_url) == ("Dr Chen", "paper-author", SAID_AT)
        assert standing_at(filled, FIRST) == before
        with filled.reading() as session:
            (row,) = [row for row in paper_history(session, FIRST) if row.field == "objection:wam"]
        assert (row.who, row.before, row.why) == ("ana", UNIFIED, "We do cascade.")

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"source_url": ""}, "URL of their statement"),
            ({"source_url": "javascript:alert(1)"}, "must begin with http"),
            ({"raised_role": "decision"}, "co-author"),
            ({"raised_by": " "}, "name of the person"),
            ({"proposed": UNIFIED}, "is assigned to .* already"),
            ({"paper": THIRD}, "has no assignment"),
        ],
    )
    def test_what_cannot_be_raised(self, filled: Store, more: dict[str, str], words: str) -> None:
        with pytest.raises(InvalidInputError, match=words):
            dispute(filled, **more)

    def test_the_same_objection_twice_is_refused(self, filled: Store) -> None:
        first = dispute(filled)
        with pytest.raises(ConflictError, match=first.objection):
            dispute(filled)
        dispute(filled, raised_by="Dr Weber")
        assert len(listed(filled)) == 2

    def test_a_state_may_be_claimed(self, filled: Store) -> None:
        written = dispute(filled, proposed="outside")
        assert listed(filled)[0].proposed == "outside"
        close(filled, written.objection, "accepted", "no future in it")
        assert standing_at(filled, FIRST) == ["outside"]


class TestClosing:
    """What becomes of an objection."""

    def test_accepted_moves_the_paper_in_one_batch(self, filled: Store) -> None:
        written = dispute(filled)
        before = dump(filled)
        closed = close(filled, written.objection[:13], "accepted", "they are right")
        assert standing_at(filled, FIRST) == ["cascaded/implicit"]
        (item,) = listed(filled, "accepted")
        assert (item.decided_by, item.decision, item.answer) == ("bo", closed.decision, "they are right")
        with pytest.raises(ConflictError, match="undo them first"):
            undo(filled, written.batch)
        undo(filled, closed.batch)
        assert dump(filled) == before
        assert standing_at(filled, FIRST) == [UNIFIED]

    def test_accepted_where_the_paper_stands_there_by_now(self, filled: Store) -> None:
        written = dispute(filled)
        say(filled, FIRST, "accept", "cascaded/implicit")
        assert close(filled, written.objection, "accepted").decision is None

    def test_a_rejection_says_why(self, filled: Store) -> None:
        written = dispute(filled)
        with pytest.raises(InvalidInputError, match="needs an answer"):
            close(filled, written.objection, "rejected")
        answer(filled, written.objection)
        assert close(filled, written.objection, "rejected").status == "rejected"
        assert standing_at(filled, FIRST) == [UNIFIED]
        with pytest.raises(ConflictError, match="is closed"):
            answer(filled, written.objection)

    def test_a_program_closes_nothing(self, filled: Store) -> None:
        with pytest.raises(InvalidInputError, match="only people"):
            close(filled, dispute(filled).objection, "withdrawn", by="program")

    def test_stale_and_unknown_ones_are_refused(self, filled: Store) -> None:
        written = dispute(filled)
        answer(filled, written.objection, revision=1)
        with pytest.raises(ConflictError, match="answered at revision 2, you saw 1"):
            answer(filled, written.objection, revision=1)
        with pytest.raises(NotFoundError):
            answer(filled, "")

    def test_undoing_each_step_returns_to_the_state_before(self, filled: Store) -> None:
        states, batches = [dump(filled)], []
        written = dispute(filled)
        for batch in (
            written.batch,
            lambda: answer(filled, written.objection).batch,
            lambda: close(filled, written.objection, "withdrawn").batch,
        ):
            batches.append(batch if isinstance(batch, str) else batch())
            states.append(dump(filled))
        while batches:
            assert dump(filled) == states.pop()
            undo(filled, batches.pop())
        assert dump(filled) == states.pop()

    def test_a_taxon_merged_away_leads_to_what_took_over(self, seeded_store: Store) -> None:
        paper = "arxiv:2602.15922"
        gone, over = (f"joint/diffusion/multi-stream/{name}" for name in ("hidden-state", "cross-attention"))
        assert run(["objections", "raise", paper, gone, "--json"]) == 0
        assert run(["taxon", "merge", gone, over]) == 0
        close(seeded_store, listed(seeded_store)[0].uid, "accepted")
        assert standing_at(seeded_store, paper) == [over]


class TestTexts:
    """What is printed for the meeting and for who objected."""

    def test_the_agenda_holds_what_is_needed_to_decide(self, filled: Store) -> None:
        first = dispute(filled)
        dispute(filled, SECOND, "joint")
        close(filled, dispute(filled, proposed="joint/diffusion").objection, "withdrawn")
        with filled.reading() as session:
            points = agenda(session)
            text = agenda_text(points)
        assert [point.objection.paper for point in points] == [FIRST, SECOND]
        assert text.startswith("# Disputed placements\n\n2 open objections, oldest first.\n")
        for words in (SAID_AT, "> We do cascade.", f"> {ABSTRACT[:42]} (abstract)", first.objection, "Dr Chen"):
            assert words in text

    def test_the_reply_has_criterion_quote_exemplars_and_decision(self, seeded_store: Store) -> None:
        written = dispute(seeded_store, "arxiv:2602.15922", "cascaded/explicit/learned")
        close(seeded_store, written.objection, "rejected", "The future is denoised with the action.")
        with seeded_store.reading() as session:
            detail = objection_detail(session, written.objection)
            text = reply_text(detail)
        assert detail.present
        assert detail.proposed
        assert detail.proposed.exemplars
        assert detail.present.definition in text
        assert detail.proposed.exemplars[0].id in text
        for words in ("Dr Chen", SAID_AT, "The paper stays where it is. Decided by bo.", "denoised with the action"):
            assert words in text


def test_disputes_are_seen_on_the_pages(seeded_store: Store) -> None:
    paper = "arxiv:2602.15922"
    written = dispute(seeded_store, paper, "outside", quote="We <b>do</b> cascade.")
    with seeded_store.reading() as session:
        queue, own = review_page(session, QueueChoice()), paper_page(session, paper, {})
    for page in (queue, own):
        assert f'id="objection-{written.objection}"' in page
        assert "We &lt;b&gt;do&lt;/b&gt; cascade." in page
        assert f'href="{SAID_AT}"' in page
    close(seeded_store, written.objection, "rejected", "It does not.")
    with seeded_store.reading() as session:
        queue, own = review_page(session, QueueChoice()), paper_page(session, paper, {})
    assert written.objection not in queue
    assert "Rejected, decided by bo" in own


def test_the_command_line(seeded_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    paper = "arxiv:2602.15922"
    told = ["--role", "paper-author", "--raised-by", "Dr Chen", "--source-url", SAID_AT, "--quote", "We do cascade."]
    assert run(["objections", "raise", paper, "cascaded/implicit", *told, "--by", "ana", "--json"]) == 0
    uid = orjson.loads(capsys.readouterr().out)["objection"]
    assert run(["objections", "--json"]) == 0
    assert [row["uid"] for row in orjson.loads(capsys.readouterr().out)] == [uid]
    assert run(["objections", "--agenda"]) == 0
    assert "> We do cascade." in capsys.readouterr().out
    assert run(["objections", "answer", uid, "We shall talk about it."]) == 0
    assert run(["objections", "close", uid, "perhaps"]) == 1
    assert "accepted, rejected, withdrawn" in capsys.readouterr().err
    assert run(["objections", "close", uid, "accepted"]) == 0
    assert standing_at(seeded_store, paper) == ["cascaded/implicit"]
    capsys.readouterr()
    assert run(["objections", "reply", uid]) == 0
    assert "Accepted: the paper has been moved." in capsys.readouterr().out
