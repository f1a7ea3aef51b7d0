"""`zotero`: import items from Zotero, and write classes and reasons back to them."""

from typing import Annotated

import typer

from wamkg.cli.common import EXIT_PARTIAL, JsonOption, TaxonomyOption, open_store, out, print_json
from wamkg.cli.import_report import print_report
from wamkg.importing.importer import ImportOptions
from wamkg.readable import pluralize
from wamkg.services import zotero as service
from wamkg.services.imports import store_for_dry_run
from wamkg.services.zotero import NotPushed, PushReport
from wamkg.settings import get_settings
from wamkg.zotero.api import library_named

zotero = typer.Typer(help="Pull papers from Zotero, and push their classes and reasons back.", no_args_is_help=True)
LibraryArgument = Annotated[
    str, typer.Argument(metavar="users/N|groups/N|local", help="A library, or the address of a group's page.")
]
CollectionOption = Annotated[
    str | None, typer.Option("--collection", help="Only this collection, by its key or its name.")
]


@zotero.command("pull")
def pull(
    library: LibraryArgument,
    collection: CollectionOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and write nothing.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="List every line, doubtful value and new paper.")] = False,
    json: JsonOption = False,
) -> int:
    """Import the items of a library or collection. Run it again to take over what changed."""
    name, settings = library_named(library, collection), get_settings()
    with store_for_dry_run(settings) if dry_run else open_store(create=True) as store:
        report = service.pull(store, settings, name, ImportOptions(dry_run=dry_run))
    if json:
        print_json(report.as_dict())
    else:
        print_report(report, verbose)
    return 1 if report.is_nothing_read else EXIT_PARTIAL if report.is_partial else 0


@zotero.command("push")
def push(
    library: LibraryArgument,
    collection: CollectionOption = None,
    taxonomy: TaxonomyOption = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written and write nothing.")] = False,
    json: JsonOption = False,
) -> int:
    """Write the class of each paper to its items as tags, and the reasons as a note. Other tags and notes stay."""
    with open_store() as store:
        report = service.push(store, get_settings(), library_named(library, collection), taxonomy, dry_run=dry_run)
    if json:
        print_json(report)
    else:
        _print(report)
    return EXIT_PARTIAL if report.conflicts or report.absent else 0


def _print(report: PushReport) -> None:
    done = "would change" if report.dry_run else "changed"
    out.print(f"{pluralize(len(report.changed), 'item')} {done}, {report.same} the same")
    for item in report.changed:
        tags = [
            *(f"+{tag}" for tag in item.added),
            *(f"-{tag}" for tag in item.removed),
            *(["note"] if item.note else []),
        ]
        out.print(f"  {item.key}  {item.title}: {', '.join(tags)}")
    _print_left("not in the library", report.absent)
    _print_left("in conflict; nothing of them is lost, push again", report.conflicts)


def _print_left(title: str, items: list[NotPushed]) -> None:
    if items:
        out.print(f"{pluralize(len(items), 'item')} {title}:")
    for item in items:
        out.print(f"  {item.key}  {item.title}: {item.reason}")
