"""`figure` and `export`: files for the manuscript and for other programs."""

from pathlib import Path
from typing import Annotated

import typer

from wamkg import pipeline
from wamkg.cli.common import TaxonomyOption, open_store, out
from wamkg.figures.style import FigureOptions


def figure(
    name: Annotated[str, typer.Argument(help="`roadmap`.")],
    output: Annotated[list[Path], typer.Option("-o", "--output", help="File to write (.svg, .pdf, .png); repeatable.")],
    taxonomy: TaxonomyOption = "wam",
    width: Annotated[str, typer.Option("--width", help="one-column, two-column, or millimetres.")] = "two-column",
    date: Annotated[str, typer.Option("--date", help="Which date places a paper: arxiv_v1 or venue.")] = "arxiv_v1",
    theme: Annotated[str, typer.Option("--theme", help="light, dark or transparent.")] = "light",
    depth: Annotated[
        int | None, typer.Option("--depth", help="Levels drawn as trunks; empty: all but the leaves.")
    ] = None,
    representatives: Annotated[
        int | None, typer.Option("--representatives", help="Labels per trunk and quarter; the rest becomes +n.")
    ] = None,
) -> None:
    """Draw a figure of the store."""
    if name != "roadmap":
        raise typer.BadParameter("only `roadmap` is known", param_hint="NAME")
    look = FigureOptions(width=_width(width), theme=theme, depth=depth, representatives=representatives)  # type: ignore[arg-type]
    with open_store() as store:
        drawn = pipeline.draw_roadmap(store, output, taxonomy, date, look)
    out.print(f"{', '.join(map(str, output))}: {drawn}")


def _width(text: str) -> str | float:
    return float(text.removesuffix("mm")) if text.removesuffix("mm").replace(".", "", 1).isdigit() else text
