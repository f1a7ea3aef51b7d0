"""Who looks at a page, as far as the page needs to know."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Viewer:
    """Somebody signed in: `csrf` goes into every form, `may_write` says whether there are any."""

    name: str
    role: str
    csrf: str
    may_write: bool
