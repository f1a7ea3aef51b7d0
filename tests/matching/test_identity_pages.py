"""Questions of identity over HTTP and on the pages: read by all, answered by a curator who saw what is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import API, get, signed_in, token_for
from tests.matching.test_identity_questions import DRIVE, FOLD, read
from wamkg.cli import run
from wamkg.settings import Settings
from wamkg.store.session import Store

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
def asked(seeded_store: Store, tmp_path: Path) -> Store:
    """A store with one question."""
    read(seeded_store, tmp_path / "mine.jsonl", FOLD)
    read(seeded_store, tmp_path / "theirs.jsonl", DRIVE)
    return seeded_store


@pytest.fixture
def client(asked: Store, home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=asked.url, home=home))) as client:
        yield client


def test_a_question_is_listed_read_and_answered_once(client: TestClient, asked: Store) -> None:
    page = get(client, "questions?status=open&paper=arxiv:2401.00017")
    (item,) = page["items"]
    assert (page["total"], item["record_title"], item["ids"]) == (1, DRIVE["title"], ["arxiv:2401.00017"])
    one = client.get(f"{API}/questions/{item['uid']}")
    assert one.json() == item
    where, body = f"{API}/questions/{item['uid']}/answer", {"answer": "wrong-id", "note": "swapped"}
    assert client.post(where, json=body).status_code == 401
    headers = token_for(asked)
    assert client.post(where, json=body, headers=headers | {"If-Match": '"99"'}).status_code == 412
    assert client.post(where, json={"answer": "perhaps"}, headers=headers).status_code == 422
    done = client.post(where, json=body, headers=headers | {"If-Match": one.headers["ETag"]})
    assert done.status_code == 200 and done.json()["wrong_ids"] == ["arxiv:2401.00017"]
    assert client.post(where, json=body, headers=headers).status_code == 409
    assert get(client, "questions?status=open")["total"] == 0
    undone = client.post(f"{API}/batches/{done.json()['batch']}/undo", headers=headers)
    assert undone.status_code == 200 and get(client, "questions?status=open")["total"] == 1


def test_the_pages_show_a_banner_and_a_list_and_take_the_answer(client: TestClient, asked: Store) -> None:
    for path in ("/papers/arxiv:2401.00017", "/questions"):
        html = client.get(path).text
        assert DRIVE["title"] in html and "may be another paper" in html and "Sign in to answer" in html
    assert "Is it this paper?" not in client.get("/papers/arxiv:2302.00111").text
    csrf = signed_in(client, asked)
    form = re.search(r'<form class="decide" action="(/questions/[^"]+)".*?</form>', client.get("/questions").text, re.S)
    assert form is not None and dict(HIDDEN.findall(form[0]))["csrf"] == csrf
    done = client.post(form[1], data=dict(HIDDEN.findall(form[0])) | {"answer": "wrong-record", "note": "typo"})
    assert done.status_code == 200 and "Written as batch" in done.text and "Is it this paper?" not in done.text
    (item,) = get(client, "questions")["items"]
    assert (item["status"], item["note"], item["answered_by"]) == ("wrong-record", "typo", "ana")


def test_the_command_line_lists_shows_and_answers(asked: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["questions"]) == 0
    listed = capsys.readouterr().out
    uid = re.search(r"[0-9a-f-]{36}", listed)
    assert uid is not None and DRIVE["title"] in listed
    assert run(["questions", "show", uid[0]]) == 0
    assert "wamkg questions answer" in capsys.readouterr().out
    assert run(["questions", "answer", uid[0], "nonsense"]) == 1
    assert run(["questions", "answer", uid[0], "renamed", "--by", "ada"]) == 0
    assert "undo it with" in capsys.readouterr().out
    assert run(["doctor", "identity-questions"]) == 0
    assert "identity-questions: no problems" in capsys.readouterr().out
