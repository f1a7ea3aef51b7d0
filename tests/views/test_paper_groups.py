"""Groups of papers, and filters joined by "not": equal to the same counted over all papers in Python."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from wamkg.cli import run
from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.store.batches import get_actor, open_batch
from wamkg.store.entities import get_entity
from wamkg.store.paper_filter import PaperFilter, paper_numbers
from wamkg.store.paper_groups import GroupBy
from wamkg.store.papers import find_paper
from wamkg.store.session import Session, Store
from wamkg.store.tables import Challenge, Link
from wamkg.views.papers import PaperItem, PaperQuery, find_paper_page, paper_groups
from wamkg.vocabulary import BatchKind, EntityKind, Relation

ALL = PaperQuery(limit=1000)


def items(session: Session, **filters: object) -> list[PaperItem]:
    return find_paper_page(session, PaperQuery(limit=1000, **filters)).items


def branch(paper: PaperItem) -> list[str]:
    places = [*([paper.taxa["wam"]] if "wam" in paper.taxa else []), *paper.also.get("wam", [])]
    return list({"/".join(path.split("/")[:2]) for path in places})


VALUES: dict[GroupBy, Callable[[PaperItem], Iterable[object]]] = {
    "year": lambda p: [p.year] if p.year else [],
    "month": lambda p: [p.date[:7]] if p.date else [],
    "venue": lambda p: [p.venue] if p.venue else [],
    "standing": lambda p: [p.standing],
    "author": lambda p: set(p.authors),
    "taxon": branch,
}


@pytest.mark.parametrize("by", sorted(VALUES))
def test_groups_are_what_a_count_over_all_papers_gives(seeded_store: Store, by: GroupBy) -> None:
    with seeded_store.reading() as session:
        papers = items(session, since="2023")
        groups = paper_groups(session, PaperFilter(since="2023"), by, "wam", 2)
    counted = Counter(str(value) for paper in papers for value in VALUES[by](paper))
    assert {group.value: group.papers for group in groups.items} == counted
    assert groups.total == len(counted)
    assert groups.without == sum(not list(VALUES[by](paper)) for paper in papers)


@pytest.mark.parametrize("by", get_args(GroupBy))
def test_every_group_has_as_many_papers_as_its_filter_finds(seeded_store: Store, by: GroupBy) -> None:
    with seeded_store.reading() as session:
        groups = paper_groups(session, ALL, by)
        assert groups.items and groups.total >= len(groups.items)
        for group in [*groups.items[:3], *groups.items[-2:]]:
            assert len(items(session, **_filter_for(by, group.value))) == group.papers, group


def _filter_for(by: GroupBy, value: str) -> dict[str, object]:
    if by == "month":
        return {"since": value, "until": value}
    if by == "standing":
        return {"standing": (value,)}
    if by == "source":
        return {"found_by": value}
    return {by: (f"wam:{value}" if by == "taxon" else int(value) if by == "year" else value,)}


NEGATED = (
    "taxon:wam:joint", "has:abstract", "has:code", "has:citations", "venue:ICLR", "since:2025", "until:2024-06",
    "year:2024", "standing:excluded", "method:unipi", "benchmark:LIBERO", "author:Yilun Du", "q:video", "party:first",
    "found_by:list", "state:wam:outside", "ids:arxiv:2302.00111", "arxiv:2302.00111", "first_seen_since:2000-01-01",
)  # fmt: skip


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(chosen=st.lists(st.sampled_from(NEGATED), min_size=1, max_size=3, unique=True))
def test_not_leaves_exactly_the_papers_that_no_filter_finds(seeded_store: Store, chosen: list[str]) -> None:
    with seeded_store.reading() as session:
        everything = paper_numbers(session, PaperFilter())
        found = set()
        for text in chosen:
            name, _, value = text.partition(":")
            several = isinstance(PaperFilter.model_fields[name].default, tuple)
            found |= paper_numbers(session, PaperFilter(**{name: (value,) if several else value}))
        assert paper_numbers(session, PaperFilter(not_=tuple(chosen))) == everything - found


@pytest.mark.parametrize(
    "wrong", ["taxon", "taxon:wam:", "color:red", "not:taxon:wam:joint", "year:soon", "has:wings", "since:2025-13", ""]
)
def test_a_negation_of_another_form_is_refused_with_an_example(wrong: str) -> None:
    with pytest.raises(InvalidInputError, match="not"):
        PaperFilter(not_=(wrong,))


@pytest.mark.parametrize("unknown", ["taxon:wam:sideways", "benchmark:none", "method:none", "ids:arxiv:9999", "doi:x"])
def test_a_negation_that_names_nothing_is_not_found(seeded_store: Store, unknown: str) -> None:
    with seeded_store.reading() as session, pytest.raises(NotFoundError):
        paper_numbers(session, PaperFilter(not_=(unknown,)))


def test_a_paper_addresses_a_challenge_itself_or_by_its_method(seeded_store: Store) -> None:
    with seeded_store.writing(dry_run=True) as session:
        challenge = get_entity(session, EntityKind.CHALLENGE, session.exec(select(Challenge.slug)).first() or "")
        method, direct = get_entity(session, EntityKind.METHOD, "unipi"), find_paper(session, "arxiv:2310.10625")
        batch = open_batch(session, BatchKind.EDIT, "test", get_actor(session, "test"))
        for source in (method.id, direct.id):
            link = Link(source_id=source, relation=Relation.ADDRESSES, target_id=challenge.id, source="person")
            link.batch_id = batch.id
            session.add(link)
        session.flush()
        found = items(session, challenge=(challenge.slug,))
        assert {paper.id for paper in found} == {"arxiv:2302.00111", "arxiv:2310.10625"}


def test_groups_from_the_command_line(seeded_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--group-by", "year", "--format", "csv", "--not", "taxon:wam:joint"]) == 0
    out, err = capsys.readouterr()
    header, *rows = out.splitlines()
    assert header == "year,papers" and all(row.split(",")[0].isdigit() for row in rows)
    assert "without year" in err
