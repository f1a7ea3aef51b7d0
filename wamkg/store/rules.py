"""Rules of taxonomies: how many taxa a paper may have, and which taxa exclude each other."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlmodel import Session, col

from wamkg.errors import NotFoundError
from wamkg.store.bulk import select_columns
from wamkg.store.tables import Assignment, Paper, Taxon, Taxonomy
from wamkg.store.taxon_reads import lies_in
from wamkg.store.taxonomies import find_taxon, get_taxonomy, list_taxonomies
from wamkg.vocabulary import AssignmentState

ONE = "one"
"""Cardinality of a taxonomy in which a paper has one taxon only; `one-primary` and `many` allow more."""
Place = tuple[str, str]
"""Slug of a taxonomy and path of a taxon in it; an empty path means the whole taxonomy."""


@dataclass(frozen=True)
class Rules:
    """The rules of all taxonomies: slugs of those with one taxon per paper, and pairs that exclude each other, with
    their origin.
    """

    single: frozenset[str]
    apart: tuple[tuple[str, Place, Place], ...]

    def problems(self, places: Iterable[Place]) -> list[str]:
        """The rules that a paper with all these assignments violates; empty if there are none."""
        found = list(places)
        times = Counter(slug for slug, _ in found)
        several = [slug for slug, number in times.items() if number > 1 and slug in self.single]
        return [f"a paper has one taxon in {slug}; leave the further ones out" for slug in several] + [
            f"{slug} allows no paper both in {_shown(one)} and in {_shown(other)}"
            for slug, one, other in self.apart
            if any(_covers(one, place) for place in found) and any(_covers(other, place) for place in found)
        ]

    def against(self, before: Iterable[Place], after: Iterable[Place]) -> str | None:
        """The first violation after a write that did not exist before it; None if there is none."""
        known = set(self.problems(before))
        return next((problem for problem in self.problems(after) if problem not in known), None)


def load_rules(session: Session) -> Rules:
    """The current rules.

    A taxonomy's `rules` may be `{"cardinality": "one", "excludes": [["wam:joint", "wm-for-vla"], ...]}`: no paper may
    be assigned at or below both. A rule follows a taxon that was renamed, moved or merged; a rule about a deleted taxon
    has no effect.
    """
    taxonomies = list_taxonomies(session)
    single = frozenset(t.slug for t in taxonomies if t.rules.get("cardinality") == ONE)
    pairs = [(t.slug, one, other) for t in taxonomies for one, other in t.rules.get("excludes", ())]
    placed = [(slug, _place(session, one), _place(session, other)) for slug, one, other in pairs]
    return Rules(single, tuple((slug, one, other) for slug, one, other in placed if one and other))


def _place(session: Session, text: str) -> Place | None:
    slug, _, path = text.partition(":")
    try:
        return slug, find_taxon(session, get_taxonomy(session, slug), path).path if path else ""
    except NotFoundError:
        return None


def _shown(place: Place) -> str:
    return ":".join(part for part in place if part)


def needless(paths: Iterable[str]) -> str | None:
    """The redundant taxon of a decision: named twice, or an ancestor of another; None if there is none."""
    for one, other in combinations(paths, 2):
        if one == other:
            return f"{one} is named twice"
        if lies_in(one, other) or lies_in(other, one):
            return f"{one} and {other} lie one in the other; name the deeper one"
    return None


def _covers(above: Place, place: Place) -> bool:
    return above[0] == place[0] and (not above[1] or lies_in(place[1], above[1]))


def places_by_paper(session: Session) -> Mapping[str, list[Place]]:
    """Slug of each paper -> its live assignments in all taxonomies, oldest first."""
    statement: Any = (
        select_columns(Paper.slug, Taxonomy.slug, Taxon.path)
        .select_from(Assignment)
        .join(Paper, col(Paper.id) == col(Assignment.paper_id))
        .join(Taxonomy, col(Taxonomy.id) == col(Assignment.taxonomy_id))
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id))
        .where(col(Assignment.ended_at).is_(None), Assignment.state == AssignmentState.PLACED)
        .order_by(col(Assignment.id))
    )
    found: dict[str, list[Place]] = {}
    for paper, slug, path in session.connection().execute(statement):
        found.setdefault(paper, []).append((slug, path))
    return found


def newly_broken(session: Session, before: Mapping[str, str]) -> dict[str, str]:
    """Rule violations that did not exist before a write."""
    return {paper: problem for paper, problem in broken_rules(session).items() if paper not in before}


def broken_rules(session: Session) -> dict[str, str]:
    """Slug of each paper that violates a rule, and the first violation."""
    rules = load_rules(session)
    if not (rules.single or rules.apart):
        return {}
    problems = {paper: rules.problems(places) for paper, places in places_by_paper(session).items()}
    return {paper: said[0] for paper, said in problems.items() if said}
