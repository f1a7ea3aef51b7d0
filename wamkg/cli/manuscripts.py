"""`check-manuscript`: a paper against its data."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from wamkg.cli.common import EXIT_PARTIAL, JsonOption, TaxonomyOption, out, print_json
from wamkg.cli.snapshots import AsOfOption, ReleaseOption, open_selected_store
from wamkg.manuscript.check import CHECKS, Finding
from wamkg.readable import pluralize
from wamkg.services import manuscripts


def check_manuscript(
    main: Annotated[Path, typer.Argument(help="The main LaTeX file; files that it inputs are read too.")],
    release: ReleaseOption = None,
    as_of: AsOfOption = None,
    taxonomy: TaxonomyOption = "",
    json: JsonOption = False,
) -> int:
    """Compare a LaTeX manuscript with the survey: citations, classes, titles, keys and numbers.

    Exits with 3 if anything disagrees.
    """
    with open_selected_store(release, as_of) as store:
        report = manuscripts.check_manuscript(store, main, taxonomy)
    if json:
        print_json(report)
    else:
        _print_findings(report.findings)
        read = f"{pluralize(len(report.files), 'file')}, {pluralize(report.cited, 'cited key')}"
        out.print(f"{read}: {pluralize(len(report.findings), 'disagreement')}")
    return EXIT_PARTIAL if report.findings else 0


def _print_findings(findings: list[Finding]) -> None:
    for found in findings:
        out.print(f"{found.file}:{found.line}: {found.check}{' (doubtful)' * found.doubtful}: {found.text}")
    for name, number in Counter(found.check for found in findings).most_common():
        out.print(f"{number} x {name}: {CHECKS[name]}")
