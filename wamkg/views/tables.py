"""Tables for manuscripts: papers by facets, results per benchmark, entities, and the crosswalk of two taxonomies."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.near_matches import unknown
from wamkg.readable import pluralize
from wamkg.store.entities import USES, introduced_by
from wamkg.store.papers import locate_papers
from wamkg.store.results import result_rows
from wamkg.store.taxonomies import get_taxonomy, list_taxa, list_taxonomies
from wamkg.taxonomy.crosswalk import crosswalk
from wamkg.taxonomy.crosswalk_text import confusion_rows
from wamkg.views.citation_keys import citation_keys
from wamkg.views.entities import all_entities
from wamkg.views.papers import PaperItem, PaperQuery, ordered_numbers, paper_items
from wamkg.views.results import Leaderboard, RankedResult, ResultItem, ResultQuery, leaderboard
from wamkg.vocabulary import EntityKind

YES = "✓"
KINDS = (EntityKind.DATASET, EntityKind.BENCHMARK, EntityKind.METRIC, EntityKind.METHOD, EntityKind.INSTITUTION)
TABLES = ("papers", "results", *(f"{kind.value}s" for kind in KINDS), "crosswalk")


@dataclass(frozen=True)
class TableCell:
    """One cell: its text, citation keys that print behind it, a link, and marks of footnotes."""

    text: str = ""
    cites: tuple[str, ...] = ()
    url: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableColumn:
    """A column: its heading, and whether it holds numbers or text that may wrap."""

    name: str
    is_number: bool = False
    wraps: bool = False


@dataclass
class TableGroup:
    """Rows under a heading of their own; the heading may be empty."""

    heading: str
    rows: list[list[TableCell]] = field(default_factory=list)


@dataclass
class TableData:
    """A table without a form. `notes` are footnotes by mark."""

    name: str
    caption: str
    columns: list[TableColumn]
    groups: list[TableGroup]
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> list[list[TableCell]]:
        """All rows."""
        return [row for group in self.groups for row in group.rows]


@dataclass(frozen=True)
class TableQuery:
    """What a table shows: columns and filters of papers, the benchmarks of results, the taxonomies of a crosswalk."""

    columns: tuple[str, ...] = ()
    papers: PaperQuery = field(default_factory=PaperQuery)
    taxonomy: str = ""
    benchmark: tuple[str, ...] = ()
    compare_with: str = ""
    grouped: bool = True


def make_table(session: Session, name: str, query: TableQuery) -> TableData:
    """A table by its name.

    Raises InvalidInputError for an unknown table or column, NotFoundError for an unknown taxonomy or benchmark, and the
    errors of the filters.
    """
    if name == "papers":
        return _papers(session, query)
    if name == "results":
        return _results(session, query)
    if name == "crosswalk":
        return _crosswalk(session, query)
    for kind in KINDS:
        if name == f"{kind.value}s":
            return _entities(session, kind)
    raise InvalidInputError(unknown("table", name, TABLES))


PAPER_COLUMNS = ("cite", "title", "method", "authors", "year", "date", "venue", "class", "data", "benchmarks", "code",
                 "citations", "standing", "doi", "arxiv")  # fmt: skip
"""Columns of papers; the slug of any taxonomy is one too."""
DEFAULT_COLUMNS = ("method", "cite", "year", "venue", "class")
_NUMBERS = frozenset({"year", "citations"})
_WRAPPED = frozenset({"title", "authors", "venue", "class", "data", "benchmarks"})
_CODE = ("code", "github", "repo")


@dataclass(frozen=True)
class _PaperFacts:
    keys: Mapping[int, str]
    names: Mapping[str, Mapping[str, str]]
    linked: Mapping[int, Sequence[tuple[str, str]]]
    results: Mapping[int, Sequence[str]]
    main: str


def _papers(session: Session, query: TableQuery) -> TableData:
    names = query.columns or DEFAULT_COLUMNS
    slugs = [taxonomy.slug for taxonomy in list_taxonomies(session)]
    for name in names:
        if name not in PAPER_COLUMNS and name not in slugs:
            raise InvalidInputError(unknown("column", name, [*PAPER_COLUMNS, *slugs]))
    main = get_taxonomy(session, query.taxonomy)
    numbers = ordered_numbers(session, query.papers)
    results: dict[int, list[str]] = {}
    for row in result_rows(session):
        if row.paper is not None:
            results.setdefault(row.paper, []).append(row.benchmark_name)
    taxa = {slug: {t.path: t.name for t in list_taxa(session, get_taxonomy(session, slug))} for slug in slugs}
    facts = _PaperFacts(
        citation_keys(session, numbers), taxa, introduced_by(session, numbers, USES), results, main.slug
    )
    pairs = list(zip(numbers, paper_items(session, numbers), strict=True))
    order = {path: place for place, path in enumerate(taxa[main.slug])}
    grouped = query.grouped and "class" not in names
    groups: dict[str, TableGroup] = {}
    if grouped:
        pairs.sort(key=lambda pair: order.get(pair[1].taxa.get(main.slug, ""), len(order)))
    for number, item in pairs:
        heading = _class(item, main.slug, taxa[main.slug]) if grouped else ""
        cells = [_paper_cell(name, number, item, facts) for name in names]
        groups.setdefault(heading, TableGroup(heading)).rows.append(cells)
    columns = [TableColumn(_heading(name), name in _NUMBERS, name in _WRAPPED or name in slugs) for name in names]
    return TableData("papers", f"{pluralize(len(numbers))} of {main.title}.", columns, list(groups.values()))


def _heading(name: str) -> str:
    return {"cite": "Reference", "doi": "DOI", "arxiv": "arXiv"}.get(name, name.replace("-", " ").capitalize())


def _class(item: PaperItem, slug: str, names: Mapping[str, str]) -> str:
    """The names along the path of a paper's taxon; its status if it has none."""
    path = item.taxa.get(slug)
    if path is None:
        return item.states[slug].status if slug in item.states else ""
    parts = path.split("/")
    return " / ".join(names.get("/".join(parts[: n + 1]), part) for n, part in enumerate(parts))


def _paper_cell(name: str, number: int, item: PaperItem, facts: _PaperFacts) -> TableCell:
    if name == "cite":
        return TableCell(cites=(facts.keys[number],), url=item.url or "")
    if name in ("class", *facts.names):
        slug = facts.main if name == "class" else name
        return TableCell(_class(item, slug, facts.names[slug]))
    if name == "title":
        return TableCell(item.title, url=item.url or "")
    texts: dict[str, Callable[[], object]] = {
        "method": lambda: item.method,
        "authors": lambda: _authors(item),
        "year": lambda: item.year,
        "date": lambda: item.date,
        "venue": lambda: item.venue,
        "data": lambda: ", ".join(_linked(facts.linked.get(number, ()), "dataset")),
        "benchmarks": lambda: ", ".join(
            dict.fromkeys([*_linked(facts.linked.get(number, ()), "benchmark"), *facts.results.get(number, ())])
        ),
        "code": lambda: YES if any(word in kind.lower() for kind in item.links for word in _CODE) else "",
        "citations": lambda: item.citations,
        "standing": lambda: item.standing,
        "doi": lambda: item.doi,
        "arxiv": lambda: item.arxiv,
    }
    value = texts[name]()
    return TableCell("" if value is None else str(value))


def _linked(links: Sequence[tuple[str, str]], kind: str) -> list[str]:
    return list(dict.fromkeys(name for found, name in links if found == kind))


def _authors(item: PaperItem) -> str:
    """The first author's family name, as in-text citations print it."""
    if not item.authors:
        return ""
    first = item.authors[0].split()[-1]
    return f"{first} et al." if len(item.authors) > 2 or item.authors_cut else " and ".join(
        name.split()[-1] for name in item.authors
    )  # fmt: skip


def _results(session: Session, query: TableQuery) -> TableData:
    """One group per protocol; a footnote for each caveat and for reports of third parties."""
    boards = leaderboard(session, ResultQuery(benchmark=query.benchmark, papers=query.papers))
    rows = [ranked for board in boards for ranked in board.rows]
    reporters = {name for ranked in rows for name in (ranked.result.reported_by, ranked.result.paper) if name}
    numbers = locate_papers(session, reporters)
    keys = citation_keys(session, numbers.values())
    cites = {name: keys[number] for name, number in numbers.items()}
    notes = _Notes()
    groups = [
        TableGroup(_protocol(board), [_result_row(r, board, cites, notes) for r in board.rows]) for board in boards
    ]
    columns = [TableColumn("Rank", is_number=True), TableColumn("Method"), TableColumn("Score", is_number=True),
               TableColumn("Reported in"), TableColumn("Where", wraps=True)]  # fmt: skip
    names = sorted({board.benchmark_name for board in boards}) if query.benchmark else []
    about = f" on {', '.join(names)}" if names else ""
    caption = f"{pluralize(len(rows), 'reported score')}{about}. Only scores under one heading have one protocol."
    return TableData("results", caption, columns, groups, notes.texts)


class _Notes:
    """Footnotes: each text has one mark."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self._marks: dict[str, str] = {}

    def mark(self, text: str) -> str:
        """The mark of a text."""
        if text not in self._marks:
            self._marks[text] = _letters(len(self._marks))
            self.texts[self._marks[text]] = text
        return self._marks[text]


def _letters(number: int) -> str:
    """a to z, then aa, ab and so on."""
    more, last = divmod(number, 26)
    return (_letters(more - 1) if more else "") + chr(ord("a") + last)


def _protocol(board: Leaderboard) -> str:
    parts = [board.benchmark_name, board.suite, board.split]
    metric = board.metric_name or "metric not stated"
    unit = f" ({board.unit})" if board.unit else ""
    better = {True: ", higher is better", False: ", lower is better", None: ""}[board.higher_is_better]
    return f"{', '.join(part for part in parts if part)}: {metric}{unit}{better}"


def _result_row(ranked: RankedResult, board: Leaderboard, cites: Mapping[str, str], notes: _Notes) -> list[TableCell]:
    result = ranked.result
    marks = sorted(notes.mark(text) for text in _caveats(result, board))
    own, where = (
        (cites[name],) if name is not None and name in cites else () for name in (result.paper, result.reported_by)
    )
    return [
        TableCell("" if ranked.rank is None else str(ranked.rank)),
        TableCell(result.method_printed or result.method_name, own),
        TableCell(f"{result.value:g}", marks=tuple(marks)),
        TableCell("" if where else result.reported_url or "", where),
        TableCell(result.reported_location or ""),
    ]


def _caveats(result: ResultItem, board: Leaderboard) -> list[str]:
    found = [result.caveat] if result.caveat else []
    if result.party != "first":
        found.append("Reported by others than the authors of the method.")
    if not board.split:
        found.append("The report does not state the split.")
    return found


def _entities(session: Session, kind: EntityKind) -> TableData:
    items = sorted(all_entities(session, kind), key=lambda item: (item.name.casefold(), item.slug))
    numbers = locate_papers(session, {paper for item in items for paper in item.papers})
    keys = citation_keys(session, numbers.values())
    relations = sorted({relation for item in items for relation in item.uses})
    columns = [TableColumn("Name", wraps=True)]
    columns += [TableColumn("Unit")] if kind is EntityKind.METRIC else []
    columns += [TableColumn(relation.replace("_", " ").capitalize(), is_number=True) for relation in relations]
    columns.append(TableColumn("Results", is_number=True))
    rows = []
    for item in items:
        cites = tuple(keys[numbers[paper]] for paper in item.papers[:3] if paper in numbers)
        row = [TableCell(item.name, cites if kind is not EntityKind.INSTITUTION else ())]
        row += [TableCell(item.unit or "")] if kind is EntityKind.METRIC else []
        row += [TableCell(str(item.uses.get(relation, 0))) for relation in relations]
        rows.append([*row, TableCell(str(item.results))])
    name = f"{kind.value}s"
    return TableData(name, f"{pluralize(len(rows), kind.value)} with the number of linked papers.", columns,
                     [TableGroup("", rows)])  # fmt: skip


def _crosswalk(session: Session, query: TableQuery) -> TableData:
    if not query.compare_with:
        raise InvalidInputError("a crosswalk needs two taxonomies; give --compare-with SLUG")
    found = crosswalk(session, get_taxonomy(session, query.taxonomy).slug, query.compare_with)
    head, *body = confusion_rows(found)
    columns = [
        TableColumn(head[0].replace("\\", "/"), wraps=True),
        *(TableColumn(name, is_number=True) for name in head[1:]),
    ]
    rows = [[TableCell(text) for text in row] for row in body]
    caption = f"{pluralize(found.shared)} in both {found.a} and {found.b}."
    return TableData("crosswalk", caption, columns, [TableGroup("", rows)])
