"""Patterns for values in requests, as OpenAPI shows them and the server validates them."""

from typing import Annotated, Any

from pydantic import StringConstraints

from wamkg.identifiers import OLD_ARCHIVES, last_year
from wamkg.parameters import EXAMPLES
from wamkg.store.graph import KINDS, RELATIONS
from wamkg.views.papers import FIELDS


def _one_of(words: tuple[str, ...]) -> str:
    return "|".join(words)


Cursor = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[A-Za-z0-9_-]+$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=10_000, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
ReleaseName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Kind = Annotated[str, StringConstraints(pattern=rf"^({_one_of(KINDS)})$")]
Relation = Annotated[str, StringConstraints(pattern=rf"^({_one_of(RELATIONS)})$")]
FieldList = Annotated[str, StringConstraints(max_length=500, pattern=rf"^({_one_of(FIELDS)})(,({_one_of(FIELDS)}))*$")]
_ARXIV_MONTH = "(0[1-9]|1[0-2])"
_ARXIV_YEARS = "|".join(str(year) for year in range(15, last_year() - 2000 + 1))
_ARXIV_NUMBER = (
    rf"(((0[89]|1[0-4]){_ARXIV_MONTH}|07(0[4-9]|1[0-2]))\.[0-9]{{4}}|({_ARXIV_YEARS}){_ARXIV_MONTH}\.[0-9]{{5}}|"
    rf"({OLD_ARCHIVES})/((9[1-9]|0[0-6]){_ARXIV_MONTH}|070[1-3])[0-9]{{3}})"
)
"""Four digits from April 2007, five from 2015, and the archives' own numbers before; only months that there are."""
ArxivId = Annotated[str, StringConstraints(max_length=60, pattern=rf"^([aA]r[xX]iv:)?{_ARXIV_NUMBER}(v[0-9]+)?$")]
Doi = Annotated[str, StringConstraints(max_length=300, pattern=r"^10\.[0-9]{4,9}/[!#-;=?-~]*[0-9A-Za-z]$")]
S2Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
Address = Annotated[
    str, StringConstraints(max_length=2000, pattern=r"^https?://[a-z0-9]+(\.[a-z0-9]+)+(/[!#-;=?-~]*)?$")
]

_EXAMPLES: tuple[tuple[Any, str], ...] = (
    (FieldList, f"names separated by commas, of {', '.join(FIELDS)}"),
    (ArxivId, "an arXiv id, 2302.00111"),
    (Doi, "a DOI, 10.48550/arXiv.2302.00111"),
    (Address, "a web address, https://example.org/page"),
    (ReleaseName, "letters, digits, dots and dashes, as in v2"),
)
EXAMPLES.update((form.__metadata__[0].pattern, words) for form, words in _EXAMPLES)
