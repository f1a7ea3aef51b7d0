"""`timeline`, `export`: what leaves the store, for people, programs and the manuscript."""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from wamkg.cli.common import EXIT_PARTIAL, JsonOption, TaxonomyOption, err, out, print_json, print_table
from wamkg.cli.paper_filters import FilterValues, in_main_taxonomy, with_paper_filters
from wamkg.cli.snapshots import AsOfOption, ReleaseOption, open_selected_store
from wamkg.exporting.formats import EXPORTS, FILE_EXPORTS, export_named
from wamkg.files import whole_file
from wamkg.manuscript.cited import CitedPapers
from wamkg.parameters import first_day_of, last_day_of
from wamkg.services import exports, timelines
from wamkg.store.session import Store
from wamkg.views.papers import PaperQuery
from wamkg.views.timelines import (
    CitationTimeline,
    PaperTimeline,
    Span,
    citation_csv_rows,
    comparison_csv_rows,
    timeline_csv_rows,
)


def timeline(
    what: Annotated[Literal["papers", "citations"], typer.Argument(help="What to count.")],
    by: Annotated[str, typer.Option("--by", help="month, quarter or year.")] = "month",
    taxonomy: TaxonomyOption = "",
    depth: Annotated[
        int, typer.Option("--depth", help="Papers: depth of the taxa that split the counts; 0: no split.")
    ] = 1,
    paper: Annotated[str | None, typer.Option("--paper", help="Citations of this paper.")] = None,
    method: Annotated[str | None, typer.Option("--method", help="Citations of this method's papers.")] = None,
    taxon: Annotated[str | None, typer.Option("--taxon", help="Citations of this branch, TAXONOMY:PATH.")] = None,
    subject: Annotated[
        list[str] | None,
        typer.Option("--subject", help="Citations of several side by side: TAXONOMY:PATH, method:NAME, any id."),
    ] = None,
    since: Annotated[str | None, typer.Option("--since", help="Citations: first period, 2025-01 or 2025.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Citations: last period.")] = None,
    release: ReleaseOption = None,
    as_of: AsOfOption = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of text.")] = False,
    json: JsonOption = False,
) -> None:
    """Count papers over time, split by taxon; or the papers that cite a paper, a method or a branch."""
    span = Span(first_day_of(since, "since"), last_day_of(until, "until"))
    one = {kind: name for kind, name in (("paper", paper), ("method", method), ("taxon", taxon)) if name}
    if (what == "papers" and (one or subject or since or until)) or (one and subject):
        raise typer.BadParameter("--paper, --method, --taxon, --subject, --since and --until are for citations; "
                                 "give --subject or one of the others", param_hint="--subject")  # fmt: skip
    with open_selected_store(release, as_of) as store:
        found: PaperTimeline | CitationTimeline | list[CitationTimeline]
        if what == "papers":
            found = timelines.timeline_papers(store, by, taxonomy, depth)
            rows = list(timeline_csv_rows(found))
            said = [
                f"{found.total} papers, {found.undated} without a date, {found.derived} dated by their arXiv id only"
            ]
        elif subject:
            found = timelines.compare_timelines(store, by, subject, span)
            rows = list(comparison_csv_rows(found))
            said = [line for each in found for line in _cited_by(each)]
        else:
            found = timelines.timeline_citations(store, by, one, span)
            rows = list(citation_csv_rows(found))
            said = _cited_by(found)
    if json:
        print_json(found)
    elif as_csv:
        csv.writer(sys.stdout).writerows(rows)
    else:
        print_table("", [str(cell) for cell in rows[0]], rows[1:])
        for line in said:
            out.print(line)


def _cited_by(found: CitationTimeline) -> list[str]:
    summary = f"{found.label}: cited by {found.total} papers, {found.undated} of them without a date"
    return [summary, found.missing] if found.missing else [summary]


@with_paper_filters
def export(
    filters: FilterValues,
    format: Annotated[str, typer.Argument(help=f"One of {', '.join((*EXPORTS, *FILE_EXPORTS))}.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; default: standard output.")
    ] = None,
    taxonomy: Annotated[
        list[str] | None, typer.Option("--taxonomy", help="awesome-list: only this taxonomy; may be repeated.")
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option("--into", help="awesome-list: update this file's list in its own form, or between wamkg's marks."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="With --into: do not write; exit with 1 if the file is out of date.")
    ] = False,
    cited_in: Annotated[
        Path | None, typer.Option("--cited-in", help="Only the papers that this LaTeX manuscript cites.")
    ] = None,
    release: ReleaseOption = None,
    as_of: AsOfOption = None,
) -> int:
    """Write the papers of the store, or those that the filters find, in an exchange format."""
    if (filters or cited_in) and into is not None:
        raise typer.BadParameter("filters choose papers for a format of papers, not for --into", param_hint="--into")
    if (check and into is None) or (into is not None and output is not None):
        raise typer.BadParameter("write -o FILE, or --into FILE with or without --check", param_hint="--into")
    if format in FILE_EXPORTS and (output is None or taxonomy or into is not None):
        raise typer.BadParameter(f"{format} needs -o FILE, and takes no --taxonomy or --into", param_hint="-o")
    known = FILE_EXPORTS[format] if format in FILE_EXPORTS else export_named(format)
    if known.leaves_out:
        err.print(f"{format} has no place for: {known.leaves_out}; `wamkg export jsonl` has all of it")
    with open_selected_store(release, as_of) as store:
        if into is not None:
            return _export_into(store, format, into, taxonomy or (), check)
        with store.reading() as session:
            wanted = PaperQuery(**in_main_taxonomy(session, filters)) if filters else None
        if output is not None and format in FILE_EXPORTS:
            return _export_file(store, format, output, wanted, cited_in)
        if output is None:
            return _told(exports.export(store, format, sys.stdout.write, taxonomy or (), wanted, cited_in))
        with whole_file(output) as file:
            cited = exports.export(
                store, format, lambda part: file.write(part.encode()), taxonomy or (), wanted, cited_in
            )
    out.print(str(output))
    return _told(cited)


def _export_file(store: Store, format: str, file: Path, wanted: PaperQuery | None, cited_in: Path | None) -> int:
    cited, left_out = exports.export_file(store, format, file, wanted, cited_in)
    for line in left_out:
        err.print(line)
    out.print(str(file))
    return _told(cited) or (EXIT_PARTIAL if left_out else 0)


def _told(cited: CitedPapers | None) -> int:
    """Say what a manuscript cites that the export does not have under its key; returns the exit status."""
    for key in cited.unknown if cited else ():
        err.print(f"{key} is cited and no paper of the store")
    for key, name in cited.renamed.items() if cited else ():
        err.print(f"{key} is exported as {name}, its key in the store")
    return EXIT_PARTIAL if cited and (cited.unknown or cited.renamed) else 0


def _export_into(store: Store, format: str, file: Path, taxonomies: Sequence[str], check: bool) -> int:
    found = exports.export_into(store, format, file, taxonomies, check=check)
    for line in found.changed:
        out.print(line)
    for line in found.left:
        err.print(f"left as it is: {line}")
    out.print(f"{file}: {'up to date' if found.same else 'out of date' if check else 'updated'}")
    return 1 if check and not found.same else EXIT_PARTIAL if found.left else 0
