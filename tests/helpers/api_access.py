"""Tokens and sessions for tests over HTTP."""

from typing import TYPE_CHECKING, Any

from fastapi.testclient import TestClient
from httpx2 import Response

from wamkg.store.session import Store
from wamkg.store.tokens import Issued, issue
from wamkg.vocabulary import Role, TokenKind

if TYPE_CHECKING:
    from playwright.sync_api import Page

API = "/api/v1"
FILL = {"paper_id": "arxiv:2302.00111", "slug": "wam", "path": "joint", "file": "nothing.svg", "form": "nothing",
        "kind": "nothing", "uid": "nothing", "a": "wam", "b": "nus", "name": "nothing", "format": "atom"}  # fmt: skip
"""Something for each place in a path; what is called `nothing` is not there."""


def get(client: TestClient, path: str) -> Any:
    """What a read of the API answers."""
    answer = client.get(f"{API}/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def token_for(store: Store, role: str = Role.CURATOR, name: str = "ana", actor_kind: str = "person") -> dict[str, str]:
    """Headers of a request by somebody with that role."""
    with store.writing() as session:
        made = issue(session, name, role, actor_kind=actor_kind)
    return {"Authorization": f"Bearer {made.secret}"}


def link_for(store: Store, role: str = Role.CURATOR, name: str = "ana") -> Issued:
    """A link that signs in once."""
    with store.writing() as session:
        return issue(session, name, role, TokenKind.LINK)


def follow_link(client: TestClient, key: str) -> Response:
    """Open a sign-in link and confirm it, as a person does; the answer to the click."""
    assert key in client.get(f"/sign-in?key={key}").text
    return client.post("/sign-in", data={"key": key}, follow_redirects=False)


def sign_in(page: "Page", address: str, key: str) -> None:
    """Open a sign-in link in a browser and confirm it."""
    page.goto(f"{address}/sign-in?key={key}")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


def signed_in(client: TestClient, store: Store, role: str = Role.CURATOR) -> str:
    """Sign a client in by a link; returns what its forms carry."""
    from wamkg_api.access import COOKIE, Caller

    assert follow_link(client, link_for(store, role).secret).status_code == 303
    from wamkg.store.tokens import holder_of

    secret = client.cookies[COOKIE]
    with store.reading() as session:
        holder = holder_of(session, secret, TokenKind.SESSION)
    assert holder is not None
    return Caller(holder, secret).csrf


def filled(address: str, **values: str) -> str:
    """A path with something at each place."""
    return address.format(**FILL | values)
