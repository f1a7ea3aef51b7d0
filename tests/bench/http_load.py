"""Asks one address again and again over so many connections: `python -m tests.bench.http_load URL N SECONDS [ETAG]`.

Stands in where wrk is not installed; prints requests a second, the 99th percentile in milliseconds and the
statuses met. One request is in flight on each connection.
"""

import asyncio
import sys
import time
from collections import Counter
from typing import cast
from urllib.parse import urlsplit

import orjson
import uvloop


class Connection(asyncio.Protocol):
    """One connection that asks again as soon as it is answered."""

    def __init__(self, request: bytes, until: float, ended: asyncio.Future[None]) -> None:
        self._request, self._until, self._ended = request, until, ended
        self.statuses: Counter[bytes] = Counter()
        self.times: list[float] = []
        self._missing = -1
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask first."""
        # uvloop's transports are of a class of their own.
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Count an answer once it is whole."""
        if self._missing < 0:
            self._head += data
            head, found, body = self._head.partition(b"\r\n\r\n")
            if not found:
                return
            length = next((h for h in head.lower().split(b"\r\n") if h.startswith(b"content-length:")), b":0")
            self.statuses[head[9:12]] += 1
            self._missing = int(length.partition(b":")[2]) - len(body)
            self._head = b""
        else:
            self._missing -= len(data)
        if self._missing == 0:
            self._answered()

    def _answered(self) -> None:
        now = time.perf_counter()
        self.times.append(now - self._asked)
        self._missing = -1
        if now < self._until:
            self._ask()
        else:
            self._transport.close()
            self._ended.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        """End, also where the server hangs up."""
        if not self._ended.done():
            self._ended.set_result(None)


async def load(url: str, connections: int, seconds: float, more: str) -> dict[str, object]:
    """Ask for so many seconds."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    request = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n{more}\r\n".encode()
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    protocols, ends = [], []
    for _ in range(connections):
        end: asyncio.Future[None] = loop.create_future()
        _, protocol = await loop.create_connection(
            lambda end=end: Connection(request, started + seconds, end), parts.hostname, parts.port  # type: ignore[misc]
        )  # fmt: skip
        protocols.append(protocol)
        ends.append(end)
    await asyncio.gather(*ends)
    taken = time.perf_counter() - started
    times = sorted(t for p in protocols for t in p.times)
    statuses = sum((p.statuses for p in protocols), Counter())
    p99 = times[int(len(times) * 0.99) - 1] * 1000 if times else 0.0
    return {"rate": len(times) / taken, "p99": p99, "statuses": {s.decode(): n for s, n in statuses.items()}}


if __name__ == "__main__":
    address, count, lasting, *header = sys.argv[1:]
    lines = f"{header[0]}\r\n" if header else ""
    print(orjson.dumps(uvloop.run(load(address, int(count), float(lasting), lines))).decode())
