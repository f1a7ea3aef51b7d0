"""BibTeX: one entry per paper under its citation key, ready for a manuscript."""

import re
from collections.abc import Callable, Iterator, Sequence

from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.model import Entry, Field
from sqlmodel import Session

from wamkg.exporting.characters import controls_in
from wamkg.exporting.jsonl import CHUNK, stated_dates
from wamkg.exporting.latex import bibtex_address, bibtex_text
from wamkg.identifiers import Precision
from wamkg.importing.importer import DERIVED_YEAR
from wamkg.matching.entry_types import VENUE_FIELD, default_type, venue_field
from wamkg.matching.title_braces import DETAIL as BRACES
from wamkg.matching.title_braces import protected_parts
from wamkg.names import PersonName, bibtex_name, parse_name
from wamkg.store.base import chunks
from wamkg.store.paper_details import EventRow, PaperRow, events_of, names_of, paper_rows
from wamkg.views.citation_keys import citation_keys
from wamkg.views.duplicates import ExportedWorks
from wamkg.views.papers import PaperItem
from wamkg.vocabulary import EventKind

Form = Callable[[dict[str, str]], dict[str, str]]
"""Turns the fields of an entry into those of a dialect."""
_BIBLATEX = {
    "journal": "journaltitle", "address": "location", "archiveprefix": "eprinttype", "primaryclass": "eprintclass",
    "school": "institution",
}  # fmt: skip
_ENTRY_TYPE = re.compile(r"[a-z][a-z-]*")
_NO_ENTRY = frozenset({"string", "comment", "preamble"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ADDRESSES = frozenset({"url", "doi", "eprint", "urldate", "eid", "pmid", "pmcid"})
_PEOPLE = frozenset({"editor", "editora", "translator", "bookauthor"})
_OF_ENTRY = frozenset({BRACES, VENUE_FIELD})
"""Details that say how the entry is written, and are no fields of it."""
_ORDER = ("title", "author", "editor", "journal", "booktitle", "howpublished", "school", "institution", "organization")
"""Fields that come first; the others follow in any order."""


def export_bibtex(session: Session, papers: Sequence[int] | None = None) -> Iterator[str]:
    """The papers of the library as BibTeX entries by slug, one per work, without unknown values.

    A comment at the end gives the number of invalid characters that were left out.
    """
    return _export(session, papers, dict)


def export_biblatex(session: Session, papers: Sequence[int] | None = None) -> Iterator[str]:
    """The same with the fields of BibLaTeX, for biber."""
    return _export(session, papers, as_biblatex)


def as_biblatex(fields: dict[str, str]) -> dict[str, str]:
    """The fields with the names of BibLaTeX's manual: `journaltitle`, `date`, `location`, `eprinttype`. The types of
    entries stay, since BibLaTeX knows BibTeX's.

    A year that is not four digits, and a month that is not one month, stay as they are.
    """
    renamed = {_BIBLATEX.get(name, name): value for name, value in fields.items()}
    year, month, day = (fields.get(name, "").strip("{}") for name in ("year", "month", "day"))
    if year.isdecimal() and len(year) == 4 and (not month or month in _MONTHS) and DERIVED_YEAR not in fields:
        parts = [year, *([f"{_MONTHS.index(month) + 1:02}"] if month else [])]
        parts += [f"{int(day):02}"] if month and day.isdecimal() else []
        renamed = {"date": "{" + "-".join(parts) + "}"} | renamed
        for name in ("year", "month", "day")[: len(parts)]:
            renamed.pop(name, None)
    return renamed


def bibtex_citations(session: Session, papers: Sequence[int]) -> Iterator[str]:
    """The BibTeX entry of each of these papers, in their order, each followed by its own comment."""
    for entry, left_out in _entries(session, papers, dict):
        yield entry + _note(left_out)


def _export(session: Session, papers: Sequence[int] | None, form: Form) -> Iterator[str]:
    total = 0
    for entry, left_out in _entries(session, papers, form):
        yield entry
        total += left_out
    if total:
        yield _note(total)


def _note(left_out: int) -> str:
    return f"% Control characters, which no file takes: {left_out} left out.\n" if left_out else ""


def _entries(session: Session, papers: Sequence[int] | None, form: Form) -> Iterator[tuple[str, int]]:
    """Each entry, and how many invalid characters it left out."""
    works = ExportedWorks(session, papers)
    keys = citation_keys(session, works.numbers)
    for numbers in chunks(works.numbers, CHUNK):
        rows, names, events = (
            paper_rows(session, numbers, texts=False),
            names_of(session, numbers),
            events_of(session, numbers),
        )
        texts = works.texts(numbers)
        for number, item in zip(numbers, works.items(numbers), strict=True):
            entry = _BibtexEntry(item, rows[number], names.get(number, []), events.get(number, []))
            entry.abstract = texts[number][0]
            fields = form(entry.fields())
            library = Library([Entry(entry.type, keys[number], [Field(*pair) for pair in fields.items()])])
            yield write_string(library, unparse_stack=[]) + "\n", entry.left_out


class _BibtexEntry:
    """A BibTeX entry of one paper; values are in braces or a macro."""

    def __init__(self, item: PaperItem, row: PaperRow, names: list[PersonName], events: list[EventRow]) -> None:
        self.item, self.row, self.names, self.events = item, row, names, events
        known = item.type if item.type and _ENTRY_TYPE.fullmatch(item.type) and item.type not in _NO_ENTRY else None
        self.type = known or default_type(item.venue)
        self.details: dict[str, str] = row.details or {}
        self.abstract: str | None = None
        self.left_out = 0

    def fields(self) -> dict[str, str]:
        """The values of the entry by field, without unknown ones."""
        item = self.item
        values: dict[str, str | None] = {
            "title": self._title(),
            "author": self._people(self.names, item.authors_cut),
            venue_field(self.type, self.details.get(VENUE_FIELD)): self._venue(),
            "volume": self._text(item.volume),
            "number": self._text(item.number),
            "pages": self._pages(),
            "publisher": self._text(item.publisher),
            "eprint": bibtex_address(item.arxiv or ""),
            "archiveprefix": "arXiv" if item.arxiv else None,
            "doi": bibtex_address(item.doi or ""),
            "url": bibtex_address(item.url or ""),
            "abstract": self._text(self.abstract),
        }
        written = {name: "{" + value + "}" for name, value in values.items() if value}
        written = self._dates() | written
        for name, value in sorted(self.details.items()):
            if name not in written and name not in _OF_ENTRY and _ENTRY_TYPE.fullmatch(name) and value:
                macro = _month_macro(value) if name == "month" else None
                written[name] = macro or "{" + self._detail(name, value) + "}"
        first = {name: written[name] for name in _ORDER if name in written}
        return first | written

    def _text(self, text: str | None) -> str:
        self.left_out += controls_in(text or "")
        return bibtex_text(text or "")

    def _title(self) -> str:
        """The title with the braces that it came in with; in one pair of braces where none are known."""
        parts = protected_parts(self.item.title, self.details.get(BRACES))
        return "".join(self._protected(text) if protected else self._piece(text) for text, protected in parts)

    def _protected(self, text: str) -> str:
        """In braces; in two pairs before a command, since BibTeX takes "{\\..." for a letter and changes its case."""
        written = self._text(text)
        return "{{" + written + "}}" if written.startswith("\\") else "{" + written + "}"

    def _piece(self, text: str) -> str:
        """A part of a text, with the blanks around it."""
        before, behind = (" " if edge.isspace() else "" for edge in (text[:1], text[-1:]))
        return before + self._text(text) + (behind if text.strip() else "")

    def _venue(self) -> str:
        item = self.item
        if item.venue == "arXiv" and item.arxiv and self.type == "article":
            return f"arXiv preprint arXiv:{item.arxiv}"
        return self._text(item.venue)

    def _pages(self) -> str:
        return re.sub(r"(?<=[0-9A-Za-z])\s*[-\u2013\u2014]+\s*(?=[0-9A-Za-z])", "--", self._text_of_pages())

    def _text_of_pages(self) -> str:
        return self._text((self.item.pages or "").replace("--", "-"))

    def _people(self, names: list[PersonName], cut: bool) -> str:
        return " and ".join([bibtex_name(name, self._text) for name in names] + ["others"] * (cut and bool(names)))

    def _detail(self, name: str, value: str) -> str:
        if name in _ADDRESSES:
            return bibtex_address(value)
        return self._text(value) if name not in _PEOPLE else self._listed(value)

    def _listed(self, value: str) -> str:
        """An imported list of people in BibTeX form."""
        parts = [part for part in re.split(r"\s+and\s+(?![^{]*\})", value) if part]
        people = [_person(part) for part in parts if part != "others"]
        return self._people(people, "others" in parts)

    def _dates(self) -> dict[str, str]:
        """Year and month. A year derived from a date is marked, so that a later import knows it is derived."""
        stated, year = self.item.stated_year, self.item.year
        when = stated_dates(self.events).get(EventKind.VENUE)
        dates: dict[str, str] = {}
        if "month" in self.details:
            when = None  # the month as its entry has it, which may be more than one
        if when is not None and year in (None, when.first.year) and when.precision is not Precision.YEAR:
            dates["month"] = _MONTHS[when.first.month - 1]
            dates |= {"day": f"{{{when.first.day}}}"} if when.precision is Precision.DAY else {}
        if year and not stated:
            dates[DERIVED_YEAR] = "{true}"
        return {"year": f"{{{year}}}"} | dates if year else dates


def _month_macro(value: str) -> str | None:
    """BibTeX's macro for a month given as a number or a macro name; None for other text."""
    if value.isdecimal() and 1 <= int(value) <= len(_MONTHS):
        return _MONTHS[int(value) - 1]
    return value.lower() if value.lower() in _MONTHS else None


def _person(text: str) -> PersonName:
    whole = text.startswith("{") and text.endswith("}")
    return PersonName(literal=text[1:-1]) if whole else parse_name(text)
