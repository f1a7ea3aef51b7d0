"""The page of the survey: anyone reads it, a curator edits it without scripts."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from tests.helpers.api_access import signed_in
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.views.survey import survey_item
from wamkg.vocabulary import Role

VALUE = re.compile(r'<input [^>]*name="([^"]+)"[^>]* value="([^"]*)"')
AREA = re.compile(r'<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', re.S)
CHOICE = re.compile(r'<select [^>]*name="([^"]+)">(.*?)</select>', re.S)


@pytest.fixture
def client(seeded_store: Store, home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        yield client


def form_of(html: str) -> dict[str, str]:
    """The fields of the form as a browser sends them."""
    form = html[html.index('action="/survey"') :]
    fields = {name: unescape(value) for name, value in (*VALUE.findall(form), *AREA.findall(form))}
    for name, options in CHOICE.findall(form):
        chosen = re.search(r"<option(?: value=\"([^\"]*)\")? selected>([^<]*)<", options)
        fields[name] = (chosen[1] or chosen[2]) if chosen else ""
    return {name: value.replace("\n", "\r\n") for name, value in fields.items()}


def test_anyone_reads_the_survey_and_only_curators_edit_it(client: TestClient, seeded_store: Store) -> None:
    html = client.get("/survey").text
    assert "Yu-Gang Jiang" in html and "@article{wang2026wam" in html and "<textarea" not in html
    signed_in(client, seeded_store, Role.READER)
    assert "<textarea" not in client.get("/survey").text
    assert client.post("/survey", data={"title": "X"}).status_code == 403


def test_the_form_saves_what_changed_and_nothing_else(client: TestClient, seeded_store: Store) -> None:
    signed_in(client, seeded_store)
    with seeded_store.reading() as session:
        before = survey_item(session)
    fields = form_of(client.get("/survey").text)
    assert "Saved as batch" not in client.post("/survey", data=fields).text
    changed = fields | {
        "title": "Kites & Co",
        "color-joint": "amber",
        "outside_kinds": "toys\r\nother",
        "why": "a test",
    }
    done = client.post("/survey", data=changed)
    assert done.status_code == 200 and "Saved as batch" in done.text
    with seeded_store.reading() as session:
        after = survey_item(session)
    assert (after.title, after.outside_kinds) == ("Kites & Co", ["toys", "other"])
    assert [branch["color"] for branch in after.branches] == ["amber", "teal"]
    same = ("authors", "abstract", "citation", "definitions", "date_rule", "main_taxonomy", "short_name", "home_page")
    assert all(getattr(before, name) == getattr(after, name) for name in same)


def test_a_refused_form_keeps_what_was_typed(client: TestClient, seeded_store: Store) -> None:
    signed_in(client, seeded_store)
    fields = form_of(client.get("/survey").text)
    wrong = client.post("/survey", data=fields | {"title": "New", "authors": "- {name: Ada"})
    assert wrong.status_code == 422
    assert "not valid YAML" in wrong.text and "- {name: Ada</textarea>" in wrong.text
    assert client.post("/survey", data=fields | {"title": "New"}).status_code == 200
    stale = client.post("/survey", data=fields | {"title": "Newer"})
    assert (stale.status_code, "stale" in stale.text) == (409, True)


def test_a_store_without_a_survey_gets_one(store: Store, home: Path) -> None:
    with TestClient(create_app(Settings(database_url=store.url, home=home))) as client:
        assert "no survey yet" in client.get("/survey").text
        signed_in(client, store)
        made = client.post("/survey", data=form_of(client.get("/survey").text) | {"title": "Kites"})
        assert made.status_code == 200 and "<h1>Kites</h1>" in made.text
