"""Proposals: taken from files and forms, checked against the abstract, accepted or declined by people only."""

import io
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.helpers.edit_store import ABSTRACT, FIRST, SECOND, THIRD, UNIFIED, fill, say, standing_at, undo
from tests.helpers.store_dump import dump
from wamkg.cli import run
from wamkg.errors import ConflictError, InvalidInputError
from wamkg.reviewing.holdout import is_held_out
from wamkg.reviewing.proposal_lines import read_form, read_proposals
from wamkg.reviewing.proposals import (
    ProposalReport,
    accept_proposal,
    add_proposals,
    close_proposal,
)
from wamkg.store.batches import get_actor
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.store.taxonomies import get_taxonomy
from wamkg.views.proposals import ProposalItem, ProposalQuery, proposal_list, proposals_on
from wamkg.vocabulary import PERSON, ProposalStatus

FOURTH = {"title": "A Fourth Paper on Dreaming Arms", "arxiv": "2501.00004",
          "abstract": "An arm dreams of the next frame and moves along."}  # fmt: skip


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """Three papers on both databases, the first two placed by a list."""
    fill(store, tmp_path)
    return store


def send(store: Store, *lines: Any, by: str = "bo") -> ProposalReport:
    """Send lines as a file."""
    text = b"\n".join(line if isinstance(line, bytes) else orjson.dumps(line) for line in lines)
    with store.writing() as session:
        read = list(read_proposals(io.BytesIO(text), by))
        return add_proposals(session, get_actor(session, "ana", PERSON), "some.jsonl", read)


def shown(store: Store, status: ProposalStatus | None = None) -> list[ProposalItem]:
    with store.reading() as session:
        return proposal_list(session, ProposalQuery(status), 50).items


def test_a_proposal_waits_and_moves_nothing(filled: Store) -> None:
    line = {"paper": FIRST, "taxonomy": "wam", "taxon": UNIFIED, "quote": "video and action jointly"}
    report = send(filled, line, line)
    assert [one.outcome for one in report.proposed] == ["new", "sent before"]
    assert standing_at(filled, FIRST) == ["joint"]
    before = dump(filled)
    assert [one.outcome for one in send(filled, line).proposed] == ["sent before"]
    assert dump(filled) == before
    (item,) = shown(filled)
    assert (item.status, item.by, item.taxon, item.quote_checked) == ("open", "bo", UNIFIED, True)


WRONG: list[tuple[Any, str]] = [
    ({"paper": FIRST, "taxon": UNIFIED, "quote": "video and text jointly"}, "not in the stored abstract"),
    ({"paper": FIRST, "taxon": UNIFIED, "quote": "denoise action"}, "not in the stored abstract"),
    ({"paper": FIRST, "taxon": UNIFIED, "quote": "..."}, "no words"),
    ({"paper": FIRST, "taxon": UNIFIED, "model": "m-1"}, "must quote"),
    ({"paper": SECOND, "taxon": UNIFIED, "model": "m-1", "quote": "We dream"}, "is not stored"),
    ({"paper": FIRST, "taxon": "joint/difusion"}, "joint/diffusion"),
    ({"paper": FIRST, "taxonomy": "wamm", "taxon": "joint"}, "wam"),
    ({"paper": FIRST, "outside": "surveys"}, "kind"),
    ({"paper": FIRST, "taxon": "joint", "outside": "survey"}, "one of the two"),
    ({"paper": FIRST}, "one of the two"),
    ({"taxon": "joint"}, "no paper"),
    ({"paper": "a-paper-that-nobody-knows", "taxon": "joint"}, "no paper has the id"),
    ({"paper": FIRST, "taxon": "joint", "qoute": "x"}, "qoute"),
    ({"paper": 7, "taxon": "joint"}, "paper"),
    ({"record": {"arxiv": "2501.00009"}, "taxon": "joint"}, "title"),
    ({"record": {"title": "A Title of Four Words", "arxive": "2501.00009"}, "taxon": "joint"}, "arxive"),
    ([FIRST, "joint"], "object"),
    (b'{"paper": "x"', "not valid JSON"),
    ({"paper": FIRST, "taxon": "joint", "quote": "a\x00b"}, "NUL"),
]  # fmt: skip


def test_each_wrong_line_is_refused_with_its_number(file_store: Store, tmp_path: Path) -> None:
    fill(file_store, tmp_path)
    lines = [{"taxonomy": "wam"} | line if isinstance(line, dict) else line for line, _ in WRONG]
    report = send(file_store, *lines, {"paper": THIRD, "taxonomy": "wam", "taxon": "joint"})
    assert [one.line for one in report.proposed] == [len(WRONG) + 1]
    assert [one.line for one in report.refused] == list(range(1, len(WRONG) + 1))
    for refused, (line, reason) in zip(report.refused, WRONG, strict=True):
        assert reason in refused.reason, (line, refused)


def test_a_paper_that_the_library_lacks_becomes_a_candidate(filled: Store) -> None:
    record = FOURTH | {"standing": "included", "taxa": {"wam": "joint"}}
    agent = {"record": record, "taxonomy": "wam", "taxon": "joint", "by": "reader-bot", "model": "m-1"}
    refused = send(filled, agent | {"quote": "an arm dreams of videos"})
    assert refused.batch is None and "not in the stored abstract" in refused.refused[0].reason
    report = send(filled, agent | {"quote": "AN ARM dreams of the next frame"})
    assert [(one.outcome, one.is_candidate) for one in report.proposed] == [("new", True)]
    with filled.reading() as session:
        assert find_paper(session, "arxiv:2501.00004").standing == "candidate"
    assert standing_at(filled, "arxiv:2501.00004") == []
    known = send(filled, {"record": {"title": "A Third Paper about Robots"}, "taxonomy": "wam", "taxon": "joint"})
    assert [one.is_candidate for one in known.proposed] == [False]
    assert report.batch is not None
    undo(filled, report.batch)
    assert [item.paper for item in shown(filled)] == [THIRD]


def test_a_record_with_the_id_of_another_paper_is_refused(filled: Store) -> None:
    record = {"title": "Whales Sing in Different Dialects", "arxiv": "2501.00001", "authors": ["Wu, Mei"],
              "abstract": "Whales sing."}  # fmt: skip
    report = send(filled, {"record": record, "taxonomy": "wam", "taxon": UNIFIED})
    assert report.proposed == [] and "another paper" in report.refused[0].reason
    with filled.reading() as session:
        assert find_paper(session, FIRST).title == "A First Paper about Robots"


def test_a_person_accepts_declines_and_undoes(filled: Store) -> None:
    line = {"paper": FIRST, "taxonomy": "wam", "taxon": UNIFIED, "quote": "in one transformer", "model": "m-1"}
    one = send(filled, line, by="reader-bot").proposed[0].proposal or ""
    other = send(filled, {"paper": FIRST, "taxonomy": "wam", "outside": "survey"}).proposed[0].proposal or ""
    with filled.writing() as session, pytest.raises(InvalidInputError, match="program"):
        accept_proposal(session, get_actor(session, "robot"), one)
    with filled.writing() as session:
        done = accept_proposal(session, get_actor(session, "ana", PERSON), one, 1)
    assert standing_at(filled, FIRST) == [UNIFIED]
    assert {item.uid: item.status for item in shown(filled)} == {one: "accepted", other: "answered"}
    assert done.decision
    undo(filled, done.batch)
    assert standing_at(filled, FIRST) == ["joint"]
    assert {item.status for item in shown(filled)} == {"open"}
    with filled.writing() as session:
        ana = get_actor(session, "ana", PERSON)
        with pytest.raises(InvalidInputError, match="say why"):
            close_proposal(session, ana, other, ProposalStatus.DECLINED)
        close_proposal(session, ana, other, ProposalStatus.DECLINED, "it has a method of its own")
    again = send(filled, {"paper": FIRST, "taxonomy": "wam", "outside": "survey"}).proposed[0]
    assert (again.outcome, again.proposal) == ("sent before", other)


def test_a_decision_made_otherwise_answers_what_is_open(filled: Store) -> None:
    send(filled, {"paper": THIRD, "taxonomy": "wam", "taxon": "joint"})
    say(filled, THIRD, "unsure")
    assert [item.status for item in shown(filled)] == ["open"]
    say(filled, THIRD, "accept", "cascaded/implicit")
    assert [item.status for item in shown(filled)] == ["answered"]
    placed = send(filled, {"paper": THIRD, "taxonomy": "wam", "taxon": "cascaded/implicit"})
    assert [(one.outcome, one.proposal) for one in placed.proposed] == [("placed already", None)]


def test_nothing_is_shown_where_suggestions_are_hidden(filled: Store, tmp_path: Path) -> None:
    number = next(n for n in range(100, 999) if is_held_out(f"hidden-paper-{n}-on-robot-arms", "wam"))
    fill(filled, tmp_path, {"title": f"Hidden Paper {number} on Robot Arms", "abstract": ABSTRACT})
    slug = f"hidden-paper-{number}-on-robot-arms"
    send(filled, {"paper": slug, "taxonomy": "wam", "taxon": "joint", "quote": "video and action"})
    (item,) = shown(filled)
    assert (item.hidden, item.taxon, item.quote) == (True, None, None)
    send(filled, {"paper": THIRD, "taxonomy": "wam", "taxon": "joint"})
    assert [one.paper for one in on_cards(filled, slug, THIRD)] == [THIRD]
    with filled.writing() as session, pytest.raises(ConflictError, match="hidden"):
        accept_proposal(session, get_actor(session, "ana", PERSON), item.uid)
    say(filled, slug, "accept", "cascaded/implicit")
    assert [(one.hidden, one.taxon, one.status) for one in shown(filled)][1:] == [(False, "joint", "answered")]


def on_cards(store: Store, *papers: str) -> list[ProposalItem]:
    """The proposals that a curator sees beside these papers."""
    with store.reading() as session:
        numbers = [find_paper(session, text).id or 0 for text in papers]
        found = proposals_on(session, numbers, get_taxonomy(session, "wam").id or 0)
    return [item for number in numbers for item in found.get(number, [])]


FORM = """### Paper

https://arxiv.org/abs/2501.00001

### Class

{place}

### Quote

> We denoise video
> and action jointly

### Your name

Bo Lind

### Taxonomy

wam
"""


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (UNIFIED, (UNIFIED, None)),
        ("outside: survey", (None, "survey")),
        ("Outside", (None, "other")),
        ("```text\njoint\n```", ("joint", None)),
        ("> joint", ("joint", None)),
    ],
)
def test_the_text_of_a_form_is_read(place: str, expected: tuple[str | None, str | None]) -> None:
    draft = read_form(FORM.format(place=place).replace("\n", "\r\n"), "x")
    assert (draft.taxon, draft.outside) == expected
    assert (draft.by, draft.quote) == ("Bo Lind", "We denoise video\nand action jointly")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (FORM.format(place="_No response_"), "no answer under 'Class'"),
        (FORM.replace("### Quote", "### Qoute").format(place="joint"), "Quote"),
        (FORM.format(place="joint") * 2, "twice"),
        ("please add my paper", "no answer under 'Paper'"),
    ],
)
def test_a_form_that_is_wrong_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInputError, match=reason):
        read_form(text, "x")


def test_the_command_line(seeded_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(seeded_store, tmp_path)
    file, form = tmp_path / "bot.jsonl", tmp_path / "form.md"
    lines = [{"paper": THIRD, "taxonomy": "wam", "taxon": "joint"}, {"paper": FIRST, "taxon": UNIFIED, "quote": "no"}]
    file.write_bytes(b"\n".join(map(orjson.dumps, lines)))
    form.write_text(FORM.format(place=UNIFIED))
    before = dump(seeded_store)
    assert run(["proposals", "add", str(file), "--by", "bo", "--dry-run"]) == 3
    assert dump(seeded_store) == before
    assert run(["proposals", "add", str(file)]) == 1
    assert "line 1 refused: a proposal needs the name" in capsys.readouterr().err
    assert run(["proposals", "add", str(file), "--by", "bo"]) == 3
    assert "line 2 refused: the quote is not in the stored abstract" in capsys.readouterr().err
    link = "https://example.org/list/issues/7"
    assert run(["proposals", "add", "--form", str(form), "--link", link, "--json"]) == 0
    capsys.readouterr()
    assert run(["proposals", "--format", "ids", "--status", "open"]) == 0
    newest, oldest = capsys.readouterr().out.split()
    assert run(["proposals", "accept", newest, "--by", "ana"]) == 0
    assert run(["proposals", "decline", oldest, "--reason", "it is no model", "--by", "ana"]) == 0
    assert run(["proposals", "accept", oldest, "--by", "ana"]) == 1
    assert "declined already" in capsys.readouterr().err
    assert run(["history", FIRST, "--json"]) == 0
    assert f"proposed by Bo Lind, {link}" in capsys.readouterr().out
    assert run(["proposals", "--json"]) == 0
    assert [item["status"] for item in orjson.loads(capsys.readouterr().out)] == ["accepted", "declined"]
