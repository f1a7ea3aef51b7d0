"""Pages that only the static edition has, and its search data."""

from collections.abc import Mapping, Sequence
from unicodedata import combining, normalize

from sqlmodel import Session

from wamkg.json_types import JsonObject
from wamkg.pages.context import page_frame
from wamkg.pages.render import render
from wamkg.views.papers import PaperItem, path_with_ancestors


def downloads_page(session: Session, edition: str, groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> str:
    """The page with every file that can be taken along, in groups of (label, address)."""
    return render("downloads.html", **page_frame(session), here="/downloads", edition=edition, groups=groups)


def search_data(item: PaperItem) -> JsonObject:
    """What the script of the library knows of a paper: folded text, and the values of the filters."""
    ids: Mapping[str, str | None] = {"arxiv": item.arxiv, "doi": item.doi, "key": item.key}
    words = (item.title, item.method, item.venue, *item.authors, *ids.values(), item.note)
    taxa = [(slug, path) for slug, path in item.taxa.items()]
    taxa += [(slug, path) for slug, paths in item.also.items() for path in paths]
    above = dict.fromkeys(f"{slug}:{part}" for slug, path in taxa for part in path_with_ancestors(path))
    return {
        "text": _folded(" ".join(word for word in words if word)),
        "title": item.title,
        "date": item.date,
        "year": item.year,
        "venue": item.venue,
        "standing": item.standing,
        "authors": list(item.authors),
        "taxa": list(above),
        "citations": item.citations,
    }


def _folded(text: str) -> str:
    return "".join(char for char in normalize("NFKD", text) if not combining(char)).lower()
