"""Tables with a header line (CSV, TSV), as Zotero, Scopus, ASReview and spreadsheets write them."""

import csv
import io
import re
from collections.abc import Iterator

from wamkg.errors import InvalidInputError
from wamkg.identifiers import normalise
from wamkg.importing.references.reference import Reference, given_first, item_of
from wamkg.importing.result import Item
from wamkg.matching.record import Unreadable

_COLUMNS = {
    "title": ("title", "primary title", "document title", "paper title", "article title"),
    "authors": ("authors", "author", "author names", "author s", "first authors"),
    "venue": ("publication title", "source title", "venue", "journal", "journal name", "conference", "booktitle",
              "secondary title"),
    "date": ("date", "publication date", "published", "publication year", "year", "pubyear"),
    "doi": ("doi",),
    "arxiv": ("arxiv", "arxiv id", "eprint"),
    "url": ("url", "urls", "link", "paper url"),
    "abstract": ("abstract", "abstract note", "notes abstract"),
}  # fmt: skip
"""Names of columns, in small letters and words, best first."""
_MAX_CELL = 1 << 20
_LISTED = re.compile(r"\s*;\s*|\s*\|\s*")
_DELIMITERS = ",;\t|"


def parse_table(text: str) -> Iterator[Item]:
    """A record a row; a row with more cells than the header comes as Unreadable.

    Raises InvalidInputError where no column is the title's, or a quote is never closed.
    """
    csv.field_size_limit(_MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = next(reader, [])
        columns = _columns(header)
        begun = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _item(header, columns, cells, begun)
            begun = reader.line_num + 1
    except csv.Error as error:
        raise InvalidInputError(f"the table cannot be read past line {reader.line_num}: {error}") from None


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(_DELIMITERS, key=head.count)


def _columns(header: list[str]) -> dict[str, list[int]]:
    """Numbers of the columns that tell each value, best first."""
    names = [normalise(name) for name in header]
    found = {key: [names.index(name) for name in known if name in names] for key, known in _COLUMNS.items()}
    if not found["title"]:
        raise InvalidInputError(f"no column of the table is called title; it has {', '.join(header)[:200]}")
    return found


def _item(header: list[str], columns: dict[str, list[int]], cells: list[str], line: int) -> Item:
    if len(cells) > len(header):
        return Unreadable(line, f"{len(cells)} cells under {len(header)} names", " ".join(cells)[:160])
    said = {key: _first(cells, numbers) for key, numbers in columns.items()}
    used = {number for numbers in columns.values() for number in numbers}
    reference = Reference(
        line=line,
        title=said["title"],
        authors=_authors(said["authors"] or ""),
        venue=said["venue"],
        date=said["date"],
        doi=said["doi"],
        arxiv=said["arxiv"],
        url=said["url"],
        abstract=said["abstract"],
        unread=[header[i] for i, cell in enumerate(cells) if cell.strip() and i not in used],
    )
    return item_of(reference)


def _first(cells: list[str], numbers: list[int]) -> str | None:
    return next((cells[i] for i in numbers if i < len(cells) and cells[i].strip()), None)


def _authors(text: str) -> list[str]:
    """Names between semicolons, "Family, Given" turned round; without any, names between commas."""
    names = [name for name in _LISTED.split(text.strip()) if name]
    if len(names) == 1 and names[0].count(",") > 1:
        return [name.strip() for name in names[0].split(",")]
    return [given_first(name) for name in names]
