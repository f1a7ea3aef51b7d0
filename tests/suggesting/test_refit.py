"""After a decision the queue is brought up to date at once, by a process that waits for the next one."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.edit_store import fill, say, undo
from wamkg.importing.seed_loader import load_seeds
from wamkg.jobs.refit import KIND, request_refit
from wamkg.services.suggestions import run_refit_job
from wamkg.settings import Settings
from wamkg.store.jobs import cancel, find_job
from wamkg.store.session import Store
from wamkg.store.tables import Job
from wamkg.suggesting.refit import QueueRefitter
from wamkg.suggesting.runner import Rules, suggest_places
from wamkg.views.suggestions import SuggestionItem, suggestion_list
from wamkg.vocabulary import JobStatus

JOINT, CASCADED = "joint/diffusion/unified-stream/explicit", "cascaded/explicit/learned"
WORDS = {
    JOINT: "one transformer denoises video tokens and action tokens of a robot together in a shared stream",
    CASCADED: "a video generator imagines future frames first and an inverse model then reads the actions off them",
}
PAPER = "arxiv:2502.00001"
SECONDS = 60.0


@pytest.fixture
def waiting(seeded_store: Store, tmp_path: Path) -> Store:
    """The survey's papers, and thirty that wait with suggestions."""
    said = [(leaf, n) for n in range(1, 16) for leaf in WORDS]
    papers = [
        {"title": f"Waiting paper {i} of many", "arxiv": f"2502.{i:05}", "abstract": f"{WORDS[leaf]}. Study {n}."}
        for i, (leaf, n) in enumerate(said, 1)
    ]
    fill(seeded_store, tmp_path, *papers)
    suggest_places(seeded_store, "wam", Rules(), None)
    return seeded_store


def test_suggestions_are_revised_on_either_database(store: Store, tmp_path: Path) -> None:
    with store.writing() as session:
        load_seeds(session)
    fill(store, tmp_path, *({"title": f"A paper that waits, {n}", "arxiv": f"2502.{n:05}"} for n in range(1, 6)))
    suggest_places(store, "wam", Rules(model="tfidf-lr", reasons=False), None)
    queue, before = QueueRefitter(store, "wam"), suggestions(store)
    say(store, PAPER, "accept", CASCADED)
    assert queue.run() == {"revised": len(before) - 1}
    after = suggestions(store)
    assert after.keys() == before.keys() - {PAPER}
    assert {item.training_size for item in after.values()} == {before[PAPER].training_size + 1}


def suggestions(store: Store) -> dict[str, SuggestionItem]:
    """What is suggested, by paper."""
    with store.reading() as session:
        return {item.paper: item for item in suggestion_list(session, reveal=True).items}


def test_the_quick_refit_says_what_the_full_run_says(waiting: Store) -> None:
    queue, before = QueueRefitter(waiting, "wam"), suggestions(waiting)
    say(waiting, PAPER, "accept", CASCADED)
    say(waiting, "arxiv:2502.00003", "outside")
    assert queue.run() == {"revised": len(before) - 2}
    quick = suggestions(waiting)
    say(waiting, "arxiv:2502.00005", "accept", CASCADED)
    assert queue.run() == {"revised": len(before) - 3}
    quick = suggestions(waiting)
    assert PAPER not in quick
    suggest_places(waiting, "wam", Rules(), None)
    full = suggestions(waiting)
    assert quick.keys() == full.keys()
    # The full run calibrates anew as well, on two papers more than the calibration that the quick one goes on with.
    for paper, item in full.items():
        assert item.top == pytest.approx(quick[paper].top, abs=0.1)
        assert item.training_size == quick[paper].training_size == before[paper].training_size + 2
        assert quick[paper].reasons == before[paper].reasons
    moved = [p for p, item in quick.items() if item.top["joint"] < before[p].top["joint"] - 0.01]
    assert moved, "two papers said to be cascaded move nothing"


def test_who_saw_a_suggestion_may_answer_it_while_it_says_the_same(waiting: Store) -> None:
    queue, before = QueueRefitter(waiting, "wam"), suggestions(waiting)
    for paper in list(before)[:3]:
        say(waiting, paper, "accept", CASCADED)
    queue.run()
    quick = suggestions(waiting)
    suggest_places(waiting, "wam", Rules(), None)

    def word(item: SuggestionItem) -> tuple[str, str | None]:
        return item.ranked[0].taxon, item.decided_level

    for old, new in ((before, quick), (quick, suggestions(waiting))):
        assert all((item.uid == old[p].uid) == (word(item) == word(old[p])) for p, item in new.items())
    assert any(item.uid == before[p].uid for p, item in quick.items())


def test_what_changes_texts_is_read_anew(waiting: Store, tmp_path: Path) -> None:
    queue = QueueRefitter(waiting, "wam")
    made = say(waiting, PAPER, "accept", CASCADED)
    queue.run()
    undo(waiting, made.batch)
    fill(waiting, tmp_path, {"title": "One more paper that waits", "arxiv": "2502.00099", "abstract": WORDS[JOINT]})
    # Neither the one that came back nor the new one has a suggestion to revise; both get theirs from a full run.
    assert queue.run() == {"revised": len(suggestions(waiting))}
    assert PAPER not in suggestions(waiting)
    suggest_places(waiting, "wam", Rules(), None)
    assert {PAPER, "arxiv:2502.00099"} <= suggestions(waiting).keys()


@pytest.mark.parametrize("model", ["citations-knn", None])
def test_where_it_cannot_be_quick_a_full_run_is_asked_for(seeded_store: Store, model: str | None) -> None:
    if model is not None:
        suggest_places(seeded_store, "wam", Rules(model=model), None)
    assert QueueRefitter(seeded_store, "wam").run() is None


@pytest.fixture
def refitting(waiting: Store) -> Iterator[Store]:
    """The store while a refit's job waits for decisions; it is cancelled in the end."""
    with waiting.writing() as session:
        session.add(Job(uid="3" * 32, kind=KIND, status=JobStatus.QUEUED, params={"taxonomy": "wam"}))
    params = (waiting, Settings(refit_wait=SECONDS), "3" * 32, {"taxonomy": "wam"})
    runner = threading.Thread(target=run_refit_job, args=params)
    runner.start()
    yield waiting
    with waiting.writing() as session:
        cancel(session, "3" * 32)
    runner.join()
    assert until(waiting, lambda job: job.status == JobStatus.CANCELLED).counts["quick"] >= 2


def until(store: Store, true: Any) -> Job:
    """The refit's job once something is true of it."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        with store.reading() as session:
            job = find_job(session, "3" * 32)
        if true(job):
            return job
        time.sleep(0.02)
    raise AssertionError(f"the job is {job.status} after {job.done} rounds")


def test_a_waiting_refit_learns_from_the_next_decision_without_a_new_process(refitting: Store) -> None:
    until(refitting, lambda job: job.done == 0 and job.status == JobStatus.RUNNING)
    known = next(iter(suggestions(refitting).values())).training_size
    say(refitting, PAPER, "accept", CASCADED)
    assert request_refit(refitting, Settings(), "wam") == "3" * 32
    end = time.monotonic() + SECONDS
    while next(iter(suggestions(refitting).values())).training_size == known:
        assert time.monotonic() < end, "the decision was not learnt from"
        time.sleep(0.02)
    assert PAPER not in suggestions(refitting)
