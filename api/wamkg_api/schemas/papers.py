"""Bodies of papers that are added or edited."""

from typing import Annotated

from pydantic import Field, StringConstraints

from wamkg.json_types import JsonObject
from wamkg.parameters import DateText, Word
from wamkg.vocabulary import AssignmentStatus, EventKind, Standing
from wamkg_api.schemas.base import CLOSED, Body, Revision, Why
from wamkg_api.schemas.parameters import Address, ArxivId, Doi, Label, S2Id
from wamkg_api.schemas.taxonomies import Path

BibtexField = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,40}$")]
EntryType = Annotated[str, Field(max_length=41, pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", examples=["inproceedings"])]
CitationKey = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\s,{}]+$", examples=["du2023video"])]
_BY_NAME = ("dates", "links", "details")
"""Groups of values; each value is one field, such as `dates.published`."""


class PaperValues(Body):
    """Fields of a paper, set by hand. `null` removes the value you set before. Fields that are left out do not
    change.
    """

    title: Label = ""
    abstract: Label | None = None
    summary: Label | None = None
    authors: list[Label] | None = Field(default=None, max_length=1000)
    venue: Label | None = None
    year: int | None = Field(default=None, ge=1900, le=2200)
    key: CitationKey | None = Field(default=None, description="Citation key; no other paper may have it.")
    type: EntryType | None = Field(default=None, description="Type of the BibTeX entry.")
    volume: Label | None = None
    number: Label | None = None
    pages: Label | None = None
    publisher: Label | None = None
    details: dict[BibtexField, Label | None] = Field(
        default_factory=dict,
        max_length=50,
        json_schema_extra=CLOSED,
        description="Further BibTeX fields. Fields that are left out do not change.",
        examples=[{"editor": "Doe, Jane", "series": "PMLR"}],
    )
    url: Address | None = None
    note: Label | None = None
    standing: Standing = Standing.CANDIDATE
    exclusion_reason: Label | None = None
    arxiv: ArxivId | None = None
    doi: Doi | None = None
    s2: S2Id | None = None
    openalex: Label | None = None
    method: Label = ""
    dates: dict[EventKind, DateText | None] = Field(default_factory=dict)
    links: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")], Address | None] = Field(
        default_factory=dict, max_length=50, json_schema_extra=CLOSED
    )

    def values(self) -> JsonObject:
        """The given fields and their values, with the names that the command line uses."""
        given = self.model_dump(exclude_unset=True, exclude={"why", "revision", *_BY_NAME}, mode="json")
        parts = {f"{group}.{name}": value for group in _BY_NAME for name, value in getattr(self, group).items()}
        return given | parts


class PaperEdit(PaperValues):
    """An edit of a paper."""

    why: Why = ""
    revision: Revision | None = None


class NewPaper(PaperValues):
    """A paper, with the keys of the project's JSON Lines format."""

    title: Label = Field(examples=["Video Language Planning"])
    date: DateText | None = Field(default=None, description="First arXiv version.")
    taxa: dict[Word, Path] = Field(
        default_factory=dict, max_length=20, examples=[{"wam": "joint/diffusion"}], json_schema_extra=CLOSED
    )
    also: dict[Word, list[Path]] = Field(default_factory=dict, max_length=20, json_schema_extra=CLOSED)
    states: dict[Word, AssignmentStatus] = Field(default_factory=dict, max_length=20, json_schema_extra=CLOSED)
    why: Why = ""

    def record(self) -> JsonObject:
        """The keys that were given."""
        return self.model_dump(exclude_unset=True, exclude_none=True, exclude={"why"}, mode="json")
