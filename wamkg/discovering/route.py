"""What a route is, and what one reading of it gives."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from wamkg.identifiers import text_hash, title_key
from wamkg.json_types import JsonObject
from wamkg.matching.record import Record
from wamkg.matching.same_paper import ids_of


@dataclass(frozen=True)
class Find:
    """A paper that a route proposes: its record, why, and how strongly, from 0 to 1."""

    record: Record
    reason: str
    score: float

    @property
    def key(self) -> str:
        """What identifies the record: its first id, else a hash of its title."""
        first = next(iter(ids_of(self.record)), None)
        return f"{first.scheme}:{first.value}" if first else f"title:{text_hash(title_key(self.record.title))[:40]}"

    @property
    def text_hash(self) -> str:
        """Hash of title and abstract; case, punctuation and line breaks do not count."""
        return text_hash(f"{title_key(self.record.title)}\n{title_key(self.record.abstract or '')}")


@dataclass(frozen=True)
class Reading:
    """One whole reading of a route: its finds, where the next reading begins, and what could not be read."""

    finds: Sequence[Find]
    cursor: JsonObject = field(default_factory=dict)
    problems: Sequence[str] = ()


class Route(Protocol):
    """A way to find new papers."""

    @property
    def name(self) -> str:
        """What the survey calls it."""
        ...

    @property
    def source(self) -> str:
        """Source of the claims that its records make."""
        ...

    def read(self, cursor: JsonObject) -> Reading:
        """Read everything since the cursor, which is empty at first.

        Raises WamkgError if it cannot be read to its end; then the cursor stays where it is.
        """
        ...
