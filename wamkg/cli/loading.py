"""`load`: Semantic Scholar's dataset files."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from wamkg.cli.common import EXIT_PARTIAL, JsonOption, err, open_store, out, print_json, print_undo
from wamkg.cli.progress import progress
from wamkg.enriching.dataset_load import LoadReport
from wamkg.readable import pluralize
from wamkg.services.loading import load_dataset


def load(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder with files of papers and citations.")],
    json: JsonOption = False,
) -> int:
    """Load Semantic Scholar's dataset files: papers outside the library, and citations. Run it again to continue."""
    with open_store(create=True) as store, progress("load", json) as show:
        report = load_dataset(store, folder, show)
    if json:
        print_json(asdict(report))
    else:
        _print(report)
    return EXIT_PARTIAL if report.problems else 0


def _print(report: LoadReport) -> None:
    out.print(f"{pluralize(report.papers, 'new paper')}, {report.changed - report.papers:,} changed")
    out.print(f"{pluralize(report.citations, 'new citation')}, {report.known:,} known or repeated")
    if report.left_out:
        out.print(f"{pluralize(report.left_out, 'citation')} left out: a paper at one end is in no file and not stored")
    if report.unused:
        out.print(f"{pluralize(report.unused, 'abstract')} left out: the files do not have their papers")
    for problem in report.problems:
        err.print(problem)
    if report.unreadable > len(report.problems):
        err.print(f"... {report.unreadable - len(report.problems):,} more")
    if report.batch:
        print_undo(report.batch)
