"""Parse a source in any format that can be imported."""

from collections.abc import Callable, Iterator

from wamkg.importing.detect import ensure_known, recognise
from wamkg.importing.ids import parse_ids
from wamkg.importing.jsonl import parse_jsonl
from wamkg.importing.lists.awesome_list import parse_list
from wamkg.importing.parse_result import Item, ParseResult
from wamkg.importing.references.bibtex import parse_bibtex
from wamkg.importing.references.csl import parse_csl
from wamkg.importing.references.table import parse_table
from wamkg.importing.references.tagged import parse_enw, parse_nbib, parse_ris, parse_wos
from wamkg.importing.source import MAX_REFERENCES, Source, read_text, utf8_stream
from wamkg.importing.taxonomy_index import TaxonomyIndex

_READERS: dict[str, Callable[[str], Iterator[Item]]] = {
    "bibtex": parse_bibtex,
    "ris": parse_ris,
    "csl-json": parse_csl,
    "csv": parse_table,
    "nbib": parse_nbib,
    "wos": parse_wos,
    "enw": parse_enw,
}


def parse(
    source: Source, catalogue: TaxonomyIndex, format: str | None = None, taxonomy: str | None = None
) -> ParseResult:
    """Parse a source; the format is detected if none is given.

    `taxonomy` applies only to lists. `jsonl` and `ids` are read while `items` is consumed, so the source must stay open
    until then. Raises InvalidInputError if the format is unknown or the source is not text; unreadable lines become
    items.
    """
    chosen = ensure_known(format) if format else recognise(source.name, source.head_text)
    if chosen == "jsonl":
        return ParseResult(chosen, parse_jsonl(utf8_stream(source)), notes=source.notes)
    if chosen == "ids":
        return ParseResult(chosen, parse_ids(utf8_stream(source)), notes=source.notes)
    if chosen in _READERS:
        return ParseResult(chosen, _READERS[chosen](read_text(source, MAX_REFERENCES)), notes=source.notes)
    result = parse_list(read_text(source), source.name, catalogue, taxonomy)
    result.notes = [*source.notes, *result.notes]
    return result
