"""Nobody gets in where they do not belong: every role on every route, and hostile text in every field."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import API, filled, token_for
from tests.helpers.store_dump import dump
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.vocabulary import Role

READS_BY_POST = {"match_papers", "get_papers"}
ADMINS = {"import_decision_file"}
"""Writes that speak for others."""
OPEN = {"get_health", "get_readiness", "get_metrics"}
"""Answered to anybody even where reading is closed."""
HOSTILE = (
    "' OR 1=1 --", "'; DROP TABLE paper; --", '" UNION SELECT hash FROM token --', "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd", "x\r\nX-Injected: 1", "<script>alert(1)</script>", "{{7*7}}${7*7}", "%00", "\u202e\ud83d",
)  # fmt: skip


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    paths = create_app(Settings(database_url="sqlite://")).openapi()["paths"]
    return [(m.upper(), path, op) for path, methods in paths.items() for m, op in methods.items()]


ALL = operations()
WRITES = [o for o in ALL if o[0] != "GET" and o[2]["operationId"] not in READS_BY_POST]


@pytest.fixture(scope="module")
def store(seeded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    target = tmp_path_factory.mktemp("roles") / "wamkg.db"
    target.write_bytes(seeded_file.read_bytes())
    made = Store(f"sqlite:///{target}")
    yield made
    made.close()


@pytest.fixture(scope="module", params=["open", "closed"])
def client(
    request: pytest.FixtureRequest, store: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    home = tmp_path_factory.mktemp("home")
    settings = Settings(database_url=store.url, home=home, reading=request.param)
    with TestClient(create_app(settings), raise_server_exceptions=False) as made:
        yield made


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_each_role_gets_where_it_may_and_nowhere_else(client: TestClient, store: Store, role: Role | None) -> None:
    headers = token_for(store, role) if role else {}
    closed = client.app.state.settings.read_access == "token"  # type: ignore[attr-defined]
    writes = {op["operationId"] for _, _, op in WRITES}
    for method, path, operation in ALL:
        name = operation["operationId"]
        # A body that is none stops a write after the door and before it does anything.
        more = {} if method == "GET" else {"content": b"{", "headers": {"Content-Type": "application/json"}}
        given = {**more, "headers": headers | dict(more.get("headers", {}))}  # type: ignore[call-overload]
        status = client.request(method, filled(path), **given).status_code
        if name in writes:
            needed = Role.ADMIN if name in ADMINS else Role.PROPOSER if name == "add_proposals" else Role.CURATOR
            expected = 401 if role is None else None if role.allows(needed) else 403
        else:
            expected = 401 if closed and role is None and name not in OPEN else None
        if expected is None:
            assert status not in (401, 403), (method, path, role, status)
        else:
            assert status == expected, (method, path, role)


def test_every_route_that_is_no_get_is_a_write_that_asks(client: TestClient) -> None:
    asked = {op["operationId"] for _, _, op in ALL if op.get("security")}
    assert asked == {op["operationId"] for _, _, op in WRITES}


@pytest.fixture(scope="module")
def answering(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = tmp_path_factory.mktemp("hostile")
    settings = Settings(database_url=store.url, home=home, reads_per_minute=0, writes_per_minute=0)
    with TestClient(create_app(settings), raise_server_exceptions=False) as made:
        yield made


def harmless(answer: Any, said: str) -> None:
    """An answer that is an answer: no fault, no header of theirs, nothing of the server's insides."""
    assert answer.status_code < 500, said
    assert "x-injected" not in answer.headers
    for sign in ("Traceback", "sqlalchemy", "sqlite3.", "root:x:", 'File "/'):
        assert sign not in answer.text, said


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_in_paths_queries_and_headers_does_nothing(answering: TestClient, store: Store, text: str) -> None:
    before = dump(store)
    text = text.encode("utf-8", "replace").decode()
    for method, path, operation in ALL:
        if method != "GET":
            continue
        for parameter in operation.get("parameters", ()):
            name = parameter["name"]
            if parameter["in"] == "path":
                answer = answering.get(filled(path, **{name: text.replace("%", "%25").replace("\r\n", "%0d%0a")}))
            else:
                answer = answering.get(filled(path), params={name: text})
            harmless(answer, f"{path} {name} {text!r}")
    for header in ("X-Request-ID", "If-None-Match", "Accept", "Authorization", "Cookie", "Origin", "X-Forwarded-For"):
        value = text.encode().replace(b"\r\n", b" ")
        harmless(answering.get(f"{API}/papers?limit=1", headers={header.encode(): value}), header)
    assert dump(store) == before


def strings_of(schema: dict[str, Any], parts: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Each form of a body with the required rest filled in, and a field of it that holds text."""
    schema = parts[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    for form in schema.get("oneOf", schema.get("anyOf", ())):
        yield from strings_of(form, parts)
    fields = schema.get("properties", {})
    fixed = {name: field["const"] for name, field in fields.items() if "const" in field}
    for name, field in fields.items():
        if "const" not in field and "integer" not in str(field) and "boolean" not in str(field):
            yield fixed, name


@pytest.mark.parametrize("text", HOSTILE[::4], ids=range(0, len(HOSTILE), 4))
def test_hostile_text_in_bodies_is_refused_or_kept_as_text(answering: TestClient, store: Store, text: str) -> None:
    headers = token_for(store, Role.ADMIN)
    described = answering.get("/openapi.json")
    assert described.status_code == 200, described.text
    parts = described.json()["components"]["schemas"]
    papers = answering.get(f"{API}/overview").json()["papers"]
    text = text.encode("utf-8", "replace").decode()
    for method, path, operation in WRITES:
        if "jobs" in path or "releases" in path:
            continue
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        for fixed, name in strings_of(schema, parts):
            for value in (text, [text], {text: text}):
                body = {"title": "A Title", "taxon": "joint", "name": "A Name", "dry_run": True}
                known = set(_fields(schema, parts))
                given = {k: v for k, v in body.items() if k in known} | fixed | {name: value}
                answer = answering.request(method, filled(path), json=given, headers=headers)
                harmless(answer, f"{path} {name} {text!r}")
    after = answering.get(f"{API}/overview").json()["papers"]
    assert sum(after.values()) >= sum(papers.values())
    page = answering.get("/papers/arxiv:2302.00111")
    assert page.status_code == 200
    assert "<script>alert(1)" not in page.text


def _fields(schema: dict[str, Any], parts: dict[str, Any]) -> Iterator[str]:
    schema = parts[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    yield from schema.get("properties", {})
    for form in schema.get("oneOf", schema.get("anyOf", ())):
        yield from _fields(form, parts)
