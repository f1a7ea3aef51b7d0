"""Mistakes in the entries of any bibliography."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from wamkg.enriching.s2_records import S2Paper
from wamkg.errors import InvalidInputError
from wamkg.identifiers import normalise, title_key
from wamkg.manuscript.bibliography import Bibliography, Entry, read_bibliographies
from wamkg.manuscript.check import ManuscriptFinding, finding, other_title, published_finding
from wamkg.manuscript.stored import BY_KEY, StoredReferences, is_preprint, is_published
from wamkg.matching.identity import Identity, check_identity
from wamkg.matching.profiles import profile_of_record
from wamkg.matching.same_paper import as_known, ids_of, is_one_by_title
from wamkg.readable import shorten

CHECKS = {
    "no-such-id": "an id that cannot be one, or that does not exist",
    "other-title": "an id belongs to a paper with another title",
    "double": "two entries are one paper, or have one key",
    "published": "a preprint is published",
    "retracted": "a paper was retracted or withdrawn",
    "unreadable": "a file or an entry that cannot be read",
}
"""Every check by name."""
_RETRACTED = re.compile(r"^\W*(?:retracted|withdrawn|retraction)\b", re.I)
_SCHEMES = {"arxiv": "ARXIV", "doi": "DOI"}
LookUp = Callable[[Sequence[str]], Mapping[str, S2Paper | None]]
TITLE = 70


@dataclass(frozen=True)
class ReferencesReport:
    """What was found in bibliographies, by file and line."""

    files: list[str]
    entries: int
    looked_up: int
    findings: list[ManuscriptFinding]


def check_references(session: Session, files: Sequence[Path], look_up: LookUp | None = None) -> ReferencesReport:
    """Check the entries of BibTeX files against each other, the store, and with `look_up` against Semantic Scholar.

    Raises InvalidInputError if no file has an entry.
    """
    found = read_bibliographies(files)
    if not found.entries:
        raise InvalidInputError(found.problems[0].text if found.problems else f"{files[0]} has no entry")
    asked = sorted({name for entry in found.entries for name in _names(entry)}) if look_up else []
    answers = look_up(asked) if look_up else {}
    stored = StoredReferences(session, found.entries, ())
    findings = [
        *_within(found),
        *_against_store(found.entries, stored),
        *(one for entry in found.entries for one in _against_answers(entry, answers)),
    ]
    # The store and Semantic Scholar often agree on what is wrong; the store's line comes first.
    once = {(one.file, one.line, one.check): one for one in reversed(findings)}
    return ReferencesReport([str(file) for file in files], len(found.entries), len(asked), sorted(once.values()))


def _names(entry: Entry) -> list[str]:
    """The ids of an entry as Semantic Scholar is asked for them."""
    return [f"{name}:{value}" for scheme, name in _SCHEMES.items() if (value := getattr(entry.record, scheme))]


def _within(found: Bibliography) -> Iterator[ManuscriptFinding]:
    """What the files say themselves."""
    for problem in found.problems:
        yield finding(problem.place, "unreadable", problem.text)
    for entry in found.repeated:
        yield finding(entry.place, "double", f"{entry.key} is the key of two entries; BibTeX takes the first one")
    for entry in found.entries:
        for doubt in entry.record.doubts:
            if "is not an arXiv id" in doubt or "is not a DOI" in doubt:
                yield finding(entry.place, "no-such-id", f"{entry.key}: {doubt}")
        if _says_retracted(entry):
            yield finding(entry.place, "retracted", f"{entry.key}: {shorten(entry.record.title, TITLE)!r}")
    yield from _doubles(found.entries)


def _says_retracted(entry: Entry) -> bool:
    record = entry.record
    texts = (record.title, record.note or "", record.details.get("note", ""), record.details.get("keywords", ""))
    return any(_RETRACTED.search(text) for text in texts)


def _doubles(entries: Sequence[Entry]) -> Iterator[ManuscriptFinding]:
    """Entries that are one paper: an id is the same, or the title and nothing speaks against it."""
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        names = [f"{one.scheme}:{one.value}" for one in ids_of(entry.record)]
        for name in (*names, title_key(entry.record.title)):
            if name:
                by_name.setdefault(name, []).append(entry)
    told: set[tuple[str, str]] = set()
    for group in by_name.values():
        for entry in group[1:]:
            first = group[0]
            shared = set(ids_of(first.record)) & set(ids_of(entry.record))
            one = shared or is_one_by_title(as_known(first.record), as_known(entry.record))
            if one and (first.key, entry.key) not in told:
                told.add((first.key, entry.key))
                text = f"{entry.key} and {first.key} ({first.place.file}:{first.place.line}) are the same paper"
                yield finding(entry.place, "double", text, doubtful=not shared)


def _against_store(entries: Sequence[Entry], stored: StoredReferences) -> Iterator[ManuscriptFinding]:
    works = stored.works()
    for entry in entries:
        found = stored.get(entry.key)
        if found.wrong is not None and found.wrong_by != BY_KEY:
            yield other_title(entry, works[found.wrong], "belongs to")
        if found.number is not None and found.how != BY_KEY:
            work = works[found.number]
            if entry.record.title and not stored.has_title(found.number, entry.record.title):
                yield other_title(entry, work, "has the title", doubtful=True)
            yield from published_finding(entry, work)
            if _RETRACTED.search(work.item.title):
                yield finding(entry.place, "retracted", f"{entry.key}: the store has {work.item.title!r}")


def _against_answers(entry: Entry, answers: Mapping[str, S2Paper | None]) -> Iterator[ManuscriptFinding]:
    for name in _names(entry):
        if name not in answers:
            continue
        paper = answers[name]
        if paper is None:
            text = f"{entry.key}: Semantic Scholar has no paper with the id {name.lower()}"
            yield finding(entry.place, "no-such-id", text, doubtful=True)
        else:
            yield from _against_answer(entry, name.lower(), paper)


def _against_answer(entry: Entry, name: str, paper: S2Paper) -> Iterator[ManuscriptFinding]:
    record, title = paper.record(), paper.title or ""
    identity = check_identity(profile_of_record(record), profile_of_record(entry.record)).identity
    if identity is Identity.DIFFERENT:
        mine, theirs = shorten(entry.record.title, TITLE), shorten(title, TITLE)
        text = f"{entry.key}: {name} belongs to {theirs!r} at Semantic Scholar, not {mine!r}"
        yield finding(entry.place, "other-title", text)
        return
    if _RETRACTED.search(title) or any(normalise(kind) == "retraction" for kind in paper.publication_types):
        yield finding(entry.place, "retracted", f"{entry.key}: Semantic Scholar has {shorten(title, TITLE)!r}")
    if is_preprint(entry) and is_published(as_known(record)):
        where = " ".join(str(part) for part in (record.venue, record.year) if part)
        yield finding(entry.place, "published", f"{entry.key} is published in {where}, says Semantic Scholar")
