"""A server that speaks the parts of Zotero's Web API (version 3) which wamkg uses, with its faults."""

import itertools
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

Row = dict[str, Any]


class ZoteroServer:
    """One library in memory: `add` items, look at `rows`, and set what goes wrong.

    `before_write` is called before each write is applied: somebody else's change in between.
    """

    def __init__(self, key: str = "secret") -> None:
        self.key = key
        self.version = 1
        self.rows: dict[str, Row] = {}
        self.collections: dict[str, str] = {}
        self.busy = 0
        self.writes = 0
        self.before_write: Callable[[], None] = lambda: None
        self.before_page: Callable[[int], None] = lambda start: None
        self._numbers = itertools.count(1)
        self.app = FastAPI()
        self.app.add_api_route("/{kind}/{number}/collections", self._list_collections)
        self.app.add_api_route("/{kind}/{number}/items", self._list)
        self.app.add_api_route("/{kind}/{number}/items/top", self._list_top)
        self.app.add_api_route("/{kind}/{number}/collections/{collection}/items/top", self._list_top)
        self.app.add_api_route("/{kind}/{number}/items", self._write, methods=["POST"])

    def add(self, csl: Row, collection: str | None = None, **data: object) -> str:
        """Add an item; returns its key."""
        self.version += 1
        key = f"ITEM{next(self._numbers):04d}"
        fields = {"itemType": "journalArticle", "title": csl.get("title", ""), "tags": [], **data}
        self.rows[key] = {"csl": csl, "data": fields, "version": self.version, "collection": collection}
        return key

    def change(self, key: str, **data: object) -> None:
        """Somebody edits an item."""
        self.version += 1
        self.rows[key]["data"] |= data
        self.rows[key]["version"] = self.version

    def tags(self, key: str) -> list[str]:
        """The tags of an item."""
        return [tag["tag"] for tag in self.rows[key]["data"]["tags"]]

    def notes(self, key: str) -> list[str]:
        """The notes below an item."""
        return [row["data"]["note"] for row in self.rows.values() if row["data"].get("parentItem") == key]

    def _refusal(self, request: Request) -> Response | None:
        if self.busy:
            self.busy -= 1
            return Response(status_code=429, headers={"Retry-After": "0"})
        allowed = request.headers.get("zotero-api-key") == self.key
        return None if allowed else Response("Forbidden", status_code=403)

    def _page(self, request: Request, rows: list[Row]) -> Response:
        start, limit = int(request.query_params["start"]), min(100, int(request.query_params["limit"]))
        self.before_page(start)
        headers = {"Total-Results": str(len(rows)), "Last-Modified-Version": str(self.version), "Backoff": "0"}
        return JSONResponse(rows[start : start + limit], headers=headers)

    def _shown(self, key: str) -> Row:
        row = self.rows[key]
        csl = {"id": f"1/{key}", "type": "article-journal", **row["csl"]}
        return {"key": key, "version": row["version"], "data": {"key": key, **row["data"]}, "csljson": csl}

    def _list_collections(self, request: Request) -> Response:
        rows = [{"key": key, "data": {"name": name}} for key, name in self.collections.items()]
        return self._refusal(request) or self._page(request, rows)

    def _list(self, request: Request) -> Response:
        asked = request.query_params
        keys = [key for key in asked.get("itemKey", ",".join(self.rows)).split(",") if key in self.rows]
        rows = [self._shown(key) for key in keys]
        kind, tag = asked.get("itemType"), asked.get("tag")
        rows = [row for row in rows if kind is None or row["data"]["itemType"] == kind]
        rows = [row for row in rows if tag is None or {"tag": tag} in row["data"]["tags"]]
        return self._refusal(request) or self._page(request, rows)

    def _list_top(self, request: Request, collection: str | None = None) -> Response:
        keys = [key for key, row in self.rows.items() if "parentItem" not in row["data"]]
        keys = [key for key in keys if collection in (None, self.rows[key]["collection"])]
        return self._refusal(request) or self._page(request, [self._shown(key) for key in keys])

    async def _write(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        self.before_write()
        self.writes += 1
        failed: Row = {}
        for place, given in enumerate(await request.json()):
            key = given.get("key")
            if key is None:
                self.add({}, **given)
            elif self.rows[key]["version"] != given["version"]:
                failed[str(place)] = {"code": 412, "message": "Item has been modified since specified version"}
            else:
                self.change(key, **{name: value for name, value in given.items() if name not in ("key", "version")})
        return JSONResponse({"successful": {}, "unchanged": {}, "failed": failed})
