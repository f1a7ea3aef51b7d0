"""The hidden tenth: papers whose suggestion a curator sees only after deciding, so that its pull can be measured."""

import hashlib

SEED = "hidden-1"
"""Another seed hides another tenth; changing it makes the figures before and after incomparable."""
ONE_IN = 10


def is_hidden(paper: str, taxonomy: str) -> bool:
    """Whether the suggestion for a paper (by slug) stays hidden until decided: the same at every asking."""
    digest = hashlib.sha256(f"{SEED} {taxonomy} {paper}".encode()).digest()
    return int.from_bytes(digest[:8]) % ONE_IN == 0
