"""What edits of things other than papers carry; null empties what may be empty, what is left out stays as it is."""

from typing import Annotated, Any, Literal

from pydantic import Field

from wamkg.vocabulary import EntityKind
from wamkg_api.bodies import Body, Version, Why
from wamkg_api.forms import Address, Label, Text, Word

Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e300, le=1e300)]
Criteria = Annotated[list[Label], Field(max_length=100)]


class _ByHand(Body):
    """What every edit may say."""

    why: Why = ""

    def values(self) -> dict[str, Any]:
        """Field -> value as the command line names them, only those given."""
        return self.model_dump(exclude_unset=True, exclude={"why", "version"}, mode="json")


class _Edit(_ByHand):
    """An edit of what is there."""

    version: Version | None = None


class NewNamed(_ByHand):
    """A named thing, and the paper that brought it along."""

    name: Label = Field(examples=["LIBERO"])
    paper: Word | None = Field(default=None, description="The paper it is from.", examples=["arxiv:2302.00111"])


class NewInstitution(NewNamed):
    """An institution; `mark` is what figures print."""

    mark: Text | None = None


class NewMetric(NewNamed):
    """A metric, its unit, its range and which way is better."""

    unit: Text | None = None
    higher_is_better: bool | None = None
    low: Number | None = None
    high: Number | None = None


class NewChallenge(NewNamed):
    """An open challenge of the field."""

    definition: Text | None = None


class NewConcept(NewChallenge):
    """A concept of the field."""

    formula: Text | None = None


class NamedEdit(_Edit):
    """Another name; the one before goes on being found."""

    name: Label = ""


class InstitutionEdit(NamedEdit):
    """An edit of an institution."""

    mark: Text | None = None


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
    """What is known of a reported score."""

    suite: Text = Field(default="", examples=["LIBERO-Long"])
    split: Text = ""


class NewResult(_ByHand, _ResultValues):
    """A reported score, and who reports it where."""

    method: Word = Field(examples=["unipi"])
    benchmark: Word = Field(examples=["libero"])
    value: Number = Field(examples=[97.5])
    metric: Word | None = Field(default=None, examples=["success-rate"])
    reported_by: Word | None = Field(default=None, description="The paper that reports it.")
    where: Text | None = Field(default=None, description="Table, figure or section.", examples=["Table 2"])
    url: Address | None = None
    printed: Label | None = Field(default=None, description="The method's name as it is printed there.")
    party: Literal["first", "third"] = "third"


class ResultEdit(_Edit, _ResultValues):
    """An edit of a result."""

    value: Number = 0
    reported_where: Text | None = None
    reported_url: Address | None = None
    party: Literal["first", "third"] = "third"
    oddity: Text | None = None


class TaxonLabel(_Edit):
    """What a taxon is called in print and what belongs in it; its path stays, `edits` change the tree."""

    name: Label = ""
    code: Text | None = None
    definition: Text | None = None
    include: Criteria | None = None
    exclude: Criteria | None = None


FORMS: dict[EntityKind, tuple[type[NewNamed], type[NamedEdit]]] = {
    EntityKind.METHOD: (NewNamed, NamedEdit),
    EntityKind.DATASET: (NewNamed, NamedEdit),
    EntityKind.BENCHMARK: (NewNamed, NamedEdit),
    EntityKind.METRIC: (NewMetric, MetricEdit),
    EntityKind.INSTITUTION: (NewInstitution, InstitutionEdit),
    EntityKind.CHALLENGE: (NewChallenge, ChallengeEdit),
    EntityKind.CONCEPT: (NewConcept, ConceptEdit),
}
"""The bodies of each kind of named thing: to add one, and to edit one."""
