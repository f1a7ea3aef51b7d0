"""Who does a unit of work: names of processes, and whether a named one on this machine still lives."""

import os
import platform
from functools import lru_cache
from pathlib import Path
from uuid import getnode, uuid4

import psutil


def this_owner() -> str:
    """A name for one run in this process: machine, process id, its start, and a part that no other run has."""
    pid = os.getpid()
    return f"{_machine()}|{pid}|{psutil.Process(pid).create_time():.2f}|{uuid4().hex[:8]}"


def is_dead(owner: str) -> bool:
    """Whether the owner is a process of this machine that has ended; False where that cannot be told."""
    machine, _, rest = owner.partition("|")
    pid, _, rest = rest.partition("|")
    started = rest.partition("|")[0]
    if machine != _machine() or not pid.isdigit():
        return False
    try:
        process = psutil.Process(int(pid))
        ended = process.status() == psutil.STATUS_ZOMBIE
        return ended or f"{process.create_time():.2f}" != started
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied:
        return False


@lru_cache(maxsize=1)
def _machine() -> str:
    """Where process ids mean the same: a host and, in containers that share its name, their own space of ids."""
    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        space = ""
    return f"{platform.node()}/{getnode():x}/{space}"
