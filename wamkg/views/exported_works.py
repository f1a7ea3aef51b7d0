"""Works in exports: one paper for each, the published record with the arXiv id of the preprint."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from wamkg.matching.same_paper import is_preprint, is_publisher_doi
from wamkg.store.lookup import KnownPaper, known_papers
from wamkg.store.reads_details import listed_numbers
from wamkg.store.works import load_works
from wamkg.views.papers import PaperItem, paper_items

_FILLED = ("arxiv", "url", "method", "note", "date", "date_source", "summary", "abstract", "introduces", "aliases")
"""Fields that another record of the work fills in if the exported one lacks them. Year, venue, DOI and pages are
never mixed.
"""
_JOINED = ("links", "dates")
_PLACES = ("taxa", "also", "states")


class ExportedWorks:
    """The papers of the library, one per work; `numbers` are the exported ones, by slug."""

    def __init__(self, session: Session) -> None:
        self.session = session
        listed = listed_numbers(session)
        known = set(listed)
        groups = [[n for n in group if n in known] for group in load_works(session).groups()]
        papers = known_papers(session, [n for group in groups for n in group])
        self.further: dict[int, list[int]] = {}
        for group in groups:
            first, *others = sorted(group, key=lambda n: _order(papers[n]))
            self.further[first] = others
        hidden = {n for others in self.further.values() for n in others}
        self.numbers = [number for number in listed if number not in hidden]

    def with_further(self, numbers: Iterable[int]) -> list[int]:
        """Papers, each followed by the other records of its work."""
        return [n for number in numbers for n in (number, *self.further.get(number, ()))]

    def items(self, numbers: Sequence[int]) -> list[PaperItem]:
        """The papers with these numbers; fields they lack are filled in from other records of the work."""
        found = self.with_further(numbers)
        items = dict(zip(found, paper_items(self.session, found), strict=True))
        return [_filled(items[n], [items[m] for m in self.further.get(n, ())]) for n in numbers]

    def filled(self, numbers: Sequence[int], records: Mapping[int, dict[str, Any]]) -> list[dict[str, Any]]:
        """The same for records with an importer's keys; `records` has all records of each work."""
        return [_joined(records[n], [records[m] for m in self.further.get(n, ())]) for n in numbers]


def _order(paper: KnownPaper) -> tuple[bool, bool, int]:
    """Order: a publication before a preprint, a record with a publisher's DOI first, then the one stored first."""
    return is_preprint(paper), not is_publisher_doi(paper.doi), paper.id


def _filled(item: PaperItem, others: Sequence[PaperItem]) -> PaperItem:
    for other in others:
        placed = {*item.taxa, *item.states}
        values: dict[str, Any] = {
            name: getattr(other, name)
            for name in _FILLED
            if hasattr(item, name) and not getattr(item, name) and getattr(other, name)
        }
        values["links"] = other.links | item.links
        for name in _PLACES:
            theirs = {slug: value for slug, value in getattr(other, name).items() if slug not in placed}
            values[name] = theirs | getattr(item, name)
        item = replace(item, **values)
    return item


def _joined(record: dict[str, Any], others: Sequence[dict[str, Any]]) -> dict[str, Any]:
    for other in others:
        placed = {*record.get("taxa", {}), *record.get("states", {})}
        values = {name: other[name] for name in _FILLED if name in other and name not in record}
        values |= {name: other[name] | record.get(name, {}) for name in _JOINED if name in other}
        for name in _PLACES:
            theirs = {slug: value for slug, value in other.get(name, {}).items() if slug not in placed}
            if theirs:
                values[name] = theirs | record.get(name, {})
        if other.get("standing") == "included":
            values["standing"] = "included"
        record = record | values
    return record
