"""Parse a line of Markdown into runs of styled text, links and images."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from html import unescape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from wamkg.importing.links import is_web, label_of_badge
from wamkg.importing.lists.credits import is_beside_title

_TAG = re.compile(r"<\s*(?P<end>/?)\s*(?P<name>[a-z]+)\b(?P<rest>[^>]*)>", re.I)
_ATTRIBUTE = re.compile(r"([a-z]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.I)
_BARE_URL = re.compile(r"https?://[^\s<>|\"]+")
_STYLE = {
    "strong": "bold", "b": "bold", "em": "italic", "i": "italic", "cite": "italic", "u": "under", "ins": "under",
    "sup": "raised", "code": "code", "kbd": "code",
}  # fmt: skip
_STRAY_BOLD = "**"
"""Left over in the text if bold is not closed as CommonMark requires ("**Why?**Because")."""


@dataclass(frozen=True)
class Atom:
    """A run of text in one style; `link` is the number of its link, `badge` is set for an image label."""

    text: str = ""
    bold: bool = False
    italic: bool = False
    code: bool = False
    link: int | None = None
    image: str | None = None
    """URL of the image, if this run is an image; `text` is then its label."""
    under: bool = False
    raised: bool = False
    soft: bool = False
    """Whether a line break occurs only in the source; a reader sees a space."""
    hollow: bool = False
    """Whether it is inside a link without a URL."""
    tag: bool = False
    """Whether a line break is a tag such as `<br>`: the source has no new line there."""

    def as_space(self) -> "Atom":
        """Return a space in the same style."""
        return replace(self, text=" ", tag=False)


@dataclass
class Inline:
    """Runs in reading order, and the URLs of their links."""

    atoms: list[Atom] = field(default_factory=list)
    hrefs: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the words alone, without images, white space collapsed."""
        return " ".join("".join(a.text for a in self.atoms if a.image is None).split())

    @property
    def has_links(self) -> bool:
        """Whether a run is inside a link."""
        return any(atom.link is not None for atom in self.atoms)

    @property
    def starts_marked(self) -> bool:
        """Whether the first words are bold, italic, underlined, linked or quoted."""
        first = next((a for a in self.atoms if a.text.strip() and a.image is None), None)
        if first is None:
            return False
        return first.bold or first.italic or first.under or first.link is not None or first.text.lstrip()[0] in '"“'

    def lines(self) -> list["Inline"]:
        """Return the same, split at line breaks."""
        cut: list[list[Atom]] = [[]]
        for atom in self.atoms:
            if atom.text == "\n":
                cut.append([])
            else:
                cut[-1].append(atom)
        return [Inline(atoms, self.hrefs) for atoms in cut]

    def line_offsets(self) -> list[int]:
        """For each of its lines, the number of lines of the source above it."""
        offsets = [0]
        for atom in self.atoms:
            if atom.text == "\n":
                offsets.append(offsets[-1] + (not atom.tag))
        return offsets

    def first_lines(self, count: int) -> "Inline":
        """Return only the first lines."""
        breaks = [i for i, atom in enumerate(self.atoms) if atom.text == "\n"]
        return Inline(self.atoms[: breaks[count - 1]] if count <= len(breaks) else self.atoms, self.hrefs)

    def link_labels(self) -> dict[int, str]:
        """Return the text of each link by its number."""
        found: dict[int, list[str]] = {}
        for atom in self.atoms:
            if atom.link is not None:
                found.setdefault(atom.link, []).append(atom.text)
        return {number: " ".join("".join(texts).split()) for number, texts in found.items()}


def join(parts: Sequence[Inline]) -> Inline:
    """Join several inlines with line breaks."""
    whole = Inline()
    for part in parts:
        if whole.atoms:
            whole.atoms.append(Atom("\n"))
        shift = len(whole.hrefs)
        whole.hrefs += part.hrefs
        whole.atoms += [a if a.link is None else replace(a, link=a.link + shift) for a in part.atoms]
    return whole


def markdown() -> MarkdownIt:
    """Return the parser for all lists: CommonMark and tables."""
    return MarkdownIt("commonmark", {"maxNesting": 60}).enable(["table", "strikethrough"])


class _InlineReader:
    """Converts tokens to atoms and tracks style and link."""

    def __init__(self, stray_bold: bool = False) -> None:
        self.stray_bold = stray_bold
        self.inline = Inline()
        self.depth = dict.fromkeys(_STYLE.values(), 0)
        self.link: int | None = None
        self.hollow = False

    def add(
        self, text: str, code: bool = False, image: str | None = None, soft: bool = False, tag: bool = False
    ) -> None:
        if text or image is not None:
            bold, italic, under, raised = (self.depth[name] > 0 for name in ("bold", "italic", "under", "raised"))
            code = code or self.depth["code"] > 0
            self.inline.atoms.append(
                Atom(text, bold, italic, code, self.link, image, under, raised, soft, self.hollow, tag)
            )

    def open_link(self, href: str) -> None:
        self.link = None
        if is_web(href) or href.startswith("#"):
            self.link = len(self.inline.hrefs)
            self.inline.hrefs.append(href.strip())

    def add_text(self, text: str) -> None:
        """Add plain text; unparsed pairs of asterisks become bold, single ones are dropped."""
        for i, part in enumerate(text.split(_STRAY_BOLD)):
            if i and self.stray_bold:
                self.depth["bold"] = 0 if self.depth["bold"] else 1
            self.add_words(part)

    def add_words(self, text: str) -> None:
        """Add words; a URL among them becomes a link."""
        if self.link is not None:
            return self.add(text)
        end = 0
        for found in _BARE_URL.finditer(text):
            url = found[0].rstrip(".,;:!?)]}*'，。；）")
            self.add(text[end : found.start()])
            self.open_link(url)
            self.add(url)
            self.link = None
            end = found.start() + len(url)
        return self.add(text[end:])

    def add_html(self, html: str) -> None:
        for found in _TAG.finditer(html):
            name, ends = found["name"].lower(), bool(found["end"])
            if name in _STYLE:
                self.style(_STYLE[name], not ends)
            elif name == "a":
                self.open_link("" if ends else _attributes(found["rest"]).get("href", ""))
            elif name in ("br", "p", "div", "li", "tr", "summary"):
                self.add("\n", tag=True)
            elif name == "img":
                attributes = _attributes(found["rest"])
                self.add_image(attributes.get("src", ""), attributes.get("alt", ""))

    def style(self, name: str, opens: bool) -> None:
        self.depth[name] = max(0, self.depth[name] + (1 if opens else -1))

    def add_image(self, src: str, alt: str) -> None:
        self.add(label_of_badge(src) or alt.strip(), image=src)

    def read(self, token: Token) -> None:
        kind = token.type
        if kind == "text":
            self.add_text(token.content)
        elif kind == "text_special":
            self.add_words(token.content)
        elif kind == "code_inline":
            self.add(token.content, code=True)
        elif kind in ("softbreak", "hardbreak"):
            self.add("\n", soft=kind == "softbreak")
        elif kind == "link_open":
            self.open_link(str(token.attrGet("href") or ""))
            self.hollow = not token.attrGet("href")
        elif kind == "link_close":
            self.link, self.hollow = None, False
        elif kind == "image":
            self.add_image(str(token.attrGet("src") or ""), token.content)
        elif kind == "html_inline":
            self.add_html(token.content)
        elif kind.removesuffix("_open").removesuffix("_close") in _STYLE:
            self.style(_STYLE[token.tag], kind.endswith("_open"))


def _attributes(text: str) -> dict[str, str]:
    return {k.lower(): unescape(a or b or c) for k, a, b, c in _ATTRIBUTE.findall(text)}


def read_inline(tokens: Sequence[Token]) -> Inline:
    """Return the atoms of an inline token's children."""
    stray = sum(token.content.count(_STRAY_BOLD) for token in tokens if token.type == "text")
    reader = _InlineReader(stray_bold=stray > 0 and stray % 2 == 0)
    for token in tokens:
        reader.read(token)
    return _with_whole_spans(reader.inline)


def _with_whole_spans(inline: Inline) -> Inline:
    """Put a space for each break tag inside the words of a link, or of a bold title that goes on in lower case."""
    if any(atom.tag for atom in inline.atoms):
        threes = zip(inline.atoms, inline.atoms[1:], inline.atoms[2:], strict=False)
        for number in [n for n, three in enumerate(threes, start=1) if _is_inside_span(*three)]:
            inline.atoms[number] = inline.atoms[number].as_space()
    return inline


def _is_inside_span(before: Atom, atom: Atom, behind: Atom) -> bool:
    """Whether an atom is a break tag inside such a span, and no credits follow it."""
    if not atom.tag or behind.image is not None or not before.link == atom.link == behind.link:
        return False
    bold = before.bold and atom.bold and behind.bold and behind.text.lstrip()[:1].islower()
    return (atom.link is not None or bold) and not is_beside_title(behind.text)


def read_source(source: str) -> Inline:
    """Return the atoms of the Markdown or HTML content of one block."""
    tokens = _inline_parser().parseInline(source.strip())
    return read_inline([child for token in tokens for child in token.children or []])


@cache
def _inline_parser() -> MarkdownIt:
    return markdown()
