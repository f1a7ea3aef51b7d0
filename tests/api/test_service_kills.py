"""The service killed in the middle of its work: what it acknowledged is there once, and it comes back by itself."""

import random
import signal
from pathlib import Path

import pytest

from tests.helpers.service_load import Load, check_acknowledged, free_port, load_on, start
from wamkg.store.migrate import migrate
from wamkg.store.session import Store


def check_kills(store: Store, home: Path, kills: int, writers: int, seed: int) -> Load:
    """Kill the service so many times under load, and compare the store with what was acknowledged."""
    migrate(store)
    chance = random.Random(seed)
    port = free_port()
    load = load_on(store, port)
    process = start(store, home, port)
    with load.running(writers):
        for _ in range(kills):
            load.stop.wait(chance.uniform(0.2, 1.0))
            process.kill()
            process.wait()
            process = start(store, home, port)
        load.stop.wait(0.5)
    process.terminate()
    assert process.wait(30) in (0, -signal.SIGTERM)
    check_acknowledged(store, load)
    return load


def test_what_a_killed_service_acknowledged_is_there_once(home: Path, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    check_kills(store, home, kills=1, writers=2, seed=1)
    store.close()


@pytest.mark.drill
def test_thirty_kills_under_load(store: Store, home: Path) -> None:
    load = check_kills(store, home, kills=30, writers=6, seed=2)
    print(f"{len(load.acknowledged)} papers acknowledged, answers {dict(load.answers)}")
