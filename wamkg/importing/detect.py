"""Recognising what a file is, by its name and its first lines."""

import re
from pathlib import PurePath
from urllib.parse import urlsplit

from wamkg.errors import InvalidInputError
from wamkg.importing.ids import identified

FORMATS = ("awesome-list", "bibtex", "ris", "csv", "csl-json", "jsonl", "ids")
"""Every format that is read."""
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
}
_BIBTEX = re.compile(r"^\s*@[a-z]+\s*\{", re.I | re.M)
_RIS = re.compile(r"^TY {2}- ", re.M)
_CSL = re.compile(r"^\s*\[\s*(?:\{|\])")
_MARKDOWN = re.compile(r"^\s{0,3}(?:#{1,6} |[-*+] |\d+\. |\||>|<[a-z])|\]\(", re.M | re.I)
_CSV_HEADER = re.compile(r"^[^\n,]*\btitle\b[^\n,]*,|,[^\n]*\btitle\b", re.I)


def recognise(name: str, head: bytes) -> str:
    """Format of a file with this name (path, address, or "-") that begins with these bytes.

    Raises InvalidInputError where it is none that is known.
    """
    text = head.decode("utf-8-sig", errors="ignore")
    suffix = PurePath(urlsplit(name).path if "://" in name else name).suffix.lower()
    return _SUFFIXES.get(suffix) or _by_content(name, text)


def ensure_known(format: str) -> str:
    """The format itself.

    Raises InvalidInputError for a name that is no format.
    """
    if format not in FORMATS:
        raise InvalidInputError(f"there is no format {format!r}; use one of {', '.join(FORMATS)}")
    return format


def _by_content(name: str, text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    first = lines[0] if lines else ""
    if first == "{":
        raise InvalidInputError(
            f"{name} holds one JSON object over several lines; write one a line (JSON Lines) or an array (CSL-JSON)"
        )
    signs = (
        ("jsonl", first.startswith("{")),
        ("csl-json", _CSL.match(text)),
        ("ris", _RIS.search(text)),
        ("ids", _all_ids(lines, text.endswith("\n"))),
        ("bibtex", _BIBTEX.match(text)),
        ("awesome-list", _MARKDOWN.search(text)),
        ("bibtex", _BIBTEX.search(text)),
        ("csv", _CSV_HEADER.search(first)),
    )
    found = next((format for format, sign in signs if sign), None)
    if found is None:
        raise InvalidInputError(f"cannot tell what {name} is; say --format {', '.join(FORMATS)}")
    return found


def _all_ids(lines: list[str], whole: bool) -> bool:
    """Whether every line is an identifier or a comment; a last line that the head cuts off does not count."""
    given = [
        line.partition(" #")[0]
        for line in (lines if whole or len(lines) < 2 else lines[:-1])
        if not line.startswith("#")
    ]
    return bool(given) and all(identified(line) for line in given)
