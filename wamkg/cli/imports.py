"""`import`: papers from a file, a URL or standard input."""

from typing import Annotated, Literal

import typer

from wamkg.cli.common import EXIT_PARTIAL, JsonOption, open_store, out, print_json
from wamkg.cli.import_report import print_report
from wamkg.cli.progress import progress
from wamkg.cli.result_imports import import_results
from wamkg.garbage import rare_garbage_collection
from wamkg.importing.importer import FORMATS, ImportOptions
from wamkg.near_matches import unknown
from wamkg.services import imports
from wamkg.settings import get_settings
from wamkg.views.survey import how_to_begin


def import_(
    source: Annotated[str, typer.Argument(metavar="FILE|URL|-", help="What to read; - is standard input.")],
    format: Annotated[str | None, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")] = None,
    taxonomy: Annotated[
        str | None, typer.Option("--taxonomy", help="Taxonomy that the classes of the list belong to.")
    ] = None,
    as_candidates: Annotated[
        bool, typer.Option("--as-candidates", help="Import the papers without their classes.")
    ] = False,
    as_: Annotated[str | None, typer.Option("--as", hidden=True)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and write nothing.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="List every line, doubtful value and new paper.")] = False,
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", help="Encoding of the file, such as latin-1 or gbk; default: UTF-8, else detected."),
    ] = None,
    kind: Annotated[
        Literal["papers", "results"], typer.Option("--kind", help="What the file has: papers, or reported results.")
    ] = "papers",
    method: Annotated[
        list[str] | None,
        typer.Option(
            "--method", metavar="PRINTED=NAME", help="Results: the stored method of a printed name; repeatable."
        ),
    ] = None,
    json: JsonOption = False,
) -> int:
    """Import papers. Each line that names a paper is reported as new, same, changed, in conflict or unreadable."""
    if as_ not in (None, "candidates"):
        raise typer.BadParameter(f"unknown value {as_!r}; write --as-candidates", param_hint="--as")
    if format is not None and format not in FORMATS:
        raise typer.BadParameter(unknown("format", format, FORMATS), param_hint="--format")
    options = ImportOptions(
        format, taxonomy, as_candidates=as_candidates or as_ is not None, dry_run=dry_run, encoding=encoding
    )
    stored = imports.store_for_dry_run(get_settings()) if dry_run else open_store(create=True)
    if kind == "results":
        with stored as store:
            return import_results(store, source, method or (), encoding, dry_run=dry_run, json=json)
    with rare_garbage_collection(), stored as store, progress("import", json) as show:
        report = imports.import_source(store, source, options, show)
        with store.reading() as session:
            hint = how_to_begin(session)
    if json:
        print_json(report.as_dict())
    else:
        print_report(report, verbose)
        if hint and not dry_run:
            out.print(hint)
    return 1 if report.is_nothing_read else EXIT_PARTIAL if report.is_partial else 0
