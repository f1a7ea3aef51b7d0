"""The route of Semantic Scholar's recommendations, from placed papers and papers out of scope.

Protocol: https://api.semanticscholar.org/api-docs/recommendations
"""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from wamkg.discovering.route import Find, Reading
from wamkg.enriching.client import decode_json
from wamkg.enriching.requester import Requester
from wamkg.enriching.s2_records import read_paper
from wamkg.errors import InvalidInputError
from wamkg.json_types import JSON, JsonObject
from wamkg.store.discovery import scope_examples
from wamkg.store.session import Store

LIMIT = 100
"""Recommendations of one request; the service allows 500."""
EXAMPLES = 100
"""The newest examples of each kind are sent, so that the request stays small."""
_FIELDS = "paperId,externalIds,title,abstract,year,publicationDate,venue,authors"


@dataclass
class Recommended:
    """Recommendations with placed papers as positive and papers out of scope as negative examples."""

    store: Store
    requester: Requester
    taxonomy: str
    name: str = "recommended"
    source: str = "s2"
    before: date | None = None
    """Only papers of earlier days are examples."""

    def read(self, cursor: JsonObject) -> Reading:
        """The recommendations of now.

        Raises InvalidInputError if no placed paper has a Semantic Scholar id; and the errors of `Requester.ask`.
        """
        with self.store.reading() as session:
            examples = scope_examples(session, self.taxonomy, self.before)
        if not examples.placed:
            raise InvalidInputError("no placed paper has a Semantic Scholar id yet; run `wamkg enrich` first")
        body = {"positivePaperIds": examples.placed[:EXAMPLES], "negativePaperIds": examples.outside[:EXAMPLES]}
        query = urlencode({"fields": _FIELDS, "limit": LIMIT}, safe=",")
        url = f"{self.requester.origin}/recommendations/v1/papers/?{query}"
        items = self.requester.ask("POST", url, _decode, body)
        papers = [paper for item in items if (paper := read_paper(item)) is not None and paper.title]
        lost = len(items) - len(papers)
        finds = [
            Find(paper.record(), f"recommended by Semantic Scholar, number {place}", round(1 - place / (LIMIT + 1), 4))
            for place, paper in enumerate(papers, start=1)
        ]
        return Reading(finds, problems=[f"{lost} recommendations could not be read"] if lost else [])


def _decode(body: bytes) -> list[JSON]:
    found = decode_json(body)
    items = found.get("recommendedPapers") if isinstance(found, dict) else None
    if not isinstance(items, list):
        raise ValueError("no recommendedPapers")
    return items
