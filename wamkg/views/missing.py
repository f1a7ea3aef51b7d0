"""What the survey may lack: works that many of its papers cite, an estimate of unseen works, and the flow of papers."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session

from wamkg.store.discovery import included_works, linked_to_survey, links_of_works
from wamkg.store.paper_routes import (
    OTHER,
    kinds_of_outside,
    routes_of_papers,
    screened_papers,
    set_aside_routes,
)
from wamkg.store.taxonomies import find_default_taxonomy
from wamkg.vocabulary import Standing

_DIRECTIONS: tuple[Literal["citing", "cited"], ...] = ("citing", "cited")
LEAST = 5
"""Works of the survey that cite a missing work, unless the caller says otherwise."""


@dataclass(frozen=True, slots=True)
class MissingWork:
    """A paper outside the library that many works of the survey cite; `cited_by` are the ids of their papers."""

    paper: str
    title: str
    abstract: str | None
    works: int
    cited_by: list[str]


@dataclass(frozen=True, slots=True)
class FlowRow:
    """A number of the flow diagram (PRISMA 2020): the stage, the route or reason, and how many."""

    stage: str
    reason: str
    count: int


def missing_works(session: Session, least: int = LEAST, limit: int = 100) -> list[MissingWork]:
    """Papers that are only cited, by at least `least` works of the survey, most cited first."""
    slugs = {number: work.slug for number, work in included_works(session).items()}
    found = linked_to_survey(session, "cited", least, (Standing.CITED,))[:limit]
    return [
        MissingWork(one.slug, one.title, one.abstract, one.works, sorted(slugs[work] for work in one.by))
        for one in found
    ]


def route_histories(session: Session, least: int = LEAST) -> list[frozenset[str]]:
    """For each included work the routes that found it: imports, routes of discovery, and the two routes of citations,
    which find a work that cites, or is cited by, at least `least` others.
    """
    works, routes = included_works(session), routes_of_papers(session)
    found = {number: {r for p in work.papers for r in routes.get(p, ())} for number, work in works.items()}
    for direction in _DIRECTIONS:
        linked = links_of_works(session, direction, works)
        for number in works:
            found[number].discard(direction)
            if len(linked.get(number, ())) >= least:
                found[number].add(direction)
    return [frozenset(found[number]) for number in sorted(found)]


def flow_counts(session: Session) -> list[FlowRow]:
    """How papers came into the survey and what became of them, in the stages of PRISMA 2020.

    What was identified, less what several routes found, is what is set aside, waits, is excluded or is included.
    """
    papers, routes = screened_papers(session), routes_of_papers(session)
    outside, aside = kinds_of_outside(session, find_default_taxonomy(session)), set_aside_routes(session)
    by_route = Counter(route for paper in papers for route in routes.get(paper.id) or {OTHER})
    by_route.update(route for found in aside.values() for route in found)
    fates = Counter[tuple[str, str]]()
    for paper in papers:
        if paper.standing == Standing.EXCLUDED:
            fates["excluded", paper.exclusion_reason or "no reason given"] += 1
        elif paper.id in outside:
            fates["excluded", outside[paper.id] or "outside"] += 1
        else:
            fates["included" if paper.standing == Standing.INCLUDED else "waiting", ""] += 1
    return list(_flow_rows(by_route, len(papers) + len(aside), len(aside), fates))


def _flow_rows(by_route: Counter[str], papers: int, aside: int, fates: Counter[tuple[str, str]]) -> Iterator[FlowRow]:
    for route, count in sorted(by_route.items(), key=lambda item: (-item[1], item[0])):
        yield FlowRow("identified", route, count)
    yield FlowRow("repeated", "found by several routes", by_route.total() - papers)
    yield FlowRow("set aside", "probably out of scope", aside)
    yield FlowRow("waiting", "not screened yet", fates.pop(("waiting", ""), 0))
    included = fates.pop(("included", ""), 0)
    yield FlowRow("screened", "", fates.total() + included)
    for (stage, reason), count in sorted(fates.items(), key=lambda item: (-item[1], item[0])):
        yield FlowRow(stage, reason, count)
    yield FlowRow("included", "", included)
