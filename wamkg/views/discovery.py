"""What the routes of discovery found, and how far each has read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from wamkg.store.discovery import list_discoveries
from wamkg.vocabulary import NEW_FINDS


@dataclass(frozen=True, slots=True)
class DiscoveryItem:
    """A paper that a route found: the route, why, how strongly (0 to 1), and what became of it.

    `paper` is the id of its paper, None for a question and for what cannot be read. `standing` is that of the paper
    now. `scope` is the probability that the paper is in scope, None while too few decisions are known;
    `scope_reasons` says why.
    """

    uid: str
    route: str
    key: str
    outcome: str
    reason: str
    score: float
    title: str
    paper: str | None
    found_at: datetime
    standing: str | None
    scope: float | None
    scope_reasons: list[str]


def discovery_list(
    session: Session, outcomes: Sequence[str] = NEW_FINDS, routes: Sequence[str] = (), limit: int = 100
) -> list[DiscoveryItem]:
    """Finds with these outcomes, of the newest reading first, the strongest first."""
    return [DiscoveryItem(*row) for row in list_discoveries(session, outcomes, routes, limit)]
