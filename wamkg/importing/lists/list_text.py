"""The text of a list before it is parsed: what people write in forms of their own becomes Markdown."""

import re
from unicodedata import normalize

_BARE_DOI = re.compile(r"((?<![\w./])doi(?:\*\*)?\s*[:\s](?:\*\*)?\s*)(10\.\d{4,9}/[^\s|<>)\]]+)", re.I)
"""A DOI without a URL; it becomes a link."""
_BARE_ARXIV = re.compile(
    r"(?<![\w./\[(])(?:arxiv\s+preprint\s+)?arxiv\s*:\s*(\d{4}\.\d{4,5}(?:v\d+)?)(?![\w\]])(?![^\[\]\n]*\]\()", re.I
)
"""An arXiv id without a URL; it becomes a link."""
_DEFINITION = re.compile(r"^(?![-*+#>|\s])(\S.*)\n:[ \t]+(?=\S)", re.M)
"""A term and its definition, as extended Markdown writes them; the term becomes a bold line."""
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.M)
_PAGE_ANCHOR = re.compile(r"https?://(?:www\.)?github\.com/[\w.-]+/[\w.-]+(?:/(?:blob|tree)/[^\s#)]*)?/?(#[^\s)\"'>]+)")
_GLUED_NUMBER = re.compile(r"^(\s{0,3}\d{1,3}\.)(?=[【\[*\"“])", re.M)
"""A number without the space behind it that Markdown asks for."""
_UNDERSCORED = re.compile(r"^(\s*[-*+])\s?(\d\d)_(?:([A-Za-z][A-Za-z& -]{1,20})_)?(?=[^\W_])", re.M)
"""A bullet that starts with a year and a venue: "- 23_ICSE_Title"."""
_MIN_UNDERSCORED = 4
"""Minimum number of such bullets for a list that prints years and venues like that."""


def as_markdown(text: str) -> str:
    """Rewrite definitions, glued numbers, underscored venues, links to the list's own page, and bare ids."""
    plain = normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    plain = _GLUED_NUMBER.sub(r"\1 ", _DEFINITION.sub(r"**\1**\\\n", plain))
    if len(_UNDERSCORED.findall(plain)) >= _MIN_UNDERSCORED:
        plain = _UNDERSCORED.sub(lambda m: f"{m[1]} [{m[3] or ''} 20{m[2]}] ", plain)
    plain = _BARE_DOI.sub(r"\1https://doi.org/\2", _with_short_anchors(plain))
    return _BARE_ARXIV.sub(r"arXiv https://arxiv.org/abs/\1", plain)


def _with_short_anchors(text: str) -> str:
    """Shorten links to the list's own headings to `#heading` if they contain the URL of its page."""
    slugs = {_slug(found[1]) for found in _HEADING.finditer(text)}

    def short(found: re.Match[str]) -> str:
        return found[1] if re.sub(r"-\d+$", "", found[1][1:]) in slugs or found[1][1:] in slugs else found[0]

    return _PAGE_ANCHOR.sub(short, text) if slugs else text


def _slug(heading: str) -> str:
    """Return GitHub's anchor of a heading."""
    return re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")


def lines_of(text: str) -> list[str]:
    """Split into lines as an editor numbers them: ended by LF, CRLF or CR."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
