"""The learning loop: the queue's orders, versions decided once, hidden suggestions, refits after decisions."""

import threading
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.edit_store import fill, say, standing_at, undo
from wamkg.errors import InvalidInputError
from wamkg.jobs.process import run_job
from wamkg.jobs.refit import KIND, RefitSteps, request_refit, run_refits
from wamkg.reviewing.duplicates import record_judgement as judge_pair
from wamkg.reviewing.holdout import automation_bias, is_held_out, wilson
from wamkg.reviewing.queue import ORDERS, decide_with_versions, taxon_support
from wamkg.reviewing.verdicts import Decision
from wamkg.services.suggestions import run_refit_job
from wamkg.settings import Settings
from wamkg.store.batches import get_actor
from wamkg.store.jobs import find_job, live_jobs
from wamkg.store.papers import find_paper
from wamkg.store.session import Store
from wamkg.store.tables import Job
from wamkg.store.taxonomies import get_taxonomy
from wamkg.suggesting.runner import Rules, suggest_places
from wamkg.views.papers import PaperQuery
from wamkg.views.suggestions import QueueItem, queue_page
from wamkg.vocabulary import PERSON, JobStatus

JOINT, CASCADED = "joint/diffusion/unified-stream/explicit", "cascaded/explicit/learned"
WORDS = {
    JOINT: "one transformer denoises the video tokens and the action tokens of a robot together in a shared stream",
    CASCADED: "a video generator imagines future frames first and an inverse model then reads the actions off them",
}
LONG = (
    "We train a model that writes what a camera will see and what an arm will do in one pass. It is tested on many "
    "tasks of a kitchen and of a workshop and compared with policies that look at the present alone."
)


def papers() -> list[dict[str, Any]]:
    """Eight placed papers, then those that wait: a clear one, a strange one, one cited often, two versions."""
    placed = [
        {"title": f"Placed paper number {i} of this list", "arxiv": f"2401.0000{i}",
         "abstract": f"{WORDS[leaf]}. Study {i}.", "taxa": {"wam": leaf}}
        for i, leaf in enumerate([JOINT, CASCADED] * 4)
    ]  # fmt: skip
    return [
        *placed,
        {"title": "A clear case of joint modelling here", "arxiv": "2501.00001", "abstract": WORDS[JOINT]},
        {"title": "Medieval harbours of the Baltic sea", "arxiv": "2501.00002", "abstract": "Ships, tolls and timber."},
        {"title": "A much discussed way to act", "arxiv": "2501.00003", "abstract": WORDS[CASCADED]},
        {"title": "What the camera will see next", "arxiv": "2501.00004", "abstract": LONG},
        {"title": "Camera futures for robot arms", "arxiv": "2501.00005", "abstract": f"{LONG} Code is public."},
    ]


@pytest.fixture
def queue_store(seeded_store: Store, tmp_path: Path) -> Store:
    """The seeded store with the papers above and suggestions for those that wait."""
    fill(seeded_store, tmp_path, *papers())
    refresh(seeded_store)
    return seeded_store


def refresh(store: Store) -> None:
    """Make the suggestions again."""
    suggest_places(store, "wam", Rules(model="tfidf-lr"), None)


def queue(store: Store, order: str = "uncertain", **query: Any) -> list[QueueItem]:
    """The queue, ours only."""
    with store.reading() as session:
        page = queue_page(session, "wam", PaperQuery(limit=100, **query), order)
    return [item for item in page.items if item.paper.startswith("arxiv:2501.")]


def names(items: list[QueueItem]) -> list[str]:
    """The papers of a queue."""
    return [item.paper for item in items]


def test_every_order_holds_the_same_papers(queue_store: Store) -> None:
    assert len({frozenset(names(queue(queue_store, order))) for order in ORDERS}) == 1
    with pytest.raises(InvalidInputError, match="unknown order 'best': use certain, "):
        queue(queue_store, "best")


def test_least_sure_first_is_surest_first_turned_round(queue_store: Store) -> None:
    assert names(queue(queue_store, "uncertain")) == names(queue(queue_store, "certain"))[::-1]


def test_what_is_far_from_everything_comes_first_as_novel(queue_store: Store) -> None:
    assert queue(queue_store, "novel")[0].paper == "arxiv:2501.00002"


def test_what_a_person_refused_comes_first_while_the_model_still_says_it(queue_store: Store) -> None:
    last = queue(queue_store, "rejected")[-1].paper
    say(queue_store, last, "reject")
    assert queue(queue_store, "rejected")[0].paper == last
    assert queue(queue_store, "certain")[-1].paper == last


def test_a_thin_leaf_comes_first(queue_store: Store) -> None:
    with queue_store.reading() as session:
        page = queue_page(session, "wam", PaperQuery(limit=100), "sparse")
        support = taxon_support(session, get_taxonomy(session, "wam"))
    papers_of_leaf = [support[item.suggestion.ranked[0].taxon] for item in page.items if item.suggestion]
    assert papers_of_leaf == sorted(papers_of_leaf)


def test_a_decided_paper_leaves_at_once_and_comes_back_when_that_is_undone(queue_store: Store) -> None:
    made = say(queue_store, "arxiv:2501.00001", "accept", JOINT)
    assert "arxiv:2501.00001" not in names(queue(queue_store))
    undo(queue_store, made.batch)
    assert "arxiv:2501.00001" in names(queue(queue_store))


def test_versions_are_one_item_and_decided_once(queue_store: Store) -> None:
    (item,) = [i for i in queue(queue_store) if i.versions]
    assert {item.paper, *(v.paper for v in item.versions)} == {"arxiv:2501.00004", "arxiv:2501.00005"}
    with queue_store.writing() as session:
        decision = Decision(paper=item.paper, verdict="accept", taxon=JOINT, evidence="what a camera will see")
        made = decide_with_versions(session, get_actor(session, "ana", PERSON), decision)
    assert [one.after for one in (made, *made.versions)] == [[JOINT], [JOINT]]
    assert standing_at(queue_store, "arxiv:2501.00005") == [JOINT]
    assert not [i for i in queue(queue_store) if i.versions]


def test_no_chain_makes_versions_of_two_papers_judged_different(queue_store: Store) -> None:
    judge(queue_store, "arxiv:2501.00005", "arxiv:2501.00001", "same")
    judge(queue_store, "arxiv:2501.00004", "arxiv:2501.00001", "different")
    (item,) = [i for i in queue(queue_store) if i.versions]
    assert {item.paper, *(v.paper for v in item.versions)} == {"arxiv:2501.00001", "arxiv:2501.00005"}


def test_two_papers_that_a_person_called_different_are_two_items(queue_store: Store) -> None:
    judge(queue_store, "arxiv:2501.00004", "arxiv:2501.00005", "different")
    assert len(queue(queue_store)) == 5


def judge(store: Store, left: str, right: str, verdict: str) -> None:
    """A person's word on two papers."""
    with store.writing() as session:
        judge_pair(session, get_actor(session, "ana", PERSON), (left, right), verdict)


def test_a_tenth_hides_its_suggestion_and_always_the_same_tenth(queue_store: Store) -> None:
    shares = [is_held_out(f"paper {n}", "wam") for n in range(5000)]
    assert 0.08 < sum(shares) / len(shares) < 0.12
    with queue_store.reading() as session:
        page = queue_page(session, "wam", PaperQuery(limit=100))
        for item in page.items:
            hidden = is_held_out(find_paper(session, item.paper).slug, "wam")
            assert (item.hidden, item.suggestion is None, item.nearest is None) == (hidden,) * 3


def test_a_changed_abstract_makes_the_suggestion_stale(queue_store: Store) -> None:
    assert not any(item.stale for item in queue(queue_store))
    from wamkg.reviewing.paper_edits import set_values

    with queue_store.writing() as session:
        set_values(session, get_actor(session, "ana", PERSON), "arxiv:2501.00001", {"abstract": "Other words."}, "")
    assert [item.paper for item in queue(queue_store) if item.stale] == ["arxiv:2501.00001"]
    refresh(queue_store)
    assert not any(item.stale for item in queue(queue_store))


def test_agreement_is_told_apart_by_whether_the_suggestion_was_seen(queue_store: Store, tmp_path: Path) -> None:
    more = [{"title": f"Candidate number {n} of a long list", "arxiv": f"2502.{n:05}"} for n in range(1, 41)]
    fill(queue_store, tmp_path, *more)
    refresh(queue_store)
    with queue_store.reading() as session:
        items = queue_page(session, "wam", PaperQuery(limit=100)).items
        assert automation_bias(session, "wam").difference is None
    for item in items:
        say(queue_store, item.paper, "accept", JOINT)
    with queue_store.reading() as session:
        bias = automation_bias(session, "wam")
    seen = [item.suggestion for item in items if item.suggestion]
    assert (bias.top["shown"].n, bias.top["hidden"].n) == (len(seen), len(items) - len(seen))
    assert bias.top["shown"].agreed == sum(s.ranked[0].taxon.startswith("joint/") for s in seen)
    assert bias.leaf["shown"].agreed == sum(s.ranked[0].taxon == JOINT for s in seen)
    assert bias.top["hidden"].n == 0 or bias.interval is not None


def test_the_interval_of_a_share_is_wilsons() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_asking_for_refits_queues_one_job(queue_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with queue_store.writing() as session:
        waiting = Job(uid="0" * 32, kind=KIND, status=JobStatus.QUEUED, params={"taxonomy": "wam"})
        session.add(waiting)
    assert request_refit(queue_store, Settings(), "wam") == request_refit(queue_store, Settings(), "wam") == "0" * 32
    assert run_job(queue_store, Settings(suggester="tfidf-lr"), "0" * 32) == JobStatus.DONE
    with queue_store.reading() as session:
        assert live_jobs(session, KIND) == []
        assert find_job(session, "0" * 32).counts["rounds"] == 1


def test_a_decision_while_a_refit_runs_is_learnt_from(queue_store: Store) -> None:
    """The refit is asked again from inside its own round, the latest moment there is."""
    with queue_store.writing() as session:
        session.add(Job(uid="1" * 32, kind=KIND, status=JobStatus.QUEUED, params={"taxonomy": "wam"}))
    sizes: list[int] = []

    def refit() -> dict[str, Any]:
        report = suggest_places(queue_store, "wam", Rules(model="tfidf-lr"), None)
        sizes.append(report.lines[0]["model"]["training_size"])
        if len(sizes) == 1:
            say(queue_store, "arxiv:2501.00001", "accept", JOINT)
            assert request_refit(queue_store, Settings(), "wam") == "1" * 32
        return {}

    run_refits(queue_store, "1" * 32, RefitSteps(refit))
    assert sizes == [sizes[0], sizes[0] + 1]


def test_suggestions_are_made_again_where_something_was_written_meanwhile(queue_store: Store) -> None:
    decided = threading.Event()

    class Slow(Rules):
        """Rules whose first reading takes as long as a decision does."""

        def __getattribute__(self, name: str) -> Any:
            if name == "precision" and not decided.is_set():
                decided.set()
                say(queue_store, "arxiv:2501.00001", "accept", JOINT)
            return super().__getattribute__(name)

    report = suggest_places(queue_store, "wam", Slow(model="tfidf-lr"), None)
    assert "arxiv:2501.00001" not in {f"arxiv:{line['arxiv']}" for line in report.lines}


def test_the_refit_job_makes_suggestions(queue_store: Store) -> None:
    with queue_store.writing() as session:
        session.add(Job(uid="2" * 32, kind=KIND, status=JobStatus.QUEUED, params={"taxonomy": "wam"}))
    run_refit_job(queue_store, Settings(suggester="tfidf-lr"), "2" * 32, {"taxonomy": "wam"})
    with queue_store.reading() as session:
        job = find_job(session, "2" * 32)
    assert (job.status, job.counts["rounds"]) == (JobStatus.DONE, 1)
