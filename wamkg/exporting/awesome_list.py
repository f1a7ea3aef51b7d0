"""The generated README of the survey: contents, taxa as headings, each paper a list item with links."""

from collections.abc import Iterator, Sequence

from sqlmodel import Session

from wamkg.store.assignments import introduced_names
from wamkg.store.taxonomies import find_default_taxonomy, get_taxonomy
from wamkg.views.duplicates import ExportedWorks
from wamkg.views.papers import PaperItem
from wamkg.views.survey import site_name
from wamkg.views.taxonomies import TaxonNode, TaxonomyTree, taxonomy_list, taxonomy_tree
from wamkg.vocabulary import ARXIV_ID_SOURCE, AWAITING_HEADING

_HEADINGS = 4
"""Levels of a taxonomy below its own heading; Markdown has no more. Deeper taxa are bullets above their papers."""
Named = tuple[str, PaperItem]
"""The name of a list item (the method, else what the paper introduces, else empty), and the paper."""


def export_awesome_list(session: Session) -> Iterator[str]:
    """The whole file: its title, then every taxonomy."""
    yield f"# {site_name(session)}\n\n"
    yield from list_sections(session)


def list_sections(session: Session, taxonomies: Sequence[str] = ()) -> Iterator[str]:
    """Contents, the given taxonomies (default: all) with their papers by date, then papers without an assignment.

    Raises NotFoundError for an unknown taxonomy.
    """
    slugs = [get_taxonomy(session, slug).slug for slug in taxonomies]
    wanted = slugs or [taxonomy.slug for taxonomy in taxonomy_list(session)]
    trees = [tree for slug in dict.fromkeys(wanted) if (tree := taxonomy_tree(session, slug)).placed]
    papers = _named(session)
    yield from _contents(trees)
    for tree in trees:
        yield f"{_anchor(tree.slug)}## {tree.title}\n\n"
        yield from _sections(tree.taxa, tree.slug, _by_path(papers, tree.slug))
    main = find_default_taxonomy(session)
    waiting = [paper for paper in papers if main not in paper[1].taxa and main not in paper[1].states]
    if waiting and main in wanted:
        yield f"## {AWAITING_HEADING}\n\n"
        yield from _bullets(waiting)


def _named(session: Session) -> list[Named]:
    works = ExportedWorks(session)
    numbers = works.numbers
    introduced = introduced_names(session, numbers)
    items = works.items(numbers)
    return [(i.method or next(iter(introduced.get(n, ())), ""), i) for n, i in zip(numbers, items, strict=True)]


def _contents(trees: Sequence[TaxonomyTree]) -> Iterator[str]:
    for tree in trees:
        yield f"- [{tree.title}](#{tree.slug}) ({tree.placed})\n"
        for taxon in tree.taxa:
            if taxon.count:
                yield f"  - [{taxon.name}](#{tree.slug}-{taxon.path}) ({taxon.count})\n"
    yield "\n"


def _anchor(name: str) -> str:
    # Of its own, since what a page makes of a heading depends on the other headings in it.
    return f'<a id="{name}"></a>\n\n'


def _by_path(papers: Sequence[Named], taxonomy: str) -> dict[str, list[Named]]:
    found: dict[str, list[Named]] = {}
    for name, item in papers:
        if taxonomy in item.taxa:
            found.setdefault(item.taxa[taxonomy], []).append((name, item))
    return found


def _sections(nodes: Sequence[TaxonNode], taxonomy: str, papers: dict[str, list[Named]]) -> Iterator[str]:
    for node in nodes:
        if node.count and node.depth <= _HEADINGS:
            anchor = _anchor(f"{taxonomy}-{node.path}") if node.depth == 1 else ""
            yield f"{anchor}{'#' * (node.depth + 2)} {node.name}\n\n"
            yield from _bullets(papers.get(node.path, []))
            yield from _sections(node.children, taxonomy, papers)
        elif node.count:
            indent = "  " * (node.depth - _HEADINGS)
            yield f"{indent[2:]}- {plain_markdown(node.name)}\n"
            yield from _bullets(papers.get(node.path, []), indent)
            yield from _sections(node.children, taxonomy, papers)
            yield "\n" if node.depth == _HEADINGS + 1 else ""


def _bullets(papers: Sequence[Named], indent: str = "") -> Iterator[str]:
    for name, item in sorted(papers, key=lambda pair: (pair[1].date or "9999", pair[1].slug)):
        yield f"{indent}{bullet(item, name)}"
    if papers and not indent:
        yield "\n"


def bullet(item: PaperItem, name: str = "") -> str:
    """One paper as a list item: name, title, place of publication, links."""
    head = f"**{plain_markdown(name)}**: " if name else ""
    where = _where(item)
    links = {"paper": item.url} | dict(sorted(item.links.items(), key=_number_of_link))
    shown = " · ".join(f"[{kind.capitalize()}](<{url}>)" for kind, url in links.items() if url)
    return (
        f"- {head}*{plain_markdown(item.title)}*"
        + (f" - {where}" if where else "")
        + (f" - {shown}" if shown else "")
        + "\n"
    )


def _number_of_link(link: tuple[str, str]) -> int:
    """The number of a link among those of its kind: 3 of `code-3`. A list is read back in this order."""
    number = link[0].rpartition("-")[2]
    return int(number) if number.isdecimal() else 1


def _where(item: PaperItem) -> str:
    """Venue and year, else the date; the year only once, since some venues include it.

    A date that no source states is left out: whoever reads the list has the arXiv id that it comes from.
    """
    venue, year = item.venue or "", str(item.stated_year or "")
    stated = None if item.date_source == ARXIV_ID_SOURCE else item.date
    return " ".join(part for part in (venue, "" if year in venue else year) if part) or stated or ""


def plain_markdown(text: str) -> str:
    """Text with Markdown's special characters escaped."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>|" else c for c in text)
