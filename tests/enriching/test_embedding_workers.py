"""Several workers encode one store's texts: each text once, none lost, whoever is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from wamkg.cli.app import app
from wamkg.embedding.encode import embed_shared
from wamkg.embedding.encoders import HASHING, HashingEncoder
from wamkg.importing.importer import ImportOptions, import_source
from wamkg.jobs.local import environment, start
from wamkg.settings import Settings, get_settings
from wamkg.store import jobs
from wamkg.store.embedding_tasks import kind_of
from wamkg.store.paper_texts import paper_texts
from wamkg.store.session import Store
from wamkg.store.tables import Embedding, Job, Task
from wamkg.suggesting.corpus import document_of
from wamkg.vocabulary import JobStatus

PAPERS = 1200
TWICE = 40
"""So many pairs of papers share a text."""


@pytest.fixture
def settings(store: Store, tmp_path: Path) -> Settings:
    """Settings of workers with an encoder that needs no torch."""
    return Settings(database_url=store.url, home=tmp_path, embedding_model=HASHING)


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """A store of papers, some of which share their text."""
    numbers = [*range(PAPERS - TWICE), *range(TWICE)]
    file = tmp_path / "papers.jsonl"
    papers = [
        {"title": f"Robots plan {n}", "abstract": f"Plans number {n} " * 20, "arxiv": f"24{1 + i // 9000:02}.{i:05}"}
        for i, n in enumerate(numbers, 1)
    ]
    file.write_bytes(b"".join(orjson.dumps(paper) + b"\n" for paper in papers))
    import_source(store, str(file), ImportOptions())
    return store


def texts_of(store: Store) -> dict[int, str]:
    """What is to be encoded, by paper."""
    with store.reading() as session:
        return {paper.id: document_of(paper).text for paper in paper_texts(session)}


def check_vectors(store: Store) -> None:
    """Every paper has one vector, which is the encoder's own of its text; no unit is left open."""
    texts, encoder = texts_of(store), HashingEncoder()
    with store.reading() as session:
        kept = {row.entity_id: row.vector for row in session.scalars(select(Embedding))}
        left = session.scalar(select(func.count()).select_from(Task).where(Task.status != "done"))  # type: ignore[arg-type]
    assert kept.keys() == texts.keys() and left == 0
    expected = encoder.encode([texts[number] for number in kept]).astype("<f4")
    assert list(kept.values()) == [row.tobytes() for row in expected]


def queued(store: Store, count: int) -> list[str]:
    """Ids of new embed jobs."""
    with store.writing() as session:
        return [jobs.add_job(session, "embed", {}).uid for _ in range(count)]


def job_of(store: Store, uid: str) -> Job:
    with store.reading() as session:
        return jobs.find_job(session, uid)


def test_two_workers_encode_no_text_twice_and_lose_none(filled: Store, settings: Settings) -> None:
    uids = queued(filled, 2)
    for process in [start(settings, uid) for uid in uids]:
        assert process.wait(120) == 0
    ended = [job_of(filled, uid) for uid in uids]
    assert [job.status for job in ended] == [JobStatus.DONE] * 2, [job.error for job in ended]
    assert sum(job.counts["encoded"] for job in ended) == len(set(texts_of(filled).values()))
    check_vectors(filled)


SLOW = """
import os, sys, time
from wamkg.embedding.encoders import HashingEncoder
from wamkg.embedding.encode import embed_shared
from wamkg.settings import Settings
from wamkg.store.session import Store
from tests.enriching.test_embedding_workers import texts_of

class Stuck(HashingEncoder):
    calls = 0
    def encode(self, texts):
        self.calls += 1
        if self.calls == 3:
            print("in the middle", flush=True)
            time.sleep(600)
        return super().encode(texts)

store = Store(Settings().url)
embed_shared(store, Stuck(), texts_of(store))
"""
"""A worker that stops while it holds its third part, after two were kept."""


def test_what_a_killed_worker_held_is_taken_over_by_the_other(filled: Store, settings: Settings) -> None:
    env = environment(settings) | {"PYTHONPATH": os.pathsep.join(sys.path)}
    dying = subprocess.Popen([sys.executable, "-c", SLOW], env=env, stdout=subprocess.PIPE)
    assert dying.stdout is not None and dying.stdout.readline() == b"in the middle\n"
    (uid,) = queued(filled, 1)
    other = start(settings, uid)
    kind = kind_of(HashingEncoder().version)
    while True:
        with filled.reading() as session:
            left = session.scalars(select(Task.status).where(Task.kind == kind, Task.status != "done")).all()  # type: ignore[arg-type]
        if left and set(left) == {"running"}:
            break
        assert other.poll() is None, "it ended while a living worker held texts"
        time.sleep(0.02)
    dying.send_signal(signal.SIGKILL)
    dying.wait()
    assert other.wait(120) == 0
    counts = job_of(filled, uid).counts
    distinct = len(set(texts_of(filled).values()))
    assert distinct // 2 < counts["encoded"] < distinct, "the dead worker had kept two parts, which are not done again"
    assert counts["others"] == 0
    check_vectors(filled)


def test_what_is_new_or_changed_is_encoded_and_nothing_else(filled: Store, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    first = embed_shared(filled, HashingEncoder(), texts_of(filled), lambda done, total: seen.append((done, total)))
    distinct = PAPERS - TWICE
    assert (first.encoded, first.reused, first.others) == (distinct, TWICE, 0)
    assert seen[-1] == (distinct, distinct) and seen == sorted(seen)
    changed = texts_of(filled)
    changed[max(changed)] = "Another text."
    again = embed_shared(filled, HashingEncoder(), changed)
    assert (again.encoded, again.others) == (1, 0)
    assert embed_shared(filled, HashingEncoder(), changed).encoded == 0


def test_the_command_shares_with_workers_of_its_own(
    filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"DATABASE_URL": filled.url, "HOME": str(tmp_path), "EMBEDDING_MODEL": HASHING}.items():
        monkeypatch.setenv(f"WAMKG_{name}", value)
    get_settings.cache_clear()
    shown = CliRunner().invoke(app, ["embed", "--workers", "2", "--json"])
    assert shown.exit_code == 0, shown.output
    report = orjson.loads(shown.stdout)
    assert report["encoded"] + report["others"] == PAPERS - TWICE
    with filled.reading() as session:
        (uid,) = session.scalars(select(Job.uid).where(Job.kind == "embed")).all()  # type: ignore[arg-type]
    end = time.monotonic() + 120
    while job_of(filled, uid).status != JobStatus.DONE:
        assert time.monotonic() < end, job_of(filled, uid).error
        time.sleep(0.05)
    check_vectors(filled)
