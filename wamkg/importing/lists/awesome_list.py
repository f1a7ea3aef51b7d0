"""Awesome lists: Markdown with papers as bullets, headings or table rows, classified by headings, badges and tags."""

from collections import Counter
from dataclasses import dataclass

from wamkg.identifiers import PartialDate
from wamkg.importing.links import arxiv_of
from wamkg.importing.lists.claims import claiming
from wamkg.importing.lists.document import ListDocument
from wamkg.importing.lists.document_reader import read_document
from wamkg.importing.lists.entry import ListEntry, PrintedLabel
from wamkg.importing.lists.headings import heading_name, is_class_heading
from wamkg.importing.lists.introduces import introduced
from wamkg.importing.lists.legend import Synonyms, read_legend
from wamkg.importing.lists.list_text import lines_of
from wamkg.importing.lists.new_taxonomy import new_taxonomy, propose_taxa, slug_for
from wamkg.importing.lists.news import without_news
from wamkg.importing.lists.reading import Listed, Read, read_entries
from wamkg.importing.lists.section_taxa import LabelReader, SectionTaxon, best_taxonomy, near_misses, positions
from wamkg.importing.lists.unread_ids import ids_in, tell_malformed, unaccounted_links, unread_ids
from wamkg.importing.parse_result import Item, MatchedTaxonomy, ParseResult, ProposedTaxon
from wamkg.importing.people import indexed_names
from wamkg.importing.taxonomy_index import TaxonomyIndex, TaxonomyMatcher
from wamkg.matching.record import Record, RecordAssignment, RecordTag
from wamkg.vocabulary import AssignmentStatus

_AWAITING = "awaiting-review"

_FIRST_YEAR = 1991
"""The year in which arXiv started."""


def parse_list(text: str, name: str, catalogue: TaxonomyIndex, taxonomy: str | None = None) -> ParseResult:
    """Read a list.

    `name` is the file name or URL; a new taxonomy is named after it. `taxonomy` is the slug of the taxonomy to classify
    with. Without it, the best matching one is used; if none matches, one is created from the headings of the list.
    """
    document, lines = read_document(text), lines_of(text)
    read = read_entries(document, lines)
    read.listed = without_news(read.listed, document.sections)
    return _ListReading(document, read, name, catalogue, taxonomy).result(lines)


@dataclass(frozen=True)
class _SectionPlan:
    """How sections are read: their positions, and the taxonomy that the list itself defines, if any."""

    positions: list[SectionTaxon]
    new: TaxonomyMatcher | None = None
    base: TaxonomyMatcher | None = None
    """Taxonomy of entries outside all sections."""


class _ListReading:
    """Reads one list with one catalog of taxonomies."""

    def __init__(
        self, document: ListDocument, read: Read, name: str, catalogue: TaxonomyIndex, taxonomy: str | None
    ) -> None:
        self.document, self.name = document, name
        self.read = read
        self.taken = {known.slug for known in catalogue.taxonomies}
        self.catalogue = catalogue if taxonomy else claiming(document, read.listed, catalogue)
        self.plan = self._plan(taxonomy)
        self.labels = LabelReader(Synonyms(document.legend))
        self.unmapped: Counter[str] = Counter()

    def _plan(self, slug: str | None) -> _SectionPlan:
        holding = {each.section for each in self.read.listed if each.section is not None}
        classes = sorted(n for n in holding if self._has_class(n))
        if slug is not None:
            return self._plan_for(slug, classes)
        found = positions(self.document, self.read.listed, self.catalogue, None)
        base = None
        if not any(p.taxonomy for n, p in enumerate(found) if n in holding):
            base = best_taxonomy(self.document, self.read.listed, self.catalogue)
            found = positions(self.document, self.read.listed, self.catalogue, base)
        outside = [n for n in classes if found[n].taxonomy is None]
        papers = Counter(each.section for each in self.read.listed)
        own_only = not self.catalogue.taxonomies
        if outside and (own_only or 2 * sum(papers[n] for n in outside) >= len(self.read.listed)):
            return self._with_new(found, slug_for(self.document, self.name, self.taken), outside)
        return _SectionPlan(found, base=base)

    def _plan_for(self, slug: str, classes: list[int]) -> _SectionPlan:
        known = self.catalogue.get(slug)
        if known is None:
            none = [SectionTaxon()] * len(self.document.sections)
            return self._with_new(none, slug, classes) if classes else _SectionPlan(none)
        found = positions(self.document, self.read.listed, self.catalogue, known)
        return _SectionPlan([p if p.taxonomy is known else SectionTaxon() for p in found], base=known)

    def _with_new(self, found: list[SectionTaxon], slug: str, sections: list[int]) -> _SectionPlan:
        taxonomy, placed = new_taxonomy(self.document, self.name, slug, sections)
        return _SectionPlan([placed.get(n, position) for n, position in enumerate(found)], taxonomy)

    def _has_class(self, number: int | None) -> bool:
        while number is not None:
            if is_class_heading(self.document.sections[number].text):
                return True
            number = self.document.sections[number].parent
        return False

    def result(self, lines: list[str]) -> ParseResult:
        """Return the records of the list, and what was recognized."""
        items: list[Item] = [self._record(each) for each in self.read.listed]
        items += self.read.unreadable
        items += tell_malformed(lines, items)
        stray = list(unread_ids(lines, items, self.document.own))
        items += stray
        items += unaccounted_links(lines, items)
        items.sort(key=lambda item: item.line)
        known: dict[int | None, TaxonomyMatcher] = {
            n: p.taxonomy for n, p in enumerate(self.plan.positions) if p.taxonomy
        }
        return ParseResult(
            format="awesome-list",
            items=items,
            taxonomies=self._used(items),
            legend=tuple(read_legend(self.document.legend, known, self.catalogue)),
            own_survey=tuple(self.document.own.surveys),
            unmapped_labels=dict(self.unmapped.most_common()),
            label_synonyms=dict(sorted(self.labels.used.items())),
            arxiv_ids=len({found for line in lines for found in ids_in(line)}),
            stray_ids=len(stray),
            notes=self._notes(),
            proposals=self._proposals(items),
        )

    def _proposals(self, items: list[Item]) -> list[ProposedTaxon]:
        """Classes for headings that are unknown to the taxonomy that the list is read with."""
        used = [matched.taxonomy for matched in self._used(items)]
        main = self.plan.base or (used[0] if len(used) == 1 else None)
        papers = Counter(
            each.section
            for each in self.read.listed
            if each.section is not None
            and not self.plan.positions[each.section].known
            and not self._awaits_review(each)
        )
        return propose_taxa(self.document, papers, self.plan.positions, main)

    def _notes(self) -> list[str]:
        """Report what was assumed about headings and labels."""
        return [*self._loose_headings(), *self._near_misses()]

    def _loose_headings(self) -> list[str]:
        """Report headings and labels that are read as taxa which are called a little differently."""
        headings = {
            self.document.sections[n].text: f"{p.taxonomy.slug}:{p.path}"
            for n, p in enumerate(self.plan.positions)
            if p.taxonomy and p.known and p.path and p.path not in p.taxonomy.matches(self.document.sections[n].text)
        }
        read = [f"heading {text!r} as {path}" for text, path in headings.items()]
        read += [f"label {label!r} as {other!r}" for label, other in sorted(self.labels.used.items())]
        return [f"read as a class of a similar name: {'; '.join(read)}"] if read else []

    def _near_misses(self) -> list[str]:
        """Report headings that match taxa of a taxonomy which the list is not read with."""
        used = {p.taxonomy.slug for p in self.plan.positions if p.taxonomy} | {
            self.plan.base.slug if self.plan.base else ""
        }
        return [
            f"{len(names)} headings are called like classes of {slug} ({', '.join(names[:5])}), too few of all "
            f"for a list of its papers; no paper is put there. If they mean these classes, say --taxonomy {slug}."
            for slug, names in near_misses(self.document, self.read.listed, self.catalogue).items()
            if slug not in used
        ]

    def _used(self, items: list[Item]) -> tuple[MatchedTaxonomy, ...]:
        slugs = Counter(s for i in items if isinstance(i, Record) for s in {p.taxonomy for p in i.placements})
        new = self.plan.new
        everything = [*self.catalogue.taxonomies, *([new] if new else [])]
        return tuple(MatchedTaxonomy(t, t is new, slugs[t.slug]) for t in everything if slugs[t.slug])

    def _record(self, listed: Listed) -> Record:
        entry = listed.entry
        position = self._position(listed)
        states = {label: self.catalogue.state_of(label.text) for label in entry.labels}
        reading = self.labels.read(position, [label for label in entry.labels if not states[label]])
        awaiting = _AWAITING in states.values() or self._awaits_review(listed)
        record = _facts(entry)
        record.awaiting_review = awaiting
        record.tags += [self._tag(label, label not in reading.unknown) for label in entry.labels]
        record.tags += self._section_tag(listed, position)
        if position.taxonomy and not awaiting:
            record.placements = _placements(position.taxonomy.slug, reading.paths, [s for s in states.values() if s])
        record.introduces = introduced(record.placements, record.method or record.title)
        if record.introduces:
            record.method = None
        return record

    def _awaits_review(self, listed: Listed) -> bool:
        """Whether a remark beside the name, or a heading above the entry, says so."""
        texts = [value for facet, value in listed.entry.facets if facet == "remark"]
        number = listed.section
        while number is not None:
            texts.append(self.document.sections[number].text)
            number = self.document.sections[number].parent
        return any(self.catalogue.state_of(text) == _AWAITING for text in texts)

    def _position(self, listed: Listed) -> SectionTaxon:
        return self.plan.positions[listed.section] if listed.section is not None else SectionTaxon(self.plan.base)

    def _tag(self, label: PrintedLabel, mapped: bool) -> RecordTag:
        if not mapped:
            self.unmapped[label.text] += 1
        return RecordTag(label.facet, label.text, mapped)

    def _section_tag(self, listed: Listed, position: SectionTaxon) -> list[RecordTag]:
        if listed.section is None or position.known or self.plan.new is position.taxonomy is not None:
            return []
        text = heading_name(self.document.sections[listed.section].text)
        if not is_class_heading(text) or self.catalogue.state_of(text):
            return []
        self.unmapped[text] += 1
        return [RecordTag("section", text, False)]


def _placements(slug: str, paths: list[str], states: list[str]) -> list[RecordAssignment]:
    known = [s for s in states if s in set(AssignmentStatus) - {AssignmentStatus.PLACED}]
    if known:
        return [RecordAssignment(slug, None, status=known[0])]
    return [RecordAssignment(slug, path, primary=i == 0) for i, path in enumerate(p for p in paths if p)]


def _facts(entry: ListEntry) -> Record:
    """Return the record of an entry; its link to the paper is the record's `url`, not one of its links."""
    dates: dict[str, PartialDate] = {entry.date_kind: entry.date} if entry.date else {}
    names = indexed_names(entry.authors)
    return Record(
        line=entry.line,
        title=entry.title,
        method=entry.name,
        authors=[name.display for name in names] or entry.authors,
        names=names,
        authors_cut=entry.authors_cut,
        arxiv=entry.arxiv,
        doi=entry.doi,
        dates=dates,
        venue=entry.venue,
        year=_year(entry),
        url=_url(entry),
        links={kind: url for kind, url in entry.links.items() if kind != "paper"},
        note=entry.note,
        tags=[RecordTag(facet, value, False) for facet, value in entry.facets],
        doubts=entry.doubts,
    )


def _year(entry: ListEntry) -> int | None:
    """Return the year, unless it is half of an arXiv number: "arXiv 2002" beside 2002.12504 is January 2020."""
    if entry.year is None or entry.venue != "arXiv":
        return entry.year
    is_half = str(entry.arxiv).startswith(f"{entry.year}.") or entry.year < _FIRST_YEAR
    return None if is_half else entry.year


def _url(entry: ListEntry) -> str | None:
    """Return the paper's URL, with arXiv URLs in one form."""
    url = entry.links.get("paper")
    return f"https://arxiv.org/abs/{entry.arxiv}" if url and entry.arxiv and arxiv_of(url) == entry.arxiv else url
