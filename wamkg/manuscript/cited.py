"""The stored papers that a manuscript cites."""

from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from wamkg.identifiers import key_fold
from wamkg.manuscript.bibliography import bibliography_of
from wamkg.manuscript.events import ManuscriptCitation
from wamkg.manuscript.reader import read_manuscript
from wamkg.manuscript.stored import StoredReferences


@dataclass(frozen=True)
class CitedPapers:
    """The numbers of the stored papers in the order of their first citation, keys without a stored paper, and keys that
    the store has for the same paper under another name.
    """

    numbers: list[int]
    unknown: list[str]
    renamed: dict[str, str]


def cited_papers(session: Session, main: Path) -> CitedPapers:
    """The papers that a manuscript cites, by its bibliographies and by the keys of the store.

    Raises InvalidInputError if the main file cannot be read.
    """
    manuscript = read_manuscript(main)
    bibliography = bibliography_of(manuscript)
    events = (event for event in manuscript.events if isinstance(event, ManuscriptCitation))
    keys = list(dict.fromkeys(key for event in events for key in event.keys))
    if "*" in keys:
        keys = list(dict.fromkeys([*keys, *(entry.key for entry in bibliography.entries)]))
    keys = [key for key in keys if key != "*"]
    stored = StoredReferences(session, bibliography.entries, keys)
    found = {key: stored.get(key).number for key in keys}
    works = stored.works()
    names = {key: works[number].key for key, number in found.items() if number is not None}
    return CitedPapers(
        list(dict.fromkeys(number for number in found.values() if number is not None)),
        [key for key, number in found.items() if number is None],
        {key: name for key, name in names.items() if key_fold(key) != key_fold(name)},
    )
