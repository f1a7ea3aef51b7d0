"""The pages from which the survey is run: objections, releases with what changed, jobs, changes and tokens."""

from collections.abc import Sequence

from sqlmodel import Session

from wamkg.history.diff import ReleaseDiff
from wamkg.pages.context import load_taxon_names, page_frame
from wamkg.pages.render import render
from wamkg.pages.viewer import Viewer
from wamkg.store.tokens import list_tokens
from wamkg.views.history import batch_list
from wamkg.views.jobs import JobItem
from wamkg.views.objections import agenda, objection_list
from wamkg.views.snapshots import NOW, release_list
from wamkg.vocabulary import OPEN_STATUSES, Role

MAX_CLOSED = 50
SHOWN_BATCHES = 100


def objections_page(session: Session, viewer: Viewer | None = None, done: str | None = None, problem: str = "") -> str:
    """The open objections with what is needed to decide them, and the closed ones; `done` is the batch just written."""
    classes = load_taxon_names(session)
    found = objection_list(session, None, MAX_CLOSED, None)
    return render(
        "objections.html",
        viewer=viewer,
        **page_frame(session),
        here="/objections",
        waiting=agenda(session),
        closed=[each for each in found.items if each.status not in OPEN_STATUSES],
        done=done if viewer else None,
        problem=problem,
        names=classes.names,
        branch_hues=classes.branch_hues,
    )


def releases_page(
    session: Session, viewer: Viewer | None = None, diff: ReleaseDiff | None = None, problem: str = ""
) -> str:
    """The releases, newest first, and with `diff` what changed between two of them."""
    releases = release_list(session)[::-1]
    return render(
        "releases.html",
        viewer=viewer,
        **page_frame(session),
        here="/releases",
        releases=releases,
        editions=[*(each.name for each in releases), NOW],
        diff=diff,
        problem=problem,
    )


def jobs_page(
    session: Session, jobs: Sequence[JobItem], kinds: Sequence[str], viewer: Viewer | None = None, problem: str = ""
) -> str:
    """The newest jobs with their progress, and forms that start one of some `kinds`, cancel and resume them."""
    return render(
        "jobs.html",
        viewer=viewer,
        **page_frame(session),
        here="/jobs",
        jobs=jobs,
        kinds=kinds,
        live=any(job.status in ("queued", "running") for job in jobs),
        problem=problem,
    )


def changes_page(session: Session, viewer: Viewer | None = None) -> str:
    """The newest batches of writes: who changed what and when, with forms that undo them."""
    return render(
        "changes.html",
        viewer=viewer,
        **page_frame(session),
        here="/changes",
        batches=batch_list(session, SHOWN_BATCHES),
    )


def tokens_page(session: Session, viewer: Viewer | None = None, secret: str = "", problem: str = "") -> str:
    """The credentials that are valid, for an administrator; `secret` is a new one, which is shown only now."""
    is_admin = viewer is not None and viewer.role == Role.ADMIN
    return render(
        "tokens.html",
        viewer=viewer,
        **page_frame(session),
        here="/tokens",
        is_admin=is_admin,
        tokens=[(token, name) for token, name in list_tokens(session) if token.revoked_at is None] if is_admin else [],
        roles=list(Role),
        secret=secret,
        problem=problem,
    )
