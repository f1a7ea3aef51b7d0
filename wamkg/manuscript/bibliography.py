"""The bibliographies of a manuscript: entries by key, with the line of each."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wamkg.identifiers import doi, find_arxiv, key_fold
from wamkg.importing.importer import without_derived_year
from wamkg.importing.references.bibtex import parse_bibtex
from wamkg.manuscript.events import ManuscriptPlace, ManuscriptProblem
from wamkg.manuscript.reader import Manuscript, read_text
from wamkg.matching.record import Record, UnreadableLine


@dataclass(frozen=True)
class Entry:
    """An entry of a bibliography."""

    place: ManuscriptPlace
    key: str
    record: Record


@dataclass
class Bibliography:
    """All entries, in file order; `repeated` are those whose key an earlier one has."""

    entries: list[Entry] = field(default_factory=list)
    repeated: list[Entry] = field(default_factory=list)
    problems: list[ManuscriptProblem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._by_key: dict[str, Entry] = {}

    def add(self, entry: Entry) -> None:
        """Add an entry; BibTeX ignores the case of keys."""
        if self._by_key.setdefault(key_fold(entry.key), entry) is not entry:
            self.repeated.append(entry)
        else:
            self.entries.append(entry)

    def get(self, key: str) -> Entry | None:
        """The entry with a key."""
        return self._by_key.get(key_fold(key))


def bibliography_of(manuscript: Manuscript) -> Bibliography:
    """The entries of all bibliographies that a manuscript names, and of its `thebibliography`."""
    found = read_bibliographies(list(dict.fromkeys(path for _, path in manuscript.bibliographies)))
    for key, (place, text) in manuscript.items.items():
        record = Record(place.line, "", arxiv=find_arxiv(text), doi=doi(text), key=key)
        found.add(Entry(place, key, record))
    return found


def read_bibliographies(paths: Sequence[Path]) -> Bibliography:
    """The entries of BibTeX files. A file or an entry that cannot be read is a problem of the result."""
    found = Bibliography()
    for path in paths:
        name = os.path.normpath(path)
        text = read_text(path, name, ManuscriptPlace(name, 1), found.problems)
        if text is None:
            continue
        for item in parse_bibtex(text):
            place = ManuscriptPlace(name, item.line)
            if isinstance(item, UnreadableLine):
                found.problems.append(ManuscriptProblem(place, f"{item.reason}: {item.excerpt}"))
            elif item.key:
                found.add(Entry(place, item.key, without_derived_year(item)))
    return found
