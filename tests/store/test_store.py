"""The store keeps what it is given: no lost update, no dangling row, a search that takes any text."""

import os
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import select

from wamkg.errors import StoreError
from wamkg.identifiers import new_uid
from wamkg.store.base import insert_entities, insert_rows
from wamkg.store.batches import get_actor, open_batch
from wamkg.store.migrate import migrate
from wamkg.store.paper_filter import PaperFilter, paper_numbers
from wamkg.store.search import add_texts, search_body
from wamkg.store.session import Store
from wamkg.store.tables import Actor, Paper
from wamkg.vocabulary import BatchKind, EntityKind


def add_papers(store: Store, titles: list[str]) -> list[int]:
    """Papers with these titles, findable; returns their numbers."""
    with store.writing() as session:
        batch = open_batch(session, BatchKind.IMPORT, "test", get_actor(session, "test"))
        assert batch.id is not None
        numbers = insert_entities(session, EntityKind.PAPER, len(titles), batch.id)
        rows = [
            {"id": n, "slug": f"p{n}", "title": t, "title_key": t, "standing": "candidate", "revision": 1}
            for n, t in zip(numbers, titles, strict=True)
        ]
        insert_rows(session, Paper, rows)
        add_texts(session, {n: search_body(t) for n, t in zip(numbers, titles, strict=True)})
    return numbers


def test_read_then_write_from_many_threads_loses_nothing(store: Store) -> None:
    (number,) = add_papers(store, ["counter"])
    problems: list[BaseException] = []

    def count_up() -> None:
        try:
            for _ in range(20):
                with store.writing() as session:
                    paper = session.exec(select(Paper).where(Paper.id == number).with_for_update()).one()
                    paper.revision += 1
                    session.add(paper)
        except BaseException as error:  # a thread's error must fail the test, whatever it is
            problems.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with store.reading() as session:
        assert session.get_one(Paper, number).revision == 1 + 8 * 20


def test_an_error_rolls_everything_back(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.writing() as session:
        session.add(Actor(uid=new_uid(), name="nobody", kind="person"))
        session.flush()
        raise ZeroDivisionError
    with store.reading() as session:
        assert session.exec(select(Actor)).all() == []


def test_times_come_back_aware(store: Store) -> None:
    with store.writing() as session:
        get_actor(session, "someone")
    with store.reading() as session:
        assert session.exec(select(Actor)).one().created_at.tzinfo is not None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("vision-language", {"Vision-Language-Action Models"}),
        ("vision language", {"Vision-Language-Action Models"}),
        ("cafe", {"Café robots"}),
        ("CAFÉ", {"Café robots"}),
        ("world AND", set()),
        ('"', set()),
        ("robo", {"Café robots"}),
        ("π₀.₇", {"π₀.₇: a Steerable Model"}),
        ("世界", {"世界 模型"}),
        ("", set()),
        ("models OR", set()),
        ("modeling action", {"Vision-Language-Action Models"}),
        ("界", {"世界 模型"}),
        ("型 世", {"世界 模型"}),
    ],
)
def test_search_takes_what_people_type(store: Store, query: str, found: set[str]) -> None:
    titles = ["Vision-Language-Action Models", "Café robots", "π₀.₇: a Steerable Model", "世界 模型"]
    by_number = dict(zip(add_papers(store, titles), titles, strict=True))
    with store.reading() as session:
        assert {by_number[n] for n in paper_numbers(session, PaperFilter(q=query)) if query} == found


@given(query=st.text(st.characters(exclude_characters="\x00"), max_size=200) | st.just("x " * 5000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_no_text_breaks_the_search(store: Store, query: str) -> None:
    with store.reading() as session:
        assert paper_numbers(session, PaperFilter(q=query)) == set()


def test_a_read_only_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    made = Store(f"sqlite:///{path}")
    migrate(made)
    made.close()
    read_only = Store(f"sqlite:///file:{path}?mode=ro&uri=true")
    with pytest.raises(StoreError, match="read-only"), read_only.writing() as session:
        get_actor(session, "x")
    read_only.close()


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(os.urandom(4096))
    with pytest.raises(StoreError, match="not an SQLite database"):
        migrate(Store(f"sqlite:///{path}"))


def test_an_unreachable_server_says_so_without_the_password() -> None:
    store = Store("postgresql+psycopg://someone:secret@127.0.0.1:9/none")
    with pytest.raises(StoreError, match="cannot be reached") as caught:
        migrate(store)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite+nope:///x"])
def test_a_url_of_another_database_is_refused(url: str) -> None:
    with pytest.raises(StoreError):
        Store(url)


def test_a_store_without_tables_names_the_command(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(StoreError, match="wamkg migrate"), store.reading() as session:
        session.connection().execute(text("SELECT * FROM paper"))
