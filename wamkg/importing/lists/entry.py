"""One entry of a list, whatever its dialect: name, title, what stands beside them, links and labels."""

import re
from dataclasses import dataclass, field

from wamkg.identifiers import PartialDate
from wamkg.importing.links import arxiv_of, colour_of_badge, doi_of, is_link_label, is_scholarly, kind_of
from wamkg.importing.lists.inline import Inline
from wamkg.importing.lists.printed import read_beside, strip_marks
from wamkg.importing.lists.title import Heading, find_title
from wamkg.importing.venues import read_venue

_MOST_LINKS = 64
"""Links read of one entry; no paper has more of its own."""


@dataclass(frozen=True)
class Label:
    """A class label as printed: on a badge, in code style, or in a line of tags."""

    text: str
    facet: str = "badge"
    colour: str | None = None


@dataclass
class Entry:
    """The facts of one entry, before they are placed in a taxonomy."""

    line: int
    name: str | None = None
    title: str = ""
    venue: str | None = None
    year: int | None = None
    date: PartialDate | None = None
    date_kind: str = "released"
    authors: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    arxiv: str | None = None
    doi: str | None = None
    labels: list[Label] = field(default_factory=list)
    facets: list[tuple[str, str]] = field(default_factory=list)
    note: str | None = None
    printed: bool = False
    """Whether the title was marked as one by quotes or italics."""

    def settle(self) -> None:
        """Take a lone unmarked word for the name of a paper whose title its id must tell."""
        alone = len(self.title.split()) == 1 and self.name in (None, self.title)
        if alone and not self.printed and (self.arxiv or self.doi):
            self.title, self.name = "", self.title

    def take_name(self, printed: str) -> None:
        """Take a name; marks in front of it and a remark in brackets behind it are facets."""
        name, marks = strip_marks(printed)
        self.facets += [("mark", mark) for mark in marks if ("mark", mark) not in self.facets]
        found = _REMARK.match(name)
        if found and found["remark"].strip():
            name = found["name"]
            self.add_beside(found["remark"])
        self.name = name or None

    def add_link(self, label: str, url: str, kind: str | None = None) -> None:
        """Keep a link under its kind; a second one of a kind is `code-2`. The paper's first link gives its ids."""
        kind = kind or kind_of(label, url)
        if url in self.links.values() and kind in self.links:
            return
        number, key = 1, kind
        while key in self.links:
            number += 1
            key = f"{kind}-{number}"
        self.links[key] = url
        if kind == "paper" or is_scholarly(url):
            self.arxiv = self.arxiv or arxiv_of(url)
            self.doi = self.doi or doi_of(url)

    def add_beside(self, text: str) -> None:
        """Take venue, year, date, authors and remarks from the words beside the title; what is known stays."""
        printed = read_beside(text)
        self.venue, self.year = self.venue or printed.venue, self.year or printed.year
        self.date = self.date or printed.date
        self.authors = self.authors or printed.authors
        if printed.partial_authors:
            self.facets.append(("authors", printed.partial_authors))
        self.facets += [("remark", remark) for remark in printed.remarks]
        if printed.note:
            self.add_note(printed.note)

    def add_note(self, text: str) -> None:
        """Append to the note."""
        self.note = f"{self.note} {text}" if self.note else text

    @property
    def names_paper(self) -> bool:
        """Whether something here can only be a paper's."""
        return "paper" in self.links or any(is_scholarly(url) for url in self.links.values())


def read_entry(inline: Inline, line: int) -> Entry:
    """Read the runs of a bullet, heading or cell. An entry without title and name says that none was found."""
    entry = Entry(line)
    _read_links(inline, entry)
    _read_images(inline, entry)
    found = find_title(inline)
    if found is not None:
        _take_heading(found, entry)
    return entry


def _read_links(inline: Inline, entry: Entry) -> None:
    for number, label in list(inline.link_labels().items())[:_MOST_LINKS]:
        url = inline.hrefs[number]
        if not url.startswith("#"):
            entry.add_link(label, url)
            venue, year, _ = read_venue(label)
            if year and (is_link_label(label) or len(label.split()) <= 3):
                entry.venue, entry.year = entry.venue or venue, entry.year or year


def _read_images(inline: Inline, entry: Entry) -> None:
    for atom in inline.atoms:
        if atom.link is not None or not (atom.code or atom.image):
            continue
        text = atom.text.strip()
        beside = read_beside(text)
        id_in_badge = (
            arxiv_of(text.lower().removeprefix("arxiv ").strip()) if text.lower().startswith("arxiv") else None
        )
        if id_in_badge:
            entry.arxiv = entry.arxiv or id_in_badge
        elif beside.venue or beside.year or beside.date:
            entry.add_beside(text)
        elif text and (atom.code or _is_class_badge(atom.image or "", text)):
            entry.labels.append(Label(text, "label" if atom.code else "badge", colour_of_badge(atom.image or "")))


def _is_class_badge(src: str, text: str) -> bool:
    return "/badge/" in src and not is_link_label(text)


def _take_heading(found: Heading, entry: Entry) -> None:
    title, marks = strip_marks(found.title)
    entry.facets += [("mark", mark) for mark in dict.fromkeys(marks)]
    entry.take_name(found.name or "")
    title, name = _split_short_name(title, entry.name or "", entry)
    for text in found.beside:
        entry.add_beside(text)
    entry.title, entry.name, entry.printed = title, name or _leading_name(title) or None, found.printed


_SHORT = re.compile(r"^(?P<title>.*\S)\s*\((?P<short>[^()]{1,40})\)\\?$")
_REMARK = re.compile(r"^(?P<name>.*?\S)\s*[(\[](?P<remark>[^()\[\]]*)[)\]]$")
_GENERIC = frozenset((
    "learning", "survey", "review", "robot", "robots", "robotics", "model", "models", "control", "world",
    "vision", "language", "data", "towards",
))  # fmt: skip


def _split_short_name(title: str, name: str, entry: Entry) -> tuple[str, str]:
    """Title and name of "Some Title (Name)"; a venue or a remark in the brackets goes to the entry."""
    found = _SHORT.match(title)
    if not found:
        return title, name
    short = found["short"].strip().rstrip("\\")
    venue, year, _ = read_venue(short)
    if (
        (venue and year)
        or year
        or short.lower() in ("oral", "spotlight", "poster", "highlight", "best paper", "survey")
    ):
        entry.add_beside(short)
        return found["title"], name
    if len(short.split()) > 3 or not any(c.isupper() or c.isdigit() for c in short):
        return title, name
    prefix = found["title"].partition(":")[0].strip()
    if found["short"].endswith("\\") and prefix.startswith(short):
        short = prefix
    return (found["title"], short) if not name else (title, name)


def _leading_name(title: str) -> str:
    """Name in front of "Name: Rest of the Title": one word, or up to three that do not read like plain words."""
    head, colon, rest = title.partition(":")
    words = head.split()
    if not colon or not rest.strip() or len(head) > 30 or "," in head or not 1 <= len(words) <= 3:
        return ""
    telling = any(any(c.isdigit() or c.isupper() for c in w[1:]) for w in words)
    plain = any(w.lower() in _GENERIC for w in words) and not telling
    return "" if plain or (len(words) == 3 and not telling) or not words[0][0].isalnum() else head.strip()
