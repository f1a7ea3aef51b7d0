"""`init`: begin a survey from somebody's list, a taxonomy's file, or the packaged example."""

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from wamkg.cli.common import EXIT_PARTIAL, JsonOption, err, open_store, out, print_json, print_undo
from wamkg.cli.decisions import ByOption
from wamkg.cli.import_report import print_losses, print_outcome, print_quality_warnings
from wamkg.cli.progress import end_progress, progress
from wamkg.cli.store import print_counts
from wamkg.cli.whole_taxonomies import branch_lines, listing_mistakes, read_file
from wamkg.errors import ConflictError
from wamkg.garbage import rare_garbage_collection
from wamkg.importing.import_report import Outcome
from wamkg.near_matches import unknown
from wamkg.packaged import packaged_main_taxonomy
from wamkg.readable import pluralize, shorten
from wamkg.services import beginning as service
from wamkg.services.beginning import Agree, Beginning, Names
from wamkg.services.build import seed_if_packaged
from wamkg.services.writers import Writer

_TITLE_LENGTH = 90


def init(
    source: Annotated[str | None, typer.Argument(metavar="", hidden=True)] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="FILE|URL|-", help="Markdown list: its headings and its papers.")
    ] = None,
    taxonomy: Annotated[
        str | None, typer.Option("--taxonomy", metavar="FILE|-", help="Taxonomy in YAML; papers are imported later.")
    ] = None,
    example: Annotated[
        str | None, typer.Option("--example", metavar="NAME", help=f"Packaged survey: {packaged_main_taxonomy()}.")
    ] = None,
    title: Annotated[str, typer.Option("--title", help="Title; default: the heading of the list.")] = "",
    short_name: Annotated[str, typer.Option("--short-name", help="Short name, as figures print it.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    by: ByOption = "cli",
    json: JsonOption = False,
) -> int:
    """Begin a survey from a Markdown list, a taxonomy's file, or the packaged example.

    A list or a file is shown as the tree and the papers that the survey would have, before anything is written.
    """
    if source is not None:
        option = "--taxonomy" if source.endswith((".yaml", ".yml")) else "--from"
        raise typer.BadParameter(f"write `wamkg init {option} {source}`", param_hint="init")
    if sum(given is not None for given in (from_, taxonomy, example)) != 1:
        raise typer.BadParameter(
            "say what the survey begins with, one of: --from LIST.md, --taxonomy FILE.yaml, "
            f"--example {packaged_main_taxonomy()}",
            param_hint="init",
        )
    if example is not None:
        return _example(example, json)
    names, agree = Names(title.strip(), short_name.strip()), _asking(yes, json)
    if from_ is not None:
        begun = _from_list(from_, names, by, agree, json)
    else:
        begun = _from_file(str(taxonomy), names, by, agree)
    if begun is None:
        out.print("nothing was written")
        return 1
    return _told(begun, json)


def _example(name: str, json: bool) -> int:
    if name != packaged_main_taxonomy():
        raise typer.BadParameter(unknown("example", name, [packaged_main_taxonomy()]), param_hint="--example")
    with open_store(create=True) as store:
        counts = seed_if_packaged(store)
    if "skipped" in counts:
        raise ConflictError("the store has a survey of its own; the example needs an empty store")
    if json:
        print_json(counts)
    else:
        print_counts("seeded", counts)
    return 0


def _from_list(source: str, names: Names, by: str, agree: Agree, json: bool) -> Beginning | None:
    with rare_garbage_collection(), open_store(create=True) as store, progress("init", json) as show:
        return service.begin_from_list(store, Writer(by), source, names, agree, show)


def _from_file(name: str, names: Names, by: str, agree: Agree) -> Beginning | None:
    with listing_mistakes(), open_store(create=True) as store:
        return service.begin_from_taxonomy(store, Writer(by), read_file(name), names, agree)


def _asking(yes: bool, json: bool) -> Agree:
    def agree(begun: Beginning) -> bool:
        end_progress()
        if not json:
            _show(begun)
        if yes:
            return True
        if not sys.stdin.isatty():
            err.print("wamkg: nobody can be asked here; add --yes to write this survey")
            return False
        return typer.confirm("Make this survey?", default=True)

    return agree


def _show(begun: Beginning) -> None:
    report = begun.imported
    if report is not None:
        print_quality_warnings(report.warnings, verbose=False)
    out.print(f"Survey: {begun.title}" + (f" ({begun.short_name})" if begun.short_name else ""))
    for line in _tree_lines(begun):
        out.print(line)
    if report is not None:
        for line in _count_lines(begun):
            out.print(line)


def _tree_lines(begun: Beginning) -> Iterator[str]:
    for node in begun.tree.taxa:
        yield f"\n{node.name} [{node.slug}] {node.count}"
        yield from branch_lines(node.children, "", definitions=False)
        yield from (f"   e.g. {shorten(title, _TITLE_LENGTH)}" for title in begun.samples.get(node.slug, ()))


def _count_lines(begun: Beginning) -> Iterator[str]:
    report = begun.imported
    assert report is not None
    entries = report.records - report.counts[Outcome.UNREADABLE]
    again = report.counts["again"]
    repeated = f" ({pluralize(again, 'line')} more name one of them again)" if again else ""
    yield f"\n{pluralize(entries - again)} in {report.source}{repeated}, {begun.tree.placed} of them in a class"
    if unread := report.counts[Outcome.UNREADABLE]:
        yield f"{pluralize(unread, 'line')} could not be read; `wamkg import {report.source} --dry-run` lists them"


def _told(begun: Beginning, json: bool) -> int:
    report, created = begun.imported, begun.created
    if json:
        print_json(
            {
                "title": begun.title,
                "short_name": begun.short_name,
                "taxonomy": begun.tree.slug,
                "import": report.as_dict() if report else None,
                "batch": report.batch if report else created.batch if created else None,
            }
        )
    elif report is not None:
        print_losses(report, verbose=False)
        out.print()
        print_outcome(report)
    elif created is not None and created.batch is not None:
        print_undo(created.batch)
    if not json:
        papers = "`wamkg suggest` suggests classes" if report is not None else "`wamkg import FILE` adds papers"
        out.print(f"Next: {papers}, `wamkg serve` shows the survey, `wamkg set survey` edits its title and authors")
    return EXIT_PARTIAL if report is not None and report.is_partial else 0
