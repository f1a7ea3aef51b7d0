"""Exports in exchange formats."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wamkg.errors import InvalidInputError, StoreError
from wamkg.exporting.bibtex import bibtex_citations
from wamkg.exporting.csl_json import csl_json
from wamkg.exporting.formats import FILE_EXPORTS, export_named, papers_of, sections_of
from wamkg.exporting.into import has_marks, with_part
from wamkg.exporting.list_in_place import UpdatedList, update_list
from wamkg.exporting.references import bibliographic_records, plain_citation
from wamkg.exporting.ris import ris_record
from wamkg.files import read_utf8, write_whole
from wamkg.manuscript.cited import CitedPapers, cited_papers
from wamkg.store.batches import close_batch, get_actor, open_batch
from wamkg.store.citation_keys import is_keyless, save_default_keys
from wamkg.store.papers import find_paper
from wamkg.store.session import Session, Store, one_writer
from wamkg.views.citation_keys import default_keys
from wamkg.views.papers import PaperQuery, ordered_numbers
from wamkg.vocabulary import BatchKind

log = logging.getLogger(__name__)


def pin_citation_keys(store: Store) -> int:
    """Give every paper of the library without a citation key a permanent default key; returns how many were added.

    Exports and citations call this first. In a snapshot, which never changes, and in a read-only store the keys are
    computed each time instead.
    """
    if store.edition is not None:
        return 0
    with store.reading() as session:
        if not is_keyless(session):
            return 0
    try:
        with store.writing() as session:
            one_writer(session)
            keys = default_keys(session)
            batch = open_batch(session, BatchKind.EXPORT, "citation keys", get_actor(session, "export"))
            save_default_keys(session, batch, keys)
            close_batch(session, batch, {"citation keys": len(keys)})
    except StoreError as error:
        log.warning("the citation keys of this export are not kept: %s", error)
        return 0
    return len(keys)


def export(
    store: Store,
    format: str,
    write: Callable[[str], object],
    taxonomies: Sequence[str] = (),
    wanted: PaperQuery | None = None,
    cited_in: Path | None = None,
) -> CitedPapers | None:
    """Write the papers of the store, those of some taxonomies, those that a filter finds, or those that a manuscript
    cites, in a format, piece by piece, with `write`. With a manuscript, returns what it cites.

    A format that uses citation keys stores them first. Raises
    InvalidInputError for an unknown format or a choice that the format does not have, and the errors of the filter.
    """
    form = export_named(format)
    if form.cites:
        pin_citation_keys(store)
    with store.reading() as session:
        cited = cited_papers(session, cited_in) if cited_in else None
        for piece in _pieces(session, format, taxonomies, wanted, cited):
            write(piece)
    return cited


def export_file(
    store: Store, format: str, file: Path, wanted: PaperQuery | None = None, cited_in: Path | None = None
) -> tuple[CitedPapers | None, Sequence[str]]:
    """Write the same papers as `export` into a file of a format of `FILE_EXPORTS`; returns what a manuscript cites, and
    what had to be left out.

    Raises the errors of the filter.
    """
    pin_citation_keys(store)
    with store.reading() as session:
        cited = cited_papers(session, cited_in) if cited_in else None
        numbers = _numbers(session, wanted, cited)
        content = FILE_EXPORTS[format].write(session, numbers)
    write_whole(file, content.data)
    return cited, content.left_out


def _numbers(session: Session, wanted: PaperQuery | None, cited: CitedPapers | None) -> list[int] | None:
    """The papers that a filter finds, those of them that a manuscript cites, or None for all of the library."""
    found = None if wanted is None else ordered_numbers(session, wanted)
    if cited is None:
        return found
    kept = None if found is None else set(found)
    return [number for number in cited.numbers if kept is None or number in kept]


def cited_as(session: Session, paper: str) -> dict[str, str]:
    """A paper as its citation in each format: BibTeX, RIS, CSL-JSON and plain text.

    Raises NotFoundError.
    """
    number = find_paper(session, paper).id
    assert number is not None
    return citations_of(session, [number])[number]


def citations_of(session: Session, numbers: Sequence[int]) -> dict[int, dict[str, str]]:
    """The same for each of these papers, by number."""
    records = bibliographic_records(session, numbers)
    entries = bibtex_citations(session, numbers)
    return {
        number: {
            "bibtex": entry.strip(),
            "ris": ris_record(record).strip(),
            "csl-json": "".join(csl_json([record])).strip(),
            "text": plain_citation(record),
        }
        for number, record, entry in zip(numbers, records, entries, strict=True)
    }


def _pieces(
    session: Session, format: str, taxonomies: Sequence[str], wanted: PaperQuery | None, cited: CitedPapers | None
) -> Iterator[str]:
    numbers = None if taxonomies else _numbers(session, wanted, cited)
    if numbers is not None:
        return papers_of(format)(session, numbers)
    if taxonomies and wanted is not None:
        raise InvalidInputError("choose taxonomies or filter papers, not both")
    return sections_of(format)(session, taxonomies) if taxonomies else export_named(format).write(session)


@dataclass(frozen=True)
class FilledFile:
    """What an update of a file did: whether it was the same already, what changed, and what is left to do by hand."""

    same: bool
    changed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def export_into(store: Store, format: str, file: Path, taxonomies: Sequence[str], *, check: bool) -> FilledFile:
    """Replace the marked part of a file with the current list; without marks, bring somebody's own list up to date in
    its own form, see `list_in_place.update_list`.

    `check` writes nothing. Raises InvalidInputError for a format that cannot fill a part of a file, and for a file that
    cannot be read or has only one of the two marks.
    """
    sections = sections_of(format)
    text = read_utf8(file)
    with store.reading() as session:
        if has_marks(text):
            found = UpdatedList(with_part(text, "".join(sections(session, taxonomies)), str(file)))
        else:
            found = update_list(session, text, file.name, taxonomies)
    if found.text != text and not check:
        write_whole(file, found.text.encode())
    return FilledFile(found.text == text, found.changed, found.left)
