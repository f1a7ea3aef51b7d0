"""Versions of one work among pending papers: found by similarity, and decided once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlmodel import Session

from wamkg.matching.generic_titles import is_generic
from wamkg.matching.same_paper import is_short
from wamkg.reviewing.decide import Decided, decide
from wamkg.reviewing.decision import Decision, Verdict
from wamkg.store.lookup import find_paper
from wamkg.store.queue import waiting
from wamkg.store.tables import Actor, Paper, Suggestion
from wamkg.store.taxonomies import get_taxonomy
from wamkg.store.works import Pair, load_works, ordered

VERSION = "version"
"""Kind of the reason that names a paper with nearly the same text."""


def version_groups(session: Session, rows: Sequence[tuple[Suggestion, Paper]]) -> dict[int, list[int]]:
    """Papers of a queue, by number, with all pending members of their group, including themselves.

    A group consists of a preprint and its published record, papers with the same title (four words or more) and first
    author, papers with nearly the same text (a `version` reason), and papers judged the same work; never two that were
    judged different.
    """
    works = load_works(session)
    numbers = {paper.slug: paper.id for _, paper in rows if paper.id is not None}
    works.join({*_alike(rows, numbers), *_namesakes(paper for _, paper in rows)})
    queued = set(numbers.values())
    return {number: sorted(works.members(number) & queued) for number in numbers.values()}


def _alike(rows: Sequence[tuple[Suggestion, Paper]], numbers: Mapping[str, int]) -> list[Pair]:
    return [
        ordered(suggestion.paper_id, numbers[reason["paper"]])
        for suggestion, _ in rows
        for reason in suggestion.reasons
        if reason["kind"] == VERSION and reason["paper"] in numbers
    ]


def _namesakes(papers: Iterable[Paper]) -> list[Pair]:
    first: dict[tuple[str, str | None], int] = {}
    pairs = []
    for paper in papers:
        if paper.id is not None and not is_short(paper.title) and not is_generic(paper.title):
            pairs.append(ordered(first.setdefault((paper.title_key, paper.first_author_key), paper.id), paper.id))
    return pairs


def decide_with_versions(session: Session, actor: Actor, decision: Decision) -> Decided:
    """Decide on a paper and, with the same verdict, on the other pending versions of its work.

    Each paper has its own decision and batch. The others name the first in their note and have no quote, because it was
    verified in the first one's text. Raises the errors of `decide`.
    """
    others = _other_versions(session, decision)
    made = decide(session, actor, decision)
    taxon = made.after[0] if decision.verdict == Verdict.ACCEPT else decision.taxon
    note = f"as its version {made.paper}" + (f": {decision.note}" if decision.note else "")
    alike = replace(
        decision,
        taxon=taxon,
        note=note,
        evidence=None,
        evidence_place=None,
        version=None,
        assignment=None,
        suggestion=None,
    )
    return replace(made, versions=[decide(session, actor, replace(alike, paper=slug)) for slug in others])


def _other_versions(session: Session, decision: Decision) -> list[str]:
    paper = find_paper(session, decision.paper)
    rows = waiting(session, get_taxonomy(session, decision.taxonomy))
    slugs = {other.id: other.slug for _, other in rows}
    members = version_groups(session, rows).get(paper.id or 0, [])
    return [slugs[number] for number in members if number != paper.id]
