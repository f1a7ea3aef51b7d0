"""A source's word on one value of a paper, added to the paper's state unless it has been said before."""

from typing import Any

from wamkg.identifiers import PartialDate
from wamkg.store.paper_state import Dated, PaperState, Said
from wamkg.store.tables import Event, Fact
from wamkg.store.types import utc_now

LAST = 1 << 62
"""A word given now is younger than any fact that has a number."""


def say(
    state: PaperState, name: str, value: Any, source: str, *, ref: str | None = None, reason: str | None = None
) -> bool:
    """Add a fact unless it is the source's present word already; returns whether it was added.

    `value` None says that the source has no value, `reason` why; `ref` is the source's own id of the paper. An id that
    a person said is another paper's is never added.
    """
    words = state.said.setdefault(name, {})
    before = words.get(source)
    if (before and before.value == value) or (state.wrong_ids and (name, str(value)) in state.wrong_ids):
        return False
    words[source] = Said(source, value, before.first if before else LAST)
    state.add(
        Fact, subject_id=state.id, field=name, value=value, reason=reason, source=source, source_ref=ref,
        seen_at=utc_now(),
    )  # fmt: skip
    return True


def say_date(state: PaperState, kind: str, when: PartialDate, source: str, *, derived: bool = False) -> bool:
    """Add a dated event unless the source has given it already; returns whether it was added."""
    dated = Dated(kind, when.first, when.precision, source, derived)
    if dated in state.dates:
        return False
    state.dates.add(dated)
    state.add(
        Event, paper_id=state.id, kind=kind, day=when.first, precision=when.precision, source=source, derived=derived
    )
    return True
