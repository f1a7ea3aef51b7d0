"""Names of worker processes, and whether a process on this machine is still running."""

import os
import platform
from functools import lru_cache
from pathlib import Path
from uuid import getnode, uuid4

import psutil


def this_owner() -> str:
    """A unique name for one run of this process: machine, process id, start time, and a random part."""
    pid = os.getpid()
    return f"{_machine()}|{pid}|{psutil.Process(pid).create_time():.2f}|{uuid4().hex[:8]}"


def is_dead(owner: str) -> bool:
    """Whether the owner is a process of this machine that has ended; False if that is unknown."""
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
    """The scope of process ids: a host and, for containers that share its name, their own process namespace."""
    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        space = ""
    return f"{platform.node()}/{getnode():x}/{space}"
