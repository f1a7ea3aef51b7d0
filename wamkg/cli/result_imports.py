"""`import --kind results`: reported results from a file."""

from collections.abc import Sequence

import typer

from wamkg.cli.common import EXIT_PARTIAL, err, out, print_json, print_table, print_undo
from wamkg.importing.results.load import ResultReport
from wamkg.services import imports
from wamkg.store.session import Store


def printed_methods(given: Sequence[str]) -> dict[str, str]:
    """The stored names of printed methods, from PRINTED=NAME."""
    pairs = [text.rpartition("=") for text in given]
    if wrong := next(
        (text for text, (printed, _, name) in zip(given, pairs, strict=True) if not printed or not name), ""
    ):
        raise typer.BadParameter(f"{wrong!r} is not PRINTED=NAME", param_hint="--method")
    return {printed: name for printed, _, name in pairs}


def import_results(
    store: Store, source: str, methods: Sequence[str], encoding: str | None, *, dry_run: bool, json: bool
) -> int:
    """Import a file of results and print what became of its lines; returns the exit status."""
    report = imports.import_results(store, source, printed_methods(methods), encoding=encoding, dry_run=dry_run)
    if json:
        print_json(report)
    else:
        _print(report)
    if not (report.new or report.same):
        return 1
    return EXIT_PARTIAL if report.problems or report.columns else 0


def _print(report: ResultReport) -> None:
    out.print(f"{report.lines} lines: {report.new} new, {report.same} known already, {len(report.problems)} listed")
    print_table("", ["line", "what", "why"], [[p.line, p.kind, p.reason] for p in report.problems])
    for column in report.columns:
        err.print(column)
    if report.batch:
        print_undo(report.batch)
