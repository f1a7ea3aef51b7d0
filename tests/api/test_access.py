"""Who gets in: tokens, sessions, links, roles, limits, headers, other sites."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import escape, unescape
from pathlib import Path

import orjson
import pytest
from fastapi.testclient import TestClient
from wamkg_api.access import COOKIE
from wamkg_api.app import create_app

from tests.helpers.api_access import API, follow_link, link_for, signed_in, token_for
from wamkg.cli import run
from wamkg.cli.tokens import first_link
from wamkg.settings import Settings
from wamkg.store import tokens
from wamkg.store.session import Store
from wamkg.store.tables import Token
from wamkg.vocabulary import Role

PAPER = "arxiv:2302.00111"
DECISION = {"verdict": "unsure", "note": "a test"}
DECIDE = f"{API}/papers/{PAPER}/decisions"


@pytest.fixture
def client(seeded_store: Store, home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        yield client


def test_a_token_is_kept_as_a_hash_only(seeded_store: Store) -> None:
    secret = token_for(seeded_store)["Authorization"].removeprefix("Bearer ")
    with seeded_store.reading() as session:
        row = session.get_one(Token, 1)
    assert secret not in repr(row.model_dump())
    assert len(secret) > 40


def test_a_token_is_created_listed_and_revoked_by_the_command_line(
    seeded_store: Store, client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["token", "create", "--role", "curator", "--name", "ana", "--json"]) == 0
    made = orjson.loads(capsys.readouterr().out)
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert client.post(DECIDE, json=DECISION, headers=headers).status_code == 201
    assert run(["token", "list", "--json"]) == 0
    listed = capsys.readouterr().out
    assert made["uid"] in listed
    assert made["token"] not in listed
    assert run(["token", "revoke", made["uid"]]) == 0
    assert client.post(DECIDE, json=DECISION, headers=headers).status_code == 401


def test_a_token_alone_stands_on_standard_output(seeded_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["token", "create", "--role", "reader"]) == 0
    assert re.fullmatch(r"wamkg_[\w-]{43}\n", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["create", "--role", "king"], "unknown role"), (["create", "--name", "import"], "program"),
     (["revoke", "x"], "no token")],
)  # fmt: skip
def test_what_cannot_be_is_one_clear_line(
    seeded_store: Store, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    token_for(seeded_store, name="import", actor_kind="program")
    assert run(["token", *arguments]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "header", ["Bearer nonsense", "Bearer", "Basic YTpi", "bearer  ", "Bearer wamkg_'; DROP TABLE token; --"]
)
def test_a_token_that_is_none_is_401(client: TestClient, header: str) -> None:
    answer = client.post(DECIDE, json=DECISION, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_nobody_learns_what_a_body_must_hold_before_signing_in(client: TestClient) -> None:
    assert client.post(DECIDE, content=b"{not json").status_code == 401


def test_a_link_signs_in_once(seeded_store: Store, client: TestClient) -> None:
    key = link_for(seeded_store).secret
    for _ in range(2):  # a preview of the link does not use it up
        assert COOKIE not in client.get(f"/sign-in?key={key}").cookies
    first = follow_link(client, key)
    assert first.status_code == 303
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    client.cookies.clear()
    assert follow_link(client, key).status_code == 401
    assert client.head(f"/sign-in?key={key}").status_code == 405


def test_a_cookie_over_tls_is_for_tls_only(seeded_store: Store, client: TestClient) -> None:
    key = link_for(seeded_store).secret
    answer = client.post("https://testserver/sign-in", data={"key": key}, follow_redirects=False)
    assert "secure" in answer.headers["set-cookie"].lower()


def test_a_link_ends_by_itself(seeded_store: Store, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tokens.LASTS, tokens.TokenKind.LINK, timedelta(seconds=-1))
    assert follow_link(client, link_for(seeded_store).secret).status_code == 401


def test_a_link_is_no_token_and_a_session_neither(seeded_store: Store, client: TestClient) -> None:
    for secret in (link_for(seeded_store).secret, _session_secret(client, seeded_store)):
        client.cookies.clear()
        assert client.post(DECIDE, json=DECISION, headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def _session_secret(client: TestClient, store: Store) -> str:
    signed_in(client, store)
    return client.cookies[COOKIE]


def test_a_token_typed_into_the_page_signs_in(seeded_store: Store, client: TestClient) -> None:
    secret = token_for(seeded_store)["Authorization"].removeprefix("Bearer ")
    assert client.post("/sign-in", data={"key": secret}, follow_redirects=False).status_code == 303
    assert client.post("/sign-in", data={"key": "wrong"}).status_code == 401


@pytest.mark.parametrize(
    ("came_from", "to"),
    [
        ("http://testserver/papers/arxiv:2302.00111?tab=values", "/papers/arxiv:2302.00111?tab=values"),
        ("http://testserver/review?order=cited&taxonomy=wam", "/review?order=cited&taxonomy=wam"),
        ("http://elsewhere.example/papers", "/"),
        ("http://testserver//elsewhere.example/x", "/"),
        ("http://testserver/\\elsewhere.example", "/"),
        ("//elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
        ("http://[broken", "/"),
        ("http://testserver/sign-in?key=x", "/"),
        ("", "/"),
    ],
)
def test_signing_in_returns_to_the_page_and_never_to_another_site(
    seeded_store: Store, client: TestClient, came_from: str, to: str
) -> None:
    secret = token_for(seeded_store)["Authorization"].removeprefix("Bearer ")
    shown = client.get("/sign-in", headers={"Referer": came_from}).text
    given = unescape(shown.partition('name="to" value="')[2].partition('"')[0])
    assert given == to
    refused = client.post("/sign-in", data={"key": "wrong", "to": given}).text
    assert f'name="to" value="{escape(to)}"' in refused
    for asked in (given, came_from):
        answer = client.post("/sign-in", data={"key": secret, "to": asked}, follow_redirects=False)
        assert answer.headers["location"] == to


def test_revoking_a_token_ends_the_sessions_opened_with_it(seeded_store: Store, client: TestClient) -> None:
    secret = token_for(seeded_store)["Authorization"].removeprefix("Bearer ")
    client.post("/sign-in", data={"key": secret})
    assert "Sign out" in client.get("/sign-in").text or client.cookies.get(COOKIE)
    with seeded_store.writing() as session:
        (token, _) = next(row for row in tokens.list_tokens(session) if row[0].kind == "token")
        tokens.revoke(session, token.uid)
    assert client.post(DECIDE, json=DECISION, headers={"x-csrf-token": "x"}).status_code == 401


def test_a_session_writes_only_from_a_page_of_ours(seeded_store: Store, client: TestClient) -> None:
    csrf = signed_in(client, seeded_store)

    def status(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.post(DECIDE, json=DECISION, headers=named).status_code

    assert status() == 403
    assert status(x_csrf_token="wrong") == 403
    assert status(x_csrf_token=csrf, origin="https://evil.example") == 403
    assert status(x_csrf_token=csrf, sec_fetch_site="cross-site") == 403
    assert status(x_csrf_token=csrf, origin="null") == 403
    assert status(x_csrf_token=csrf, origin="http://testserver", sec_fetch_site="same-origin") == 201


def test_signing_out_ends_the_session_in_the_store(seeded_store: Store, client: TestClient) -> None:
    csrf = signed_in(client, seeded_store)
    secret = client.cookies[COOKIE]
    assert client.post("/sign-out", data={"csrf": "wrong"}).status_code == 403
    assert client.post("/sign-out", data={"csrf": csrf}, follow_redirects=False).status_code == 303
    client.cookies.set(COOKIE, secret)
    assert client.post(DECIDE, json=DECISION, headers={"x-csrf-token": csrf}).status_code == 401


def test_the_first_serve_gives_a_link_and_later_ones_none(seeded_store: Store, client: TestClient) -> None:
    link = first_link(seeded_store, "http://testserver")
    assert link is not None
    assert first_link(seeded_store, "http://testserver") is not None
    assert follow_link(client, link.partition("key=")[2]).status_code == 303
    assert first_link(seeded_store, "http://testserver") is None


def test_reading_can_be_closed(seeded_store: Store, home: Path) -> None:
    settings = Settings(database_url=seeded_store.url, home=home, read_access="token")
    headers = token_for(seeded_store, Role.READER)
    with TestClient(create_app(settings)) as client:
        for path in (f"{API}/papers", f"{API}/exports/jsonl", f"{API}/figures/roadmap.svg", "/papers", "/", "/review"):
            assert client.get(path).status_code == 401, path
        assert client.post(f"{API}/match", json={"records": []}).status_code == 401
        for path in ("/openapi.json", "/metrics"):
            assert client.get(path).status_code == 401, path
            assert client.get(path, headers=headers).status_code == 200, path
        for path in ("/healthz", "/readyz", "/sign-in", "/static/style.css"):
            assert client.get(path).status_code == 200, path
        assert client.get(f"{API}/papers", headers=headers).status_code == 200
        assert client.get(f"{API}/papers").status_code == 401
        signed_in(client, seeded_store, Role.READER)
        assert client.get("/papers").status_code == 200
        assert client.post(f"{API}/match", json={"records": []}).status_code == 200


def test_other_sites_may_call_only_where_a_setting_says_so(seeded_store: Store, client: TestClient) -> None:
    asked = {"Origin": "https://survey.example"}
    assert "access-control-allow-origin" not in client.get(f"{API}/papers", headers=asked).headers
    settings = Settings(database_url=seeded_store.url, cors_origins="https://survey.example, https://other.example/")
    with TestClient(create_app(settings)) as open_client:
        for _ in range(2):
            headers = open_client.get(f"{API}/papers", headers=asked).headers
            assert headers["access-control-allow-origin"] == "https://survey.example"
            assert "access-control-allow-credentials" not in headers
        evil = open_client.get(f"{API}/papers", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in evil.headers
        asking = asked | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        assert open_client.options(DECIDE, headers=asking).status_code == 200


def test_too_many_requests_are_429(seeded_store: Store) -> None:
    settings = Settings(database_url=seeded_store.url, reads_per_minute=3, writes_per_minute=2)
    with TestClient(create_app(settings)) as client:
        assert [client.get(f"{API}/papers?limit={n}").status_code for n in range(1, 5)] == [200, 200, 200, 429]
        assert client.get(f"{API}/papers?limit=1").status_code == 200, "what is kept is free"
        assert [client.post(DECIDE).status_code for _ in range(3)] == [401, 401, 429]
        answer = client.get(f"{API}/papers?limit=9")
        assert answer.headers["retry-after"] == "60"
        assert answer.headers["content-type"] == "application/problem+json"
        assert client.get("/healthz").status_code == 200


def test_a_request_too_large_is_413_and_never_read_whole(seeded_store: Store, client: TestClient) -> None:
    headers = token_for(seeded_store)
    assert client.post(DECIDE, content=b"x" * 1_000_001, headers=headers).status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 1_000_000

    assert client.post(f"{API}/imports", content=endless(), headers=headers).status_code == 413
    assert client.post(f"{API}/match", content=b"x" * 1_000_001).status_code == 413
