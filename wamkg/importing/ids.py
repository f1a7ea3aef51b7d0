"""Bare identifiers, one per line: an arXiv id, a DOI, a Semantic Scholar id, or the URL of a paper."""

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from wamkg.identifiers import arxiv_id, doi, s2_id
from wamkg.importing.lines import numbered_lines
from wamkg.importing.links import arxiv_of, doi_of, is_broken_arxiv, is_web
from wamkg.importing.parse_result import Item
from wamkg.matching.record import Record, UnreadableLine

_MAX_LINE = 4096
_MAX_STRAY = 2
"""Number of lines with identifiers for each line without, at least, in a list of identifiers."""
_COMMENT = re.compile(r"(?:^|\s)#.*")
_PREFIX = re.compile(r"^(?:(?:doi|s2|openalex)\s*:\s*|doi\.org/)", re.I)
_S2_URL = re.compile(r"semanticscholar\.org/paper/(?:[^/\s]+/)?([0-9a-f]{40})", re.I)
_OPENALEX = re.compile(r"^(?:https?://openalex\.org/)?(W\d{4,12})$", re.I)


def parse_ids(stream: BinaryIO) -> Iterator[Item]:
    """Return records with an identifier and an empty title; the title must be looked up.

    `#` at the start of a line or after a space begins a comment. An id that is given twice gives two records.
    """
    for number, line in numbered_lines(stream, _MAX_LINE):
        if line is None:
            yield UnreadableLine(number, f"a line longer than {_MAX_LINE} bytes; write one identifier a line")
            continue
        try:
            text = _COMMENT.sub("", line.decode()).strip()
        except UnicodeDecodeError as broken:
            yield UnreadableLine(
                number, f"not valid UTF-8 at byte {broken.start + 1}", line[:80].decode(errors="replace")
            )
            continue
        if text:
            yield from _of_line(text, number)


def is_id_list(lines: Sequence[str]) -> bool:
    """Whether most lines, apart from comments, contain only identifiers."""
    given = [text for line in lines if (text := _COMMENT.sub("", line).strip())]
    stray = sum(any(isinstance(item, UnreadableLine) for item in _of_line(text, 1)) for text in given)
    return stray < len(given) and stray * _MAX_STRAY <= len(given) - stray


def _of_line(text: str, number: int) -> Iterator[Item]:
    """Return the identifier of a line, or several separated by commas or spaces."""
    whole = identified(text, number)
    parts = [whole] if whole else [identified(part, number) for part in re.split(r"[\s,;]+", text) if part]
    found = [part for part in parts if part is not None]
    reason = "not an arXiv id, DOI, Semantic Scholar id, OpenAlex id or web address"
    yield from found if len(found) == len(parts) else [UnreadableLine(number, reason, text[:160])]


def identified(text: str, line: int = 1) -> Record | None:
    """Return a record with one identifier, or None if the text is not an identifier."""
    bare = _PREFIX.sub("", text.strip())
    s2_url, openalex = _S2_URL.search(bare), _OPENALEX.match(bare)
    if s2_id(bare) or s2_url:
        return Record(line, "", s2=s2_id(bare) or (s2_url[1].lower() if s2_url else None))
    if openalex:
        return Record(line, "", openalex=openalex[1].upper())
    if is_broken_arxiv(bare):
        return None
    if is_web(bare) and not any(c.isspace() for c in bare):
        return Record(line, "", arxiv=arxiv_of(bare), doi=doi_of(bare), url=bare)
    if arxiv_id(bare):
        return Record(line, "", arxiv=arxiv_id(bare))
    value = doi(bare) if bare.startswith("10.") and " " not in bare else None
    return Record(line, "", doi=value) if value else None
