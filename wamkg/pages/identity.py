"""The pages on which people decide what is one paper: duplicates, a merge before it is made, identity questions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.pages.context import page_frame
from wamkg.pages.links import format_authors
from wamkg.pages.render import render
from wamkg.pages.viewer import Viewer
from wamkg.reviewing.paper_merge import Merge, MergedPapers
from wamkg.store.papers import find_paper
from wamkg.views.duplicates import CandidateItem, candidate_list
from wamkg.views.papers import PaperItem, paper_items
from wamkg.views.questions import question_list
from wamkg.vocabulary import DuplicateVerdict, QuestionStatus

PAIRS = 10
QUESTIONS = 20
SAME, NEAR, DIFFERENT, ONE_SIDE = "same", "nearly the same", "different", "only on one side"
COMPARED = {
    "title": "Title",
    "authors": "Authors",
    "year": "Year",
    "venue": "Venue",
    "volume": "Volume",
    "pages": "Pages",
    "arxiv": "arXiv",
    "doi": "DOI",
    "s2": "Semantic Scholar",
    "method": "Method",
    "url": "Address",
    "standing": "Standing",
}
"""Fields of two papers that are shown side by side, with their labels."""
_FEATURES = {"title": "title", "authors": "first_author", "year": "year", "url": "address", "doi": "doi"}
"""Fields whose comparison is part of a candidate's score."""


@dataclass(frozen=True)
class ComparedField:
    """One field of two papers: both values, and whether they agree."""

    label: str
    left: str
    right: str
    relation: str


@dataclass(frozen=True)
class ComparedPair:
    """Two papers that may be one, field by field; `score` is from 0 to 1."""

    left: PaperItem
    right: PaperItem
    fields: list[ComparedField]
    score: float | None = None


def duplicates_page(
    session: Session, after: str | None = None, viewer: Viewer | None = None, done: str | None = None
) -> str:
    """Candidate pairs side by side, with buttons that judge or merge them; `done` is the batch just written.

    Raises NotFoundError for a cursor of another list.
    """
    found = candidate_list(session, PAIRS, after)
    items = _items(session, [text for c in found.items for text in (c.left.id, c.right.id)])
    pairs = [_pair_of(candidate, items) for candidate in found.items]
    return render(
        "duplicates.html",
        viewer=viewer,
        **page_frame(session),
        here="/duplicates",
        done=done if viewer else None,
        pairs=pairs,
        total=found.total,
        next=found.next,
        verdicts=tuple(DuplicateVerdict),
    )


def merge_page(
    session: Session, wanted: Merge, made: MergedPapers | None, problem: str | None, viewer: Viewer | None
) -> str:
    """A merge before it is made: its dry run, or the reason why it is not possible, and a button that makes it.

    Raises NotFoundError.
    """
    items = _items(session, [wanted.keep, wanted.other])
    keep, other = items[wanted.keep], items[wanted.other]
    pair = ComparedPair(keep, other, list(_compared(keep, other, {})))
    return render(
        "merge.html",
        viewer=viewer,
        **page_frame(session),
        here="/duplicates",
        pair=pair,
        wanted=wanted,
        made=made,
        problem=problem,
    )


def questions_page(
    session: Session, after: str | None = None, viewer: Viewer | None = None, done: str | None = None
) -> str:
    """The open identity questions with their answers; `done` is the batch just written.

    Raises NotFoundError for a cursor of another list.
    """
    page = question_list(session, QuestionStatus.OPEN, QUESTIONS, after)
    return render(
        "questions.html",
        viewer=viewer,
        **page_frame(session),
        here="/questions",
        done=done if viewer else None,
        questions=page,
    )


def _items(session: Session, ids: Sequence[str]) -> dict[str, PaperItem]:
    """Papers by the ids with which they were asked for."""
    numbers = {text: find_paper(session, text).id or 0 for text in ids}
    unique = list(dict.fromkeys(numbers.values()))
    found = dict(zip(unique, paper_items(session, unique), strict=True))
    return {text: found[number] for text, number in numbers.items()}


def _pair_of(candidate: CandidateItem, items: Mapping[str, PaperItem]) -> ComparedPair:
    left, right = items[candidate.left.id], items[candidate.right.id]
    agrees = {feature.name: feature.agrees for feature in candidate.features}
    return ComparedPair(left, right, list(_compared(left, right, agrees)), candidate.score)


def _compared(left: PaperItem, right: PaperItem, agrees: Mapping[str, bool | None]) -> Iterator[ComparedField]:
    for name, label in COMPARED.items():
        mine, theirs = _text(left, name), _text(right, name)
        if mine or theirs:
            yield ComparedField(
                label, mine, theirs, _relation(mine, theirs, agrees.get(_FEATURES.get(name, ""), False))
            )


def _relation(mine: str, theirs: str, agrees: bool | None) -> str:
    if not (mine and theirs):
        return ONE_SIDE
    if mine.casefold() == theirs.casefold():
        return SAME
    return DIFFERENT if agrees is False else NEAR


def _text(item: PaperItem, name: str) -> str:
    value = getattr(item, name)
    return format_authors(value) if name == "authors" else str(value or "")
