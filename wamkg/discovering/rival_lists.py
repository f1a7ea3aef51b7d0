"""The route of a rival list: a file or URL in any format that can be imported, compared with its last reading."""

from dataclasses import dataclass, replace

from wamkg.discovering.route import Find, Reading
from wamkg.identifiers import slugify
from wamkg.importing.parse import parse
from wamkg.importing.source import open_source
from wamkg.importing.taxonomy_index import TaxonomyIndex
from wamkg.json_types import JsonObject
from wamkg.matching.record import Record, RecordTag, UnreadableLine

KEYS = "keys"
SHRUNK = 0.5
"""A list that has lost more than this share of its papers since the last reading is reported as doubtful."""


@dataclass
class RivalList:
    """The papers that a list has now and did not have when it was read last."""

    name: str
    address: str

    @property
    def source(self) -> str:
        """Source of its claims, as an import of the list has it."""
        return f"list:{slugify(self.name)}"

    def read(self, cursor: JsonObject) -> Reading:
        """The new papers; raises InvalidInputError if the list cannot be read."""
        with open_source(self.address) as source:
            items = list(parse(source, TaxonomyIndex()).items)
        records = [_with_classes_as_tags(item) for item in items if isinstance(item, Record) and item.title]
        problems = [f"line {item.line}: {item.reason}" for item in items if isinstance(item, UnreadableLine)]
        return compared(records, self.name, cursor, problems)


def _with_classes_as_tags(record: Record) -> Record:
    """The record without the list's classes, which are another survey's, but with their names as tags."""
    tags = [RecordTag(f"class:{p.taxonomy}", p.taxon or p.status, mapped=False) for p in record.placements]
    return replace(record, placements=[], tags=[*record.tags, *tags])


def compared(records: list[Record], name: str, cursor: JsonObject, problems: list[str]) -> Reading:
    """The records that the last reading did not have; the cursor holds the keys of all of them."""
    kept = cursor.get(KEYS)
    before = {str(key) for key in kept} if isinstance(kept, list) else set[str]()
    word = "new in" if before else "in"
    finds = {find.key: find for record in records if (find := Find(record, f"{word} {name}", 0.5))}
    gone = len(before - finds.keys())
    if before and gone > SHRUNK * len(before):
        problems = [*problems, f"{gone} of {len(before)} papers of the last reading are gone; was {name} moved?"]
    fresh = [find for key, find in finds.items() if key not in before]
    return Reading(fresh, {KEYS: sorted(finds)}, problems)
