"""Taking turns: at most so many requests a second to a service, by all processes together."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from wamkg.enriching.failures import AskedToWaitError
from wamkg.store.pace import Held, Turn, hold, take_turn
from wamkg.store.session import Store

MARGIN = 0.1
"""Share of the gap added to it: what a request may be late on its way without coming too close to the next one."""
SHORTEST_MARGIN, LONGEST_MARGIN = 0.05, 0.1
"""Bounds of that margin, in seconds; on a busy machine requests came 38 ms closer than they were sent."""
LATE = 0.05
"""Seconds after which a turn that was not used is stamped anew, so that even a process killed while sending counts."""
RESTAMPS = 3
"""How often that is done before the request goes out all the same."""


@dataclass
class Pacer:
    """Turns of one service; `wait` sleeps and may raise to stop the run.

    A request takes its turn, holds the pace when its first byte is about to go out, and lets go when the last has: so
    requests of all processes leave at least a gap apart however long each was kept from the processor in between.
    """

    store: Store
    service: str
    per_second: float
    wait: Callable[[float], None] = time.sleep
    longest_wait: float = 600.0

    _turn: Turn = field(default_factory=lambda: Turn(0.0, 0.0, 0.0))
    _held: Held | None = None

    @property
    def gap(self) -> float:
        """Seconds between two requests: what the budget asks for and a margin, at most as much again."""
        gap = 1 / self.per_second
        return gap + min(max(MARGIN * gap, SHORTEST_MARGIN), LONGEST_MARGIN, gap)

    def take_turn(self) -> None:
        """Return when a request may go out, to be sent at once.

        Raises AskedToWaitError when the service asked to be left alone for longer than a run waits.
        """
        while (turn := take_turn(self.store, self.service, self.gap)).left > 0:
            if turn.left > self.longest_wait:
                raise AskedToWaitError(self.too_long(turn.left))
            self.wait(turn.left)
        self._turn = turn

    def begin(self) -> None:
        """Hold the pace for the request that goes out now; where the turn has passed to another, take one anew."""
        restamps = RESTAMPS
        while True:
            held = Held(self.store, self.service)
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
        """Let go: the next turn is counted from now. Does nothing where the pace is not held."""
        if self._held is not None:
            held, self._held = self._held, None
            self._turn = held.stamp_anew(self.gap)

    def hold(self, seconds: float) -> None:
        """Hold every process back."""
        hold(self.store, self.service, seconds)

    def too_long(self, seconds: float) -> str:
        """The line that ends a run which would have to wait so long."""
        span = timedelta(seconds=round(seconds))
        return f"{self.service} asks to be left alone for {span}; nothing is lost, run `wamkg enrich` again after that"
