"""The HTTP server: routes, faults, limits, and a log of every request with the moment it came."""

import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.s2_server.answers import LIST_FIELDS, PAPER_FIELDS, atom_answer, list_answer, paper_answer
from tests.s2_server.arxiv_shelf import ArxivShelf
from tests.s2_server.faults import FaultPlan
from tests.s2_server.world import World

GRAPH = "/graph/v1/paper/"
RECOMMENDATIONS = "/recommendations/v1/papers/"
TEN_MB = 10_000_000


@dataclass(frozen=True)
class Asked:
    """One request as it came in; `at` is in seconds of a monotonic clock."""

    at: float
    method: str
    path: str
    query: str
    key: str | None
    body: str
    port: int

    @property
    def what(self) -> tuple[str, str, str, str]:
        """What tells a repeated request from a new one."""
        return self.method, self.path, self.query, self.body


@dataclass
class S2Server:
    """A server on a port of its own; use it as a context manager."""

    world: World
    faults: FaultPlan = field(default_factory=FaultPlan)
    key: str | None = "secret-key"
    max_answer: int = TEN_MB
    port: int = 0
    log: list[Asked] = field(default_factory=list)
    on_request: Callable[[Asked], None] | None = None
    shelf: ArxivShelf | None = None
    """What arXiv holds; without one, the papers of the world."""
    recommended: list[int] = field(default_factory=list)
    """Papers of the world that are recommended, whatever the examples are."""
    files: dict[str, str] = field(default_factory=dict)
    """Texts by their path, such as a list of somebody else."""

    def __enter__(self) -> "S2Server":
        self._lock, self.closing = Lock(), Event()
        self._http = _Http(("127.0.0.1", self.port), _Handler)
        self._http.owner = self
        self.port = self._http.server_address[1]
        Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    @property
    def url(self) -> str:
        """Origin of the server."""
        return f"http://127.0.0.1:{self.port}"

    def note(self, asked: Asked) -> None:
        """Log a request."""
        with self._lock:
            self.log.append(asked)
        if self.on_request:
            self.on_request(asked)

    @property
    def repeated(self) -> int:
        """Requests that had been asked before."""
        return len(self.log) - len({asked.what for asked in self.log})

    @property
    def closest(self) -> float:
        """Smallest time between two requests, in seconds."""
        times = sorted(asked.at for asked in self.log)
        return min((later - sooner for sooner, later in pairwise(times)), default=float("inf"))


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    owner: S2Server

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def parse_request(self) -> bool:
        self.came = time.monotonic()
        return super().parse_request()

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _answer(self, body: bytes) -> None:
        at = self.came
        parts = urlsplit(self.path)
        port = self.client_address[1]
        asked = Asked(
            at, self.command, unquote(parts.path), parts.query, self.headers.get("x-api-key"), body.decode(), port
        )
        self.server.owner.note(asked)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/api/query":
            self._arxiv(query)
        elif parts.path in self.server.owner.files:
            self._send_bytes(200, self.server.owner.files[parts.path].encode(), "text/plain; charset=utf-8")
        elif parts.path == RECOMMENDATIONS:
            self._recommend(query["fields"].split(","))
        elif not parts.path.startswith(GRAPH):
            self._send(404, {"error": "Not found"})
        elif self.server.owner.key is not None and asked.key != self.server.owner.key:
            self._send(403, {"message": "Forbidden"}, {"x-amzn-ErrorType": "ForbiddenException"})
        else:
            self._graph(asked.path.removeprefix(GRAPH), query, body)

    def _arxiv(self, query: dict[str, str]) -> None:
        world, shelf = self.server.owner.world, self.server.owner.shelf
        if self._failed(self.server.owner.faults.next("arxiv", "*")):
            return
        if shelf is not None:
            self._send_bytes(200, shelf.answer(query).encode(), "application/atom+xml")
            return
        found = [p for name in query.get("id_list", "").split(",") if (p := world.find(f"arxiv:{name}"))]
        self._send_bytes(200, atom_answer(found).encode(), "application/atom+xml")

    def _recommend(self, fields: list[str]) -> None:
        owner = self.server.owner
        if not self._failed(owner.faults.next("recommendations", "*")):
            papers = [paper_answer(owner.world, owner.world.papers[key], fields) for key in owner.recommended]
            self._send(200, {"recommendedPapers": papers})

    def _graph(self, path: str, query: dict[str, str], body: bytes) -> None:
        fields = query.get("fields", "title").split(",")
        if path == "batch":
            self._batch(fields, json.loads(body)["ids"])
        elif path == "search/match":
            self._match(query, fields)
        else:
            name, _, kind = path.rpartition("/")
            if kind in ("citations", "references"):
                self._list(name, kind, query, fields)
            else:
                self._one(path, fields)

    def _known(self, fields: list[str], known: frozenset[str]) -> bool:
        unknown = [name for name in fields if name not in known]
        if unknown:
            self._send(400, {"error": f"Unrecognized or unsupported fields: [{', '.join(unknown)}]"})
        return not unknown

    def _batch(self, fields: list[str], ids: list[str]) -> None:
        world = self.server.owner.world
        if not self._known(fields, PAPER_FIELDS) or self._failed(self.server.owner.faults.next("batch", "*")):
            return
        if not 1 <= len(ids) <= 500:
            self._send(400, {"error": "ids must hold 1 to 500 entries"})
            return
        found = [world.find(name) for name in ids]
        answer = [paper_answer(world, paper, fields) if paper else None for paper in found]
        if len(json.dumps(answer)) > self.server.owner.max_answer:
            self._send(400, {"error": "Response would exceed maximum size of 10 MB"})
        else:
            self._send(200, answer)

    def _match(self, query: dict[str, str], fields: list[str]) -> None:
        world = self.server.owner.world
        asked = query.get("query", "")
        if not self._known(fields, PAPER_FIELDS) or self._failed(self.server.owner.faults.next("match", asked)):
            return

        def likeness(key: int) -> float:
            return SequenceMatcher(None, asked.lower(), world.papers[key].title.lower()).ratio()

        best = max(world.library, key=likeness, default=None)
        if best is None or likeness(best) < 0.5:
            self._send(404, {"error": "Title match not found"})
        else:
            self._send(200, {"data": [paper_answer(world, world.papers[best], fields) | {"matchScore": 99.5}]})

    def _one(self, name: str, fields: list[str]) -> None:
        paper = self.server.owner.world.find(name)
        if paper is None:
            self._send(404, {"error": f"Paper with id {name} not found"})
        elif self._known(fields, PAPER_FIELDS):
            self._send(200, paper_answer(self.server.owner.world, paper, fields))

    def _list(self, name: str, kind: str, query: dict[str, str], fields: list[str]) -> None:
        owner = self.server.owner
        paper = owner.world.find(name)
        offset, limit = int(query.get("offset", 0)), int(query.get("limit", 100))
        if paper is None:
            self._send(404, {"error": f"Paper with id {name} not found"})
        elif not self._known(fields, LIST_FIELDS):
            return
        elif offset + limit >= 10_000 or limit > 1_000:
            self._send(400, {"error": "Requested data for this limit and/or offset is not available"})
        else:
            self._list_of(paper.s2, kind, (offset, limit), fields)

    def _list_of(self, s2: str, kind: str, where: tuple[int, int], fields: list[str]) -> None:
        owner = self.server.owner
        fault = owner.faults.next(kind, s2)
        if self._failed(fault):
            return
        paper = owner.world.find(s2)
        assert paper is not None
        held = owner.world.citations if kind == "citations" else owner.world.references
        edges = held.get(paper.key, [])
        if fault == "withheld":
            info = {"openAccessPdf": {"url": "", "disclaimer": "elided by the publisher: {'references'}"}}
            self._send(200, {"data": None, "citedPaperInfo": info})
            return
        if fault == "short":
            edges = edges[: max(0, len(edges) - owner.faults.short_by)]
        self._send(200, list_answer(owner.world, edges, kind, fields, *where))

    def _failed(self, fault: str | None) -> bool:
        """Play a fault that takes the place of the answer."""
        plays = {
            "429": lambda: self._send(429, {"message": "Too Many Requests"}),
            "429 retry-after": lambda: self._send(429, {}, {"Retry-After": str(self.server.owner.faults.retry_after)}),
            "429 retry-after date": lambda: self._send(
                429, {}, {"Retry-After": formatdate(time.time() + 1, usegmt=True)}
            ),
            "always 500": lambda: self._send(500, {"message": "Internal Server Error"}),
            "500 html": lambda: self._send_bytes(500, b"<html><body>Internal Server Error</body></html>", "text/html"),
            "200 html": lambda: self._send_bytes(200, b"<html><body>Please wait</body></html>", "text/html"),
            "200 error": lambda: self._send(200, {"error": "something went wrong"}),
            "no json object": lambda: self._send(200, [1, 2, 3]),
            "empty": lambda: self._send_bytes(200, b"", "application/json"),
            "truncated": lambda: self._send_bytes(200, b'{"offset": 0, "data": [{"citingPap', "application/json"),
            "trickle head": lambda: self._trickle(b"HTTP/1.1 200 OK\r\n" + b"X-Filler: yes\r\n" * 1000),
            "trickle body": lambda: self._trickle(
                b"[" + b" " * 10_000, b"HTTP/1.1 200 OK\r\nContent-Length: 10001\r\n\r\n"
            ),
            "empty page": lambda: self._send(200, {"offset": 0, "next": 1, "data": []}),
            "next too near": lambda: self._send(200, {"offset": 0, "next": 1, "data": [{}, {}, {}]}),
            "next too far": lambda: self._send(200, {"offset": 0, "next": 9_000, "data": [{}]}),
            "gone": lambda: self._send(404, {"error": "Paper not found"}),
            "refused": lambda: self._send(400, {"error": "Bad request"}),
            "slow": self._slow,
            "drop": self._drop,
            "drop midway": self._drop_midway,
        }
        if fault in ("500", "502", "503", "504"):
            self._send(int(fault), {"message": "Server error"})
            return True
        if fault in plays:
            plays[fault]()
            return True
        return False

    def _slow(self) -> None:
        self.server.owner.closing.wait(self.server.owner.faults.slow_seconds)
        self._drop()

    def _trickle(self, slowly: bytes, at_once: bytes = b"") -> None:
        """Send a byte now and then, until the client leaves."""
        self.close_connection = True
        try:
            self.wfile.write(at_once)
            for byte in slowly:
                self.wfile.write(bytes([byte]))
                if self.server.owner.closing.wait(self.server.owner.faults.trickle_seconds):
                    return
        except OSError:
            self.server.owner.faults.met["client left"] += 1

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _drop_midway(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(b'{"offset": 0, "data": [')
        self.wfile.flush()
        self._drop()

    def _send(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        self._send_bytes(status, json.dumps(value).encode(), "application/json", headers)

    def _send_bytes(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
