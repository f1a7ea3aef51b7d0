"""How long work reports its progress to its caller: a command that shows it, or a job that stores it."""

from typing import Protocol


class Progress(Protocol):
    """Takes how much is done, of how much if known, and more to show, such as a file name or a rate."""

    def __call__(self, done: int, total: int | None = None, more: str = "") -> None: ...


def no_progress(done: int, total: int | None = None, more: str = "") -> None:
    """Ignore the progress."""
