"""The viewer of a page, as far as pages need to know."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Viewer:
    """A signed-in person. `csrf` is part of every form; `may_write` says whether forms are shown."""

    name: str
    role: str
    csrf: str
    may_write: bool
