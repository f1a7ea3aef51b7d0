"""Trees, timelines, boards, histories and counts, read off the real seeds."""

import csv
from datetime import date
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.store.session import Store
from wamkg.views.coverage import coverage, overview
from wamkg.views.entities import entity_page
from wamkg.views.history import change_list, paper_history
from wamkg.views.paper_details import paper_detail
from wamkg.views.papers import PaperQuery, find_paper_page
from wamkg.views.results import ResultQuery, leaderboard, result_page
from wamkg.views.suggestions import suggestion_list
from wamkg.views.taxonomies import taxon_node, taxonomy_list, taxonomy_tree, walk
from wamkg.views.timelines import papers_timeline, period_of, periods_between, timeline_csv_rows
from wamkg.vocabulary import EntityKind


def test_a_nodes_count_is_the_total_of_its_list(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        for node in walk(taxonomy_tree(session, "wam").taxa):
            assert node.count == find_paper_page(session, PaperQuery(taxon=(f"wam:{node.path}",))).total
            assert node.count == node.own + sum(child.count for child in node.children)


def test_the_tree_defines_its_nodes_and_shows_exemplars(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        node = taxon_node(session, "wam", "cascaded/explicit/learned")
        assert node.definition
        assert node.include
        assert "UniPi" in [exemplar.method for exemplar in node.exemplars]
        with pytest.raises(NotFoundError):
            taxon_node(session, "wam", "cascaded/sideways")


def test_every_taxonomy_is_listed(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        slugs = [taxonomy.slug for taxonomy in taxonomy_list(session)]
    assert {"wam", "wm-for-vla", "training-data", "evaluation", "challenges"} <= set(slugs)


@pytest.mark.parametrize("by", ["month", "quarter", "year"])
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_timeline_counts_every_placed_paper_once(seeded_store: Store, by: str, depth: int) -> None:
    with seeded_store.reading() as session:
        timeline = papers_timeline(session, by, depth=depth)
    assert timeline.total + timeline.undated + timeline.imprecise == 64
    assert timeline.items[-1].cumulative == timeline.total == sum(item.total for item in timeline.items)
    if depth:
        assert all(sum(item.counts.values()) == item.total for item in timeline.items)


def test_a_paper_known_to_the_year_stands_in_no_month(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        months = papers_timeline(session, "month", date_rule="venue")
        years = papers_timeline(session, "year", date_rule="venue")
    assert months.imprecise > 0
    assert years.imprecise == 0
    assert years.total == months.total + months.imprecise


def test_a_timeline_as_a_table_has_the_same_numbers(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        timeline = papers_timeline(session, "year")
    buffer = StringIO()
    csv.writer(buffer).writerows(timeline_csv_rows(timeline))
    head, *rows = csv.reader(StringIO(buffer.getvalue()))
    assert head == ["period", "cascaded", "joint", "total", "cumulative"]
    assert [row[-1] for row in rows] == [str(item.cumulative) for item in timeline.items]


@given(first=st.dates(), last=st.dates(), by=st.sampled_from(["month", "quarter", "year"]))
def test_periods_are_without_gaps_and_end_where_the_last_day_is(first: date, last: date, by: str) -> None:
    first, last = min(first, last), max(first, last)
    last = min(last, date(first.year + 5, 12, 31)) if first.year < 9990 else first
    found = list(periods_between(first, last, by))
    assert found == sorted(set(found))
    assert found[0] == period_of(first, by)
    assert found[-1] == period_of(last, by)


def test_unknown_periods_and_depths_are_refused(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        for bad in ({"by": "week"}, {"depth": -1}, {"date_rule": "whenever"}):
            with pytest.raises(InvalidInputError):
                papers_timeline(session, **bad)  # type: ignore[arg-type]


def test_a_board_holds_only_what_was_measured_alike(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        boards = leaderboard(session, ResultQuery())
    assert sum(len(board.rows) for board in boards) == 153
    for board in boards:
        protocols = {(r.result.benchmark, r.result.suite, r.result.split, r.result.metric) for r in board.rows}
        assert len(protocols) == 1


def test_a_board_ranks_by_its_metric_and_not_at_all_without_one(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        boards = leaderboard(session, ResultQuery(benchmark=("LIBERO",), party="first"))
        unranked = [b for b in leaderboard(session, ResultQuery()) if b.metric is None]
    for board in boards:
        values = [row.result.value for row in board.rows]
        assert values == sorted(values, reverse=True)
        assert board.rows[0].rank == 1
    assert unranked
    assert all(row.rank is None for board in unranked for row in board.rows)


def test_libero_first_party_joint_is_one_question(seeded_store: Store) -> None:
    query = ResultQuery(benchmark=("libero",), party="first", papers=PaperQuery(taxon=("wam:joint",)))
    with seeded_store.reading() as session:
        page = result_page(session, query, 100, None)
        joint = {item.id for item in find_paper_page(session, PaperQuery(taxon=("wam:joint",), limit=100)).items}
    assert page.total > 0
    assert {item.paper for item in page.items} <= joint
    assert {item.party for item in page.items} == {"first"}


def test_a_paper_says_where_each_value_comes_from(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        detail = paper_detail(session, "arxiv:2302.00111")
        assert detail == paper_detail(session, detail.slug) == paper_detail(session, "2302.00111")
    assert {(v.field, v.source) for v in detail.values} >= {("summary", "seed"), ("title", "list:wam")}
    assert all(v.shown for v in detail.values)
    assert (detail.assignments[0].taxon, detail.assignments[0].by) == ("cascaded/explicit/learned", "seeds")


def test_a_history_is_newest_first_and_names_who(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        history = paper_history(session, "arxiv:2302.00111")
    assert [row.at for row in history] == sorted((row.at for row in history), reverse=True)
    assert {row.event for row in history} == {"said", "placed"}
    assert {row.who for row in history} == {"seeds"}


def test_changes_tell_of_the_seed_batch(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        changes = change_list(session, None, 10)
    assert [(item.field, item.batch_kind) for item in changes.items] == [("batch", "seed")]


def test_things_are_found_by_any_spelling(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        found = entity_page(session, EntityKind.DATASET, "agibot WORLD", 10, None)
        assert [item.name for item in found.items] == ["AgiBot World Colosseo"]
        assert found.items[0].papers == ["arxiv:2503.06669"]


def test_nothing_suggested_is_an_empty_queue(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        assert suggestion_list(session).total == 0


def test_coverage_counts_the_listed_papers(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        items = {item.what: item for item in coverage(session)}
        counts = overview(session)
    assert items["summary"].have == 64
    assert {item.of for item in items.values()} == {227}
    assert counts.papers["included"] == 225
    assert counts.decisions["wam"]["placed"] == 64
