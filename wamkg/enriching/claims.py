"""From a record of Semantic Scholar to claims: every value with its source, every missing one with its reason."""

from collections.abc import Iterable, Sequence
from datetime import date

from wamkg.enriching.s2_records import S2Paper
from wamkg.identifiers import PartialDate, Precision, arxiv_prefix_month
from wamkg.matching.claims import assert_date, assert_value
from wamkg.store.claims import PaperClaims
from wamkg.vocabulary import ARXIV_ID_SOURCE, EventKind, Standing

SOURCE = "s2"
CITED_FIELDS = ("title", "authors", "venue", "year", "doi", "arxiv", "s2")
"""Fields of a cited paper: attributes of `S2Paper` and names of claims."""
DATASET_FIELDS = (*CITED_FIELDS, "abstract", "corpus_id", "citation_count")
"""Fields of a paper in the dataset files."""
LIBRARY_FIELDS = (
    *CITED_FIELDS,
    *("abstract", "author_ids", "corpus_id", "tldr", "publication_types", "open_access_pdf"),
    *("citation_count", "reference_count", "influential_citation_count"),
)
_KEYS = {"externalIds.DOI": "doi", "externalIds.ArXiv": "arxiv", "publicationDate": "date", "paperId": "s2",
         "citationCount": "citation_count", "referenceCount": "reference_count", "tldr.text": "tldr",
         "influentialCitationCount": "influential_citation_count", "publicationTypes": "publication_types",
         "openAccessPdf.url": "open_access_pdf"}  # fmt: skip
"""Semantic Scholar's keys whose claims have another name."""
MONTHS_APART = 1
"""Maximum distance of a publication date from the month in the arXiv id for it to be the preprint's date."""


def add_claims(state: PaperClaims, paper: S2Paper, names: Sequence[str], without: Iterable[str] = ()) -> None:
    """Add claims for these fields of the record; `without` are ids that belong to another paper."""
    for name in names:
        value = getattr(paper, name)
        if value not in (None, []) and name not in without:
            assert_value(state, name, value, SOURCE, ref=paper.s2)
    _tell_dates(state, paper)
    for key, problem in paper.problems.items():
        name = _KEYS.get(key, key)
        if name not in state.said or SOURCE not in state.said[name]:
            assert_value(state, name, None, SOURCE, ref=paper.s2, reason=f"unreadable: {problem}")


def add_cited_paper_claims(
    state: PaperClaims, paper: S2Paper, without: Iterable[str] = (), names: Sequence[str] = CITED_FIELDS
) -> None:
    """Add the claims of a paper outside the library for these fields; `without` are ids that belong to another
    paper.
    """
    assert_value(state, "standing", str(Standing.CITED), SOURCE, ref=paper.s2)
    if not paper.title:
        named = [n for n in ("s2", "arxiv", "doi") if n not in without and getattr(paper, n)]
        known = f"{named[0]}:{getattr(paper, named[0])}"
        assert_value(state, "title", known, f"id:{known.partition(':')[0]}")
    add_claims(state, paper, names, without)


def add_missing_abstract_claim(state: PaperClaims, paper: S2Paper) -> None:
    """Add a claim why Semantic Scholar gives no abstract, if it gives none."""
    if paper.abstract or "abstract" in paper.problems:
        return
    elided = "abstract" in paper.elided
    before = state.said.get("abstract", {}).get(SOURCE)
    if before and before.value is not None and not elided:
        return  # an answer without the abstract does not take back the one given before; the publisher can
    reason = "elided by the publisher" if elided else "Semantic Scholar has none"
    assert_value(state, "abstract", None, SOURCE, ref=paper.s2, reason=reason)


def _tell_dates(state: PaperClaims, paper: S2Paper) -> None:
    month = arxiv_prefix_month(paper.arxiv) if paper.arxiv else None
    if paper.date:
        preprint = month is not None and months_between(month.first, paper.date.first) <= MONTHS_APART
        assert_date(state, EventKind.RELEASED if preprint else EventKind.VENUE, paper.date, SOURCE)
    elif paper.year and month is None:
        assert_date(state, EventKind.VENUE, PartialDate(date(paper.year, 1, 1), Precision.YEAR), SOURCE)
    if month and not any(d.kind == EventKind.ARXIV_V1 for d in state.dates):
        assert_date(state, EventKind.ARXIV_V1, month, ARXIV_ID_SOURCE, derived=True)


def months_between(one: date, other: date) -> int:
    """Number of calendar months between two dates, in either order."""
    return abs((one.year - other.year) * 12 + one.month - other.month)
