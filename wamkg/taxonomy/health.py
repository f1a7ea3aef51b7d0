"""Size of each taxon: number of papers, growth by quarter, and those too small for training."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from wamkg.former_names import Former, WithFormerNames, former
from wamkg.identifiers import Precision, day_or_year
from wamkg.store.duplicates import dates_of_works, uncounted_papers, works_in_order
from wamkg.store.paper_details import paper_rows
from wamkg.store.taxonomies import get_taxonomy, list_taxa, live_assignments
from wamkg.store.taxonomy_edits import is_same_or_descendant

FEW = 8
"""Minimum number of papers for a model to learn a taxon."""


@dataclass(frozen=True)
class TaxonHealth(WithFormerNames):
    """One taxon: papers at it, papers at or below it, those by quarter (`2025-Q1`), and problems.

    A paper with only a year counts under the year (`2025`), in none of its quarters.
    """

    taxon: str
    own: int
    support: int
    quarters: dict[str, int]
    problems: list[str]
    wanting: Former[list[str]] = former("problems")


def taxonomy_health(session: Session, slug: str) -> list[TaxonHealth]:
    """Every taxon in reading order, by primary assignment, each work counted once.

    Raises NotFoundError for an unknown taxonomy.
    """
    taxonomy = get_taxonomy(session, slug)
    taxa = list_taxa(session, taxonomy)
    assert taxonomy.id is not None
    further = set(uncounted_papers(session, taxonomy.id))
    live = [(a.paper_id, taxon) for a, taxon in live_assignments(session, taxonomy) if a.primary]
    primary = [(paper, taxon.path) for paper, taxon in live if taxon and paper not in further]
    rows = paper_rows(session, {n for n, _ in primary}, texts=False)
    dates = {n: dated for n, row in rows.items() if (dated := day_or_year(row.date, row.date_precision, row.year))}
    works = dates_of_works(session, works_in_order(session))
    dates |= {n: (w.date, w.precision or Precision.DAY) for n in rows if (w := works.get(n)) and w.date}
    inner = {taxon.parent_id for taxon in taxa}
    found = []
    for taxon in taxa:
        papers = [n for n, path in primary if is_same_or_descendant(path, taxon.path)]
        quarters = Counter(_quarter(*dates[n]) for n in papers if n in dates)
        wanting = [] if taxon.definition else ["no definition"]
        if taxon.id not in inner and len(papers) < FEW:
            wanting.append(f"fewer than {FEW} papers")
        own = sum(path == taxon.path for _, path in primary)
        found.append(TaxonHealth(taxon.path, own, len(papers), dict(sorted(quarters.items())), wanting))
    return found


def _quarter(day: date, precision: str) -> str:
    """`2024-Q2`, or `2024` if only the year is known."""
    return str(day.year) if precision == Precision.YEAR else f"{day.year}-Q{(day.month + 2) // 3}"
