"""Figures by a child process: this process never loads matplotlib, and a drawing made once is kept by its content."""

import os
import subprocess
import sys
from dataclasses import astuple, dataclass
from hashlib import blake2b
from pathlib import Path
from threading import Lock

from wamkg.errors import InvalidInputError, WamkgError
from wamkg.settings import Settings
from wamkg.store.reading import ReadingSession
from wamkg.views.roadmap import build_roadmap

FORMATS = {"svg": "image/svg+xml", "pdf": "application/pdf", "png": "image/png"}
FIGURES = ("roadmap",)
SECONDS = 120
KEPT = 60
"""Drawings kept; the oldest go first."""
_one_at_a_time = Lock()


@dataclass(frozen=True)
class FigureRequest:
    """A figure's parameters, named as the command line names them."""

    name: str
    form: str
    taxonomy: str = "wam"
    date: str = "arxiv_v1"
    width: str = "two-column"
    theme: str = "light"
    depth: int | None = None
    representatives: int | None = None


def draw(session: ReadingSession, settings: Settings, asked: FigureRequest) -> Path:
    """The file that holds the figure, drawn now unless the same drawing is there.

    A drawing is named by the content that goes into it, so a changed store is a new drawing and an old one is
    never served for it.

    Raises NotFoundError and InvalidInputError for parameters there is no figure for, WamkgError if drawing fails.
    """
    content = build_roadmap(session, asked.taxonomy, asked.date)
    key = blake2b(repr((content, astuple(asked))).encode(), digest_size=12).hexdigest()
    folder = settings.out / "drawn"
    target = folder / f"{asked.name}-{key}.{asked.form}"
    with _one_at_a_time:
        if not target.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            _draw_in_child(settings, asked, target)
            _forget_oldest(folder)
    return target


def _draw_in_child(settings: Settings, asked: FigureRequest, target: Path) -> None:
    part = target.with_name(f"part-{target.name}")
    options = ["taxonomy", "date", "width", "theme", "depth", "representatives"]
    given = [f"--{name}={value}" for name in options if (value := getattr(asked, name)) is not None]
    command = [
        sys.executable,
        "-c",
        "from wamkg.cli import main; main()",
        "figure",
        asked.name,
        f"--output={part}",
        "--no-data",
    ]
    environment = os.environ | {"WAMKG_HOME": str(settings.home), "WAMKG_DATABASE_URL": settings.url}
    try:
        done = subprocess.run(
            [*command, *given], env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise WamkgError(f"drawing {asked.name} took more than {SECONDS} s") from error
    if done.returncode:
        said = " ".join(done.stderr.split()).removeprefix("wamkg: ")
        raise InvalidInputError(said) if done.returncode in (1, 2) else WamkgError(said)
    part.replace(target)


def _forget_oldest(folder: Path) -> None:
    drawn = sorted(folder.glob("*-*"), key=lambda path: path.stat().st_mtime)
    for path in drawn[:-KEPT]:
        path.unlink(missing_ok=True)
