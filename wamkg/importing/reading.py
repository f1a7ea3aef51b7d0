"""Reading any source in any format that can be imported."""

from collections.abc import Callable, Iterator

from wamkg.importing.catalogue import TaxonomyCatalogue
from wamkg.importing.detect import ensure_known, recognise
from wamkg.importing.ids import parse_ids
from wamkg.importing.jsonl import parse_jsonl
from wamkg.importing.lists.awesome_list import parse_list
from wamkg.importing.references.bibtex import parse_bibtex
from wamkg.importing.references.csl import parse_csl
from wamkg.importing.references.ris import parse_ris
from wamkg.importing.references.table import parse_table
from wamkg.importing.result import Item, ParseResult
from wamkg.importing.source import MAX_REFERENCES, Source, read_text

_REFERENCES: dict[str, Callable[[str], Iterator[Item]]] = {
    "bibtex": parse_bibtex,
    "ris": parse_ris,
    "csl-json": parse_csl,
    "csv": parse_table,
}


def parse(
    source: Source, catalogue: TaxonomyCatalogue, format: str | None = None, taxonomy: str | None = None
) -> ParseResult:
    """Read a source; the format is recognised where none is given.

    `taxonomy` matters for lists only. `jsonl` and `ids` are read while `items` is gone through, so the source must
    stay open until then. Raises InvalidInputError where the format is unknown or the source is not text; single bad
    lines are items.
    """
    chosen = ensure_known(format) if format else recognise(source.name, source.head)
    if chosen == "jsonl":
        return ParseResult(chosen, parse_jsonl(source.stream))
    if chosen == "ids":
        return ParseResult(chosen, parse_ids(source.stream))
    if chosen in _REFERENCES:
        return ParseResult(chosen, _REFERENCES[chosen](read_text(source, MAX_REFERENCES)))
    return parse_list(read_text(source), source.name, catalogue, taxonomy)
