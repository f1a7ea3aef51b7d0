"""Conversion of records to JSON and back, for questions; `form` names the type of the record."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from wamkg.errors import StoreError

T = TypeVar("T")
FORM, VALUES = "form", "values"


def kept_record(form: str, model: type[T], record: T) -> dict[str, Any]:
    """A record as JSON; `form` determines how it is read back."""
    values = TypeAdapter(model).dump_python(record, mode="json", exclude_defaults=True)
    return {FORM: form, VALUES: values}


def record_from(kept: Mapping[str, Any], model: type[T]) -> T:
    """The stored record.

    Raises StoreError if it cannot be read.
    """
    try:
        return TypeAdapter(model).validate_python(kept[VALUES])
    except (ValidationError, KeyError) as error:
        raise StoreError("the record of this question cannot be read; it was kept by a newer wamkg") from error


def kept_values(kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of a stored record that are not defaults, by the names that all types of records share."""
    values: Mapping[str, Any] = kept[VALUES]
    return values
