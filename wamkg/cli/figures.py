"""`figure`: drawings for pages and manuscripts."""

from collections.abc import Callable, Mapping
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_origin, get_type_hints

import typer

from wamkg.cli.common import EXIT_PARTIAL, err, open_store, out
from wamkg.cli.paper_filters import FilterValues, in_main_taxonomy, with_options, with_paper_filters
from wamkg.cli.progress import progress
from wamkg.cli.snapshots import AsOfOption, ReleaseOption, open_selected_store
from wamkg.figures.query import FIGURES, PARAMETERS, FigureQuery, FigureRequest, kind_of
from wamkg.figures.style import PAGE_MM, PRESETS, FigureOptions, parse_width, preset_width
from wamkg.services import figures
from wamkg.settings import get_settings

T = TypeVar("T")
ALL = "all"
"""The name that means every figure."""


def with_figure_parameters(command: Callable[..., T]) -> Callable[..., T]:
    """Give a command one option for each parameter of figures; it gets those that were given as `parameters`."""
    types = get_type_hints(FigureQuery)
    return with_options(command, "parameters", [_parameter_option(name, types[name]) for name in PARAMETERS])


def _parameter_option(name: str, kind: Any) -> Parameter:
    option = typer.Option(f"--{name.replace('_', '-')}", help=PARAMETERS[name])
    kind = list[str] | None if get_origin(kind) is tuple else kind
    return Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, option])


@with_paper_filters
@with_figure_parameters
def figure(
    filters: FilterValues,
    parameters: Mapping[str, Any],
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(FIGURES)}; or all.")],
    output: Annotated[
        list[Path],
        typer.Option("-o", "--output", help="File (.svg, .pdf, .png, some .tex), repeatable; a folder for all."),
    ],
    width: Annotated[str, typer.Option("--width", help="one-column, two-column, or millimetres.")] = "two-column",
    preset: Annotated[
        str | None, typer.Option("--preset", help=f"Widths of a class file: {', '.join(PRESETS)}.")
    ] = None,
    height: Annotated[float, typer.Option("--height", help="Maximum height of a roadmap in millimetres.")] = PAGE_MM,
    theme: Annotated[str, typer.Option("--theme", help="light, dark or transparent.")] = "light",
    release: ReleaseOption = None,
    as_of: AsOfOption = None,
    data: Annotated[bool, typer.Option("--data/--no-data", help="Also write the data and a manifest.")] = True,
) -> int:
    """Draw a figure for a page or a manuscript, with a caption, alt text and a data file."""
    shown = preset_width(preset, width) if preset else parse_width(width)
    look = FigureOptions(width=shown, theme=theme, height=height)  # type: ignore[arg-type]
    if name == ALL:
        if filters or parameters or len(output) > 1:
            raise typer.BadParameter(
                "`figure all -o FOLDER` takes only --width, --preset, --height, --theme and a release"
            )
        return _draw_all(output[0], look, release, as_of)
    kind = kind_of(name)
    with open_store() as store, progress("figure"):
        with store.reading() as session:
            chosen = in_main_taxonomy(session, filters) if filters and kind.filtered else filters
        given = {key: tuple(value) if isinstance(value, list) else value for key, value in parameters.items()}
        request = FigureRequest(name, FigureQuery.of(name, {**given, **chosen}).checked(name), release, as_of)
        drawn = figures.draw_figure_at(store, get_settings().home, request, output, look, data)
    out.print(f"{', '.join(map(str, drawn.files))}: {drawn.rows} rows")
    for note in drawn.notes:
        err.print(f"note: {note}")
    return 0


def _draw_all(folder: Path, look: FigureOptions, release: str | None, as_of: str | None) -> int:
    with open_selected_store(release, as_of) as store, progress("figures"):
        drawn = figures.draw_all(store, folder, look, release=release, as_of=as_of)
    out.print(f"{folder}: {len(drawn.changed)} files changed, {len(drawn.same)} are as they were")
    for reason in drawn.left_out:
        err.print(f"left out: {reason}")
    return EXIT_PARTIAL if drawn.left_out else 0
