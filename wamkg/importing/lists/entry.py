"""One entry of a list in any dialect: name, title, credits, links and labels."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from wamkg.identifiers import PartialDate
from wamkg.importing.links import (
    add_link,
    arxiv_of,
    color_of_badge,
    doi_of,
    is_broken_arxiv,
    is_link_label,
    is_scholarly,
    kind_of,
)
from wamkg.importing.lists.credits import REMARK_WORDS, Credits, is_arxiv_number, is_venue_label, read_credits
from wamkg.importing.lists.cutting import OWN_BRACKETS, PieceKind, is_short_name
from wamkg.importing.lists.heads import Head
from wamkg.importing.lists.inline import Inline
from wamkg.importing.lists.layout import YEAR_BEFORE, EntryLayout
from wamkg.importing.lists.spans import HeadPiece, label_links
from wamkg.importing.lists.title import COLONS, Choice, contains_name
from wamkg.importing.lists.words import is_common, is_telling, length_of, strip_marks, words_of
from wamkg.importing.venues import read_venue
from wamkg.matching.record import Dropped
from wamkg.matching.venues import is_acronym

_MAX_UNKNOWN = 8
"""Maximum number of unknown words beside a title for which known ones are still used."""


@dataclass(frozen=True)
class PrintedLabel:
    """A class label as printed: on a badge, in code style, or in a line of tags."""

    text: str
    facet: str = "badge"
    color: str | None = None


@dataclass
class ListEntry:
    """The values of one entry, before it is assigned to taxa."""

    line: int
    name: str | None = None
    title: str = ""
    venue: str | None = None
    year: int | None = None
    date: PartialDate | None = None
    date_kind: str = "released"
    authors: list[str] = field(default_factory=list)
    authors_cut: bool = False
    lone_author: bool = False
    """Whether the author is one capitalized phrase that nothing but its form makes a name."""
    links: dict[str, str] = field(default_factory=dict)
    arxiv: str | None = None
    doi: str | None = None
    labels: list[PrintedLabel] = field(default_factory=list)
    facets: list[tuple[str, str]] = field(default_factory=list)
    note: str | None = None
    printed: bool = False
    """Whether quotes or italics mark the title."""
    doubts: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Decide whether a single unmarked word is the title, or a name if the title must be looked up by id."""
        alone = length_of(self.title) == 1 and self.name in (None, self.title)
        if alone and not self.printed and self.title[-1:] not in "?!" and (self.arxiv or self.doi):
            self.title, self.name = "", self.title
        elif not self.title and self.name and not (self.arxiv or self.doi):
            self.title, self.name = self.name, None

    def take_name(self, printed: str) -> None:
        """Take a name; marks before it and a bracketed remark after it become facets."""
        name, marks = strip_marks(printed)
        self.add_marks(marks)
        found = _REMARK.match(name)
        if found and found["remark"].strip():
            name = found["name"]
            self.add_beside(found["remark"])
        self.name = name or None

    def add_marks(self, marks: Sequence[str]) -> None:
        """Store symbols as facets, each once."""
        self.facets += [("mark", mark) for mark in dict.fromkeys(marks) if ("mark", mark) not in self.facets]

    def add_link(self, label: str, url: str, kind: str | None = None) -> None:
        """Store a link under its kind. The first link to the paper gives its ids."""
        kind = kind or kind_of(label, url)
        add_link(self.links, kind, url)
        if is_broken_arxiv(url):
            self.doubts.append(Dropped(f"{url} has no valid arXiv number; no id is taken from it"))
        if kind == "paper" or is_scholarly(url):
            self.arxiv = self.arxiv or arxiv_of(url)
            self.doi = self.doi or doi_of(url)

    def add_beside(self, text: str) -> None:
        """Take venue, year, date, authors and remarks from words beside the title; known values stay."""
        found = read_credits(text)
        unknown = sum(length_of(words) for words in found.rest)
        if unknown > max(_MAX_UNKNOWN, length_of(text) // 2):
            return self.add_note(_as_note(text))
        self.add_credits(found)
        if found.rest:
            whole = ", ".join(found.rest) if found.found else _as_note(text)
            return self.add_note(whole) if length_of(whole) >= 4 else self.facets.append(("remark", whole))
        return None

    def add_credits(self, found: Credits) -> None:
        """Take the values recognized beside the title."""
        if _is_remark_like_a_name(found):
            return self.facets.append(("remark", found.authors[0]))
        self.venue, self.year = self.venue or found.venue, self.year or found.year
        self.date = self.date or found.date
        if found.authors and not self.authors:
            self.authors, self.authors_cut = list(found.authors), found.cut
            self.lone_author = len(found.authors) == 1 and not found.sure
        elif found.cut and self.authors:
            self.authors_cut = True
        self.facets += [("remark", remark) for remark in found.remarks]
        self.facets += [("affiliation", institution) for institution in found.institutions]
        return None

    def keep_author_as_remark(self) -> None:
        """Take back a lone author: in this list it is more likely a remark."""
        (phrase,) = self.authors
        self.authors, self.lone_author = [], False
        self.facets.append(("remark", phrase))
        self.doubts.append(f"{phrase!r} is read as a remark, since hardly any entry here names authors")

    def add_note(self, text: str) -> None:
        """Append to the note."""
        self.note = f"{self.note} {text}" if self.note else text

    @property
    def names_paper(self) -> bool:
        """Whether something here can only belong to a paper."""
        return "paper" in self.links or any(is_scholarly(url) for url in self.links.values())


def _as_note(text: str) -> str:
    return " ".join(text.split()).strip(" -–—:;,|·")


def read_entry(head: Head, layout: EntryLayout) -> ListEntry:
    """Read the head of an entry using the list's layout; without a title and a name, the entry reports that."""
    entry = ListEntry(head.line)
    choice = layout.choose(head)
    _read_links(head, entry, choice)
    _read_images(head.inline, entry)
    if choice.title is not None:
        _take_title(head, choice, layout, entry)
    return entry


def _read_links(head: Head, entry: ListEntry, choice: Choice) -> None:
    """Take the entry's links; a link to a paper in mid-sentence belongs to another paper."""
    people = _links_of_people(head.pieces, choice)
    labels = label_links(head.inline, enclosed=True)
    chosen = frozenset().union(*(head.pieces[n].links for n in (choice.title, choice.name) if n is not None))
    for link in head.links:
        if link.number in people and not link.names_paper:
            continue
        if link.names_paper and link.number not in labels | chosen and choice.title is not None:
            continue
        entry.add_link(link.label, link.url, link.kind)
        if is_venue_label(link.label):
            entry.add_credits(read_credits(link.label))
            continue
        venue, year, _ = read_venue(link.label)
        if year and not is_arxiv_number(link.label) and (is_link_label(link.label) or len(link.label.split()) <= 3):
            entry.venue, entry.year = entry.venue or venue, entry.year or year


def _links_of_people(pieces: Sequence[HeadPiece], choice: Choice) -> frozenset[int]:
    """Return the numbers of links to pages of authors."""
    credits = (p.links for n, p in enumerate(pieces) if p.kind is PieceKind.CREDITS and n != choice.title)
    return frozenset().union(*credits)


def _read_images(inline: Inline, entry: ListEntry) -> None:
    for atom in inline.atoms:
        if atom.link is not None or not (atom.code or atom.image):
            continue
        text = atom.text.strip()
        beside = read_credits(text) if text else Credits()
        id_in_badge = (
            arxiv_of(text.lower().removeprefix("arxiv ").strip()) if text.lower().startswith("arxiv") else None
        )
        if id_in_badge:
            entry.arxiv = entry.arxiv or id_in_badge
        elif atom.image and beside.complete and (beside.venue or beside.year or beside.date):
            entry.add_credits(beside)
        elif text and not beside.complete and (atom.code or _is_class_badge(atom.image or "", text)):
            entry.labels.append(PrintedLabel(text, "label" if atom.code else "badge", color_of_badge(atom.image or "")))


def _is_class_badge(src: str, text: str) -> bool:
    return "/badge/" in src and not is_link_label(text)


def _take_title(head: Head, choice: Choice, layout: EntryLayout, entry: ListEntry) -> None:
    assert choice.title is not None
    pieces = head.pieces
    piece = pieces[choice.title]
    name = pieces[choice.name] if choice.name is not None else None
    joined = name is not None and _is_joined(name, piece, layout)
    if name is not None:
        entry.take_name(name.text)
    title, marks = strip_marks(piece.text)
    entry.add_marks(marks)
    if dated := YEAR_BEFORE.match(title):
        title = _without_year(title, dated, layout, entry)
    whole = f"{name.text}{_colon_of(name)} {title}" if name is not None and joined else title
    title, short = _split_short_name(whole, entry, layout.ends_with_names)
    entry.printed = "q" in piece.style or "i" in piece.style
    for n in range(len(pieces)):
        if n not in (choice.title, choice.name):
            _take_other(head, n, layout, entry)
    entry.title, entry.name = title, short or leading_name(title) or None
    if not choice.sure:
        entry.doubts.append(
            f"the title {title!r} is a guess: nothing in the entry sets it off from what stands beside it"
        )


def _without_year(title: str, dated: re.Match[str], layout: EntryLayout, entry: ListEntry) -> str:
    """Take the year off "2021: Title" if the list prints years like that; otherwise it is part of the title."""
    if layout.leads_with_years:
        entry.year = entry.year or int(dated[1])
        return title[dated.end() :]
    if not (entry.year or entry.date):
        entry.doubts.append(f"{dated[1]} is read as part of the title {title!r}; it may be the year")
    return title


def _is_joined(name: HeadPiece, title: HeadPiece, layout: EntryLayout) -> bool:
    """Whether "**Name**: Rest" is one title with only its name in bold."""
    if name.after not in COLONS or name.after == "" or "q" in title.style or "i" in title.style:
        return False
    return name.before != "[" and layout.joins_names and not contains_name(title.text, name.text)


def _colon_of(name: HeadPiece) -> str:
    return name.after if name.after in COLONS else ":"


def _take_other(head: Head, number: int, layout: EntryLayout, entry: ListEntry) -> None:
    """Take a piece that is neither title nor name."""
    piece = head.pieces[number]
    if piece.links and piece.before == "[" and piece.after == "]":
        return
    if piece.kind is PieceKind.MARK:
        words, marks = strip_marks(piece.text)
        entry.add_marks(marks)
        found = read_credits(words)
        if found.complete and found.venue and not piece.links:
            entry.add_credits(found)
        elif words and not is_link_label(words) and "c" not in piece.style:
            entry.facets.append(("remark", words))
    elif piece.kind is PieceKind.BRACKET and layout.brackets_names and not entry.name and is_short_name(piece.text):
        entry.name = piece.text
    elif piece.kind in (PieceKind.TEXT, PieceKind.WEAK) and layout.are_authors(head, number):
        _take_group(piece.text, entry)
    elif piece.found is not None and not piece.found.rest:
        entry.add_credits(piece.found)
    elif "c" not in piece.style:
        entry.add_beside(piece.text)


def _is_remark_like_a_name(found: Credits) -> bool:
    """Whether one capitalized phrase is not a person: it has a word of titles or remarks, or an acronym ("Music
    Tokenizer", "Must Read").
    """
    if found.sure or len(found.authors) != 1 or found.venue or found.year:
        return False
    words = words_of(found.authors[0])
    return any(is_common(w) or (w.isupper() and len(w) > 1) or w.lower() in REMARK_WORDS for w in words)


def _take_group(text: str, entry: ListEntry) -> None:
    """Read words in the author position of this list as names of people or groups."""
    names = [part.strip(" *†‡") for part in re.split(r"[,;，、]", text)]
    if text.strip().lower() not in ("none", "unknown", "anonymous") and not entry.authors:
        entry.authors = [name for name in names if name]


_SHORT = re.compile(r"^(?P<title>.*\S)\s*\((?P<short>[^()]{1,40})\)\\?$")
_ACRONYM = re.compile(r"^(?P<name>\S+)\s+\((?P<words>[^()\s]+\s[^()]{1,100})\)$")
_REMARK = re.compile(r"^(?P<name>.*?\S)\s*[(\[](?P<remark>[^()\[\]]*)[)\]]$")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_PART = re.compile(r"^(?:part|chapter|section|volume|vol|lecture|paper|step|stage|phase|appendix)\s+[\divxlc]+$", re.I)


def _split_short_name(title: str, entry: ListEntry, usual: bool) -> tuple[str, str]:
    """Split "Some Title (Name)" into title and name; a venue or remark in the brackets goes to the entry.

    A name has an invented word, or the list usually prints names after titles (`usual`). In "NAME (Its Words in Full)"
    the single word is the name, and the title stays as printed; so do other words behind a single word.
    """
    name = entry.name or ""
    found = _SHORT.match(title)
    if not name and (full := _ACRONYM.match(title)) and is_acronym(full["name"], full["words"]):
        return title, full["name"]
    if not found or OWN_BRACKETS.fullmatch(found["short"]):
        return title, name
    short = found["short"].strip().rstrip("\\")
    beside = read_credits(short)
    if beside.complete and (beside.year or beside.remarks):
        entry.add_credits(beside)
        return found["title"], name
    if "," in short and (beside.year or beside.date):
        entry.add_beside(short)
        return found["title"], name
    words = short.split()
    behind_one_word = len(words) > 1 and len(found["title"].split()) == 1
    telling = any(is_telling(w) or w.isupper() for w in words) or (
        usual and any(c.isupper() or c.isdigit() for c in short)
    )
    if behind_one_word or len(words) > 3 or not telling:
        return title, name
    prefix = found["title"].partition(":")[0].strip()
    if found["short"].endswith("\\") and prefix.startswith(short):
        short = prefix
    return (found["title"], short) if not name else (title, name)


def leading_name(title: str) -> str:
    """Return the name in "Name: Rest of the Title": one invented word, or up to three words, one of them uncommon."""
    head, colon, rest = title.partition(":")
    if (
        not colon
        or not rest.strip()
        or len(head) > 30
        or "," in head
        or len(words_of(head)) > 3
        or _PART.match(head.strip())
    ):
        return ""
    return head.strip() if is_short_name(head) and not _YEAR.search(head) and "@" not in head else ""
