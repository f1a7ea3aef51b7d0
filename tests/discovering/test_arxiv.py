"""The route of an arXiv query against a server that speaks arXiv's API: nothing lost, nothing twice, pace kept."""

from contextlib import closing
from itertools import pairwise

import pytest
from sqlmodel import col, select

from tests.helpers.discovering import KITES, finds, kite, run_routes, server_of, set_routes, settings_of
from tests.s2_server.arxiv_shelf import ArxivShelf, feed
from tests.s2_server.faults import FaultPlan
from wamkg.discovering.runner import DiscoverOptions, discover
from wamkg.enriching import arxiv as module
from wamkg.enriching.arxiv import ArxivClient, read_page
from wamkg.enriching.requesters import arxiv_requester
from wamkg.history.undo import undo_batch
from wamkg.reviewing.paper_edits import set_values
from wamkg.store.batches import find_batch, get_actor
from wamkg.store.session import Store
from wamkg.store.tables import Paper
from wamkg.vocabulary import PERSON


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of ten results, so that a few papers need several."""
    monkeypatch.setattr(module, "PAGE", 10)


def titles(store: Store) -> list[str]:
    with store.reading() as session:
        return list(session.exec(select(Paper.title).order_by(col(Paper.title))))


def test_new_papers_become_candidates_once(store: Store) -> None:
    shelf = ArxivShelf([kite(n, 1 + n / 10) for n in range(25)])
    set_routes(store, KITES)
    with server_of(shelf) as server:
        first = run_routes(store, settings_of(server), "kites")["kites"]
        shelf.papers += [kite(25, 0.5), kite(26, 40)]
        second = run_routes(store, settings_of(server), "kites")["kites"]
        third = run_routes(store, settings_of(server), "kites")["kites"]
    assert (first.scanned, first.outcomes) == (25, {"candidate": 25})
    assert second.outcomes == {"candidate": 1} and second.scanned < 26
    assert (third.batch, third.outcomes) == (None, {})
    assert len(titles(store)) == 26 == len(finds(store))
    found = finds(store)[-1]
    assert found.reason.startswith("arXiv query kites, submitted ") and found.standing == "candidate"
    assert found.key == "arxiv:2610.00025"


@pytest.mark.parametrize(
    "faults",
    [
        ["empty"],
        ["", "empty", "empty"],
        ["no results"],
        ["", "no results"],
        ["", "total"],
        ["short", "short", "short"],
        ["", "", "total", "total"],
    ],
)
def test_pages_that_lie_lose_nothing(file_store: Store, faults: list[str]) -> None:
    shelf = ArxivShelf([kite(n, 1 + n / 10) for n in range(25)], faults=faults)
    set_routes(file_store, KITES)
    with server_of(shelf) as server:
        report = run_routes(file_store, settings_of(server), "kites")["kites"]
    assert report.error is None
    assert len(titles(file_store)) == 25


@pytest.mark.parametrize("fault", ["503", "429 retry-after", "slow", "drop midway", "truncated", "200 html"])
def test_a_fault_of_the_service_is_tried_again(file_store: Store, fault: str) -> None:
    faults = FaultPlan(passing={("arxiv", "*"): ["", fault]}, retry_after=0, slow_seconds=0.3)
    set_routes(file_store, KITES)
    with server_of(ArxivShelf([kite(n, 2) for n in range(12)]), faults=faults) as server:
        report = run_routes(file_store, settings_of(server, s2_timeout=0.2), "kites")["kites"]
    assert (report.error, len(titles(file_store))) == (None, 12)
    assert faults.met[fault] == 1


def test_a_total_that_never_agrees_leaves_the_cursor_and_is_read_next_time(file_store: Store) -> None:
    shelf = ArxivShelf([kite(n, 2) for n in range(12)], faults=["", "total"] * module.RESTARTS)
    set_routes(file_store, KITES)
    with server_of(shelf) as server:
        failed = run_routes(file_store, settings_of(server), "kites")["kites"]
        again = run_routes(file_store, settings_of(server), "kites")["kites"]
    assert "changed in each of 3 readings" in (failed.error or "")
    assert again.outcomes == {"candidate": 12}


def test_the_pace_is_kept_at_the_server(file_store: Store) -> None:
    set_routes(file_store, [*KITES, {"name": "winds", "kind": "arxiv", "query": 'abs:"wind"'}])
    with server_of(ArxivShelf([kite(n, 2) for n in range(12)])) as server:
        settings = settings_of(server, arxiv_seconds_per_request=0.15)
        with closing(arxiv_requester(file_store, settings)) as requester:
            ArxivClient(requester).entries(["2610.00001"])
        discover(file_store, settings, DiscoverOptions(("kites", "winds")))
        times = [asked.at for asked in server.log]
    assert len(times) == 5
    assert min(later - sooner for sooner, later in pairwise(times)) >= 0.15


def test_a_rejected_paper_returns_only_with_another_text(store: Store) -> None:
    shelf = ArxivShelf([kite(1, 2), kite(2, 2)])
    set_routes(store, KITES)
    with server_of(shelf) as server:
        run_routes(store, settings_of(server), "kites")
        with store.writing() as session:
            for item in finds(store):
                assert item.paper
                set_values(session, get_actor(session, "ana", PERSON), item.paper, {"standing": "excluded"})
        assert run_routes(store, settings_of(server), "kites")["kites"].outcomes == {}
        shelf.papers[0].abstract = "We now teach a kite to act on what its world model expects of the wind."
        returned = run_routes(store, settings_of(server), "kites")["kites"]
        again = run_routes(store, settings_of(server), "kites")["kites"]
    assert (returned.outcomes, again.outcomes) == ({"returned": 1}, {})
    assert [item.outcome for item in finds(store)] == ["candidate", "candidate", "returned"]


def test_an_id_of_another_paper_becomes_a_question(store: Store) -> None:
    shelf = ArxivShelf([kite(1, 2)])
    set_routes(store, KITES)
    with server_of(shelf) as server:
        run_routes(store, settings_of(server), "kites")
        shelf.papers[0] = kite(1, 2, title="Bread Ovens of the Alps and a Kite", authors=("Zoe Q. Other",),
                               abstract="The kite of an oven.")  # fmt: skip
        set_routes(store, [{"name": "ovens", "kind": "arxiv", "query": 'ti:"oven"'}, *KITES])
        assert run_routes(store, settings_of(server), "ovens")["ovens"].outcomes == {"question": 1}
    assert titles(store) == [kite(1, 2).title]


def test_undo_takes_the_route_back(store: Store) -> None:
    set_routes(store, KITES)
    with server_of(ArxivShelf([kite(1, 2), kite(2, 2)])) as server:
        report = run_routes(store, settings_of(server), "kites")["kites"]
        assert report.batch
        with store.writing() as session:
            undo_batch(session, find_batch(session, report.batch), get_actor(session, "ana", PERSON))
        assert (titles(store), finds(store)) == ([], [])
        assert run_routes(store, settings_of(server), "kites")["kites"].outcomes == {"candidate": 2}


def test_arxivs_own_error_is_told_at_once(store: Store) -> None:
    feed = read_page(b"""<feed xmlns="http://www.w3.org/2005/Atom"></feed>""")
    assert (feed.total, feed.entries) == (0, [])
    error = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/api/errors#start</id>'
        b"<title>Error</title><summary>start must be an integer</summary></entry></feed>"
    )
    with pytest.raises(module.RequestRejectedError, match="start must be an integer"):
        read_page(error)


@pytest.mark.parametrize("body", [b"", b"<html/>", b"{}", b'<!DOCTYPE a [<!ENTITY b "c">]><feed>&b;</feed>'])
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"XML|Atom"):
        read_page(body)


@pytest.mark.parametrize(
    ("comment", "withdrawn"),
    [
        ("This paper has been withdrawn by the authors due to an error", True),
        ("Withdrawn: Eq. 3 is wrong", True),
        ("The submission was withdrawn by arXiv administrators", True),
        ("8 pages, 3 figures", False),
        ("a study of troops that are not withdrawn", False),
    ],
)
def test_a_withdrawal_is_recognized(comment: str, withdrawn: bool) -> None:
    paper = kite(1, 2, comment=comment)
    assert read_page(feed([paper], 1, 0).encode()).entries[0].is_withdrawn is withdrawn
