"""Tables that list papers, one a row, one fact or facet a column."""

import re
from collections.abc import Iterable, Mapping, Sequence

from markdown_it.tree import SyntaxTreeNode

from wamkg.importing.catalogue import label_key
from wamkg.importing.lists.entry import Entry, read_entry
from wamkg.importing.lists.fields import is_date_of_first_arxiv, roles_of, take_field
from wamkg.importing.lists.inline import Inline, read_inline
from wamkg.importing.lists.legend import is_legend_table

_BAR = re.compile(r"(?<!\\)\|")

Row = tuple[int, list[Inline]]
"""Line of a row in the file, and its cells."""


def cells_of(table: SyntaxTreeNode) -> tuple[list[Inline], list[Row]]:
    """Header cells and body rows of a table."""
    rows = [row for part in table.children for row in part.children]
    read = [((row.map or (0, 0))[0] + 1, [_cell(cell) for cell in row.children]) for row in rows]
    return (read[0][1], read[1:]) if read else ([], [])


def _cell(cell: SyntaxTreeNode) -> Inline:
    tokens = [t for child in cell.children if child.token for t in child.token.children or []]
    return read_inline(tokens)


def is_paper_table(headers: Sequence[str], rows: Sequence[Row]) -> bool:
    """Whether a column gives titles and some row leads out of the document."""
    roles = roles_of(headers)
    if "title" not in roles:
        return False
    column = roles.index("title")
    titles = [cells[column].text for _, cells in rows]
    counts = all(title.strip("*").isdigit() for title in titles if title)
    leads_out = any(not url.startswith("#") for _, cells in rows for cell in cells for url in cell.hrefs)
    dated = bool({"date", "year", "venue"} & set(roles))
    return bool(titles) and not counts and (leads_out or dated)


def explained_columns(tables: Iterable[SyntaxTreeNode]) -> dict[str, str]:
    """What the document's own explanations say of columns, by label key of the heading."""
    meanings = {}
    for table in tables:
        headers, rows = cells_of(table)
        if is_legend_table([header.text for header in headers]):
            meanings.update({label_key(cells[0].text): cells[1].text for _, cells in rows})
    return meanings


def row_fault(raw: str, columns: int, cells: Sequence[Inline]) -> str | None:
    """Why a row cannot be trusted: more cells than columns would be cut off, most often at a bar inside a title."""
    parts = _BAR.split(raw.strip(" >\t").removeprefix("|"))
    surplus = [part for part in parts[columns:] if part.strip()]
    if surplus:
        return f"a table row with more cells than the {columns} columns; write a bar inside a cell as \\|"
    return None


def read_row(headers: Sequence[str], cells: Sequence[Inline], line: int, meanings: Mapping[str, str]) -> Entry:
    """Read a row: the title cell like any entry, the others by their heading; a column's own date comes first."""
    roles = roles_of(headers)
    title = roles.index("title")
    entry = read_entry(cells[title], line)
    for header, role, cell in zip(headers, roles, cells, strict=False):
        if role != "title":
            take_field(entry, header, role, cell)
        if role == "date" and entry.date and is_date_of_first_arxiv(f"{header} {meanings.get(label_key(header), '')}"):
            entry.date_kind = "arxiv_v1"
    if not any(c.isalnum() for c in entry.title) and entry.name and not (entry.arxiv or entry.doi):
        entry.title, entry.name = entry.name, None
    return entry
