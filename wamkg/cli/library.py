"""`list`, `search`, `show`, `remove`, `open`: the library from the command line."""

import csv
import sys
import webbrowser
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple
from typing import Annotated, Literal
from urllib.parse import quote

import orjson
import typer

from wamkg.cli.common import JsonOption, err, open_store, out, piped_ids, print_json, print_table, print_undo
from wamkg.cli.decisions import ByOption, PaperArgument
from wamkg.cli.paper_filters import FilterValues, in_main_taxonomy, with_paper_filters
from wamkg.cli.snapshots import AsOfOption, ReleaseOption, open_selected_store
from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.readable import shorten
from wamkg.services import entities
from wamkg.services.writers import Writer
from wamkg.store.paper_filter import PaperFilter
from wamkg.store.paper_groups import GroupBy
from wamkg.store.papers import find_paper
from wamkg.store.session import Session
from wamkg.views.paper_details import PaperDetail, paper_detail
from wamkg.views.papers import PaperGroups, PaperItem, PaperQuery, find_paper_page, paper_groups, public_id
from wamkg.views.search import search as search_library
from wamkg.views.survey import SurveyItem, how_to_begin, survey_item
from wamkg.vocabulary import Standing

Format = Literal["table", "csv", "jsonl", "ids"]
PAGE = 500
"""Papers read from the store at a time."""
TITLE_WIDTH = 70
CUT_COLUMNS = frozenset({"title", "authors", "venue"})
"""Columns whose long values a table cuts; ids stay whole, to be copied."""
COLUMNS: dict[str, Callable[[PaperItem], str | int | None]] = {
    "id": lambda p: p.id,
    "key": lambda p: p.key,
    "title": lambda p: p.title,
    "method": lambda p: p.method,
    "authors": lambda p: "; ".join([*p.authors, *(["et al."] if p.authors_cut else [])]),
    "first_author": lambda p: (
        p.authors[0] + (" et al." if len(p.authors) > 1 or p.authors_cut else "") if p.authors else None
    ),
    "date": lambda p: p.date,
    "year": lambda p: p.year,
    "venue": lambda p: p.venue,
    "taxa": lambda p: ", ".join(f"{slug}:{path}" for slug, path in p.taxa.items()),
    "standing": lambda p: p.standing,
    "citations": lambda p: p.citations,
    "doi": lambda p: p.doi,
    "arxiv": lambda p: p.arxiv,
    "url": lambda p: p.url,
}
"""Columns of `list` and `search`, by name."""
DEFAULT_COLUMNS = "id,date,method,title,venue,taxa"
ColumnsOption = Annotated[
    str, typer.Option("--columns", help=f"Columns, separated by commas: {', '.join(COLUMNS)}.", show_default=True)
]
FormatOption = Annotated[Format, typer.Option("--format", help="What to print; ids are one to a line, for a pipe.")]
QuietLimit = Annotated[int, typer.Option("--limit", min=0, help="Number of papers; 0 for all.")]


@with_paper_filters
def list_(
    filters: FilterValues,
    sort: Annotated[str | None, typer.Option("--sort", help="-date, date, title, -citations, added.")] = None,
    limit: QuietLimit = 50,
    columns: ColumnsOption = DEFAULT_COLUMNS,
    format: FormatOption = "table",
    group_by: Annotated[GroupBy | None, typer.Option("--group-by", help="Count the papers by this instead.")] = None,
    group_depth: Annotated[int, typer.Option("--group-depth", min=0, help="Depth of branches; 0: whole paths.")] = 1,
    release: ReleaseOption = None,
    as_of: AsOfOption = None,
) -> None:
    """List the papers of the library, newest first. Repeat a filter to allow several values."""
    chosen = _columns(columns)
    most = None if limit == 0 or (format != "table" and limit == 50) else limit
    with open_selected_store(release, as_of) as store, store.reading() as session:
        asked = PaperQuery(**in_main_taxonomy(session, filters), sort=sort)
        if group_by:
            _print_groups(paper_groups(session, asked, group_by, depth=group_depth), format)
            return
        total, papers = _matching(session, asked, most)
        printed = _print_papers(papers, chosen, format)
        hint = "" if total else how_to_begin(session)
    if printed < total and format == "table":
        out.print(f"{printed} of {total} papers; `--limit 0` lists all of them")
    elif format == "table":
        out.print(f"{total} {'paper' if total == 1 else 'papers'}")
    if not total and not filters and hint:
        out.print(hint)


def _print_groups(groups: PaperGroups, format: Format) -> None:
    if format == "jsonl":
        for group in groups.items:
            sys.stdout.write(orjson.dumps(group).decode() + "\n")
    elif format == "csv":
        csv.writer(sys.stdout, lineterminator="\n").writerows([(groups.by, "papers"), *map(astuple, groups.items)])
    elif format == "ids":
        raise InvalidInputError("groups have no ids; use --format table, csv or jsonl")
    else:
        print_table("", [groups.by, "papers"], [[group.value, group.papers] for group in groups.items])
    hidden = groups.total - len(groups.items)
    more = f"; {hidden} more values are not shown, narrow the list to see them" if hidden else ""
    err.print(f"{groups.without} without {groups.by}{more}")


def search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS...", help="Words of the title, method or abstract.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Number of papers.")] = 10,
    columns: ColumnsOption = DEFAULT_COLUMNS,
    format: FormatOption = "table",
) -> None:
    """Find papers by an id, the name of a method, or words; the best match comes first."""
    chosen = _columns(columns)
    text = " ".join(words)
    with open_store() as store, store.reading() as session:
        hits = search_library(session, PaperFilter(q=text), "hybrid", limit).items
    if not hits:
        raise NotFoundError(f"no paper matches {text!r}; try fewer or other words, or `wamkg list`")
    if format == "table":
        print_table("", ["matched", *chosen], [[hit.matched, *_cells(hit.paper, chosen)] for hit in hits])
    else:
        _print_papers([hit.paper for hit in hits], chosen, format)


def show(paper: PaperArgument, json: JsonOption = False) -> None:
    """Show one paper: facts, place, suggestion, citations and versions. `show survey` shows the survey itself."""
    with open_store() as store, store.reading() as session:
        if paper == "survey":
            _show_survey(survey_item(session), json)
            return
        detail = paper_detail(session, paper)
    if json:
        print_json(detail)
        return
    for line in _card(detail):
        out.print(line)


def _show_survey(survey: SurveyItem, json: bool) -> None:
    if json:
        print_json(survey)
        return
    for line in _survey_lines(survey):
        out.print(line)


def _survey_lines(survey: SurveyItem) -> Iterator[str]:
    yield survey.title + (f" ({survey.short_name})" if survey.short_name else "")
    for author in survey.authors:
        parts = [author["name"], "; ".join(author.get("affiliations") or ()), author.get("note") or ""]
        yield f"  {', '.join(part for part in parts if part)}"
    yield from (line for line in (survey.abstract, survey.home_page) if line)
    yield f"main taxonomy: {survey.main_taxonomy or 'none'}; papers are placed by the date {survey.date_rule}"
    branches = [f"{b.get('name') or b['slug']} {b.get('color', '')}".strip() for b in survey.branches]
    for name, values in (("branches", branches), ("kinds of outside", survey.outside_kinds)):
        if values:
            yield f"{name}: {', '.join(values)}"
    for item in survey.definitions:
        head = " ".join(part for part in (item["term"], item.get("formula", "")) if part)
        yield f"{head}: {item['text']}"
    yield from survey.citation.splitlines()


def remove(
    papers: Annotated[list[str], typer.Argument(metavar="PAPER...", help="Ids; `-` reads them from a pipe.")],
    why: Annotated[str, typer.Option("--why", help="Reason, kept with the paper.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and write nothing.")] = False,
    by: ByOption = "cli",
) -> None:
    """Exclude papers from the survey with a reason. They stay in the store, so that no import brings them back."""
    if not why.strip():
        raise InvalidInputError("a paper needs a reason to be excluded; write --why 'not about this subject'")
    with open_store() as store:
        with store.reading() as session:
            ids = [id_ for name in papers for id_ in (piped_ids() if name == "-" else [name])]
            found = {name: find_paper(session, name) for name in dict.fromkeys(ids)}
            names = {name: (public_id(p.arxiv, p.slug), p.title) for name, p in found.items()}
        for name, (id_, title) in names.items():
            out.print(f"{id_}: {title}")
            if not dry_run:
                values = {"standing": Standing.EXCLUDED.value, "exclusion_reason": why}
                batch = entities.set_values(store, Writer(by), name, values, why).batch
                out.print("  is excluded already; nothing was written") if batch is None else print_undo(batch)
    if dry_run:
        out.print(f"{len(names)} {'paper' if len(names) == 1 else 'papers'} would be excluded; nothing was written")


def open_(
    paper: PaperArgument,
    port: Annotated[int, typer.Option("--port", help="Port of `wamkg serve`.")] = 8000,
    print_only: Annotated[bool, typer.Option("--print", help="Print the address instead of opening it.")] = False,
) -> None:
    """Open the page of a paper in the browser. `wamkg serve` must be running."""
    with open_store() as store, store.reading() as session:
        row = find_paper(session, paper)
        path = quote(public_id(row.arxiv, row.slug), safe=":/")
    address = f"http://127.0.0.1:{port}/papers/{path}"
    if print_only:
        out.print(address)
    elif not webbrowser.open(address):
        err.print(f"no browser can be opened here; the address is {address}")
        raise typer.Exit(1)


def _columns(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in COLUMNS:
            raise InvalidInputError(f"no column {name!r}; there are {', '.join(COLUMNS)}")
    if not names:
        raise InvalidInputError(f"name at least one column of {', '.join(COLUMNS)}")
    return names


def _matching(session: Session, query: PaperQuery, most: int | None) -> tuple[int, Iterator[PaperItem]]:
    """Number of papers that match, and the first ones, read in pages."""
    first = find_paper_page(session, query.model_copy(update={"limit": min(PAGE, most or PAGE)}))

    def pages() -> Iterator[PaperItem]:
        left, page = most, first
        while True:
            items = page.items if left is None else page.items[:left]
            yield from items
            left = None if left is None else left - len(items)
            if page.next is None or left == 0:
                return
            page = find_paper_page(
                session, query.model_copy(update={"limit": min(PAGE, left or PAGE), "after": page.next})
            )

    return first.total, pages()


def _print_papers(papers: Iterable[PaperItem], columns: Sequence[str], format: Format) -> int:
    """Print papers in a format; returns their number."""
    if format in ("jsonl", "ids"):
        number = 0
        for paper in papers:
            number += 1
            typer.echo(paper.id if format == "ids" else orjson.dumps(paper).decode())
        return number
    shown = list(papers)
    if format == "csv":
        rows = [[COLUMNS[name](paper) for name in columns] for paper in shown]
        csv.writer(sys.stdout, lineterminator="\n").writerows([columns, *rows])
    elif shown:
        print_table("", list(columns), [_cells(paper, columns) for paper in shown])
    return len(shown)


def _cells(paper: PaperItem, columns: Sequence[str]) -> list[str | int | None]:
    """The values of a paper in a table, the long ones cut."""
    values = [(name, COLUMNS[name](paper)) for name in columns]
    return [shorten(v, TITLE_WIDTH) if name in CUT_COLUMNS and isinstance(v, str) else v for name, v in values]


def _card(paper: PaperDetail) -> Iterator[str]:
    """The lines of `show`."""
    yield paper.title
    names = ", ".join(paper.authors[:8]) + (" and others" if len(paper.authors) > 8 or paper.authors_cut else "")
    yield names or "authors unknown"
    day = paper.date or (f"{paper.year}" if paper.year else "date unknown")
    yield " · ".join(part for part in (day, paper.venue, paper.method and f"method {paper.method}") if part)
    yield ""
    ids = {"arXiv": paper.arxiv, "DOI": paper.doi, "Semantic Scholar": paper.s2, "key": paper.key}
    yield from (f"{name}: {value}" for name, value in ids.items() if value)
    yield f"standing: {paper.standing}" + (f" ({paper.exclusion_reason})" if paper.exclusion_reason else "")
    yield from _places(paper)
    yield from _suggested(paper)
    yield f"citations: {paper.citations if paper.citations is not None else 'unknown; run `wamkg enrich`'}"
    yield from (f"{link.kind}: {link.url}" for link in paper.weblinks)
    yield from (f"version: {other.id}, {other.venue or 'no venue'}, {other.year or 'no year'}" for other in paper.work)
    if paper.conflicts:
        yield f"{paper.conflicts} values differ between sources; `wamkg history {paper.id} --sources` lists them"


def _places(paper: PaperDetail) -> Iterator[str]:
    live = [a for a in paper.assignments if a.ended is None]
    if not live:
        yield f"assignment: none; `wamkg decide {paper.id} TAXON` assigns it"
    for place in live:
        yield f"assignment: {place.taxonomy}:{place.taxon or place.status}, by {place.by} on {place.at:%Y-%m-%d}"
        if place.evidence:
            yield f"  “{place.evidence}” ({place.evidence_location or 'no location'})"


def _suggested(paper: PaperDetail) -> Iterator[str]:
    for item in paper.suggestions:
        if item.hidden:
            yield f"suggestion in {item.taxonomy}: hidden until someone decides"
        elif item.ranked:
            best = item.ranked[0]
            sure = f"sure of {item.decided_level}" if item.decided_level else "no confident level"
            yield f"suggestion in {item.taxonomy}: {best.taxon} ({best.probability:.2f}), {sure}"
