"""Digests: each thing in one digest only, in formats that their readers accept."""

from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import feedparser
import orjson
import pytest
from fastapi.testclient import TestClient
from sqlmodel import select
from wamkg_api.app import create_app

from tests.helpers.discovering import KITES, kite, run_routes, server_of, set_routes, settings_of
from tests.s2_server.arxiv_shelf import ArxivShelf
from wamkg.cli import run
from wamkg.errors import InvalidInputError
from wamkg.exporting.digest import DIGEST_FORMATS, DigestFormat
from wamkg.history.undo import undo_batch
from wamkg.reviewing.decisions import decide
from wamkg.reviewing.entity_edits import add_item
from wamkg.reviewing.verdicts import Decision
from wamkg.services.digests import make_digest, moment_since, preview_digest, written_digest
from wamkg.services.tokens import create_token
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.batches import get_actor, list_batches
from wamkg.store.session import Store
from wamkg.store.tables import Method
from wamkg.store.types import utc_now
from wamkg.views.digests import DigestItem
from wamkg.vocabulary import PERSON

ANA = Writer("ana")


def told(digest: DigestItem) -> list[tuple[str, str]]:
    """Section and title of each entry, without what the seeds brought."""
    return [(entry.section, entry.title) for entry in digest.entries]


def found_week(store: Store, shelf: ArxivShelf) -> None:
    with server_of(shelf) as server:
        run_routes(store, settings_of(server), "kites")


def test_five_weeks_tell_each_thing_once(seeded_store: Store) -> None:
    set_routes(seeded_store, KITES)
    begun = make_digest(seeded_store, ANA)
    assert {section for section, _ in told(begun)} <= {"Thin branches"}, "what the survey began with is no news"
    shelf = ArxivShelf([kite(1, 2), kite(2, 2, title="Kites & <Tails> [of] Rain_bows in Wind")])
    found_week(seeded_store, shelf)
    first = make_digest(seeded_store, ANA)
    with seeded_store.writing() as session:
        paper = next(entry.paper for entry in first.entries if entry.paper)
        decide(
            session,
            get_actor(session, "ana", PERSON),
            Decision(paper=paper, verdict="accept", taxonomy="wam", taxon="joint"),
        )
    second = make_digest(seeded_store, ANA)
    with seeded_store.writing() as session:
        ana = get_actor(session, "ana", PERSON)
        method = session.exec(select(Method.slug)).first()
        add_item(session, ana, "result", {"method": method, "benchmark": "libero", "value": 99.9})
    third, fourth = make_digest(seeded_store, ANA, "30d"), make_digest(seeded_store, ANA, "2026-01-01")
    shelf.papers.append(kite(3, 1))
    found_week(seeded_store, shelf)
    fifth = make_digest(seeded_store, ANA)
    assert told(first) == [("New candidates", paper.title) for paper in shelf.papers[:2]]
    assert first.entries[0].text.startswith("arXiv query kites")
    assert ("Placed", shelf.papers[0].title) in told(second) and "New candidates" not in dict(told(second))
    assert [section for section, _ in told(third)] == ["New results"]
    assert (fourth.entries, fourth.uid) == ([], "")
    assert told(fifth) == [("New candidates", shelf.papers[2].title)]
    keys = [entry.key for week in (first, second, third, fifth) for entry in week.entries]
    assert len(keys) == len(set(keys))
    with seeded_store.writing() as session:
        undo_batch(session, list_batches(session, 1)[0], get_actor(session, "ana", PERSON))
    assert told(preview_digest(seeded_store)) == told(fifth)


@pytest.mark.parametrize("form", DIGEST_FORMATS)
def test_every_format_is_what_its_readers_accept(seeded_store: Store, form: DigestFormat) -> None:
    set_routes(seeded_store, KITES)
    found_week(seeded_store, ArxivShelf([kite(1, 2, title="Kites & <Tails> [of] Rain_bows in Wind")]))
    with seeded_store.reading() as session:
        digest = preview_digest(seeded_store)
        text = written_digest(session, digest, form, "https://example.org/").decode()
        empty = written_digest(session, DigestItem("", utc_now(), utc_now(), []), form).decode()
    assert "example.org/papers/kites-tails-of-rain-bows-in-wind" in text
    if form == "markdown":
        assert "[Kites & \\<Tails\\> \\[of\\] Rain\\_bows in Wind](https://example.org/papers/" in text
        assert "Nothing new." in empty
    elif form == "html":
        body = text[text.index("<body>") : text.index("</html>")]
        assert ElementTree.fromstring(body).findtext("ul/li/a") == "Kites & <Tails> [of] Rain_bows in Wind"
    elif form == "json-feed":
        assert orjson.loads(text)["items"][0]["title"] == "New candidates: Kites & <Tails> [of] Rain_bows in Wind"
        assert orjson.loads(empty)["version"] == "https://jsonfeed.org/version/1.1"
    else:
        read = feedparser.parse(text)
        assert not read.bozo and len(read.entries) == len(digest.entries)
        assert len({entry.id for entry in read.entries}) == len(digest.entries)
        assert not feedparser.parse(empty).bozo


@pytest.mark.parametrize(("text", "span"), [("7d", 7), ("2W", 14), ("12h", 0.5), (" 1 d ", 1)])
def test_spans_are_read(text: str, span: float) -> None:
    assert abs(utc_now() - moment_since(text) - timedelta(days=span)) < timedelta(minutes=1)


@pytest.mark.parametrize("text", ["", "soon", "7 days ago", "-3d", "2026-13-01"])
def test_other_periods_are_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        moment_since(text)


def test_the_command_and_the_api(seeded_store: Store, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_routes(seeded_store, KITES)
    assert run(["digest", "--show", "latest"]) == 1
    assert "there is no digest yet" in capsys.readouterr().err
    found_week(seeded_store, ArxivShelf([kite(1, 2)]))
    assert run(["digest", "--preview"]) == 0
    assert run(["digest"]) == 0
    assert "## New candidates" in capsys.readouterr().out
    assert run(["digest"]) == 0
    assert "Nothing new." in capsys.readouterr().out
    secret = create_token(seeded_store, "bo", "curator").secret
    with TestClient(create_app(Settings(home=home))) as client:
        assert len(client.get("/api/v1/digests").json()["items"]) == 1
        feed = client.get("/api/v1/digests/latest/atom")
        assert feed.headers["content-type"].startswith("application/atom+xml")
        assert "New candidates" in feed.text
        headers = {"Authorization": f"Bearer {secret}"}
        assert client.post("/api/v1/digests", json={}, headers=headers).json()["uid"] == ""
