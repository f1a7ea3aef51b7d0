"""Writers and readers of one service that runs in a process of its own, and what they were told."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlmodel import col, select

from wamkg.services.doctor import run_checks
from wamkg.services.tokens import create_token
from wamkg.store.session import Store
from wamkg.store.tables import Paper
from wamkg.vocabulary import Role

API = "/api/v1"


@dataclass
class Load:
    """Writers and readers of one service, and what they were told."""

    address: str
    token: str
    stop: threading.Event = field(default_factory=threading.Event)
    acknowledged: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)

    @contextmanager
    def running(self, writers: int) -> Iterator[None]:
        """Write and read until the end of the block."""
        threads = [threading.Thread(target=self._write, args=(n,)) for n in range(writers)]
        threads.append(threading.Thread(target=self._read))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()

    def _write(self, writer: int) -> None:
        number = 0
        headers = {"Authorization": f"Bearer {self.token}"}
        with httpx.Client(base_url=self.address, headers=headers, timeout=30) as client:
            while not self.stop.is_set():
                number += 1
                title = f"A paper of writer {writer} with the number {number}"
                if self._ask(client, "POST", f"{API}/papers", {"title": title}) == 201:
                    self.acknowledged.append(title)

    def _read(self) -> None:
        with httpx.Client(base_url=self.address, timeout=30) as client:
            while not self.stop.is_set():
                self._ask(client, "GET", f"{API}/papers?limit=3", None)

    def _ask(self, client: httpx.Client, method: str, path: str, body: object) -> int:
        try:
            status = client.request(method, path, json=body).status_code
        except httpx.TransportError:
            self.stop.wait(0.01)
            return 0
        self.answers[status] += 1
        return status


def start(store: Store, home: Path, port: int) -> subprocess.Popen[bytes]:
    """The service in a process of its own; returns once it answers."""
    environment = os.environ | {"WAMKG_DATABASE_URL": store.url, "WAMKG_HOME": str(home), "WAMKG_REFIT": "false"}
    environment |= {"WAMKG_WRITES_PER_MINUTE": "0", "WAMKG_READS_PER_MINUTE": "0"}
    process = subprocess.Popen(
        [sys.executable, "-m", "wamkg", "serve", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200:
                return process
        except httpx.TransportError:
            time.sleep(0.05)
    process.kill()
    raise AssertionError("the service did not start within a minute")


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def load_on(store: Store, port: int) -> Load:
    """Writers and readers of the service on a port, with a curator's token."""
    return Load(f"http://127.0.0.1:{port}", create_token(store, "ana", Role.CURATOR, "", "person").secret)


def check_acknowledged(store: Store, load: Load) -> None:
    """Every paper that the service acknowledged is there once, and nobody was told anything but the truth or 503."""
    with store.reading() as session:
        stored = Counter(session.exec(select(Paper.title).where(col(Paper.title).startswith("A paper of writer"))))
    assert load.acknowledged and set(load.acknowledged) <= set(stored), "an acknowledged paper is missing"
    assert set(stored.values()) == {1}, "a paper is there twice"
    assert set(load.answers) <= {200, 201, 503}, load.answers
    assert not any(report.findings for report in run_checks(store, ("implausible-dates", "dangling-links")))
