"""Request bodies for entities other than papers. `null` clears an optional field; fields that are left out do not
change.
"""

from typing import Annotated, Literal

from pydantic import Field

from wamkg.json_types import JsonObject
from wamkg.parameters import Text, Word
from wamkg.vocabulary import EntityKind
from wamkg_api.schemas.base import Body, Revision, Why
from wamkg_api.schemas.parameters import Address, Label

Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e300, le=1e300)]
Criteria = Annotated[list[Label], Field(max_length=100)]


class _ManualEdit(Body):
    """Fields that every edit may have."""

    why: Why = ""

    def values(self) -> JsonObject:
        """The given fields and their values, with the names that the command line uses."""
        return self.model_dump(exclude_unset=True, exclude={"why", "revision"}, mode="json")


class _Edit(_ManualEdit):
    """An edit of an existing entity."""

    revision: Revision | None = None


class NewEntity(_ManualEdit):
    """A new named entity and the paper that introduced it."""

    name: Label = Field(examples=["LIBERO"])
    paper: Word | None = Field(default=None, description="The paper it is from.", examples=["arxiv:2302.00111"])


class NewInstitution(NewEntity):
    """A new institution; `short_name` is the short name that figures print."""

    short_name: Text | None = None


class NewMetric(NewEntity):
    """A new metric: its unit, its range, and whether higher is better."""

    unit: Text | None = None
    higher_is_better: bool | None = None
    low: Number | None = None
    high: Number | None = None


class NewChallenge(NewEntity):
    """An open challenge of the field."""

    definition: Text | None = None


class NewConcept(NewChallenge):
    """A concept of the field."""

    formula: Text | None = None


class NamedEdit(_Edit):
    """Rename a named entity. The old name still finds it."""

    name: Label = ""


class InstitutionEdit(NamedEdit):
    """An edit of an institution."""

    short_name: Text | None = None


class MetricEdit(NamedEdit):
    """An edit of a metric."""

    unit: Text | None = None
    higher_is_better: bool | None = None
    low: Number | None = None
    high: Number | None = None


class ChallengeEdit(NamedEdit):
    """An edit of a challenge."""

    definition: Text | None = None


class ConceptEdit(ChallengeEdit):
    """An edit of a concept."""

    formula: Text | None = None


class _ResultValues(Body):
    """Fields of a reported score."""

    suite: Text = Field(default="", examples=["LIBERO-Long"])
    split: Text = ""


class NewResult(_ManualEdit, _ResultValues):
    """A new reported score: who reports it, and where."""

    method: Word = Field(examples=["unipi"])
    benchmark: Word = Field(examples=["libero"])
    value: Number = Field(examples=[97.5])
    metric: Word | None = Field(default=None, examples=["success-rate"])
    reported_by: Word | None = Field(default=None, description="The paper that reports it.")
    reported_location: Text | None = Field(default=None, description="Table, figure or section.", examples=["Table 2"])
    url: Address | None = None
    printed: Label | None = Field(default=None, description="The method's name as it is printed there.")
    party: Literal["first", "third"] = "third"


class ResultEdit(_Edit, _ResultValues):
    """An edit of a result."""

    value: Number = 0
    reported_location: Text | None = None
    reported_url: Address | None = None
    party: Literal["first", "third"] = "third"
    caveat: Text | None = None


class TaxonLabel(_Edit):
    """Printed name, definition and criteria of a taxon. Its path does not change; use `edits` to change the tree."""

    name: Label = ""
    code: Text | None = None
    definition: Text | None = None
    include: Criteria | None = None
    exclude: Criteria | None = None


FORMS: dict[EntityKind, tuple[type[NewEntity], type[NamedEdit]]] = {
    EntityKind.METHOD: (NewEntity, NamedEdit),
    EntityKind.DATASET: (NewEntity, NamedEdit),
    EntityKind.BENCHMARK: (NewEntity, NamedEdit),
    EntityKind.METRIC: (NewMetric, MetricEdit),
    EntityKind.INSTITUTION: (NewInstitution, InstitutionEdit),
    EntityKind.CHALLENGE: (NewChallenge, ChallengeEdit),
    EntityKind.CONCEPT: (NewConcept, ConceptEdit),
}
"""Request bodies of each kind of named entity: one to add it, one to edit it."""
