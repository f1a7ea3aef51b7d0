"""`release`: freeze the survey and compare releases."""

from typing import Annotated

import typer

from wamkg.cli.common import JsonOption, open_store, out, print_json, print_table, time_text
from wamkg.cli.decisions import ByOption
from wamkg.history.diff_text import diff_latex, diff_text
from wamkg.services.releases import create_release
from wamkg.services.writers import Writer
from wamkg.settings import get_settings
from wamkg.store.releases import list_releases
from wamkg.views.snapshots import NOW, diff_snapshots, open_release_or_day

release = typer.Typer(help="Create, list and compare releases: frozen copies of the survey.", no_args_is_help=True)


@release.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Name of the release, such as v2 or camera-ready.")],
    note: Annotated[str, typer.Option("--note", help="What it is for.")] = "",
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Create a release: freeze the survey as it is now."""
    with open_store() as store:
        made = create_release(store, get_settings().home, Writer(by), name, note)
    if json:
        print_json(made.model_dump())
    else:
        out.print(f"release {made.name}: {made.summary}; {made.size} bytes, sha256 {made.sha256}")


@release.command("list")
def list_(json: JsonOption = False) -> None:
    """List the releases."""
    with open_store() as store, store.reading() as session:
        found = list_releases(session)
    if json:
        print_json([one.model_dump() for one in found])
    else:
        rows = [[r.name, time_text(r.created_at), r.summary, r.note, r.sha256[:12]] for r in found]
        print_table("", ["release", "made", "holds", "note", "sha256"], rows)


@release.command("diff")
def diff(
    a: Annotated[str, typer.Argument(help="A release, or a past day such as 2026-01-31.")],
    b: Annotated[str, typer.Argument(help="Another release, a past day, or `now`.")] = NOW,
    format: Annotated[str, typer.Option("--format", help="text or latex.")] = "text",
    json: JsonOption = False,
) -> None:
    """List what changed between two releases: papers, assignments, names, venues, counts."""
    if format not in ("text", "latex"):
        raise typer.BadParameter("write text or latex", param_hint="--format")
    home = get_settings().home
    with open_store() as store, open_release_or_day(store, home, a) as old, open_release_or_day(store, home, b) as new:
        found = diff_snapshots(old, new, (a, b))
    if json:
        print_json(found)
    else:
        typer.echo((diff_text if format == "text" else diff_latex)(found), nl=False)
