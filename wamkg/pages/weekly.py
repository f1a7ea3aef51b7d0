"""The pages of the weekly round: what the routes of discovery found, changes at the sources, proposals, and digests."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlmodel import Session

from wamkg.pages.context import page_frame
from wamkg.pages.render import render
from wamkg.pages.viewer import Viewer
from wamkg.store.digests import list_digests
from wamkg.views.digests import DigestEntry, DigestItem, digest_item
from wamkg.views.discovery import discovery_list
from wamkg.views.notices import notice_list
from wamkg.views.proposals import ProposalQuery, proposal_list
from wamkg.vocabulary import NEW_FINDS, DiscoveryOutcome, NoticeStatus, ProposalStatus

SHOWN = 100


@dataclass(frozen=True)
class FindChoice:
    """Which finds are shown: those of some routes, and those set aside instead of the new ones."""

    routes: tuple[str, ...] = ()
    set_aside: bool = False


def discoveries_page(
    session: Session, choice: FindChoice, viewer: Viewer | None = None, done: str | None = None, problem: str = ""
) -> str:
    """What the routes found, the newest reading first; `done` is the batch just written."""
    outcomes = (DiscoveryOutcome.SET_ASIDE,) if choice.set_aside else NEW_FINDS
    return render(
        "discoveries.html",
        viewer=viewer,
        **page_frame(session),
        here="/discoveries",
        finds=discovery_list(session, outcomes, choice.routes, SHOWN),
        choice=choice,
        done=done if viewer else None,
        problem=problem,
    )


def notices_page(session: Session, viewer: Viewer | None = None, done: str | None = None, problem: str = "") -> str:
    """Changes of library papers that wait for an answer, and those answered; `done` is the batch just written."""
    found = notice_list(session, limit=SHOWN)
    return render(
        "notices.html",
        viewer=viewer,
        **page_frame(session),
        here="/notices",
        waiting=[notice for notice in found if notice.status == NoticeStatus.OPEN],
        answered=[notice for notice in found if notice.status != NoticeStatus.OPEN],
        done=done if viewer else None,
        problem=problem,
    )


def proposals_page(session: Session, viewer: Viewer | None = None, done: str | None = None, problem: str = "") -> str:
    """Classes that others propose and nobody has answered, and the newest answered ones; `done` is the batch just
    written.
    """
    waiting = proposal_list(session, ProposalQuery(ProposalStatus.OPEN), SHOWN)
    newest = proposal_list(session, ProposalQuery(), SHOWN).items
    return render(
        "proposals.html",
        viewer=viewer,
        **page_frame(session),
        here="/proposals",
        waiting=waiting.items,
        total=waiting.total,
        answered=[proposal for proposal in newest if proposal.status != ProposalStatus.OPEN],
        done=done if viewer else None,
        problem=problem,
    )


def digests_page(
    session: Session, coming: DigestItem, forms: Sequence[str], viewer: Viewer | None = None, problem: str = ""
) -> str:
    """The stored digests, newest first and each in some `forms`, and what the next one would contain."""
    return render(
        "digests.html",
        viewer=viewer,
        **page_frame(session),
        here="/digests",
        coming=coming,
        digests=[digest_item(row) for row in list_digests(session, SHOWN)],
        sections_of=_sections_of,
        forms=forms,
        problem=problem,
    )


def _sections_of(digest: DigestItem) -> list[tuple[str, list[DigestEntry]]]:
    """The entries of a digest by section, in the order in which it has them."""
    return [(name, list(entries)) for name, entries in groupby(digest.entries, lambda entry: entry.section)]
