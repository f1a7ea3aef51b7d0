"""Who is calling, and how slowly: forwarded addresses, host names, heads and bodies that do not end, forms from other
sites.
"""

import socket
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from wamkg_api import limits, protocol
from wamkg_api.app import create_app
from wamkg_api.protocol import LimitedProtocol

from tests.helpers.api_access import link_for
from tests.helpers.serving import served
from wamkg.cli.store import server_options
from wamkg.settings import Settings
from wamkg.store.session import Store

HEAD = b"POST /api/v1/match HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.fixture
def port(seeded_store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.3)
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.3)
    with served(create_app(Settings(database_url=seeded_store.url)), http=LimitedProtocol) as address:
        yield int(address.rpartition(":")[2])


def said_to(port: int, *parts: bytes) -> bytes:
    """What the server sends to somebody who sends these parts and then nothing, until it closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for part in parts:
            connection.sendall(part)
        return b"".join(iter(lambda: connection.recv(4096), b""))


@pytest.mark.parametrize("parts", [(), (b"GET /hea",), (HEAD,)], ids=["nothing", "half a line", "half the headers"])
def test_a_head_that_does_not_end_is_not_waited_for(port: int, parts: tuple[bytes, ...]) -> None:
    assert said_to(port, *parts) == b""


def test_a_body_that_does_not_end_is_408(port: int) -> None:
    answer = said_to(port, HEAD + b'Content-Length: 40\r\n\r\n{"records"')
    assert answer.startswith(b"HTTP/1.1 408 ") and b"did not arrive within" in answer


def test_only_known_hosts_are_answered(seeded_store: Store) -> None:
    settings = Settings(database_url=seeded_store.url, allowed_hosts="survey.example, *.lab.example")
    with TestClient(create_app(settings)) as client:
        for host, status in (("survey.example", 200), ("a.lab.example", 200), ("evil.example", 400)):
            assert client.get("/healthz", headers={"Host": host}).status_code == status, host


def test_another_site_cannot_sign_anybody_in(seeded_store: Store) -> None:
    key = link_for(seeded_store).secret
    with TestClient(create_app(Settings(database_url=seeded_store.url))) as client:
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            assert client.post("/sign-in", data={"key": key}, headers=headers).status_code == 403
        own = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
        assert client.post("/sign-in", data={"key": key}, headers=own, follow_redirects=False).status_code == 303


def test_a_forwarded_address_counts_only_from_a_trusted_proxy() -> None:
    assert server_options(Settings(), "127.0.0.1", 1)["proxy_headers"] is False
    trusting = server_options(Settings(trusted_proxies="10.0.0.7"), "127.0.0.1", 1)
    assert (trusting["proxy_headers"], trusting["forwarded_allow_ips"]) == (True, "10.0.0.7")
