"""Body of an edit of the survey."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from wamkg.json_types import JsonObject
from wamkg.parameters import Text, Word
from wamkg.vocabulary import RouteKind
from wamkg_api.schemas.base import Body, Revision, Why
from wamkg_api.schemas.parameters import Label

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Address = Annotated[str, StringConstraints(max_length=2000, pattern=r"^(https?://[^\x00]*)?$")]


class SurveyAuthor(Body):
    """An author of the survey."""

    name: Label
    affiliations: list[Label] = Field(default_factory=list, max_length=20)
    note: Text = ""


class SurveyBranch(Body):
    """A top-level branch of the main taxonomy, with its name and color."""

    slug: Annotated[str, StringConstraints(max_length=100, pattern=SLUG)]
    name: Text = ""
    color: Literal["blue", "teal", "brown", "violet", "red", "ochre", "indigo", "amber", ""] = ""


class SurveyDefinition(Body):
    """A term that the start page defines, or a part of a section of `/about`."""

    term: Label
    text: Text
    short: Text = ""
    formula: Text = ""
    limit: Text = ""
    section: Text = ""
    diagram: Literal["vla", "wm", "wam", "cascaded", "joint", ""] = ""
    taxon: Text = ""
    names: list[Label] = Field(default_factory=list, max_length=100)


class SurveyRoute(Body):
    """Where new papers are looked for: a query in arXiv's language, or a list or an OpenReview export."""

    name: Annotated[str, StringConstraints(max_length=100, pattern=SLUG)]
    kind: RouteKind
    query: Text = ""
    source: Address = ""


class SurveyPatch(Body):
    """Fields of the survey to set."""

    title: Label | None = None
    short_name: Text | None = None
    authors: list[SurveyAuthor] | None = Field(default=None, max_length=1000)
    abstract: Text | None = None
    citation: Text | None = None
    home_page: Address | None = None
    main_taxonomy: Word | None = None
    outside_kinds: list[Annotated[str, StringConstraints(max_length=100, pattern=SLUG)]] | None = Field(
        default=None, max_length=50
    )
    branches: list[SurveyBranch] | None = Field(default=None, max_length=100)
    date_rule: Literal["arxiv_v1", "venue"] | None = None
    definitions: list[SurveyDefinition] | None = Field(default=None, max_length=100)
    routes: list[SurveyRoute] | None = Field(default=None, max_length=100)
    why: Why = ""
    revision: Revision | None = None

    def values(self) -> JsonObject:
        """The fields that are given."""
        given = self.model_dump(exclude={"why", "revision"}, exclude_unset=True)
        return {name: value for name, value in given.items() if value is not None}
