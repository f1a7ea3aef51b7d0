"""What all bodies of writes share."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from wamkg.former_names import with_current_names
from wamkg.parameters import Text

Revision = Annotated[int, Field(ge=0, le=2**31 - 1, description="Revision that you saw; an older one is refused.")]
Why = Annotated[Text, Field(description="Reason, kept in the audit trail.")]
CLOSED: Any = {"additionalProperties": False}
"""Marks a mapping in OpenAPI whose keys match a pattern: other keys are not allowed."""


class Body(BaseModel):
    """Base of all request bodies; unknown keys are rejected, former names are accepted."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _accept_former_names(cls, values: Any) -> Any:
        return with_current_names(values, cls.model_fields) if isinstance(values, dict) else values
