"""`timeline`, `export`: what the store holds, for people and for programs."""

import csv
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated

import typer

from wamkg import pipeline
from wamkg.cli.common import JsonOption, TaxonomyOption, open_store, out, print_json, print_table
from wamkg.views.timeline import timeline_csv_rows


def timeline(
    what: Annotated[str, typer.Argument(help="`papers`.")],
    by: Annotated[str, typer.Option("--by", help="month, quarter or year.")] = "month",
    taxonomy: TaxonomyOption = "wam",
    depth: Annotated[int, typer.Option("--depth", help="Depth of the taxa counted apart; 0 does not split.")] = 1,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of text.")] = False,
    json: JsonOption = False,
) -> None:
    """Count papers over time, split by taxon."""
    if what != "papers":
        raise typer.BadParameter("only `papers` is known", param_hint="WHAT")
    with open_store() as store:
        found = pipeline.timeline_papers(store, by, taxonomy, depth)
    if json:
        print_json(found)
        return
    head, *rows = timeline_csv_rows(found)
    if as_csv:
        csv.writer(sys.stdout).writerows([head, *rows])
        return
    print_table("", [str(cell) for cell in head], rows)
    out.print(f"{found.total} papers, {found.undated} without a date, {found.derived} dated by their arXiv id only")


def export(
    format: Annotated[str, typer.Argument(help=f"One of {', '.join(pipeline.EXPORTS)}.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; empty: standard output.")
    ] = None,
) -> None:
    """Write the store's papers in an exchange format."""
    with open_store() as store:
        if output is None:
            pipeline.export(store, format, sys.stdout.write)
            return
        # Beside the target, so that the rename at the end is one step and a stop in between leaves the old file.
        with NamedTemporaryFile("w", encoding="utf-8", dir=output.parent, delete=False) as part:
            try:
                pipeline.export(store, format, part.write)
            except BaseException:
                Path(part.name).unlink()
                raise
        Path(part.name).replace(output)
    out.print(str(output), markup=False)
