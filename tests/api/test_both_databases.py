"""The same seeds on SQLite and on PostgreSQL give the same answers over HTTP."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from wamkg.importing.seed_loader import load_seeds
from wamkg.settings import Settings
from wamkg.store.migrate import migrate
from wamkg.store.papers import find_paper
from wamkg.store.session import Store

API = "/api/v1"
PATHS = (
    "papers?limit=100", "papers?q=vision-language&limit=100", "papers?q=caf%C3%A9", "papers?sort=title&limit=7",
    "papers?taxon=wam:joint/diffusion&facets=true", "papers?benchmark=LIBERO&party=first", "papers?state=wam:none",
    "papers?since=2024&until=2024-06", "papers?found_by=list", "papers?first_seen_since=2000-01-01&limit=1",
    "papers/arxiv:2302.00111", "papers/arxiv:2302.00111/history", "papers/arxiv:2302.00111/citations",
    "taxonomies", "taxonomies/wam", "timeline/papers?by=quarter&depth=2", "timeline/citations",
    "results?benchmark=LIBERO&limit=100",
    "leaderboard", "methods?q=wam", "benchmarks", "graph?center=arxiv:2302.00111&hops=3", "graph?cap=50",
    "overview", "coverage", "exports/jsonl", "exports/bibtex", "exports/graphml", "changes", "jobs",
)  # fmt: skip
UID = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
OF_ONE_COPY = re.compile(UID + r"|\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
"""Ids and moments, which differ from copy to copy."""


@pytest.fixture(scope="module")
def on_sqlite(seeded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    path = tmp_path_factory.mktemp("both") / "wamkg.db"
    path.write_bytes(seeded_file.read_bytes())
    with TestClient(create_app(Settings(database_url=f"sqlite:///{path}"))) as client:
        yield client


@pytest.fixture
def on_postgres(postgres_url: str) -> Iterator[TestClient]:
    store = Store(postgres_url)
    migrate(store)
    with store.writing() as session:
        load_seeds(session)
    with TestClient(create_app(Settings(database_url=postgres_url))) as client:
        yield client
    store.close()


@pytest.mark.postgres
def test_both_databases_answer_alike(on_sqlite: TestClient, on_postgres: TestClient) -> None:
    for path in PATHS:
        here, there = on_sqlite.get(f"{API}/{path}"), on_postgres.get(f"{API}/{path}")
        assert (here.status_code, there.status_code) == (200, 200), path
        assert OF_ONE_COPY.sub("", here.text) == OF_ONE_COPY.sub("", there.text), path


@pytest.mark.postgres
def test_postgres_answers_are_never_stale(on_postgres: TestClient, postgres_url: str) -> None:
    path = f"{API}/papers?arxiv=2302.00111"
    before = on_postgres.get(path)
    again = on_postgres.get(path, headers={"If-None-Match": before.headers["etag"]})
    assert again.status_code == 304
    store = Store(postgres_url)
    with store.writing() as session:
        paper = find_paper(session, "arxiv:2302.00111")
        paper.title = "Another title"
        session.add(paper)
    store.close()
    assert on_postgres.get(path).json()["items"][0]["title"] == "Another title"
