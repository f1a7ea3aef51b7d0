"""One paper as a mapping of the JSON Lines keys, checked and turned into a record."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from wamkg.identifiers import PartialDate, arxiv_id, doi, s2_id
from wamkg.matching.record import Introduces, Placement, Record, Unreadable
from wamkg.vocabulary import EventKind

Text = Annotated[str, StringConstraints(strip_whitespace=True)]


class StateLine(BaseModel):
    """A state of a paper in one taxonomy."""

    model_config = ConfigDict(extra="forbid")
    state: Text
    kind: Text | None = None
    reason: Text | None = None


class ThingLine(BaseModel):
    """A thing that the paper introduces."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["dataset", "benchmark", "metric"]
    name: Text


class PaperLine(BaseModel):
    """The keys of docs/formats.md; a missing key is unknown, an unknown key is reported."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=False)
    title: Text
    abstract: Text | None = None
    summary: Text | None = None
    authors: list[Text] | None = None
    arxiv: Text | None = None
    doi: Text | None = None
    s2: Text | None = None
    openalex: Text | None = None
    date: Text | None = None
    dates: dict[EventKind, Text] = Field(default_factory=dict)
    year: Annotated[int, Field(ge=1500, le=2200)] | None = None
    venue: Text | None = None
    url: Text | None = None
    links: dict[Text, Text] = Field(default_factory=dict)
    method: Text | None = None
    aliases: list[Text] = Field(default_factory=list)
    standing: Literal["cited", "candidate", "included", "excluded"] | None = None
    taxa: dict[Text, Text] = Field(default_factory=dict)
    also: dict[Text, list[Text]] = Field(default_factory=dict)
    states: dict[Text, StateLine] = Field(default_factory=dict)
    introduces: list[ThingLine] = Field(default_factory=list)
    note: Text | None = None


def record_from_mapping(values: Any, line: int) -> Record | Unreadable:
    """The record that a mapping of JSON Lines keys describes, or why it cannot be read."""
    try:
        paper = PaperLine.model_validate(values)
        return _record(paper, line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "record"
        return Unreadable(line, f"{place}: {first['msg'].lower()}", _excerpt(values))
    except ValueError as error:
        return Unreadable(line, str(error), _excerpt(values))


def _excerpt(values: Any) -> str:
    title = values.get("title") if isinstance(values, dict) else None
    return title[:80] if isinstance(title, str) else ""


def _record(paper: PaperLine, line: int) -> Record:
    if "\x00" in paper.model_dump_json():
        raise ValueError("a text holds a NUL character")
    if not paper.title:
        raise ValueError("title: is empty")
    return Record(
        line=line,
        title=paper.title,
        abstract=paper.abstract or None,
        summary=paper.summary or None,
        authors=paper.authors or [],
        arxiv=_id("arxiv", paper.arxiv, arxiv_id),
        doi=_id("doi", paper.doi, lambda text: doi(text) or (arxiv_id(text) and "")),
        s2=_id("s2", paper.s2, s2_id),
        openalex=paper.openalex or None,
        dates=_dates(paper),
        year=paper.year,
        venue=paper.venue or None,
        url=paper.url or None,
        links=paper.links,
        method=paper.method or None,
        aliases=paper.aliases,
        standing=paper.standing,
        placements=_placements(paper),
        introduces=[Introduces(thing.kind, thing.name) for thing in paper.introduces],
        note=paper.note or None,
        unknown_keys=tuple(paper.model_extra or ()),
    )


def _id(scheme: str, text: str | None, read: Any) -> str | None:
    if not text:
        return None
    value = read(text)
    if value is None:
        raise ValueError(f"{scheme}: {text!r} is not a {scheme} id")
    return value or None


def _dates(paper: PaperLine) -> dict[str, PartialDate]:
    given = {str(kind): text for kind, text in paper.dates.items()}
    if paper.date:
        given.setdefault(EventKind.ARXIV_V1, paper.date)
    return {kind: PartialDate.parse(text) for kind, text in given.items()}


def _placements(paper: PaperLine) -> list[Placement]:
    placed = [Placement(slug, path) for slug, path in paper.taxa.items()]
    placed += [Placement(slug, path, primary=False) for slug, paths in paper.also.items() for path in paths]
    placed += [Placement(slug, None, True, s.state, s.kind, s.reason) for slug, s in paper.states.items()]
    return placed
