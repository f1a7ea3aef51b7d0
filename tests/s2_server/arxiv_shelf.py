"""What arXiv holds on the local server: papers with versions, found by a query as arXiv's API finds them."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.sax.saxutils import escape

_WINDOW = re.compile(r"submittedDate:\[(\d{12}) TO (\d{12})\]")
_TERM = re.compile(r'\b(abs|ti|all|cat):(?:"([^"]*)"|([\w.-]+))')
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom">'
)


@dataclass
class Preprint:
    """A paper on arXiv, in its newest version."""

    arxiv: str
    title: str
    abstract: str
    submitted: datetime
    authors: tuple[str, ...] = ("Ada Byron",)
    category: str = "cs.RO"
    version: int = 1
    updated: datetime | None = None
    comment: str = ""
    journal_ref: str = ""
    doi: str = ""

    def says(self, term: "re.Match[str]") -> bool:
        """Whether a term of a query is true of it."""
        place, text = term[1], (term[2] or term[3]).lower()
        if place == "cat":
            return self.category.lower() == text
        words = {"ti": self.title, "abs": self.abstract}.get(place, f"{self.title} {self.abstract}")
        return text in words.lower()

    @property
    def entry(self) -> str:
        """Its entry in a feed."""
        names = "".join(f"<author><name>{escape(name)}</name></author>" for name in self.authors)
        more = "".join(
            f"<arxiv:{name}>{escape(value)}</arxiv:{name}>"
            for name, value in (("comment", self.comment), ("journal_ref", self.journal_ref), ("doi", self.doi))
            if value
        )
        return (
            f"<entry><id>http://arxiv.org/abs/{self.arxiv}v{self.version}</id>"
            f"<updated>{(self.updated or self.submitted):%Y-%m-%dT%H:%M:%SZ}</updated>"
            f"<published>{self.submitted:%Y-%m-%dT%H:%M:%SZ}</published><title>{escape(self.title)}</title>"
            f"<summary>\n  {escape(self.abstract)}\n</summary>{names}{more}"
            f'<arxiv:primary_category term="{self.category}"/></entry>'
        )


@dataclass
class ArxivShelf:
    """All papers on arXiv; `faults` are played one for each request of a query: empty, no results, total, short."""

    papers: list[Preprint] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def answer(self, query: dict[str, str]) -> str:
        """The feed for a request."""
        if "id_list" in query:
            wanted = query["id_list"].split(",")
            found = [paper for paper in self.papers if paper.arxiv in wanted]
            return feed(found, len(found), 0)
        self.asked.append(query)
        found = self.matching(query["search_query"])
        start, size = int(query.get("start", 0)), int(query.get("max_results", 10))
        fault = self.faults.pop(0) if self.faults else ""
        page = found[start : start + size]
        if fault in ("empty", "no results"):
            return feed([], len(found) if fault == "empty" else 0, start)
        if fault == "short":
            page = page[: max(1, len(page) // 2)]
        return feed(page, len(found) + (fault == "total"), start)

    def matching(self, query: str) -> list[Preprint]:
        """The papers that a query finds, oldest first."""
        window = _WINDOW.search(query)
        begin, end = window.groups() if window else ("0" * 12, "9" * 12)

        def is_found(paper: Preprint) -> bool:
            text = _WINDOW.sub("True", query)
            text = _TERM.sub(lambda term: str(paper.says(term)), text)
            text = text.replace("ANDNOT", "and not").replace("AND", "and").replace("OR", "or")
            return begin <= f"{paper.submitted:%Y%m%d%H%M}" <= end and bool(eval(text, {"__builtins__": {}}))

        return sorted(filter(is_found, self.papers), key=lambda paper: (paper.submitted, paper.arxiv))


def feed(papers: list[Preprint], total: int, start: int) -> str:
    """A feed of arXiv."""
    counts = (
        f"<opensearch:totalResults>{total}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>"
    )
    return f"{HEAD}{counts}{''.join(paper.entry for paper in papers)}</feed>"


def moment(text: str) -> datetime:
    """A day as the moment at which it begins, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
