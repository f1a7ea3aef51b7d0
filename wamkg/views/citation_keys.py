"""Citation keys of the library's papers: stored ones, and defaults for papers without one."""

from collections.abc import Iterable

from sqlmodel import Session

from wamkg.identifiers import key_fold
from wamkg.matching.citation_keys import KeyParts, default_key
from wamkg.settings import get_settings
from wamkg.store.citation_keys import all_keys, keyless_papers, keys_of, owners_of_keys
from wamkg.store.paper_details import first_names_of
from wamkg.store.papers import method_names_of


def citation_keys(session: Session, numbers: Iterable[int]) -> dict[int, str]:
    """The citation key of each of these papers; the default if none is stored, as for papers outside the library."""
    wanted = set(numbers)
    found = keys_of(session, wanted)
    if keyless := wanted - found.keys():
        found |= {number: key for number, key in default_keys(session, keyless).items() if number in keyless}
    return found


def owners_of_shown_keys(session: Session, keys: Iterable[str]) -> dict[str, int]:
    """Numbers of the papers that have or had these citation keys, by folded key; else of the papers of the library
    whose default key it is, as in a release from before the keys were stored.
    """
    wanted = {key_fold(key): key for key in keys}
    found = owners_of_keys(session, wanted.values())
    if wanted.keys() <= found.keys():
        return found
    defaults = {key_fold(key): number for number, key in default_keys(session).items()}
    return {folded: number for folded, number in defaults.items() if folded in wanted} | found


def default_keys(session: Session, cited: Iterable[int] = ()) -> dict[int, str]:
    """Default keys of the papers without one in the library, and of those of `cited` outside it.

    Each differs from every other key, ignoring case.
    """
    papers = keyless_papers(session, cited)
    numbers = [paper.id for paper in papers]
    authors, methods, taken = first_names_of(session, numbers), method_names_of(session, numbers), all_keys(session)
    pattern, found = get_settings().citation_key, dict[int, str]()
    for paper in papers:
        year = paper.year or (paper.date.year if paper.date else None)
        parts = KeyParts(paper.title, authors.get(paper.id), year, methods.get(paper.id))
        found[paper.id] = _free(default_key(pattern, parts), taken)
    return found


def _free(wish: str, taken: set[str]) -> str:
    key, number = wish, 1
    while key_fold(key) in taken:
        number += 1
        key = f"{wish}-{number}"
    taken.add(key_fold(key))
    return key
