"""A digest as Markdown, as a page of HTML, or as a feed."""

from collections.abc import Callable, Mapping
from html import escape
from itertools import groupby
from typing import Literal
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from wamkg.exporting.feeds import FEEDS, Feed, FeedEntry, FeedName
from wamkg.views.digests import DigestEntry, DigestItem

DigestFormat = Literal["markdown", "html", "atom", "rss", "json-feed"]
Writer = Callable[[DigestItem, str, str], bytes]
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{head}</title></head>
<body><h1>{head}</h1>
{body}
</body></html>
"""


def _period(digest: DigestItem) -> str:
    return f"{digest.since:%Y-%m-%d} to {digest.at:%Y-%m-%d}"


def _address(entry: DigestEntry, base: str) -> str:
    return f"{base}/papers/{quote(entry.paper)}" if entry.paper else f"{base}/"


def markdown(digest: DigestItem, title: str, base: str) -> bytes:
    """The digest as Markdown: a list for each section."""
    lines = [f"# {title}: {_period(digest)}", ""]
    for section, entries in groupby(digest.entries, lambda entry: entry.section):
        lines += [f"## {section}", ""]
        for entry in entries:
            name = _plain(entry.title)
            shown = f"[{name}]({_address(entry, base)})" if entry.paper else name
            lines.append(f"- {shown}: {_plain(entry.text)}")
        lines.append("")
    return "\n".join(lines if digest.entries else [*lines, "Nothing new.", ""]).encode()


def _plain(text: str) -> str:
    """The text on one line, with the characters that Markdown would read escaped."""
    line = " ".join(text.split())
    return "".join(f"\\{char}" if char in "\\`*_[]<>" else char for char in line)


def html(digest: DigestItem, title: str, base: str) -> bytes:
    """The digest as a page without scripts."""
    parts = []
    for section, entries in groupby(digest.entries, lambda entry: entry.section):
        items = "".join(_html_item(entry, base) for entry in entries)
        parts.append(f"<h2>{escape(section)}</h2>\n<ul>{items}</ul>")
    head = f"{escape(title)}: {_period(digest)}"
    body = "\n".join(parts) or "<p>Nothing new.</p>"
    return _PAGE.format(head=head, body=body).encode()


def _html_item(entry: DigestEntry, base: str) -> str:
    title = escape(entry.title)
    shown = f'<a href="{escape(_address(entry, base))}">{title}</a>' if entry.paper else title
    return f"<li>{shown}: {escape(entry.text)}</li>"


def _feed(digest: DigestItem, title: str, base: str, form: DigestFormat) -> Feed:
    entries = [
        FeedEntry(
            uid=f"urn:uuid:{uuid5(NAMESPACE_URL, entry.key)}",
            title=f"{entry.section}: {entry.title}",
            url=_address(entry, base),
            updated=entry.at,
            text=entry.text,
            categories=(entry.section,),
        )
        for entry in digest.entries
    ]
    return Feed(title, f"{base}/", f"{base}/api/v1/digests/latest/{form}", entries, subtitle=_period(digest))


def _feed_format(form: FeedName) -> tuple[str, Writer]:
    return FEEDS[form].media_type, lambda digest, title, base: FEEDS[form].write(_feed(digest, title, base, form))


DIGEST_FORMATS: Mapping[DigestFormat, tuple[str, Writer]] = {
    "markdown": ("text/markdown", markdown),
    "html": ("text/html", html),
    **{form: _feed_format(form) for form in FEEDS},
}
"""Media type and writer of each format; a writer takes the digest, its title and the address of the site."""
