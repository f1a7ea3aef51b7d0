"""Reading any source in any format that can be imported."""

from wamkg.importing.catalogue import TaxonomyCatalogue
from wamkg.importing.detect import ensure_readable, recognise
from wamkg.importing.ids import parse_ids
from wamkg.importing.jsonl import parse_jsonl
from wamkg.importing.lists.awesome_list import parse_list
from wamkg.importing.result import ParseResult
from wamkg.importing.source import Source, read_text


def parse(
    source: Source, catalogue: TaxonomyCatalogue, format: str | None = None, taxonomy: str | None = None
) -> ParseResult:
    """Read a source; the format is recognised where none is given.

    `taxonomy` matters for lists only. `jsonl` and `ids` are read while `items` is gone through, so the source must
    stay open until then. Raises InvalidInputError where the format is unknown, cannot be read yet, or the source is
    not text; single bad lines are items.
    """
    chosen = ensure_readable(format) if format else recognise(source.name, source.head)
    if chosen == "jsonl":
        return ParseResult(chosen, parse_jsonl(source.stream))
    if chosen == "ids":
        return ParseResult(chosen, parse_ids(source.stream))
    return parse_list(read_text(source), source.name, catalogue, taxonomy)
