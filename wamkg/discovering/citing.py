"""The two routes of stored citations: papers that cite many papers of the survey, or are cited by many."""

from dataclasses import dataclass
from typing import Literal

from wamkg.discovering.route import Find, Reading
from wamkg.json_types import JsonObject
from wamkg.matching.record import Record
from wamkg.store.discovery import LinkedCandidate, linked_to_survey
from wamkg.store.session import Store
from wamkg.vocabulary import DEFAULT_SOURCE

LEAST = 5
"""Number of papers of the survey that a find cites or is cited by, unless the caller says otherwise."""


@dataclass
class Linked:
    """Papers outside the survey that cite (`citing`), or are cited by (`cited`), at least `least` works of it."""

    name: Literal["citing", "cited"]
    store: Store
    least: int = LEAST
    source: str = f"{DEFAULT_SOURCE}:citations"

    def read(self, cursor: JsonObject) -> Reading:
        """Every such paper; those found earlier are recognized later."""
        with self.store.reading() as session:
            found = linked_to_survey(session, self.name, self.least)
        return Reading([self._find(paper) for paper in found])

    def _find(self, paper: LinkedCandidate) -> Find:
        verb = "cites" if self.name == "citing" else "cited by"
        record = Record(0, paper.title, abstract=paper.abstract, arxiv=paper.arxiv, doi=paper.doi, s2=paper.s2)
        score = paper.works / (paper.works + self.least)
        return Find(record, f"{verb} {paper.works} works of the survey", round(score, 4))
