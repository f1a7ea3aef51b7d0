"""Runs ASReview's own simulation, a separate program, on the same records from the same start."""

import io
import json
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

DEFAULT_MODEL = {
    "querier": "max",
    "classifier": "svm",
    "classifier_param": {"loss": "squared_hinge", "C": 0.11},
    "balancer": "balanced",
    "balancer_param": {"ratio": 9.8},
    "feature_extractor": "tfidf",
    "feature_extractor_param": {"ngram_range": (1, 2), "sublinear_tf": True, "min_df": 1, "max_df": 0.95},
}
"""Its default, ELAS u4, written out: it reads several records a fit only when its model comes from a file, and ignores
`--n-query` otherwise without a word."""


class Read(NamedTuple):
    """The order in which it read the records, and the seconds a decision: from each fit to the next, shared out."""

    order: list[int]
    seconds: list[float]


def program() -> str | None:
    """ASReview's command: what the environment variable ASREVIEW names, else the one on the path, of this version."""
    found = shutil.which(os.environ.get("ASREVIEW", "asreview"))
    if found is None:
        return None
    command = str(Path(found).absolute())
    with tempfile.TemporaryDirectory() as folder:
        said = _run([command, "--version"], folder)
    return command if said.stdout.strip().endswith(VERSION) else None


def read_order(
    command: str, records: Path, priors: tuple[int, int], seed: int, most: int | None = None, batch: int = 1
) -> Read:
    """Its default model on a CSV file, knowing the rows `priors` at first, until the last relevant record.

    With `most`, until so many have been read. It reads `batch` records between two fits, the last of them whole.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run.asreview"
        start = ["--prior-idx", *map(str, priors), "--seed", str(seed)]
        # The two known at first count as labelled too.
        start += [] if most is None else ["--n-stop", str(most + len(priors))]
        if batch > 1:
            model = Path(folder) / "model.json"
            model.write_text(json.dumps(DEFAULT_MODEL | {"n_query": batch}), encoding="utf-8")
            start += ["--config-file", str(model)]
        _run([command, "simulate", str(records.absolute()), *start, "-o", str(out)], folder).check_returncode()
        database = Path(folder) / "results.db"
        database.write_bytes(zipfile.ZipFile(io.BytesIO(out.read_bytes())).read("results.db"))
        with sqlite3.connect(database) as connection:
            rows = connection.execute("SELECT record_id, classifier, time FROM results ORDER BY rowid").fetchall()
        connection.close()
    fits = sorted({time for _, classifier, time in rows if classifier})
    return Read([row for row, _, _ in rows[2:]], [(after - before) / batch for before, after in pairwise(fits)])


def _run(command: list[str], folder: str) -> subprocess.CompletedProcess[str]:
    """Without this project on its path; in a folder of its own, because it leaves a cache where it stands."""
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=outside, check=False)
