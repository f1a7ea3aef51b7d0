"""Conversion of records to JSON and back, for questions; `form` names the type of the record."""

from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from wamkg.errors import StoreError
from wamkg.json_types import UncheckedMapping, UncheckedObject

T = TypeVar("T")
FORM, VALUES = "form", "values"


def kept_record(form: str, model: type[T], record: T) -> UncheckedObject:
    """A record as JSON; `form` determines how it is read back."""
    values = TypeAdapter(model).dump_python(record, mode="json", exclude_defaults=True)
    return {FORM: form, VALUES: values}


def record_from(kept: UncheckedMapping, model: type[T]) -> T:
    """The stored record.

    Raises StoreError if it cannot be read.
    """
    try:
        return TypeAdapter(model).validate_python(kept[VALUES])
    except (ValidationError, KeyError) as error:
        raise StoreError("the record of this question cannot be read; it was kept by a newer wamkg") from error


def kept_values(kept: UncheckedMapping) -> UncheckedMapping:
    """The values of a stored record that are not defaults, by the names that all types of records share."""
    values: UncheckedMapping = kept[VALUES]
    return values
