"""The Typer application: all commands in one table; a command's code is loaded when it runs."""

import gc
import logging
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from wamkg.cli.former_names import FORMER_COMMANDS, accept_former_names
from wamkg.version import __version__


@dataclass(frozen=True)
class Command:
    """A command: its module in this package, its function, and its line in `wamkg --help`."""

    module: str
    name: str
    help: str

    def load(self) -> Any:
        """Load the command's code and return the command (a class private to Typer)."""
        target = getattr(_load_module(f"wamkg.cli.{self.module}"), self.name)
        if isinstance(target, typer.Typer):
            return get_group(target)
        alone = typer.Typer(add_completion=False)
        alone.command()(target)
        return get_command(alone)


def _load_module(name: str) -> ModuleType:
    """Load a module. Code stays in memory, so the collector, which costs a tenth of the start, does not look at it."""
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()
        gc.enable()


COMMANDS: dict[str, Command] = {
    "init": Command(
        "beginning", "init", "Begin a survey from a Markdown list, a taxonomy's file, or the packaged example."
    ),
    "migrate": Command("store", "migrate", "Upgrade the tables of the store to this version of wamkg."),
    "seed": Command(
        "store", "seed", "Load the packaged taxonomies, papers, concepts and results. A second run changes nothing."
    ),
    "build": Command(
        "store", "build", "Run all stages: migrate, seed, embed, suggest, and draw the figures into HOME/out."
    ),
    "backup": Command(
        "store",
        "backup",
        "Write the whole store, with releases and vectors, to one file. It also contains the hashes of tokens.",
    ),
    "restore": Command("store", "restore", "Fill an empty store (SQLite or PostgreSQL) from a backup of either."),
    "import": Command(
        "imports",
        "import_",
        "Import papers. Each line that names a paper is reported as new, same, changed, in conflict or unreadable.",
    ),
    "load": Command(
        "loading",
        "load",
        "Load Semantic Scholar's dataset files: papers outside the library, and citations. Run it again to continue.",
    ),
    "list": Command(
        "library",
        "list_",
        "List the papers of the library, newest first. Repeat a filter to allow several values.",
    ),
    "search": Command(
        "library",
        "search",
        "Find papers by an id, the name of a method, or words; the best match comes first.",
    ),
    "show": Command(
        "library",
        "show",
        "Show one paper: facts, place, suggestion, citations and versions. `show survey` shows the survey itself.",
    ),
    "open": Command(
        "library",
        "open_",
        "Open the page of a paper in the browser. `wamkg serve` must be running.",
    ),
    "remove": Command(
        "library",
        "remove",
        "Exclude papers from the survey with a reason. They stay in the store, so that no import brings them back.",
    ),
    "undo": Command("undo", "undo", "Undo a batch of writes as a whole."),
    "history": Command(
        "history",
        "history",
        "Show what happened to a paper, a taxon or another entity, or the source of each value of a paper.",
    ),
    "changes": Command("history", "changes", "List changes since a day, newest first; or export the audit trail."),
    "batches": Command("batches", "batches", "List the newest batches."),
    "review": Command(
        "review",
        "review",
        "Show the papers that wait for a decision. One suggestion in ten is hidden until someone decides.",
    ),
    "decide": Command(
        "decisions", "decide", "Decide where a paper belongs in a taxonomy; or many, with ids from a pipe."
    ),
    "decisions": Command("decisions", "decisions", "Export decisions to a file that git can merge, and import them."),
    "objections": Command("objections", "objections", "List, raise, answer and close objections to assignments."),
    "proposals": Command(
        "proposals", "proposals", "List, add, accept and decline classes that people and programs propose."
    ),
    "questions": Command(
        "questions", "questions", "List and answer questions: does a record describe the paper that its id names?"
    ),
    "duplicates": Command("duplicates", "duplicates", "List, judge and merge papers that may be the same work."),
    "merge": Command("duplicates", "merge", "Merge two papers into one. Undoing the batch restores both."),
    "round": Command("rounds", "round_", "Blind review by several people."),
    "agreement": Command(
        "rounds",
        "agreement",
        "Measure agreement between reviewers: Cohen's kappa and Krippendorff's alpha, overall, by level and by taxon.",
    ),
    "set": Command("papers", "set_", "Set fields by hand. Later imports do not overwrite them."),
    "add": Command("papers", "add", "Add a paper, a result, a method or another named entity by hand."),
    "taxon": Command("taxonomies", "taxon", "Edit a taxonomy. Every edit has a --dry-run and can be undone."),
    "taxonomy": Command("whole_taxonomies", "taxonomy", "List, show, create, export and delete whole taxonomies."),
    "crosswalk": Command(
        "taxonomies",
        "compare",
        "Compare two taxonomies: confusion table, mutual information, papers that do not follow the mapping.",
    ),
    "release": Command("releases", "release", "Create, list and compare releases: frozen copies of the survey."),
    "enrich": Command(
        "jobs",
        "enrich",
        "Fetch metadata, citations and references from Semantic Scholar. Run it again to resume.",
    ),
    "discover": Command(
        "discovery",
        "discover",
        "Look for new papers: arXiv queries, citations, recommendations, rival lists. Run it again to continue.",
    ),
    "missing": Command(
        "missing",
        "missing",
        "What may be missing: works that many papers cite, an estimate of unseen works, or the flow of papers.",
    ),
    "watch": Command(
        "watching",
        "watch",
        "Look for changes of library papers: versions, withdrawals, titles, venues, code; then accept or dismiss them.",
    ),
    "digest": Command(
        "digests",
        "digest",
        "Make a digest of what is new: candidates, placed, changed, results. Each thing is in one digest only.",
    ),
    "weekly": Command(
        "weekly",
        "weekly",
        "Run the weekly round: discover, enrich, embed, suggest, watch, digest. A stage may fail alone.",
    ),
    "schedule": Command(
        "weekly",
        "schedule",
        "Print what runs `wamkg weekly` every week: a line for cron, units for systemd, or a setting of the workers.",
    ),
    "jobs": Command("jobs", "jobs", "List jobs; show, cancel or resume one; or retry its failed tasks."),
    "worker": Command(
        "jobs",
        "worker",
        "Run queued jobs until stopped (PostgreSQL with WAMKG_JOBS=queue). Several workers can run at once.",
    ),
    "embed": Command(
        "suggestions",
        "embed",
        "Encode the papers' texts. Skips texts that are already encoded or that another worker is encoding.",
    ),
    "suggest": Command(
        "suggestions",
        "suggest",
        "Suggest a taxon for each paper without one. One suggestion in ten is hidden from people until they decide.",
    ),
    "evaluate": Command("suggestions", "evaluate", "Measure the suggestion models on the classified papers."),
    "label-audit": Command(
        "suggestions",
        "label_audit",
        "List papers whose label is disputed by the model, similar papers, other taxonomies or citations.",
    ),
    "screen": Command(
        "screening",
        "screen",
        "Show the candidates that are most likely in scope, and whether it is safe to stop screening.",
    ),
    "simulate": Command(
        "screening",
        "simulate",
        "Replay finished labels: recall against effort, work saved, and when the stopping rule would have stopped.",
    ),
    "timeline": Command(
        "exports",
        "timeline",
        "Count papers over time, split by taxon; or the papers that cite a paper, a method or a branch.",
    ),
    "graph": Command(
        "graph",
        "graph",
        "Measure the citations between works, or write a neighborhood as a graph for other programs.",
    ),
    "figure": Command(
        "figures",
        "figure",
        "Draw a figure for a page or a manuscript, with a caption, alt text and a data file.",
    ),
    "table": Command(
        "tables",
        "table",
        "Write a table of papers, results, entities or a crosswalk as LaTeX, Markdown, CSV or HTML.",
    ),
    "export": Command(
        "exports", "export", "Write the papers of the store, or those that the filters find, in an exchange format."
    ),
    "site": Command(
        "site", "site", "Write the survey as a static edition: pages, search and downloads without a server."
    ),
    "zotero": Command("zotero", "zotero", "Pull papers from Zotero, and push their classes and reasons back."),
    "check": Command(
        "manuscripts",
        "check",
        "Check any bibliography: ids, titles, doubles, published versions, retractions.",
    ),
    "methods": Command(
        "manuscripts",
        "methods",
        "Write how the survey was made, for the appendix: searches, flow, stop rule, reviewers, models, changes.",
    ),
    "check-manuscript": Command(
        "manuscripts",
        "check_manuscript",
        "Compare a LaTeX manuscript with the survey: citations, classes, titles, keys and numbers.",
    ),
    "token": Command("tokens", "token", "Manage access over HTTP: tokens for programs, sign-in links for people."),
    "doctor": Command(
        "store",
        "doctor",
        "Check the store for problems and show how to fix each one. Exits with 0 even if it finds problems.",
    ),
    "config": Command("config", "config", "Print the settings in force, and where each comes from."),
    "serve": Command("store", "serve", "Serve the pages and the API until Ctrl-C."),
}


STAGES = {
    "Begin": "init build seed import add enrich config serve",
    "Look": "list search show open history changes batches timeline graph",
    "Review": "suggest review decide questions duplicates merge objections proposals remove set undo",
    "Taxonomy": "taxonomy taxon crosswalk",
    "Reviewers and models": "decisions round agreement label-audit evaluate embed screen simulate",
    "Every week": "discover missing watch digest weekly schedule jobs",
    "Publish": "figure table export zotero methods site release check check-manuscript",
    "Run a server": "migrate backup restore load doctor token worker",
}
"""The headings of `wamkg --help`, each with its commands in the order of use."""


_ORDER = [name for names in STAGES.values() for name in names.split()]


def stage_of(name: str) -> str:
    """The heading under which `wamkg --help` lists a command."""
    return next((stage for stage, names in STAGES.items() if name in names.split()), "More")


OTHER_WORDS = {
    "survey": "show survey",
    "stats": "taxonomy show",
    "status": "config",
    "new": "init",
    "create": "init",
    "start": "serve",
    "web": "serve",
    "delete": "remove",
    "rm": "remove",
    "ls": "list",
    "papers": "list",
    "find": "search",
    "grep": "search",
    "classify": "decide",
    "assign": "decide",
    "label": "decide",
    "plot": "figure",
    "draw": "figure",
    "roadmap": "figure roadmap",
    "tree": "taxonomy show",
    "dedup": "duplicates",
    "fetch": "enrich",
    "edit": "set",
    "log": "changes",
}
"""Words that people try, and the command that does what they mean."""


class LazyGroup(TyperGroup):
    """Lists commands with their help lines and loads only the one that runs."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name in sorted(COMMANDS, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER)):
            self.add_command(TyperCommand(name, help=COMMANDS[name].help, rich_help_panel=stage_of(name)))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that the arguments name, loaded, and its own arguments."""
        if args[0] in OTHER_WORDS and args[0] not in COMMANDS:
            ctx.fail(f"No such command '{args[0]}'. Did you mean 'wamkg {OTHER_WORDS[args[0]]}'?")
        name, listed, rest = super().resolve_command(ctx, [FORMER_COMMANDS.get(args[0], args[0]), *args[1:]])
        if name not in COMMANDS:
            return name, listed, rest
        command = COMMANDS[name].load()
        accept_former_names(command, name)
        return name, command, rest


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
