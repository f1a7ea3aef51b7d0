"""Objections as Markdown: the agenda, and a reply to paste where the objection was raised."""

from collections.abc import Iterator, Sequence

from wamkg.figures.plaintext import plain
from wamkg.pages.links import format_date
from wamkg.views.objections import ObjectionDetail, ObjectionItem, TaxonCriteria
from wamkg.views.paper_details import AssignmentItem
from wamkg.views.rounds import QueuedPaper
from wamkg.vocabulary import ObjectionStatus, ObjectorRole

_AS = {
    ObjectorRole.CO_AUTHOR: "co-author of the survey",
    ObjectorRole.PAPER_AUTHOR: "author of the paper",
    ObjectorRole.READER: "reader",
    ObjectorRole.DECISION: "in a decision of their own",
}
_OUTCOMES = {
    ObjectionStatus.OPEN: "Not decided yet; it is on the agenda of our next meeting.",
    ObjectionStatus.ANSWERED: "Not decided yet.",
    ObjectionStatus.ACCEPTED: "Accepted: the paper has been moved.",
    ObjectionStatus.REJECTED: "The paper stays where it is.",
    ObjectionStatus.WITHDRAWN: "Withdrawn; the paper stays where it is.",
    ObjectionStatus.RESOLVED: "Resolved by a later decision.",
}


def agenda_text(details: Sequence[ObjectionDetail], differing: Sequence[QueuedPaper] = ()) -> str:
    """The agenda in Markdown: each open objection with the criteria of both taxa, then votes that differ."""
    number = len(details)
    parts = [
        "# Disputed placements",
        "",
        f"{number} open {'objection' if number == 1 else 'objections'}, oldest first.",
    ]
    for position, detail in enumerate(details, 1):
        parts += ["", *_agenda_point(position, detail)]
    if differing:
        parts += ["", "# Votes that differ"]
    for paper in differing:
        parts += ["", *_differing_point(paper)]
    return "\n".join(parts) + "\n"


def _agenda_point(position: int, detail: ObjectionDetail) -> Iterator[str]:
    o = detail.objection
    yield f"## {position}. {plain(o.title)}"
    yield ""
    yield f"{o.paper} in {o.taxonomy}: is assigned to {_stands(detail.stands)}, {o.raised_by} says {o.proposed}"
    where = f", {o.source_url}" if o.source_url else ""
    yield f"({_AS[ObjectorRole(o.raised_role)]}, {format_date(o.at.isoformat()[:10])}{where})."
    yield from _quoted(o.quote)
    if detail.stands and (detail.stands.evidence or detail.stands.note):
        yield from ("", f"Placed by {detail.stands.by} {_why(detail.stands)}")
        yield from _quoted(detail.stands.evidence, detail.stands.evidence_location)
    for heading, criterion in (("Stands at", detail.present), ("Claimed", detail.proposed)):
        if criterion:
            yield from ("", f"{heading} {_called(criterion)}", *_criterion(criterion))
    if o.answer:
        yield from ("", f"Answered so far: {plain(o.answer)}")
    claimed, uid = o.proposed or "PATH", o.uid
    yield ""
    yield f"Decide: `wamkg objections close {uid} accepted` (moves it to {claimed}) or `... rejected --answer WHY`."


def _differing_point(paper: QueuedPaper) -> Iterator[str]:
    yield f"## {plain(paper.title)}"
    yield ""
    said = ", ".join(f"{vote.by} says {vote.taxon or vote.verdict}" for vote in paper.votes)
    yield f"{paper.paper}, round {paper.round}: {said}."
    for vote in paper.votes:
        yield from _quoted(vote.evidence or vote.note, vote.evidence_location or vote.by)
    yield ""
    yield f"Decide: `wamkg round adjudicate {paper.round} {paper.paper} PATH`."


def reply_text(detail: ObjectionDetail) -> str:
    """A reply to an objection in Markdown: criterion, quote, exemplars and decision."""
    o = detail.objection
    parts = [
        f"On the place of **{plain(o.title)}** ({o.paper}):",
        *_said(o),
        "",
        f"It is assigned to {_named(detail)}{_by(detail.stands)}.",
    ]
    for lead, criterion in (("What that class asks", detail.present), ("What you propose", detail.proposed)):
        if criterion and not (criterion is detail.proposed and detail.present and _same(detail)):
            parts += ["", f"{lead}, {_called(criterion)}:", *_criterion(criterion)]
    if detail.stands and detail.stands.evidence:
        parts += ["", "The placement rests on these words of the paper:"]
        parts += _quoted(detail.stands.evidence, detail.stands.evidence_location)
    if detail.stands and detail.stands.note:
        parts += ["", f"Note of who placed it: {plain(detail.stands.note)}"]
    parts += ["", f"**Decision.** {_OUTCOMES[ObjectionStatus(o.status)]}{_decided(o)}"]
    if o.answer:
        parts += ["", plain(o.answer)]
    return "\n".join(parts) + "\n"


def _same(detail: ObjectionDetail) -> bool:
    return bool(detail.proposed and detail.present and detail.proposed.taxon == detail.present.taxon)


def _said(o: ObjectionItem) -> Iterator[str]:
    where = f" at {o.source_url}" if o.source_url and o.raised_role != ObjectorRole.DECISION else ""
    yield ""
    yield f"{o.raised_by} ({_AS[ObjectorRole(o.raised_role)]}) proposes {o.proposed or 'another place'}{where}."
    yield from _quoted(o.quote)


def _named(detail: ObjectionDetail) -> str:
    return _called(detail.present) if detail.present else _stands(detail.stands)


def _called(criterion: TaxonCriteria) -> str:
    return f"**{criterion.name}** (`{criterion.taxon}`)"


def _by(stands: AssignmentItem | None) -> str:
    return f" (placed by {stands.by}, {format_date(stands.at.isoformat()[:10])})" if stands else ""


def _decided(o: ObjectionItem) -> str:
    return f" Decided by {o.decided_by}." if o.decided_by else ""


def _stands(stands: AssignmentItem | None) -> str:
    return "no place" if stands is None else stands.taxon or stands.status


def _why(stands: AssignmentItem) -> str:
    return f"({plain(stands.note)})" if stands.note else ""


def _criterion(criterion: TaxonCriteria) -> Iterator[str]:
    if criterion.definition:
        yield f"- Criterion: {plain(criterion.definition)}"
    for lead, words in (("Belongs here", criterion.include), ("Does not", criterion.exclude)):
        if words:
            yield f"- {lead}: {'; '.join(plain(word).rstrip('.') for word in words)}"
    if criterion.exemplars:
        shown = "; ".join(f"{plain(paper.method or paper.title)} ({paper.id})" for paper in criterion.exemplars)
        yield f"- Shown by: {shown}"


def _quoted(text: str | None, place: str | None = None) -> Iterator[str]:
    if text:
        yield ""
        yield f"> {plain(text)}{f' ({plain(place)})' if place else ''}"
