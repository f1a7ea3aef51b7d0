"""Runs ASReview's own simulation, a separate program, on the same records from the same start."""

import io
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

VERSION = "3.0.8"
HOW = (
    f"ASReview {VERSION} is not here, so nothing is compared. It is no part of wamkg and needs an environment of its"
    f" own: `python -m venv asreview-venv && asreview-venv/bin/pip install asreview=={VERSION}`, then run this with"
    " ASREVIEW=asreview-venv/bin/asreview"
)


class Read(NamedTuple):
    """The order in which it read the records, and the seconds from each decision of its model to the next."""

    order: list[int]
    seconds: list[float]


def program() -> str | None:
    """ASReview's command: what the environment variable ASREVIEW names, else the one on the path, of this version."""
    command = os.environ.get("ASREVIEW") or shutil.which("asreview")
    if command is None or shutil.which(command) is None:
        return None
    said = subprocess.run([command, "--version"], capture_output=True, text=True, env=_environment(), check=False)
    return command if said.stdout.strip().endswith(VERSION) else None


def read_order(command: str, records: Path, priors: tuple[int, int], seed: int) -> Read:
    """Its default model on a CSV file, knowing the rows `priors` at first, until the last relevant record."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run.asreview"
        arguments = ["simulate", str(records), "--prior-idx", *map(str, priors), "--seed", str(seed), "-o", str(out)]
        subprocess.run([command, *arguments], capture_output=True, check=True, env=_environment())
        database = Path(folder) / "results.db"
        database.write_bytes(zipfile.ZipFile(io.BytesIO(out.read_bytes())).read("results.db"))
        with sqlite3.connect(database) as connection:
            rows = connection.execute("SELECT record_id, classifier, time FROM results ORDER BY rowid").fetchall()
        connection.close()
    times = [time for _, classifier, time in rows if classifier]
    return Read([row for row, _, _ in rows[2:]], [after - before for before, after in pairwise(times)])


def _environment() -> dict[str, str]:
    """Without this project on its path."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
