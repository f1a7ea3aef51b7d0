"""Records as they are kept with a question, and back: the whole record as JSON, under the name of its form."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from wamkg.errors import StoreError

T = TypeVar("T")
FORM, VALUES = "form", "values"


def kept_record(form: str, model: type[T], record: T) -> dict[str, Any]:
    """A record as JSON; `form` says what reads it back."""
    values = TypeAdapter(model).dump_python(record, mode="json", exclude_defaults=True)
    return {FORM: form, VALUES: values}


def record_from(kept: Mapping[str, Any], model: type[T]) -> T:
    """The record that was kept.

    Raises StoreError where it cannot be read.
    """
    try:
        return TypeAdapter(model).validate_python(kept[VALUES])
    except (ValidationError, KeyError) as error:
        raise StoreError("the record of this question cannot be read; it was kept by a newer wamkg") from error
