"""What a JSON document may hold: the types of values that are stored, sent or read as JSON."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    JSON = Mapping[str, "JSON"] | Sequence["JSON"] | str | int | float | bool | None
    """A JSON value."""
else:
    JSON = Any  # pydantic and SQLModel read annotations at run time, where a recursive alias would need a schema

JsonObject = dict[str, JSON]
"""A JSON object that is built or changed here."""

UncheckedObject = dict[str, Any]
"""A JSON object of a shape that its reader knows: a file of ours, or a report of another function of ours."""

UncheckedMapping = Mapping[str, Any]
"""The same, to be read only."""
