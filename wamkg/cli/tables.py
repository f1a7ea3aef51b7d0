"""`table`: papers, results, entities and crosswalks as tables of a manuscript."""

from pathlib import Path
from typing import Annotated

import typer

from wamkg.cli.common import EXIT_PARTIAL, TaxonomyOption, err, out
from wamkg.cli.paper_filters import FilterValues, in_main_taxonomy, with_paper_filters
from wamkg.cli.snapshots import AsOfOption, ReleaseOption, open_selected_store
from wamkg.exporting.tables import FORMS, SUFFIXES
from wamkg.figures.style import PRESETS, FigureOptions, parse_width, preset_width
from wamkg.files import write_whole
from wamkg.services import tables
from wamkg.views.papers import PaperQuery
from wamkg.views.tables import DEFAULT_COLUMNS, PAPER_COLUMNS, TABLES, TableQuery

PresetOption = Annotated[
    str | None, typer.Option("--preset", help=f"Widths of a class file: {', '.join(PRESETS)}.", show_default=False)
]


@with_paper_filters
def table(
    filters: FilterValues,
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(TABLES)}.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File; the suffix .tex, .md, .csv or .html is the form.")
    ] = None,
    form: Annotated[str | None, typer.Option("--form", help=f"One of {', '.join(FORMS)}; default: markdown.")] = None,
    columns: Annotated[
        str,
        typer.Option("--columns", help=f"Columns of papers: {', '.join(PAPER_COLUMNS)}, or the slug of a taxonomy."),
    ] = ",".join(DEFAULT_COLUMNS),
    grouped: Annotated[bool, typer.Option("--grouped/--flat", help="Papers: group the rows by class.")] = True,
    sort: Annotated[str | None, typer.Option("--sort", help="-date, date, title, -citations, added.")] = None,
    taxonomy: TaxonomyOption = "",
    compare_with: Annotated[str, typer.Option("--compare-with", help="The other taxonomy of a crosswalk.")] = "",
    width: Annotated[str, typer.Option("--width", help="one-column, two-column, or millimetres.")] = "two-column",
    preset: PresetOption = None,
    release: ReleaseOption = None,
    as_of: AsOfOption = None,
) -> int:
    """Write a table of papers, results, entities or a crosswalk as LaTeX, Markdown, CSV or HTML.

    Results are those on the benchmarks of `--benchmark`.
    """
    form = form or (SUFFIXES.get(output.suffix, "") if output else "markdown")
    benchmarks = filters.get("benchmark") or ()
    if name == "results":
        filters = {key: value for key, value in filters.items() if key != "benchmark"}
    look = FigureOptions(width=preset_width(preset, width) if preset else parse_width(width))
    with open_selected_store(release, as_of) as store:
        with store.reading() as session:
            papers = PaperQuery(**in_main_taxonomy(session, filters), sort=sort)
        query = TableQuery(
            columns=tuple(part.strip() for part in columns.split(",") if part.strip()), papers=papers,
            taxonomy=taxonomy, benchmark=tuple(benchmarks), compare_with=compare_with, grouped=grouped,
        )  # fmt: skip
        text, too_wide = tables.write_table(store, name, query, form, look.width_pt)
    if output is None:
        typer.echo(text, nl=False)
    else:
        out.print(str(write_whole(output, text.encode())))
    if too_wide:
        err.print(
            f"the table is {too_wide:.0f} pt wider than {look.width_mm:g} mm; choose fewer --columns or a --width"
        )
    return EXIT_PARTIAL if too_wide else 0
