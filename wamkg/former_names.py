"""Former names of public fields: for one release, requests may use them, and answers have them beside the new ones.

Files keep their keys; `FORMER_NAMES` is only for what people and programs send: fields of HTTP bodies, keys of
`wamkg set` and `wamkg add`, fields of forms.
"""

from collections.abc import Container, Hashable, Mapping
from dataclasses import field, fields
from functools import cache
from typing import Annotated, Any, TypeVar, cast

from pydantic import Field

from wamkg.errors import InvalidInputError

FORMER_NAMES = {
    "version": "revision",
    "mark": "short_name",
    "oddity": "caveat",
    "reported_where": "reported_location",
    "where": "reported_location",
    "evidence_place": "evidence_location",
    "claimed": "proposed",
    "said_at": "source_url",
    "raised_as": "raised_role",
}
"""Former name of each renamed field that can be sent."""
RESOLUTIONS = {"unanimous": "alike", "consensus": "agreed", "third_person": "third"}
"""Former value of each resolution of an adjudication."""

T = TypeVar("T")
Former = Annotated[T, Field(deprecated=True)]
"""Type of a field under its former name; OpenAPI marks it as deprecated."""


def former(name: str, values: Mapping[str, str] | None = None) -> Any:
    """A dataclass field that repeats the field `name` under its former name; `values` are former values."""
    return field(default=None, init=False, repr=False, compare=False, metadata={"of": name, "values": values or {}})


class WithFormerNames:
    """Base of dataclasses that have fields under former names."""

    __slots__ = ()

    def __post_init__(self) -> None:
        """Copy each renamed field to its former name."""
        for old, new, values in _former_fields(cast("Hashable", type(self))):
            value = getattr(self, new)
            # The classes are frozen; this is the moment at which they are made.
            object.__setattr__(self, old, values.get(value, value) if values else value)


@cache
def _former_fields(model: Hashable) -> tuple[tuple[str, str, Mapping[str, str]], ...]:
    return tuple(
        (f.name, f.metadata["of"], f.metadata["values"]) for f in fields(cast("Any", model)) if "of" in f.metadata
    )


def with_current_names(values: Mapping[str, Any], known: Container[str]) -> dict[str, Any]:
    """The values under current names. A former name is replaced if `known` has the current one but not the former.

    Raises InvalidInputError if a field is given under both names.
    """
    found = dict(values)
    for old, new in FORMER_NAMES.items():
        if old in found and old not in known and new in known:
            if new in found:
                raise InvalidInputError(f"{old} is the former name of {new}; write only {new}")
            found[new] = found.pop(old)
    return found
