"""`timeline` and `export`: the content of the store, for people and programs."""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from wamkg.cli.common import (
    AsOfOption,
    JsonOption,
    ReleaseOption,
    TaxonomyOption,
    open_shown,
    out,
    print_json,
    print_table,
)
from wamkg.exporting.formats import EXPORTS
from wamkg.exporting.into import BEGIN, END
from wamkg.files import whole_file
from wamkg.services import exports, timelines
from wamkg.store.session import Store
from wamkg.views.citations import CitationTimeline, citation_csv_rows
from wamkg.views.timeline import PaperTimeline, timeline_csv_rows


def timeline(
    what: Annotated[Literal["papers", "citations"], typer.Argument(help="What is counted.")],
    by: Annotated[str, typer.Option("--by", help="month, quarter or year.")] = "month",
    taxonomy: TaxonomyOption = "wam",
    depth: Annotated[int, typer.Option("--depth", help="Papers: depth of the taxa counted apart; 0: no split.")] = 1,
    paper: Annotated[str | None, typer.Option("--paper", help="Citations of this paper.")] = None,
    method: Annotated[str | None, typer.Option("--method", help="Citations of this method's papers.")] = None,
    taxon: Annotated[str | None, typer.Option("--taxon", help="Citations of this branch, wam:joint/diffusion.")] = None,
    release: ReleaseOption = None,
    as_of: AsOfOption = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of text.")] = False,
    json: JsonOption = False,
) -> None:
    """Count papers over time, split by taxon; or the papers that cite a paper, a method or a branch."""
    with open_shown(release, as_of) as store:
        found: PaperTimeline | CitationTimeline
        if what == "papers":
            found = timelines.timeline_papers(store, by, taxonomy, depth)
            rows = list(timeline_csv_rows(found))
            said = f"{found.total} papers, {found.undated} without a date, {found.derived} dated by their arXiv id only"
        else:
            found = timelines.timeline_citations(store, by, paper=paper, method=method, taxon=taxon)
            rows = list(citation_csv_rows(found))
            said = f"{found.label}: cited by {found.total} papers, {found.undated} of them without a date"
            said += f"\n{found.missing}" if found.missing else ""
    if json:
        print_json(found)
    elif as_csv:
        csv.writer(sys.stdout).writerows(rows)
    else:
        print_table("", [str(cell) for cell in rows[0]], rows[1:])
        out.print(said)


def export(
    format: Annotated[str, typer.Argument(help=f"One of {', '.join(EXPORTS)}.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; empty: standard output.")
    ] = None,
    taxonomy: Annotated[
        list[str] | None, typer.Option("--taxonomy", help="awesome-list: only this taxonomy; may be repeated.")
    ] = None,
    into: Annotated[
        Path | None, typer.Option("--into", help=f"awesome-list: fill in what stands between `{BEGIN}` and `{END}`.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="With --into: write nothing, fail where the file says something else.")
    ] = False,
    release: ReleaseOption = None,
    as_of: AsOfOption = None,
) -> int:
    """Write the papers of the store in an exchange format."""
    if (check and into is None) or (into is not None and output is not None):
        raise typer.BadParameter("write -o FILE, or --into FILE with or without --check", param_hint="--into")
    past = bool(release or as_of)
    with open_shown(release, as_of) as store:
        if into is not None:
            return _export_into(store, format, into, taxonomy or (), check)
        if output is None:
            exports.export(store, format, sys.stdout.write, taxonomy or (), past=past)
            return 0
        with whole_file(output) as file:
            exports.export(store, format, lambda piece: file.write(piece.encode()), taxonomy or (), past=past)
    out.print(str(output))
    return 0


def _export_into(store: Store, format: str, file: Path, taxonomies: Sequence[str], check: bool) -> int:
    same = exports.export_into(store, format, file, taxonomies, check=check)
    out.print(f"{file}: {'as the store says' if same else 'not as the store says' if check else 'written anew'}")
    return int(check and not same)
