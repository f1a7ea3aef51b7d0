"""Feeds, read back by a feed reader."""

import json
from datetime import UTC, datetime, timedelta, timezone

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamkg.exporting.characters import without_controls
from wamkg.exporting.feeds import FEEDS, Feed, FeedEntry, atom, json_feed

MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
NASTY = 'Rocks & <b>"water"</b> ]]> \x0b café 世界'
ENTRY = FeedEntry(
    uid="urn:uuid:0190a000-0000-7000-8000-000000000001",
    title=NASTY,
    url="https://survey.example/papers/rocks?a=1&b=2",
    updated=MARCH + timedelta(days=2),
    text=f"Found in a list. {NASTY}",
    authors=("Ana Öz", "Bo <Li>"),
    categories=("geo:rock/wet", 'a "b" & c'),
    published=MARCH,
)


def feed_of(*entries: FeedEntry) -> Feed:
    return Feed(
        "Papers & more",
        "https://survey.example/papers",
        "https://survey.example/feed?x=1&y=2",
        entries,
        subtitle="What is new",
        next_url="https://survey.example/feed?after=abc",
    )


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_feed_reader_reads_every_field(form: str) -> None:
    read = feedparser.parse(FEEDS[form].write(feed_of(ENTRY)))
    assert not read.bozo
    assert read.version == {"atom": "atom10", "rss": "rss20"}[form]
    assert (read.feed.title, read.feed.subtitle) == ("Papers & more", "What is new")
    links = {link.rel: link.href for link in read.feed.links}
    assert links["next"] == "https://survey.example/feed?after=abc"
    [item] = read.entries
    assert item.id == ENTRY.uid
    assert item.link == ENTRY.url
    assert item.title == without_controls(NASTY)
    assert [author.name for author in item.authors] == list(ENTRY.authors)
    assert [tag.term for tag in item.tags] == list(ENTRY.categories)
    assert item.published_parsed[:4] == (2026, 3, 1, 12)


def test_atom_has_the_time_of_the_newest_change_in_utc() -> None:
    later = MARCH.astimezone(timezone(timedelta(hours=5, minutes=30))) + timedelta(days=3)
    read = feedparser.parse(atom(feed_of(ENTRY, FeedEntry("urn:uuid:2", "Later", "https://survey.example/2", later))))
    assert read.feed.updated == "2026-03-04T12:00:00Z"
    assert read.feed.author == "wamkg"


@pytest.mark.parametrize("form", sorted(FEEDS))
def test_a_feed_without_entries_is_the_same_each_time(form: str) -> None:
    assert FEEDS[form].write(feed_of()) == FEEDS[form].write(feed_of())


def test_json_feed_has_what_the_format_demands() -> None:
    read = json.loads(json_feed(feed_of(ENTRY, FeedEntry("urn:uuid:2", "No text", "https://survey.example/2", MARCH))))
    assert read["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"] for item in read["items"]] == [ENTRY.uid, "urn:uuid:2"]
    assert read["items"][0]["authors"] == [{"name": "Ana Öz"}, {"name": "Bo <Li>"}]
    assert read["items"][1]["content_text"] == "No text"


@given(st.text(min_size=1, max_size=60), st.text(max_size=60))
def test_any_title_and_text_gives_a_feed_that_can_be_read(title: str, text: str) -> None:
    entry = FeedEntry("urn:uuid:3", title, "https://survey.example/3", MARCH, text)
    for form in FEEDS.values():
        written = form.write(feed_of(entry))
        if form.write is json_feed:
            assert json.loads(written)["items"][0]["title"] == title
        else:
            assert not feedparser.parse(written).bozo
