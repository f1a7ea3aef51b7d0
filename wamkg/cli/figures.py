"""`figure`: figures as files."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from wamkg.cli.common import AsOfOption, ReleaseOption, err, open_shown, open_store, out
from wamkg.figures.query import FIGURES, FigureQuery, FigureRequest
from wamkg.figures.style import PAGE_MM, FigureOptions
from wamkg.services import figures
from wamkg.settings import get_settings

Text = str | None
Texts = list[str] | None


def figure(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(FIGURES)}.")],
    output: Annotated[
        list[Path], typer.Option("-o", "--output", help="File to write (.svg, .pdf, .png, some .tex); repeatable.")
    ],
    taxonomy: Annotated[Text, typer.Option("--taxonomy", help="Slug of the taxonomy [wam].")] = None,
    depth: Annotated[int | None, typer.Option("--depth", help="Levels drawn.")] = None,
    width: Annotated[str, typer.Option("--width", help="one-column, two-column, or millimetres.")] = "two-column",
    height: Annotated[float, typer.Option("--height", help="Most millimetres a roadmap may take.")] = PAGE_MM,
    date: Annotated[Text, typer.Option("--date", help="Which date places a paper: arxiv_v1 or venue.")] = None,
    theme: Annotated[str, typer.Option("--theme", help="light, dark or transparent.")] = "light",
    representatives: Annotated[
        Text, typer.Option("--representatives", help="How many a branch, or which by name: `3`, `unipi,gr-1`, or both.")
    ] = None,
    since: Annotated[Text, typer.Option("--since", help="Mark what is new since this day or release.")] = None,
    orientation: Annotated[
        Text, typer.Option("--orientation", help="Which way time runs in a roadmap: vertical or horizontal.")
    ] = None,
    by: Annotated[Text, typer.Option("--by", help="Period of a timeline: month, quarter or year.")] = None,
    paper: Annotated[Texts, typer.Option("--paper", help="Citations of this paper; repeatable.")] = None,
    method: Annotated[Texts, typer.Option("--method", help="Citations of this method; repeatable.")] = None,
    taxon: Annotated[Texts, typer.Option("--taxon", help="Citations of a branch, `wam:joint`; repeatable.")] = None,
    facet: Annotated[Text, typer.Option("--facet", help="Columns of the matrix: year, venue or a label.")] = None,
    against: Annotated[Text, typer.Option("--against", help="The other taxonomy of a crosswalk.")] = None,
    benchmark: Annotated[Text, typer.Option("--benchmark", help="Scores on this benchmark only.")] = None,
    metric: Annotated[Text, typer.Option("--metric", help="Scores by this metric only.")] = None,
    suite: Annotated[Text, typer.Option("--suite", help="Scores on this suite only.")] = None,
    source: Annotated[
        Path | None, typer.Option("--source", help="What `wamkg evaluate` or `simulate --json` printed, as a file.")
    ] = None,
    release: ReleaseOption = None,
    as_of: AsOfOption = None,
    data: Annotated[bool, typer.Option("--data/--no-data", help="Write its data and a manifest beside it.")] = True,
) -> None:
    """Draw a figure for a page or a manuscript, with a caption, alt text and a data file."""
    query = FigureQuery(
        taxonomy=taxonomy, date=date, depth=depth, representatives=representatives, since=since,
        orientation=orientation, by=by, paper=tuple(paper or ()), method=tuple(method or ()), taxon=tuple(taxon or ()),
        facet=facet, against=against, benchmark=benchmark, metric=metric, suite=suite, source=source,
    )  # fmt: skip
    query = query.checked(name)
    look = FigureOptions(width=_width(width), theme=theme, height=height)  # type: ignore[arg-type]
    with open_store() as now:
        look = replace(look, known=figures.known_since(now, get_settings().home, query))
    request = FigureRequest(name, query, release, as_of)
    with open_shown(release, as_of) as store:
        drawn = figures.draw_figure(store, request, output, look, data)
    out.print(f"{', '.join(map(str, drawn.files))}: {drawn.rows} rows")
    for note in drawn.notes:
        err.print(f"note: {note}")


def _width(text: str) -> str | float:
    number = text.removesuffix("mm").strip()
    return float(number) if number.replace(".", "", 1).isdecimal() else text
