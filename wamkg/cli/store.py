"""`migrate`, `seed`, `build`, `backup`, `restore`, `doctor`, `serve`: the store itself."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.text import Text

from wamkg.cli.common import EXIT_PARTIAL, JsonOption, open_store, out, print_json, print_table
from wamkg.cli.progress import progress
from wamkg.cli.tokens import first_link
from wamkg.errors import StoreError
from wamkg.history.backup import check_backup, restore_backup, write_backup, write_dated_backup
from wamkg.json_types import UncheckedObject
from wamkg.reviewing.doctor import CHECKS
from wamkg.services import imports
from wamkg.services.build import build as run_build
from wamkg.services.doctor import run_checks
from wamkg.settings import Settings, get_settings
from wamkg.store import migrate as migrations
from wamkg.store.session import Store


def migrate(json: JsonOption = False) -> None:
    """Upgrade the tables of the store to this version of wamkg."""
    with Store(get_settings().url) as store:
        before, after = migrations.migrate(store)
    if json:
        print_json({"before": before, "after": after})
    else:
        out.print(f"schema {before or 'empty'} -> {after}" if before != after else f"schema {after}, already current")


def seed(json: JsonOption = False) -> None:
    """Load the packaged taxonomies, papers, concepts and results. A second run changes nothing."""
    with open_store(create=True) as store:
        counts = imports.seed(store)
    if json:
        print_json(counts)
    else:
        print_counts("seeded", counts)


def build(json: JsonOption = False) -> None:
    """Run all stages: migrate, seed, embed, suggest, and draw the figures into HOME/out."""
    settings = get_settings()
    with open_store(create=True, upgrade=True) as store, progress("build", json) as show:
        report = run_build(store, settings, show)
    if json:
        print_json(report)
        return
    for stage, counts in report.items():
        print_counts(stage, counts)


def backup(
    file: Annotated[
        Path | None, typer.Argument(help="File to write. An existing file is overwritten.", show_default=False)
    ] = None,
    into: Annotated[
        Path | None, typer.Option("--into", help="Folder for a backup with the time in its name.", show_default=False)
    ] = None,
    keep: Annotated[int, typer.Option("--keep", min=1, help="Backups to keep in that folder.")] = 14,
) -> int:
    """Write the whole store, with releases and vectors, to one file. It also contains the hashes of tokens."""
    home = get_settings().home
    if (file is None) == (into is None):
        raise typer.BadParameter("name a file, or a folder with --into")
    with open_store() as store:
        if into is None:
            assert file is not None
            contents = write_backup(store, home, file)
        else:
            file, contents = write_dated_backup(store, home, into, datetime.now(UTC), keep)
    out.print(f"wrote {file}, {sum(contents.rows.values())} rows, and checked it")
    for name in contents.missing_releases:
        out.print(f"release {name} is not in the backup: its file is missing in HOME/releases")
    return EXIT_PARTIAL if contents.missing_releases else 0


def restore(
    file: Annotated[Path, typer.Argument(help="File written by `wamkg backup`.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the file and change nothing.")] = False,
) -> None:
    """Fill an empty store (SQLite or PostgreSQL) from a backup of either."""
    if dry_run:
        _print_check(file)
        return
    settings = get_settings()
    with Store(settings.url) as store, progress("restore") as show:
        counts = restore_backup(store, settings.home, file, show)
    print_counts("restored", counts)


def _print_check(file: Path) -> None:
    contents = check_backup(file)
    if contents is None:
        out.print(f"{file} was written before backups listed their contents: it can be read, more cannot be checked")
    else:
        print_counts("complete and undamaged", dict(contents.rows))


def print_counts(stage: str, counts: UncheckedObject) -> None:
    """Print what a stage did: the counts that are not zero."""
    said = ", ".join(f"{name} {value}" for name, value in counts.items() if value != 0) or "nothing new"
    out.print(Text.assemble((stage, "bold"), f": {said}"))


SHOWN = 20


def doctor(
    checks: Annotated[
        list[str] | None, typer.Argument(metavar="CHECK...", help=f"Some of {', '.join(CHECKS)}; default: all.")
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Fix what can be fixed without losing data.")] = False,
    json: JsonOption = False,
) -> None:
    """Check the store for problems and show how to fix each one. Exits with 0 even if it finds problems."""
    with open_store() as store:
        found = run_checks(store, checks or (), fix=fix)
    if json:
        print_json(found)
        return
    for report in found:
        state = "no problems" if not report.findings else f"{len(report.findings)} found, {report.fixed} fixed"
        out.print(f"{report.check}: {state}")
        if report.findings and not report.fixed:
            print_table("", ["", "what", "problem"], [["", f.subject, f.problem] for f in report.findings[:SHOWN]])
            if len(report.findings) > SHOWN:
                out.print(f"  and {len(report.findings) - SHOWN} more; `wamkg doctor {report.check} --json` lists all")
            out.print(f"  fix: {report.remedy}")


def serve(
    port: Annotated[int, typer.Option("--port", help="Port to listen on.")] = 8000,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the pages and the API until Ctrl-C."""
    base, link = f"http://{host}:{port}", None
    # A store that cannot be written can still be served.
    with open_store() as store, suppress(StoreError):
        link = first_link(store, base)
    out.print(f"wamkg at {base}  (API: /api/v1, its description: /openapi.json)")
    if link:
        out.print(f"sign in (one use, valid for 1 hour): {link}")
    uvicorn.run("wamkg_api.app:create_app", factory=True, **server_options(get_settings(), host, port))


def server_options(settings: Settings, host: str, port: int) -> UncheckedObject:
    """Options of uvicorn. Classes are named by string: wamkg must not import the web framework."""
    return {
        "host": host,
        "port": port,
        "http": "wamkg_api.protocol:LimitedProtocol",
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies,
        "log_level": "warning",
        "access_log": False,
    }
