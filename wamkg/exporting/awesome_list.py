"""The survey's README, generated: the classes as headings, each paper a bullet with badges and links."""

from collections.abc import Iterator

from sqlmodel import Session

from wamkg.store.reads_details import listed_numbers
from wamkg.views.papers import PaperItem, paper_items
from wamkg.views.tree import TaxonNode, taxonomy_list, taxonomy_tree
from wamkg.vocabulary import MAIN


def export_awesome_list(session: Session) -> Iterator[str]:
    """Every taxonomy as a section, its taxa as headings, its papers by date; then what awaits a place."""
    items = paper_items(session, listed_numbers(session))
    yield "# World Action Models\n\n"
    for taxonomy in taxonomy_list(session):
        if taxonomy.placed:
            yield f"## {taxonomy.title}\n\n"
            yield from _sections(
                taxonomy_tree(session, taxonomy.slug).taxa, taxonomy.slug, _by_path(items, taxonomy.slug)
            )
    waiting = [item for item in items if MAIN not in item.taxa and MAIN not in item.states]
    if waiting:
        yield "## Awaiting a place\n\n"
        yield from _bullets(waiting)


def _by_path(items: list[PaperItem], taxonomy: str) -> dict[str, list[PaperItem]]:
    found: dict[str, list[PaperItem]] = {}
    for item in items:
        if taxonomy in item.taxa:
            found.setdefault(item.taxa[taxonomy], []).append(item)
    return found


def _sections(nodes: list[TaxonNode], taxonomy: str, papers: dict[str, list[PaperItem]]) -> Iterator[str]:
    for node in nodes:
        if node.count:
            yield f"{'#' * min(node.depth + 2, 6)} {node.name}\n\n"
            yield from _bullets(papers.get(node.path, []))
            yield from _sections(node.children, taxonomy, papers)


def _bullets(items: list[PaperItem]) -> Iterator[str]:
    for item in sorted(items, key=lambda i: (i.date or "9999", i.slug)):
        yield bullet(item)
    if items:
        yield "\n"


def bullet(item: PaperItem) -> str:
    """One paper as a list entry: method, title, place of publication, links."""
    name = f"**{plain_markdown(item.method)}**: " if item.method else ""
    where = " ".join(str(part) for part in (item.venue, item.year) if part) or item.date or ""
    links = {"paper": item.url} | item.links
    shown = " · ".join(f"[{kind.capitalize()}](<{url}>)" for kind, url in links.items() if url)
    return (
        f"- {name}*{plain_markdown(item.title)}*"
        + (f" - {where}" if where else "")
        + (f" - {shown}" if shown else "")
        + "\n"
    )


def plain_markdown(text: str) -> str:
    """Text with what Markdown would read as marks escaped."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>|" else c for c in text)
