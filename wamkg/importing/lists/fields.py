"""Columns of a table and `**Key:** value` lines: which fact a heading word announces, and how it is taken."""

import re
from collections.abc import Sequence

from wamkg.identifiers import Precision
from wamkg.importing.catalogue import label_key
from wamkg.importing.links import colour_of_badge, is_link_label, kind_of
from wamkg.importing.lists.authors import split_authors
from wamkg.importing.lists.entry import Entry, Label, read_entry
from wamkg.importing.lists.inline import Inline
from wamkg.importing.lists.printed import strip_marks
from wamkg.importing.venues import read_date, read_venue

_SYNONYMS = {
    "title": ("title", "paper title", "full title"),
    "paper": ("paper", "publication", "work", "article", "reference"),
    "name": ("name", "method", "model", "approach", "abbreviation", "abbr", "acronym", "short name", "algorithm",
             "system", "dataset", "benchmark", "simulator", "metric", "policy"),
    "date": ("date", "released", "release", "release date", "time", "month", "published", "publication date",
             "submission date", "first release", "first arxiv month", "arxiv date", "submitted", "date released"),
    "year": ("year",),
    "venue": ("venue", "conference", "journal", "published in", "where", "conf", "venue and year", "published at"),
    "authors": ("author", "author s"),
    "links": ("link", "url", "resource", "material"),
    "note": ("tl dr", "tldr", "tl dr s", "summary", "note", "comment", "remark", "one line summary",
             "description"),
    "tags": ("tag", "label", "category", "keyword", "class", "taxonomy"),
}  # fmt: skip
_ROLES = {label_key(word): role for role, words in _SYNONYMS.items() for word in words}
_TITLE_ROLES = ("title", "paper", "name")
_TAG_BREAK = re.compile(r"\s+[-–—|/·•]\s+|\s*[,;|·•、]\s*|\n")
_NOTHING = frozenset(("", "n a", "na", "none", "tbd", "tba", "coming soon"))


def role_of(header: str) -> str | None:
    """Fact that a column or key announces, None for a facet of the list's own."""
    return _ROLES.get(label_key(header))


def roles_of(headers: Sequence[str]) -> list[str | None]:
    """Roles of a table's columns: one gives the title; other candidates give the name, links, or are facets."""
    roles = [role_of(header) for header in headers]
    chosen = next((role for role in _TITLE_ROLES if role in roles), None)
    if chosen is None:
        return roles
    title = roles.index(chosen)
    named = False
    for i, role in enumerate(roles):
        if i == title:
            roles[i] = "title"
        elif role in ("paper", "title"):
            roles[i] = "links"
        elif role == "name":
            roles[i] = None if named or is_link_label(headers[i]) else "name"
            named = named or roles[i] == "name"
    return roles


def is_date_of_first_arxiv(text: str) -> bool:
    """Whether a column's heading or explanation says that its date is the first submission to arXiv."""
    words = label_key(text).split()
    return "arxiv" in words and ("first" in words or "submission" in words or "arxiv date" in label_key(text))


def take_field(entry: Entry, header: str, role: str | None, cell: Inline) -> None:
    """Take one cell or line under its heading into the entry; what no role fits is kept as a facet."""
    text = cell.text
    if role is None and is_link_label(header) and cell.has_links:
        role = "links"
    if role in ("links", "paper"):
        _take_links(entry, header, cell)
    elif role == "tags":
        entry.labels += labels_of(cell, label_key(header))
        _take_label_links(entry, cell)
    elif label_key(text) in _NOTHING:
        return
    elif role == "date":
        _take_date(entry, header, text)
    elif role in ("year", "venue"):
        _take_venue(entry, role, text)
    elif role == "authors":
        _take_authors(entry, text)
    elif role == "note":
        entry.add_note(text)
    elif role == "name":
        entry.name = entry.name or strip_marks(text)[0]
    else:
        entry.facets.append((header, text))


def _take_links(entry: Entry, header: str, cell: Inline) -> None:
    for number, label in cell.link_labels().items():
        url = cell.hrefs[number]
        if not url.startswith("#"):
            own = is_link_label(label) and kind_of(label, url) != "other"
            entry.add_link(label if own or not is_link_label(header) else header, url)
    if cell.has_links:
        entry.add_beside(words_beside_links(cell))
    elif label_key(cell.text) not in _NOTHING and not is_link_label(cell.text):
        entry.facets.append((header, cell.text))


def _label_links(cell: Inline) -> dict[int, str]:
    """Links among tags that lead to the paper, its code and the like, with their labels."""
    labels = cell.link_labels().items()
    return {n: label for n, label in labels if is_link_label(label) and not cell.hrefs[n].startswith("#")}


def _take_label_links(entry: Entry, cell: Inline) -> None:
    for number, label in _label_links(cell).items():
        entry.add_link(label, cell.hrefs[number])


def _take_date(entry: Entry, header: str, text: str) -> None:
    date = read_date(text)
    if date is None:
        venue, year, _ = read_venue(text)
        entry.venue, entry.year = entry.venue or venue, entry.year or year
        if year is None:
            entry.facets.append((header, text))
        return
    if date.precision is Precision.YEAR:
        entry.year = entry.year or date.first.year
        return
    entry.date = date
    if is_date_of_first_arxiv(header):
        entry.date_kind = "arxiv_v1"


def _take_venue(entry: Entry, role: str, text: str) -> None:
    venue, year, rest = read_venue(text)
    entry.year = year or entry.year
    if venue:
        entry.venue = venue
    elif role == "venue" and year is None:
        entry.venue = text
    if rest and (venue or year):
        entry.facets.append(("remark", rest))


def _take_authors(entry: Entry, text: str) -> None:
    authors = split_authors(text)
    if authors:
        entry.authors = authors
    else:
        entry.facets.append(("authors", text))


def labels_of(cell: Inline, facet: str) -> list[Label]:
    """Class labels in a line or cell of tags: badges and code first, then words parted by dashes, commas or bars."""
    drawn = [
        Label(a.text.strip(), "badge" if a.image else "label", colour_of_badge(a.image or ""))
        for a in cell.atoms
        if a.text.strip() and (a.code or (a.image and "/badge/" in a.image))
    ]
    leading_out = _label_links(cell)
    kept = [a for a in cell.atoms if not a.code and not a.image and a.link not in leading_out]
    words = Inline(kept, cell.hrefs).text
    parts = (part.strip(" .[]*_") for part in _TAG_BREAK.split(words))
    return drawn + [Label(part, facet) for part in parts if any(c.isalnum() for c in part)]


def absorb(entry: Entry, lines: Sequence[Inline], first_is_head: bool = False) -> None:
    """Take the lines below an entry's head: keyed lines by their key, others as more links, badges and a note."""
    for line in lines[1:] if first_is_head else lines:
        key = key_of(line)
        role = role_of(key) if key else None
        if key and (role or is_link_label(key) or _is_bold_key(line)):
            take_field(entry, key, role, without_key(line))
        else:
            _absorb_plain(entry, line)


def _absorb_plain(entry: Entry, line: Inline) -> None:
    more = read_entry(line, entry.line)
    for kind, url in more.links.items():
        entry.add_link("", url, kind.partition("-")[0])
    entry.arxiv, entry.doi = entry.arxiv or more.arxiv, entry.doi or more.doi
    entry.labels += more.labels
    words = words_beside_links(line)
    if any(c.isalnum() for c in words):
        entry.add_beside(words[:500])


def words_beside_links(line: Inline) -> str:
    """The words of a line that are no image, no code and no link's label."""
    kept = [a for a in line.atoms if a.image is None and not a.code and a.link is None]
    return Inline(kept, line.hrefs).text.strip(" -–—|·•[](),")


def key_of(line: Inline) -> str | None:
    """Key of a line of the form `**Key:** value` or `Key: value`; None where the line has no such form."""
    head = re.split(r"[:：]", line.text, maxsplit=1)
    key = strip_marks(head[0].strip(" *_-"))[0]
    fits = len(head) == 2 and 0 < len(key.split()) <= 3 and len(key) <= 30 and '"' not in key
    return key if fits and not head[1].startswith("//") else None


def _is_bold_key(line: Inline) -> bool:
    first = next((a for a in line.atoms if a.text.strip()), None)
    return first is not None and first.bold and first.link is None


def without_key(line: Inline) -> Inline:
    """The line without the words up to its first colon."""
    for i, atom in enumerate(line.atoms):
        parts = re.split(r"[:：]", atom.text, maxsplit=1)
        if len(parts) == 2 and atom.image is None and atom.link is None:
            rest = type(atom)(parts[1], code=atom.code)
            return Inline([rest, *line.atoms[i + 1 :]], line.hrefs)
    return line
