"""Draws figures in a child process, so that this process never loads matplotlib. Drawings are cached by their
content.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from threading import Lock

from wamkg.errors import ConflictError, InvalidInputError, WamkgError
from wamkg.figures.query import FigureQuery
from wamkg.identifiers import new_uid
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.store.taxonomies import get_taxonomy
from wamkg.views.roadmap import build_roadmap
from wamkg_api.snapshots import NOW, SnapshotRef

FORMATS = {
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "png": "image/png",
    "tex": "application/x-tex",
}
SECONDS = 120
KEPT = 60
"""Number of cached drawings; the oldest are deleted first."""
_THIS_PROCESS = new_uid()
_one_at_a_time = Lock()


@dataclass(frozen=True)
class FigureOrder:
    """A figure to draw: its content, its appearance, and the snapshot to draw from."""

    name: str
    form: str
    query: FigureQuery
    width: str = "two-column"
    theme: str = "light"
    past: SnapshotRef = NOW
    height: float | None = None


def draw(shown: Store, settings: Settings, asked: FigureOrder, state: str) -> Path:
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


def _content(shown: Store, asked: FigureOrder, state: str) -> object:
    with shown.reading() as session:
        for slug in (asked.query.taxonomy, asked.query.against):
            if slug is not None:
                get_taxonomy(session, slug)
        if asked.name == "roadmap":
            return build_roadmap(session, asked.query.taxonomy or "wam", asked.query.date or "arxiv_v1")
    # The state's token means something in this process only.
    return _THIS_PROCESS, state


def _options(asked: FigureOrder) -> Iterator[str]:
    query = asked.query
    for name, value in (*query.given().items(), ("width", asked.width), ("theme", asked.theme)):
        several = getattr(query, name, None)
        yield from (f"--{name}={part}" for part in (several if isinstance(several, tuple) else (value,)))
    if asked.height is not None:
        yield f"--height={asked.height}"
    if asked.past.release:
        yield f"--release={asked.past.release}"
    if asked.past.as_of:
        yield f"--as-of={asked.past.as_of}"


def _draw_in_child(settings: Settings, asked: FigureOrder, target: Path) -> None:
    part = target.with_name(f"part-{target.name}")
    command = [sys.executable, "-c", "from wamkg.cli import main; main()", "figure", asked.name, "--no-data"]
    environment = os.environ | {"WAMKG_HOME": str(settings.home), "WAMKG_DATABASE_URL": settings.url}
    try:
        done = subprocess.run(
            [*command, f"--output={part}", *_options(asked)],
            env=environment, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise WamkgError(f"drawing {asked.name} took more than {SECONDS} s") from error
    if done.returncode:
        said = " ".join(done.stderr.split()).removeprefix("wamkg: ")
        raise ConflictError(said) if done.returncode in (1, 2) else WamkgError(said)
    part.replace(target)


def _forget_oldest(folder: Path) -> None:
    drawn = sorted(folder.glob("*-*"), key=lambda path: path.stat().st_mtime)
    for path in drawn[:-KEPT]:
        path.unlink(missing_ok=True)
