"""Adds a source's claim about a paper, unless it has been made before."""

from typing import Any

from wamkg.identifiers import PartialDate
from wamkg.store.claims import ClaimedDate, PaperClaims, SourceClaim
from wamkg.store.tables import Claim, Event
from wamkg.store.types import utc_now

LAST = 1 << 62
"""Rank of a new claim: younger than every stored one."""


def assert_value(
    state: PaperClaims, name: str, value: Any, source: str, *, ref: str | None = None, reason: str | None = None
) -> bool:
    """Add a claim unless the source's current claim has the same value. Returns True if a claim was added.

    `value` None means that the source has no value, `reason` says why; `ref` is the source's own id of the paper. An id
    that a person assigned to another paper is never added.
    """
    words = state.said.setdefault(name, {})
    before = words.get(source)
    if (before and before.value == value) or (state.wrong_ids and (name, str(value)) in state.wrong_ids):
        return False
    words[source] = SourceClaim(source, value, before.first if before else LAST)
    state.add(
        Claim, subject_id=state.id, field=name, value=value, reason=reason, source=source, source_ref=ref,
        retrieved_at=utc_now(),
    )  # fmt: skip
    return True


def assert_date(state: PaperClaims, kind: str, when: PartialDate, source: str, *, derived: bool = False) -> bool:
    """Add a dated event unless the source has given it already. Returns True if it was added."""
    dated = ClaimedDate(kind, when.first, when.precision, source, derived)
    if dated in state.dates:
        return False
    state.dates.add(dated)
    state.add(
        Event, paper_id=state.id, kind=kind, day=when.first, precision=when.precision, source=source, derived=derived
    )
    return True
