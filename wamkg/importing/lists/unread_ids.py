"""Account for identifiers: every arXiv id in a file is in a record, is the own survey's, or is listed as unreadable."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it.tree import SyntaxTreeNode

from wamkg.identifiers import doi, is_possible_arxiv, malformed_arxiv, title_key
from wamkg.importing.links import arxiv_of, doi_of, is_paper_host, is_web
from wamkg.importing.parse_result import Item, ListSurvey, ParseResult
from wamkg.matching.record import Dropped, Record, UnreadableLine

_NEW = re.compile(r"(?<![\d.])\d{4}\.\d{4,5}(?:(?=v\d)|(?![A-Za-z0-9_]|\.\d))")
_OLD = re.compile(r"arxiv(?:\.org/(?:abs|pdf|html)/|:\s*)([a-z-]+(?:\.[a-z]{2})?/\d{7})", re.I)
_BIB_TITLE = re.compile(r"^\s*title\s*=\s*[{\"]+(.+?)[}\"]+,?\s*$", re.I | re.M)
_BIB_START = re.compile(r"^\s*@\w+\s*\{", re.M)
_HTML_ENTRIES = re.compile(r"<(?:li|tr)\b", re.I)
_EXCERPT = 160


def ids_in(text: str) -> Iterator[str]:
    """Return every arXiv id in a text.

    An id has four digits that can be a year and month since 2007-04, a dot, and as many digits as arXiv used then: four
    until 2014, five since. An old-style id counts only after "arXiv".
    """
    yield from (found[0] for found in _NEW.finditer(text) if is_possible_arxiv(found[0]))
    yield from (found[1].lower() for found in _OLD.finditer(text))


def excerpt(lines: Sequence[str], line: int) -> str:
    """Return a line of the file, shortened for a message."""
    text = " ".join(lines[line - 1].split()) if 0 < line <= len(lines) else ""
    return text if len(text) <= _EXCERPT else text[: _EXCERPT - 1] + "…"


@dataclass
class SurveyIds:
    """What a list says about the survey that it belongs to."""

    surveys: list[ListSurvey] = field(default_factory=list)

    @property
    def ids(self) -> set[str]:
        """arXiv ids of the survey itself."""
        return {s.arxiv for s in self.surveys if s.arxiv}

    @property
    def titles(self) -> set[str]:
        """Title keys of the survey itself."""
        return {title_key(s.title) for s in self.surveys if s.title}


def survey_ids(nodes: Sequence[SyntaxTreeNode]) -> SurveyIds:
    """Find the list's own survey: the one in its BibTeX blocks, else the only arXiv id in the HTML above its first
    entry.
    """
    own = SurveyIds()
    for node in nodes:
        if node.type in ("fence", "code_block") and _BIB_START.search(node.content):
            own.surveys += _cited(node.content, (node.map or (0, 0))[0] + 1)
    if not own.ids:
        first = next((i for i, n in enumerate(nodes) if n.type in ("bullet_list", "table")), len(nodes))
        above = (n for n in nodes[:first] if n.type == "html_block" and not _HTML_ENTRIES.search(n.content))
        header = [(n, set(ids_in(n.content))) for n in above]
        found = set().union(*(ids for _, ids in header)) if header else set()
        if len(found) == 1:
            line = next((n.map or (0, 0))[0] + 1 for n, ids in header if ids)
            own.surveys.append(ListSurvey(line, found.pop()))
    return own


def _cited(content: str, line: int) -> Iterator[ListSurvey]:
    starts = [m.start() for m in _BIB_START.finditer(content)]
    for start, end in zip(starts, [*starts[1:], len(content)], strict=True):
        block = content[start:end]
        title = _BIB_TITLE.search(block)
        at = line + 1 + content.count("\n", 0, start)
        ids = dict.fromkeys(ids_in(block))
        for arxiv in ids or (None,):
            yield ListSurvey(at, arxiv, title[1].replace("{", "").replace("}", "") if title else None)


def unread_ids(lines: Sequence[str], items: Iterable[Item], own: SurveyIds) -> Iterator[UnreadableLine]:
    """Return a line for every arXiv id that is in no record or unreadable line and is not the own survey's."""
    known = own.ids.union(*(_ids_of(item) for item in items))
    for number, line in enumerate(lines, start=1):
        for found in ids_in(line):
            if found not in known:
                known.add(found)
                reason = (
                    f"names arXiv {found} beside or outside any entry; list it as a bullet, heading or row of its own"
                )
                yield UnreadableLine(number, reason, excerpt(lines, number))


_IN_BRACKETS = r"\([^\s()<>\"'|`\[\]]*\)"
_UNTIL = rf"(?:[^\s()<>\"'|`\[\]]|{_IN_BRACKETS})+"
_ADDRESS = re.compile(rf"https?://{_UNTIL}|\bdoi\s*:\s*10\.\d{{4,9}}/{_UNTIL}", re.I)
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)|<img\b[^>]*>|<!--.*?-->", re.I)
_NO_PAPER_PAGE = re.compile(
    r"/(?:profile|author|authors|person|people|search|journal|toc|conference|proceedings|list|corr|user|venue|group|"
    r"collections?|subjects?|a|find|s2/.*)(?:[/?#]|$)|[?&]id=[^&]*(?:Conference|Workshop)|\.(?:png|jpe?g|svg|gif)$",
    re.I,
)


def unaccounted_links(lines: Sequence[str], items: Iterable[Item]) -> list[UnreadableLine]:
    """Return a line for every DOI or URL of a paper that is in no record or unreadable line; arXiv ids are separate.

    Images, comments and code blocks do not count, nor do pages of people, journals and searches.
    """
    held = {key for item in items for key in _link_keys(_text_of(item))}
    told, fenced = [], False
    for number, line in enumerate(lines, start=1):
        fenced ^= line.lstrip(" >").startswith(("```", "~~~"))
        if fenced:
            continue
        for key, address in _link_keys(_IMAGE.sub("", line)).items():
            if key not in held:
                held.add(key)
                reason = (
                    f"names {address[:80]} beside or outside any entry; list it as a bullet, heading or row of its own"
                )
                told.append(UnreadableLine(number, reason, excerpt(lines, number)))
    return told


def _text_of(item: Item) -> str:
    if isinstance(item, Record):
        doi_found = f"doi:{item.doi}" if item.doi else ""
        return " ".join([item.url or "", doi_found, *item.links.values()])
    return f"{item.reason} {item.excerpt}"


def _link_keys(text: str) -> dict[str, str]:
    """Return the URLs of papers in a text, without arXiv's, each under a key shared by its spellings."""
    keys = {}
    for address in (found[0].rstrip(".,;:!?*_)]}") for found in _ADDRESS.finditer(text)):
        found_doi = doi(address) if not is_web(address) else doi_of(address)
        if (found_doi or _is_paper_page(address)) and not arxiv_of(address) and not malformed_arxiv(address):
            keys[found_doi or _page_key(address)] = address
    return keys


def _is_paper_page(address: str) -> bool:
    return is_paper_host(address) and not _NO_PAPER_PAGE.search(address)


def _page_key(address: str) -> str:
    """Normalize the spellings of a URL; OpenReview pages differ only by their id."""
    number = re.search(r"openreview\.net/\w+\?(?:.*&)?id=([\w-]+)", address)
    bare = re.sub(r"^https?://(?:www\.)?|[#?].*$|/$|\.pdf$", "", address)
    return f"openreview:{number[1]}" if number else bare.lower()


def tell_malformed(lines: Sequence[str], items: Iterable[Item]) -> list[UnreadableLine]:
    """Report invalid arXiv ids as doubts of the record that contains them or precedes them.

    Return the line of an invalid id if no record precedes it.
    """
    records = sorted((item for item in items if isinstance(item, Record)), key=lambda record: record.line)
    starts = [record.line for record in records]
    said = "\n".join(str(doubt) for record in records for doubt in record.doubts)
    said += "\n".join(item.excerpt for item in items if isinstance(item, UnreadableLine))
    stray = []
    for number, line in enumerate(lines, start=1):
        for value in malformed_arxiv(line):
            if value in said:
                continue
            told, place = f"{value!r} is not an arXiv id; no id is taken from it", bisect_right(starts, number)
            if place:
                records[place - 1].doubts.append(Dropped(told))
            else:
                stray.append(UnreadableLine(number, told, excerpt(lines, number)))
    return stray


def _ids_of(item: Item) -> set[str]:
    if isinstance(item, Record):
        return {item.arxiv} if item.arxiv else set()
    return set(ids_in(item.reason)) | set(ids_in(item.excerpt))


def accounted_ids(result: ParseResult) -> frozenset[str]:
    """Return the arXiv ids in the records, the own survey and the unreadable lines of a result; consumes `items`."""
    own = {survey.arxiv for survey in result.own_survey if survey.arxiv}
    return frozenset(own.union(*(_ids_of(item) for item in result.items)))
