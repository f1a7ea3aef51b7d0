"""Element ids of what is drawn, and what names given by hand stand for."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from wamkg.errors import InvalidInputError
from wamkg.near_matches import did_you_mean


def taxon_id(path: str) -> str:
    """Id of a taxon's element: `taxon-joint-diffusion` for `joint/diffusion`."""
    return f"taxon-{slug(path)}"


def slug(text: str) -> str:
    """The text with everything but letters, digits, dots and hyphens made into hyphens."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-")


def resolve_names(names: Sequence[str], spellings: Iterable[tuple[str, str]], kind: str, other: str) -> frozenset[str]:
    """What the names stand for, in any case; `spellings` are pairs of a name and what it stands for.

    Raises InvalidInputError for names that stand for nothing, saying the `kind` of thing and what `other` name to use.
    """
    known: dict[str, set[str]] = defaultdict(set)
    for name, entity in spellings:
        known[name.casefold()].add(entity)
    missing = sorted({name for name in names if name.strip().casefold() not in known})
    if missing:
        near = did_you_mean(missing[0], known) if len(missing) == 1 else ""
        raise InvalidInputError(f"no {kind} is called {', '.join(map(repr, missing))}: use its label or {other}{near}")
    return frozenset(entity for name in names for entity in known[name.strip().casefold()])
