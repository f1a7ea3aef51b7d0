"""`weekly` and `schedule`: the weekly round of a survey, and what runs it by itself."""

import shlex
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from wamkg.cli.common import EXIT_PARTIAL, JsonOption, err, open_store, out, print_json, print_table
from wamkg.cli.progress import progress
from wamkg.errors import InvalidInputError
from wamkg.settings import get_settings

LISTED = 5
"""Problems of a stage that are printed; `--json` prints all."""
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_UNITS = """# /etc/systemd/system/wamkg-weekly.service
[Unit]
Description=wamkg: the weekly round

[Service]
Type=oneshot
Environment=WAMKG_HOME={home}
EnvironmentFile=-/etc/wamkg/environment
ExecStart={program} weekly
SuccessExitStatus=3

# /etc/systemd/system/wamkg-weekly.timer
[Unit]
Description=wamkg: the weekly round, every {day}

[Timer]
OnCalendar={day} *-*-* {hour:02d}:{minute:02d}:00
Persistent=true

[Install]
WantedBy=timers.target
"""


def weekly(json: JsonOption = False) -> int:
    """Run the weekly round: discover, enrich, embed, suggest, watch, digest. A stage may fail alone."""
    from wamkg.services.weekly import weekly as run_weekly  # loads models and an HTTP client

    with open_store() as store, progress("weekly", json) as show:
        reports = run_weekly(store, get_settings(), show)
    if json:
        print_json([asdict(report) for report in reports])
    else:
        rows = [[r.stage, r.status, r.summary, f"{r.seconds:.1f} s"] for r in reports]
        print_table("", ["stage", "status", "what it did", "time"], rows)
        for report in reports:
            for problem in report.problems[:LISTED]:
                err.print(f"{report.stage}: {problem}")
            if len(report.problems) > LISTED:
                err.print(f"{report.stage}: ... and {len(report.problems) - LISTED} more; --json lists them all")
        out.print("`wamkg digest --show latest` prints the digest; run `wamkg weekly` again to do what is missing")
    return EXIT_PARTIAL if any(report.status != "done" for report in reports) else 0


def schedule(
    form: Annotated[
        Literal["cron", "systemd", "queue"], typer.Argument(metavar="FORM", help="cron, systemd or queue.")
    ] = "cron",
    day: Annotated[str, typer.Option("--day", help=f"Day of the week: {', '.join(DAYS)}.")] = "mon",
    time: Annotated[str, typer.Option("--time", help="Time of the day, HH:MM.")] = "06:00",
) -> None:
    """Print what runs `wamkg weekly` every week: a line for cron, units for systemd, or a setting of the workers."""
    hour, minute = _clock(time)
    if day.lower()[:3] not in DAYS:
        raise InvalidInputError(f"{day!r} is not a day of the week; write one of {', '.join(DAYS)}")
    number = DAYS.index(day.lower()[:3])
    cron = f"{minute} {hour} * * {number}"
    home = get_settings().home.absolute()
    if form == "systemd":
        name = DAYS[number].capitalize()
        typer.echo(_UNITS.format(home=home, program=_program(), day=name, hour=hour, minute=minute), nl=False)
    elif form == "queue":
        typer.echo(f"WAMKG_WEEKLY={shlex.quote(cron)}")
    else:
        log = shlex.quote(str(home / "weekly.log"))
        command = f"WAMKG_HOME={shlex.quote(str(home))} {shlex.quote(_program())} weekly >> {log} 2>&1"
        typer.echo(f"{cron} {command}".replace("%", "\\%"))  # cron reads a bare % as the end of the line


def _clock(text: str) -> tuple[int, int]:
    hour, colon, minute = text.partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):
        raise InvalidInputError(f"{text!r} is not a time of the day; write HH:MM, such as 06:00")
    return int(hour), int(minute)


def _program() -> str:
    beside = Path(sys.executable).parent / "wamkg"
    return str(beside) if beside.exists() else shutil.which("wamkg") or "wamkg"
