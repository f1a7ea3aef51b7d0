"""What Semantic Scholar says about ids that a user asks for: looked up, not stored."""

from collections.abc import Sequence

from wamkg.enriching.client import BATCH_SIZE, S2Client
from wamkg.enriching.probe import check_reachable
from wamkg.enriching.requesters import S2, s2_origin, s2_requester
from wamkg.enriching.s2_records import S2Paper, read_paper
from wamkg.settings import Settings
from wamkg.store.session import Store


def look_up(store: Store, settings: Settings, ids: Sequence[str]) -> dict[str, S2Paper | None]:
    """The records of ids such as `ARXIV:2301.00001` and `DOI:10.1000/182`; None for one that does not exist there.

    The requests count against the store's rate limit. Raises ServiceUnreachableError and the errors of a request.
    """
    check_reachable(S2, s2_origin(settings))
    requester = s2_requester(store, settings)
    try:
        client = S2Client(requester)
        found: dict[str, S2Paper | None] = {}
        for start in range(0, len(ids), BATCH_SIZE):
            part = list(ids[start : start + BATCH_SIZE])
            found |= dict(zip(part, map(read_paper, client.papers(part)), strict=True))
        return found
    finally:
        requester.close()
