"""A second reading of the real bibliographies: what each record has, read from the raw text without wamkg's parsers.

It reads only what it needs to count: which records have a title, authors, a year, an arXiv id and a DOI, and which.
"""

import csv
import html
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from wamkg.matching.record import Record

_ARXIV = re.compile(
    r"(?:arxiv\.org/(?:abs|pdf)/|arxiv[:. ]\s*|\babs/|10\.48550/arxiv\.)(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})",
    re.I,
)
_DOI = re.compile(r"10\.\d{4,9}/(?:[^\s\"<>{}]|<\d+::[\w-]+>)+", re.I)


@dataclass(frozen=True)
class ReadReference:
    """One record of a bibliography: its lines in the raw text and what it has; an empty text is "has none"."""

    first: int
    last: int
    title: str
    people: tuple[str, ...]
    year: str
    arxiv: str
    doi: str


def text_of(path: Path) -> str:
    """The raw text; a byte that is no UTF-8 is shown as such."""
    return path.read_text(encoding="utf-8", errors="replace")


def bibtex(text: str) -> Iterator[ReadReference]:
    """Entries found by counting braces; one whose braces are never closed ends where the next begins."""
    for start, end in _entries(text):
        fields = dict(_fields(text[start:end]))
        whole = " ".join(fields.values())
        found = re.search(r"\d{4}\.\d{4,5}", fields.get("eprint", "")) or _ARXIV.search(whole)
        first = text.count("\n", 0, start) + 1
        yield ReadReference(
            first,
            first + text.count("\n", start, end),
            ": ".join(filter(None, (fields.get("title"), fields.get("subtitle")))),
            _people(fields.get("author", "")),
            _year(fields.get("year", "") or fields.get("date", "")),
            re.sub(r"\.[A-Z]{2}/", "/", found[1] if found.re is _ARXIV else found[0]) if found else "",
            _doi(fields.get("doi", "") or fields.get("url", "")),
        )


def _people(text: str) -> tuple[str, ...]:
    """Names between `and` outside of braces; `others` is nobody."""
    names, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth == 0 and (found := re.compile(r"\s+and\s+", re.I).match(text, place)):
            names.append(text[start:place])
            start = found.end()
    found = (re.sub(r",? et al\.?$", "", name.strip()) for name in [*names, text[start:]])
    return tuple(name for name in found if name.strip(" ,") and name != "others")


def _entries(text: str) -> Iterator[tuple[int, int]]:
    starts = [
        found.start()
        for found in re.finditer(r"^[ \t]*@(\w+)\s*[{(]", text, re.M)
        if found[1].lower() not in ("comment", "string", "preamble")
    ]
    for start, limit in zip(starts, [*starts[1:], len(text)], strict=True):
        yield start, _closing(text, start, limit)


def _closing(text: str, start: int, limit: int) -> int:
    depth = 0
    for place in range(start, limit):
        if text[place] == "{":
            depth += 1
        elif text[place] == "}":
            depth -= 1
            if depth == 0:
                return place
    return limit


def _fields(entry: str) -> Iterator[tuple[str, str]]:
    """Names in lower case; the first of two fields of one name counts."""
    seen = set()
    place = 0
    while found := re.compile(r"[,\n]\s*([A-Za-z][\w-]*)\s*=\s*").search(entry, place):
        value, place = _value(entry, found.end())
        if found[1].lower() not in seen:
            seen.add(found[1].lower())
            yield found[1].lower(), value


def _value(entry: str, start: int) -> tuple[str, int]:
    if entry[start : start + 1] == "{":
        end = _closing(entry, start, len(entry))
        return entry[start + 1 : end].strip(), end
    if entry[start : start + 1] == '"':
        end, depth = start + 1, 0
        while end < len(entry) and (entry[end] != '"' or depth):
            depth += {"{": 1, "}": -1}.get(entry[end], 0)
            end += 1
        return entry[start + 1 : end].strip(), end
    bare = re.compile(r"[^,\n}]*").match(entry, start)
    return (bare[0].strip(), bare.end()) if bare else ("", start)


def ris(text: str) -> Iterator[ReadReference]:
    """Blocks from TY to ER, lines `XX  - value`."""
    yield from _tagged(text, re.compile(r"^([A-Z][A-Z0-9])  -(.*)$"), "TY", ("AU", "A1"), ("PY", "Y1"), "DO")


def web_of_science(text: str) -> Iterator[ReadReference]:
    """Blocks from PT to ER, lines `XX value`, continued by three blanks."""
    yield from _tagged(text, re.compile(r"^([A-Z][A-Z0-9]) (.*)$"), "PT", ("AF", "AU", "CA"), ("PY",), "DI")


def _tagged(
    text: str, line_of: re.Pattern[str], begin: str, people: tuple[str, ...], years: tuple[str, ...], doi: str
) -> Iterator[ReadReference]:
    tags: dict[str, list[str]] = {}
    first, last = 0, ""
    for number, line in enumerate(text.lstrip("\ufeff").split("\n"), 1):
        found = line_of.match(line.rstrip("\r"))
        if found and found[1] == begin:
            tags, first = {}, number
        elif found:
            last = found[1]
            tags.setdefault(last, []).append(found[2].strip())
        elif line.startswith("ER") and first:
            yield _of_tags(tags, first, number, people, years, doi)
            first = 0
        elif line.startswith("   ") and last in people:
            tags[last].append(line.strip())
        elif line.startswith("   ") and last:
            tags[last][-1] += " " + line.strip()
        if found and found[1] == "ER" and first:
            yield _of_tags(tags, first, number, people, years, doi)
            first = 0


def _of_tags(
    tags: dict[str, list[str]], first: int, last: int, people: tuple[str, ...], years: tuple[str, ...], doi: str
) -> ReadReference:
    values = {tag: found[0] for tag, found in tags.items()}
    names = next((tags[tag] for tag in people if any(tags.get(tag, []))), [])
    year = next((values[tag] for tag in years if _year(values.get(tag, ""))), "")
    title = values.get("TI") or values.get("T1") or ""
    return ReadReference(first, last, title, tuple(filter(None, names)), _year(year), "", _doi(values.get(doi, "")))


_COLUMNS = {
    "title": ("Title", "Item Title", "Document Title"),
    "people": ("Authors", "Author"),
    "year": ("Year", "Publication Year"),
    "doi": ("DOI", "Item DOI"),
}


def table(text: str) -> Iterator[ReadReference]:
    """Rows by Python's csv; Scopus' rows may have another number of cells than the head: the first ones count."""
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff")))
    head = next(reader)
    place = {what: next((head.index(n) for n in names if n in head), -1) for what, names in _COLUMNS.items()}
    before = reader.line_num
    for row in reader:
        cells = {what: row[n].strip() if 0 <= n < len(row) else "" for what, n in place.items()}
        people = re.sub(r"(?:Prof|Dr)\. ?", "", cells["people"].replace("[No author name available]", ""))
        yield ReadReference(
            before + 1,
            reader.line_num,
            cells["title"],
            (people,) if people else (),
            _year(cells["year"]),
            "",
            _doi(cells["doi"]),
        )
        before = reader.line_num


def _year(text: str) -> str:
    found = re.search(r"(?<!\d)(1[5-9]\d\d|20\d\d)", text)
    return found[1] if found else ""


def _doi(text: str) -> str:
    found = _DOI.search(unquote(text).replace("\\_", "_"))
    return found[0].rstrip(".,;)").lower() if found and "10.48550" not in found[0] else ""


def reading_of(format: str) -> Callable[[str], Iterator[ReadReference]]:
    """The reader for a format as expected.tsv names it."""
    return {"bibtex": bibtex, "ris": ris, "wos plain text": web_of_science, "csv": table}[format]


@dataclass(frozen=True)
class ReferenceMiss:
    """One value of one record that the importer reads otherwise than the second reading."""

    line: int
    what: str
    wanted: str
    got: str


def compare(references: list[ReadReference], records: list[Record]) -> list[ReferenceMiss]:
    """Every record and every value that the raw text has and the import has not, or has otherwise."""
    misses = []
    for reference in references:
        found = [r for r in records if reference.first <= r.line <= reference.last]
        if not found:
            misses.append(ReferenceMiss(reference.first, "record", reference.title, ""))
        else:
            misses += _differences(reference, found[0])
    return misses


def _differences(reference: ReadReference, record: Record) -> Iterator[ReferenceMiss]:
    year = str(record.year or next((str(date)[:4] for date in record.dates.values()), ""))
    if reference.title and letters(reference.title) != letters(record.title):
        yield ReferenceMiss(reference.first, "title", reference.title, record.title)
    if reference.people and not record.authors:
        yield ReferenceMiss(reference.first, "authors", "; ".join(reference.people), "none")
    elif reference.people and (missing := _unread(reference.people, record.authors)):
        yield ReferenceMiss(reference.first, "names", "; ".join(missing), "; ".join(record.authors))
    if reference.year and year != reference.year:
        yield ReferenceMiss(reference.first, "year", reference.year, year)
    if reference.arxiv and (record.arxiv or "").lower() != reference.arxiv.lower():
        yield ReferenceMiss(reference.first, "arxiv", reference.arxiv, str(record.arxiv))
    if reference.doi and (record.doi or "").lower() != reference.doi:
        yield ReferenceMiss(reference.first, "doi", reference.doi, str(record.doi))


_NO_PART_OF_A_NAME = re.compile(r"\b(?:Prof|Dr)\.\s*|(?<=[a-z])(?:Prof|Dr)\.\s*|\bet al\.?$")


def _unread(people: tuple[str, ...], authors: list[str]) -> list[str]:
    """Names whose letters are in no author; a cell of a table that holds all names is compared as a whole."""
    people = tuple(bare for name in people if (bare := _NO_PART_OF_A_NAME.sub("", name).strip()))
    known = {"".join(sorted(letters(author))) for author in authors}
    if len(people) == 1 and "".join(sorted(letters("".join(authors)))) == "".join(sorted(letters(people[0]))):
        return []
    return [name for name in people if "".join(sorted(letters(name))) not in known]


_COMMANDS = {"o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ss": "ß", "ae": "æ", "AE": "Æ", "aa": "å", "AA": "Å", "oe": "œ",
             "OE": "Œ", "i": "i", "j": "j", "TeX": "TeX", "LaTeX": "LaTeX", "dh": "ð", "th": "þ"}  # fmt: skip
_NOT_A_LETTER = re.compile(r"</?[a-zA-Z]+/?>|\\[a-zA-Z]+")


def letters(title: str) -> str:
    """The letters and figures of a title or a name, without accents, markup and LaTeX commands."""
    text = html.unescape(html.unescape(title))
    text = re.sub(r"\\([a-zA-Z]{1,2}|(?:La)?TeX)(?![a-zA-Z])", lambda found: _COMMANDS.get(found[1], found[0]), text)
    text = unicodedata.normalize("NFKD", _NOT_A_LETTER.sub("", text)).replace("ı", "i")
    return re.sub(r"[\W_]", "", "".join(c for c in text if not unicodedata.combining(c))).lower()
