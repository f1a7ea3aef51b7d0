"""How long commands take to start: CPU seconds, and as a share of what loading Typer and SQLModel alone takes."""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence

RUNS = 5
GOALS = {
    ("--version",): 0.25,
    ("--help",): 0.25,
    ("batches",): 0.7,
    ("history", "arxiv:2606.08962"): 0.7,
}
"""Greatest CPU seconds of each command on an idle machine."""
FLOOR = "import typer, sqlmodel"


def cpu_seconds(command: Sequence[str], environment: dict[str, str]) -> float:
    """CPU seconds of the fastest of several runs."""
    return min(_once(command, environment) for _ in range(RUNS))


def _once(command: Sequence[str], environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> bool:
    """Print the start of each command over the seeded store; false if one misses its goal."""
    wamkg = [sys.executable, "-c", "from wamkg.cli import main; main()"]
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"WAMKG_HOME": home}
        for verb in ("migrate", "seed"):
            subprocess.run([*wamkg, verb], env=environment, check=True, stdout=subprocess.DEVNULL)
        floor = cpu_seconds([sys.executable, "-c", FLOOR], environment)
        print(f"start of `python -c '{FLOOR}'`: {floor:.2f} s of CPU")
        met = True
        for arguments, goal in GOALS.items():
            seconds = cpu_seconds([*wamkg, *arguments], environment)
            print(f"wamkg {' '.join(arguments)}: {seconds:.2f} s (goal: at most {goal}), ratio {seconds / floor:.2f}")
            met = met and seconds <= goal
    return met
