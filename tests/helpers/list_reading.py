"""A second reading of the real lists: simple rules for each file, written from its raw text, without wamkg's parser.

The importer is measured against it. A rule here may know its file by heart; that is the point of a second reading.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wamkg.matching.record import Record

_ARXIV = re.compile(
    r"(?:arxiv\.org/(?:abs|pdf|html)/|10\.48550/arxiv\.)(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?!\d)", re.I
)
_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\((\S*?)\)")


@dataclass(frozen=True)
class ReadEntry:
    """One entry as it stands in the raw text: its lines, its title, and every arXiv id it names."""

    first: int
    last: int
    title: str
    arxiv: frozenset[str]
    kind: str
    """How the entry is written; misses are grouped by it."""


def clean(text: str) -> str:
    """A title as a reader sees it: no Markdown, no escapes, one blank between words, no full stop at the end."""
    text = _LINK.sub(r"\1", text)
    text = re.sub(r"</?u>|<br ?/?>|\*\*|`", "", text)
    text = re.sub(r"\\([\\*_#&\[\]()+.!|~-])", r"\1", text)
    text = re.sub(r"\s+", " ", text).strip().rstrip("\\").strip()
    text = re.sub(r"^([\"“”])(.*)([\"“”])$", r"\2", text).strip()
    return text[:-1].rstrip() if text.endswith(".") and not text.endswith("..") else text


def ids_of(text: str) -> frozenset[str]:
    """Every arXiv id behind an arXiv address or an arXiv DOI."""
    return frozenset(_ARXIV.findall(text))


def diffusion_models(text: str) -> Iterator[ReadEntry]:
    r"""`**Title** \`, authors in italics, `venue. [[Paper](...)] \`, date: paragraphs with `[[Paper`."""
    for first, lines in _paragraphs(text):
        if lines[0].startswith("**") and any("[[Paper" in line for line in lines):
            title = lines[0].rstrip().rstrip("\\").strip().removeprefix("**").removesuffix("**")
            yield _entry(first, lines, title, "bold title, italic authors on the next line")


def llm_survey(text: str) -> Iterator[ReadEntry]:
    """`1. <u>Name</u>: **"Title"**. *Authors* Venue. [[Paper](...)]`, the name and the quotes not always."""
    for number, line in enumerate(text.split("\n"), 1):
        found = re.match(r"\d+\. +(<u>[^<]*</u>: *)?\*\*(.+?)\*\*", line)
        if found and re.search(r"\[\[paper\]", line, re.I):
            kind = "numbered, underlined name" if found[1] else "numbered"
            yield _entry(number, [line], found[2], kind)


def llm_agents(text: str) -> Iterator[ReadEntry]:
    """`- [2024/03] **Title.** *A. Author et al. ICLR.* [[paper](...)]`, sometimes broken in the middle of the title."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if re.match(r"- \[\d{4}[/-]\d\d\]", line):
            end = number + 1
            while end < len(lines) and lines[end].strip() and not re.match(r"\s*[-#*]", lines[end]):
                end += 1
            found = re.match(r"- \[[^\]]*\] \*\*(.+?)\*\*", "\n".join(lines[number:end]), re.DOTALL)
            if found:
                yield _entry(number + 1, lines[number:end], found[1], "date, bold title, italic authors and venue")


def vla_robotics(text: str) -> Iterator[ReadEntry]:
    """Bullets with the year before or inside the bold, or without a year; links behind or on the next line; tables."""
    section = ""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if line.startswith("#"):
            section = line.strip("# *")
        elif line.startswith("| ") and not line.startswith(("| Model Name", "| Name")):
            yield _entry(number + 1, [line], line.split("|")[1], "table row with a name column")
        elif re.match(r" *- ", line) and not section.startswith(("1.", "5.", "6.", "Table")):
            end = number + 1
            while end < len(lines) and re.match(r" *\[\[", lines[end]):
                end += 1
            yield from _bullet(number + 1, lines[number:end])


def _bullet(first: int, lines: list[str]) -> Iterator[ReadEntry]:
    text = "\n".join(lines)
    found = (
        re.match(r" *- (?:\*\*)?\[20\d\d\] ?(?:\*\*)?(.+?) *(?:\*\*.*)?(?:\[\[.*)?$", text.split("\n")[0])
        or re.match(r" *- \*\*([^*:]+?)\*\* *(?:\[\[|\(\[)", text)
        or re.match(r" *- ([^*\[\]]+?) *\[\[", text)
    )
    lone = re.match(r" *- \[([^\]]+)\]\([^)]*\)(?: \([^)]*\)|, RSS 2025)? *$", text)
    if found:
        year = "year and title" if "[20" in text.split("[[")[0] else "name, no year"
        yield _entry(first, lines, re.sub(r" *\[\[.*", "", found[1]), f"bullet: {year}")
    elif lone:
        yield _entry(first, lines, lone[1], "bullet: one link")


def _paragraphs(text: str) -> Iterator[tuple[int, list[str]]]:
    block: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _entry(first: int, lines: list[str], title: str, kind: str) -> ReadEntry:
    return ReadEntry(first, first + len(lines) - 1, clean(title), ids_of("\n".join(lines)), kind)


READINGS: dict[str, Callable[[str], Iterator[ReadEntry]]] = {
    "Awesome-Diffusion-Models.md": diffusion_models,
    "LLMSurvey.md": llm_survey,
    "LLM-Agent-Paper-List.md": llm_agents,
    "Awesome-VLA-Robotics.md": vla_robotics,
}


@dataclass(frozen=True)
class Miss:
    """An entry that the importer reads otherwise than the second reading."""

    line: int
    kind: str
    what: str
    wanted: str
    got: str


def same_title(left: str, right: str) -> bool:
    """Whether two titles differ in nothing but the notation of formulas and the mark at the end."""
    return _plain(left) == _plain(right)


def _plain(title: str) -> str:
    return re.sub(r"</?su[pb]>|[$^{}]", "", clean(title))


def is_title_of(record: Record, wanted: str) -> bool:
    """Whether the record says the title; a short name, alone or in brackets at the end, may be the method instead."""
    method = record.method or ""
    said = [record.title, f"{record.title} ({method})"] + ([] if record.title else [method])
    return any(same_title(each, wanted) for each in said)


def compare(entries: list[ReadEntry], records: list[Record]) -> list[Miss]:
    """Entries without a record, with several, or with another title or arXiv id; a record belongs where its line is."""
    by_line: dict[int, list[Record]] = {}
    for record in records:
        by_line.setdefault(record.line, []).append(record)
    misses = []
    for entry in entries:
        found = [r for line in range(entry.first, entry.last + 1) for r in by_line.get(line, [])]
        misses += [Miss(entry.first, entry.kind, *what) for what in _misses(entry, found)]
    return misses


def _misses(entry: ReadEntry, found: list[Record]) -> Iterator[tuple[str, str, str]]:
    if not found:
        yield "no record", entry.title, ""
        return
    best = next((r for r in found if is_title_of(r, entry.title)), found[0])
    if not is_title_of(best, entry.title):
        yield "title", entry.title, f"{best.title} (method {best.method})" if best.method else best.title
    if len(found) > 1:
        yield "several records", entry.title, " / ".join(r.title for r in found)
    if entry.arxiv and best.arxiv not in entry.arxiv:
        yield "arxiv", ", ".join(sorted(entry.arxiv)), str(best.arxiv)
    if not entry.arxiv and best.arxiv:
        yield "arxiv", "none", best.arxiv
