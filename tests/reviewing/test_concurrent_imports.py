"""Imports, edits and undo at once: who makes or removes the same authors, venues and papers waits for the other."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import func
from sqlmodel import Session, select

from tests.helpers.edit_store import fill
from wamkg.history.undo import undo_batch
from wamkg.importing.import_report import ImportReport, Outcome
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.reviewing.entity_edits import add_item
from wamkg.reviewing.paper_edits import set_values
from wamkg.store.batches import find_batch, get_actor
from wamkg.store.migrate import migrate
from wamkg.store.session import Store
from wamkg.store.tables import Author, Paper, Venue

SHARED = {"authors": ["Ada Lovelace", "Charles Babbage"], "venue": "RSS"}


def paper(number: int) -> dict[str, Any]:
    """A paper of authors and a venue that all of them share."""
    return {"title": f"Paper number {number} about robots", "arxiv": f"2503.{number:05d}", **SHARED}


def bring(store: Store, folder: Path, *papers: dict[str, Any]) -> ImportReport:
    """Import a list as a person with a connection of their own does."""
    folder.mkdir(exist_ok=True)
    file = folder / "list.jsonl"
    file.write_bytes(b"\n".join(map(orjson.dumps, papers)))
    own = Store(store.url)
    try:
        return import_source(own, str(file), ImportOptions())
    finally:
        own.close()


def count(store: Store, model: Any) -> int:
    """How many rows a table holds."""
    with store.reading() as session:
        return session.exec(select(func.count()).select_from(model)).one()


@contextmanager
def somebody_waits_for(store: Store, write: Any, *arguments: Any) -> Iterator[Session]:
    """A transaction during which, before it ends, another has begun `write` and waits for it or is done."""
    with ThreadPoolExecutor(1) as pool:
        with store.writing() as session:
            yield session
            session.flush()
            waiting = pool.submit(write, *arguments)
            with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
                while not waiting.done() and not other.exec_driver_sql(_WAITING).scalar():
                    pass
        waiting.result()


_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def server(postgres_url: str, tmp_path: Path) -> Iterator[Store]:
    """A store on PostgreSQL, where two can write at once, with three papers."""
    store = Store(postgres_url)
    migrate(store)
    fill(store, tmp_path)
    yield store
    store.close()


def test_an_import_waits_for_one_that_makes_the_same_authors_and_venue(server: Store, tmp_path: Path) -> None:
    with somebody_waits_for(server, bring, server, tmp_path / "two", paper(2)) as session:
        add_item(session, get_actor(session, "ana", "person"), "paper", paper(1))
    assert count(server, Author) == 2 and count(server, Venue) == 1 and count(server, Paper) == 5


def test_an_import_waits_for_one_that_makes_the_same_paper(server: Store, tmp_path: Path) -> None:
    untitled = {"title": "A paper that has no id at all yet", **SHARED}
    with somebody_waits_for(server, bring, server, tmp_path / "two", paper(1), untitled) as session:
        person = get_actor(session, "ana", "person")
        add_item(session, person, "paper", paper(1))
        add_item(session, person, "paper", untitled)
    assert count(server, Paper) == 5


def test_an_import_waits_for_undo_that_forgets_its_venue(server: Store, tmp_path: Path) -> None:
    batch = bring(server, tmp_path / "one", paper(1)).batch
    assert batch is not None
    with somebody_waits_for(server, bring, server, tmp_path / "two", paper(2)) as session:
        undo_batch(session, find_batch(session, batch), get_actor(session, "ana", "person"))
    assert count(server, Venue) == 1 and count(server, Paper) == 4


def test_an_edit_waits_for_an_import_that_makes_the_same_venue(server: Store, tmp_path: Path) -> None:
    def say_venue() -> None:
        with server.writing() as session:
            set_values(session, get_actor(session, "bo", "person"), "arxiv:2501.00001", {"venue": "RSS"})

    with somebody_waits_for(server, say_venue) as session:
        add_item(session, get_actor(session, "ana", "person"), "paper", paper(1))
    assert count(server, Venue) == 1


def test_many_lists_of_the_same_papers_at_once(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    lists = [[paper(n) for n in range(start, start + 20)] for start in (0, 10, 5, 0)]
    with ThreadPoolExecutor(len(lists)) as pool:
        reports = list(pool.map(lambda i: bring(store, tmp_path / str(i), *lists[i]), range(len(lists))))
    assert sum(report.counts[Outcome.NEW] for report in reports) == 30 and count(store, Paper) == 33
    assert count(store, Author) == 2 and count(store, Venue) == 1
