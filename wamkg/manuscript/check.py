"""Where a manuscript and the survey's data disagree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sqlmodel import Session

from wamkg.exporting.latex_macros import KINDS, macro_prefix, macro_values
from wamkg.identifiers import key_fold
from wamkg.importing.importer import taxonomy_matcher
from wamkg.manuscript.bibliography import Bibliography, Entry, bibliography_of
from wamkg.manuscript.classes import CitedKey, ClassNames, cited_keys, codes_of
from wamkg.manuscript.events import ManuscriptPlace, Value
from wamkg.manuscript.numbers import TypedNumber, typed_numbers
from wamkg.manuscript.reader import Manuscript, read_manuscript
from wamkg.manuscript.stored import BY_KEY, StoredReferences, StoredWork, is_preprint
from wamkg.near_matches import did_you_mean
from wamkg.readable import pluralize, shorten
from wamkg.store.assignments import PlacedPaper, placed_papers
from wamkg.store.taxonomies import find_default_taxonomy, get_taxonomy
from wamkg.views.citation_keys import citation_keys
from wamkg.views.edition import SurveyValues, edition_of, survey_values
from wamkg.views.taxonomies import TaxonNode, taxonomy_tree, walk

CHECKS = {
    "no-entry": "a key is cited that no bibliography has",
    "not-in-store": "a paper is cited that the store does not have",
    "not-cited": "a classified paper is not cited",
    "other-class": "a paper is cited under another class than it is placed in",
    "published": "a preprint is cited although it is published",
    "key-changed": "a key that the store no longer has, or has for the paper under another name",
    "other-title": "an id belongs to a paper with another title",
    "double": "one paper is cited under two keys, or two entries have one key",
    "number": "a number differs from the store's",
    "macro": "a macro of a number is unknown or out of date",
    "unreadable": "a file or an entry that cannot be read",
}
"""Every check by name."""
TITLE = 70


@dataclass(frozen=True, order=True)
class ManuscriptFinding:
    """One disagreement; `doubtful` if the manuscript may mean something else."""

    file: str
    line: int
    check: str
    text: str
    doubtful: bool = False


@dataclass(frozen=True)
class ManuscriptReport:
    """All disagreements, by file and line, and what was compared."""

    manuscript: str
    release: str
    taxonomy: str
    files: list[str]
    bibliographies: list[str]
    cited: int
    findings: list[ManuscriptFinding]


def check_manuscript(session: Session, main: Path, taxonomy: str = "") -> ManuscriptReport:
    """Compare a manuscript with the survey that a session shows.

    Raises InvalidInputError if the main file cannot be read, NotFoundError for an unknown taxonomy.
    """
    checker = _ManuscriptChecker(
        session, main, get_taxonomy(session, taxonomy).slug if taxonomy else find_default_taxonomy(session)
    )
    findings = sorted(set(checker.findings()))
    return ManuscriptReport(
        str(main),
        edition_of(session).name,
        checker.taxonomy,
        [str(path) for path in checker.manuscript.files],
        sorted({str(path) for _, path in checker.manuscript.bibliographies}),
        len(checker.by_key),
        findings,
    )


def finding(place: ManuscriptPlace, check: str, text: str, doubtful: bool = False) -> ManuscriptFinding:
    """A finding at a place."""
    return ManuscriptFinding(place.file, place.line, check, text, doubtful)


@dataclass
class _ManuscriptChecker:
    session: Session
    main: Path
    taxonomy: str
    manuscript: Manuscript = field(init=False)
    bibliography: Bibliography = field(init=False)

    def __post_init__(self) -> None:
        self.prefix = macro_prefix(self.session)
        macros = frozenset(f"{self.prefix}{ending}" for ending in KINDS.values())
        self.manuscript = read_manuscript(self.main, macros)
        self.bibliography = bibliography_of(self.manuscript)
        self.nodes: list[TaxonNode] = []
        if self.taxonomy:
            self.nodes = list(walk(taxonomy_tree(self.session, self.taxonomy).taxa))
        self.names = ClassNames(
            taxonomy_matcher(self.session, self.taxonomy) if self.taxonomy else None,
            codes_of([(node.path, node.code) for node in self.nodes]),
        )
        self.cited = self._cited()
        keys = {cited.key for cited in self.cited}
        self.stored = StoredReferences(self.session, self.bibliography.entries, keys)
        self.works = self.stored.works(self.taxonomy)

    def _cited(self) -> list[CitedKey]:
        found = list(cited_keys(self.manuscript.events, self.names))
        plain = [cited for cited in found if cited.key != "*"]
        if len(plain) == len(found):
            return plain
        return plain + [CitedKey(entry.place, entry.key) for entry in self.bibliography.entries]

    @cached_property
    def by_key(self) -> dict[str, list[CitedKey]]:
        """Citations by folded key, in reading order."""
        found: dict[str, list[CitedKey]] = {}
        for cited in self.cited:
            found.setdefault(key_fold(cited.key), []).append(cited)
        return found

    @cached_property
    def values(self) -> SurveyValues:
        """The numbers of the survey."""
        return survey_values(self.session)

    def findings(self) -> Iterator[ManuscriptFinding]:
        """Every disagreement, in no order."""
        for problem in (*self.manuscript.problems, *self.bibliography.problems):
            yield finding(problem.place, "unreadable", problem.text)
        for entry in self.bibliography.repeated:
            yield finding(entry.place, "double", f"{entry.key} is the key of two entries; BibTeX takes the first one")
        for cites in self.by_key.values():
            yield from self.of_key(cites)
        yield from self.cited_twice()
        yield from self.other_classes()
        yield from self.not_cited()
        yield from self.macros()
        yield from self.numbers()

    def of_key(self, cites: Sequence[CitedKey]) -> Iterator[ManuscriptFinding]:
        """What is wrong with one cited key."""
        first = cites[0]
        entry, found = self.bibliography.get(first.key), self.stored.get(first.key)
        work = self.works.get(found.number) if found.number is not None else None
        if entry is None:
            yield self.without_entry(first, work)
        else:
            yield from self.of_entry(first, entry, work)
        if work is not None and key_fold(work.key) != key_fold(first.key):
            yield finding(first.place, "key-changed", f"{first.key} is called {work.key} in the store")

    def of_entry(self, first: CitedKey, entry: Entry, work: StoredWork | None) -> Iterator[ManuscriptFinding]:
        """What is wrong with the entry of a cited key."""
        found, title = self.stored.get(entry.key), entry.record.title
        if found.wrong is not None and found.wrong_by != BY_KEY:
            yield other_title(entry, self.works[found.wrong], "belongs to")
        elif work is None:
            whose = f"; the store has the key for {self.works[found.wrong].item.title!r}" if found.wrong else ""
            question = f"; {found.question}" if found.question else ""
            name = shorten(title or "a work without a title", TITLE)
            text = f"{first.key} ({name}) is not a paper of the store{whose}{question}"
            yield finding(first.place, "not-in-store", text)
        if work is not None and found.number is not None:
            if title and not self.stored.has_title(found.number, title):
                yield other_title(entry, work, "has the title", doubtful=True)
            yield from published_finding(entry, work)

    def without_entry(self, cited: CitedKey, work: StoredWork | None) -> ManuscriptFinding:
        keys = [entry.key for entry in self.bibliography.entries]
        near = did_you_mean(cited.key, keys)
        known = f"; the store has it as {work.key}, `wamkg export bibtex` writes its entry" if work else near
        return finding(cited.place, "no-entry", f"{cited.key} is cited, and no bibliography has this key{known}")

    def cited_twice(self) -> Iterator[ManuscriptFinding]:
        """Papers that are cited under two keys."""
        keys: dict[frozenset[int], list[CitedKey]] = {}
        for cites in self.by_key.values():
            found = self.stored.get(cites[0].key)
            if found.number in self.works:
                keys.setdefault(self.works[found.number].records, []).append(cites[0])
        for first, *others in keys.values():
            for other in others:
                yield finding(other.place, "double", f"{other.key} and {first.key} are the same paper")

    def other_classes(self) -> Iterator[ManuscriptFinding]:
        """Papers that are cited under a class that they are not placed in.

        The heading of a running text counts only for a paper that is cited nowhere under its own class: a text about
        one class compares it with others.
        """
        for cites in self.by_key.values():
            number = self.stored.get(cites[0].key).number
            work = self.works.get(number) if number is not None else None
            if work is None or not work.taxa:
                continue
            pairs = [(cited.place, context) for cited in cites for context in cited.contexts]
            wrong = [(place, context) for place, context in pairs if not context.agrees(work.taxa)]
            placed = ", ".join(work.taxa)
            labels = [(place, context) for place, context in wrong if context.strict]
            texts = [pair for pair in wrong if not pair[1].strict] if len(wrong) == len(pairs) else []
            for place, context in [*labels, *texts[:1]]:
                said = f"{cites[0].key} is cited under {context.label!r} and placed in {placed}"
                yield finding(place, "other-class", said, doubtful=not context.strict)

    def not_cited(self) -> Iterator[ManuscriptFinding]:
        """Papers of the taxonomy that are not cited."""
        if not self.taxonomy:
            return
        cited = {n for cites in self.by_key.values() for n in self.records_of(cites[0].key)}
        entries = {n: entry for entry in self.bibliography.entries for n in self.records_of(entry.key)}
        placed = placed_papers(self.session, get_taxonomy(self.session, self.taxonomy))
        missing = [paper for paper in placed if cited.isdisjoint(paper.records)]
        keys = citation_keys(self.session, [paper.id for paper in missing])
        for paper in missing:
            entry = next((entries[n] for n in paper.records if n in entries), None)
            where = entry.place if entry else self.place_of(paper)
            name = entry.key if entry else keys[paper.id]
            text = f"{name} ({shorten(paper.title, TITLE)}) is placed in {paper.taxon} and not cited"
            yield finding(where, "not-cited", text)

    def records_of(self, key: str) -> frozenset[int]:
        number = self.stored.get(key).number
        return self.works[number].records if number in self.works else frozenset()

    def place_of(self, paper: PlacedPaper) -> ManuscriptPlace:
        """The heading of a paper's class or of one above it, else the beginning of the manuscript."""
        path = paper.taxon
        while path:
            if path in self.names.headings:
                return self.names.headings[path]
            path = path.rpartition("/")[0]
        return ManuscriptPlace(str(self.main), 1)

    def numbers(self) -> Iterator[ManuscriptFinding]:
        """Typed numbers that no count of the store explains."""
        names: dict[str, tuple[str, ...]] = {}
        for node in self.nodes:
            above = node.path.split("/")[:-1]
            for name in (node.name, *node.aliases, f"{' '.join(above)} {node.name}".strip()):
                if len(name) > 2:
                    key = " ".join(name.lower().split())
                    names[key] = (*names.get(key, ()), node.path)
        for typed in typed_numbers(self.manuscript.events, names):
            if text := number_text(typed, self.values):
                yield finding(typed.place, "number", text, doubtful=True)

    def macros(self) -> Iterator[ManuscriptFinding]:
        """Uses of macros whose key has no value, and values of the macro file that differ from the store's."""
        used = [event for event in self.manuscript.events if isinstance(event, Value)]
        if not used and not self.manuscript.values:
            return
        kinds = {f"{self.prefix}{ending}": kind for kind, ending in KINDS.items()}
        frozen = bool(edition_of(self.session).name)
        stored = macro_values(self.values)
        typed = {(kinds[event.macro], event.key): event for event in reversed(used)}
        for (kind, key), event in sorted(typed.items()):
            if (kind, key) not in stored:
                near = did_you_mean(key, [other for known, other in stored if known == kind])
                yield finding(event.place, "macro", f"\\{event.macro}{{{key}}} has no value in the store{near}")
            elif (kind, key) not in self.manuscript.values:
                said = f"\\{event.macro}{{{key}}} is in no file of macros that is read here"
                yield finding(event.place, "macro", f"{said}; `wamkg export latex-macros -o numbers.tex` writes one")
        for (kind, key), defined in self.manuscript.values.items():
            now = stored.get((kind, key))
            if now is not None and now != defined.value and (kind != "date" or frozen):
                said = f"{kind} of {key} is {defined.value} here and {now} in the store"
                yield finding(defined.place, "macro", f"{said}; write the file again")


def other_title(entry: Entry, work: StoredWork, verb: str, doubtful: bool = False) -> ManuscriptFinding:
    """An entry whose title no source has for the paper that its id names."""
    ids = (f"{scheme}:{value}" for scheme in ("doi", "arxiv", "s2") if (value := getattr(entry.record, scheme)))
    title, stored = shorten(entry.record.title, TITLE), shorten(work.item.title, TITLE)
    text = f"{entry.key}: {next(ids, 'its paper')} {verb} {stored!r}, not {title!r}"
    return finding(entry.place, "other-title", text, doubtful)


def published_finding(entry: Entry, work: StoredWork) -> Iterator[ManuscriptFinding]:
    """A preprint's entry of a paper that the store has a publication of."""
    if work.published is not None and is_preprint(entry):
        where = " ".join(str(part) for part in (work.published.venue, work.published.year) if part)
        address = f" (doi:{work.published.doi})" if work.published.doi else ""
        yield finding(
            entry.place, "published", f"{entry.key} is cited as a preprint; it is published in {where}{address}"
        )


_WHOLE_SURVEY = ("placed", "all:papers", "all:included", "all:methods")
"""Counts that a sentence on the whole survey may mean."""


def number_text(typed: TypedNumber, values: SurveyValues) -> str:
    """What is wrong with a typed number; empty if a count or share of the store is the same."""
    if not typed.paths:
        known = {key: values.counts[key] for key in _WHOLE_SURVEY if key in values.counts}
        right = typed.number in known.values() or not known
        now = ", ".join(f"{key} {number:g}" for key, number in known.items())
        return "" if right else f"{typed.text!r}: the store counts {now}"
    if typed.is_share:
        shares = {path: values.shares[path] for path in typed.paths if path in values.shares}
        right = any(abs(typed.number - share) <= 0.5 for share in shares.values()) or not shares
        now = ", ".join(f"{share:.1f}% in {path}" for path, share in shares.items())
        return "" if right else f"{typed.text!r}: the store has {now}"
    counts = {path: values.counts[path] for path in typed.paths if path in values.counts}
    now = ", ".join(f"{pluralize(number)} in {path}" for path, number in counts.items())
    return "" if typed.number in counts.values() or not counts else f"{typed.text!r}: the store has {now}"
