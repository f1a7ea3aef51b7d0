"""Proposals: taken from a file, a form or a program; accepted, declined or withdrawn by people."""

from collections.abc import Sequence
from pathlib import PurePath

from wamkg.errors import ConflictError
from wamkg.importing.source import MAX_LIST, open_source, read_text, utf8_stream
from wamkg.jobs.refit import schedule_refit
from wamkg.json_types import JsonObject
from wamkg.matching.record import UnreadableLine
from wamkg.reviewing import proposals
from wamkg.reviewing.proposal_lines import read_form, read_proposal, read_proposals
from wamkg.reviewing.proposals import NumberedDraft, ProposalAnswered, ProposalReport
from wamkg.services.writers import Writer
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.vocabulary import ProposalStatus


def propose_lines(store: Store, writer: Writer, name: str, by: str, *, dry_run: bool = False) -> ProposalReport:
    """Take the proposals of a file of JSON Lines, a URL or standard input (`-`); `by` proposes lines that name nobody.

    Raises InvalidInputError if the source cannot be read.
    """
    with open_source(name) as source:
        lines = list(read_proposals(utf8_stream(source), by))
    return _propose(store, writer, name, lines, dry_run)


def propose_form(
    store: Store, writer: Writer, name: str, by: str, link: str = "", *, dry_run: bool = False
) -> ProposalReport:
    """Take the proposal in the text of an issue form; `link` is the address of the issue.

    Raises InvalidInputError if the text cannot be read as a form.
    """
    with open_source(name) as source:
        draft = read_form(read_text(source, MAX_LIST), by, link)
    return _propose(store, writer, name, [NumberedDraft(1, draft)], dry_run)


def propose_rows(store: Store, writer: Writer, rows: Sequence[JsonObject]) -> ProposalReport:
    """Take proposals that a program or a person sends under their own name, with the keys of a line.

    Raises ConflictError, with the first reason, if none of them is taken.
    """
    lines = [read_proposal(number, row, writer.name) for number, row in enumerate(rows, start=1)]
    report = _propose(store, writer, writer.name, lines, dry_run=False)
    if not report.proposed and report.refused:
        raise ConflictError(f"nothing was taken: {report.refused[0].reason}")
    return report


def _propose(
    store: Store, writer: Writer, name: str, lines: Sequence[NumberedDraft | UnreadableLine], dry_run: bool
) -> ProposalReport:
    shown = "standard input" if name == "-" else name if "://" in name else PurePath(name).name
    with store.writing(dry_run=dry_run) as session:
        report = proposals.add_proposals(session, writer.actor(session), shown, lines)
    if dry_run:
        report.batch = None
    return report


def accept_proposal(
    store: Store, settings: Settings, writer: Writer, uid: str, revision: int | None = None
) -> ProposalAnswered:
    """Decide as a proposal says, then refit the suggestions.

    Raises the errors of `proposals.accept_proposal`.
    """
    with store.writing() as session:
        answered = proposals.accept_proposal(session, writer.actor(session), uid, revision)
    schedule_refit(store, settings, answered.taxonomy)
    return answered


def close_proposal(
    store: Store, writer: Writer, uid: str, status: ProposalStatus, reason: str = "", revision: int | None = None
) -> ProposalAnswered:
    """Decline or withdraw a proposal.

    Raises the errors of `proposals.close_proposal`.
    """
    with store.writing() as session:
        return proposals.close_proposal(session, writer.actor(session), uid, status, reason, revision)
