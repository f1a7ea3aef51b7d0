"""Responses as they are cached: complete, with an ETag, plain and compressed with gzip."""

import gzip
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import orjson

MIN_GZIP = 512
UNCHANGING = "unchanging"
"""Where a request keeps that its answer never changes, because it is that of a release."""
NEXT_PAGE = b"x-next-page"
"""Header of a list on its way out: the cursor of the next page, which becomes a link."""


RawHeaders = list[tuple[bytes, bytes]]
_SHRINKABLE = (b"text/", b"application/json", b"application/problem+json", b"application/xml", b"image/svg+xml")


def json_body(data: object) -> bytes:
    """Plain data as JSON bytes. Keys that are not text, such as years, are written as text."""
    return orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)


def etag_of(body: bytes) -> str:
    """Hash of a response body, without quotes."""
    return blake2b(body, digest_size=16).hexdigest()


@dataclass
class CachedResponse:
    """A complete response. Its compressed form is built when it is first needed."""

    status: int
    headers: RawHeaders
    body: bytes
    route: str = ""

    @cached_property
    def etag(self) -> str:
        """Hash of the body; empty for a response without content."""
        return etag_of(self.body) if self.status == 200 else ""

    @cached_property
    def can_shrink(self) -> bool:
        """Whether gzip makes the body smaller."""
        given = dict(self.headers)
        kind = given.get(b"content-type", b"")
        return len(self.body) >= MIN_GZIP and kind.startswith(_SHRINKABLE) and b"content-encoding" not in given

    @cached_property
    def plain(self) -> tuple[RawHeaders, bytes]:
        """Headers and body, uncompressed."""
        return self._form(self.body, self.etag, [])

    @cached_property
    def packed(self) -> tuple[RawHeaders, bytes]:
        """Headers and body, compressed with gzip."""
        body = gzip.compress(self.body, 5, mtime=0)
        return self._form(body, self.etag and f"{self.etag}-gz", [(b"content-encoding", b"gzip")])

    @cached_property
    def unchanged(self) -> tuple[RawHeaders, RawHeaders]:
        """Headers of a 304 response, for the plain and for the compressed form."""
        plain, packed = (
            [pair for pair in headers if not pair[0].startswith(b"content-")]
            for headers, _ in (self.plain, self.packed if self.can_shrink else self.plain)
        )
        return plain, packed

    def _form(self, body: bytes, etag: str, more: RawHeaders) -> tuple[RawHeaders, bytes]:
        kept = [(name, value) for name, value in self.headers if name not in (b"content-length", b"vary")]
        if etag:
            more = [*more, (b"etag", f'"{etag}"'.encode())]
            if all(name != b"cache-control" for name, _ in kept):
                more.append((b"cache-control", b"no-cache"))
        return [*kept, *more, (b"vary", b"Accept, Accept-Encoding"), (b"content-length", str(len(body)).encode())], body

    def known_to(self, asked: bytes) -> bool:
        """Whether the client's `If-None-Match` names this content in either form."""
        if not self.etag or not asked:
            return False
        given = {part.strip().removeprefix("W/").strip('"') for part in asked.decode("latin-1").split(",")}
        return bool(given & {"*", self.etag, f"{self.etag}-gz"})
