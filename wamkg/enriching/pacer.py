"""Taking turns: at most so many requests a second to a service, by all processes together."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from wamkg.enriching.failures import AskedToWaitError
from wamkg.store.pace import hold, take_turn
from wamkg.store.session import Store

MARGIN = 0.1
"""Share of the gap added to it: what a request may be late on its way without coming too close to the next one."""
SHORTEST_MARGIN, LONGEST_MARGIN = 0.05, 0.1
"""Bounds of that margin, in seconds; on a busy machine requests came 38 ms closer than they were sent."""
RESTAMPS = 3
"""How often a turn that the database was slow to grant is stamped anew before the request goes out all the same."""


@dataclass
class Pacer:
    """Turns of one service; `wait` sleeps and may raise to stop the run."""

    store: Store
    service: str
    per_second: float
    wait: Callable[[float], None] = time.sleep
    longest_wait: float = 600.0

    _taken: float = 0.0

    @property
    def margin(self) -> float:
        """Seconds added to the gap, at most as much again."""
        gap = 1 / self.per_second
        return min(max(MARGIN * gap, SHORTEST_MARGIN), LONGEST_MARGIN, gap)

    @property
    def gap(self) -> float:
        """Seconds between two turns."""
        return 1 / self.per_second + self.margin

    def take_turn(self) -> None:
        """Return when a request may go out, to be sent at once.

        Raises AskedToWaitError when the service asked to be left alone for longer than a run waits.
        """
        while (turn := take_turn(self.store, self.service, self.gap)).left > 0:
            if turn.left > self.longest_wait:
                raise AskedToWaitError(self.too_long(turn.left))
            self.wait(turn.left)
        self._taken = turn.at
        for _ in range(RESTAMPS):
            if self._late() <= self.margin / 2:
                return
            self._taken = hold(self.store, self.service, self.gap)

    def sent(self) -> None:
        """Note that the request has gone out: when that was late, the next turn is moved back as far."""
        if self._late() > self.margin / 2:
            self._taken = hold(self.store, self.service, self.gap)

    def _late(self) -> float:
        return time.monotonic() - self._taken

    def hold(self, seconds: float) -> None:
        """Hold every process back."""
        hold(self.store, self.service, seconds)

    def too_long(self, seconds: float) -> str:
        """The line that ends a run which would have to wait so long."""
        span = timedelta(seconds=round(seconds))
        return f"{self.service} asks to be left alone for {span}; nothing is lost, run `wamkg enrich` again after that"
