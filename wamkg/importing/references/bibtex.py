"""BibTeX and BibLaTeX, read by bibtexparser."""

import logging
from collections.abc import Iterator

from bibtexparser import middlewares
from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library
from bibtexparser.model import Block, Entry, ParsingFailedBlock

from wamkg.importing.references.reference import Reference, item_of
from wamkg.importing.result import Item
from wamkg.matching.record import Unreadable

_KEPT = frozenset((
    "title", "author", "booktitle", "journal", "journaltitle", "howpublished", "date", "year", "month", "doi",
    "eprint", "archiveprefix", "eprinttype", "primaryclass", "eprintclass", "url", "abstract",
))  # fmt: skip
_JOINED = " # "
"""What bibtexparser leaves of values joined with `#`."""
# It says what it cannot read on a log; here that is listed with the line.
logging.getLogger("bibtexparser").addHandler(logging.NullHandler())
logging.getLogger("bibtexparser").propagate = False


def parse_bibtex(text: str) -> Iterator[Item]:
    """Entries in the order of the file; one that is broken comes as Unreadable with its line."""
    raw = parse_string(text, parse_stack=[])
    entries = [entry for block in raw.blocks if (entry := _entry(block))]
    for number, entry in enumerate(entries):
        entry.key = str(number)  # A key that stands twice is no fault here; only one of the entries would be read.
    library = Library([*raw.strings, *entries])
    for step in _steps():
        library = step.transform(library)
    broken = [block for block in raw.failed_blocks if _entry(block) is None]
    for block in sorted([*library.blocks, *broken], key=lambda block: block.start_line or 0):
        if found := _entry(block):
            yield item_of(_reference(found, (block.start_line or 0) + 1))
        elif isinstance(block, ParsingFailedBlock):
            first = (block.raw or "").strip().partition("\n")[0]
            reason = "an entry without its end; close its braces and quotes"
            yield Unreadable((block.start_line or 0) + 1, reason, first[:160])


def _entry(block: Block) -> Entry | None:
    """The entry in a block, also where the library takes its key or a name in it for a fault."""
    entry = block.ignore_error_block if isinstance(block, ParsingFailedBlock) else block
    return entry if isinstance(entry, Entry) else None


def _steps() -> list[middlewares.middleware.Middleware]:
    return [
        middlewares.ResolveStringReferencesMiddleware(),
        middlewares.RemoveEnclosingMiddleware(),
        middlewares.LatexDecodingMiddleware(),
        middlewares.SeparateCoAuthors(),
        middlewares.SplitNameParts(),
        middlewares.MergeNameParts("first"),
    ]


def _reference(entry: Entry, line: int) -> Reference:
    values, unread = _values(entry)
    year, month = values.get("year"), values.get("month")
    return Reference(
        line=line,
        title=values.get("title"),
        authors=_authors(entry),
        venue=next((values[k] for k in ("journal", "journaltitle", "booktitle", "howpublished") if k in values), None),
        date=values.get("date") or (f"{year}-{month}" if month and month.isdigit() else f"{month or ''} {year or ''}"),
        doi=values.get("doi"),
        arxiv=values.get("eprint"),
        url=values.get("url"),
        abstract=values.get("abstract"),
        ids_in=[values[key] for key in ("note", "number", "howpublished") if key in values],
        unread=unread,
    )


def _values(entry: Entry) -> tuple[dict[str, str], list[str]]:
    """Text by field name, the first of a name that stands twice; and the names of the fields that are not kept."""
    values: dict[str, str] = {}
    unread = []
    for given in entry.fields:
        name = given.key.lower()
        if name not in _KEPT:
            unread.append(name)
        if _JOINED in str(given.value):
            unread.append(f"{name} (joined with #)")
        elif name != "author":
            values.setdefault(name, " ".join(str(given.value).split()))
    return values, unread


def _authors(entry: Entry) -> list[str]:
    field = entry.fields_dict.get("author")
    names = field.value if field else []
    return [str(name) for name in (names if isinstance(names, list) else [names]) if name != "others"]
