"""What a curator needs to decide on one paper of the review queue, and the place of that paper in the queue."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.near_matches import unknown
from wamkg.reviewing.holdout import describe_held_out
from wamkg.reviewing.queue import NEIGHBOUR, PendingWork, review_queue
from wamkg.reviewing.verdicts import Verdict
from wamkg.store.assignments import institution_marks
from wamkg.store.audit_trail import CreationRow, made_by
from wamkg.store.batches import find_row
from wamkg.store.decisions import DecisionRow, decision_rows
from wamkg.store.papers import find_paper, method_names_of
from wamkg.store.tables import Paper, Taxon, Taxonomy
from wamkg.store.taxonomies import get_taxonomy, list_taxa
from wamkg.views.objections import ObjectionItem, objections_on
from wamkg.views.papers import PaperItem, items_with_text, path_with_ancestors, public_id, shown_day
from wamkg.views.proposals import ProposalItem, proposals_on
from wamkg.views.suggestions import QueueItem, queue_items

OUTSIDE_LIKELY = 0.5
"""P(outside) above which the default action is `outside`."""
AHEAD = 60
"""Number of following papers that a queue names."""
RANKS, WITH_CRITERIA, NEAR, MARKED = 3, 2, 3, 3
MAX_OBJECTIONS = 3
MAX_PROPOSALS = 3


def _is_outside(work: PendingWork) -> bool:
    return not work.hidden and (work.paper.outside or 0.0) > OUTSIDE_LIKELY


SELECTIONS: dict[str, Callable[[PendingWork], bool]] = {
    "all": lambda _: True,
    "sure": lambda work: not work.hidden and not _is_outside(work) and work.paper.confident_taxon_id is not None,
    "outside": _is_outside,
    "hidden": lambda work: work.hidden,
}
"""Parts of the queue; a paper whose suggestion is hidden is in `all` and `hidden` only."""


@dataclass(frozen=True, slots=True)
class WaitingPaper:
    """A paper that waits; `label` says what the model thinks of it, or that this is hidden."""

    paper: str
    title: str
    date: str | None
    label: str


@dataclass(frozen=True)
class ReviewQueue:
    """The queue around one paper.

    `position` counts from 1 and is 0 if nothing waits; `missing` is an id that was asked for and does not wait;
    `counts` has the size of each part of `SELECTIONS`.
    """

    total: int = 0
    position: int = 0
    current: QueueItem | None = None
    before: str | None = None
    following: list[WaitingPaper] = field(default_factory=list)
    counts: Mapping[str, int] = field(default_factory=dict)
    missing: str | None = None


def review_part(session: Session, slug: str, order: str, part: str = "all", at: str | None = None) -> ReviewQueue:
    """The part of the queue of a taxonomy around the paper `at`, by default its first.

    Raises NotFoundError for an unknown taxonomy, InvalidInputError for an unknown order or part.
    """
    if part not in SELECTIONS:
        raise InvalidInputError(unknown("part of the queue", part, SELECTIONS))
    taxonomy = get_taxonomy(session, slug)
    works = [work for _, work in sorted(review_queue(session, taxonomy, order), key=lambda pair: pair[0])]
    counts = {name: sum(map(belongs, works)) for name, belongs in SELECTIONS.items()}
    shown = [work for work in works if SELECTIONS[part](work)]
    place = _place_of(session, shown, at)
    if not shown:
        return ReviewQueue(counts=counts, missing=at)
    here = place or 0
    names = {taxon.id: taxon.name for taxon in list_taxa(session, taxonomy)}
    return ReviewQueue(
        total=len(shown),
        position=here + 1,
        current=queue_items(session, taxonomy, [shown[here]])[0],
        before=_id_of(shown[here - 1]) if here else None,
        following=[_queued(work, names) for work in shown[here + 1 : here + 1 + AHEAD]],
        counts=counts,
        missing=at if at and place is None else None,
    )


def _place_of(session: Session, works: Sequence[PendingWork], at: str | None) -> int | None:
    if not at:
        return None
    try:
        number = find_paper(session, at).id
    except NotFoundError:
        return None
    numbers = ([work.paper.number, *(other.number for other in work.versions)] for work in works)
    return next((i for i, group in enumerate(numbers) if number in group), None)


def _id_of(work: PendingWork) -> str:
    return public_id(work.paper.arxiv, work.paper.slug)


def _queued(work: PendingWork, names: Mapping[int | None, str]) -> WaitingPaper:
    paper = work.paper
    return WaitingPaper(_id_of(work), paper.title, shown_day(paper.date, paper.date_precision), _label(work, names))


def _label(work: PendingWork, names: Mapping[int | None, str]) -> str:
    if work.hidden:
        return "suggestion hidden"
    if _is_outside(work):
        return f"likely outside, {work.paper.outside:.2f}"
    sure = names.get(work.paper.confident_taxon_id)
    return f"sure of {sure}" if sure else "not sure"


@dataclass(frozen=True, slots=True)
class TextPart:
    """A stretch of the text; a marked sentence has a number, the name of the taxon it speaks for, and its effect."""

    text: str
    number: int | None = None
    towards: str | None = None
    effect: float = 0.0


@dataclass(frozen=True, slots=True)
class LevelStep:
    """A taxon on the way to the level that the model is sure of, with P(the paper belongs at or below it)."""

    path: str
    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class RankedPath:
    """A suggested leaf: its own name and code, the name of its parent, and its criteria."""

    path: str
    name: str
    code: str
    parent: str | None
    above: str | None
    probability: float
    include: list[str]
    exclude: list[str]


@dataclass(frozen=True, slots=True)
class NearPaper:
    """A placed paper that is similar; `code` is that of its taxon."""

    paper: str
    title: str
    method: str | None
    taxon: str
    code: str
    similarity: float


@dataclass(frozen=True, slots=True)
class EarlierDecision:
    """What a person decided on the paper before, in this taxonomy."""

    by: str
    verdict: str
    taxon: str | None
    note: str
    at: datetime


@dataclass(frozen=True)
class ReviewCard:
    """One paper of the queue with everything that a decision rests on; nothing of a hidden suggestion is in it."""

    item: QueueItem
    paper: PaperItem
    origin: CreationRow
    institutions: list[str]
    source: str
    parts: list[TextPart]
    steps: list[LevelStep] = field(default_factory=list)
    ranks: list[RankedPath] = field(default_factory=list)
    near: list[NearPaper] = field(default_factory=list)
    rival: RankedPath | None = None
    earlier: list[EarlierDecision] = field(default_factory=list)
    objections: list[ObjectionItem] = field(default_factory=list)
    proposals: list[ProposalItem] = field(default_factory=list)

    @property
    def links(self) -> dict[str, str]:
        """The paper's links by kind, its own address first."""
        return ({"paper": self.paper.url} if self.paper.url else {}) | self.paper.links

    @property
    def is_outside(self) -> bool:
        """Whether the model thinks it likelier that the paper is out of scope."""
        return self.item.suggestion is not None and (self.item.suggestion.outside or 0.0) > OUTSIDE_LIKELY


def pending_cards(session: Session, slug: str, papers: Sequence[str]) -> list[ReviewCard]:
    """The cards of papers by their ids; those that do not wait for a decision (any more) are left out.

    Raises NotFoundError for an unknown taxonomy or paper.
    """
    taxonomy = get_taxonomy(session, slug)
    wanted = {find_paper(session, text).id for text in papers}
    works = [work for _, work in review_queue(session, taxonomy, "newest") if work.paper.number in wanted]
    return review_cards(session, slug, queue_items(session, taxonomy, works))


def review_cards(session: Session, slug: str, items: Sequence[QueueItem]) -> list[ReviewCard]:
    """The cards of items of the queue, in their order.

    Raises NotFoundError for an unknown taxonomy.
    """
    taxonomy = get_taxonomy(session, slug)
    taxa = {taxon.path: taxon for taxon in list_taxa(session, taxonomy)}
    papers = [find_paper(session, item.paper) for item in items]
    numbers = [paper.id or 0 for paper in papers]
    marks, objections = institution_marks(session, numbers), objections_on(session, numbers)
    proposals = proposals_on(session, numbers, taxonomy.id or 0)
    cards = []
    for item, row, (paper, source, text) in zip(items, papers, items_with_text(session, numbers), strict=True):
        card = ReviewCard(
            item,
            paper,
            made_by(session, row),
            marks.get(row.id or 0, []),
            source,
            _parts(text, item, taxa),
            objections=objections.get(row.id or 0, [])[:MAX_OBJECTIONS],
            proposals=proposals.get(row.id or 0, [])[:MAX_PROPOSALS],
        )
        cards.append(card if item.hidden else _with_reasons(session, card, taxonomy, taxa))
    return cards


def _with_reasons(session: Session, card: ReviewCard, taxonomy: Taxonomy, taxa: Mapping[str, Taxon]) -> ReviewCard:
    """The card with what the visible suggestion and earlier decisions say."""
    suggestion = card.item.suggestion
    assert suggestion is not None
    ranked = [(leaf.taxon, leaf.probability) for leaf in suggestion.ranked if leaf.taxon in taxa]
    shown = [_ranked(path, probability, taxa) for path, probability in ranked]
    rival = next((one for one in shown if one.path.split("/")[0] != shown[0].path.split("/")[0]), None)
    return replace(
        card,
        steps=_steps(suggestion.decided_level, ranked, taxa),
        ranks=shown[:RANKS],
        rival=rival,
        near=_near(session, suggestion.reasons, taxa),
        earlier=[_earlier(row) for row in _live_decisions(session, card.paper.uid, taxonomy.slug)],
    )


def _steps(level: str | None, ranked: Sequence[tuple[str, float]], taxa: Mapping[str, Taxon]) -> list[LevelStep]:
    paths = [path for path in path_with_ancestors(level) if path in taxa] if level else []
    return [
        LevelStep(path, taxa[path].name, sum(p for leaf, p in ranked if f"{leaf}/".startswith(f"{path}/")))
        for path in paths
    ]


def _ranked(path: str, probability: float, taxa: Mapping[str, Taxon]) -> RankedPath:
    taxon, above = taxa[path], path.rpartition("/")[0] or None
    parent = taxa[above].name if above and above in taxa else None
    return RankedPath(
        path, taxon.name, taxon.code, parent, above, probability, list(taxon.include), list(taxon.exclude)
    )


def _near(session: Session, reasons: Sequence[Mapping[str, object]], taxa: Mapping[str, Taxon]) -> list[NearPaper]:
    found = [reason for reason in reasons if reason["kind"] == NEIGHBOUR][:NEAR]
    numbers = {str(r["paper"]): number for r in found if (number := _number_of(session, str(r["paper"]))) is not None}
    methods = method_names_of(session, numbers.values())
    return [
        NearPaper(
            paper=str(r["paper"]),
            title=str(r["title"]),
            method=methods.get(numbers.get(str(r["paper"]), 0)),
            taxon=str(r["taxon"]),
            code=taxa[str(r["taxon"])].code if str(r["taxon"]) in taxa else "",
            similarity=float(str(r["similarity"])),
        )
        for r in found
    ]


def _number_of(session: Session, paper: str) -> int | None:
    try:
        return find_paper(session, paper).id
    except NotFoundError:
        return None


def _parts(text: str, item: QueueItem, taxa: Mapping[str, Taxon]) -> list[TextPart]:
    """The text cut at the sentences that the suggestion rests on; a hidden suggestion marks none."""
    reasons = item.suggestion.reasons if item.suggestion else []
    sentences = [r for r in reasons if r.get("kind") == "sentence" and str(r["text"]) in text][:MARKED]
    parts, at = [], 0
    for number, reason in enumerate(sorted(sentences, key=lambda r: text.find(str(r["text"]))), start=1):
        sentence, towards = str(reason["text"]), str(reason["towards"])
        start = text.find(sentence)
        if start >= at:
            name = taxa[towards].name if towards in taxa else towards
            parts += [TextPart(text[at:start]), TextPart(sentence, number, name, float(str(reason["effect"])))]
            at = start + len(sentence)
    return [part for part in (*parts, TextPart(text[at:])) if part.text]


def _live_decisions(session: Session, uid: str, taxonomy: str) -> list[DecisionRow]:
    rows = decision_rows(session, paper=uid, taxonomy=taxonomy)
    return [row for row in rows if row.batch.undone_at is None]


def _earlier(row: DecisionRow) -> EarlierDecision:
    taxa = row.record.get("taxa") or []
    return EarlierDecision(row.by, row.verdict, taxa[0]["path"] if taxa else None, row.change.why or "", row.change.at)


@dataclass(frozen=True, slots=True)
class DecisionNotice:
    """What a batch decided, in words for the person who decided: paper, name, outcome, and a revealed suggestion."""

    batch: str
    paper: str
    name: str
    outcome: str
    revealed: str | None


def decision_notice(session: Session, batch: str) -> DecisionNotice | None:
    """The first decision of a batch in words; None for a batch without decisions."""
    row = next(iter(decision_rows(session, batch=batch)), None)
    paper = find_row(session, Paper, row.change.subject_uid) if row else None
    if row is None or paper is None:
        return None
    name = method_names_of(session, [paper.id or 0]).get(paper.id or 0) or paper.title
    revealed = describe_held_out(row.record.get("suggested"))
    return DecisionNotice(batch, public_id(paper.arxiv, paper.slug), name, _outcome(session, row), revealed)


def _outcome(session: Session, row: DecisionRow) -> str:
    taxa = row.record.get("taxa") or []
    if not taxa:
        kind = row.record.get("kind")
        words = f"outside: {kind}" if row.verdict == Verdict.OUTSIDE else row.verdict
        return f"is {words.replace('-', ' ')}"
    names = {t.path: t.name for t in list_taxa(session, get_taxonomy(session, row.taxonomy))}
    path = str(taxa[0]["path"])
    steps = " › ".join(names.get(step, step.rpartition("/")[2]) for step in path_with_ancestors(path))
    return f"does not belong in {steps}" if row.verdict == Verdict.REJECT else f"placed in {steps}"
