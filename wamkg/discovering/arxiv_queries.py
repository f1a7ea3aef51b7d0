"""The route of a saved arXiv query: everything submitted since the last reading, with an overlap."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from wamkg.discovering.route import Find, Reading
from wamkg.enriching.arxiv import ArxivClient, ArxivEntry
from wamkg.json_types import JsonObject
from wamkg.store.types import utc_now

OVERLAP = timedelta(days=3)
"""arXiv's index lists some papers days after their submission, so each reading begins before the last one's end."""
FIRST = timedelta(days=30)
"""How far back the first reading of a query goes."""
UNTIL = "until"


@dataclass
class ArxivQuery:
    """A query in the language of arXiv's API, such as `abs:"world model" AND cat:cs.RO`.

    `since` replaces the cursor.
    """

    name: str
    query: str
    client: ArxivClient
    since: datetime | None = None
    source: str = "arxiv"

    def read(self, cursor: JsonObject) -> Reading:
        """Every paper submitted since the cursor, less the overlap; raises the errors of `ArxivClient.search`."""
        now = utc_now()
        window = f"submittedDate:[{_stamp(self._begin(cursor, now))} TO {_stamp(now)}]"
        page = self.client.search(f"({self.query}) AND {window}")
        lost = [f"{page.unreadable} entries of arXiv could not be read"] if page.unreadable else []
        return Reading([self._find(entry) for entry in page.entries], {UNTIL: now.isoformat()}, lost)

    def _begin(self, cursor: JsonObject, now: datetime) -> datetime:
        if self.since is not None:
            return self.since
        until = cursor.get(UNTIL)
        return datetime.fromisoformat(str(until)) - OVERLAP if until else now - FIRST

    def _find(self, entry: ArxivEntry) -> Find:
        submitted = f", submitted {entry.published:%F}" if entry.published else ""
        withdrawn = ", withdrawn since" if entry.is_withdrawn else ""
        return Find(entry.record(), f"arXiv query {self.name}{submitted}{withdrawn}", 0.0 if withdrawn else 0.5)


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%d%H%M}"
