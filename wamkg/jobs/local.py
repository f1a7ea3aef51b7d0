"""Runs a job in its own process on this machine. The process outlives the command or server that started it."""

import os
import subprocess
import sys
from pathlib import Path

from wamkg.files import open_private
from wamkg.settings import Settings


def start(settings: Settings, uid: str) -> "subprocess.Popen[bytes]":
    """Start the process of a queued job. Its output goes to `HOME/jobs/<id>.log`, which only the user
    can read.

    The process receives the store, the home folder and the service; it reads all other settings itself.
    """
    folder = settings.home / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    with open_private(folder / f"{uid}.log") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "wamkg.jobs", uid],
            env=environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=Path.cwd(),
        )


def environment(settings: Settings) -> dict[str, str]:
    """The environment of this process, with every setting of `settings`."""
    given = settings.model_dump(exclude_none=True)
    return os.environ | {f"WAMKG_{name.upper()}": str(value) for name, value in given.items()}
