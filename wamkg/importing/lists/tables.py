"""Tables of papers, one per row with one field or facet per column, and tables of keys and values."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from wamkg.identifiers import arxiv_id, doi
from wamkg.importing.links import is_scholarly
from wamkg.importing.lists.blocks import Block, BlockRow
from wamkg.importing.lists.credits import read_credits
from wamkg.importing.lists.entry import ListEntry
from wamkg.importing.lists.inline import Inline
from wamkg.importing.lists.keyed_fields import is_date_of_first_arxiv, role_of, take_field
from wamkg.importing.lists.legend import is_legend_table
from wamkg.importing.lists.spans import label_links
from wamkg.importing.lists.words import length_of
from wamkg.importing.taxonomy_index import label_key

_BAR = re.compile(r"(?<!\\)\|")
_TITLE_LENGTH = 4
"""Number of words in a typical cell from which a column holds titles rather than method names."""
_MAX_ALIGNED = 12
"""Maximum number of columns for which all places of a missing cell are compared."""
_GROUP_WORDS = 6
"""Maximum number of words of a heading inside a table."""
_MAX_OF = 0.6
_KEYS = 2
"""Number of columns in a table of keys and values."""

Roles = list[str | None]


@dataclass(frozen=True)
class Table:
    """A table with its header cells, the role of each column, and its body."""

    headers: list[str]
    roles: Roles
    rows: list[BlockRow]

    @property
    def title(self) -> int | None:
        """Return the column with the titles."""
        return self.roles.index("title") if "title" in self.roles else None

    @property
    def name(self) -> int | None:
        """Return the column with the names of methods."""
        return self.roles.index("name") if "name" in self.roles else None


def read_table(block: Block) -> Table:
    """Return the header, column roles and body of a table; without a header, its cells are empty."""
    heads = [row for row in block.rows if row.heads and any(cell.text for cell in row.cells)]
    body = [row for row in block.rows if not row.heads]
    if not heads and body and _is_header(body[0]):
        heads, body = body[:1], body[1:]
    width = max((len(row.cells) for row in block.rows), default=0)
    names = [cell.text for cell in heads[-1].cells] if heads else []
    headers = [*names, *([""] * (width - len(names)))]
    return Table(headers, roles_of(headers, body), body)


def _is_header(row: BlockRow) -> bool:
    """Whether a row without header markup names the columns."""
    known = sum(role_of(cell.text) is not None for cell in row.cells)
    return known >= 2 and not any(cell.has_links for cell in row.cells)


def roles_of(headers: Sequence[str], rows: Sequence[BlockRow]) -> Roles:
    """Return the role of each column by its heading and cells; one holds titles, another perhaps names."""
    roles: Roles = [role_of(header) for header in headers]
    columns = [[row.cells[n] for row in rows if n < len(row.cells)] for n in range(len(headers))]
    for n, role in enumerate(roles):
        if role == "paper" and columns[n] and _share(columns[n], _is_no_title) >= _MAX_OF:
            roles[n] = _role_by_cells(columns[n], "") or "links"
        elif role is None:
            roles[n] = _role_by_cells(columns[n], headers[n])
    title = _title_column(roles, columns)
    return [_settled(role, n, title, roles, columns) for n, role in enumerate(roles)]


def _settled(
    role: str | None, number: int, title: int | None, roles: Roles, columns: Sequence[Sequence[Inline]]
) -> str | None:
    """Return a column's final role, given the column with the titles."""
    if number == title:
        return "title"
    if role in ("title", "paper"):
        return "links" if any(cell.has_links for cell in columns[number]) else None
    if role == "name":
        first = next(n for n, r in enumerate(roles) if r == "name" and n != title)
        linked = any(label_links(cell) for cell in columns[number])
        return "links" if linked and number != first else "name" if number == first else None
    return role


def _title_column(roles: Roles, columns: Sequence[Sequence[Inline]]) -> int | None:
    """Find the column with titles: by its heading, else the first with long enough cells that link to papers."""
    for wanted in ("title", "paper"):
        if wanted in roles:
            return roles.index(wanted)
    for n, role in enumerate(roles):
        if role == "name" and _has_titles(columns[n], _TITLE_LENGTH):
            return n
    for n, role in enumerate(roles):
        if role is None and _has_titles(columns[n], _TITLE_LENGTH) and _share(columns[n], _leads_to_paper) >= _MAX_OF:
            return n
    return None


def _is_no_title(cell: Inline) -> bool:
    """Whether a cell under "Paper" has only links labeled with their target type, or credits.

    Two capitalized words alone may be a title or a person's name; below this heading they are a title.
    """
    found = read_credits(cell.text, loose=False)
    return _only_labels(cell) or not any(c.isalnum() for c in cell.text) or (found.complete and found.sure)


def _has_titles(cells: Sequence[Inline], fewest: int) -> bool:
    """Whether the typical cell has that many words that are not credits."""
    lengths = sorted(
        length_of(cell.text) for cell in cells if cell.text and not read_credits(cell.text, loose=False).complete
    )
    named = [cell for cell in cells if any(c.isalpha() for c in cell.text)]
    if not lengths or len(lengths) * 2 < len(named):
        return False
    colons = sum(": " in cell.text for cell in cells)
    return lengths[len(lengths) // 2] >= fewest or colons * 2 >= len(named)


def _leads_to_paper(cell: Inline) -> bool:
    return any(is_scholarly(url) for url in cell.hrefs)


def _only_labels(cell: Inline) -> bool:
    labels = label_links(cell)
    return bool(labels) and not any(
        c.isalnum() for a in cell.atoms if a.link not in labels and not a.image for c in a.text
    )


def _role_by_cells(cells: Sequence[Inline], header: str) -> str | None:
    """Guess the role of a column with an unknown heading: links, dates, venues or authors, if most cells match."""
    if _share(cells, _only_labels) >= _MAX_OF:
        return "links"
    if header and not _is_about_credits(header):
        return None
    for role, test in _TESTS:
        if _share(cells, test) >= _MAX_OF:
            return role
    return None


def _is_about_credits(header: str) -> bool:
    words = set(label_key(header).split())
    return bool(
        words & {"date", "time", "year", "venue", "publication", "conference", "journal", "author", "published", "pub"}
    )


def _is_date(cell: Inline) -> bool:
    found = read_credits(cell.text)
    return found.complete and found.date is not None and found.venue is None


def _is_venue(cell: Inline) -> bool:
    found = read_credits(cell.text)
    return found.complete and (found.venue is not None or found.year is not None) and not found.authors


def _is_authors(cell: Inline) -> bool:
    found = read_credits(cell.text)
    return found.complete and found.sure and bool(found.authors)


_TESTS: tuple[tuple[str, Callable[[Inline], bool]], ...] = (
    ("date", _is_date),
    ("venue", _is_venue),
    ("authors", _is_authors),
)


def _share(cells: Sequence[Inline], test: Callable[[Inline], bool]) -> float:
    """Return the share of nonempty cells that pass a test."""
    filled = [cell for cell in cells if cell.atoms and (cell.hrefs or any(c.isalnum() for c in cell.text))]
    return sum(map(test, filled)) / len(filled) if filled else 0.0


def is_paper_table(table: Table) -> bool:
    """Whether a column has titles and a row links elsewhere, or a column has names and a row links to a paper."""
    column = table.title if table.title is not None else table.name
    if column is None:
        return False
    texts = [row.cells[column].text for row in table.rows if column < len(row.cells)]
    counts = all(text.strip("*").isdigit() for text in texts if text)
    if counts or not texts:
        return False
    hrefs = [url for row in table.rows for cell in row.cells for url in cell.hrefs]
    if table.title is None:
        return any(is_scholarly(url) for url in hrefs) or any(names_id(table, row) for row in table.rows)
    return any(not url.startswith("#") for url in hrefs) or bool(
        {"date", "year", "venue", "authors"} & set(table.roles)
    )


def group_in(row: BlockRow) -> str:
    """Return the heading of a group of rows: one text in all columns, or a bold one alone; "" for another row."""
    filled = [cell for cell in row.cells if cell.text or cell.hrefs]
    if len(row.cells) < _KEYS or not filled or any(cell.hrefs for cell in filled):
        return ""
    spans = len(filled) == len(row.cells) and len({cell.text for cell in filled}) == 1
    words = [atom for atom in filled[0].atoms if atom.text.strip()]
    alone = len(filled) == 1 and all(atom.bold for atom in words) and length_of(filled[0].text) <= _GROUP_WORDS
    return filled[0].text if spans or alone else ""


def names_id(table: Table, row: BlockRow) -> bool:
    """Whether a cell below a heading for links is a bare id of a paper."""
    links = (cell for role, cell in zip(table.roles, row.cells, strict=False) if role in ("links", "paper"))
    return any(not cell.hrefs and _leads_out(cell) for cell in links)


def key_values(block: Block) -> list[tuple[str, Inline]] | None:
    """Return the pairs of a two-column table with keys such as Paper, Code, Venue; None for another table."""
    rows = [row for row in block.rows if any(cell.text or cell.hrefs for cell in row.cells)]
    if not rows or any(len(row.cells) != _KEYS for row in rows):
        return None
    pairs = [(row.cells[0].text.strip(" :："), row.cells[1]) for row in rows]
    if rows[0].heads and role_of(pairs[0][0]) is None:
        pairs = pairs[1:]
    known = sum(role_of(key) is not None for key, _ in pairs)
    telling = any(role_of(key) in ("paper", "title", "links") and _leads_out(value) for key, value in pairs)
    return (
        pairs
        if pairs and known * 2 >= len(pairs) and telling and len({key for key, _ in pairs}) == len(pairs)
        else None
    )


def _leads_out(value: Inline) -> bool:
    return bool(value.hrefs) or arxiv_id(value.text) is not None or doi(value.text) is not None


def title_among(pairs: Sequence[tuple[str, Inline]]) -> int | None:
    """Return which pair of a key-value table gives the title, else the name; None if neither exists."""
    for wanted in ("title", "name"):
        for number, (key, value) in enumerate(pairs):
            if role_of(key) == wanted and role_of(value.text) is None and any(c.isalnum() for c in value.text):
                return number
    return None


def explained_columns(tables: Iterable[Block]) -> dict[str, str]:
    """Return the document's own explanations of columns, by label key of the heading."""
    meanings = {}
    for block in tables:
        table = read_table(block)
        if is_legend_table(table.headers):
            meanings.update(
                {label_key(row.cells[0].text): row.cells[1].text for row in table.rows if len(row.cells) > 1}
            )
    return meanings


def surplus_cells(raw: str, columns: int) -> list[str] | None:
    """Return the cells beyond the last column; None if a bar inside a link's text has split the cells wrongly."""
    parts = _BAR.split(raw.strip(" >\t").removeprefix("|"))
    surplus = [part for part in parts[columns:] if part.strip()]
    if surplus and any(part.count("[") != part.count("]") for part in parts):
        return None
    return surplus


def realigned(table: Table, row: BlockRow) -> BlockRow | None:
    """Return a row that lacks a cell with its cells below the headings that they fit, in order; None if it fits as is.

    Only empty cells at the end may be missing ones.
    """
    roles, cells = table.roles, list(row.cells)
    while cells and not (cells[-1].text or cells[-1].hrefs):
        cells.pop()
    fits = [[_fit(role, cell) for role in roles] for cell in cells]
    as_is = sum(fit[n] for n, fit in enumerate(fits) if n < len(roles))
    if not 1 < len(cells) < len(roles) <= _MAX_ALIGNED or min(fit[n] for n, fit in enumerate(fits)) >= 0:
        return None
    places = max(
        combinations(range(len(roles)), len(cells)),
        key=lambda some: sum(fit[n] for fit, n in zip(fits, some, strict=True)),
    )
    if sum(fit[n] for fit, n in zip(fits, places, strict=True)) <= as_is:
        return None
    moved = dict(zip(places, cells, strict=True))
    title = table.title
    if title is not None and title < len(cells) and fits[title][title] > 0 and moved.get(title) is not cells[title]:
        return None  # the cell below the title's heading is a title
    return BlockRow(row.line, [moved.get(n, Inline()) for n in range(len(roles))], row.heads)


def _fit(role: str | None, cell: Inline) -> int:
    """Return how well a cell fits below a heading: 2 for a value of its kind, negative for a value of another kind."""
    if not (cell.text or cell.hrefs) or role in (None, "tags", "note"):
        return 0
    found = read_credits(cell.text)
    kinds = {
        "links": bool(cell.hrefs) and (_only_labels(cell) or cell.text.startswith("http")),
        "date": found.complete and bool(found.date or found.year) and not (found.venue or found.authors),
        "venue": found.complete and bool(found.venue),
        "authors": found.complete and bool(found.authors) and found.sure,
    }
    kinds["year"] = kinds["date"]
    if role in kinds:
        return 2 if kinds[role] else -2 if any(kinds.values()) else -1
    return -2 if any(kinds.values()) else 2 if role == "title" and length_of(cell.text) >= _TITLE_LENGTH else 1


def take_cells(entry: ListEntry, table: Table, row: BlockRow, meanings: Mapping[str, str]) -> None:
    """Read the cells beside the title by their headings; a date column takes precedence over other dates."""
    for n, (header, role, cell) in enumerate(zip(table.headers, table.roles, row.cells, strict=False)):
        if n != table.title:
            take_field(entry, header, role, cell)
        if role == "date" and entry.date and is_date_of_first_arxiv(f"{header} {meanings.get(label_key(header), '')}"):
            entry.date_kind = "arxiv_v1"
    if not any(c.isalnum() for c in entry.title) and entry.name and not (entry.arxiv or entry.doi):
        entry.title, entry.name = entry.name, None
