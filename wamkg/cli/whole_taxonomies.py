"""`taxonomy`: list, show, create and export whole taxonomies; `taxon` edits one."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from wamkg.cli.common import JsonOption, err, open_store, out, print_json, print_table, print_undo
from wamkg.cli.decisions import ByOption
from wamkg.files import write_whole
from wamkg.importing.taxonomy_create import NewTaxonomy
from wamkg.importing.taxonomy_file import FileMistakesError, TaxonomyFile, read_taxonomy_file
from wamkg.services import taxonomies as service
from wamkg.services.writers import Writer
from wamkg.store.taxonomies import default_taxonomy
from wamkg.views.taxonomies import TaxonNode, TaxonomyTree, taxonomy_list, taxonomy_tree

taxonomy = typer.Typer(help="List, show, create, export and delete whole taxonomies.", no_args_is_help=True)

Slug = Annotated[str | None, typer.Argument(metavar="[TAXONOMY]", help="Slug; default: the only taxonomy there is.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="List what would change and write nothing.")]


@taxonomy.command("list")
def list_(json: JsonOption = False) -> None:
    """List the taxonomies of the store."""
    with open_store() as store, store.reading() as session:
        found = taxonomy_list(session)
    if json:
        print_json(found)
        return
    if not found:
        out.print("no taxonomy yet; `wamkg taxonomy create FILE` makes one, or the import of a list with headings")
        return
    print_table("", ["taxonomy", "title", "taxa", "papers"], [[t.slug, t.title, t.taxa, t.placed] for t in found])


@taxonomy.command("show")
def show(
    slug: Slug = None,
    definitions: Annotated[bool, typer.Option("--definitions", help="Print the definition of each taxon too.")] = False,
    json: JsonOption = False,
) -> None:
    """Show a taxonomy as a tree with the number of papers."""
    with open_store() as store, store.reading() as session:
        tree = taxonomy_tree(session, slug or default_taxonomy(session))
    if json:
        print_json(tree)
        return
    for line in _tree_lines(tree, definitions):
        out.print(line)


@taxonomy.command("create")
def create(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="YAML as in docs/formats.md; - is standard input.")],
    dry_run: DryRun = False,
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Create a taxonomy from a YAML file. A file with mistakes writes nothing."""
    with listing_mistakes(), open_store(create=True) as store:
        made = service.create_taxonomy(store, Writer(by), read_file(file), dry_run=dry_run)
    if json:
        print_json(asdict(made))
        return
    for line in _made_lines(made):
        out.print(line)
    if made.batch is None:
        out.print("dry run, nothing was written")
    else:
        print_undo(made.batch)


@taxonomy.command("delete")
def delete(
    slug: Annotated[str, typer.Argument(metavar="TAXONOMY", help="Slug of the taxonomy.")],
    unassign: Annotated[bool, typer.Option("--unassign", help="End the assignments of papers in it too.")] = False,
    dry_run: DryRun = False,
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Delete a taxonomy in which no paper is assigned. `undo` restores it."""
    with open_store() as store:
        done = service.delete_taxonomy(store, Writer(by), slug, unassign=unassign, dry_run=dry_run)
    if json:
        print_json(asdict(done))
        return
    out.print(f"Taxonomy {done.slug} ({done.title}): {done.taxa} taxa deleted, {done.papers} papers unassigned")
    if done.suggestions:
        out.print(f"{done.suggestions} suggestions deleted; after an undo, `wamkg suggest` makes them again")
    if done.batch is None:
        out.print("dry run, nothing was written")
    else:
        print_undo(done.batch)


@taxonomy.command("export")
def export(
    slug: Slug = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write; default: print it.")] = None,
) -> None:
    """Write a taxonomy as YAML, which `create` reads."""
    with open_store() as store:
        text = service.export_taxonomy(store, slug)
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_whole(output, text.encode())
        out.print(f"{output} is written")


def read_file(file: str) -> TaxonomyFile:
    """The taxonomy of a file, or of standard input (`-`).

    Raises OSError and FileMistakesError.
    """
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    return read_taxonomy_file(data, "standard input" if file == "-" else Path(file).name)


@contextmanager
def listing_mistakes() -> Iterator[None]:
    """Print every mistake of a taxonomy's file on a line of its own, and exit."""
    try:
        yield
    except FileMistakesError as error:
        _print_mistakes(error)
        raise typer.Exit(1) from error


def _print_mistakes(error: FileMistakesError) -> None:
    for mistake in error.mistakes:
        err.print(f"{error.name}, {mistake}")
    count = len(error.mistakes)
    err.print(f"wamkg: {error.name} has {count} {'mistake' if count == 1 else 'mistakes'}; nothing was written")


def _made_lines(made: NewTaxonomy) -> Iterator[str]:
    yield f"Taxonomy {made.slug} ({made.title}): {made.taxa} taxa on {made.levels} levels, {made.exemplars} exemplars"
    yield from (f"note: {note}" for note in made.notes)
    if made.cited:
        yield (
            f"{len(made.cited)} exemplars are not in the library; they are kept by id or title until an import "
            f"brings them: {', '.join(made.cited)}"
        )


def _tree_lines(tree: TaxonomyTree, definitions: bool) -> Iterator[str]:
    yield f"{tree.title} ({tree.slug})"
    if tree.description:
        yield tree.description
    if tree.aliases:
        yield f"also called: {', '.join(tree.aliases)}"
    states = ", ".join(f"{count} {name}" for name, count in tree.states.items() if name != "placed")
    yield f"{tree.placed} papers placed" + (f", {states}" if states else "")
    yield from branch_lines(tree.taxa, "", definitions)


def branch_lines(nodes: Sequence[TaxonNode], indent: str, definitions: bool) -> Iterator[str]:
    """The taxa of a branch as a tree with the number of papers."""
    for number, node in enumerate(nodes):
        last = number == len(nodes) - 1
        yield f"{indent}{'└─' if last else '├─'} {node.name} [{node.slug}] {node.count}"
        below = indent + ("   " if last else "│  ")
        if definitions and node.definition:
            yield f"{below}{node.definition}"
        yield from branch_lines(node.children, below, definitions)
