"""Taking turns: at most so many requests a second to a service, by all processes together."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from wamkg.enriching.failures import AskedToWaitError
from wamkg.store.pace import hold, take_turn
from wamkg.store.session import Store

MARGIN = 0.05
"""Share of the gap added to it: what a request may be late on its way without coming too close to the next one."""
SHORTEST_MARGIN = 0.01
"""The least of that margin, in seconds."""
RESTAMPS = 3
"""How often a turn granted late is stamped anew before the request goes out all the same."""


@dataclass
class Pacer:
    """Turns of one service; `wait` sleeps and may raise to stop the run."""

    store: Store
    service: str
    per_second: float
    wait: Callable[[float], None] = time.sleep
    longest_wait: float = 600.0

    @property
    def margin(self) -> float:
        """Seconds added to the gap."""
        return max(MARGIN / self.per_second, SHORTEST_MARGIN)

    def take_turn(self) -> None:
        """Return when a request may go out, to be sent at once.

        Raises AskedToWaitError when the service asked to be left alone for longer than a run waits.
        """
        gap = 1 / self.per_second + self.margin
        asked = time.monotonic()
        while (left := take_turn(self.store, self.service, gap)) > 0:
            if left > self.longest_wait:
                raise AskedToWaitError(self.too_long(left))
            self.wait(left)
            asked = time.monotonic()
        for _ in range(RESTAMPS):
            if time.monotonic() - asked <= self.margin:
                return
            # The database was slow to grant the turn: move the next one back, or it would come too close to this.
            asked = time.monotonic()
            hold(self.store, self.service, gap)

    def hold(self, seconds: float) -> None:
        """Hold every process back."""
        hold(self.store, self.service, seconds)

    def too_long(self, seconds: float) -> str:
        """The line that ends a run which would have to wait so long."""
        span = timedelta(seconds=round(seconds))
        return f"{self.service} asks to be left alone for {span}; nothing is lost, run `wamkg enrich` again after that"
