"""`methods` writes the appendix of a paper; `check-manuscript` and `check` compare papers with the data."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from wamkg.cli.common import EXIT_PARTIAL, JsonOption, TaxonomyOption, open_store, out, print_json
from wamkg.cli.missing import TARGET, TargetOption
from wamkg.cli.snapshots import AsOfOption, ReleaseOption, open_selected_store
from wamkg.files import write_whole
from wamkg.manuscript import references
from wamkg.manuscript.check import CHECKS, ManuscriptFinding
from wamkg.readable import pluralize
from wamkg.services import manuscripts
from wamkg.services.methods import methods_appendix
from wamkg.settings import get_settings


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
        _print_findings(report.findings, CHECKS)
        read = f"{pluralize(len(report.files), 'file')}, {pluralize(report.cited, 'cited key')}"
        out.print(f"{read}: {pluralize(len(report.findings), 'disagreement')}")
    return EXIT_PARTIAL if report.findings else 0


def methods(
    output: Annotated[Path, typer.Option("-o", "--output", help="LaTeX file to write.")],
    release: ReleaseOption = None,
    target: TargetOption = TARGET,
) -> None:
    """Write how the survey was made, for the appendix: searches, flow, stop rule, reviewers, models, changes."""
    with open_store() as store:
        text = methods_appendix(store, get_settings().home, release, target)
    write_whole(output, text.encode())
    out.print(str(output))


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.bib...", help="BibTeX or BibLaTeX files.")],
    online: Annotated[bool, typer.Option("--online", help="Also ask Semantic Scholar for every id.")] = False,
    json: JsonOption = False,
) -> int:
    """Check any bibliography: ids, titles, doubles, published versions, retractions.

    Exits with 3 if it finds anything.
    """
    with open_store() as store:
        report = manuscripts.check_references(store, get_settings(), files, online=online)
    if json:
        print_json(report)
    else:
        _print_findings(report.findings, references.CHECKS)
        asked = f", {report.looked_up} ids looked up" if online else "; `--online` also asks Semantic Scholar"
        out.print(f"{report.entries} entries: {pluralize(len(report.findings), 'finding')}{asked}")
    return EXIT_PARTIAL if report.findings else 0


def _print_findings(findings: list[ManuscriptFinding], checks: Mapping[str, str]) -> None:
    for found in findings:
        out.print(f"{found.file}:{found.line}: {found.check}{' (doubtful)' * found.doubtful}: {found.text}")
    for name, number in Counter(found.check for found in findings).most_common():
        out.print(f"{number} x {name}: {checks[name]}")
