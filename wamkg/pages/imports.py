"""The page on which one pastes ids, links or a file, looks at what would happen, and puts the papers into the queue."""

from dataclasses import dataclass

from sqlmodel import Session

from wamkg.importing.import_report import ImportReport
from wamkg.pages.context import page_frame
from wamkg.pages.render import render
from wamkg.pages.viewer import Viewer

MAX_LINES = 300
"""Lines of a report that the page shows; the rest is counted."""


@dataclass(frozen=True)
class PastedText:
    """What was pasted: the text, the name of its file if it came from one, and whether its places are left out."""

    text: str = ""
    file: str = ""
    as_candidates: bool = True


def import_page(
    session: Session,
    viewer: Viewer | None,
    pasted: PastedText,
    report: ImportReport | None = None,
    problem: str = "",
    done: str | None = None,
) -> str:
    """The form, and after a dry run what would happen to each line; `done` is the batch just written."""
    return render(
        "import.html",
        viewer=viewer,
        **page_frame(session),
        here="/import",
        pasted=pasted,
        report=report,
        lines=report.lines[:MAX_LINES] if report else [],
        problem=problem,
        done=done if viewer else None,
    )
