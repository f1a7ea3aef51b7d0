"""The writer of a use case."""

from dataclasses import dataclass

from sqlmodel import Session

from wamkg.store.batches import get_actor
from wamkg.store.tables import Actor
from wamkg.vocabulary import PERSON


@dataclass(frozen=True, slots=True)
class Writer:
    """The person or program in whose name a use case writes."""

    name: str
    kind: str = PERSON

    def actor(self, session: Session) -> Actor:
        """The row of the writer; created if it is missing."""
        return get_actor(session, self.name, self.kind)
