"""`doctor`: find problems in the store and show how to fix them."""

from typing import Annotated

import typer

from wamkg.cli.common import JsonOption, open_store, out, print_json, print_table
from wamkg.reviewing.doctor import CHECKS
from wamkg.services.doctor import run_checks

SHOWN = 20


def doctor(
    checks: Annotated[
        list[str] | None, typer.Argument(metavar="CHECK...", help=f"Some of {', '.join(CHECKS)}; empty: all.")
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended without losing anything.")] = False,
    json: JsonOption = False,
) -> None:
    """Check the store for problems and show how to fix each one. Exits with 0 even if it finds problems."""
    with open_store() as store:
        found = run_checks(store, checks or (), fix=fix)
    if json:
        print_json(found)
        return
    for report in found:
        state = "well" if not report.findings else f"{len(report.findings)} found, {report.fixed} mended"
        out.print(f"{report.check}: {state}")
        if report.findings and not report.fixed:
            print_table("", ["", "what", "problem"], [["", f.subject, f.problem] for f in report.findings[:SHOWN]])
            if len(report.findings) > SHOWN:
                out.print(f"  and {len(report.findings) - SHOWN} more; `wamkg doctor {report.check} --json` lists all")
            out.print(f"  mend: {report.mend}")
