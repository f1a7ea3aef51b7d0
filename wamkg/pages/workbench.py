"""The review page: one paper with everything that a decision rests on, its place in the queue, and the next papers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from string import ascii_lowercase

from sqlmodel import Session

from wamkg.figures.plaintext import plain
from wamkg.pages.context import load_taxon_names, page_frame
from wamkg.pages.links import format_date
from wamkg.pages.render import render
from wamkg.pages.viewer import Viewer
from wamkg.store.decisions import count_decisions
from wamkg.store.questions import QuestionFilter, count_questions
from wamkg.store.survey import outside_kinds
from wamkg.store.taxonomies import find_default_taxonomy, get_taxonomy, list_taxa
from wamkg.store.types import utc_now
from wamkg.views.objections import open_objections
from wamkg.views.papers import PaperQuery, find_paper_page
from wamkg.views.rounds import differing_votes
from wamkg.views.taxonomies import taxonomy_list
from wamkg.views.workbench import (
    ReviewCard,
    ReviewQueue,
    WaitingPaper,
    decision_notice,
    pending_cards,
    review_cards,
    review_part,
)
from wamkg.vocabulary import MAIN_TAXONOMY, QuestionStatus

ORDER_LABELS = {
    "uncertain": "least confident first",
    "certain": "most confident first",
    "rejected": "rejected suggestions first",
    "novel": "least similar first",
    "cited": "most cited",
    "sparse": "smallest taxon first",
    "newest": "newest first",
}
PART_LABELS = {"all": "All", "sure": "Sure", "outside": "Likely outside", "hidden": "Hidden"}
OTHER_KEYS = frozenset("orugdxenspz")
"""Letters that press other buttons of the page, so that no branch has them."""
MAX_CARDS = 24
"""Number of papers that one request for cards may name."""


@dataclass(frozen=True)
class QueueChoice:
    """The part of the queue to show, and the paper in it; `done` is the batch of the decision just made."""

    taxonomy: str = MAIN_TAXONOMY
    order: str = "uncertain"
    part: str = "all"
    at: str | None = None
    done: str | None = None

    @property
    def address(self) -> dict[str, str]:
        """The query parameters that lead to this part of the queue."""
        return {"taxonomy": self.taxonomy, "order": self.order, "part": self.part}


@dataclass(frozen=True, slots=True)
class PlaceOption:
    """A taxon that a paper can be placed in; `key` is the letter of a branch, or the number among its siblings."""

    path: str
    name: str
    code: str
    depth: int
    key: str
    definition: str


def place_options(session: Session, taxonomy: str) -> list[PlaceOption]:
    """The taxa of a taxonomy, parents before children.

    Raises NotFoundError.
    """
    taxa = list_taxa(session, get_taxonomy(session, taxonomy))
    letters = branch_keys([taxon.name for taxon in taxa if taxon.parent_id is None])
    seen: dict[int | None, int] = {}
    options = []
    for taxon in taxa:
        number = seen[taxon.parent_id] = seen.get(taxon.parent_id, 0) + 1
        key = letters[number - 1] if taxon.parent_id is None else str(number)
        depth = taxon.path.count("/")
        options.append(PlaceOption(taxon.path, taxon.name, taxon.code, depth, key, taxon.definition))
    return options


def branch_keys(names: Sequence[str]) -> list[str]:
    """A letter for each branch: the first of its name that no other button and no earlier branch has; else none."""
    used = set(OTHER_KEYS)
    keys = []
    for name in names:
        key = next((letter for letter in name.lower() if letter in ascii_lowercase and letter not in used), "")
        used.add(key)
        keys.append(key)
    return keys


def review_page(session: Session, choice: QueueChoice, viewer: Viewer | None = None) -> str:
    """The review page.

    Raises the errors of `review_part`, unless there is no taxonomy at all.
    """
    taxonomies = taxonomy_list(session)
    slug = choice.taxonomy or find_default_taxonomy(session) or (taxonomies[0].slug if taxonomies else "")
    choice = replace(choice, taxonomy=slug)
    queue = review_part(session, slug, choice.order, choice.part, choice.at) if taxonomies else ReviewQueue()
    cards = review_cards(session, slug, [queue.current]) if queue.current else []
    today = datetime.combine(utc_now().date(), time(), UTC)
    return render(
        "review.html",
        **page_frame(session),
        here="/review",
        choice=choice,
        queue=queue,
        following=queue.following[0].paper if queue.following else "",
        strip=[_strip_entry(paper) for paper in queue.following],
        notice=decision_notice(session, choice.done) if viewer and choice.done else None,
        done=choice.done,
        decided_today=count_decisions(session, slug, viewer.name, today) if viewer else 0,
        questions=count_questions(session, QuestionFilter(QuestionStatus.OPEN)),
        disputes=open_objections(session),
        differing=differing_votes(session),
        waiting=0 if queue.current or not taxonomies else _waiting(session, slug),
        orders=ORDER_LABELS,
        parts=PART_LABELS,
        taxonomies=taxonomies,
        **_card_context(session, slug, cards, viewer),
    )


def review_cards_page(
    session: Session, choice: QueueChoice, papers: Sequence[str], viewer: Viewer | None = None
) -> str:
    """The cards of papers that come next, which the page shows when their turn comes.

    Raises NotFoundError.
    """
    cards = pending_cards(session, choice.taxonomy, papers)
    context = _card_context(session, choice.taxonomy, cards, viewer)
    return render("review_cards.html", choice=choice, following="", **context)


def _card_context(session: Session, slug: str, cards: Sequence[ReviewCard], viewer: Viewer | None) -> dict[str, object]:
    """What the template of a card needs."""
    classes = load_taxon_names(session)
    return {
        "cards": cards,
        "viewer": viewer,
        "places": place_options(session, slug) if cards else [],
        "names": classes.names,
        "branch_hues": classes.branch_hues,
        "outside_kinds": outside_kinds(session),
    }


def _strip_entry(paper: WaitingPaper) -> dict[str, str]:
    """A paper that comes next, as the page shows it."""
    return {
        "paper": paper.paper, "title": plain(paper.title), "label": f"{format_date(paper.date)} · {paper.label}"
    }  # fmt: skip


def _waiting(session: Session, taxonomy: str) -> int:
    """Number of papers without an assignment in a taxonomy."""
    return find_paper_page(session, PaperQuery(state=(f"{taxonomy}:none",), limit=1)).total
