"""arXiv's API (export API, Atom feed): entries by id, and all results of a query.

Protocol: https://info.arxiv.org/help/api/user-manual.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from pydantic import TypeAdapter, ValidationError

from wamkg.enriching.failures import RequestRejectedError, UnreadableAnswerError
from wamkg.enriching.requester import Requester
from wamkg.enriching.s2_records import Text
from wamkg.identifiers import PartialDate, Precision, arxiv_id, doi
from wamkg.matching.record import Record
from wamkg.vocabulary import EventKind

PAGE = 200
"""Results on one page; arXiv allows 2,000 and is slow then."""
MOST = 30_000
"""arXiv pages through no more results than this."""
RESTARTS = 3
"""Times that a query is read again from its start because its total changed while paging."""
_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_TEXT: TypeAdapter[str] = TypeAdapter(Text)
_VERSION = re.compile(r"v(\d+)$")
_WITHDRAWN = re.compile(r"\b(?:paper|article|manuscript|submission|preprint|work|version)?\s*(?:has been|was|is)\s+"
                        r"(?:now\s+)?withdrawn\b|^\W*withdrawn\b", re.I)  # fmt: skip
_CODE = re.compile(r"https?://(?:www\.)?(?:github\.com|gitlab\.com|huggingface\.co)/[\w.-]+/[\w.-]+", re.I)


@dataclass(frozen=True)
class ArxivEntry:
    """One paper in arXiv's newest version of it. Times are of the first and of the newest version."""

    arxiv: str
    version: int
    title: str
    abstract: str | None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    comment: str = ""
    journal_ref: str = ""
    doi: str | None = None

    @property
    def is_withdrawn(self) -> bool:
        """Whether the authors or arXiv's administrators withdrew it, as the comment or the abstract says."""
        return bool(_WITHDRAWN.search(self.comment) or _WITHDRAWN.search((self.abstract or "")[:120]))

    @property
    def code(self) -> str | None:
        """The first address of a code repository in the abstract or the comment."""
        found = _CODE.search(f"{self.abstract or ''} {self.comment}")
        return found[0].rstrip(".") if found else None

    def record(self) -> Record:
        """The entry as a record; the DOI of a publication is left out, which is another record than the preprint."""
        moments = ((EventKind.ARXIV_V1, self.published), (EventKind.ARXIV_LATEST, self.updated))
        return Record(
            0,
            self.title,
            abstract=self.abstract,
            authors=list(self.authors),
            arxiv=self.arxiv,
            dates={kind.value: PartialDate(at.date(), Precision.DAY) for kind, at in moments if at is not None},
            url=f"https://arxiv.org/abs/{self.arxiv}",
        )


@dataclass(frozen=True)
class ArxivPage:
    """A page of results: how many there are in all, its entries, and entries without a readable id."""

    total: int
    entries: list[ArxivEntry]
    unreadable: int = 0


@dataclass
class ArxivClient:
    """Requests to arXiv's API."""

    requester: Requester
    batch_size: int = 100

    def entries(self, ids: list[str]) -> dict[str, ArxivEntry]:
        """arXiv's entry for each id; unknown ids are missing."""
        page = self._page({"id_list": ",".join(ids), "max_results": len(ids)}, read_page)
        return {entry.arxiv: entry for entry in page.entries}

    def search(self, query: str) -> ArxivPage:
        """All results of a query, oldest first, each once.

        Pages that are empty but should not be are requested again, as is everything if the total changes meanwhile.
        Raises UnreadableAnswerError if the pages never agree with the total, or if there are too many results; and the
        errors of `Requester.ask`.
        """
        for _ in range(RESTARTS):
            found = self._read_once(query)
            if found is not None:
                return found
        raise UnreadableAnswerError(f"arXiv's total for {query[:80]!r} changed in each of {RESTARTS} readings")

    def _read_once(self, query: str) -> ArxivPage | None:
        """Page through the results; None if their total changed, so that some may have been skipped."""
        first = self._results(query, 0)
        if first.total > MOST:
            raise UnreadableAnswerError(f"{first.total:,} results are more than arXiv serves ({MOST:,}); narrow it")
        if not first.total:
            # A broken index answers with an empty feed and 200 as well, so an empty result is believed the second time.
            first = self._results(query, 0)
        entries = {entry.arxiv: entry for entry in first.entries}
        start, unreadable = _length(first), first.unreadable
        while start < first.total:
            page = self._results(query, start)
            if page.total != first.total:
                return None
            entries |= {entry.arxiv: entry for entry in page.entries}
            start, unreadable = start + _length(page), unreadable + page.unreadable
        if len(entries) + unreadable < first.total:
            return None
        return ArxivPage(first.total, list(entries.values()), unreadable)

    def _results(self, query: str, start: int) -> ArxivPage:
        def decode(body: bytes) -> ArxivPage:
            page = read_page(body)
            if start < page.total and not _length(page):
                raise ValueError(f"an empty page at {start} of {page.total}")
            if start and not page.total:
                raise ValueError("an empty page where others came before")
            return page

        where = {"search_query": query, "start": start, "max_results": PAGE}
        return self._page({**where, "sortBy": "submittedDate", "sortOrder": "ascending"}, decode)

    def _page(self, parameters: Mapping[str, object], decode: Callable[[bytes], ArxivPage]) -> ArxivPage:
        query = urlencode(parameters, safe=",")
        return self.requester.ask("GET", f"{self.requester.origin}/api/query?{query}", decode)


def _length(page: ArxivPage) -> int:
    return len(page.entries) + page.unreadable


def read_page(body: bytes) -> ArxivPage:
    """The entries of an Atom feed of arXiv.

    Raises ValueError for any other text, RequestRejectedError for arXiv's own error entry.
    """
    try:
        root = fromstring(body)
    except (ParseError, DefusedXmlException) as error:
        raise ValueError(f"no XML: {error}") from error
    if root.tag != f"{_ATOM}feed":
        raise ValueError("no Atom feed")
    found = root.findall(f"{_ATOM}entry")
    for entry in found:
        if "/api/errors" in _line(entry, f"{_ATOM}id"):
            raise RequestRejectedError(f"arXiv rejected the request: {_line(entry, f'{_ATOM}summary')[:200]}")
    entries = [read for entry in found if (read := _entry(entry)) is not None]
    total = _line(root, f"{_SEARCH}totalResults")
    return ArxivPage(int(total) if total.isdecimal() else len(found), entries, len(found) - len(entries))


def _entry(entry: Element) -> ArxivEntry | None:
    address = _line(entry, f"{_ATOM}id")
    number, version = arxiv_id(address), _VERSION.search(address)
    title, abstract = _text(entry, f"{_ATOM}title"), _text(entry, f"{_ATOM}summary")
    if not number or not (title or abstract):
        return None
    names = (" ".join((name.text or "").split()) for name in entry.iter(f"{_ATOM}name"))
    return ArxivEntry(
        arxiv=number,
        version=int(version[1]) if version else 1,
        title=title or "",
        abstract=abstract,
        authors=tuple(name for name in names if name),
        published=_moment(_line(entry, f"{_ATOM}published")),
        updated=_moment(_line(entry, f"{_ATOM}updated")),
        comment=_text(entry, f"{_ARXIV}comment") or "",
        journal_ref=_text(entry, f"{_ARXIV}journal_ref") or "",
        doi=doi(_line(entry, f"{_ARXIV}doi")),
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _line(element: Element, name: str) -> str:
    return " ".join((element.findtext(name) or "").split())


def _text(entry: Element, name: str) -> str | None:
    try:
        return _TEXT.validate_python(_line(entry, name)) or None
    except ValidationError:
        return None
