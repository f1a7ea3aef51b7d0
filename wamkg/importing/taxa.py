"""From a class as a source writes it to the taxon's number in the store."""

from dataclasses import dataclass

from sqlmodel import Session

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.matching.record import Placement
from wamkg.store.taxonomies import find_taxon, get_taxonomy
from wamkg.vocabulary import AssignmentState


@dataclass
class TaxaIndex:
    """Numbers of taxonomies and taxa, each looked up once."""

    session: Session
    found: dict[tuple[str, str | None], tuple[int, int | None]]

    def find(self, placement: Placement) -> tuple[int, int | None]:
        """Numbers of the placement's taxonomy and taxon.

        Raises NotFoundError where there is no such class, InvalidInputError where a state is none of ours.
        """
        key = (placement.taxonomy, placement.taxon)
        if key not in self.found:
            self.found[key] = self._look_up(placement)
        return self.found[key]

    def _look_up(self, placement: Placement) -> tuple[int, int | None]:
        taxonomy = get_taxonomy(self.session, placement.taxonomy)
        assert taxonomy.id is not None
        if placement.taxon is None:
            return taxonomy.id, None
        return taxonomy.id, find_taxon(self.session, taxonomy, placement.taxon).id

    def check(self, placement: Placement) -> str | None:
        """Why the placement cannot be made; None if it can."""
        if placement.state not in set(AssignmentState):
            return f"{placement.state!r} is not a state; write one of {', '.join(AssignmentState)}"
        try:
            self.find(placement)
        except (NotFoundError, InvalidInputError) as error:
            return str(error)
        return None
