"""The hold-out: a fixed 10% of papers whose suggestion is hidden until the decision, to measure automation bias."""

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from wamkg.store.decisions import decision_rows

SEED = "hidden-1"
"""Another seed selects another hold-out. If it changes, figures before and after cannot be compared."""
ONE_IN = 10


def is_hidden(paper: str, taxonomy: str) -> bool:
    """Whether the suggestion for a paper (by slug) is held out. The answer never changes."""
    digest = hashlib.sha256(f"{SEED} {taxonomy} {paper}".encode()).digest()
    return int.from_bytes(digest[:8]) % ONE_IN == 0


def revealed(suggested: Mapping[str, Any] | None) -> str | None:
    """The recorded suggestion of a decision, as a sentence; None if it was visible or there was none."""
    if not suggested or not suggested.get("hidden") or not suggested.get("taxon"):
        return None
    chance = suggested.get("probability")
    how = f" with probability {chance:.2f}" if chance is not None else ""
    sure = f"sure of {suggested['sure']}" if suggested.get("sure") else "not sure of any"
    return f"The hidden suggestion was {suggested['taxon']}{how}, {sure}."


def revealed_by(session: Session, batch: str) -> list[str]:
    """The held-out suggestions for the papers decided in a batch; empty for a batch without decisions."""
    rows = decision_rows(session, batch=batch)
    told = (revealed((row.change.after or {}).get("suggested")) for row in rows)
    return [sentence for sentence in told if sentence]
