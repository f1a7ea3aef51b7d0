"""Limits per client: bytes of a request body, and requests per minute."""

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wamkg.settings import Settings
from wamkg_api.access import SAFE
from wamkg_api.errors import problem

SMALL = 1_000_000
"""Maximum size in bytes of a request that is not an import."""
IMPORTS = "/imports"
FIGURES, FIGURE_COST = "/figures/", 100
"""A figure takes about a hundred times the work of another read, and counts as many."""
FREE = ("/healthz", "/readyz", "/metrics")
"""Routes for operators: neither counted nor cached."""


class RequestTooLargeError(Exception):
    """The request body is longer than allowed."""


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
        if limit is not None and not self._counts.hit(limit, client, cost=min(cost, limit.amount)):
            answer = problem(Request(scope), 429, f"more than {limit.amount} {kind}s a minute; wait a little")
            answer.headers["Retry-After"] = "60"
            await answer(scope, receive, send)
            return
        await self._measured(scope, receive, send)

    async def _measured(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = self._most_bytes if scope["path"].endswith(IMPORTS) else min(SMALL, self._most_bytes)
        told = dict(scope["headers"]).get(b"content-length", b"0")
        if told.isdigit() and int(told) > most:
            await self._refuse(most, scope, receive, send)
            return
        size = 0
        started = False

        async def count() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > most:
                raise RequestTooLargeError
            return message

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, count, watch)
        except RequestTooLargeError:
            if started:
                raise
            await self._refuse(most, scope, receive, send)

    async def _refuse(self, most: int, scope: Scope, receive: Receive, send: Send) -> None:
        answer = problem(Request(scope), 413, f"a request here holds at most {most} bytes; send it in parts")
        answer.headers["Connection"] = "close"
        await answer(scope, receive, send)
