"""`import`: papers from a file, a URL or standard input."""

from typing import Annotated

import typer

from wamkg.cli.common import (
    EXIT_PARTIAL,
    JsonOption,
    open_store,
    out,
    print_alarms,
    print_json,
    print_table,
    print_undo,
)
from wamkg.importing.report import ImportReport, LineReport, Outcome
from wamkg.importing.run import FORMATS, ImportOptions
from wamkg.services import imports
from wamkg.settings import get_settings

SHOWN_LINES = 400


def import_(
    source: Annotated[str, typer.Argument(metavar="FILE|URL|-", help="What to read; - is standard input.")],
    format: Annotated[str | None, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")] = None,
    taxonomy: Annotated[str | None, typer.Option("--taxonomy", help="Slug the classes belong to.")] = None,
    as_: Annotated[str | None, typer.Option("--as", help="`candidates`: take no classes over, place later.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and write nothing.")] = False,
    json: JsonOption = False,
) -> int:
    """Read papers into the store; every line that names one ends as new, same, changed, in conflict or unreadable."""
    if as_ not in (None, "candidates"):
        raise typer.BadParameter("only `candidates` is known", param_hint="--as")
    if format is not None and format not in FORMATS:
        raise typer.BadParameter(f"write one of {', '.join(FORMATS)}", param_hint="--format")
    options = ImportOptions(format, taxonomy, as_candidates=as_ is not None, dry_run=dry_run)
    with imports.store_for_dry_run(get_settings()) if dry_run else open_store(create=True) as store:
        report = imports.import_source(store, source, options)
    if json:
        print_json(report.as_dict())
    else:
        _print_report(report)
    return EXIT_PARTIAL if report.counts[Outcome.UNREADABLE] else 0


def _print_report(report: ImportReport) -> None:
    shown = [line for line in report.lines if line.outcome is not Outcome.SAME]
    if shown:
        print_table("", ["line", "how", "paper", "where", "what"], [_row(line) for line in shown[:SHOWN_LINES]])
    if len(shown) > SHOWN_LINES:
        out.print(f"... {len(shown) - SHOWN_LINES} more lines; --json lists them all")
    out.print(f"format {report.format}" + ("; dry run, nothing was written" if report.dry_run else ""))
    for slug, what in report.taxonomies.items():
        out.print(f"taxonomy {slug}: {what}")
    if report.arxiv_ids:
        out.print("arXiv ids: " + ", ".join(f"{number} {what}" for what, number in report.arxiv_ids.items()))
    for survey in report.own_survey:
        out.print(f"the list's own survey: {survey}")
    for label, number in report.unmapped.most_common():
        out.print(f"unmapped {label} ({number})")
    for key, number in report.unknown_keys.most_common():
        out.print(f"unknown key {key} ({number})")
    print_alarms(report.alarms)
    said = ", ".join(f"{number} {name}" for name, number in report.as_dict()["counts"].items())
    out.print(said)
    if report.batch:
        print_undo(report.batch)


def _row(line: LineReport) -> list[str]:
    again = [f"again at line {line.line}, first at {line.again_of}"] if line.again_of else []
    review = ["awaiting review"] if line.awaiting_review else []
    what = [line.reason] if line.reason else [*again, *review, *line.conflicts, *line.changes]
    return [str(line.line), line.outcome.value, line.title, " ".join(line.placements), "; ".join(what)]
