"""How many papers each further value of a filter would leave."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from sqlalchemy import func
from sqlmodel import Session, col

from wamkg.store.base import Column, Selected, chunks, rows, select_columns
from wamkg.store.entities import ENTITY_MODELS, pairs_of_kind
from wamkg.store.paper_filter import PaperFilter, Test, conditions
from wamkg.store.tables import Author, Authorship, Claim, Paper, Venue
from wamkg.vocabulary import ARXIV_ID_SOURCE, DEFAULT_SOURCE, EntityKind, Standing

MAX_VALUES = 30
"""Values of a facet that papers can have several of; the most frequent are counted."""


def facet_counts(session: Session, wanted: PaperFilter) -> dict[str, dict[str, int]]:
    """Papers by value, most papers first, for each filter that has a list of values.

    The counts of a facet whose values are alternatives ignore its own filter, so its other values can be chosen.
    """
    found: dict[str, dict[str, int]] = {}
    for name, column in SINGLE.items():
        others = wanted.model_copy(update={name: tuple(Standing) if name == "standing" else ()})
        found[name] = _count(session, single(column, conditions(session, others)))
    for name, pairs in SEVERAL.items():
        others = wanted.model_copy(update={"found_by": None}) if name == "found_by" else wanted
        found[name] = _count(session, several(pairs(), conditions(session, others), MAX_VALUES))
    return found


SINGLE: Mapping[str, Column] = {"standing": col(Paper.standing), "venue": col(Venue.name), "year": col(Paper.year)}
"""Values of which a paper has one at most, by the name of their filter."""


def single(column: Column, tests: Sequence[Test]) -> Selected:
    """Papers by a value of which each has one at most, most papers first."""
    statement: Selected = select_columns(column, func.count()).select_from(Paper)
    joined = statement.join(Venue, col(Venue.id) == col(Paper.venue_id), isouter=True)
    return joined.where(column.is_not(None), *tests).group_by(column).order_by(func.count().desc(), column)


def several(pairs: Selected, tests: Sequence[Test], most: int | None) -> Selected:
    """Papers by a value of which one can have several, given as pairs (paper, value); at most `most`, or all."""
    part = pairs.subquery()
    paper, value = part.columns
    statement: Selected = select_columns(value, func.count(paper.distinct())).join(Paper, col(Paper.id) == paper)
    counted = statement.where(*tests).group_by(value)
    return counted.order_by(func.count(paper.distinct()).desc(), value).limit(most)


def _count(session: Session, statement: Selected) -> dict[str, int]:
    return {str(value): count for value, count in rows(session, statement)}


def _authors() -> Selected:
    pairs: Selected = select_columns(Authorship.paper_id, Author.name)
    return pairs.join(Author, col(Author.id) == col(Authorship.author_id))


def _named(kind: EntityKind) -> Selected:
    """The names of the entities of a kind that papers have to do with."""
    model = ENTITY_MODELS[kind]
    entity, paper = pairs_of_kind(kind).subquery().columns
    pairs: Selected = select_columns(paper, model.name)
    return pairs.join(model, col(model.id) == entity)


def _sources() -> Selected:
    """Who names a paper; what wamkg itself derived does not count."""
    others = col(Claim.source).not_in([ARXIV_ID_SOURCE, DEFAULT_SOURCE])
    pairs: Selected = select_columns(Claim.subject_id, Claim.source).where(others)
    return pairs.distinct()


SEVERAL: Mapping[str, Callable[[], Selected]] = {
    "author": _authors,
    "institution": partial(_named, EntityKind.INSTITUTION),
    "benchmark": partial(_named, EntityKind.BENCHMARK),
    "dataset": partial(_named, EntityKind.DATASET),
    "found_by": _sources,
}
"""Values of which a paper can have several, as pairs (paper, value), by the name of their filter."""


def values_of(session: Session, facet: str, papers: Iterable[int]) -> dict[int, list[str]]:
    """The values of a facet that each of these papers has."""
    pairs = SEVERAL[facet]() if facet in SEVERAL else _single_values(SINGLE[facet])
    part = pairs.subquery()
    paper, value = part.columns
    found: dict[int, list[str]] = {}
    for numbers in chunks(papers):
        for number, text in rows(session, select_columns(paper, value).where(paper.in_(numbers)).distinct()):
            found.setdefault(number, []).append(str(text))
    return found


def _single_values(column: Column) -> Selected:
    pairs: Selected = select_columns(Paper.id, column).select_from(Paper)
    return pairs.join(Venue, col(Venue.id) == col(Paper.venue_id), isouter=True).where(column.is_not(None))
