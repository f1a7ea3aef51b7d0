"""Body of an edit of the survey."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from wamkg.json_types import JsonObject
from wamkg.parameters import Text, Word
from wamkg_api.schemas.base import Body, Revision, Why
from wamkg_api.schemas.parameters import Label

Address = Annotated[str, StringConstraints(max_length=2000, pattern=r"^(https?://[^\x00]*)?$")]


class SurveyAuthor(Body):
    """An author of the survey."""

    name: Label
    affiliations: list[Label] = Field(default_factory=list, max_length=20)
    note: Text = ""


class SurveyBranch(Body):
    """A top-level branch of the main taxonomy, with its name and color."""

    slug: Annotated[str, StringConstraints(max_length=100, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    name: Text = ""
    color: Literal["blue", "teal", "brown", "violet", "red", "ochre", "indigo", "amber", ""] = ""


class SurveyDefinition(Body):
    """A term that the start page defines."""

    term: Label
    text: Text
    short: Text = ""
    formula: Text = ""


class SurveyPatch(Body):
    """Fields of the survey to set."""

    title: Label | None = None
    short_name: Text | None = None
    authors: list[SurveyAuthor] | None = Field(default=None, max_length=1000)
    abstract: Text | None = None
    citation: Text | None = None
    home_page: Address | None = None
    main_taxonomy: Word | None = None
    outside_kinds: (
        list[Annotated[str, StringConstraints(max_length=100, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]] | None
    ) = Field(default=None, max_length=50)
    branches: list[SurveyBranch] | None = Field(default=None, max_length=100)
    date_rule: Literal["arxiv_v1", "venue"] | None = None
    definitions: list[SurveyDefinition] | None = Field(default=None, max_length=100)
    why: Why = ""
    revision: Revision | None = None

    def values(self) -> JsonObject:
        """The fields that are given."""
        given = self.model_dump(exclude={"why", "revision"}, exclude_unset=True)
        return {name: value for name, value in given.items() if value is not None}
