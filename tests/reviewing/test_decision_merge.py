"""Two authors with two copies of the survey: git's union merge brings their decisions together."""

from pathlib import Path

import pytest
from sqlmodel import select

from tests.helpers.edit_store import fill, say, standing_at
from tests.reviewing.test_decisions import merge_with_git, take_in
from wamkg.store.decisions import decision_rows
from wamkg.store.migrate import migrate
from wamkg.store.session import Store
from wamkg.store.tables import Objection

TAXA = (("joint", "cascaded"), ("joint/diffusion", "cascaded/implicit"))
"""Where each of the two authors puts papers, turn by turn."""


def decide_apart(folder: Path, each: int, shared: int) -> None:
    """Two authors decide on `each` papers, the last `shared` of one being the first of the other; check the merge."""
    papers = [{"title": f"Paper number {n} about robots", "arxiv": f"2502.{n:05d}"} for n in range(2 * each - shared)]
    ids = [f"arxiv:{paper['arxiv']}" for paper in papers]
    copies = []
    for name, mine, taxa in (("ana", ids[:each], TAXA[0]), ("bo", ids[-each:], TAXA[1])):
        store = Store(f"sqlite:///{folder / name}.db")
        migrate(store)
        # An empty store gets the packaged taxonomies where a record names one of their classes.
        fill(store, folder, *papers, {"title": "A placed paper about robots", "taxa": {"wam": "joint"}})
        for turn, paper in enumerate(mine):
            say(store, paper, "accept", taxa[turn % 2], by=name)
        copies.append(store)
    merged = merge_with_git(folder, (copies[0], copies[1]), 2 * each)
    for store in copies:
        report = take_in(store, merged)
        assert (report.new, report.known, report.unreadable, report.kept) == (each, each, [], [])
        with store.reading() as session:
            assert len(decision_rows(session)) == 2 * each
            objections = session.exec(select(Objection)).all()
        assert len(objections) == len(report.objections) == shared
        assert {objection.status for objection in objections} == {"open"}
    one, other = ([standing_at(store, paper) for paper in ids] for store in copies)
    assert one == other and all(len(places) == 1 for places in one)
    for store in copies:
        store.close()


def test_a_few_decisions_on_each_side(tmp_path: Path) -> None:
    decide_apart(tmp_path, each=5, shared=2)


@pytest.mark.drill
def test_two_hundred_decisions_on_each_side(tmp_path: Path) -> None:
    decide_apart(tmp_path, each=200, shared=40)
