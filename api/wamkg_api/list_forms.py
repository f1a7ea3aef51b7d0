"""Lists in other forms than JSON: CSV for spreadsheets, Atom for feed readers; and the link to the next page."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from io import StringIO
from urllib.parse import parse_qsl, urlencode

import orjson
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wamkg.exporting.feeds import Feed, FeedEntry, atom
from wamkg.exporting.table import safe_text
from wamkg.json_types import JSON, JsonObject, UncheckedObject
from wamkg.pages.links import paper_url
from wamkg_api.cached_response import NEXT_PAGE
from wamkg_api.errors import problem

MEDIA_TYPES: Mapping[str, str] = {"csv": "text/csv", "atom": "application/atom+xml"}
"""Forms of a list besides JSON."""
MOMENTS = ("changed_at", "at", "first_seen", "created", "finished", "started", "queued")
"""Fields of items with the time at which they last changed or came to be. A list of such items is a feed as well."""
_NO_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
"""A feed asks for a time; an item without one is the oldest."""
TITLES = ("title", "name", "detail", "field", "kind", "slug", "uid")
TEXTS = ("state", "abstract", "summary", "why", "note", "reason")


def accepted_form(scope: Scope) -> str:
    """The form of a list that the `Accept` header asks for; empty for JSON."""
    given = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    if not given or b"application/json" in given or b"text/html" in given:
        return ""
    return next((form for form, kind in MEDIA_TYPES.items() if kind.encode() in given), "")


@dataclass(frozen=True)
class ListRoute:
    """A route that answers with a list: the pattern of its path, and the fields of its items."""

    path: re.Pattern[str]
    columns: tuple[str, ...]
    former: frozenset[str]

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms that this list has besides JSON."""
        return tuple(MEDIA_TYPES) if any(name in self.columns for name in MOMENTS) else ("csv",)


def list_routes(schema: UncheckedObject) -> dict[str, ListRoute]:
    """The lists of an OpenAPI document by their paths, but those that have a `format` of their own."""
    found = {}
    for path, item in schema["paths"].items():
        operation = item.get("get", {})
        names = {parameter["name"] for parameter in operation.get("parameters", ())}
        shape = operation.get("responses", {}).get("200", {}).get("content", {}).get("application/json", {})
        items = _at(shape.get("schema", {}), schema).get("properties", {}).get("items", {})
        if items.get("type") == "array" and ("format" not in names or operation.get("x-list")):
            found[path] = _list_route(path, items["items"], schema)
    return found


def _list_route(path: str, item: UncheckedObject, schema: UncheckedObject) -> ListRoute:
    whole = next((part for part in item.get("anyOf", [item]) if part.get("type") != "null"), item)
    fields = _at(whole, schema).get("properties", {})
    former = frozenset(name for name, shape in fields.items() if shape.get("deprecated"))
    pattern = re.sub(r"\\\{(\w+)(:path)?\\\}", r"(.+)", re.escape(path))
    return ListRoute(re.compile(pattern), tuple(name for name in fields if name not in former), former)


def _at(shape: UncheckedObject, schema: UncheckedObject) -> UncheckedObject:
    if "$ref" not in shape:
        return shape
    found: UncheckedObject = schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    return found


def describe_forms(schema: UncheckedObject) -> None:
    """Add the parameter `format` and the media types to every list of an OpenAPI document."""
    for path, route in list_routes(schema).items():
        operation = schema["paths"][path]["get"]
        operation["x-list"] = True
        operation.setdefault("parameters", []).append({
            "name": "format",
            "in": "query",
            "required": False,
            "description": "Form of the list; an `Accept` header with the media type asks for the same.",
            "schema": {"type": "string", "enum": ["json", *route.forms], "default": "json", "title": "Format"},
        })  # fmt: skip
        content = operation["responses"]["200"]["content"]
        content |= {MEDIA_TYPES[form]: {"schema": {"type": "string"}} for form in route.forms}


class ListForms:
    """ASGI middleware: gives a list in the form asked for, and links the next page of each list."""

    def __init__(self, app: ASGIApp, schema: Callable[[], UncheckedObject], prefix: str) -> None:
        self.app = app
        self._schema, self._prefix = schema, prefix

    @cached_property
    def _routes(self) -> list[ListRoute]:
        # The longest path first: `papers/{id}` matches everything below it too.
        return sorted(list_routes(self._schema()).values(), key=lambda route: -len(route.path.pattern))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(self._prefix):
            await self.app(scope, receive, send)
            return
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = [value for name, value in pairs if name == "format"]
        accepted = accepted_form(scope)
        route = self._route_of(scope["path"]) if given or accepted else None
        answer = _Answer(send, scope["path"], pairs)
        if route is None:
            await self.app(scope, receive, answer.pass_on)
        elif given and (len(given) > 1 or given[0] not in ("json", *route.forms)):
            words = f"format: {given[-1][:20]!r} is not what this list has; write one of json, {', '.join(route.forms)}"
            await problem(Request(scope), 422, words)(scope, receive, send)
        else:
            rest = urlencode([pair for pair in pairs if pair[0] != "format"]).encode()
            form = given[0] if given else accepted
            inner = {**scope, "query_string": rest}
            if form in route.forms:
                await self.app(inner, receive, answer.gather)
                await answer.send_as(form, route, Request(scope))
            else:
                await self.app(inner, receive, answer.pass_on)

    def _route_of(self, path: str) -> ListRoute | None:
        return next((route for route in self._routes if route.path.fullmatch(path)), None)


class _Answer:
    """One answer on its way out."""

    def __init__(self, send: Send, path: str, pairs: Sequence[tuple[str, str]]) -> None:
        self._send, self._path, self._pairs = send, path, pairs
        self._start: Message = {}
        self._parts: list[bytes] = []
        self._next = ""

    async def pass_on(self, message: Message) -> None:
        """Send a message on, with a link to the next page."""
        await self._send(self._linked(message) if message["type"] == "http.response.start" else message)

    async def gather(self, message: Message) -> None:
        """Keep a message until the answer is complete."""
        if message["type"] == "http.response.start":
            self._start = self._linked(message)
        else:
            self._parts.append(message.get("body", b""))

    async def send_as(self, form: str, route: ListRoute, request: Request) -> None:
        """Send what was kept in a form; an error as it is."""
        body = b"".join(self._parts)
        headers = [pair for pair in self._start["headers"] if pair[0] not in (b"content-type", b"content-length")]
        if self._start["status"] == 200:
            items = orjson.loads(body)["items"]
            written = table(items, route) if form == "csv" else self._feed(items, request)
            kind = f"{MEDIA_TYPES[form]}; charset=utf-8"
            body, headers = written, [*headers, (b"content-type", kind.encode())]
        else:
            headers = list(self._start["headers"])
        await self._send({**self._start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    def _linked(self, message: Message) -> Message:
        """The start of an answer, with the address of the next page for its cursor."""
        headers = [pair for pair in message["headers"] if pair[0] != NEXT_PAGE]
        cursor = next((value for name, value in message["headers"] if name == NEXT_PAGE), b"").decode()
        if not cursor:
            return {**message, "headers": headers}
        others = [pair for pair in self._pairs if pair[0] != "after"]
        self._next = f"{self._path}?{urlencode([*others, ('after', cursor)])}"
        return {**message, "headers": [*headers, (b"link", f'<{self._next}>; rel="next"'.encode())]}

    def _feed(self, items: Sequence[JSON], request: Request) -> bytes:
        base = str(request.base_url).rstrip("/")
        name = self._path.rpartition("/")[2].replace("-", " ")
        entries = [feed_entry(item, base) for item in items if isinstance(item, dict)]
        following = base + self._next if self._next else None
        return atom(Feed(f"wamkg: {name}", f"{base}/", str(request.url), entries, next_url=following))


def feed_entry(item: JsonObject, base: str) -> FeedEntry:
    """An item of a list as an entry of a feed; `base` is the address of this server."""
    texts = {name: str(value) for name, value in item.items() if isinstance(value, str | int)}
    moment = next((datetime.fromisoformat(texts[name]) for name in MOMENTS if name in texts), _NO_MOMENT)
    whole = item.get("paper")
    paper = str(whole["id"]) if isinstance(whole, dict) else texts.get("id") or texts.get("paper")
    uid = f"urn:uuid:{texts['uid']}" if "uid" in texts else f"urn:x-wamkg:{_hash(item)}"
    authors, taxa = item.get("authors"), item.get("taxa")
    return FeedEntry(
        uid=uid,
        title=next((texts[name] for name in TITLES if texts.get(name)), uid),
        url=f"{base}{paper_url(paper)}" if paper else f"{base}/",
        updated=moment,
        published=moment,
        text="\n".join(texts[name] for name in TEXTS if texts.get(name)),
        authors=[str(author) for author in authors] if isinstance(authors, list) else (),
        categories=[f"{slug}:{path}" for slug, path in taxa.items()] if isinstance(taxa, dict) else (),
    )


def _hash(item: JsonObject) -> str:
    return blake2b(orjson.dumps(item, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def table(items: Sequence[JSON], route: ListRoute) -> bytes:
    """Items as CSV with a header. An object becomes a column for each of its fields, `taxa.wam`; null items are empty
    lines of the table.
    """
    rows = [dict(_cells(item, route)) if isinstance(item, dict) else {} for item in items]
    named = dict.fromkeys(name for row in rows for name in row)
    columns = list(named) or list(route.columns)
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return buffer.getvalue().encode()


def _cells(item: JsonObject, route: ListRoute) -> Iterator[tuple[str, str]]:
    for name, value in item.items():
        if name in route.former:
            continue
        if isinstance(value, dict):
            yield from ((f"{name}.{part}", _cell(held)) for part, held in value.items())
        else:
            yield name, _cell(value)


def _cell(value: JSON) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(part, str | int | float) for part in value):
        return safe_text("; ".join(map(str, value)))
    return safe_text(value) if isinstance(value, str) else orjson.dumps(value).decode()
