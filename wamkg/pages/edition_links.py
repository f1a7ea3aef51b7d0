"""Links of the static edition: each address of the server becomes the relative path of a file, or no link at all."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape, unescape
from posixpath import dirname, relpath
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from wamkg.figures.query import FIGURES
from wamkg.identifiers import slugify, text_hash
from wamkg.pages.links import API

LIBRARY = "papers.html"
FILTERS = frozenset({"q", "taxon", "year", "venue", "standing", "author", "sort"})
"""Filters of the library that the script of the edition applies."""
LINKED = "linked-"
"""Before the name of a figure whose names lead to the pages of the edition."""
_XLINK = re.compile(r"xlink:href=\"(/[^\"]*)\"")
_ATTRIBUTE = re.compile(r"\s(href|src|srcset|data|action)=\"([^\"]*)\"")
_MODULE = re.compile(r"[ \t]*<script type=\"module\"[^>]*></script>\n?")
_DEAD = re.compile(r"<a(?=[\s>])(?![^>]*\bhref=)([^>]*)>(.*?)</a>", re.S)
_TOP = re.compile(r"<header class=\"top\">.*?</header>", re.S)
_EXTERNAL = re.compile(r"(?:[a-z][a-z0-9+.-]*:|//|#)", re.I)


@dataclass
class EditionLinks:
    """Knows every page of the edition, and collects the figures that pages show.

    `pages` has the file of each address of the server: the path, or the path with its query. `exports` are the files of
    whole exports by format.
    """

    pages: dict[str, str]
    exports: dict[str, str] = field(default_factory=dict)
    figures: dict[tuple[str, str], str] = field(default_factory=dict)
    """File of each figure by its name with suffix, and its query."""
    assets: set[str] = field(default_factory=set)
    """Names of the styles, scripts and images that pages use."""
    _rewritten: dict[str, dict[str, str]] = field(default_factory=dict)
    """Attributes that were rewritten, by the folder of the page: most stand on many pages."""

    def file_of(self, address: str) -> str | None:
        """The file of an address of the server; None if the edition has none."""
        parts = urlsplit(address)
        path, given = unquote(parts.path), parse_qsl(parts.query)
        anchor = f"#{parts.fragment}" if parts.fragment else ""
        if path.startswith("/static/"):
            self.assets.add(path.removeprefix("/static/"))
            return f"assets/{path.removeprefix('/static/')}"
        if path == "/roadmap.svg":
            return self._figure(f"{LINKED}roadmap.svg", f"representatives=auto&{parts.query}".rstrip("&"))
        if path.startswith(f"{API}/figures/"):
            name = path.removeprefix(f"{API}/figures/")
            # A figure of each paper would take longer than all pages; its page shows the same chart.
            return self._figure(name, parts.query) if _is_drawn(name) and "paper" not in dict(given) else None
        if path.startswith(f"{API}/exports/"):
            return None if given else self.exports.get(path.removeprefix(f"{API}/exports/"))
        if path == "/papers":
            known = given and all(name in FILTERS for name, _ in given)
            return LIBRARY if not given else f"{LIBRARY}?{urlencode(given)}" if known else None
        # The edition has one drawing of the graph, which its page frames.
        drawn = "graph/network.html" if path == "/graph/network" else None
        found = drawn or self.pages.get(f"{path}?{urlencode(given)}" if given else path)
        return f"{found}{anchor}" if found else None

    def _figure(self, name: str, query: str) -> str:
        stem, _, suffix = name.rpartition(".")
        marked = f"-{text_hash(query)[:8]}" if query else ""
        return self.figures.setdefault((name, query), f"figures/{stem}{marked}.{suffix}")

    def rewritten(self, html: str, file: str) -> str:
        """A page as the edition's file: relative links, no link to what only the server has, classic scripts."""
        here = dirname(file)
        known = self._rewritten.setdefault(here, {})

        def relative(found: re.Match[str]) -> str:
            attribute = found[0]
            if attribute not in known:
                known[attribute] = self._attribute(found, here or ".")
            return known[attribute]

        html = _ATTRIBUTE.sub(relative, _MODULE.sub("", html))
        html = _TOP.sub(lambda top: _DEAD.sub("", top[0]), html)
        up = relpath("assets", here or ".")
        scripts = f'  <script src="{up}/data.js" defer></script>\n  <script src="{up}/edition.js" defer></script>\n'
        return html.replace("</head>", f"{scripts if file == LIBRARY else ''}</head>", 1)

    def _attribute(self, found: re.Match[str], here: str) -> str:
        """An attribute with an address as it is written in a file of the folder `here`."""
        name, address = found[1], unescape(found[2])
        if not address or _EXTERNAL.match(address):
            return found[0]
        target = self.file_of(address)
        if target is None:
            return ' action="#"' if name == "action" else ""
        return f' {name}="{escape(relpath(target, here))}"'

    def rewritten_drawing(self, svg: str, file: str) -> str:
        """A drawing whose links to pages of the server lead to the edition's files."""

        def relative(found: re.Match[str]) -> str:
            target = self.file_of(unescape(found[1]))
            return f'xlink:href="{escape(relpath(target, dirname(file)))}"' if target else ""

        return _XLINK.sub(relative, svg)


def _is_drawn(name: str) -> bool:
    """Whether a figure has a file with this suffix."""
    stem, _, suffix = name.rpartition(".")
    return stem in FIGURES and (suffix in ("svg", "pdf", "png") or (suffix == "tex" and FIGURES[stem].latex))


def paper_file(identifier: str) -> str:
    """The file of a paper's page: its id without signs that file systems or addresses treat specially."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", identifier)
    return f"papers/{plain if len(plain) < 120 else f'{plain[:100]}-{text_hash(identifier)[:8]}'}.html"


def pages_of_lists(path: str, parameter: str, values: Iterable[str]) -> dict[str, str]:
    """The files of a page that exists once per value of a parameter, by address."""
    folder = path.strip("/")
    return {f"{path}?{urlencode({parameter: value})}": f"{folder}/{slugify(value)}.html" for value in values}
