"""The static edition: the whole survey as files that need no server."""

import multiprocessing
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple, TypeVar
from urllib.parse import parse_qs

import orjson
from sqlmodel import Session

from wamkg.errors import InvalidInputError, WamkgError
from wamkg.exporting.edition_metadata import (
    citation_cff,
    edition_metadata,
    schema_org_script,
    sitemap_xml,
    zenodo_json,
)
from wamkg.exporting.feeds import FEEDS, Feed, FeedEntry
from wamkg.exporting.formats import EXPORTS
from wamkg.exporting.tables import SUFFIXES, render_table
from wamkg.figures.query import FigureQuery, FigureRequest
from wamkg.figures.style import FigureOptions, parse_width
from wamkg.pages.about import about_page, start_page, with_page_links
from wamkg.pages.edition import downloads_page, search_data
from wamkg.pages.edition_links import LIBRARY, LINKED, EditionLinks, pages_of_lists, paper_file
from wamkg.pages.entities import KINDS, author_list_page, entity_list_page, entity_pages
from wamkg.pages.library import library_page
from wamkg.pages.links import API, query_url
from wamkg.pages.network import GraphChoice, graph_page, network_document
from wamkg.pages.overview import LeaderboardChoice, TimelineChoice, leaderboard_page, timeline_of, timeline_page
from wamkg.pages.paper import render_paper, render_why, shown_papers
from wamkg.pages.render import static_file
from wamkg.pages.taxonomy import TaxonomyChoice, taxonomy_page
from wamkg.services.exports import citations_of, pin_citation_keys
from wamkg.services.figures import draw_figure
from wamkg.store.base import chunks
from wamkg.store.paper_filter import MANY_VALUED
from wamkg.store.papers import numbers_by_slug
from wamkg.store.session import Edition, Store
from wamkg.version import __version__
from wamkg.views.edition import edition_of
from wamkg.views.entities import all_entities
from wamkg.views.papers import PaperItem, PaperQuery, ordered_numbers, paper_items
from wamkg.views.survey import site_name
from wamkg.views.tables import TableQuery, make_table
from wamkg.views.taxonomies import taxonomy_list, taxonomy_tree, walk
from wamkg.vocabulary import EntityKind

T = TypeVar("T")
MANIFEST = "manifest.json"
TAXON = "taxon"
LOADED_AT_ONCE = 200
"""Papers of which a process loads everything before it writes their pages."""
NEWEST = 50
"""Entries of a feed."""
TABLE_NAMES = ("papers", "results", "datasets", "benchmarks", "metrics")
CITATIONS = TimelineChoice(show="citations")
CITATIONS_PAGE = query_url("/timeline", {"show": CITATIONS.show})
FIGURES_TAKEN = ("roadmap.svg", "timeline.svg", "taxonomy.svg")
"""Figures to take along, besides those that pages show."""


@dataclass(frozen=True)
class SiteReport:
    """What was written: the number of files and papers, the size in bytes, and what had to be left out."""

    folder: str
    release: str
    papers: int
    files: int
    size: int
    left_out: list[str] = field(default_factory=list)


def write_site(store: Store, folder: Path, base_url: str = "") -> SiteReport:
    """Write the edition of a store into a folder, which is new, empty, or that of an earlier edition.

    The folder is replaced when the edition is complete. `base_url` is the address where it will be published; feeds and
    the sitemap name it. Raises InvalidInputError for a folder with other files.
    """
    folder = folder.resolve()
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / MANIFEST).exists())):
        raise InvalidInputError(f"{folder} has other files than an edition; name a new or an empty folder")
    pin_citation_keys(store)
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        report = _Site(store, scratch, base_url.rstrip("/")).write()
        scratch.chmod(0o755)
        former = scratch.with_name(f"{scratch.name}.former")
        if folder.exists():
            folder.rename(former)
        scratch.rename(folder)
        shutil.rmtree(former, ignore_errors=True)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return SiteReport(str(folder), *report)


class _WantedFigure(NamedTuple):
    """A figure by its name and its query, and the file of each format."""

    name: str
    query: str
    files: tuple[str, ...]


class _Site:
    def __init__(self, store: Store, folder: Path, base_url: str) -> None:
        self.store, self.folder, self.base_url = store, folder, base_url
        self.left_out: list[str] = []
        self.taxa: list[tuple[str, str]] = []

    def write(self) -> tuple[str, int, int, int, list[str]]:
        """Write every file; returns the fields of the report."""
        place, processes = _Place(self.store.url, self.store.edition, self.folder), min(os.cpu_count() or 1, 4)
        # Not a fork: this process holds connections and threads.
        spawning = multiprocessing.get_context("spawn")
        with self.store.reading() as session, ProcessPoolExecutor(processes, mp_context=spawning) as pool:
            self.edition = edition_of(session)
            items = _everything(session)
            self.metadata = edition_metadata(session, self.edition, len(items), self.base_url)
            self.links = self._links(session, items)
            slugs = _shares([item.slug for item in items], processes * 2)
            pages = _shares(self._entities_and_taxa(session), processes * 2)
            rendered = [
                pool.map(partial(_render_papers, place, self.links), slugs),
                pool.map(partial(_render_pages, place, self.links), pages),
            ]
            self._shared_pages(session, items)
            drawn = pool.map(partial(_draw, place, self.links), self._wanted_figures())
            self._tables(session)
            self._exports(session)
            self._feeds(session, items)
            self._describe()
            data = {paper_file(item.id): search_data(item) for item in items}
            self._save("assets/data.js", b"window.WAMKG_PAPERS = " + orjson.dumps(data) + b";\n")
            for results in rendered:
                list(results)
            self.left_out += [why for reasons in drawn for why in reasons]
        for name in sorted(self.links.assets | {"edition.js"}):
            self._save(f"assets/{name}", _asset(name))
        size = self._manifest()
        files = sum(1 for path in self.folder.rglob("*") if path.is_file())
        return self.edition.name, len(items), files, size, self.left_out

    def _save(self, name: str, content: bytes) -> None:
        _write(self.folder / name, content)

    def _page(self, name: str, html: str) -> None:
        self._save(name, self.links.rewritten(html, name).encode())

    def _links(self, session: Session, items: Sequence[PaperItem]) -> EditionLinks:
        pages = {
            "/": "index.html", "/taxonomy": "taxonomy.html", "/timeline": "timeline.html", "/graph": "graph.html",
            "/leaderboard": "leaderboard.html", "/downloads": "downloads.html", f"/{MANIFEST}": MANIFEST,
        }  # fmt: skip
        pages |= {f"/papers/{item.id}": paper_file(item.id) for item in items}
        pages |= {f"/papers/{item.slug}": paper_file(item.id) for item in items}
        pages |= {f"/papers/{item.id}/why": _why_file(item.id) for item in items}
        pages |= {"/index": "index/benchmarks.html", "/index/authors": "index/authors.html", "/about": "about.html"}
        for kind in KINDS:
            pages[f"/index/{kind}s"] = f"index/{kind}s.html"
            pages |= {f"/index/{kind}s/{e.slug}": f"index/{kind}s/{e.slug}.html" for e in all_entities(session, kind)}
        pages |= pages_of_lists("/taxonomy", "taxonomy", [t.slug for t in taxonomy_list(session)])
        for taxonomy in taxonomy_list(session):
            for node in walk(taxonomy_tree(session, taxonomy.slug).taxa):
                address = query_url("/taxonomy", {"taxonomy": taxonomy.slug, "at": node.path})
                pages[address] = _taxon_file(taxonomy.slug, node.path)
                self.taxa.append((taxonomy.slug, node.path))
        pages |= pages_of_lists("/leaderboard", "benchmark", self._benchmarks(session))
        exports = {name: f"downloads/{form.file_name}" for name, form in EXPORTS.items()}
        exports["awesome-list"] = "downloads/LIST.md"
        tables = {f"/tables/{name}{suffix}": f"tables/{name}{suffix}" for name in TABLE_NAMES for suffix in SUFFIXES}
        feeds = {f"/{form.file}": form.file for form in FEEDS.values()}
        if timeline_of(session, CITATIONS).items:
            pages[CITATIONS_PAGE] = "timeline-citations.html"
        return EditionLinks(pages | tables | feeds, exports)

    @staticmethod
    def _benchmarks(session: Session) -> list[str]:
        return [item.slug for item in all_entities(session, EntityKind.BENCHMARK) if item.results]

    def _shared_pages(self, session: Session, items: Sequence[PaperItem]) -> None:
        start = start_page(session)
        script = schema_org_script(self.metadata, self.links.exports)
        self._page("index.html", start.replace("</head>", f"  {script}\n</head>", 1))
        self._page(LIBRARY, library_page(session, PaperQuery(), per_page=max(len(items), 1)))
        self._page("about.html", about_page(session))
        self._page("index/authors.html", author_list_page(session))
        for kind in KINDS:
            self._page(f"index/{kind}s.html", entity_list_page(session, kind))
        self._page("taxonomy.html", taxonomy_page(session, TaxonomyChoice()))
        for taxonomy in taxonomy_list(session):
            self._page(
                self.links.pages[f"/taxonomy?taxonomy={taxonomy.slug}"],
                taxonomy_page(session, TaxonomyChoice(taxonomy.slug)),
            )
        self._page("timeline.html", timeline_page(session, TimelineChoice()))
        if (citations := self.links.pages.get(CITATIONS_PAGE)) is not None:
            self._page(citations, timeline_page(session, CITATIONS))
        self._page("leaderboard.html", leaderboard_page(session, LeaderboardChoice()))
        for slug in self._benchmarks(session):
            file = self.links.pages[f"/leaderboard?benchmark={slug}"]
            self._page(file, leaderboard_page(session, LeaderboardChoice(slug)))
        self._graph(session)
        self._page("downloads.html", downloads_page(session, self._name(), self._groups()))

    def _graph(self, session: Session) -> None:
        """The neighborhood of the newest classified paper: the page, and the drawing that it frames."""
        html = graph_page(session, GraphChoice())
        if 'src="/graph/network' in html:
            self._save("graph/network.html", network_document(session, GraphChoice()).encode())
        self._page("graph.html", html)

    def _groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        files = [(name, f"{API}/exports/{name}") for name in EXPORTS]
        tables = [(f"{name}{suffix}", f"/tables/{name}{suffix}") for name in TABLE_NAMES for suffix in SUFFIXES]
        feeds = [(form.label, f"/{form.file}") for form in FEEDS.values()]
        figures = [(name, f"{API}/figures/{name}") for name in FIGURES_TAKEN]
        return [("The whole survey", files), ("Tables", tables), ("Figures", figures), ("Feeds", feeds)]

    def _name(self) -> str:
        return (
            f"Release {self.edition.name} of {self.edition.day}" if self.edition.name else f"As of {self.edition.day}"
        )

    def _tables(self, session: Session) -> None:
        for name in TABLE_NAMES:
            table = make_table(session, name, TableQuery())
            for suffix, form in SUFFIXES.items():
                self._save(f"tables/{name}{suffix}", render_table(table, form, FigureOptions().width_pt).encode())

    def _exports(self, session: Session) -> None:
        for name, form in EXPORTS.items():
            self._save(self.links.exports[name], "".join(form.write(session)).encode())

    def _feeds(self, session: Session, items: Sequence[PaperItem]) -> None:
        entries = [_entry(item, self.base_url, self.edition) for item in items[:NEWEST]]
        base = f"{self.base_url}/" if self.base_url else ""
        for form in FEEDS.values():
            feed = Feed(site_name(session), base or "index.html", f"{base}{form.file}", entries)
            self._save(form.file, form.write(feed))

    def _describe(self) -> None:
        """Write CITATION.cff, Zenodo's metadata, and the sitemap if the address of the edition is known."""
        self._save("CITATION.cff", citation_cff(self.metadata))
        self._save(".zenodo.json", zenodo_json(self.metadata))
        if self.base_url:
            pages = {file for file in self.links.pages.values() if file.endswith(".html")} | {LIBRARY}
            self._save("sitemap.xml", sitemap_xml(self.base_url, pages))

    def _entities_and_taxa(self, session: Session) -> list[tuple[str, str]]:
        """What has a page besides papers, each as its kind and its name."""
        entities = [(kind.value, item.slug) for kind in KINDS for item in all_entities(session, kind)]
        return [*entities, *((TAXON, f"{slug}:{path}") for slug, path in self.taxa)]

    def _wanted_figures(self) -> list[_WantedFigure]:
        """The figures that the shared pages show, each with all its formats."""
        files: dict[tuple[str, str], list[str]] = {}
        for (name, query), file in sorted(self.links.figures.items()):
            files.setdefault((name.rpartition(".")[0], query), []).append(file)
        return [_WantedFigure(name, query, tuple(group)) for (name, query), group in files.items()]

    def _manifest(self) -> int:
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file())
        contents = {str(path.relative_to(self.folder)): path.read_bytes() for path in paths}
        manifest = {
            "release": self.edition.name or None,
            "as_of": self.edition.day.isoformat(),
            "wamkg": __version__,
            "left_out": self.left_out,
            "files": {name: sha256(content).hexdigest() for name, content in contents.items()},
        }
        self._save(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        return sum(map(len, contents.values()))


def _write(path: Path, content: bytes) -> None:
    """Write a file of the unfinished folder, which takes the edition's place only as a whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _asset(name: str) -> bytes:
    found = static_file(name)
    assert found is not None, name
    return found[0]


def _noon(edition: Edition) -> datetime:
    return datetime(edition.day.year, edition.day.month, edition.day.day, 12, tzinfo=UTC)


def _everything(session: Session) -> list[PaperItem]:
    """All papers of the library, newest first."""
    return paper_items(session, ordered_numbers(session, PaperQuery()))


@dataclass(frozen=True)
class _Place:
    """What a process needs to read the store and to write files."""

    url: str
    edition: Edition | None
    folder: Path


def _why_file(identifier: str) -> str:
    return f"{paper_file(identifier).removesuffix('.html')}-why.html"


def _taxon_file(slug: str, path: str) -> str:
    return f"taxonomy/{slug}/{path}.html"


def _shares(things: Sequence[T], shares: int) -> list[Sequence[T]]:
    return [share for n in range(shares) if (share := things[n::shares])]


def _render_papers(place: _Place, links: EditionLinks, slugs: Sequence[str]) -> None:
    """Write the two pages of each of these papers."""
    with Store(place.url, place.edition) as store, store.reading() as session:
        for numbers in chunks(numbers_by_slug(session, slugs).values(), LOADED_AT_ONCE):
            cited = citations_of(session, numbers)
            for number, shown in zip(numbers, shown_papers(session, numbers), strict=True):
                name = shown.paper.id
                pages = {paper_file(name): render_paper(session, shown, cited[number])}
                pages[_why_file(name)] = render_why(session, shown)
                for file, html in pages.items():
                    _write(place.folder / file, links.rewritten(html, file).encode())


def _by_kind(pages: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    for kind, group in groupby(sorted(pages), key=itemgetter(0)):
        yield kind, [name for _, name in group]


def _render_pages(place: _Place, links: EditionLinks, pages: Sequence[tuple[str, str]]) -> None:
    """Write the pages of these entities and taxa, each given by its kind and its name."""
    with Store(place.url, place.edition) as store, store.reading() as session:
        for kind, names in _by_kind(pages):
            for file, html in _pages_of_kind(session, kind, names):
                _write(place.folder / file, links.rewritten(html, file).encode())


def _pages_of_kind(session: Session, kind: str, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The file and the page of each of these taxa, or of these entities of one kind."""
    if kind == TAXON:
        for slug, _, path in (name.partition(":") for name in names):
            yield _taxon_file(slug, path), taxonomy_page(session, TaxonomyChoice(slug, path))
    else:
        files = (f"index/{kind}s/{name}.html" for name in names)
        yield from zip(files, entity_pages(session, EntityKind(kind), names), strict=True)


def _draw(place: _Place, links: EditionLinks, wanted: _WantedFigure) -> list[str]:
    """Draw one figure in its formats. Returns which files cannot be drawn for this survey, and why."""
    given = parse_qs(wanted.query)
    single = {name: values[-1] for name, values in given.items()}
    width, theme = single.pop("width", "two-column"), single.pop("theme", "light")
    depth = {"depth": int(single.pop("depth"))} if "depth" in single else {}
    several = {name: tuple(given[name]) for name in single if name in MANY_VALUED}
    stem, targets = wanted.name.removeprefix(LINKED), [place.folder / file for file in wanted.files]
    try:
        asked = FigureQuery.of(stem, {**single, **several, **depth}).checked(stem)
        targets[0].parent.mkdir(parents=True, exist_ok=True)
        look = FigureOptions(width=parse_width(width), theme=theme)  # type: ignore[arg-type]
        with Store(place.url, place.edition) as store:
            draw_figure(store, FigureRequest(stem, asked), targets, look, data=False)
        if wanted.name.startswith(LINKED):
            linked = with_page_links(targets[0].read_text(encoding="utf-8"))
            _write(targets[0], links.rewritten_drawing(linked, wanted.files[0]).encode())
    except WamkgError as error:
        return [f"{file}: {error}" for file in wanted.files]
    return []


def _entry(item: PaperItem, base_url: str, edition: Edition) -> FeedEntry:
    return FeedEntry(
        uid=f"urn:uuid:{item.uid}",
        title=item.title,
        url=f"{base_url}/{paper_file(item.id)}" if base_url else paper_file(item.id),
        updated=_noon(edition),
        authors=item.authors,
        categories=[f"{slug}:{path}" for slug, path in item.taxa.items()],
    )
