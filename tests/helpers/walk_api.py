"""What to ask of every read of the API, and whether an answer is what OpenAPI says of it."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any
from xml.etree.ElementTree import fromstring

import jsonschema_rs
import orjson
from httpx import Response

from tests.helpers.walk_values import Held, Value, path_values, query_values
from wamkg.store.paper_filter import PaperFilter

PAST = ("release", "as_of")
FIGURES = "/api/v1/figures/{file}"
"""Each figure is drawn by a child process; a few are asked for, and all are drawn in the tests of figures."""
LIBRARY = "/api/v1/papers"
EXPORT, EXPORT_OF_CHOSEN = "/api/v1/exports/{form}", "/api/v1/exports/jsonl"
"""Not every format can leave papers out; this one can."""
FILTERS = frozenset(info.alias or name for name, info in PaperFilter.model_fields.items())
REFUSED = {("/api/v1/agreement", "taxonomy"), ("/api/v1/agreement", "of")}
"""Parameters whose valid values may be answered 404: nobody has voted there, or on what somebody else did."""
Query = dict[str, Value]


@dataclass(frozen=True)
class Asked:
    """One request; `alone` where nothing in it may contradict another part of it, so that it must be answered."""

    path: str
    query: Query
    alone: bool = True


@dataclass(frozen=True)
class Read:
    """A GET route as OpenAPI describes it."""

    path: str
    operation: dict[str, Any]
    parts: dict[str, Any]

    @cached_property
    def _given(self) -> list[dict[str, Any]]:
        return [p for p in self.operation.get("parameters", []) if p["name"] not in (*PAST, "after")]

    @property
    def has_past(self) -> bool:
        """Whether it can be asked of a past state of the survey."""
        return any(p["name"] in PAST for p in self.operation.get("parameters", []))

    def asked(self, held: Held) -> Iterator[Asked]:
        """Every value of every parameter alone, all at once, and the past."""
        values = {p["name"]: self._values(p, held) for p in self._given if p["in"] == "query"}
        needed = {p["name"] for p in self._given if p["in"] == "query" and p.get("required")}
        base: Query = {name: values[name][0] for name in needed}
        paths = self._paths(held)
        if self.path == FIGURES:
            values = {}
        yield from (Asked(path, base) for path in paths)
        for name, found in values.items():
            sure = (self.path, name) not in REFUSED
            path = EXPORT_OF_CHOSEN if self.path == EXPORT and name in (*FILTERS, "sort") else paths[0]
            yield from (Asked(path, base | {name: value}, sure) for value in found)
        together: Query = {name: found[0] for name, found in values.items()}
        yield Asked(paths[0], together, alone=False)
        for when in self._past(held):
            yield from (Asked(path, base | when, alone=False) for path in paths[:2])
            yield Asked(paths[-1], together | when, alone=False)

    def _past(self, held: Held) -> list[Query]:
        found = [("release", held["releases"][0]), ("as_of", held["today"][0])]
        # Drawing a figure of the past starts a process of its own too: one is enough.
        return [{name: value} for name, value in found[: 1 if self.path == FIGURES else 2]] if self.has_past else []

    def _values(self, parameter: dict[str, Any], held: Held) -> list[Value]:
        found = query_values(self.path, parameter["name"], parameter["schema"], self.parts, held)
        # The filters are one dependency of six routes: all their values are tried on the list of papers.
        return found[-1:] if parameter["name"] in FILTERS and self.path != LIBRARY else found

    def _paths(self, held: Held) -> list[str]:
        names = [p["name"] for p in self._given if p["in"] == "path"]
        found = [path_values(self.path, name, held) for name in names]
        return [self.path.format(**dict(zip(names, chosen, strict=True))) for chosen in product(*found)]

    def fault(self, answer: Response, *, alone: bool) -> str | None:
        """What is wrong with an answer; None if nothing is."""
        described = self.operation["responses"].get(str(answer.status_code))
        if answer.status_code >= 500 or described is None or (alone and answer.status_code != 200):
            return f"{answer.status_code} {answer.text[:200]}"
        kind = answer.headers["content-type"].partition(";")[0]
        schemas = {
            name.partition(";")[0]: content.get("schema", {}) for name, content in described.get("content", {}).items()
        }
        if kind not in schemas:
            return f"{kind} is none of {', '.join(schemas)}"
        if kind in ("application/json", "application/problem+json"):
            return self._misfit(schemas[kind], orjson.loads(answer.content))
        try:
            _READERS.get(kind, _is_text)(answer.content)
        except ValueError as error:
            return f"{kind}: {error}"
        return None

    def _misfit(self, schema: dict[str, Any], body: Any) -> str | None:
        validator = _validator(orjson.dumps(schema).decode(), self.parts)
        error = next(validator.iter_errors(body), None)
        return f"{list(error.instance_path)}: {error.message[:200]}" if error else None


_validators: dict[str, Any] = {}


def _validator(schema: str, parts: dict[str, Any]) -> Any:
    if schema not in _validators:
        whole = orjson.loads(schema) | {"components": {"schemas": parts}}
        _validators[schema] = jsonschema_rs.validator_for(whole)
    return _validators[schema]


def _is_text(content: bytes) -> None:
    content.decode()


csv.field_size_limit(1 << 24)  # a list of citations has all its contexts in one cell


def _is_table(content: bytes) -> None:
    widths = {len(row) for row in csv.reader(io.StringIO(content.decode()))}
    if len(widths) != 1:
        raise ValueError(f"rows of {widths} cells")


def _is_lines(content: bytes) -> None:
    for line in content.splitlines():
        orjson.loads(line)


def _is_xml(content: bytes) -> None:
    fromstring(content)


_READERS: dict[str, Callable[[bytes], None]] = {
    "text/csv": _is_table,
    "application/x-ndjson": _is_lines,
    "application/graphml+xml": _is_xml,
    "image/svg+xml": _is_xml,
}


def reads(document: dict[str, Any]) -> list[Read]:
    """Every GET route of an OpenAPI document."""
    parts = document["components"]["schemas"]
    return [Read(path, ways["get"], parts) for path, ways in document["paths"].items() if "get" in ways]
