"""Feeds: a list of entries as Atom (RFC 4287), RSS 2.0 or JSON Feed 1.1, for feed readers and other programs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Literal
from xml.etree import ElementTree as ET

import orjson

from wamkg.exporting.characters import without_controls

_ATOM = "http://www.w3.org/2005/Atom"
_START = datetime(1970, 1, 1, tzinfo=UTC)
"""Date of a feed without entries. Atom needs one, and it must not change while nothing else does."""


@dataclass(frozen=True)
class FeedEntry:
    """One entry. `uid` never changes and is a URI, as `urn:uuid:...`; `url` is where a person reads it; `updated` is
    the time of its last change. `text` is plain text.
    """

    uid: str
    title: str
    url: str
    updated: datetime
    text: str = ""
    authors: Sequence[str] = ()
    categories: Sequence[str] = ()
    published: datetime | None = None


@dataclass(frozen=True)
class Feed:
    """A feed. `url` is the page that shows the same to people, `self_url` the address of the feed itself (its permanent
    id), `next_url` that of its next page. `author` stands for entries without authors, as Atom demands.
    """

    title: str
    url: str
    self_url: str
    entries: Sequence[FeedEntry]
    author: str = "wamkg"
    subtitle: str = ""
    next_url: str | None = None

    @property
    def updated(self) -> datetime:
        """The time of the newest change."""
        return max((entry.updated for entry in self.entries), default=_START)


def atom(feed: Feed) -> bytes:
    """The feed as Atom."""
    # The prefix of the document's own namespace is the default one, which some readers need.
    root = ET.Element("feed", xmlns=_ATOM)
    _add(root, "title", feed.title)
    if feed.subtitle:
        _add(root, "subtitle", feed.subtitle)
    _add(root, "id", feed.self_url)
    _add(root, "updated", _timestamp(feed.updated))
    _add(ET.SubElement(root, "author"), "name", feed.author)
    for relation, address in (("self", feed.self_url), ("alternate", feed.url), ("next", feed.next_url)):
        if address:
            ET.SubElement(root, "link", rel=relation, href=without_controls(address))
    for entry in feed.entries:
        _add_atom_entry(ET.SubElement(root, "entry"), entry)
    return _document(root)


def _add_atom_entry(item: ET.Element, entry: FeedEntry) -> None:
    _add(item, "title", entry.title)
    _add(item, "id", entry.uid)
    ET.SubElement(item, "link", rel="alternate", href=without_controls(entry.url))
    _add(item, "updated", _timestamp(entry.updated))
    if entry.published:
        _add(item, "published", _timestamp(entry.published))
    for name in entry.authors:
        _add(ET.SubElement(item, "author"), "name", name)
    for category in entry.categories:
        ET.SubElement(item, "category", term=without_controls(category))
    if entry.text:
        _add(item, "summary", entry.text)


def rss(feed: Feed) -> bytes:
    """The feed as RSS 2.0. It has no field for the names of several authors, so Dublin Core's is used."""
    root = ET.Element("rss", {"version": "2.0", "xmlns:atom": _ATOM, "xmlns:dc": "http://purl.org/dc/elements/1.1/"})
    channel = ET.SubElement(root, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", feed.url)
    _add(channel, "description", feed.subtitle or feed.title)
    _add(channel, "lastBuildDate", format_datetime(feed.updated))
    for relation, address in (("self", feed.self_url), ("next", feed.next_url)):
        if address:
            ET.SubElement(channel, "atom:link", rel=relation, href=without_controls(address))
    for entry in feed.entries:
        _add_rss_item(ET.SubElement(channel, "item"), entry)
    return _document(root)


def _add_rss_item(item: ET.Element, entry: FeedEntry) -> None:
    _add(item, "title", entry.title)
    _add(item, "link", entry.url)
    ET.SubElement(item, "guid", isPermaLink="false").text = without_controls(entry.uid)
    _add(item, "pubDate", format_datetime(entry.published or entry.updated))
    for name in entry.authors:
        _add(item, "dc:creator", name)
    for category in entry.categories:
        _add(item, "category", category)
    # Readers take a description for HTML; in plain text these characters mean themselves.
    text = entry.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    _add(item, "description", text)


def json_feed(feed: Feed) -> bytes:
    """The feed as JSON Feed 1.1."""
    shown = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.url,
        "feed_url": feed.self_url,
        "next_url": feed.next_url,
        "description": feed.subtitle,
        "authors": [{"name": feed.author}],
    }
    return orjson.dumps({**_given(shown), "items": [_given(_json_item(entry)) for entry in feed.entries]})


def _json_item(entry: FeedEntry) -> Mapping[str, object]:
    return {
        "id": entry.uid,
        "url": entry.url,
        "title": entry.title,
        # The format demands a text.
        "content_text": entry.text or entry.title,
        "date_published": _timestamp(entry.published) if entry.published else None,
        "date_modified": _timestamp(entry.updated),
        "authors": [{"name": name} for name in entry.authors],
        "tags": list(entry.categories),
    }


def _given(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = without_controls(text)


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _document(root: ET.Element) -> bytes:
    found: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return found


@dataclass(frozen=True)
class FeedFormat:
    """A format of feeds: how it is written, its media type, its name for people, and the name of its file."""

    write: Callable[[Feed], bytes]
    media_type: str
    label: str
    file: str


FeedName = Literal["atom", "rss", "json-feed"]
FEEDS: Mapping[FeedName, FeedFormat] = {
    "atom": FeedFormat(atom, "application/atom+xml", "Atom", "feed.atom"),
    "rss": FeedFormat(rss, "application/rss+xml", "RSS", "feed.rss"),
    "json-feed": FeedFormat(json_feed, "application/feed+json", "JSON Feed", "feed.json"),
}
"""All formats of feeds by name."""
