"""Rate limiting: a maximum number of requests per second to a service, shared by all processes."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from wamkg.enriching.failures import RateLimitedError
from wamkg.store.rate_limit import RateLimitLock, RequestSlot, acquire_slot, block_requests
from wamkg.store.session import Store

MARGIN = 0.1
"""Share of the gap that is added to it, because a request may be delayed on its way and come too close to the next
one.
"""
SHORTEST_MARGIN, LONGEST_MARGIN = 0.05, 0.1
"""Limits of that margin, in seconds; on a busy machine requests arrived up to 38 ms closer than they were sent."""
LATE = 0.05
"""Seconds after which an unused slot is restamped, so that a process killed while sending counts too."""
RESTAMPS = 3
"""Maximum number of restamps before the request is sent anyway."""


@dataclass
class RateLimiter:
    """Rate limiter of one service; `wait` sleeps and may raise an error to stop the run.

    A request acquires a slot, locks the limit when its first byte is about to be sent, and unlocks it after the last.
    So requests of all processes are at least one gap apart, however long a process was suspended in between.
    """

    store: Store
    service: str
    per_second: float
    wait: Callable[[float], None] = time.sleep
    longest_wait: float = 600.0

    _turn: RequestSlot = field(default_factory=lambda: RequestSlot(0.0, 0.0, 0.0))
    _held: RateLimitLock | None = None

    @property
    def gap(self) -> float:
        """Seconds between two requests: the gap of the limit and a margin, at most as much again."""
        gap = 1 / self.per_second
        return gap + min(max(MARGIN * gap, SHORTEST_MARGIN), LONGEST_MARGIN, gap)

    def take_turn(self) -> None:
        """Return when a request may be sent; send it at once.

        Raises RateLimitedError if the service asked for a longer pause than a run waits.
        """
        while (turn := acquire_slot(self.store, self.service, self.gap)).left > 0:
            if turn.left > self.longest_wait:
                raise RateLimitedError(self.too_long(turn.left))
            self.wait(turn.left)
        self._turn = turn

    def begin(self) -> None:
        """Lock the limit for the request that is sent now; if another process took the slot, acquire a new one."""
        restamps = RESTAMPS
        while True:
            held = RateLimitLock(self.store, self.service)
            if held.stamp != self._turn.stamp:
                held.let_go()
                self.take_turn()
            elif restamps and time.monotonic() - self._turn.at > LATE:
                restamps -= 1
                self._turn = held.stamp_anew(self.gap)
            else:
                self._held = held
                return

    def sent(self) -> None:
        """Unlock: the next gap starts now. Does nothing if the limit is not locked."""
        if self._held is not None:
            held, self._held = self._held, None
            self._turn = held.stamp_anew(self.gap)

    def hold(self, seconds: float) -> None:
        """Block the requests of every process."""
        block_requests(self.store, self.service, seconds)

    def too_long(self, seconds: float) -> str:
        """The message that ends a run which would have to wait so long."""
        span = timedelta(seconds=round(seconds))
        return f"{self.service} asks to wait {span}; nothing is lost, run it again after that"
