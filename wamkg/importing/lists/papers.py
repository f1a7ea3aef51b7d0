"""Which bullets, headings and lines name a paper, and which only name the list's own survey or lead elsewhere."""

from collections.abc import Sequence

from wamkg.identifiers import normalise, title_key
from wamkg.importing.links import is_link_label
from wamkg.importing.lists.accounting import OwnIds
from wamkg.importing.lists.entry import Entry, read_entry
from wamkg.importing.lists.fields import key_of, role_of
from wamkg.importing.lists.inline import Inline
from wamkg.importing.lists.title import find_title

_NO_PAPER = frozenset((
    "citation", "citations", "cite", "bibtex", "reference", "references", "news", "update", "updates", "content",
    "contents", "acknowledgement", "acknowledgements", "contact", "resource", "resources", "links", "related",
    "community", "contributing", "contribution", "contributions", "license",
))  # fmt: skip
"""Words of headings that are about the list."""


def is_paper(entry: Entry, inline: Inline) -> bool:
    """Whether a bullet names a paper: it leads to one, or has a marked title with a name, a link or a venue."""
    if entry.names_paper or entry.arxiv or entry.doi:
        return True
    found = find_title(inline)
    links = bool(entry.links)
    if found is None or not entry.title:
        return False
    printed = found.printed and len(entry.title.split()) >= 2
    dated = bool(entry.year and (entry.venue or entry.authors))
    return (printed and bool(found.name or dated or (links and len(entry.title.split()) >= 3))) or (dated and links)


def is_own(entry: Entry, own: OwnIds) -> bool:
    """Whether an entry only leads to the list's own survey; one that lists it under its title is a paper like any."""
    if not entry.arxiv or entry.arxiv not in own.ids:
        return False
    return title_key(entry.title) not in own.titles if own.titles else True


def paper_heading(inline: Inline, body: Sequence[Inline], line: int) -> Entry | None:
    """The entry that a heading is: it has a name and a marked title, or a title and a link to the paper.

    The link may stand in the heading, or in the lines right below it where these are only links and keyed lines.
    """
    entry = read_entry(inline, line)
    found = find_title(inline)
    if found is None or not (entry.title or entry.name):
        return None
    if entry.names_paper or (found.printed and entry.name and len(entry.title.split()) >= 2):
        return entry
    about_list = set(normalise(inline.text).split()) & _NO_PAPER or is_link_label(inline.text)
    if about_list or not entry.title or not _is_body_of_paper(body, line):
        return None
    return _dashed_heading(inline, line) if " - " in inline.text and not found.printed else entry


def _dashed_heading(inline: Inline, line: int) -> Entry:
    """The entry of "Name - Title - Venue 2025" without any mark of what is what."""
    name, title, *beside = (part.strip() for part in inline.text.split(" - "))
    entry = Entry(line, title=title)
    entry.take_name(name)
    for words in beside:
        entry.add_beside(words)
    return entry


def _is_body_of_paper(body: Sequence[Inline], line: int) -> bool:
    """Whether lines are those of links and keys below a paper's heading."""
    if not any(read_entry(part, line).names_paper for part in body):
        return False
    return all(_is_link_line(part) or _is_keyed(part) for part in body)


def _is_keyed(line: Inline) -> bool:
    key = key_of(line) or ""
    return role_of(key) is not None or (bool(key) and is_link_label(key))


def _is_link_line(line: Inline) -> bool:
    return not any(c.isalnum() for a in line.atoms if a.link is None and a.image is None for c in a.text)
