"""A job as a process of its own on this machine: it outlives the command or the server that started it."""

import os
import subprocess
import sys
from pathlib import Path

from wamkg.settings import Settings


def start(settings: Settings, uid: str) -> "subprocess.Popen[bytes]":
    """Start the process of a queued job; what it prints goes to `HOME/jobs/<id>.log`.

    The process is told the store, the home and the service it works with; every other setting it reads as usual.
    """
    folder = settings.home / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{uid}.log").open("ab") as log:
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
    """This process's environment with every setting as it is here."""
    given = settings.model_dump(exclude_none=True)
    return os.environ | {f"WAMKG_{name.upper()}": str(value) for name, value in given.items()}
