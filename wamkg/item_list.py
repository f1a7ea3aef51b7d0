"""Lists of typed items that can become pandas frames."""

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from wamkg.errors import DependencyMissingError

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")


class ItemList(tuple[T, ...]):
    """Items in a fixed order. It is a tuple; `frame()` gives the same as a pandas frame."""

    __slots__ = ()

    def frame(self) -> "pd.DataFrame":
        """One row for each item and one column for each field; a field with fields of its own gives several columns,
        as in `citing_title`.

        Raises DependencyMissingError without pandas.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise DependencyMissingError("frames need pandas: pip install 'wamkg[frame]'") from error
        return pd.DataFrame([_columns(item) for item in self])


def _columns(item: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields(item):
        value = getattr(item, field.name)
        if "of" in field.metadata:  # a former name, which repeats another field
            continue
        if is_dataclass(value):
            found |= {f"{field.name}_{name}": part for name, part in _columns(value).items()}
        else:
            found[field.name] = value
    return found
