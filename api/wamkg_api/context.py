"""Around every request: request id, security headers, counters, time and a log line."""

import logging
import re
import time
from functools import lru_cache

import orjson
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wamkg.identifiers import new_uid
from wamkg.json_types import UncheckedObject
from wamkg_api.errors import unhandled_error
from wamkg_api.limits import RATE_LIMIT

access = logging.getLogger("wamkg_api.access")
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Without any referrer a browser would send our own forms with `Origin: null`, as it does those of others.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
}

METHODS = {"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"}
"""Other methods are counted under one name: a client may invent methods, and each would become a time series."""
_STRICT = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


def _strict_for(start: Message) -> list[tuple[bytes, bytes]]:
    """The security headers that a response does not set itself. With 304 the client keeps the earlier ones."""
    if start["status"] == 304:
        return []
    given = {name for name, _ in start["headers"]}
    return [header for header in _STRICT if header[0] not in given]


class Measures:
    """The Prometheus counters of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter("wamkg_requests_total", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram("wamkg_request_seconds", "Time to answer.", ("route",), registry=self.registry)
        # Looking a label up takes longer than counting.
        self._counters = lru_cache(maxsize=4096)(self.requests.labels)
        self._timers = lru_cache(maxsize=1024)(self.seconds.labels)

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one response."""
        self._counters(method if method in METHODS else "other", route, str(status)).inc()
        self._timers(route).observe(seconds)


class RequestContext:
    """Outermost ASGI middleware."""

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        self.app = app
        self._measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with an id, then complete its response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        state: UncheckedObject = scope.setdefault("state", {})
        state["request_id"] = given if _ID.fullmatch(given) else new_uid()
        started = time.perf_counter()
        status = 0

        async def finish(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = (b"x-request-id", state["request_id"].encode())
                limit = state.get(RATE_LIMIT, ())
                message = {**message, "headers": [*message["headers"], own, *limit, *_strict_for(message)]}
            await send(message)

        try:
            await self.app(scope, receive, finish)
        except Exception as error:
            # Nothing may leave as a bare connection error or a stack trace, whatever went wrong.
            if status:
                raise
            await unhandled_error(Request(scope), error)(scope, receive, finish)
        finally:
            self._note(scope, state, status, time.perf_counter() - started)

    def _note(self, scope: Scope, state: UncheckedObject, status: int, seconds: float) -> None:
        route = state.get("route") or getattr(scope.get("route"), "name", "") or "unknown"
        self._measures.note(scope["method"], route, status, seconds)
        if access.isEnabledFor(logging.INFO):
            line = {
                "request": state["request_id"],
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "ms": round(seconds * 1000, 2),
            }
            access.info(orjson.dumps(line).decode())
