"""A library of Zotero, or one collection of it, by the Web API version 3 (zotero.org/support/dev/web_api/v3).

pyzotero is not used: it needs another version of bibtexparser than wamkg.
"""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx
import tenacity

from wamkg.enriching.requester import retry_after
from wamkg.errors import InvalidInputError, NotFoundError, RunAbortedError
from wamkg.json_types import UncheckedObject
from wamkg.near_matches import did_you_mean

WEB_API = "https://api.zotero.org"
LOCAL_API = "http://127.0.0.1:23119/api"
"""Where a running Zotero answers on its own machine; it can only be read."""
KEY_SETTING = "WAMKG_ZOTERO_API_KEY"
PAGE = 100
"""Items of one answer, the most that Zotero gives."""
MOST_WRITTEN = 50
"""Objects of one write, the most that Zotero takes."""
ATTEMPTS = 5
TIMEOUT = 60.0
READINGS = 3
"""Readings of all pages; another begins if the library changes between two pages."""
_LIBRARY = re.compile(
    r"(?:https?://www\.zotero\.org/)?(?P<library>(?:users|groups)/\d+)(?:/[^/]+)?(?:/collections/(?P<collection>\w+))?/?"
)


@dataclass(frozen=True)
class LibraryName:
    """A library, such as `groups/45`, and perhaps the key or name of a collection of it."""

    library: str
    collection: str | None = None
    is_local: bool = False


def library_named(text: str, collection: str | None = None) -> LibraryName:
    """Read `users/123`, `groups/45`, the address of a group's page, or `local` for the Zotero of this machine.

    Raises InvalidInputError.
    """
    if text == "local":
        return LibraryName("users/0", collection, is_local=True)
    found = _LIBRARY.fullmatch(text)
    if found is None:
        raise InvalidInputError(
            f"{text!r} is not the name of a Zotero library; write users/NUMBER, groups/NUMBER, or local"
        )
    return LibraryName(found["library"], collection or found["collection"])


@dataclass(frozen=True)
class ZoteroItem:
    """One item as Zotero stores it (`data`) and as CSL-JSON (`csl`, empty for a note)."""

    key: str
    version: int
    data: UncheckedObject
    csl: UncheckedObject

    @property
    def title(self) -> str:
        """The title, or the key of an item without one."""
        return str(self.data.get("title") or self.key)


@dataclass(frozen=True)
class WriteRefusal:
    """An object that Zotero did not write: its place in the request, the status code, and the reason."""

    place: int
    code: int
    reason: str


class _ZoteroBusyError(Exception):
    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class ZoteroLibrary:
    """Reads and writes one library; use it in a `with` block.

    All methods raise RunAbortedError if Zotero cannot be reached, denies access or goes on failing, and NotFoundError
    for an unknown library or collection.
    """

    def __init__(self, name: LibraryName, key: str = "", origin: str = "") -> None:
        self.name = name
        origin = origin or (LOCAL_API if name.is_local else WEB_API)
        headers = {"Zotero-API-Version": "3"} | ({"Zotero-API-Key": key} if key else {})
        self._http = httpx.Client(base_url=f"{origin.rstrip('/')}/{name.library}", headers=headers, timeout=TIMEOUT)
        self._not_before = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def items(self) -> list[ZoteroItem]:
        """The items of the library or collection in the order in which they were added, without attachments."""
        within = f"/collections/{self._collection()}" if self.name.collection else ""
        asked = {"include": "data,csljson", "sort": "dateAdded", "direction": "asc"}
        found = map(_item_of, self._all(f"{within}/items/top", asked))
        return [item for item in found if item.data.get("itemType") not in ("attachment", "note", "annotation")]

    def items_of(self, keys: Sequence[str]) -> list[ZoteroItem]:
        """The items with these keys as they are now."""
        return [
            _item_of(row)
            for some in _in_parts(keys)
            for row in self._all("/items", {"include": "data,csljson", "itemKey": ",".join(some)})
        ]

    def notes_tagged(self, tag: str) -> list[ZoteroItem]:
        """The notes of the whole library that have a tag."""
        return [_item_of(row) for row in self._all("/items", {"itemType": "note", "tag": tag, "include": "data"})]

    def write(self, objects: Sequence[UncheckedObject]) -> list[WriteRefusal]:
        """Create objects, or change those that have a key and a version; returns what Zotero refused.

        An object that changed since its version was read is refused with code 412.
        """
        refused = []
        for start in range(0, len(objects), MOST_WRITTEN):
            answer = self._ask("POST", "/items", json=objects[start : start + MOST_WRITTEN]).json()
            refused += [
                WriteRefusal(start + int(place), int(said["code"]), str(said.get("message", "")))
                for place, said in answer.get("failed", {}).items()
            ]
        return refused

    def _collection(self) -> str:
        """The key of the collection that is named by its key or its name."""
        wanted = self.name.collection or ""
        known = {str(row["key"]): str(row["data"]["name"]) for row in self._all("/collections", {})}
        found = [key for key, name in known.items() if wanted in (key, name)]
        if not found:
            raise NotFoundError(
                f"{self.name.library} has no collection {wanted!r}{did_you_mean(wanted, [*known.values()])}"
            )
        if len(found) > 1:
            raise InvalidInputError(f"{len(found)} collections are named {wanted!r}; give the key: {', '.join(found)}")
        return found[0]

    def _all(self, path: str, asked: dict[str, str]) -> list[UncheckedObject]:
        """Every row of all pages, of one version of the library."""
        for _ in range(READINGS):
            rows: dict[str, UncheckedObject] = {}
            versions = set()
            for answer in self._pages(path, asked):
                rows |= {str(row["key"]): row for row in answer.json()}
                versions.add(answer.headers.get("last-modified-version"))
            if len(versions) == 1:
                return list(rows.values())
        raise RunAbortedError(f"{self.name.library} changed while it was read, {READINGS} times; try again")

    def _pages(self, path: str, asked: dict[str, str]) -> Iterator[httpx.Response]:
        start, total = 0, 1
        while start < total:
            answer = self._ask("GET", path, params=asked | {"limit": str(PAGE), "start": str(start)})
            total = int(answer.headers.get("total-results", 0))
            start += PAGE
            yield answer

    def _ask(self, method: str, path: str, **more: object) -> httpx.Response:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_ZoteroBusyError),
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=_pause,
            reraise=True,
        )
        try:
            return retrying(self._try, method, path, **more)
        except _ZoteroBusyError as error:
            raise RunAbortedError(f"Zotero failed {ATTEMPTS} times; the last time: {error}") from error

    def _try(self, method: str, path: str, **more: object) -> httpx.Response:
        time.sleep(max(0.0, self._not_before - time.monotonic()))
        try:
            answer = self._http.request(method, path, **more)  # type: ignore[arg-type]
        except httpx.ConnectError as error:
            raise RunAbortedError(f"Zotero cannot be reached at {self._http.base_url}: {error}") from error
        except httpx.TransportError as error:
            if method != "GET":  # it may have been written; a second run finds out
                raise RunAbortedError(f"the connection to Zotero broke ({error}); run it again") from error
            raise _ZoteroBusyError(f"the connection broke ({error})") from error
        self._not_before = time.monotonic() + (retry_after(answer.headers.get("backoff")) or 0.0)
        return self._checked(answer)

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        status = answer.status_code
        if answer.is_success:
            return answer
        if self.name.is_local and answer.request.method != "GET":
            raise RunAbortedError("the Zotero of this machine can only be read; push to users/NUMBER or groups/NUMBER")
        # After another fault of the server, a write may have been done; a second run finds out.
        refused = status in (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)
        if refused or (status >= 500 and answer.request.method == "GET"):
            raise _ZoteroBusyError(f"it answered {status}", retry_after(answer.headers.get("retry-after")))
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise RunAbortedError(f"Zotero denied access to {self.name.library} ({status}); check {KEY_SETTING}")
        if status == httpx.codes.NOT_FOUND:
            raise NotFoundError(f"Zotero has no library {self.name.library}")
        raise RunAbortedError(f"Zotero rejected the request ({status}: {answer.text[:200].strip()})")


def _item_of(row: UncheckedObject) -> ZoteroItem:
    return ZoteroItem(str(row["key"]), int(row["version"]), row["data"], row.get("csljson") or {})


def _in_parts(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), MOST_WRITTEN):
        yield keys[start : start + MOST_WRITTEN]


def _pause(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, _ZoteroBusyError) and error.wait is not None:
        return error.wait
    return float(tenacity.wait_random_exponential(multiplier=0.5, max=30)(state))
