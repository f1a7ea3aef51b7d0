"""How much memory a process of its own takes."""

import time

import psutil


def peak_mib(process: psutil.Popen, every: float) -> float:
    """The largest resident memory in MiB, looked at so often (seconds) until the process ends."""
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, process.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(every)
    return peak / 2**20
