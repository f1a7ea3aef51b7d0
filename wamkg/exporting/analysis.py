"""The survey as an SQLite file of flat tables, for analysts: `docs/formats.md` describes every table."""

from collections.abc import Iterator, Mapping, Sequence

from sqlmodel import Session

from wamkg.exporting.file_content import FileContent
from wamkg.store.citations import citation_pairs
from wamkg.store.duplicates import works_in_order
from wamkg.store.entities import ENTITY_MODELS
from wamkg.store.flat_file import FlatTable, FlatValue, flat_file
from wamkg.store.paper_details import paper_rows
from wamkg.store.papers import slugs_of
from wamkg.store.survey import find_survey
from wamkg.version import __version__
from wamkg.views.citation_keys import citation_keys
from wamkg.views.edition import edition_of
from wamkg.views.entities import all_entities
from wamkg.views.papers import PaperItem, PaperQuery, ordered_numbers, paper_items
from wamkg.views.results import ResultQuery, results
from wamkg.views.taxonomies import taxonomy_list, taxonomy_tree, walk
from wamkg.vocabulary import AssignmentStatus

Rows = Iterator[Sequence[FlatValue]]
_TEXT, _WHOLE, _REAL = "TEXT", "INTEGER", "REAL"


def analysis_file(session: Session, papers: Sequence[int] | None = None) -> FileContent:
    """The papers of the library, or some of them, with what belongs to them, and all taxa and entities."""
    numbers = list(papers) if papers is not None else sorted(ordered_numbers(session, PaperQuery()))
    items = dict(zip(numbers, paper_items(session, numbers), strict=True))
    tables = {
        "about": FlatTable({"name": _TEXT, "value": _TEXT}, ["name"], _about(session)),
        "paper": FlatTable(_PAPER, ["paper"], _papers(session, items)),
        "author": FlatTable(_AUTHOR, ["paper", "position"], _authors(items)),
        "link": FlatTable(_LINK, ["paper", "kind"], _links(items)),
        "taxon": FlatTable(_TAXON, ["taxonomy", "taxon"], _taxa(session)),
        "placement": FlatTable(_PLACEMENT, ["paper", "taxonomy", "status", "taxon"], _placements(items)),
        "entity": FlatTable(_ENTITY, ["kind", "entity"], _entities(session)),
        "result": FlatTable(_RESULT, ["result"], _results(session, items)),
        "citation": FlatTable({"citing": _TEXT, "cited": _TEXT}, ["citing", "cited"], _citations(session, items)),
    }
    return FileContent(flat_file(tables))


def _about(session: Session) -> Rows:
    survey, edition = find_survey(session), edition_of(session)
    yield from (
        ("survey", survey.title if survey else None),
        ("release", edition.name or None),
        ("as of", edition.day.isoformat()),
        ("wamkg", __version__),
    )


_PAPER = {
    "paper": _TEXT, "work": _TEXT, "title": _TEXT, "key": _TEXT, "type": _TEXT, "year": _WHOLE, "year_derived": _WHOLE,
    "date": _TEXT, "date_source": _TEXT, "venue": _TEXT, "standing": _TEXT, "method": _TEXT, "citations": _WHOLE,
    "arxiv": _TEXT, "doi": _TEXT, "s2": _TEXT, "url": _TEXT, "first_seen": _TEXT, "note": _TEXT, "summary": _TEXT,
    "abstract": _TEXT,
}  # fmt: skip
_AUTHOR = {"paper": _TEXT, "position": _WHOLE, "name": _TEXT}
_LINK = {"paper": _TEXT, "kind": _TEXT, "url": _TEXT}
_TAXON = {
    "taxonomy": _TEXT, "taxon": _TEXT, "parent": _TEXT, "name": _TEXT, "depth": _WHOLE, "code": _TEXT,
    "definition": _TEXT, "papers": _WHOLE,
}  # fmt: skip
_PLACEMENT = {
    "paper": _TEXT, "taxonomy": _TEXT, "status": _TEXT, "taxon": _TEXT, "main": _WHOLE, "kind": _TEXT, "reason": _TEXT,
}  # fmt: skip
_ENTITY = {"kind": _TEXT, "entity": _TEXT, "name": _TEXT, "short_name": _TEXT, "unit": _TEXT, "definition": _TEXT}
_RESULT = {
    "result": _TEXT, "benchmark": _TEXT, "suite": _TEXT, "split": _TEXT, "metric": _TEXT, "unit": _TEXT,
    "higher_is_better": _WHOLE, "method": _TEXT, "paper": _TEXT, "value": _REAL, "reported_by": _TEXT, "party": _TEXT,
    "caveat": _TEXT,
}  # fmt: skip


def _papers(session: Session, items: Mapping[int, PaperItem]) -> Rows:
    keys, texts = citation_keys(session, items), paper_rows(session, items, texts=True)
    first = {number: work[0] for work in works_in_order(session) for number in work}
    works = slugs_of(session, first.values())
    for number, item in items.items():
        yield (
            item.slug, works[first[number]] if number in first else item.slug, item.title, keys[number], item.type,
            item.year, int(item.year_derived), item.date, item.date_source, item.venue, item.standing, item.method,
            item.citations, item.arxiv, item.doi, item.s2, item.url, item.first_seen.isoformat(), item.note,
            texts[number].summary, texts[number].abstract,
        )  # fmt: skip


def _authors(items: Mapping[int, PaperItem]) -> Rows:
    for item in items.values():
        yield from ((item.slug, position, name) for position, name in enumerate(item.authors, start=1))


def _links(items: Mapping[int, PaperItem]) -> Rows:
    for item in items.values():
        yield from ((item.slug, kind, url) for kind, url in item.links.items())


def _taxa(session: Session) -> Rows:
    for taxonomy in taxonomy_list(session):
        for node in walk(taxonomy_tree(session, taxonomy.slug).taxa):
            yield (
                taxonomy.slug, node.path, node.parent, node.name, node.depth, node.code, node.definition, node.count,
            )  # fmt: skip


def _placements(items: Mapping[int, PaperItem]) -> Rows:
    """A status without a class has an empty text for the class, since a key has no unknown part."""
    for item in items.values():
        placed = AssignmentStatus.PLACED.value
        for slug, path in item.taxa.items():
            yield item.slug, slug, placed, path, 1, None, None
        for slug, paths in item.also.items():
            yield from ((item.slug, slug, placed, path, 0, None, None) for path in paths)
        for slug, state in item.states.items():
            yield item.slug, slug, state.status, "", 1, state.kind, state.reason


def _entities(session: Session) -> Rows:
    for kind in ENTITY_MODELS:
        for item in all_entities(session, kind):
            yield kind.value, item.slug, item.name, item.short_name, item.unit, item.definition


def _results(session: Session, items: Mapping[int, PaperItem]) -> Rows:
    """The results of the papers' methods, and those that the papers report."""
    slugs = {item.id: item.slug for item in items.values()}
    for one in results(session, ResultQuery()):
        paper, reporter = slugs.get(one.paper or ""), slugs.get(one.reported_by or "")
        if paper is None and reporter is None and one.paper is not None:
            continue
        better = None if one.higher_is_better is None else int(one.higher_is_better)
        yield (
            one.uid, one.benchmark, one.suite, one.split, one.metric, one.unit, better, one.method, paper, one.value,
            reporter or one.reported_by, one.party, one.caveat,
        )  # fmt: skip


def _citations(session: Session, items: Mapping[int, PaperItem]) -> Rows:
    for citing, cited in citation_pairs(session, items):
        yield items[citing].slug, items[cited].slug
