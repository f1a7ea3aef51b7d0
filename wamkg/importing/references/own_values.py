"""Values that an export of this project adds to RIS and CSL-JSON, whose own fields would not give them back."""

from dataclasses import replace

from wamkg.importing.jsonl import loose_record
from wamkg.importing.parse_result import Item
from wamkg.json_types import JsonObject
from wamkg.matching.record import Record

OWN = "wamkg"
"""The name under which the values stand in the file."""
ATTRIBUTES = {
    "title": ("title",),
    "abstract": ("abstract",),
    "key": ("key",),
    "type": ("entry_type",),
    "authors": ("authors",),
    "authors_structured": ("names",),
    "authors_cut": ("authors_cut",),
    "arxiv": ("arxiv",),
    "doi": ("doi",),
    "dates": ("dates",),
    "year": ("year",),
    "venue": ("venue",),
    "volume": ("volume",),
    "number": ("number",),
    "pages": ("pages",),
    "publisher": ("publisher",),
    "details": ("details",),
    "url": ("url",),
}
"""Keys of JSON Lines that may stand there, and what each sets in a record."""


def with_own_values(item: Item, own: object) -> Item:
    """Return the record with the values that its export added; null means that the paper has no such value.

    The doubts are those about the added values, because the export checked what the other fields give.
    """
    if not isinstance(item, Record) or not isinstance(own, dict):
        return item
    added: JsonObject = {key: value for key, value in own.items() if key in ATTRIBUTES}
    read = loose_record({"title": item.title, **added}, item.line, b"")
    if not added or not isinstance(read, Record):
        return item
    return replace(item, doubts=read.doubts, **{name: getattr(read, name) for key in added for name in ATTRIBUTES[key]})
