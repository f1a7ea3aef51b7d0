"""The Typer application: every command in one list, its code loaded when it runs."""

import logging
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from wamkg import __version__


@dataclass(frozen=True)
class Verb:
    """A command: its module in this package, its name there, and its line in `wamkg --help`."""

    module: str
    name: str
    help: str

    def load(self) -> Any:
        """The command itself (a class private to Typer), with its code."""
        target = getattr(import_module(f"wamkg.cli.{self.module}"), self.name)
        if isinstance(target, typer.Typer):
            return get_group(target)
        alone = typer.Typer(add_completion=False)
        alone.command()(target)
        return get_command(alone)


COMMANDS: dict[str, Verb] = {
    "migrate": Verb("store", "migrate", "Bring the store's tables to this program's version."),
    "seed": Verb(
        "store", "seed", "Load the packaged taxonomies, papers, concepts and results; a second run changes nothing."
    ),
    "build": Verb("store", "build", "Do the whole job: migrate, seed, embed, suggest, draw the figures into HOME/out."),
    "backup": Verb(
        "store",
        "backup",
        "Write everything, releases and vectors included, to one file; it also holds the hashes of tokens.",
    ),
    "restore": Verb("store", "restore", "Fill an empty store, on SQLite or PostgreSQL, from a backup of either."),
    "import": Verb(
        "importing",
        "import_",
        "Read papers into the store; every line that names one ends as new, same, changed, in conflict or unreadable.",
    ),
    "undo": Verb("provenance", "undo", "Take a batch of writes back whole."),
    "history": Verb(
        "provenance",
        "history",
        "Show what happened to a paper, a taxon or another thing, or where each value of a paper comes from.",
    ),
    "changes": Verb("provenance", "changes", "List what changed since a day, newest first; or export the audit trail."),
    "batches": Verb("provenance", "batches", "List the newest batches."),
    "review": Verb(
        "reviewing",
        "review",
        "Show the papers that wait for a person; of every tenth the suggestion is hidden until it is decided on.",
    ),
    "decide": Verb("curating", "decide", "Say where a paper belongs in a taxonomy."),
    "decisions": Verb("curating", "decisions", "Bring decisions to and from a file that git can merge."),
    "objections": Verb("objecting", "objections", "Disputed placements."),
    "questions": Verb("questions", "questions", "Is a record the paper that its id leads to?"),
    "duplicates": Verb("duplicates", "duplicates", "Which records are one work."),
    "merge": Verb("duplicates", "merge", "Merge two papers into one; undoing the batch restores both."),
    "round": Verb("rounds", "round_", "Blind review by several people."),
    "agreement": Verb(
        "rounds",
        "agreement",
        "Measure how far people agree: Cohen's kappa and Krippendorff's alpha, over all, by level and by taxon.",
    ),
    "set": Verb("curating", "set_", "Set values by hand; a person's word outlives every later import."),
    "add": Verb("curating", "add", "Add a paper, a result, a method or another named thing by hand."),
    "taxon": Verb("taxa", "taxon", "Change a taxonomy; every edit can be tried with --dry-run and taken back."),
    "crosswalk": Verb(
        "taxa",
        "compare",
        "Hold two taxonomies against each other: confusion table, mutual information, papers that break the mapping.",
    ),
    "release": Verb("releases", "release", "Freeze editions of the survey and compare them."),
    "enrich": Verb(
        "enriching",
        "enrich",
        "Fetch metadata, citations and references from Semantic Scholar; run again, it goes on where it was.",
    ),
    "jobs": Verb("enriching", "jobs", "List jobs; show, cancel or resume one, or ask again for what failed in it."),
    "worker": Verb(
        "enriching",
        "worker",
        "Run queued jobs until stopped (PostgreSQL, with WAMKG_JOBS=queue); start as many as you like, anywhere.",
    ),
    "embed": Verb(
        "suggesting",
        "embed",
        "Encode the papers' texts; what is already encoded is left alone, what another worker encodes is left to it.",
    ),
    "suggest": Verb(
        "suggesting",
        "suggest",
        "Suggest a place for every paper that has none in the taxonomy; a tenth is hidden from people until decided.",
    ),
    "evaluate": Verb("suggesting", "evaluate", "Measure the suggestion models on the classified papers."),
    "radar": Verb(
        "suggesting",
        "radar",
        "List classified papers whose place is disputed: by the model without them, neighbours, rivals, citations.",
    ),
    "screen": Verb(
        "screening",
        "screen",
        "Show which candidates most likely belong to the survey, and whether it is safe to stop looking.",
    ),
    "simulate": Verb(
        "screening",
        "simulate",
        "Replay finished labels: recall against effort, work saved, and when the stop rule would have stopped.",
    ),
    "timeline": Verb(
        "reading",
        "timeline",
        "Count papers over time, split by taxon; or the papers that cite a paper, a method or a branch.",
    ),
    "figure": Verb(
        "figures",
        "figure",
        "Draw a figure of the store for a page or a manuscript, with caption, alt text and data beside it.",
    ),
    "export": Verb("reading", "export", "Write the store's papers in an exchange format."),
    "token": Verb("access", "token", "Say who may write over HTTP, and take it back."),
    "doctor": Verb(
        "doctor",
        "doctor",
        "Look for what is wrong in the store, and say how to mend it; what is found is no failure of the command.",
    ),
    "serve": Verb("serving", "serve", "Serve the pages and the API until Ctrl-C."),
}


class LazyGroup(TyperGroup):
    """Lists commands by their help lines, and loads only the one that runs."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, verb in COMMANDS.items():
            self.add_command(TyperCommand(name, help=verb.help))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that the arguments name, loaded, and its own arguments."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, COMMANDS[name].load() if name in COMMANDS else listed, rest


app = typer.Typer(
    cls=LazyGroup,
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
    from wamkg.settings import get_settings  # pydantic takes longer to load than `--help` may

    logging.basicConfig(level=get_settings().log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
