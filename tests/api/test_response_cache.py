"""Answers kept for those who sign in: each gets what would be worked out for them, and nothing of anybody else."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event
from wamkg_api.access import COOKIE, Caller
from wamkg_api.app import create_app
from wamkg_api.response_cache import CacheKey, ResponseCache

from tests.helpers.api_access import API, filled, follow_link, link_for, token_for
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.store.tokens import Holder, list_tokens, revoke
from wamkg.store.types import utc_now
from wamkg.vocabulary import Role

PAPER = "arxiv:2302.00111"
PAGES = ("/", "/papers", f"/papers/{PAPER}", "/taxonomy", "/timeline", "/review", "/leaderboard", "/graph",
         "/questions", "/duplicates")  # fmt: skip
Headers = dict[str, str]


def opened(stack: ExitStack, store: Store, home: Path, **more: object) -> TestClient:
    settings = Settings(database_url=store.url, home=home, **more)  # type: ignore[arg-type]
    return stack.enter_context(TestClient(create_app(settings)))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


def session_of(client: TestClient, store: Store, name: str) -> Headers:
    link = link_for(store, Role.CURATOR, name).secret
    assert follow_link(client, link).status_code == 303
    secret = client.cookies[COOKIE]
    client.cookies.clear()
    return {"Cookie": f"{COOKIE}={secret}"}


def reads() -> list[str]:
    paths = create_app(Settings(database_url="sqlite://")).openapi()["paths"]
    found = [filled(path) for path, methods in paths.items() if "get" in methods]
    # Drawings are kept by their content, for all callers; `test_files_jobs_and_limits` has them.
    return [path for path in (*found, *PAGES) if path != "/metrics" and "/figures/" not in path]


@pytest.mark.parametrize("access", ["public", "token"])
def test_what_is_kept_is_what_would_be_worked_out(
    seeded_store: Store, home: Path, stack: ExitStack, access: str
) -> None:
    keeping = opened(stack, seeded_store, home, read_access=access)
    anew = opened(stack, seeded_store, home, read_access=access, response_cache_mb=0)
    callers: list[Headers] = [{}, {"Authorization": "Bearer nobody"}]
    callers += [token_for(seeded_store, Role.READER, "rea"), token_for(seeded_store, Role.ADMIN, "ada")]
    callers += [token_for(seeded_store, Role.READER, "bot", "program"), session_of(keeping, seeded_store, "ana")]
    if access == "public":  # Where everybody may read, a reader is told from nobody by their session only.
        callers = [callers[0], callers[3], callers[5]]
    requests = [headers | {"X-Request-ID": "the-same"} for headers in callers]
    for path in reads():
        worked_out = [anew.get(path, headers=headers) for headers in requests]
        expected = [(answer.status_code, answer.content) for answer in worked_out]
        for order in (list(enumerate(requests)), list(enumerate(requests))[::-1]):
            for number, headers in order:
                kept = keeping.get(path, headers=headers)
                assert (kept.status_code, kept.content) == expected[number], (path, headers)


def test_what_is_kept_for_a_role_costs_another_of_that_role_nothing(
    seeded_store: Store, home: Path, stack: ExitStack
) -> None:
    client = opened(stack, seeded_store, home, read_access="token", reads_per_minute=3)
    ana, ben = (token_for(seeded_store, Role.READER, name) for name in ("ana", "ben"))
    curator = token_for(seeded_store, Role.CURATOR, "cleo")
    path = f"{API}/papers?limit=1"
    # Each is met once; what was worked out for the first serves both readers from then on.
    answers = [client.get(path, headers=who).status_code for who in (ana, ben, curator, *[ana, ben, curator] * 3)]
    assert answers == [200] * 12
    assert client.get(f"{API}/papers?limit=2", headers=ana).status_code == 429


def test_a_revoked_token_gets_nothing_of_what_is_kept(seeded_store: Store, home: Path, stack: ExitStack) -> None:
    client = opened(stack, seeded_store, home, read_access="token")
    ana, ben = (token_for(seeded_store, Role.READER, name) for name in ("ana", "ben"))
    path = f"{API}/papers?limit=1"
    etag = [client.get(path, headers=ana) for _ in range(2)][1].headers["etag"]
    with seeded_store.writing() as session:
        revoke(session, next(token.uid for token, name in list_tokens(session) if name == "ana"))
    assert client.get(path, headers=ben).status_code == 200
    for headers in (ana, ana | {"If-None-Match": etag}, {}, {"Authorization": "Bearer x"}):
        assert client.get(path, headers=headers).status_code == 401


@pytest.mark.parametrize("access", ["public", "token"])
def test_a_write_is_seen_at_once_by_who_reads_with_a_token(
    seeded_store: Store, home: Path, stack: ExitStack, access: str
) -> None:
    client = opened(stack, seeded_store, home, read_access=access)
    reader, curator = token_for(seeded_store, Role.READER, "rea"), token_for(seeded_store)
    path = f"{API}/papers/{PAPER}"
    for note in ("one", "two"):
        client.patch(path, json={"note": note, "why": "a test"}, headers=curator)
        assert [client.get(path, headers=reader).json()["note"] for _ in range(2)] == [note, note]


def test_equal_requests_at_a_time_are_worked_out_once(seeded_store: Store, home: Path, stack: ExitStack) -> None:
    client = opened(stack, seeded_store, home)
    curator = token_for(seeded_store)
    statements: list[object] = []

    def count(*asked: object) -> None:
        statements.append(asked[2])

    event.listen(Engine, "before_cursor_execute", count)
    stack.callback(event.remove, Engine, "before_cursor_execute", count)

    async def at_once(number: int) -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(client.app), base_url="http://here") as reader:
            return await asyncio.gather(*(reader.get(f"{API}/taxonomies/wam") for _ in range(number)))

    asked = {}
    for number in (1, 16):
        client.patch(f"{API}/papers/{PAPER}", json={"note": f"for {number}", "why": "a test"}, headers=curator)
        statements.clear()
        answers = client.portal.call(at_once, number)  # type: ignore[union-attr]
        assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
        asked[number] = len(statements)
    assert asked[16] == asked[1] > 0


@pytest.mark.parametrize(("left", "known"), [(60, True), (-1, False), (None, True)])
def test_credentials_that_have_ended_are_nobody(left: int | None, known: bool) -> None:
    kept = ResponseCache(1_000_000)
    asked = CacheKey("/papers?", b"a secret", "state")
    kept.caller(asked)
    kept.meet(
        asked,
        Caller(Holder(1, "ana", "person", Role.READER, "uid", utc_now() + timedelta(seconds=left) if left else None)),
    )
    assert (kept.caller(asked) is not None) is known
