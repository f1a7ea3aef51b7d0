"""Exports of the store in exchange formats."""

from collections.abc import Callable, Sequence
from pathlib import Path

from wamkg.exporting.formats import export_named, sections_of
from wamkg.exporting.into import with_part
from wamkg.files import read_utf8, write_whole
from wamkg.store.session import Store


def export(store: Store, format: str, write: Callable[[str], object], taxonomies: Sequence[str] = ()) -> None:
    """Pass the store's papers, or those of some taxonomies, in a format to `write`, piece by piece.

    Raises InvalidInputError for an unknown format, and for taxonomies with a format that always has everything.
    """
    form = export_named(format)
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
