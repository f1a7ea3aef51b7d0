"""Look up the stored taxon of a class as a source writes it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from sqlmodel import Session

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.matching.record import RecordAssignment
from wamkg.store.assignments import Place, Rules, load_rules
from wamkg.store.claims import LiveAssignment
from wamkg.store.tables import Taxon, Taxonomy
from wamkg.store.taxonomies import find_taxon, get_taxonomy
from wamkg.vocabulary import AssignmentStatus


@dataclass
class TaxaIndex:
    """Database ids of taxonomies and taxa, each looked up once."""

    session: Session
    found: dict[tuple[str, str | None], tuple[int, int | None]]
    places: dict[int, Place] = field(default_factory=dict)

    def find(self, placement: RecordAssignment) -> tuple[int, int | None]:
        """Return the ids of the assignment's taxonomy and taxon.

        Raises NotFoundError for an unknown taxon, InvalidInputError for an unknown status.
        """
        key = (placement.taxonomy, placement.taxon)
        if key not in self.found:
            self.found[key] = self._look_up(placement)
        return self.found[key]

    def _look_up(self, placement: RecordAssignment) -> tuple[int, int | None]:
        taxonomy = get_taxonomy(self.session, placement.taxonomy)
        assert taxonomy.id is not None
        if placement.taxon is None:
            return taxonomy.id, None
        return taxonomy.id, find_taxon(self.session, taxonomy, placement.taxon).id

    @cached_property
    def _rules(self) -> Rules:
        return load_rules(self.session)

    def refusal(self, stays: Iterable[LiveAssignment], taxon: int | None) -> str | None:
        """Return the taxonomy rule that a further assignment would break; None if it is allowed."""
        if taxon is None:
            return None
        before = [self._place(placed.taxon_id) for placed in stays if placed.taxon_id is not None]
        return self._rules.against(before, [*before, self._place(taxon)])

    def _place(self, number: int) -> Place:
        if number not in self.places:
            taxon = self.session.get_one(Taxon, number)
            self.places[number] = self.session.get_one(Taxonomy, taxon.taxonomy_id).slug, taxon.path
        return self.places[number]

    def check(self, placement: RecordAssignment) -> str | None:
        """Return why the assignment cannot be made; None if it can."""
        if placement.status not in set(AssignmentStatus):
            return f"{placement.status!r} is not a status; write one of {', '.join(AssignmentStatus)}"
        try:
            self.find(placement)
        except (NotFoundError, InvalidInputError) as error:
            return str(error)
        return None
