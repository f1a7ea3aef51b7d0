"""Draws figures in a child process, so that this process never loads matplotlib. Drawings are cached by their
content.
"""

import logging
import os
import subprocess
import sys
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from threading import Lock

from pydantic import ValidationError

from wamkg.errors import ConflictError, InvalidInputError, WamkgError
from wamkg.figures.query import FigureQuery, FigureRequest
from wamkg.figures.style import ThemeName
from wamkg.identifiers import new_uid
from wamkg.services.figure_worker import FigureAnswer, FigureOrder
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.store.taxonomies import get_taxonomy
from wamkg.views.roadmap import build_roadmap
from wamkg.vocabulary import MAIN
from wamkg_api.snapshots import NOW, SnapshotRef

FORMATS = {
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "png": "image/png",
    "tex": "application/x-tex",
}
WORKER = "wamkg.services.figure_worker"
SECONDS = 120
KEPT = 60
"""Number of cached drawings; the oldest are deleted first."""
log = logging.getLogger(__name__)
_THIS_PROCESS = new_uid()
_one_at_a_time = Lock()


@dataclass(frozen=True)
class WantedFigure:
    """A figure to draw: its content, its appearance, and the snapshot to draw from."""

    name: str
    form: str
    query: FigureQuery
    width: str = "two-column"
    theme: ThemeName = "light"
    past: SnapshotRef = NOW
    height: float | None = None


def draw(shown: Store, settings: Settings, asked: WantedFigure, state: str) -> Path:
    """Return the file with the figure; draw it only if the same drawing is not cached.

    The cache key covers everything that the drawing depends on, so a changed store gives a new drawing. `state` stands
    for the store if only the drawing code knows which parts it reads.

    Raises NotFoundError for an unknown taxonomy, ConflictError for parameters that the figure does not accept or cannot
    be drawn with, WamkgError if drawing fails.
    """
    try:
        asked.query.checked(asked.name)
    except InvalidInputError as error:
        raise ConflictError(str(error)) from error
    key = blake2b(repr((_content(shown, asked, state), asked)).encode(), digest_size=12).hexdigest()
    folder = settings.out / "drawn"
    target = folder / f"{asked.name}-{key}.{asked.form}"
    with _one_at_a_time:
        if not target.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            _draw_in_child(settings, asked, target)
            _forget_oldest(folder)
    return target


def _content(shown: Store, asked: WantedFigure, state: str) -> object:
    with shown.reading() as session:
        for slug in (asked.query.taxonomy, asked.query.compare_with):
            if slug is not None:
                get_taxonomy(session, slug)
        if asked.name == "roadmap":
            return build_roadmap(session, asked.query.taxonomy or MAIN, asked.query.date or "")
    # The state's token means something in this process only.
    return _THIS_PROCESS, state


def _draw_in_child(settings: Settings, asked: WantedFigure, target: Path) -> None:
    part = target.with_name(f"part-{target.name}")
    request = FigureRequest(asked.name, asked.query, asked.past.release, asked.past.as_of)
    order = FigureOrder(request=request, file=part, width=asked.width, height=asked.height, theme=asked.theme)
    answer = _answer_of_worker(settings, order)
    if answer.error is not None:
        error = answer.error.exception()
        # The form of the request is right; its values do not go together, or the figure cannot be drawn with them.
        raise ConflictError(str(error)) if isinstance(error, InvalidInputError) else error
    part.replace(target)


def _answer_of_worker(settings: Settings, order: FigureOrder) -> FigureAnswer:
    name = order.request.name
    environment = os.environ | {"WAMKG_HOME": str(settings.home), "WAMKG_DATABASE_URL": settings.url}
    try:
        done = subprocess.run(
            [sys.executable, "-m", WORKER], input=order.model_dump_json(),
            env=environment, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise WamkgError(f"drawing {name} took more than {SECONDS} s") from error
    for line in done.stderr.splitlines():
        log.warning("drawing %s: %s", name, line)
    try:
        return FigureAnswer.model_validate_json(done.stdout)
    except ValidationError as error:
        raise WamkgError(f"the process that drew {name} ended with status {done.returncode}") from error


def _forget_oldest(folder: Path) -> None:
    drawn = sorted(folder.glob("*-*"), key=lambda path: path.stat().st_mtime)
    for path in drawn[:-KEPT]:
        path.unlink(missing_ok=True)
