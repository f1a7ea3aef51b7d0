"""Load on one address: by wrk where it is installed, else by our own generator."""

import re
import shutil
import subprocess
import sys

import orjson

_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def generator() -> str:
    """Which of the two asks, in words."""
    return "wrk" if shutil.which("wrk") else "own load generator (uvloop); wrk is not installed"


def ask(url: str, connections: int, seconds: float, header: str = "") -> tuple[float, float]:
    """Requests a second and the 99th percentile in milliseconds; any answer but 200 and 304 is an error."""
    return (_wrk if shutil.which("wrk") else _own_load)(url, connections, seconds, header)


def _wrk(url: str, connections: int, seconds: float, header: str) -> tuple[float, float]:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency", url]
    said = subprocess.run([*command, *(["-H", header] if header else [])], capture_output=True, check=True, text=True)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said.stdout)
    slowest = re.search(r"99%\s+([\d.]+)(us|ms|s)", said.stdout)
    wrong = re.search(r"(Non-2xx or 3xx responses|Socket errors): .+", said.stdout)
    if wrong or not (rate and slowest):
        raise RuntimeError(f"{url}: {wrong.group() if wrong else said.stdout}")
    return float(rate.group(1)), float(slowest.group(1)) * _MILLISECONDS[slowest.group(2)]


def _own_load(url: str, connections: int, seconds: float, header: str) -> tuple[float, float]:
    command = [sys.executable, "-m", "tests.bench.http_load", url, str(connections), str(seconds)]
    done = subprocess.run([*command, *([header] if header else [])], capture_output=True, check=True)
    found = orjson.loads(done.stdout)
    if not set(found["statuses"]) <= {"200", "304"}:
        raise RuntimeError(f"{url} answered {found['statuses']}")
    return float(found["rate"]), float(found["p99"])
