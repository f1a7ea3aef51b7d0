"""Parses Semantic Scholar's paper records field by field: an unreadable value costs only that value."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError

from wamkg.identifiers import PartialDate, arxiv_id, author_key, doi, is_plausible_year, s2_id
from wamkg.json_types import JSON, UncheckedMapping, UncheckedObject
from wamkg.matching.record import Record

T = TypeVar("T")
MAX_CONTEXTS = 1_000
_ELIDED = re.compile(r"elided by the publisher:\s*[\[{(]([^\]})]*)", re.I)


def _clean(text: str) -> str:
    if "\x00" in text:
        raise ValueError("holds a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half a character") from None
    return text


Name = Annotated[str, StringConstraints(strict=True, max_length=2_000, strip_whitespace=True), AfterValidator(_clean)]
Text = Annotated[str, StringConstraints(strict=True, max_length=100_000, strip_whitespace=True), AfterValidator(_clean)]
Context = Annotated[
    str, StringConstraints(strict=True, max_length=10_000, strip_whitespace=True), AfterValidator(_clean)
]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
_NAME: TypeAdapter[str] = TypeAdapter(Name)
_TEXT: TypeAdapter[str] = TypeAdapter(Text)
_CONTEXT: TypeAdapter[str] = TypeAdapter(Context)
_FIELD_READERS: dict[str, TypeAdapter[Any]] = {
    "title": _NAME,
    "abstract": _TEXT,
    "venue": _NAME,
    "paperId": _NAME,
    "publicationDate": _NAME,
    # A year that no paper can be of is a claim too: it is kept, listed by `wamkg doctor`, and never shown.
    "year": TypeAdapter(Annotated[int, Field(strict=True, ge=0, le=9999)]),
    "citationCount": TypeAdapter(Count),
    "referenceCount": TypeAdapter(Count),
    "influentialCitationCount": TypeAdapter(Count),
    "externalIds": TypeAdapter(UncheckedObject),
    "authors": TypeAdapter(list[JSON]),
    "publicationTypes": TypeAdapter(list[Name]),
    "publicationVenue": TypeAdapter(UncheckedObject),
    "openAccessPdf": TypeAdapter(UncheckedObject),
    "tldr": TypeAdapter(UncheckedObject),
    "contexts": TypeAdapter(list[JSON]),
    "intents": TypeAdapter(list[Name]),
    "isInfluential": TypeAdapter(Annotated[bool, Field(strict=True)]),
}


@dataclass
class S2Paper:
    """A paper according to Semantic Scholar; None or empty if it gives nothing.

    `problems` says, by field, what could not be parsed; `elided` lists fields that the publisher withholds.
    """

    s2: str | None = None
    title: str | None = None
    abstract: str | None = None
    authors: list[str] = field(default_factory=list)
    author_ids: list[str | None] = field(default_factory=list)
    venue: str | None = None
    year: int | None = None
    date: PartialDate | None = None
    arxiv: str | None = None
    doi: str | None = None
    corpus_id: str | None = None
    tldr: str | None = None
    citation_count: int | None = None
    reference_count: int | None = None
    influential_citation_count: int | None = None
    publication_types: list[str] = field(default_factory=list)
    open_access_pdf: str | None = None
    problems: dict[str, str] = field(default_factory=dict)
    elided: frozenset[str] = frozenset()

    def record(self, line: int = 0) -> Record:
        """The same as a record for matching. Its date is not tied to a kind of event."""
        years = (self.year, self.date.first.year if self.date else None)
        return Record(
            line=line,
            title=self.title or "",
            abstract=self.abstract,
            authors=self.authors,
            arxiv=self.arxiv,
            doi=self.doi,
            s2=self.s2,
            year=next((year for year in years if is_plausible_year(year)), None),
            venue=self.venue,
        )


@dataclass(frozen=True)
class S2Link:
    """One item of a list of citations or references: the other paper and details of the citation."""

    paper: S2Paper
    contexts: list[str]
    intents: list[str]
    influential: bool | None


class _Fields:
    """Parses the fields of one object and records what cannot be parsed."""

    def __init__(self, values: UncheckedMapping, problems: dict[str, str]) -> None:
        self._values, self.problems = values, problems

    def read(self, name: str) -> Any:
        return self.inner(name, self._values.get(name), _FIELD_READERS[name])

    def inner(self, name: str, value: JSON, reader: TypeAdapter[T]) -> T | None:
        if value is None:
            return None
        try:
            read = reader.validate_python(value)
        except ValidationError as error:
            self.problems[name] = error.errors(include_url=False, include_input=False)[0]["msg"].lower()
            return None
        return None if read in ("", [], {}) else read

    def convert(self, name: str, reader: Callable[[str], T | None]) -> T | None:
        text = self.read(name)
        if text is None:
            return None
        try:
            value = reader(text)
        except ValueError:
            value = None
        if value is None:
            self.problems[name] = f"{text[:60]!r} is not one"
        return value


def read_paper(values: JSON) -> S2Paper | None:
    """A paper object of any endpoint; None if it is not an object."""
    if not isinstance(values, Mapping):
        return None
    paper = S2Paper()
    fields_ = _Fields(values, paper.problems)
    for attribute, name in _PLAIN:
        value = fields_.read(name)
        if value is not None:
            setattr(paper, attribute, value)
    paper.s2 = fields_.convert("paperId", s2_id)
    paper.date = fields_.convert("publicationDate", PartialDate.parse)
    _read_ids(paper, fields_.read("externalIds") or {}, values)
    _read_authors(paper, fields_.read("authors") or [])
    _read_nested(paper, fields_)
    return paper


_PLAIN = (
    ("title", "title"),
    ("abstract", "abstract"),
    ("venue", "venue"),
    ("year", "year"),
    ("citation_count", "citationCount"),
    ("reference_count", "referenceCount"),
    ("influential_citation_count", "influentialCitationCount"),
    ("publication_types", "publicationTypes"),
)
"""(attribute, Semantic Scholar's key) of values that are copied unchanged."""


def _read_ids(paper: S2Paper, ids: UncheckedMapping, values: UncheckedMapping) -> None:
    for key, attribute, reader in (("ArXiv", "arxiv", arxiv_id), ("DOI", "doi", doi)):
        value = ids.get(key)
        if value is None:
            continue
        try:
            read = reader(text := _NAME.validate_python(value))
        except ValidationError:
            read, text = None, ""
        if read is not None:
            setattr(paper, attribute, read)
        elif not (key == "DOI" and arxiv_id(text)):  # arXiv's own DOI says no more than the arXiv id
            paper.problems[f"externalIds.{key}"] = f"{str(value)[:60]!r} is not one"
    corpus = ids.get("CorpusId", values.get("corpusId"))
    if isinstance(corpus, int | str) and str(corpus).isascii() and str(corpus).isdigit() and len(str(corpus)) < 20:
        paper.corpus_id = str(corpus)


def _read_authors(paper: S2Paper, items: list[JSON]) -> None:
    for item in items:
        author = item if isinstance(item, Mapping) else {}
        try:
            read = _NAME.validate_python(author.get("name"))
        except ValidationError:
            paper.problems["authors"] = "an author has no readable name"
            continue
        if author_key(read):
            number = author.get("authorId")
            paper.authors.append(read)
            paper.author_ids.append(number if isinstance(number, str) and number.isalnum() else None)


def _read_nested(paper: S2Paper, values: _Fields) -> None:
    venue = values.read("publicationVenue") or {}
    paper.venue = paper.venue or values.inner("publicationVenue.name", venue.get("name"), _NAME)
    paper.tldr = values.inner("tldr.text", (values.read("tldr") or {}).get("text"), _TEXT)
    access = values.read("openAccessPdf") or {}
    paper.open_access_pdf = values.inner("openAccessPdf.url", access.get("url"), _NAME)
    notice = values.inner("openAccessPdf.disclaimer", access.get("disclaimer"), _TEXT)
    if notice and (found := _ELIDED.search(notice)):
        paper.elided = frozenset(re.findall(r"\w+", found[1]))


def read_link(item: JSON, other: JSON) -> S2Link | None:
    """An item of a list with its paper; None if it has neither an id nor a title."""
    paper = read_paper(other)
    if not isinstance(item, Mapping) or paper is None or not (paper.title or paper.s2 or paper.arxiv or paper.doi):
        return None
    return S2Link(paper, *read_citation(item, paper.problems))


def read_citation(item: UncheckedMapping, problems: dict[str, str]) -> tuple[list[str], list[str], bool | None]:
    """Contexts and intents of a citation, and whether it is influential; `problems` receives what cannot be read."""
    values = _Fields(item, problems)
    contexts = []
    for context in (values.read("contexts") or [])[:MAX_CONTEXTS]:
        try:
            contexts.append(_CONTEXT.validate_python(context))
        except ValidationError:
            problems["contexts"] = "a context is not readable text"
    return contexts, values.read("intents") or [], values.read("isInfluential")
