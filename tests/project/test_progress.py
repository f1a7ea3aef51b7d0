"""Progress of long commands: a line a second, a bar on a terminal, nothing for short or JSON work."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

WORK = """
import time
from wamkg.cli import run
from wamkg.cli.progress import progress
with progress("count", json={json}) as show:
    show(1, 4)
    time.sleep({seconds} / 5)
    show(2, 4)
    time.sleep({seconds})
"""


def run_work(home: Path, seconds: float, json: bool = False, **more: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"WAMKG_HOME": str(home), "WAMKG_PROGRESS": "true"} | more
    code = WORK.format(seconds=seconds, json=json)
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)


def test_long_work_prints_a_line_a_second_with_the_time_left(home: Path) -> None:
    done = run_work(home, 2.5)
    first, *_ = done.stderr.splitlines()
    assert first.startswith("count: 2 of 4, 0:01, about 0:0") and first.endswith(" left")
    assert 2 <= len(done.stderr.splitlines()) <= 4 and done.stdout == ""


@pytest.mark.parametrize(
    ("seconds", "json", "setting"), [(0.1, False, "true"), (1.1, True, "true"), (1.1, False, "false")]
)
def test_short_work_json_and_the_setting_are_silent(home: Path, seconds: float, json: bool, setting: str) -> None:
    assert run_work(home, seconds, json, WAMKG_PROGRESS=setting).stderr == ""


def test_a_terminal_shows_a_bar(home: Path) -> None:
    leader, follower = pty.openpty()
    environment = os.environ | {"WAMKG_HOME": str(home), "WAMKG_PROGRESS": "true", "TERM": "xterm", "COLUMNS": "120"}
    code = WORK.format(seconds=1.6, json=False)
    process = subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=follower)
    os.close(follower)
    shown = b""
    try:
        while part := os.read(leader, 65536):
            shown += part
    except OSError:
        pass
    assert process.wait() == 0
    assert "count: 2 of 4" in shown.decode() and "━" in shown.decode()


INTERRUPTED = """
import os, signal
import wamkg.cli as cli
from wamkg.cli.progress import progress
def stopped(arguments, **_):
    with progress(arguments[0]) as show:
        show(320, 1024)
        raise KeyboardInterrupt
cli.app = stopped
raise SystemExit(cli.run([{command!r}]))
"""


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("embed", "wamkg: interrupted; what was encoded so far is kept (320 of 1,024); run it again to continue"),
        ("restore", "wamkg: interrupted; nothing was restored; run it again"),
        ("doctor", "wamkg: interrupted; what was not complete was not written"),
    ],
)
def test_an_interruption_says_what_is_kept(home: Path, command: str, said: str) -> None:
    environment = os.environ | {"WAMKG_HOME": str(home)}
    code = INTERRUPTED.format(command=command)
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (130, said)
