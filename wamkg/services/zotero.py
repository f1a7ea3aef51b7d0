"""Zotero both ways: its items are imported, and what the survey decided goes back to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import orjson
from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.importing.import_report import ImportReport
from wamkg.importing.importer import ImportOptions
from wamkg.importing.references.csl import parse_csl
from wamkg.matching.known import known_for
from wamkg.matching.record import Record
from wamkg.matching.same_paper import match
from wamkg.services.imports import import_content
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.store.taxonomies import find_default_taxonomy, get_taxonomy
from wamkg.views.paper_details import AssignmentItem, paper_details
from wamkg.zotero.api import LibraryName, ZoteroItem, ZoteroLibrary
from wamkg.zotero.items import ItemChange, change_of, csl_row, note_tag

CHANGED_MEANWHILE = 412
"""Status code of an object that changed in Zotero since it was read."""


@dataclass(frozen=True)
class PushedItem:
    """What was, or would be, written to one item."""

    key: str
    title: str
    added: list[str]
    removed: list[str]
    note: bool


@dataclass(frozen=True)
class NotPushed:
    """An item that was left as it is, and why."""

    key: str
    title: str
    reason: str


@dataclass
class PushReport:
    """What a push did. `absent` are items whose paper is not in the library; `conflicts` could not be written."""

    taxonomy: str
    dry_run: bool
    same: int = 0
    changed: list[PushedItem] = field(default_factory=list)
    absent: list[NotPushed] = field(default_factory=list)
    conflicts: list[NotPushed] = field(default_factory=list)


def pull(store: Store, settings: Settings, name: LibraryName, options: ImportOptions) -> ImportReport:
    """Import the items of a library or collection of Zotero, as `import` does with a file.

    Raises the errors of `ZoteroLibrary` and `import_content`, and InvalidInputError if there is no item.
    """
    with _opened(settings, name) as library:
        items = library.items()
    if not items:
        raise InvalidInputError(f"{_shown(name)} has no items")
    content = orjson.dumps([csl_row(item) for item in items], option=orjson.OPT_INDENT_2)
    return import_content(store, f"zotero-{_shown(name)}.json", content, replace(options, format="csl-json"))


def push(
    store: Store, settings: Settings, name: LibraryName, taxonomy: str = "", *, dry_run: bool = False
) -> PushReport:
    """Write the class of each paper to its items in Zotero as tags, and the reasons as a note. A second push changes
    nothing.

    Other tags and notes stay. An item that somebody changes meanwhile is read again once; if it changes again, it is a
    conflict. Raises the errors of `ZoteroLibrary`, and NotFoundError for an unknown taxonomy.
    """
    with store.reading() as session:
        slug = get_taxonomy(session, taxonomy or find_default_taxonomy(session)).slug
    report = PushReport(slug, dry_run)
    with _opened(settings, name) as library:
        items = library.items()
        with store.reading() as session:
            said = _assignments(session, _papers_of(session, items, report), slug)
        changes = _changes(library, items, slug, said)
        report.same = len(said) - len(changes)
        report.changed = [
            PushedItem(each.item.key, each.item.title, each.added, each.removed, each.note is not None)
            for each in changes
        ]
        if not dry_run:
            _write(library, changes, said, report)
    return report


def _opened(settings: Settings, name: LibraryName) -> ZoteroLibrary:
    return ZoteroLibrary(name, settings.zotero_api_key, settings.zotero_api_url)


def _shown(name: LibraryName) -> str:
    library = "local" if name.is_local else name.library
    return f"{library}/{name.collection}" if name.collection else library


def _changes(
    library: ZoteroLibrary, items: Sequence[ZoteroItem], taxonomy: str, said: Mapping[str, Sequence[AssignmentItem]]
) -> list[ItemChange]:
    """What is to be written to each item, for the assignments of its paper; items that need nothing are left out."""
    notes = {str(note.data.get("parentItem")): note for note in library.notes_tagged(note_tag(taxonomy))}
    known = [item for item in items if item.key in said]
    changes = (change_of(item, notes.get(item.key), taxonomy, said[item.key]) for item in known)
    return [change for change in changes if change is not None]


def _papers_of(session: Session, items: Sequence[ZoteroItem], report: PushReport) -> dict[str, int]:
    """The stored paper of each item, found as an import finds it."""
    read = list(parse_csl(orjson.dumps([csl_row(item) for item in items]).decode()))
    records = {item.key: found for item, found in zip(items, read, strict=True) if isinstance(found, Record)}
    known = known_for(session, list(records.values()))
    papers = {}
    for item in items:
        record = records.get(item.key)
        found = match(record, known) if record is not None else None
        if found is not None and found.paper is not None and found.question is None:
            papers[item.key] = found.paper
        else:
            question = found.question if found is not None else "it cannot be read as a paper"
            reason = question or "its paper is not in the library; pull first"
            report.absent.append(NotPushed(item.key, item.title, reason))
    return papers


def _assignments(session: Session, papers: Mapping[str, int], taxonomy: str) -> dict[str, list[AssignmentItem]]:
    """The live assignments in one taxonomy of the paper of each item."""
    numbers = list(dict.fromkeys(papers.values()))
    details = dict(zip(numbers, paper_details(session, numbers), strict=True))
    return {
        key: [a for a in details[number].assignments if a.taxonomy == taxonomy and a.ended is None]
        for key, number in papers.items()
    }


def _write(
    library: ZoteroLibrary,
    changes: Sequence[ItemChange],
    said: Mapping[str, Sequence[AssignmentItem]],
    report: PushReport,
) -> None:
    """Write the changes; what changed in Zotero meanwhile is read and written once more."""
    refused = _refused(library, changes)
    late = [change.item.key for change, code, _ in refused if code == CHANGED_MEANWHILE]
    final = [each for each in refused if each[1] != CHANGED_MEANWHILE]
    if late:
        final += _refused(library, _changes(library, library.items_of(late), report.taxonomy, said))
    failed = {change.item.key for change, _, _ in final}
    report.changed = [item for item in report.changed if item.key not in failed]
    report.conflicts += [
        NotPushed(change.item.key, change.item.title, reason or f"Zotero refused it ({code})")
        for change, code, reason in {change.item.key: (change, code, reason) for change, code, reason in final}.values()
    ]


def _refused(library: ZoteroLibrary, changes: Sequence[ItemChange]) -> list[tuple[ItemChange, int, str]]:
    """Write the changes; returns those of which an object was refused, with code and reason."""
    objects = [(change, each) for change in changes for each in change.objects]
    return [(objects[said.place][0], said.code, said.reason) for said in library.write([each for _, each in objects])]
