"""Limits per client: bytes of a request body, and requests per minute."""

import asyncio
import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wamkg.settings import Settings
from wamkg_api.access import SAFE
from wamkg_api.errors import problem

SMALL = 1_000_000
"""Maximum size in bytes of a request that is not an import."""
IMPORTS = "/imports"
BODY_SECONDS = 60.0
"""Seconds in which the body of a request must arrive."""
FIGURES, FIGURE_COST = "/figures/", 100
"""A figure takes about a hundred times the work of another read, and counts as many."""
RATE_LIMIT = "rate_limit"
"""Where a request keeps the headers that say what is left of its client's limit (draft-ietf-httpapi-ratelimit-headers,
RateLimit and RateLimit-Policy). They are not cached with the answer.
"""
FREE = ("/healthz", "/readyz", "/metrics")
"""Routes for operators: neither counted nor cached."""


class RequestBodyError(Exception):
    """The request body is longer or slower than allowed."""


class RateLimitMiddleware:
    """ASGI middleware inside the response cache, so cached responses are not counted.

    A client is an IP address. Each process counts for itself.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._most_bytes = settings.max_request_bytes
        self._counts = FixedWindowRateLimiter(MemoryStorage())
        given = {"read": settings.reads_per_minute, "write": settings.writes_per_minute}
        self._limits = {kind: RateLimitItemPerMinute(n, namespace=kind) for kind, n in given.items() if n}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or respond with 413 or 429."""
        if scope["type"] != "http" or scope["path"] in FREE:
            await self.app(scope, receive, send)
            return
        kind = "read" if scope["method"] in SAFE else "write"
        limit, client = self._limits.get(kind), (scope.get("client") or ("",))[0]
        cost = FIGURE_COST if FIGURES in scope["path"] else 1
        if limit is None:
            await self._measured(scope, receive, send)
            return
        within = self._counts.hit(limit, client, cost=min(cost, limit.amount))
        reset, left = self._counts.get_window_stats(limit, client)
        seconds = max(1, math.ceil(reset - time.time()))
        scope["state"][RATE_LIMIT] = [
            (b"ratelimit-policy", f'"{kind}";q={limit.amount};w={limit.get_expiry()}'.encode()),
            (b"ratelimit", f'"{kind}";r={left};t={seconds}'.encode()),
        ]
        if within:
            await self._measured(scope, receive, send)
            return
        refusal = f"more than {limit.amount} {kind}s a minute; wait a little"
        answer = await run_in_threadpool(problem, Request(scope), 429, refusal)
        answer.headers["Retry-After"] = str(seconds)
        await answer(scope, receive, send)

    async def _measured(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = self._most_bytes if scope["path"].endswith(IMPORTS) else min(SMALL, self._most_bytes)
        body = _RequestBody(receive, most)
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            if body.refusal and not started:
                raise RequestBodyError  # the answer that the app makes of its failed read is not sent
            started = True
            await send(message)

        told = dict(scope["headers"]).get(b"content-length", b"0")
        try:
            body.measure(int(told) if told.isdigit() else 0)
            await self.app(scope, body.receive, watch)
        except RequestBodyError:
            if started or body.refusal is None:
                raise
            answer = await run_in_threadpool(problem, Request(scope), *body.refusal)
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)


class _RequestBody:
    """A request's body, with limits for its size and for the time in which it arrives."""

    def __init__(self, receive: Receive, most: int) -> None:
        self.refusal: tuple[int, str] | None = None
        self._receive, self._most = receive, most
        self._size = 0
        self._deadline: float | None = asyncio.get_running_loop().time() + BODY_SECONDS

    async def receive(self) -> Message:
        """The next part. Once the body is complete, this waits for the client to leave, however long that takes.

        Raises RequestBodyError if the body is too large or too slow.
        """
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError as error:
            self.refusal = 408, f"the request did not arrive within {BODY_SECONDS:g} s"
            raise RequestBodyError from error
        if not message.get("more_body", False):
            self._deadline = None
        self._size += len(message.get("body", b""))
        self.measure(self._size)
        return message

    def measure(self, size: int) -> None:
        """Check a size in bytes. Raises RequestBodyError if it is too large."""
        if size > self._most:
            self.refusal = 413, f"a request here holds at most {self._most} bytes; send it in parts"
            raise RequestBodyError
