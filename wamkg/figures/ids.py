"""Element ids in drawings, and the lookup of names given by users."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from wamkg.errors import InvalidInputError
from wamkg.near_matches import did_you_mean


def taxon_id(path: str) -> str:
    """Return the id of a taxon's element: `taxon-joint-diffusion` for `joint/diffusion`."""
    return f"taxon-{slug(path)}"


def slug(text: str) -> str:
    """Replace everything except letters, digits, dots and hyphens with hyphens."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-")


def resolve_names(names: Sequence[str], spellings: Iterable[tuple[str, str]], kind: str, other: str) -> frozenset[str]:
    """Look names up, ignoring case; `spellings` are pairs of a name and its meaning.

    Raises InvalidInputError for unknown names; the message contains the `kind` of entity and the `other` name to use.
    """
    known: dict[str, set[str]] = defaultdict(set)
    for name, entity in spellings:
        known[name.casefold()].add(entity)
    missing = sorted({name for name in names if name.strip().casefold() not in known})
    if missing:
        near = did_you_mean(missing[0], known) if len(missing) == 1 else ""
        raise InvalidInputError(f"no {kind} is called {', '.join(map(repr, missing))}: use its label or {other}{near}")
    return frozenset(entity for name in names for entity in known[name.strip().casefold()])
