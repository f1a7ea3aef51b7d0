"""Recognize the format of a file by its name and its first lines."""

import json
import re
from pathlib import PurePath
from urllib.parse import urlsplit

from wamkg.errors import InvalidInputError
from wamkg.importing.ids import is_id_list
from wamkg.importing.references.csl import is_csl_row, is_wrapped
from wamkg.near_matches import unknown

FORMATS = ("awesome-list", "bibtex", "ris", "csv", "csl-json", "nbib", "wos", "enw", "jsonl", "ids")
"""All formats that can be imported."""
_SUFFIXES = {
    ".md": "awesome-list",
    ".markdown": "awesome-list",
    ".mdx": "awesome-list",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".ids": "ids",
    ".bib": "bibtex",
    ".bibtex": "bibtex",
    ".ris": "ris",
    ".csv": "csv",
    ".tsv": "csv",
    ".xlsx": "csv",
    ".nbib": "nbib",
    ".medline": "nbib",
    ".ciw": "wos",
    ".isi": "wos",
    ".enw": "enw",
}
_BIBTEX = re.compile(r"^[ \t]*@[ \t]*[a-z]+[ \t]*[{(]", re.I | re.M)
_RIS = re.compile(r"^[ \t]*TY[ \t]{1,3}-(?:[ \t]|$)", re.M | re.I)
_TAGGED = {
    "ris": _RIS,
    "nbib": re.compile(r"^PMID ?- ?\d", re.M),
    "wos": re.compile(r"^(?:FN [^\n]*\nVR |PT [A-Z]\s*$)", re.M),
    "enw": re.compile(r"^%0 \w", re.M),
}
"""Patterns that identify files with one tag per line, whatever the file name is."""
_REFERENCE_PATTERNS = {"bibtex": _BIBTEX, **_TAGGED}
"""Patterns of all formats of reference managers; a file named as one of them must contain its pattern."""
_CSL = re.compile(r"^\s*\[\s*(?:\{|\])")
_CSL_OBJECT = re.compile(
    r"^\s*\{\s*(?:\"(?:items|message|status|message-type|message-version|references)\"\s*:|\"(?:id|type)\"\s*:\s*\"[^\"]*\"\s*,\s*\"(?:id|type)\"\s*:)"
)
_MARKDOWN = re.compile(r"^\s{0,3}(?:#{1,6} |[-*+] |\d+\. |\||>|<[a-z])|\]\(", re.M | re.I)
_CSV_HEADER = re.compile(r"^[^\n,;\t|]*\btitle\b[^\n,;\t|]*[,;\t|]|[,;\t|][^\n]*\btitle\b", re.I)
_WOS_TABLE = re.compile(r"^PT\tAU\t")
_MARKUP = re.compile(r"^\s*<(?:\?xml|xml|!doctype|html|rdf)", re.I)


def recognise(name: str, head: bytes | str) -> str:
    """Return the format of a file with this name (path, URL, or "-") that starts with these bytes or characters.

    For a file of references, the content decides if it contradicts the file name. Raises InvalidInputError if no known
    format fits.
    """
    text = head.decode("utf-8-sig", errors="ignore") if isinstance(head, bytes) else head
    suffix = PurePath(urlsplit(name).path if "://" in name else name).suffix.lower()
    named = _SUFFIXES.get(suffix)
    if named in _REFERENCE_PATTERNS and not _REFERENCE_PATTERNS[named].search(text):
        return next((format for format, sign in _REFERENCE_PATTERNS.items() if sign.search(text)), named)
    return named or _by_content(name, text)


def ensure_known(format: str) -> str:
    """Return the format if it is known.

    Raises InvalidInputError for an unknown format name.
    """
    if format not in FORMATS:
        raise InvalidInputError(unknown("format", format, FORMATS))
    return format


def _by_content(name: str, text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    first = lines[0] if lines else ""
    if _MARKUP.match(text):
        raise InvalidInputError(f"{name} is XML or HTML, which is not read; save it as BibTeX, RIS or CSV")
    signs = (
        ("csl-json", first.startswith("{") and _is_csl_object(text, first)),
        ("jsonl", first.startswith("{")),
        ("csl-json", _CSL.match(text)),
        *((format, sign.search(text)) for format, sign in _TAGGED.items()),
        ("csv", _WOS_TABLE.match(text)),
        ("ids", is_id_list(lines if text.endswith("\n") or len(lines) < 2 else lines[:-1])),
        ("bibtex", _BIBTEX.match(text)),
        ("csv", _is_table(lines)),
        ("awesome-list", _MARKDOWN.search(text)),
        ("bibtex", _BIBTEX.search(text)),
        ("csv", _CSV_HEADER.search(first)),
    )
    found = next((format for format, sign in signs if sign), None)
    if found is None:
        raise InvalidInputError(f"cannot tell the format of {name}; use --format with one of {', '.join(FORMATS)}")
    return found


def _is_csl_object(text: str, first: str) -> bool:
    """Whether a JSON object contains CSL items, is a registrar's response, or is one item on several lines."""
    if _CSL_OBJECT.match(text) or is_wrapped(text):
        return True
    try:
        row = json.loads(first)
    except ValueError:
        return first == "{" or not first.endswith("}")
    return isinstance(row, dict) and is_csl_row(row)


def _is_table(lines: list[str]) -> bool:
    """Whether the first line names columns, one of them the title, and the next line has about as many cells."""
    if len(lines) < 2 or not _CSV_HEADER.search(lines[0]) or lines[0].startswith("|"):
        return False
    mark = max(",;\t", key=lines[0].count)
    return lines[0].count(mark) > 1 and lines[1].count(mark) >= 1
