"""The papers of a taxonomy by taxon: label, citation key, date, and whether they are exemplars."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from wamkg.store.reads_roadmap import PlacedPaper, placed_papers
from wamkg.store.reads_taxa import exemplars_of
from wamkg.store.tables import Taxonomy
from wamkg.store.taxonomies import get_taxonomy, list_taxa
from wamkg.views.citation_keys import citation_keys
from wamkg.views.roadmap import (
    PaperLabels,
    RoadmapTaxon,
    address_of,
    check_date_rule,
    paper_dates,
    root_label,
    taxa_of,
)


@dataclass(frozen=True)
class PlacedItem:
    """A paper at its taxon; `key` is its citation key, `when` the earliest possible day of its date, None if
    unknown.
    """

    element_id: str
    key: str
    label: str
    title: str
    taxon: str
    when: date | None
    precision: str
    href: str
    citations: int | None
    exemplar: bool


@dataclass(frozen=True)
class PlacedTaxonomy:
    """A taxonomy with its taxa, parents before children, and its papers, oldest first and undated ones last."""

    slug: str
    date_rule: str
    title: str
    root_label: str
    taxa: tuple[RoadmapTaxon, ...]
    items: tuple[PlacedItem, ...]


def placed_taxonomy(session: Session, slug: str, date_rule: str = "arxiv_v1") -> PlacedTaxonomy:
    """The papers assigned in a taxonomy.

    Raises NotFoundError for an unknown taxonomy, InvalidInputError for an unknown date rule.
    """
    check_date_rule(date_rule)
    taxonomy = get_taxonomy(session, slug)
    papers = placed_papers(session, taxonomy)
    items = sorted(
        _items(session, taxonomy, papers, date_rule), key=lambda i: (i.when or date.max, i.label.casefold(), i.key)
    )
    taxa = tuple(taxa_of(session, taxonomy))
    return PlacedTaxonomy(taxonomy.slug, date_rule, taxonomy.title, root_label(session, taxonomy), taxa, tuple(items))


def _items(session: Session, taxonomy: Taxonomy, papers: Sequence[PlacedPaper], date_rule: str) -> Iterator[PlacedItem]:
    labels, dates = PaperLabels.load(session, papers), paper_dates(session, papers, date_rule)
    keys = citation_keys(session, [paper.id for paper in papers])
    taxa = [t.id for t in list_taxa(session, taxonomy) if t.id is not None]
    shown = {number for group in exemplars_of(session, taxa).values() for number in group}
    for paper in papers:
        when, precision = dates.get(paper.id, (None, ""))
        yield PlacedItem(
            element_id=labels.element_id(paper),
            key=keys[paper.id],
            label=labels.label(paper),
            title=paper.title,
            taxon=paper.taxon,
            when=when,
            precision=precision,
            href=address_of(paper),
            citations=paper.citations,
            exemplar=paper.id in shown,
        )
