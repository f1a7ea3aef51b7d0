"""The library: filters, order, facets and pages that hold still while the store changes."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.importing.applier import Applier
from wamkg.importing.import_report import ImportReport
from wamkg.matching.record import Record
from wamkg.parameters import last_day_of
from wamkg.store.batches import close_batch, get_actor, open_batch
from wamkg.store.paper_filter import CONDITIONS, SORTS, PaperFilter
from wamkg.store.session import Store
from wamkg.store.tables import Paper
from wamkg.views.papers import PaperQuery, find_paper_page, find_sparse, library_facets
from wamkg.vocabulary import BatchKind, Standing


def add(session: Session, titles: list[str]) -> list[str]:
    batch = open_batch(session, BatchKind.IMPORT, "test", get_actor(session, "test"))
    records = [Record(i, title, standing="candidate") for i, title in enumerate(titles)]
    Applier(session, batch, "list:test", ImportReport("test", "jsonl", False), {}).apply(records)
    close_batch(session, batch, {})
    return titles


def take_away(session: Session, titles: list[str]) -> None:
    """Let papers leave the list: from now on they are merely cited."""
    for paper in session.exec(select(Paper).where(col(Paper.title).in_(titles))):
        paper.standing = "cited"
        session.add(paper)


def walk(store: Store, query: PaperQuery) -> list[str]:
    """Slugs of all pages, one reading session a page as the API has it."""
    found: list[str] = []
    after: str | None = None
    while True:
        with store.reading() as session:
            page = find_paper_page(session, PaperQuery(**{**vars(query), "after": after}))
        found += [item.slug for item in page.items]
        if page.next is None:
            return found
        after = page.next


@pytest.mark.parametrize(
    ("query", "total"),
    [
        (PaperQuery(), 227),
        (PaperQuery(taxon=("wam:joint",)), 33),
        (PaperQuery(taxon=("wam:joint", "wam:cascaded")), 64),
        (PaperQuery(taxon=("wam:joint", "evaluation:action-policy")), 0),
        (PaperQuery(standing=(Standing.CANDIDATE,)), 2),
        (PaperQuery(standing=(Standing.CITED,)), 1),
        (PaperQuery(state=("wam:none",)), 2),
        (PaperQuery(state=("wam:outside",)), 161),
        (PaperQuery(arxiv="2302.00111"), 1),
        (PaperQuery(doi="10.1000/none"), 0),
        (PaperQuery(q="UniPi"), 7),
        (PaperQuery(q="😀"), 0),
        (PaperQuery(venue=("neurips",), taxon=("wam:cascaded",)), 1),
        (PaperQuery(found_by="s2"), 0),
        (PaperQuery(found_by="list"), 227),
        (PaperQuery(first_seen_since="2000-01-01"), 227),
    ],
)
def test_a_filter_lets_through_what_it_says(seeded_store: Store, query: PaperQuery, total: int) -> None:
    with seeded_store.reading() as session:
        assert find_paper_page(session, query).total == total


def test_every_filter_part_must_hold(seeded_store: Store) -> None:
    query = PaperQuery(taxon=("wam:joint",), benchmark=("LIBERO",), party="first", since="2025", until="2025-12")
    with seeded_store.reading() as session:
        items = find_paper_page(session, query).items
    assert items
    assert all(i.taxa["wam"].startswith("joint/") and (i.date or "").startswith("2025") for i in items)


@pytest.mark.parametrize("q", ["vision-language", "C++", '"world', "world AND", "*", "NEAR(", "a" * 10_000])
def test_any_text_is_an_answer(seeded_store: Store, q: str) -> None:
    with seeded_store.reading() as session:
        assert find_paper_page(session, PaperQuery(q=q)).total >= 0


def test_titles_that_hold_the_words_come_first(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        titles = [i.title.lower() for i in find_paper_page(session, PaperQuery(q="video generation")).items]
    holds = ["video" in t and "generation" in t for t in titles]
    assert holds == sorted(holds, reverse=True)
    assert not all(holds)


@pytest.mark.parametrize("sort", SORTS)
def test_pages_hold_each_paper_once_in_any_order(seeded_store: Store, sort: str) -> None:
    q = "model" if sort == "relevance" else None
    found = walk(seeded_store, PaperQuery(sort=sort, limit=9, q=q))
    with seeded_store.reading() as session:
        total = find_paper_page(session, PaperQuery(q=q)).total
    assert len(found) == len(set(found)) == total


@given(cut=st.integers(0, 40), sort=st.sampled_from(["-date", "title", "added"]))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_pages_stay_stable_while_papers_come_and_go(seeded_store: Store, cut: int, sort: str) -> None:
    with seeded_store.writing() as session:
        doomed = add(session, [f"A paper that will be gone soon, number {cut} {sort} {n}" for n in range(5)])
    unchanged = set(walk(seeded_store, PaperQuery(sort=sort, found_by="list:wam", limit=100)))
    found: list[str] = []
    after: str | None = None
    for step in range(100):
        with seeded_store.reading() as session:
            page = find_paper_page(session, PaperQuery(sort=sort, limit=23, after=after))
        found += [item.slug for item in page.items]
        if page.next is None:
            break
        after = page.next
        with seeded_store.writing() as session:
            add(session, [f"A new paper in between, number {cut} {sort} {step}"])
            if step == cut % 5:
                take_away(session, doomed)
    assert [slug for slug in found if slug in unchanged] == [*dict.fromkeys(s for s in found if s in unchanged)]
    assert unchanged <= set(found)


def test_facets_count_what_the_next_choice_would_leave(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        facets = library_facets(session, PaperQuery(taxon=("wam:joint",)))
        for path in ("joint", "cascaded", "joint/diffusion"):
            assert facets.taxon[path] == find_paper_page(session, PaperQuery(taxon=(f"wam:{path}",))).total
        for year, count in facets.year.items():
            assert count == find_paper_page(session, PaperQuery(taxon=("wam:joint",), year=(int(year),))).total


def test_only_the_asked_fields_come(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        page = find_sparse(session, PaperQuery(arxiv="2302.00111"), ("id", "summary"))
        assert list(page.items[0]) == ["id", "summary"]
        with pytest.raises(InvalidInputError, match="unknown field 'nonsense'"):
            find_sparse(session, PaperQuery(), ("nonsense",))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"taxon": ("wam:",)}, "taxon.0: 'wam:' is not of the form asked for; write TAXONOMY:PATH"),
        ({"state": ("wam:lost",)}, "state.0: 'wam:lost'"),
        ({"since": "yesterday"}, "since: 'yesterday'"),
        ({"first_seen_since": "2024-13-01"}, "first_seen_since: '2024-13-01'"),
        ({"first_seen_since": "2024-01-01Tnoon"}, "first_seen_since: "),
        ({"standing": ("famous",)}, "standing.0: "),
        ({"until": "2024-02-30"}, "until: '2024-02-30'"),
        ({"year": ("soon",)}, "year.0: "),
        ({"q": "x\x00y"}, "q: "),
        ({"color": "red"}, "color: "),
    ],
)
def test_a_value_of_the_wrong_form_is_refused_by_its_field(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInputError, match=f"^{re.escape(words)}"):
        PaperQuery(**given)


def test_a_taxonomy_without_a_path_is_all_of_it(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        branches = find_paper_page(session, PaperQuery(taxon=("wam:cascaded", "wam:joint"))).total
        assert find_paper_page(session, PaperQuery(taxon=("wam",))).total == branches == 64
        with pytest.raises(NotFoundError, match=r"unknown taxonomy 'joint'.*TAXONOMY:PATH"):
            find_paper_page(session, PaperQuery(taxon=("joint",)))


def test_an_unknown_order_is_refused(seeded_store: Store) -> None:
    with seeded_store.reading() as session, pytest.raises(InvalidInputError, match="unknown sort 'color'"):
        find_paper_page(session, PaperQuery(sort="color"))


def test_every_filter_has_a_condition() -> None:
    assert PaperFilter.model_fields.keys() == CONDITIONS.keys() | {"doi", "arxiv", "s2", "not_"}


@pytest.mark.parametrize(
    "query",
    [
        PaperQuery(taxon=("wam:sideways",)),
        PaperQuery(taxon=("xyz:joint",)),
        PaperQuery(benchmark=("none",)),
        PaperQuery(after="!!"),
        PaperQuery(after="WyJ0aXRsZSIsImEiLDFd"),
        PaperQuery(after="WyItZGF0ZSIsIjIwMjQtMDEtMDEiLDk5OTk5OTk5OTk5OTk5OTk5OTk5XQ"),
    ],
)
def test_a_name_that_nothing_has_is_not_found(seeded_store: Store, query: PaperQuery) -> None:
    with seeded_store.reading() as session, pytest.raises(NotFoundError):
        find_paper_page(session, query)


@pytest.mark.parametrize(
    ("text", "day"),
    [("2024", "2024-12-31"), ("2024-02", "2024-02-29"), ("2023-12", "2023-12-31"), ("2024-05-06", "2024-05-06"),
     ("9999", "9999-12-31")],
)  # fmt: skip
def test_until_reaches_to_the_end_of_what_is_written(text: str, day: str) -> None:
    assert str(last_day_of(text, "until")) == day


def test_both_databases_answer_alike(store: Store) -> None:
    with store.writing() as session:
        add(session, ["World models for robots that act", "Vision-language-action policies, a café study"])
    with store.reading() as session:
        for q, total in (("vision-language", 1), ("cafe", 1), ("robots", 1), ("rob", 1), ("zebra", 0), ("", 2)):
            assert find_paper_page(session, PaperQuery(q=q)).total == total
        for sort in SORTS:
            page = find_paper_page(session, PaperQuery(sort=sort, limit=1, q="a"))
            if page.next:
                rest = find_paper_page(session, PaperQuery(sort=sort, limit=1, q="a", after=page.next))
                assert rest.items != page.items
        assert library_facets(session, PaperQuery(), None).standing == {"candidate": 2}
