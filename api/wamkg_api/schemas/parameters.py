"""Patterns for values in requests, as OpenAPI shows them and the server validates them."""

from typing import Annotated, Any

from pydantic import StringConstraints

from wamkg.identifiers import OLD_ARCHIVES
from wamkg.store.graph import KINDS, RELATIONS
from wamkg.views.papers import FIELDS, STATES

_YEAR = r"[12]\d{3}"
_LEAP_YEAR = r"([12]\d(0[48]|[2468][048]|[13579][26])|(12|16|20|24|28)00)"
_MONTH_AND_DAY = (
    r"((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])"
    r"|(0[469]|11)-(0[1-9]|[12]\d|30)"
    r"|02-(0[1-9]|1\d|2[0-8]))"
)
_DAY = rf"({_YEAR}-{_MONTH_AND_DAY}|{_LEAP_YEAR}-02-29)"
_DATE = rf"({_YEAR}(-(0[1-9]|1[0-2]))?|{_DAY})"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_SECONDS = r"(:[0-5]\d(\.\d{6})?)"
_ZONE = rf"(Z|[+-]{_CLOCK})"


def _one_of(words: tuple[str, ...]) -> str:
    return "|".join(words)


Cursor = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[A-Za-z0-9_-]+$")]
Text = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\x00]*$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]+$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=10_000, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
TaxonRef = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^:\x00]+:/*[^/\x00][^\x00]*$")]
StateRef = Annotated[str, StringConstraints(max_length=120, pattern=rf"^[^:\x00]+:({_one_of(STATES)})$")]
DateText = Annotated[str, StringConstraints(max_length=10, pattern=rf"^{_DATE}$")]
MomentText = Annotated[
    str, StringConstraints(max_length=40, pattern=rf"^({_DATE}|{_DAY}T{_CLOCK}{_SECONDS}?{_ZONE}?)$")
]
PastText = Annotated[str, StringConstraints(max_length=40, pattern=rf"^{_DAY}(T{_CLOCK}{_SECONDS}?{_ZONE})?$")]
ReleaseName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Kind = Annotated[str, StringConstraints(pattern=rf"^({_one_of(KINDS)})$")]
Relation = Annotated[str, StringConstraints(pattern=rf"^({_one_of(RELATIONS)})$")]
FieldList = Annotated[str, StringConstraints(max_length=500, pattern=rf"^({_one_of(FIELDS)})(,({_one_of(FIELDS)}))*$")]
ArxivId = Annotated[
    str,
    StringConstraints(
        max_length=60, pattern=rf"^([aA]r[xX]iv:)?([0-9]{{4}}\.[0-9]{{4,5}}|({OLD_ARCHIVES})/[0-9]{{7}})(v[0-9]+)?$"
    ),
]
Doi = Annotated[str, StringConstraints(max_length=300, pattern=r"^10\.[0-9]{4,9}/[!#-;=?-~]*[0-9A-Za-z]$")]
S2Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
Address = Annotated[
    str, StringConstraints(max_length=2000, pattern=r"^https?://[a-z0-9]+(\.[a-z0-9]+)+(/[!#-;=?-~]*)?$")
]

_EXAMPLES: tuple[tuple[Any, str], ...] = (
    (DateText, "2026-01-31, 2026-01 or 2026"),
    (MomentText, "a date, 2026-01-31, or a time, 2026-01-31T09:30Z"),
    (PastText, "a day, 2026-01-31, or a time, 2026-01-31T09:30Z"),
    (TaxonRef, "taxonomy:path, as in wam:joint/diffusion"),
    (StateRef, f"taxonomy:state, as in wam:outside, with one of {', '.join(STATES)}"),
    (FieldList, f"names parted by commas, of {', '.join(FIELDS)}"),
    (ArxivId, "an arXiv id, 2302.00111"),
    (Doi, "a DOI, 10.48550/arXiv.2302.00111"),
    (Address, "a web address, https://example.org/page"),
    (ReleaseName, "letters, digits, dots and dashes, as in v2"),
)
EXAMPLES = {form.__metadata__[0].pattern: words for form, words in _EXAMPLES}
"""Pattern -> example of a valid value."""
