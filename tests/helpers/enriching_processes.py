"""Enrichment in processes of their own, to be killed and to run side by side."""

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tests.helpers.enriching_checks import import_library, settings_for
from tests.s2_server.server import Asked, S2Server
from tests.s2_server.world import World
from wamkg.enriching.engine import enrich
from wamkg.jobs.local import environment
from wamkg.settings import Settings
from wamkg.store.jobs import add_job
from wamkg.store.migrate import migrate
from wamkg.store.session import Store


def fresh_store(url: str, world: World, folder: Path) -> Store:
    """A store that holds the world's library and nothing else."""
    store = Store(url)
    migrate(store)
    import_library(store, world, folder)
    return store


def undisturbed(url: str, world: World, folder: Path) -> Store:
    """A store enriched in one go."""
    store = fresh_store(url, world, folder)
    with S2Server(world) as server:
        report = enrich(store, settings_for(server))
    assert report.exit_status == 0
    return store


def start(store: Store, settings: Settings) -> "subprocess.Popen[bytes]":
    """A process that runs a new job to its end."""
    with store.writing() as session:
        uid = add_job(session, "enrich", {}).uid
    command = [sys.executable, "-m", "wamkg.jobs", uid]
    return subprocess.Popen(command, env=environment(settings), stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class Killer:
    """Kills the running process at random moments: at a random request, after a random part of a second."""

    def __init__(self, kills: int, requests: int, seed: int) -> None:
        self._rng = random.Random(seed)
        self._marks = sorted(self._rng.sample(range(1, requests), kills))
        self.kills, self.seen, self.process = 0, 0, None
        self._lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None

    def on_request(self, _asked: Asked) -> None:
        """Count a request and kill when its turn has come."""
        with self._lock:
            self.seen += 1
            if not self._marks or self.seen < self._marks[0] or self.process is None:
                return
            self._marks.pop(0)
            delay = self._rng.choice((0.0, self._rng.uniform(0, 0.02), self._rng.uniform(0, 0.15)))
            threading.Timer(delay, self._kill, [self.process]).start()
            self.process = None

    def _kill(self, process: "subprocess.Popen[bytes]") -> None:
        os.kill(process.pid, signal.SIGKILL)
        self.kills += 1


def run_killed(store: Store, server: S2Server, killer: Killer, **values: Any) -> None:
    """Start the process again each time it was killed, until it ends by itself."""
    settings = settings_for(server, database_url=store.url, **values)
    while True:
        process = start(store, settings)
        killer.process = process
        _, errors = process.communicate(timeout=300)
        killer.process = None
        if process.returncode != -signal.SIGKILL:
            assert process.returncode == 0, errors.decode()
            return
