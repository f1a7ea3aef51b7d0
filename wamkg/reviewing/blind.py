"""The hidden tenth: papers whose suggestion a curator sees only after deciding, so that its pull can be measured."""

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from wamkg.store.decisions import decision_rows

SEED = "hidden-1"
"""Another seed hides another tenth; changing it makes the figures before and after incomparable."""
ONE_IN = 10


def is_hidden(paper: str, taxonomy: str) -> bool:
    """Whether the suggestion for a paper (by slug) stays hidden until decided: the same at every asking."""
    digest = hashlib.sha256(f"{SEED} {taxonomy} {paper}".encode()).digest()
    return int.from_bytes(digest[:8]) % ONE_IN == 0


def revealed(suggested: Mapping[str, Any] | None) -> str | None:
    """What a decision's record holds of a suggestion, as a sentence; None where it was seen or there was none."""
    if not suggested or not suggested.get("hidden") or not suggested.get("taxon"):
        return None
    chance = suggested.get("probability")
    how = f" with probability {chance:.2f}" if chance is not None else ""
    sure = f"sure of {suggested['sure']}" if suggested.get("sure") else "not sure of any"
    return f"The hidden suggestion was {suggested['taxon']}{how}, {sure}."


def revealed_by(session: Session, batch: str) -> list[str]:
    """What the hidden suggestions had said that a batch decided on; empty for a batch that decides nothing."""
    rows = decision_rows(session, batch=batch)
    told = (revealed((row.change.after or {}).get("suggested")) for row in rows)
    return [sentence for sentence in told if sentence]
