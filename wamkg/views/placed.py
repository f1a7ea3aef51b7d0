"""The papers of a taxonomy by where they stand: with label, citation key, date, and whether they are an exemplar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.store.lookup import methods_of
from wamkg.store.reads_roadmap import PlacedPaper, introduced_names, placed_papers
from wamkg.store.reads_taxa import exemplars_of
from wamkg.store.tables import Taxonomy
from wamkg.store.taxonomies import aliases_of, get_taxonomy, list_taxa
from wamkg.views.roadmap import DATE_RULES, RoadmapTaxon, paper_dates, short_title


@dataclass(frozen=True)
class PlacedItem:
    """A paper at its taxon; `key` is its citation key, `when` the first day its date may mean, None if unknown."""

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
    title: str
    root_label: str
    taxa: tuple[RoadmapTaxon, ...]
    items: tuple[PlacedItem, ...]


def placed_taxonomy(session: Session, slug: str, date_rule: str = "arxiv_v1") -> PlacedTaxonomy:
    """The papers placed in a taxonomy.

    Raises NotFoundError for an unknown taxonomy, InvalidInputError for an unknown date rule.
    """
    if date_rule not in DATE_RULES:
        raise InvalidInputError(f"unknown date rule {date_rule!r}: use {' or '.join(DATE_RULES)}")
    taxonomy = get_taxonomy(session, slug)
    papers = placed_papers(session, taxonomy)
    items = sorted(
        _items(session, taxonomy, papers, date_rule), key=lambda i: (i.when or date.max, i.label.casefold(), i.key)
    )
    assert taxonomy.id is not None
    names = [taxonomy.title, *aliases_of(session, [taxonomy.id]).get(taxonomy.id, [])]
    taxa = [
        RoadmapTaxon(t.path, t.name, t.slug, t.path.rpartition("/")[0] or None, t.position, t.code)
        for t in list_taxa(session, taxonomy)
    ]
    return PlacedTaxonomy(taxonomy.slug, taxonomy.title, min(names, key=len), tuple(taxa), tuple(items))


def _items(session: Session, taxonomy: Taxonomy, papers: Sequence[PlacedPaper], date_rule: str) -> Iterator[PlacedItem]:
    numbers = [paper.id for paper in papers]
    methods, introduced = methods_of(session, numbers), introduced_names(session, numbers)
    dates = paper_dates(session, papers, date_rule)
    taxa = [t.id for t in list_taxa(session, taxonomy) if t.id is not None]
    shown = {number for group in exemplars_of(session, taxa).values() for number in group}
    for paper in papers:
        method = methods.get(paper.id)
        when, precision = dates.get(paper.id, (None, ""))
        name = method.name if method else next(iter(introduced.get(paper.id, ())), None)
        yield PlacedItem(
            element_id=f"method-{method.slug}" if method else f"paper-{paper.slug}",
            key=paper.slug,
            label=name or short_title(paper.title),
            title=paper.title,
            taxon=paper.taxon,
            when=when,
            precision=precision,
            href=f"https://arxiv.org/abs/{paper.arxiv}" if paper.arxiv else paper.url or "",
            citations=paper.citations,
            exemplar=paper.id in shown,
        )
