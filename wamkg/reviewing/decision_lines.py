"""Lines of the decision file as models: what each kind of line must hold. Unknown keys are allowed and ignored."""

from typing import Annotated

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from wamkg.json_types import JSON, UncheckedObject
from wamkg.parameters import first_error
from wamkg.reviewing.verdicts import Verdict
from wamkg.vocabulary import AssignmentStatus, ObjectionStatus, ObjectorRole

FIRST_YEAR = 2000
Name = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class TaxonKeys(_Part):
    """A taxon in the file."""

    path: str
    uid: str = ""


class _Line(_Part):
    """What every line has."""

    id: Name
    at: AwareDatetime
    by: Name

    @field_validator("at")
    @classmethod
    def _check_year(cls, at: AwareDatetime) -> AwareDatetime:
        if at.year < FIRST_YEAR:
            raise ValueError(f"{at.year} is too early for a decision; write {FIRST_YEAR} or later")
        return at


class UndoLine(_Line):
    """The undo of a decision."""

    undoes: Name


class OutcomeLine(_Line):
    """The status of an objection after it was answered or closed."""

    objects: Name
    status: ObjectionStatus
    answer: str | None = None
    decision: str | None = None

    @field_validator("status")
    @classmethod
    def _check_status(cls, status: ObjectionStatus) -> ObjectionStatus:
        if status is ObjectionStatus.OPEN:
            raise ValueError("an objection is open until a line says otherwise; remove this line")
        return status


class DecisionLine(_Line):
    """A decision on a paper."""

    paper: dict[str, str]
    taxonomy: Name
    verdict: Verdict
    taxa: list[TaxonKeys]
    kind: Name | None = None
    evidence: str | None = None
    place: str | None = None
    checked: bool | None = None
    suggested: JSON = None
    replaces: list[str] | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _check_taxa(self) -> "DecisionLine":
        if bool(self.taxa) != (self.verdict in (Verdict.ACCEPT, Verdict.REJECT)):
            wanted = "at least one taxon" if not self.taxa else "no taxa"
            raise ValueError(f"the verdict {self.verdict} needs {wanted}, not {len(self.taxa)}")
        return self


class ObjectionKeys(_Part):
    """What a person objects to."""

    state: AssignmentStatus
    raised_by: Name
    raised_as: ObjectorRole
    claimed: TaxonKeys | None = None
    current: TaxonKeys | None = None
    said_at: str | None = None
    quote: str | None = None

    @model_validator(mode="after")
    def _check(self) -> "ObjectionKeys":
        if self.raised_as is ObjectorRole.DECISION:
            raise ValueError("raised_as must be the role of a person: co-author, paper-author or reader")
        if (self.state is AssignmentStatus.PLACED) != (self.claimed is not None):
            raise ValueError(f"state {self.state} and claimed contradict each other; only `placed` claims a taxon")
        return self


class ObjectionLine(_Line):
    """An objection that a person raised."""

    paper: dict[str, str]
    taxonomy: Name
    objection: ObjectionKeys


def check_line(raw: bytes) -> UncheckedObject:
    """The values of a line that is valid.

    Raises ValueError, which names the key and says what is wrong.
    """
    values = orjson.loads(raw)
    if b"\\u0000" in raw:
        raise ValueError("a NUL character, which no database keeps")
    if not isinstance(values, dict):
        raise ValueError("not an object; write one {...} a line")
    try:
        # Checked as JSON: dates and names of a vocabulary are text there.
        _model_of(values).model_validate_json(raw)
    except ValidationError as error:
        raise ValueError(first_error(error)) from error
    return values


def _model_of(values: UncheckedObject) -> type[_Line]:
    if "undoes" in values:
        return UndoLine
    if "objects" in values:
        return OutcomeLine
    return ObjectionLine if "objection" in values else DecisionLine
