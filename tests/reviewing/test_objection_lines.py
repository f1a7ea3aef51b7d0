"""Objections travel with the decisions, in one file that git can merge: none is lost, none is doubled."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlmodel import col, select

from tests.helpers.edit_store import FIRST, SECOND, UNIFIED, standing_at, undo
from tests.helpers.store_dump import dump
from tests.reviewing.test_decisions import take_in, two_copies, write_out
from tests.reviewing.test_objections import answer, close, dispute
from wamkg.store.session import Store
from wamkg.store.tables import Batch, Objection
from wamkg.views.objections import ObjectionItem, objection_list

__all__ = ["two_copies"]


def listed(store: Store) -> dict[str, ObjectionItem]:
    """Every objection by its id."""
    with store.reading() as session:
        return {item.uid: item for item in objection_list(session, None, 100, None).items}


def told(item: ObjectionItem) -> dict[str, Any]:
    """What must be the same of an objection in every copy."""
    names = ("uid", "paper", "taxonomy", "status", "current", "claimed", "raised_by", "raised_as", "said_at", "quote")
    return {name: getattr(item, name) for name in (*names, "answer", "at")}


def test_an_objection_is_the_same_in_the_other_copy(two_copies: tuple[Store, Store], tmp_path: Path) -> None:
    first, second = two_copies
    uid, file = dispute(first, FIRST, UNIFIED).objection, tmp_path / "decisions.jsonl"
    assert (write_out(first, file), write_out(first, file)) == (1, 0)
    report = take_in(second, file)
    assert (report.new, report.known, report.unreadable) == (1, 0, [])
    assert told(listed(second)[uid]) == told(listed(first)[uid])
    before = dump(second)
    again = take_in(second, file)
    assert (again.new, again.known) == (0, 1)
    assert dump(second) == before
    assert write_out(second, file) == 0


def test_its_answer_and_its_end_follow(two_copies: tuple[Store, Store], tmp_path: Path) -> None:
    first, second = two_copies
    uid, file = dispute(first, FIRST, UNIFIED).objection, tmp_path / "decisions.jsonl"
    for step in range(3):
        if step == 1:
            answer(first, uid, "we look into it")
        if step == 2:
            close(first, uid, "accepted", "they are right")
        write_out(first, file)
        take_in(second, file)
        assert told(listed(second)[uid]) == told(listed(first)[uid])
    assert standing_at(second, FIRST) == standing_at(first, FIRST) == [UNIFIED]
    assert write_out(second, file) == 0


def test_lines_come_in_any_order(two_copies: tuple[Store, Store], tmp_path: Path) -> None:
    first, second = two_copies
    rejected, accepted = dispute(first, FIRST, UNIFIED).objection, dispute(first, SECOND, UNIFIED).objection
    close(first, rejected, "rejected", "the paper says so itself")
    close(first, accepted, "accepted", "they are right")
    file = tmp_path / "decisions.jsonl"
    write_out(first, file)
    file.write_text("\n".join(reversed(file.read_text().splitlines())))
    assert take_in(second, file).unreadable == []
    assert [told(item) for item in listed(second).values()] == [told(item) for item in listed(first).values()]


def test_what_is_closed_here_stays_as_it_is(two_copies: tuple[Store, Store], tmp_path: Path) -> None:
    first, second = two_copies
    uid, file = dispute(first, FIRST, UNIFIED).objection, tmp_path / "decisions.jsonl"
    write_out(first, file)
    take_in(second, file)
    close(second, uid, "withdrawn")
    close(first, uid, "rejected", "no")
    write_out(first, file)
    take_in(second, file)
    assert listed(second)[uid].status == "withdrawn"


def test_one_that_was_taken_back_does_not_come_again(two_copies: tuple[Store, Store], tmp_path: Path) -> None:
    first, _ = two_copies
    raised, file = dispute(first, FIRST, UNIFIED), tmp_path / "decisions.jsonl"
    write_out(first, file)
    undo(first, raised.batch)
    assert take_in(first, file).known == 1
    assert listed(first) == {}


def test_an_import_is_undone(two_copies: tuple[Store, Store], tmp_path: Path) -> None:
    first, second = two_copies
    dispute(first, FIRST, UNIFIED)
    file = tmp_path / "decisions.jsonl"
    write_out(first, file)
    before = dump(second)
    take_in(second, file)
    with second.reading() as session:
        uid = session.exec(select(Batch.uid).join(Objection, col(Objection.batch_id) == col(Batch.id))).one()
    undo(second, uid)
    assert dump(second)["objection"] == before["objection"]


@pytest.mark.parametrize(
    ("change", "words"),
    [({"state": "perhaps"}, "objection.state: "), ({"raised_as": "decision"}, "raised_as"),
     ({"raised_by": 3}, "valid string"),
     ({"claimed": None}, "contradict each other"), ({"claimed": {"path": 3}}, "objection.claimed.path: "),
     ({"claimed": {"path": "nowhere", "uid": "no"}}, "no taxon 'nowhere'")],
)  # fmt: skip
def test_a_line_that_is_no_objection_is_told(
    two_copies: tuple[Store, Store], tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    first, second = two_copies
    dispute(first, FIRST, UNIFIED)
    file = tmp_path / "decisions.jsonl"
    write_out(first, file)
    line = orjson.loads(file.read_bytes())
    file.write_bytes(orjson.dumps(line | {"objection": line["objection"] | change}))
    ((number, reason),) = take_in(second, file).unreadable
    assert (number, words in reason) == (1, True), reason
    assert listed(second) == {}
