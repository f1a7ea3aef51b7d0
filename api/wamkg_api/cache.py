"""Answers kept while the store is unchanged, with ETag, 304 and gzip: the fast path of every read."""

import gzip
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b

from anyio.to_thread import run_sync
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wamkg.store.freshness import Freshness

MAX_BYTES = 64 * 1024 * 1024
MAX_ANSWER = 4 * 1024 * 1024
"""Longer answers, exports above all, are streamed and not kept."""
MIN_GZIP = 512
NEVER_KEPT = ("/healthz", "/readyz", "/metrics")


@dataclass
class Answer:
    """A complete answer; `packed` is made when a client first takes gzip."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    etag: str = ""
    route: str = ""
    packed: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self.body) + len(self.packed or b"") + 512


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
        # Twice, for the packed form that may come later.
        self.size += 2 * answer.size
        while self.size > MAX_BYTES and self.answers:
            self.size -= 2 * self.answers.popitem(last=False)[1].size


class ReadCache:
    """ASGI middleware: keeps whole answers to GET while the store's token stands, and validates by ETag.

    The ETag is a hash of the content, so it outlives restarts and is the same for every worker. A request that
    carries a cookie or a token is answered afresh, never from what is kept for others. HEAD is GET without a body.
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
        headers = Headers(scope=scope)
        shared = "cookie" not in headers and "authorization" not in headers
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
        await _send(scope["method"], headers, answer, send)

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
        etag = blake2b(body, digest_size=16).hexdigest() if self._start["status"] == 200 else ""
        return Answer(self._start["status"], list(self._start["headers"]), body, etag, route)

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


async def _send(method: str, asked: Headers, answer: Answer, send: Send) -> None:
    headers = MutableHeaders(raw=list(answer.headers))
    body = answer.body
    etag = answer.etag
    if len(body) >= MIN_GZIP and "gzip" in asked.get("accept-encoding", "") and _can_shrink(headers):
        if answer.packed is None:
            answer.packed = gzip.compress(body, 5, mtime=0)
        body, etag = answer.packed, etag and f"{etag}-gz"
        headers["Content-Encoding"] = "gzip"
    headers["Vary"] = "Accept-Encoding"
    if etag:
        headers["ETag"] = f'"{etag}"'
        headers.setdefault("Cache-Control", "no-cache")
    if etag and _knows(asked.get("if-none-match", ""), answer.etag):
        for name in ("Content-Type", "Content-Encoding", "Content-Length"):
            del headers[name]
        await send({"type": "http.response.start", "status": 304, "headers": headers.raw})
        await send({"type": "http.response.body", "body": b""})
        return
    headers["Content-Length"] = str(len(body))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers.raw})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})


def _can_shrink(headers: MutableHeaders) -> bool:
    kind = headers.get("content-type", "")
    return "content-encoding" not in headers and (kind.startswith("text/") or "json" in kind or "xml" in kind)


def _knows(asked: str, etag: str) -> bool:
    """Whether a client's `If-None-Match` names this content in either form."""
    given = {part.strip().removeprefix("W/").strip('"') for part in asked.split(",")}
    return bool(given & {"*", etag, f"{etag}-gz"})
