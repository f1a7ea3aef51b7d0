"""Progress of long commands on standard error: a bar on a terminal, otherwise a line a second."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

from wamkg.cli.common import err
from wamkg.progress import Progress
from wamkg.settings import get_settings

QUIET = 1.0
"""Seconds before anything is shown, and between two lines."""
_FRAME = 0.1


@dataclass
class _Work:
    """The progress of one command; `began` is a time of `time.monotonic`, `first` the first count and its time."""

    label: str
    done: int = 0
    total: int | None = None
    more: str = ""
    began: float = field(default_factory=time.monotonic)
    first: tuple[int, float] | None = None
    finished: Event = field(default_factory=Event)
    display: Thread | None = None

    def stop(self) -> None:
        """Stop showing it."""
        self.finished.set()
        if self.display is not None:
            self.display.join()

    def show(self, done: int, total: int | None = None, more: str = "") -> None:
        self.done, self.total, self.more = done, total, more
        self.first = self.first or (done, time.monotonic())

    @property
    def counts(self) -> str:
        """Return `12 of 64`, or nothing before anything is done."""
        return f"{self.done:,}{f' of {self.total:,}' if self.total else ''}" if self.done or self.total else ""

    @property
    def line(self) -> str:
        """Return the counts, the time so far and the time left in one line."""
        parts = [self.counts, self.more, clock(time.monotonic() - self.began), self._left]
        return f"{self.label}: {', '.join(part for part in parts if part)}"

    @property
    def _left(self) -> str:
        if " left" in self.more or not self.total or not self.first or self.done <= self.first[0]:
            return ""
        begun, since = self.first  # what came before the first count, such as reading, says nothing about the rest
        return f"about {clock((time.monotonic() - since) / (self.done - begun) * (self.total - self.done))} left"


_latest = deque([_Work("")], maxlen=1)


def reached() -> str:
    """How far the last command with progress came, such as `12 of 64`; empty if that is not known."""
    return _latest[0].counts


@contextmanager
def progress(label: str, json: bool = False) -> Iterator[Progress]:
    """Show the progress of the work inside; yields a function that takes it.

    Nothing is shown with `json`, for work of less than a second, and with `WAMKG_PROGRESS=false`.
    """
    work = _Work(label)
    _latest.append(work)
    if json or not get_settings().progress:
        yield work.show
        return
    work.display = Thread(target=_show_bar if err.is_terminal else _show_lines, args=(work,), daemon=True)
    work.display.start()
    try:
        yield work.show
    finally:
        work.stop()


def end_progress() -> None:
    """Stop showing the progress of the command, before a person is asked."""
    _latest[0].stop()


def _show_lines(work: _Work) -> None:
    while not work.finished.wait(QUIET):
        err.print(work.line)


def _show_bar(work: _Work) -> None:
    if work.finished.wait(QUIET):
        return
    from rich import progress as rich_progress  # most commands end before a bar is shown

    columns = (
        rich_progress.SpinnerColumn(),
        rich_progress.BarColumn(bar_width=24),
        rich_progress.TextColumn("{task.description}", markup=False),
    )
    with rich_progress.Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("", total=None)
        while not work.finished.wait(_FRAME):
            values: dict[str, Any] = {"completed": work.done, "total": work.total, "description": work.line}
            bar.update(task, **values)


def clock(seconds: float) -> str:
    """Return minutes and seconds, `1:05`."""
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"
