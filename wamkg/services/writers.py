"""Who writes."""

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
        """The writer's row, made where there is none yet."""
        return get_actor(session, self.name, self.kind)
