"""Exports of the store in exchange formats."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from wamkg.errors import StoreError
from wamkg.exporting.formats import export_named, sections_of
from wamkg.exporting.into import with_part
from wamkg.files import read_utf8, write_whole
from wamkg.store.batches import close_batch, get_actor, open_batch
from wamkg.store.keys import is_keyless, save_default_keys
from wamkg.store.session import Store, one_writer
from wamkg.views.citation_keys import default_keys
from wamkg.vocabulary import BatchKind

log = logging.getLogger(__name__)


def pin_citation_keys(store: Store) -> int:
    """Give every listed paper without a citation key its default one, for good; returns how many got one.

    Whoever cites or exports asks for it before. A store that cannot be written is left as it is: keys are then worked
    out anew each time.
    """
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
    store: Store, format: str, write: Callable[[str], object], taxonomies: Sequence[str] = (), *, past: bool = False
) -> None:
    """Pass the store's papers, or those of some taxonomies, in a format to `write`, piece by piece.

    A format that names papers by their citation keys pins them first, except in the `past`, which nobody changes.
    Raises InvalidInputError for an unknown format, and for taxonomies with a format that always has everything.
    """
    form = export_named(format)
    if form.cites and not past:
        pin_citation_keys(store)
    with store.reading() as session:
        for piece in sections_of(format)(session, taxonomies) if taxonomies else form.write(session):
            write(piece)


def export_into(store: Store, format: str, file: Path, taxonomies: Sequence[str], *, check: bool) -> bool:
    """Fill the marked part of a file from the store; returns whether it was up to date already.

    With `check` nothing is written. Raises InvalidInputError for a format that cannot fill a part of a file, and for
    a file that cannot be read or lacks the two marks.
    """
    sections = sections_of(format)
    text = read_utf8(file)
    with store.reading() as session:
        wanted = with_part(text, "".join(sections(session, taxonomies)), str(file))
    if wanted != text and not check:
        write_whole(file, wanted.encode())
    return wanted == text
