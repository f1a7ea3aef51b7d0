"""What the survey may lack, and whether it is safe to stop searching."""

from wamkg.discovering.estimate import SearchState
from wamkg.store.session import Store
from wamkg.views.missing import FlowRow, MissingWork, flow_counts, missing_works, route_histories


def missing(store: Store, least: int, limit: int) -> list[MissingWork]:
    """Papers outside the library that at least `least` works of the survey cite."""
    with store.reading() as session:
        return missing_works(session, least, limit)


def estimate_unseen(store: Store, least: int, target: float) -> SearchState:
    """Estimate the works that no route has found; stop if the share found reaches `target` at the interval's end."""
    from wamkg.discovering.capture import estimate_missing  # numpy and scipy take a moment to load

    with store.reading() as session:
        histories = route_histories(session, least)
    found = estimate_missing(histories)
    return SearchState(found, target, found.recall_low is not None and found.recall_low >= target)


def flow(store: Store) -> list[FlowRow]:
    """The numbers of the flow diagram of PRISMA 2020."""
    with store.reading() as session:
        return flow_counts(session)
