"""Answers kept while the store is unchanged, with ETag, 304 and gzip: the fast path of every read."""

import gzip
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b

from anyio.to_thread import run_sync
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wamkg.store.freshness import Freshness
from wamkg_api.access import COOKIE
from wamkg_api.limits import FREE

MAX_BYTES = 64 * 1024 * 1024
MAX_ANSWER = 4 * 1024 * 1024
"""Longer answers, exports above all, are streamed and not kept."""
MIN_GZIP = 512
_SESSION = COOKIE.encode()
NEVER_KEPT = (*FREE, "/sign-in")


RawHeaders = list[tuple[bytes, bytes]]
_SHRINKABLE = (b"text/", b"application/json", b"application/problem+json", b"application/xml", b"image/svg+xml")


def etag_of(body: bytes) -> str:
    """Hash of a read's content, without quotes."""
    return blake2b(body, digest_size=16).hexdigest()


@dataclass
class Answer:
    """A complete answer; the forms it is sent in are made when first asked for."""

    status: int
    headers: RawHeaders
    body: bytes
    route: str = ""

    @cached_property
    def etag(self) -> str:
        """Hash of the content; empty for an answer that is no content."""
        return etag_of(self.body) if self.status == 200 else ""

    @cached_property
    def can_shrink(self) -> bool:
        """Whether gzip makes it smaller."""
        given = dict(self.headers)
        kind = given.get(b"content-type", b"")
        return len(self.body) >= MIN_GZIP and kind.startswith(_SHRINKABLE) and b"content-encoding" not in given

    @cached_property
    def plain(self) -> tuple[RawHeaders, bytes]:
        """Headers and body as they are."""
        return self._form(self.body, self.etag, [])

    @cached_property
    def packed(self) -> tuple[RawHeaders, bytes]:
        """Headers and body under gzip."""
        body = gzip.compress(self.body, 5, mtime=0)
        return self._form(body, self.etag and f"{self.etag}-gz", [(b"content-encoding", b"gzip")])

    def _form(self, body: bytes, etag: str, more: RawHeaders) -> tuple[RawHeaders, bytes]:
        kept = [(name, value) for name, value in self.headers if name not in (b"content-length", b"vary")]
        if etag:
            more = [*more, (b"etag", f'"{etag}"'.encode())]
            if all(name != b"cache-control" for name, _ in kept):
                more.append((b"cache-control", b"no-cache"))
        return [*kept, *more, (b"vary", b"Accept-Encoding"), (b"content-length", str(len(body)).encode())], body

    def known_to(self, asked: bytes) -> bool:
        """Whether a client's `If-None-Match` names this content in either form."""
        if not self.etag or not asked:
            return False
        given = {part.strip().removeprefix("W/").strip('"') for part in asked.decode("latin-1").split(",")}
        return bool(given & {"*", self.etag, f"{self.etag}-gz"})


@dataclass
class _Kept:
    """Answers by path and query, oldest use first, all of one state of the store."""

    token: str = ""
    answers: OrderedDict[str, Answer] = field(default_factory=OrderedDict)
    size: int = 0

    def get(self, key: str, token: str) -> Answer | None:
        if token != self.token:
            self.token, self.size = token, 0
            self.answers.clear()
        answer = self.answers.get(key)
        if answer is not None:
            self.answers.move_to_end(key)
        return answer

    def put(self, key: str, token: str, answer: Answer) -> None:
        if token != self.token or key in self.answers:
            return
        self.answers[key] = answer
        self.size += _room(answer)
        while self.size > MAX_BYTES and self.answers:
            self.size -= _room(self.answers.popitem(last=False)[1])


def _room(answer: Answer) -> int:
    # Twice, for the packed form that may come later.
    return 2 * len(answer.body) + 1024


class ReadCache:
    """ASGI middleware: keeps whole answers to GET while the store's token stands, and validates by ETag.

    The ETag is a hash of the content, so it outlives restarts and is the same for every worker. A request that
    carries a session or a token is answered afresh, never from what is kept for others. HEAD is GET without a body.
    """

    def __init__(self, app: ASGIApp, freshness: Callable[[], Freshness]) -> None:
        self.app = app
        self._freshness = freshness
        self._kept = _Kept()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or scope["path"] in NEVER_KEPT:
            await self.app(scope, receive, send)
            return
        asked = dict(scope["headers"])
        shared = _SESSION not in asked.get(b"cookie", b"") and b"authorization" not in asked
        key = scope["raw_path"].decode("latin-1") + "?" + scope["query_string"].decode("latin-1")
        token = await self._token() if shared else ""
        answer = self._kept.get(key, token) if shared else None
        if answer is None:
            answer = await _Capture(self.app, scope, receive, send).run()
            if answer is None:
                return
            if shared and answer.status == 200 and b"no-store" not in dict(answer.headers).get(b"cache-control", b""):
                self._kept.put(key, token, answer)
        else:
            scope["state"]["route"] = answer.route
        await _send(scope["method"], asked, answer, send)

    async def _token(self) -> str:
        freshness = self._freshness()
        return freshness.token() if freshness.is_instant else await run_sync(freshness.token)


class _Capture:
    """Runs the app and holds its answer back; one that grows too long is passed on as it comes."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        self._app, self._receive, self._send = app, receive, send
        self._scope: Scope = {**scope, "method": "GET"}
        self._head_only = scope["method"] == "HEAD"
        self._start: Message = {}
        self._parts: list[bytes] = []
        self._size = 0
        self._streaming = False

    async def run(self) -> Answer | None:
        """The answer, or None where it has been sent already."""
        await self._app(self._scope, self._receive, self._take)
        if self._streaming:
            return None
        body = b"".join(self._parts)
        route = getattr(self._scope.get("route"), "name", "")
        self._scope["state"]["route"] = route
        return Answer(self._start["status"], list(self._start["headers"]), body, route)

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
                await self._send(self._start)
                await self._pass_on({**message, "body": b"".join(self._parts)})

    async def _pass_on(self, message: Message) -> None:
        await self._send({**message, "body": b""} if self._head_only else message)


async def _send(method: str, asked: dict[bytes, bytes], answer: Answer, send: Send) -> None:
    packed = answer.can_shrink and b"gzip" in asked.get(b"accept-encoding", b"")
    headers, body = answer.packed if packed else answer.plain
    if answer.known_to(asked.get(b"if-none-match", b"")):
        headers = [pair for pair in headers if not pair[0].startswith(b"content-")]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})
