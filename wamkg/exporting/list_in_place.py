"""Somebody's own list, brought up to date in place: only the lines of papers that moved, came or went change."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.exporting.into import BEGIN, END
from wamkg.exporting.list_entries import EntryLines, entry_lines, new_entry, words_of
from wamkg.identifiers import title_key
from wamkg.importing.importer import taxonomy_matcher
from wamkg.importing.lists.awesome_list import parse_list
from wamkg.importing.parse_result import ParseResult
from wamkg.importing.taxonomy_index import TaxonomyIndex
from wamkg.matching.known import known_for
from wamkg.matching.record import Record
from wamkg.matching.same_paper import match
from wamkg.store.assignments import PrimaryPlacement, primary_placements
from wamkg.store.duplicates import load_work_groups
from wamkg.store.taxonomies import list_taxonomies
from wamkg.store.taxonomy_edits import are_on_one_branch, is_same_or_descendant
from wamkg.views.papers import PaperItem, paper_items
from wamkg.vocabulary import Standing

_HEADING = re.compile(r"\s{0,3}#{1,6}\s|\s*<h[1-6]", re.I)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$")
LIST_SOURCE = "list:"
MAX_SAMPLE = 300
"""Entries from which the words of the form are learned."""


@dataclass
class UpdatedList:
    """The new text, and what had to be left as it was, one sentence each."""

    text: str
    left: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


def update_list(session: Session, text: str, name: str, taxonomies: Sequence[str] = ()) -> UpdatedList:
    """A list with the decisions of the store: papers move to the section of their class, new ones are added behind the
    last of their class in the form of their neighbor, and excluded ones are taken out. All other bytes stay.

    Each change is read back; one that is not read as meant is not made, and is listed in `left`. Raises
    InvalidInputError if the text has no entry of a paper.
    """
    slugs = list(taxonomies) or [taxonomy.slug for taxonomy in list_taxonomies(session)]
    index = TaxonomyIndex(tuple(taxonomy_matcher(session, slug) for slug in slugs))
    updater = _Updater(session, text, name, index)
    if not updater.records:
        raise InvalidInputError(f"{name} has no entry of a paper; put the lines `{BEGIN}` and `{END}` where one may go")
    return updater.run()


@dataclass(frozen=True)
class _ListEdit:
    """Lines that go (`remove`), and lines that come behind line `at`."""

    about: str
    remove: EntryLines | None
    at: int | None
    lines: tuple[str, ...]
    paper: int
    path: str
    taxonomy: str


class _Updater:
    def __init__(self, session: Session, text: str, name: str, index: TaxonomyIndex) -> None:
        self.session, self.text, self.name, self.index = session, text, name, index
        self.lines = _LINE.findall(text)
        self.end = next((line[len(line.rstrip("\r\n")) :] for line in self.lines), "\n") or "\n"
        self.result = parse_list(text, name, index)
        self.records = self.result.records()
        self.groups = load_work_groups(session)
        self.papers = [number for number, _ in _with_papers(session, self.result)]
        self.left: list[str] = []

    def run(self) -> UpdatedList:
        edits = [edit for used in self.result.taxonomies for edit in self._edits(used.taxonomy.slug)]
        edits += self._excluded({edit.paper for edit in edits})
        made = self._made(edits)
        text = self._applied(made)
        return UpdatedList(text, self.left, [edit.about for edit in made])

    def _edits(self, slug: str) -> list[_ListEdit]:
        wanted = primary_placements(self.session, slug)
        listed: dict[int, list[int]] = {}
        for n, paper in enumerate(self.papers):
            for number in self.groups.members(paper) if paper is not None else ():
                listed.setdefault(number, []).append(n)
        items = dict(zip(wanted, paper_items(self.session, list(wanted)), strict=True))
        edits = []
        for number, placement in wanted.items():
            item = items[number]
            if item.standing == Standing.EXCLUDED:
                continue
            if number in listed:
                edits += self._moved(listed[number], number, placement, slug)
            elif not self._stands_here(item):
                edits += self._added(item, number, placement, slug)
        return edits

    def _stands_here(self, item: PaperItem) -> bool:
        """Whether the text names a paper, in whatever form: its entry may be one that cannot be read as it."""
        ids = (item.arxiv, item.doi, item.url, item.title)
        return any(value and value in self.text for value in ids) or title_key(item.title) in self._titles

    @cached_property
    def _titles(self) -> set[str]:
        return {title_key(record.title) for record in self.records}

    def _moved(self, places: Sequence[int], number: int, placement: PrimaryPlacement, slug: str) -> list[_ListEdit]:
        """A move of the entry, if a person decided otherwise than the list."""
        said = [p.taxon for n in places for p in self.records[n].placements if p.taxonomy == slug and p.taxon]
        if placement.source.startswith(LIST_SOURCE) or any(are_on_one_branch(path, placement.path) for path in said):
            return []
        record = self.records[places[0]]
        about = f"line {record.line}: {record.title or record.method}: to {placement.path}"
        span = self._span(record)
        neighbor = self._neighbor(slug, placement.path, leaving=places[0])
        if span.kind == "html" or neighbor is None or self._span(self.records[neighbor]).kind != span.kind:
            self.left.append(f"{about}: the list has no place for it in this form; move it by hand")
            return []
        lines = [self._without_state(line) for line in self.lines[span.start : span.end]]
        at = self._span(self.records[neighbor]).end
        return [_ListEdit(about, span, at, tuple(lines), number, placement.path, slug)]

    def _added(self, item: PaperItem, number: int, placement: PrimaryPlacement, slug: str) -> list[_ListEdit]:
        about = f"{item.method or item.title}: new in {placement.path}"
        neighbor = self._neighbor(slug, placement.path)
        span = self._span(self.records[neighbor]) if neighbor is not None else None
        if neighbor is None or span is None or span.kind == "html":
            self.left.append(f"{about}: the list has no entry of this class to follow; add it by hand")
            return []
        lines = new_entry(self.lines[span.start : span.end], self.records[neighbor], item, span.kind, self._usual_words)
        if not lines:
            self.left.append(f"{about}: the form of the entries cannot be followed; add it by hand")
            return []
        return [
            _ListEdit(about, None, span.end, tuple(line + self.end for line in lines), number, placement.path, slug)
        ]

    def _excluded(self, edited: set[int]) -> list[_ListEdit]:
        numbers = sorted({paper for paper in self.papers if paper is not None} - edited)
        gone = {n for n, item in zip(numbers, paper_items(self.session, numbers), strict=True)
                if item.standing == Standing.EXCLUDED}  # fmt: skip
        edits = []
        for record, paper in zip(self.records, self.papers, strict=True):
            if paper in gone and paper is not None:
                span, about = self._span(record), f"line {record.line}: {record.title}: excluded"
                if span.kind == "html":
                    self.left.append(f"{about}; take it out by hand")
                else:
                    edits.append(_ListEdit(about, span, None, (), paper, "", ""))
        return edits

    @cached_property
    def _usual_words(self) -> frozenset[str]:
        """Words that a quarter of the entries print: those of the form, such as "paper" and "code"."""
        spans = [self._span(record) for record in self.records[:MAX_SAMPLE]]
        counted = Counter(word for s in spans for word in words_of("".join(self.lines[s.start : s.end])))
        return frozenset(w for w, times in counted.items() if 4 * times >= len(spans) and not w.isdigit())

    def _neighbor(self, slug: str, path: str, leaving: int | None = None) -> int | None:
        """The last entry of a class: of the class itself, else the last below it."""
        own, below = None, None
        for n, record in enumerate(self.records):
            paths = [p.taxon for p in record.placements[:1] if p.taxonomy == slug and p.taxon]
            if n != leaving and path in paths:
                own = n
            elif n != leaving and any(is_same_or_descendant(one, path) for one in paths):
                below = n
        return own if own is not None else below

    def _span(self, record: Record) -> EntryLines:
        following = [other.line for other in self.records if other.line > record.line]
        headings = (n + 1 for n in range(record.line, len(self.lines)) if _HEADING.match(self.lines[n]))
        ends = [min(following, default=len(self.lines) + 1), next(headings, len(self.lines) + 1)]
        return entry_lines(self.lines, record.line, min(ends))

    def _without_state(self, line: str) -> str:
        """A line without a label that says that the entry waits for a decision."""

        def keep(found: re.Match[str]) -> str:
            words = re.sub(r"-[0-9a-fA-F]{6}$", "", found[1].rpartition("/")[2].replace("--", " "))
            return "" if self.index.state_of(words) else found[0]

        return re.sub(r"[ \t]*!\[[^\]]*\]\(([^)\s]*)\)", keep, line)

    def _made(self, edits: Sequence[_ListEdit]) -> list[_ListEdit]:
        """The edits that are read back as they are meant; the others are listed."""
        made = list(edits)
        while made:
            wrong = self._misread(made)
            if not wrong:
                return made
            self.left += [f"{edit.about}: its labels or its form say otherwise; change it by hand" for edit in wrong]
            made = [edit for edit in made if edit not in wrong]
        return made

    def _misread(self, edits: Sequence[_ListEdit]) -> list[_ListEdit]:
        result = parse_list(self._applied(edits), self.name, self.index)
        found = _with_papers(self.session, result)
        wrong = [edit for edit in edits if not self._is_read(edit, found)]
        edited = {edit.paper for edit in edits}
        before = [r.placements for r, paper in zip(self.records, self.papers, strict=True) if paper not in edited]
        now = [r.placements for number, r in found if number not in edited]
        return wrong if wrong or now == before else list(edits)

    def _is_read(self, edit: _ListEdit, found: Sequence[tuple[int | None, Record]]) -> bool:
        members = self.groups.members(edit.paper)
        records = [record for number, record in found if number in members]
        if not edit.path:
            return not records
        paths = [p.taxon for record in records for p in record.placements if p.taxonomy == edit.taxonomy and p.taxon]
        return any(are_on_one_branch(path, edit.path) for path in paths)

    def _applied(self, edits: Sequence[_ListEdit]) -> str:
        gone = {n for edit in edits if edit.remove for n in range(edit.remove.start, edit.remove.end)}
        gone |= {edit.remove.end for edit in edits if edit.remove and self._leaves_two_blanks(edit.remove)}
        coming: dict[int, list[str]] = {}
        for edit in edits:
            if edit.at is not None:
                spaced = edit.at < len(self.lines) and self._is_spaced(edit)
                coming.setdefault(edit.at, []).extend([self.end] * spaced + list(edit.lines))
        parts: list[str] = []
        for n, line in enumerate([*self.lines, ""]):
            added = coming.get(n, [])
            if added and parts and not parts[-1].endswith(("\n", "\r")):
                parts.append(self.end)
            parts += added
            parts += [] if n in gone else [line]
        return "".join(parts)

    def _is_spaced(self, edit: _ListEdit) -> bool:
        """Whether entries of this form have a blank line between them."""
        at = edit.at or 0
        several = len(edit.lines) > 1 or (edit.remove is not None and edit.remove.kind == "block")
        return several and not self.lines[at].strip()

    def _leaves_two_blanks(self, span: EntryLines) -> bool:
        around = (span.start - 1, span.end)
        return all(0 <= n < len(self.lines) and not self.lines[n].strip() for n in around)


def _with_papers(session: Session, result: ParseResult) -> list[tuple[int | None, Record]]:
    """The records of a list, each with its stored paper."""
    records = result.records()
    known = known_for(session, records)
    return [(match(record, known).paper, record) for record in records]
