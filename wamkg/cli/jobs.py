"""`enrich`, `jobs` and `worker`: fetch from Semantic Scholar; show, stop and resume jobs."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from wamkg.cli.common import JsonOption, open_store, out, print_identity, print_json, print_table, print_warnings
from wamkg.cli.progress import clock, progress
from wamkg.errors import InvalidInputError
from wamkg.json_types import UncheckedObject
from wamkg.services import jobs as service
from wamkg.settings import get_settings
from wamkg.views.jobs import JobItem

if TYPE_CHECKING:
    from wamkg.enriching.progress import EnrichProgress

LISTED = 20
"""Number of unavailable items that are printed; `--json` prints all."""
Only = Literal["citations", "metadata"]


def enrich(
    only: Annotated[Only | None, typer.Option("--only", help="Fetch only this kind of data.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Maximum number of papers.")] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Retry only the tasks that failed.")] = False,
    json: JsonOption = False,
) -> int:
    """Fetch metadata, citations and references from Semantic Scholar. Run it again to resume."""
    from wamkg.enriching.engine import enrich as run_enrich  # loads an HTTP client, which other commands need not
    from wamkg.enriching.progress import EnrichOptions

    options = EnrichOptions(only=only, limit=limit, retry_failed=retry_failed)
    with open_store() as store, progress("enrich", json) as show:
        report = run_enrich(store, get_settings(), options, lambda p: show(p.done, p.total, _rate(p)))
    if json:
        print_json(report.as_dict())
    else:
        out.print(", ".join(f"{name} {count:,}" for name, count in report.counts.items() if count) or "nothing to do")
        print_warnings(report.alarms)
        print_identity(report.questions, report.renamed)
        _print_shortfalls(report.as_dict()["could_not_be_had"])
    return report.exit_status


def _print_shortfalls(lines: list[UncheckedObject]) -> None:
    if not lines:
        return
    rows = [[line["what"], line["paper"], line["reason"]] for line in lines[:LISTED]]
    print_table(f"could not be had: {len(lines)}", ["what", "paper", "why"], rows)
    if len(lines) > LISTED:
        out.print(f"... and {len(lines) - LISTED} more; --json lists them all")


def _rate(progress: "EnrichProgress") -> str:
    left = "" if progress.seconds_left is None else f", {clock(progress.seconds_left)} left"
    return f"{progress.doing}, {progress.requests:,} requests, {progress.rate:.2f}/s{left}"


def jobs(
    action: Annotated[
        Literal["list", "show", "cancel", "resume", "retry-failed"], typer.Argument(help="What to do.")
    ] = "list",
    job: Annotated[str | None, typer.Argument(help="Id of the job, or its beginning.")] = None,
    json: JsonOption = False,
) -> None:
    """List jobs; show, cancel or resume one; or retry its failed tasks."""
    if action != "list" and job is None:
        raise InvalidInputError(f"wamkg jobs {action} needs the id of a job; `wamkg jobs` lists all")
    items = _list_jobs() if job is None or action == "list" else [_act(action, job)]
    if json:
        print_json(items if action == "list" else items[0])
        return
    columns = ["job", "kind", "status", "done", "of", "queued", "why"]
    print_table("", columns, [[i.uid, i.kind, i.status, i.done, i.total, f"{i.queued:%F %T}", i.error] for i in items])


def _list_jobs() -> list[JobItem]:
    with open_store() as store:
        return service.list_jobs(store, 50)


def _act(action: str, uid: str) -> JobItem:
    with open_store() as store:
        if action == "cancel":
            return service.cancel(store, uid)
        if action == "resume":
            return service.resume(store, get_settings(), uid)
        if action == "retry-failed":
            return service.retry_failed(store, get_settings(), uid)
        return service.get_job(store, uid)


def worker(
    until_empty: Annotated[bool, typer.Option("--until-empty", help="Stop when no job is queued.")] = False,
) -> None:
    """Run queued jobs until stopped (PostgreSQL with WAMKG_JOBS=queue). Several workers can run at once."""
    from wamkg.jobs.procrastinate_queue import work

    with open_store():
        pass
    work(get_settings(), until_empty=until_empty)
