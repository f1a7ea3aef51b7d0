"""Response cache for every read: responses are reused while the store does not change. Adds ETag, 304 and gzip."""

from asyncio import Event
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from anyio.to_thread import run_sync
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wamkg.store.session import ChangeTracker
from wamkg_api.access import Caller, credentials_of, has_token, remember, remembered
from wamkg_api.cache_scope import CacheScope, audience_of
from wamkg_api.cached_response import UNCHANGING, CachedResponse
from wamkg_api.limits import FREE
from wamkg_api.list_forms import accepted_form
from wamkg_api.response_cache import CacheKey, ResponseCache

MAX_ANSWER = 4 * 1024 * 1024
"""Longer responses, mostly exports, are streamed and not cached."""
YEAR = 31_536_000
"""Seconds for which a client may keep an answer that never changes."""
UNCACHED_ROUTES = (*FREE, "/sign-in")
MOST_WAITS = 2
"""How often a request waits for an equal one: a second time if the store has changed meanwhile."""


class CacheMiddleware:
    """ASGI middleware: caches complete GET responses until the store changes, and validates them by ETag.

    The ETag is a hash of the content, so it survives restarts and is equal in all workers. A response that depends on
    the caller is reused only for callers in the same scope. HEAD is GET without a body. Of several equal requests at a
    time one is worked out, and the others wait for it: after a write, all readers ask for the same at once.
    """

    def __init__(self, app: ASGIApp, freshness: Callable[[], ChangeTracker], most_bytes: int) -> None:
        self.app = app
        self._freshness = freshness
        self._kept = ResponseCache(most_bytes)
        self._keeps = most_bytes > 0
        self._under_way: dict[CacheKey, Event] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or scope["path"] in UNCACHED_ROUTES:
            await self.app(scope, receive, send)
            return
        address = scope["raw_path"].decode("latin-1") + "?" + scope["query_string"].decode("latin-1")
        asked = CacheKey(address + _negotiated(scope), credentials_of(scope), await self._state())
        caller, answer = self._find(scope, asked)
        for _ in range(MOST_WAITS):
            if answer is not None or (first := self._under_way.get(asked)) is None or first.is_set():
                break
            await first.wait()
            asked = replace(asked, state=await self._state())
            caller, answer = self._find(scope, asked)
        if answer is None:
            remember(scope, caller)
            with self._announced(asked) as done:
                answer = await _ResponseRecorder(self.app, scope, receive, send, done).run()
                if answer is None:
                    return
                self._keep(scope, asked, answer)
        else:
            scope["state"]["route"] = answer.route
        await _send(scope, answer, send)

    def _find(self, scope: Scope, asked: CacheKey) -> tuple[Caller | None, CachedResponse | None]:
        """The known caller, and the response that is cached for them."""
        caller = self._kept.caller(asked)
        # A token that is not known yet may be none at all, which even a public answer must say.
        return caller, self._kept.find(asked, caller) if caller or not has_token(scope) else None

    @contextmanager
    def _announced(self, asked: CacheKey) -> Iterator[Event]:
        """Let equal requests wait until the event is set: when the response is cached, or will not be."""
        done = Event()
        if self._keeps:
            self._under_way.setdefault(asked, done)
        try:
            yield done
        finally:
            done.set()
            if self._under_way.get(asked) is done:
                del self._under_way[asked]

    def _keep(self, scope: Scope, asked: CacheKey, answer: CachedResponse) -> None:
        caller = remembered(scope)
        if caller is not None:
            self._kept.meet(asked, caller)
        if answer.status == 200 and b"no-store" not in dict(answer.headers).get(b"cache-control", b""):
            self._kept.put(asked, caller, answer, audience_of(scope))

    async def _state(self) -> str:
        freshness = self._freshness()
        return freshness.token() if freshness.is_instant else await run_sync(freshness.token)


def _negotiated(scope: Scope) -> str:
    """What an answer depends on besides its address: the form of a list, and the host in the addresses of a feed."""
    form = accepted_form(scope)
    if form != "atom" and b"format=atom" not in scope["query_string"]:
        return f"#{form}" if form else ""
    host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
    return f"#{form}@{scope['scheme']}://{host}"


class _ResponseRecorder:
    """Runs the app and records its response. A response that grows too long is passed on as it comes."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, done: Event) -> None:
        self._app, self._receive, self._send, self._done = app, receive, send, done
        self._scope: Scope = {**scope, "method": "GET"}
        self._head_only = scope["method"] == "HEAD"
        self._start: Message = {}
        self._parts: list[bytes] = []
        self._size = 0
        self._streaming = False

    async def run(self) -> CachedResponse | None:
        """Return the recorded response, or None if it has been sent already."""
        await self._app(self._scope, self._receive, self._take)
        if self._streaming:
            return None
        body = b"".join(self._parts)
        route = getattr(self._scope.get("route"), "name", "")
        self._scope["state"]["route"] = route
        headers = list(self._start["headers"])
        if self._start["status"] == 200 and self._scope["state"].get(UNCHANGING):
            shared = "public" if audience_of(self._scope) is CacheScope.EVERYBODY else "private"
            headers.append((b"cache-control", f"{shared}, max-age={YEAR}, immutable".encode()))
        return CachedResponse(self._start["status"], headers, body, route)

    async def _take(self, message: Message) -> None:
        if self._streaming:
            await self._pass_on(message)
        elif message["type"] == "http.response.start":
            self._start = message
        else:
            self._parts.append(message.get("body", b""))
            self._size += len(self._parts[-1])
            if self._size > MAX_ANSWER and message.get("more_body"):
                self._streaming = True
                self._done.set()  # a slow client must not hold others up
                await self._send(self._start)
                await self._pass_on({**message, "body": b"".join(self._parts)})

    async def _pass_on(self, message: Message) -> None:
        await self._send({**message, "body": b""} if self._head_only else message)


async def _send(scope: Scope, answer: CachedResponse, send: Send) -> None:
    asked = dict(scope["headers"])
    packed = answer.can_shrink and b"gzip" in asked.get(b"accept-encoding", b"")
    if answer.known_to(asked.get(b"if-none-match", b"")):
        await send({"type": "http.response.start", "status": 304, "headers": answer.unchanged[packed]})
        await send({"type": "http.response.body", "body": b""})
        return
    headers, body = answer.packed if packed else answer.plain
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
