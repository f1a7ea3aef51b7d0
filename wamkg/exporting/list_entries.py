"""One entry of somebody's list: which lines it takes, and a new one in the form of its neighbor."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from wamkg.exporting.awesome_list import bullet, plain_markdown
from wamkg.identifiers import arxiv_id
from wamkg.matching.record import Record
from wamkg.views.papers import PaperItem

_BULLET = re.compile(r"(?P<indent>[ \t]*)(?P<mark>[-*+]|(?P<number>\d+)(?P<dot>[.)]))(?P<gap>[ \t]+)")
_ROW = re.compile(r"\s*\|.*\|\s*$")
_LINK = re.compile(r"\[+!?\[?[^\[\]]*\]?\(?[^()\s]*\)?\]?\((?P<url>[^()\s]+)\)\]*")
_URL = re.compile(r"https?://[^\s<>()\"|]+")
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])(?:\1\d{1,2})?(?!\d)")
_YEAR = re.compile(r"(?<![\d/.-])(?:19|20)\d\d(?![\d/-]|\.\d)")
_LABEL = re.compile(r"[ \t]*!\[[^\]]*\]\([^)\s]*\)")


@dataclass(frozen=True)
class EntryLines:
    """The lines of an entry, from `start` up to `end`, counted from 0; `kind` is bullet, row, html or block."""

    start: int
    end: int
    kind: str


def entry_lines(lines: Sequence[str], line: int, following: int) -> EntryLines:
    """The lines of the entry that begins at a line, counted from 1; `following` is the next entry's or heading's."""
    start = line - 1
    text = lines[start]
    if _ROW.match(text):
        return EntryLines(start, start + 1, "row")
    if text.lstrip().startswith("<"):
        return EntryLines(start, start + 1, "html")
    limit = min(max(following - 1, start + 1), len(lines))
    found = _BULLET.match(text)
    if found is None:
        end = limit
    else:
        indent = len(found["indent"])
        end = start + 1
        while end < limit and _continues(lines, end, indent):
            end += 1
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    return EntryLines(start, end, "bullet" if found else "block")


def _continues(lines: Sequence[str], at: int, indent: int) -> bool:
    """Whether a line belongs to the bullet above it: indented deeper, or a blank line before such a line."""
    text = next((line for line in lines[at:] if line.strip()), "")
    return len(text) - len(text.lstrip()) > indent


def new_entry(neighbor: Sequence[str], record: Record, item: PaperItem, kind: str, usual: Collection[str]) -> list[str]:
    """The lines of a paper in the form of a neighbor, whose record is given; a plain bullet where that cannot be done.

    A value that the neighbor has and the paper has not is left out. `usual` are words that most entries of the list
    print, whatever paper they name; any other word of the neighbor would be a claim about the paper without a source.
    """
    text = "\n".join(line.rstrip("\r\n") for line in neighbor)
    if kind == "row":
        return [_row(text, record, item, usual)]
    if record.title and record.title in text:
        written = _like(text, record, item)
        if not _foreign(written, item, usual):
            return written.split("\n")
    found = _BULLET.match(text)
    if found is None:
        return []
    return [f"{found['indent']}{_next_mark(found)} {bullet(item, item.method or '').rstrip()[2:]}"]


def words_of(text: str) -> set[str]:
    """The words and numbers that a text prints, in lower case; addresses print none."""
    bare = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r" \1 ", text)
    return set(re.findall(r"[^\W_]+", _without_addresses(re.sub(r"<[^>]*>", " ", bare)).lower()))


def _foreign(written: str, item: PaperItem, usual: Collection[str]) -> set[str]:
    """Words of a new entry that are neither of the paper nor of the form."""
    year = str(item.stated_year or item.year or "")
    own = " ".join((item.title, item.method or "", item.venue or "", year, item.date or "", *item.authors, *item.links))
    bare = _BULLET.sub("", written, count=1)
    return words_of(bare) - words_of(own) - set(usual) - {"arxiv", "et", "al"}


def _next_mark(found: re.Match[str]) -> str:
    return f"{int(found['number']) + 1}{found['dot']}" if found["number"] else found["mark"]


def _like(text: str, record: Record, item: PaperItem) -> str:
    """The neighbor's text with the paper's values in the places of its own."""
    if found := _BULLET.match(text):
        text = f"{found['indent']}{_next_mark(found)}{found['gap']}{text[found.end() :]}"
    text = text.replace(record.title, "\0title\0", 1)
    if record.method and record.method in text:
        name = re.compile(rf"(?:\*\*)?{re.escape(record.method)}(?:\*\*)?[:：]?[ \t]*(?:[-–—][ \t]+)?(?=\S)")
        text = text.replace(record.method, item.method, 1) if item.method else name.sub("", text, count=1)
    text = _LABEL.sub(lambda label: label[0] if "badge/" in label[0] and "stars" not in label[0] else "", text)
    text = _LINK.sub(lambda link: _link(link, record, item), text)
    text = _people(text, record, item)
    text = _time(text, record, item)
    text = re.sub(r"[ \t]*(?:\(\)|\[\])(?!\()", "", text)
    text = re.sub(r"(?:[·|,•][ \t]*){2,}", lambda found: f"{found[0][0]} ", text)
    return re.sub(r"[ \t·•,]+(?=\n|$)", "", text.replace("\0title\0", printed_title(item.title)))


def printed_title(title: str) -> str:
    """A title as a list prints it: Markdown's signs escaped, except those of formulas."""
    return title if "$" in title else plain_markdown(title)


def _link(found: re.Match[str], record: Record, item: PaperItem) -> str:
    """A link of the neighbor led to the paper's own address; nothing if the paper has none of its kind."""
    url, whole = found["url"], found[0]
    if "badge/" in url or whole.lstrip("[").startswith("!"):
        return whole
    if (record.arxiv and arxiv_id(url) == record.arxiv) or url == record.url or (record.doi and record.doi in url):
        return whole.replace(url, address) if (address := _address(item)) else ""
    kind = next((kind for kind, link in record.links.items() if link == url), None)
    own = item.links.get(kind) if kind else None
    return whole.replace(url, own) if own else ""


def _address(item: PaperItem) -> str:
    """The address of a paper: its own, else that of an id."""
    known = f"https://arxiv.org/abs/{item.arxiv}" if item.arxiv else f"https://doi.org/{item.doi}" if item.doi else ""
    return item.url or known


def _people(text: str, record: Record, item: PaperItem) -> str:
    """The authors in the place of the neighbor's, as many as it prints."""
    names = [name for name in record.authors if name in text]
    if not names:
        return text
    begin = text.index(names[0])
    end = text.index(names[-1], begin) + len(names[-1]) if names[-1] in text[begin:] else begin + len(names[0])
    shown = ", ".join(item.authors[: len(names)]) if item.authors else ""
    rest = text[end:]
    if len(item.authors) <= len(names) and not item.authors_cut:
        rest = re.sub(r"^((?:\s*\([^()]*\))?),?\s*(?:et al\.?|and others)", r"\1", rest)
    return text[:begin] + shown + rest


def _time(text: str, record: Record, item: PaperItem) -> str:
    if record.venue and record.venue in text:
        text = text.replace(record.venue, item.venue or "arXiv", 1)
    day, year = item.date, str(item.stated_year or item.year or "")
    if (found := _DATE.search(_without_addresses(text))) and day:
        parts = day.split("-")[: found[0].count(found[1]) + 1]
        return text[: found.start()] + found[1].join(parts) + text[found.end() :]
    found_year = _YEAR.search(_without_addresses(text))
    return text[: found_year.start()] + year + text[found_year.end() :] if found_year and year else text


def _without_addresses(text: str) -> str:
    return _URL.sub(lambda url: " " * len(url[0]), text)


def _row(text: str, record: Record, item: PaperItem, usual: Collection[str]) -> str:
    """A row of a table: each cell with the paper's value of the neighbor's kind, empty where that is unknown."""
    cells = re.split(r"(?<!\\)\|", text)
    last = len(cells) - 1
    written = [_cell(cell, record, item) if 0 < n < last else cell for n, cell in enumerate(cells)]
    return "|".join("  " if 0 < n < last and _foreign(cell, item, usual) else cell for n, cell in enumerate(written))


def _cell(cell: str, record: Record, item: PaperItem) -> str:
    bare = cell.strip().strip("*_` ")
    if record.title and record.title in cell:
        return f" {_like(cell, record, item).strip()} "
    values = {record.method: item.method, record.venue: item.venue, str(record.year): str(item.stated_year or "")}
    if bare and bare in values:
        return cell.replace(bare, values[bare] or "")
    if _DATE.fullmatch(bare) or _YEAR.fullmatch(bare):
        return _time(cell, record, item)
    if _LINK.search(cell) and bare:
        links = _LINK.sub(lambda link: _link(link, record, item), cell)
        return f" {re.sub(r'(?:[·|,•][ ]*){2,}', '· ', links).strip(' ·|,•')} "
    return "  "
