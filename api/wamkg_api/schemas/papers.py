"""Bodies of papers that are added or edited."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from wamkg.parameters import DateText, Word
from wamkg.vocabulary import AssignmentStatus, EventKind, Standing
from wamkg_api.schemas.base import CLOSED, Body, Revision, Why
from wamkg_api.schemas.parameters import Address, ArxivId, Doi, Label, S2Id
from wamkg_api.schemas.taxonomies import Path


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

    def values(self) -> dict[str, Any]:
        """The given fields and their values, with the names that the command line uses."""
        given = self.model_dump(exclude_unset=True, exclude={"dates", "links", "why", "revision"}, mode="json")
        dates = {f"dates.{kind}": day for kind, day in self.dates.items()}
        return given | dates | {f"links.{kind}": url for kind, url in self.links.items()}


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

    def record(self) -> dict[str, Any]:
        """The keys that were given."""
        return self.model_dump(exclude_unset=True, exclude_none=True, exclude={"why"}, mode="json")
