"""The Typer application: every command in one list."""

import logging
from collections.abc import Callable

import typer

from wamkg import __version__
from wamkg.cli import (
    access,
    curating,
    doctor,
    duplicates,
    enriching,
    figures,
    importing,
    objecting,
    provenance,
    reading,
    releases,
    reviewing,
    rounds,
    screening,
    serving,
    store,
    suggesting,
    taxa,
)
from wamkg.settings import get_settings

app = typer.Typer(
    help="Curate a living survey: store, suggest, review, draw.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def start(
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Print the version."),
) -> None:
    """Set up logging for every command."""
    logging.basicConfig(level=get_settings().log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")


COMMANDS: dict[str, Callable[..., int | None] | typer.Typer] = {
    "migrate": store.migrate,
    "seed": store.seed,
    "build": store.build,
    "backup": store.backup,
    "restore": store.restore,
    "import": importing.import_,
    "undo": provenance.undo,
    "history": provenance.history,
    "changes": provenance.changes,
    "batches": provenance.batches,
    "review": reviewing.review,
    "decide": curating.decide,
    "decisions": curating.decisions,
    "objections": objecting.objections,
    "duplicates": duplicates.duplicates,
    "round": rounds.round_,
    "agreement": rounds.agreement,
    "set": curating.set_,
    "add": curating.add,
    "taxon": taxa.taxon,
    "crosswalk": taxa.compare,
    "release": releases.release,
    "enrich": enriching.enrich,
    "jobs": enriching.jobs,
    "worker": enriching.worker,
    "embed": suggesting.embed,
    "suggest": suggesting.suggest,
    "evaluate": suggesting.evaluate,
    "radar": suggesting.radar,
    "screen": screening.screen,
    "simulate": screening.simulate,
    "timeline": reading.timeline,
    "figure": figures.figure,
    "export": reading.export,
    "token": access.token,
    "doctor": doctor.doctor,
    "serve": serving.serve,
}
for name, command in COMMANDS.items():
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=name)
    else:
        app.command(name)(command)
