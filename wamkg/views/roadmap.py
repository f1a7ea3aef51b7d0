"""Data of the roadmap figure: the classified methods of a taxonomy over time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.identifiers import Precision, day_or_year, is_venue
from wamkg.near_matches import unknown
from wamkg.readable import shorten
from wamkg.store.assignments import PlacedPaper, event_days, institution_marks, introduced_names, placed_papers
from wamkg.store.paper_filter import PaperFilter
from wamkg.store.papers import methods_of
from wamkg.store.survey import find_survey
from wamkg.store.tables import Method, Taxonomy
from wamkg.store.taxonomies import aliases_of, get_taxonomy, list_taxa
from wamkg.vocabulary import DATE_RULES, MAIN_TAXONOMY, EventKind

SHORT_WORDS, SHORT_LENGTH = 4, 40


@dataclass(frozen=True)
class RoadmapTaxon:
    """One node of the tree; `path` is unique, `parent` is a path or None for a branch."""

    path: str
    name: str
    slug: str
    parent: str | None
    position: int
    code: str = ""


@dataclass(frozen=True)
class RoadmapItem:
    """One drawn label; `element_id` is the SVG id (`method-<slug>`), `when` the earliest possible day of its date."""

    element_id: str
    label: str
    title: str
    taxon: str
    when: date
    precision: str
    href: str
    mark: str = ""
    citations: int | None = None


@dataclass(frozen=True)
class Roadmap:
    """A taxonomy's tree and its dated methods; `undated` lists the labels without a date, which are not drawn."""

    taxonomy: str
    title: str
    root_label: str
    taxa: tuple[RoadmapTaxon, ...]
    items: tuple[RoadmapItem, ...]
    undated: tuple[str, ...]
    date_rule: str
    as_of: date


def build_roadmap(
    session: Session,
    taxonomy: str = MAIN_TAXONOMY,
    date_rule: str = "",
    as_of: date | None = None,
    wanted: PaperFilter | None = None,
) -> Roadmap:
    """The roadmap of a taxonomy: every assigned paper that the filter wants, under its method's name, at its date.

    `date_rule` is `arxiv_v1` (the resolved date, else the year) or `venue` (the venue's date or year, else the same);
    empty, it is the survey's.
    Items dated after `as_of` are left out; without it the roadmap ends with its newest item, so the same store gives
    the same drawing on any day.

    Raises NotFoundError for an unknown taxonomy and InvalidInputError for an unknown rule.
    """
    date_rule = date_rule_of(session, date_rule)
    found = get_taxonomy(session, taxonomy)
    papers = placed_papers(session, found, wanted)
    labels = PaperLabels.load(session, papers)
    dates = paper_dates(session, papers, date_rule)
    marks = institution_marks(session, [number for paper in papers for number in paper.records])
    items = [_item(p, labels, p.first_of(marks) or [], *dates[p.id]) for p in papers if p.id in dates]
    known = sorted((i for i in items if as_of is None or i.when <= as_of), key=lambda i: (i.when, i.element_id))
    return Roadmap(
        taxonomy=found.slug,
        title=found.title,
        root_label=root_label(session, found),
        taxa=tuple(taxa_of(session, found)),
        items=tuple(known),
        undated=tuple(sorted(labels.label(paper) for paper in papers if paper.id not in dates)),
        date_rule=date_rule,
        as_of=as_of or (known[-1].when if known else date.today()),
    )


def placed_ids(session: Session, taxonomy: str) -> frozenset[str]:
    """Element ids of all papers assigned in a taxonomy, dated or not.

    Raises NotFoundError for an unknown taxonomy.
    """
    papers = placed_papers(session, get_taxonomy(session, taxonomy))
    labels = PaperLabels.load(session, papers)
    return frozenset(labels.element_id(paper) for paper in papers)


def _item(paper: PlacedPaper, labels: "PaperLabels", marks: list[str], when: date, precision: str) -> RoadmapItem:
    return RoadmapItem(
        element_id=labels.element_id(paper),
        label=labels.label(paper),
        title=paper.title,
        taxon=paper.taxon,
        when=when,
        precision=precision,
        href=address_of(paper),
        mark=next(iter(marks), ""),
        citations=paper.citations,
    )


def date_rule_of(session: Session, rule: str) -> str:
    """The rule that is given; if it is empty, the survey's.

    Raises InvalidInputError for a rule that is not one of `DATE_RULES`.
    """
    survey = find_survey(session) if not rule else None
    chosen = rule or (survey.date_rule if survey else DATE_RULES[0])
    if chosen not in DATE_RULES:
        raise InvalidInputError(unknown("date rule", chosen, DATE_RULES))
    return chosen


def taxa_of(session: Session, taxonomy: Taxonomy) -> Iterator[RoadmapTaxon]:
    """The live taxa of a taxonomy, parents before children."""
    for taxon in list_taxa(session, taxonomy):
        parent = taxon.path.rpartition("/")[0] or None
        yield RoadmapTaxon(taxon.path, taxon.name, taxon.slug, parent, taxon.position, taxon.code)


def root_label(session: Session, taxonomy: Taxonomy) -> str:
    """The shortest name of the taxonomy, such as WAM."""
    assert taxonomy.id is not None
    names = [taxonomy.title, *aliases_of(session, [taxonomy.id]).get(taxonomy.id, [])]
    return min(names, key=len)


def paper_dates(session: Session, papers: Sequence[PlacedPaper], rule: str) -> dict[int, tuple[date, str]]:
    """The earliest possible day of each paper's date and its precision, by one of `DATE_RULES`, without undated
    papers.
    """
    dates = {p.id: dated for p in papers if (dated := day_or_year(p.date, p.precision, p.year))}
    if rule == "venue":
        printed = [(p.id, year) for p in papers if (year := p.stated_year) and is_venue(p.venue)]
        years = {number: (date(year, 1, 1), Precision.YEAR.value) for number, year in printed}
        days = event_days(session, [number for p in papers for number in p.records], EventKind.VENUE)
        dates |= years | {p.id: min(found) for p in papers if (found := [days[n] for n in p.records if n in days])}
    return dates


@dataclass(frozen=True)
class PaperLabels:
    """Labels of papers in drawings: the method a paper proposes, else a name it introduces, else its title."""

    methods: dict[int, Method]
    introduced: dict[int, list[str]]

    @classmethod
    def load(cls, session: Session, papers: Sequence[PlacedPaper]) -> "PaperLabels":
        """The labels of these papers."""
        numbers = [number for paper in papers for number in paper.records]
        return cls(methods_of(session, numbers), introduced_names(session, numbers))

    def element_id(self, paper: PlacedPaper) -> str:
        """Id of the paper's element in a drawing."""
        method = self._method(paper)
        return f"method-{method.slug}" if method else f"paper-{paper.slug}"

    def label(self, paper: PlacedPaper) -> str:
        """Name of the method, else the name introduced, else a short title."""
        method = self._method(paper)
        if method:
            return method.name
        names = paper.first_of(self.introduced)
        return names[0] if names else short_title(paper.title)

    def _method(self, paper: PlacedPaper) -> Method | None:
        return paper.first_of(self.methods)


def address_of(paper: PlacedPaper) -> str:
    """URL of a paper: on arXiv, else its own; empty if none is known."""
    return f"https://arxiv.org/abs/{paper.arxiv}" if paper.arxiv else paper.url or ""


def short_title(title: str) -> str:
    """The part of a title before the colon, else its first words: a label for a paper without a named method."""
    head = title.partition(":")[0].strip()
    words = head.split()
    kept = words[:SHORT_WORDS]
    while len(kept) > 1 and len(" ".join(kept)) > SHORT_LENGTH:
        kept.pop()
    if len(kept) < len(words):
        return " ".join(kept) + "…"
    return shorten(head, SHORT_LENGTH)
