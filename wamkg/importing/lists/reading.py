"""Read a list after its structure is gathered: first learn its layouts, then read every entry."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from wamkg.importing.lists.credits import read_credits
from wamkg.importing.lists.document import Candidate, ListDocument
from wamkg.importing.lists.entry import ListEntry, read_entry
from wamkg.importing.lists.keyed_fields import absorb, role_of_key, take_field
from wamkg.importing.lists.layout import EntryLayout, learn
from wamkg.importing.lists.paper_entries import is_list_survey
from wamkg.importing.lists.tables import take_cells
from wamkg.importing.lists.unread_ids import excerpt
from wamkg.importing.lists.words import length_of, strip_marks
from wamkg.matching.record import UnreadableLine

_LONG_NAME = 5
"""Number of words from which a cell under Name or Model is a title."""
_MANY = 6
"""Minimum number of entries to say that a list hardly ever names authors."""
_NAMED_ONE_IN = 4
"""A list that names authors at all names them in at least one of this many entries."""


@dataclass(frozen=True)
class Listed:
    """An entry and the number of its section."""

    entry: ListEntry
    section: int | None


@dataclass
class Read:
    """The entries of a list in reading order, and unreadable lines that name a paper."""

    listed: list[Listed] = field(default_factory=list)
    unreadable: list[UnreadableLine] = field(default_factory=list)


def read_entries(document: ListDocument, lines: Sequence[str]) -> Read:
    """Read every entry using the layout learned from all entries of its form."""
    layouts = layouts_of(document.candidates)
    read = Read(unreadable=list(document.unreadable))
    for candidate in document.candidates:
        entry = _read(candidate, layouts[candidate.form], document)
        if is_list_survey(entry, document.own):
            continue
        entry.settle()
        known = entry.name or (candidate.row and entry.authors)
        if entry.title or (known and (entry.arxiv or entry.doi)):
            read.listed.append(Listed(entry, candidate.section))
        elif candidate.certain:
            reason = "a table row without a title" if candidate.row else "a link to a paper but no title"
            read.unreadable.append(UnreadableLine(entry.line, reason, excerpt(lines, entry.line)))
    _doubt_lone_authors([each.entry for each in read.listed])
    return read


def _doubt_lone_authors(entries: Sequence[ListEntry]) -> None:
    """In a list that hardly ever names authors, one capitalized phrase beside a title is a remark."""
    named = sum(bool(entry.authors) for entry in entries)
    if len(entries) < _MANY or named * _NAMED_ONE_IN >= len(entries):
        return
    for entry in entries:
        if entry.lone_author:
            entry.keep_author_as_remark()


def layouts_of(candidates: Sequence[Candidate]) -> dict[str, EntryLayout]:
    """Return the layouts of each form of entry."""
    forms: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        forms[candidate.form].append(candidate)
    return {form: learn(c.head for c in some) for form, some in forms.items()}


def _read(candidate: Candidate, layout: EntryLayout, document: ListDocument) -> ListEntry:
    entry = _read_name(candidate) if _is_name_cell(candidate) else read_entry(candidate.head, layout)
    entry.doubts += candidate.doubts
    if candidate.table is not None and candidate.row is not None:
        if candidate.body:  # more cells than columns
            take_links_only(entry, candidate)
        else:
            take_cells(entry, candidate.table, candidate.row, document.columns)
    for key, value in candidate.pairs:
        take_field(entry, key, role_of_key(key), value)
    absorb(entry, candidate.body)
    return entry


def _is_name_cell(candidate: Candidate) -> bool:
    """Whether the head is a cell in a column of method names, not titles."""
    table, text = candidate.table, candidate.head.inline.text
    if table is not None and read_credits(text).complete and read_credits(text).cut:
        return True
    return table is not None and table.title is None and length_of(text) < _LONG_NAME and ": " not in text


def _read_name(candidate: Candidate) -> ListEntry:
    """Read an entry that consists only of a name."""
    entry = ListEntry(candidate.head.line)
    name, marks = strip_marks(candidate.head.inline.text)
    entry.add_marks(marks)
    found = read_credits(name)
    if found.complete and found.cut:
        entry.add_credits(found)
    else:
        entry.name = name or None
    for link in candidate.head.links:
        entry.add_link(link.label, link.url, link.kind)
    return entry


def take_links_only(entry: ListEntry, candidate: Candidate) -> None:
    """Take the links of a row whose cells do not match their headings."""
    for cell in candidate.row.cells if candidate.row else []:
        if cell is not candidate.head.inline:
            for number, label in cell.link_labels().items():
                entry.add_link(label, cell.hrefs[number])
