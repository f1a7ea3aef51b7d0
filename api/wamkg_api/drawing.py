"""Draws figures in a child process, so that this process never loads matplotlib. Drawings are cached by their
content.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from weakref import WeakValueDictionary

import anyio
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
from wamkg.vocabulary import MAIN_TAXONOMY
from wamkg_api.errors import RETRY_AFTER, BusyError, ClientLeftError
from wamkg_api.snapshots import NOW, SnapshotRef

FORMATS = {
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "png": "image/png",
    "tex": "application/x-tex",
}
WORKER = "wamkg.services.figure_worker"
SECONDS = 120
AT_ONCE = 2
"""Drawings made at the same time."""
MOST_PENDING = 12
"""Requests for figures that may wait or be drawn at the same time."""
KEPT = 60
"""Number of cached drawings; the oldest are deleted first."""
log = logging.getLogger(__name__)
_THIS_PROCESS = new_uid()


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


class FigureQueue:
    """Draws figures in child processes, a few at a time, so that drawing never keeps other requests waiting.

    Further requests wait in line; one that finds the line full is turned away at once. Whoever leaves, leaves the line,
    and a drawing that nobody waits for any more is stopped. Use it from one event loop.
    """

    def __init__(self) -> None:
        self.pending = 0
        self._free = asyncio.Semaphore(AT_ONCE)
        self._being_drawn: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place in line; take it before any work is done for a request.

        Raises BusyError if the line is full.
        """
        if self.pending >= MOST_PENDING:
            raise BusyError(f"{self.pending} figures are being drawn; try again in {RETRY_AFTER} s")
        self.pending += 1
        try:
            yield
        finally:
            self.pending -= 1

    async def draw(
        self, settings: Settings, asked: WantedFigure, target: Path, until_left: Callable[[], Awaitable[object]]
    ) -> None:
        """Draw a figure into a file, unless it is there; `until_left` waits until the client has gone.

        Raises ClientLeftError, ConflictError for parameters that the figure cannot be drawn with, WamkgError if drawing
        fails.
        """
        drawing = asyncio.ensure_future(self._draw_once(settings, asked, target))
        leaving = asyncio.ensure_future(until_left())
        try:
            await asyncio.wait({drawing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not drawing.done():
                raise ClientLeftError("the client has gone")
            drawing.result()
        finally:
            for task in (drawing, leaving):
                task.cancel()
            await asyncio.gather(drawing, leaving, return_exceptions=True)

    async def _draw_once(self, settings: Settings, asked: WantedFigure, target: Path) -> None:
        lock = self._being_drawn.setdefault(target, asyncio.Lock())
        async with lock, self._free:
            if not target.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                await _draw_in_child(settings, asked, target)
                _forget_oldest(target.parent)


def file_of(shown: Store, settings: Settings, asked: WantedFigure, state: str) -> Path:
    """The file that has, or will have, this drawing.

    Its name covers everything that the drawing depends on, so a changed store gives another file. `state` stands for
    the store if only the drawing code knows which parts it reads.

    Raises NotFoundError for an unknown taxonomy, ConflictError for parameters that the figure does not accept.
    """
    try:
        asked.query.checked(asked.name)
    except InvalidInputError as error:
        raise ConflictError(str(error)) from error
    key = blake2b(repr((_content(shown, asked, state), asked)).encode(), digest_size=12).hexdigest()
    return settings.out / "drawn" / f"{asked.name}-{key}.{asked.form}"


def _content(shown: Store, asked: WantedFigure, state: str) -> object:
    with shown.reading() as session:
        for slug in (asked.query.taxonomy, asked.query.compare_with):
            if slug is not None:
                get_taxonomy(session, slug)
        if asked.name == "roadmap":
            return build_roadmap(
                session, asked.query.taxonomy or MAIN_TAXONOMY, asked.query.date or "", wanted=asked.query.papers
            )
    # The state's token means something in this process only.
    return _THIS_PROCESS, state


async def _draw_in_child(settings: Settings, asked: WantedFigure, target: Path) -> None:
    part = target.with_name(f"part-{target.name}")
    request = FigureRequest(asked.name, asked.query, asked.past.release, asked.past.as_of)
    order = FigureOrder(request=request, file=part, width=asked.width, height=asked.height, theme=asked.theme)
    answer = await _answer_of_worker(settings, order)
    if answer.error is not None:
        error = answer.error.exception()
        # The form of the request is right; its values do not go together, or the figure cannot be drawn with them.
        raise ConflictError(str(error)) if isinstance(error, InvalidInputError) else error
    part.replace(target)


async def _answer_of_worker(settings: Settings, order: FigureOrder) -> FigureAnswer:
    name = order.request.name
    environment = os.environ | {"WAMKG_HOME": str(settings.home), "WAMKG_DATABASE_URL": settings.url}
    try:
        with anyio.fail_after(SECONDS):
            done = await anyio.run_process(
                [sys.executable, "-m", WORKER], input=order.model_dump_json().encode(), env=environment, check=False
            )
    except TimeoutError as error:
        raise WamkgError(f"drawing {name} took more than {SECONDS} s") from error
    for line in done.stderr.decode(errors="replace").splitlines():
        log.warning("drawing %s: %s", name, line)
    try:
        return FigureAnswer.model_validate_json(done.stdout)
    except ValidationError as error:
        raise WamkgError(f"the process that drew {name} ended with status {done.returncode}") from error


def _forget_oldest(folder: Path) -> None:
    drawn = sorted(folder.glob("*-*"), key=lambda path: path.stat().st_mtime)
    for path in drawn[:-KEPT]:
        path.unlink(missing_ok=True)
