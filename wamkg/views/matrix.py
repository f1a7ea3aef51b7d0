"""Matrix of taxa against a facet of their papers: counts of papers for each pair."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.identifiers import is_venue
from wamkg.near_matches import unknown
from wamkg.store.assignments import PlacedPaper, institution_marks, placed_papers
from wamkg.store.paper_details import tags_of
from wamkg.store.paper_filter import PaperFilter
from wamkg.store.taxonomies import get_taxonomy, list_taxa, list_taxonomies
from wamkg.taxonomy.crosswalk import cut
from wamkg.views.roadmap import date_rule_of, paper_dates
from wamkg.vocabulary import MAIN_TAXONOMY

UNKNOWN, OTHERS, PREPRINT = "unknown", "others", "preprint"
_LAST = {OTHERS: 1, PREPRINT: 2, UNKNOWN: 3}
MAX_VALUES = 12
YEAR, VENUE, INSTITUTION = "year", "venue", "institution"


@dataclass(frozen=True)
class MatrixTaxon:
    """A row: a taxon at the requested depth."""

    path: str
    name: str
    code: str


@dataclass(frozen=True)
class FacetMatrix:
    """Counts of papers by (taxon path, value). A paper with several values counts at each of them, and once in `sizes`.

    `values` are in drawing order, with `others` for the rarest, `preprint` and `unknown` last.
    """

    taxonomy: str
    title: str
    facet: str
    date_rule: str
    taxa: tuple[MatrixTaxon, ...]
    names: Mapping[str, str]
    values: tuple[str, ...]
    counts: Mapping[tuple[str, str], int]
    sizes: Mapping[str, int]
    total: int


def facet_matrix(
    session: Session,
    taxonomy: str = MAIN_TAXONOMY,
    facet: str = YEAR,
    depth: int = 0,
    date_rule: str = "",
    wanted: PaperFilter | None = None,
) -> FacetMatrix:
    """The papers of a taxonomy by taxon at a depth (0: the leaves) and facet, with at most `MAX_VALUES` named values.

    A facet is `year`, `venue`, `institution`, another taxonomy's slug, or a label that a list printed.

    Raises NotFoundError for an unknown taxonomy, InvalidInputError for an unknown facet or date rule.
    """
    date_rule = date_rule_of(session, date_rule)
    found = get_taxonomy(session, taxonomy)
    papers, taxa = placed_papers(session, found, wanted), list_taxa(session, found)
    values = _values(session, papers, facet, date_rule)
    kept = _kept(Counter(value for group in values.values() for value in group), facet)
    cells: Counter[tuple[str, str]] = Counter()
    for paper in papers:
        shown = {value if value in kept else OTHERS for value in values.get(paper.id) or [UNKNOWN]}
        cells.update((cut(paper.taxon, depth), value) for value in shown)
    sizes = Counter(cut(paper.taxon, depth) for paper in papers)
    parents = {taxon.path.rpartition("/")[0] for taxon in taxa}
    rows = [t for t in taxa if t.path in sizes or (t.depth == depth if depth else t.path not in parents)]
    return FacetMatrix(
        taxonomy=found.slug,
        title=found.title,
        facet=facet,
        date_rule=date_rule,
        taxa=tuple(MatrixTaxon(t.path, t.name, t.code) for t in rows),
        names={taxon.path: taxon.name for taxon in taxa},
        values=_ordered({value for _, value in cells}, kept),
        counts=cells,
        sizes=sizes,
        total=len(papers),
    )


def _values(session: Session, papers: Sequence[PlacedPaper], facet: str, date_rule: str) -> dict[int, list[str]]:
    numbers = [number for paper in papers for number in paper.records]
    if facet == YEAR:
        return {number: [str(day.year)] for number, (day, _) in paper_dates(session, papers, date_rule).items()}
    if facet == VENUE:
        return {p.id: [p.venue if is_venue(p.venue) else PREPRINT] for p in papers if p.venue}
    if facet == INSTITUTION:
        return _of_works(papers, institution_marks(session, numbers))
    slugs = [taxonomy.slug for taxonomy in list_taxonomies(session)]
    if facet in slugs:
        return {p.id: [cut(p.taxon, 1)] for p in placed_papers(session, get_taxonomy(session, facet))}
    tags = {
        number: [row.value for row in rows if row.facet == facet] for number, rows in tags_of(session, numbers).items()
    }
    if not any(tags.values()):
        known = sorted({row.facet for rows in tags_of(session, numbers).values() for row in rows})
        raise InvalidInputError(unknown("facet", facet, [YEAR, VENUE, INSTITUTION, *slugs, *known]))
    return _of_works(papers, {number: values for number, values in tags.items() if values})


def _of_works(papers: Sequence[PlacedPaper], found: Mapping[int, list[str]]) -> dict[int, list[str]]:
    return {paper.id: values for paper in papers if (values := paper.first_of(found))}


def _kept(counts: Counter[str], facet: str) -> dict[str, int]:
    """The values with their own column, and its position: years in order, other values by frequency."""
    common = sorted(counts, key=lambda value: (-counts[value], value.casefold(), value))
    if facet == YEAR:
        return {value: place for place, value in enumerate(sorted(counts))}
    named = [value for value in common if value not in _LAST]
    return {value: place for place, value in enumerate(named[:MAX_VALUES])} | {PREPRINT: len(named)}


def _ordered(values: set[str], kept: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(sorted(values, key=lambda value: (_LAST.get(value, 0), kept.get(value, 0), value)))


def matrix_rows(matrix: FacetMatrix) -> list[list[str | int]]:
    """The matrix as a table with a header: a row per taxon, the sums last."""
    head: list[str | int] = ["taxon", "name", *matrix.values, "papers"]
    body: list[list[str | int]] = [
        [t.path, t.name, *(matrix.counts.get((t.path, v), 0) for v in matrix.values), matrix.sizes.get(t.path, 0)]
        for t in matrix.taxa
    ]
    sums = [sum(matrix.counts.get((t.path, value), 0) for t in matrix.taxa) for value in matrix.values]
    return [head, *body, ["all", "", *sums, matrix.total]]
