"""Pages of many papers and entities: the database is asked as often as for one, and the pages are the same."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from wamkg.pages.entities import KINDS, entity_page, entity_pages
from wamkg.pages.paper import paper_page, render_paper, shown_papers
from wamkg.services.exports import citations_of, cited_as
from wamkg.store.entities import get_entity, papers_of_entities
from wamkg.store.paper_details import listed_numbers
from wamkg.store.papers import slugs_of
from wamkg.store.session import Store
from wamkg.views.entities import all_entities
from wamkg.views.papers import PaperQuery, ordered_numbers
from wamkg.views.taxonomies import taxonomy_list
from wamkg.vocabulary import EntityKind


@contextmanager
def _counted() -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _queries(store: Store, papers: int) -> int:
    with store.reading() as session, _counted() as asked:
        numbers = listed_numbers(session)[:papers]
        for shown, cited in zip(shown_papers(session, numbers), citations_of(session, numbers).values(), strict=True):
            render_paper(session, shown, cited)
    return len(asked)


def test_a_hundred_papers_take_the_queries_of_one_and_of_their_classes(seeded_store: Store) -> None:
    one, many = _queries(seeded_store, 1), _queries(seeded_store, 100)
    with seeded_store.reading() as session:
        classes = sum(item.taxa for item in taxonomy_list(session))
    assert many <= one + 6 * classes, (one, many, classes)


def test_pages_of_many_papers_are_those_of_each(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        numbers = listed_numbers(session)[:12]
        cited = citations_of(session, numbers)
        shown = zip(numbers, shown_papers(session, numbers), strict=True)
        together = [render_paper(session, each, cited[number]) for number, each in shown]
        slugs = slugs_of(session, numbers)
    for number, page in zip(numbers, together, strict=True):
        with seeded_store.reading() as session:
            assert paper_page(session, slugs[number], cited_as(session, slugs[number])) == page


@pytest.mark.parametrize("kind", KINDS)
def test_the_papers_of_an_entity_are_those_that_the_filter_finds(seeded_store: Store, kind: EntityKind) -> None:
    with seeded_store.reading() as session:
        slugs = [item.slug for item in all_entities(session, kind)]
        pages = dict(zip(slugs, entity_pages(session, kind, slugs), strict=True))
        for slug in slugs[:8]:
            assert entity_page(session, kind, slug) == pages[slug]
            number = get_entity(session, kind, slug).id or 0
            found = papers_of_entities(session, kind, [number]).get(number, [])
            if kind in (EntityKind.METRIC, EntityKind.CONCEPT):
                continue
            assert found == ordered_numbers(session, PaperQuery.model_validate({kind.value: (slug,)}))
