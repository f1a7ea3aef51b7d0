"""What all bodies of writes share."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from wamkg.parameters import Text

Version = Annotated[int, Field(ge=0, le=2**31 - 1, description="Version that you saw; an older one is refused.")]
Why = Annotated[Text, Field(description="Reason, kept in the audit trail.")]
CLOSED: Any = {"additionalProperties": False}
"""Marks a mapping in OpenAPI whose keys match a pattern: other keys are not allowed."""


class Body(BaseModel):
    """Base of all request bodies; unknown keys are rejected."""

    model_config = ConfigDict(extra="forbid")
