"""Proposals over HTTP: a proposer sends them and can do nothing else; a curator answers them."""

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import API, get, signed_in, token_for
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.vocabulary import PROGRAM, Role

PAPER = "arxiv:2302.00111"
Headers = dict[str, str]


@pytest.fixture
def service(seeded_store: Store) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=seeded_store.url))) as client:
        yield client


@pytest.fixture
def bot(seeded_store: Store) -> Headers:
    return token_for(seeded_store, Role.PROPOSER, "bot", PROGRAM)


def send(service: TestClient, headers: Headers, *items: object, status: int = 201) -> dict[str, object]:
    answer = service.post(f"{API}/proposals", json={"items": items}, headers=headers)
    assert answer.status_code == status, answer.text
    sent: dict[str, object] = answer.json()
    return sent


def test_a_proposer_proposes_and_moves_nothing(service: TestClient, seeded_store: Store, bot: Headers) -> None:
    before = get(service, f"papers/{PAPER}/assignments")["items"]
    proposed = {"paper": PAPER, "taxon": "joint/diffusion"}
    report = send(service, bot, proposed, proposed, {"paper": PAPER, "taxon": "joint/nowhere"})
    assert [one["outcome"] for one in report["proposed"]] == ["new", "sent before"]  # type: ignore[attr-defined]
    assert [line["line"] for line in report["refused"]] == [3]  # type: ignore[attr-defined]
    assert get(service, f"papers/{PAPER}/assignments")["items"] == before
    (item,) = get(service, "proposals?proposed_by=bot&status=open")["items"]
    assert (item["paper"], item["by"]) == (PAPER, "bot")


def test_nothing_taken_is_a_conflict_that_says_why(service: TestClient, bot: Headers) -> None:
    said = send(service, bot, {"paper": PAPER, "taxon": "joint/diffusion", "model": "m-1"}, status=409)
    assert "must quote" in str(said["detail"])


def test_a_curator_accepts_or_declines(service: TestClient, seeded_store: Store, bot: Headers) -> None:
    curator = token_for(seeded_store)
    send(service, bot, {"paper": PAPER, "taxon": "joint/diffusion"}, {"paper": PAPER, "taxon": "joint"})
    first, second = (one["uid"] for one in get(service, "proposals?status=open")["items"])
    for uid in (first, second):
        assert service.post(f"{API}/proposals/{uid}/accept", headers=bot).status_code == 403
    declined = service.post(f"{API}/proposals/{first}/decline", json={"why": "no"}, headers=curator)
    assert (declined.status_code, declined.json()["status"]) == (200, "declined")
    accepted = service.post(f"{API}/proposals/{second}/accept", headers=curator).json()
    assert accepted["status"] == "accepted" and accepted["decision"]
    placed = [one["taxon"] for one in get(service, f"papers/{PAPER}/assignments")["items"] if one["taxonomy"] == "wam"]
    assert len(placed) == 1
    assert service.post(f"{API}/batches/{accepted['batch']}/undo", headers=curator).status_code == 200
    assert [one["uid"] for one in get(service, "proposals?status=open")["items"]] == [second]


def test_the_page_accepts_and_declines_and_the_undo_brings_back(
    service: TestClient, seeded_store: Store, bot: Headers
) -> None:
    send(service, bot, {"paper": PAPER, "taxon": "joint/diffusion"}, {"paper": PAPER, "taxon": "joint"})
    csrf = signed_in(service, seeded_store)
    html = service.get("/proposals").text
    assert "2 open proposals" in html and "joint/diffusion" in html and "bot" in html
    first, second = re.findall(r'action="(/proposals/[^"]+)"', html)
    assert service.post(first, data={"csrf": csrf, "status": "burnt"}).status_code == 422
    assert service.post(first, data={"status": "declined"}).status_code == 403
    declined = service.post(first, data={"csrf": csrf, "status": "declined", "why": "decoded at test time"}).text
    assert "1 open proposal." in declined and "decoded at test time" in declined
    accepted = service.post(second, data={"csrf": csrf, "status": "accepted"}).text
    assert "No open proposals" in accepted
    undo = re.search(r'action="(/batches/[^"]+/undo)"', accepted)
    assert undo
    taken_back = service.post(undo[1], data={"csrf": csrf, "to": "proposals"})
    assert taken_back.url.path == "/proposals" and "1 open proposal." in taken_back.text
