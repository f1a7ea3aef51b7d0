"""A request in a thread of its own, so that its sender can leave at any point, whatever the other side does."""

import socket
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from contextlib import suppress
from threading import Thread
from typing import Any, Generic, TypeVar

T = TypeVar("T")
POLL_SECONDS = 0.25
"""How often the sender looks whether it should leave."""
FAREWELL_SECONDS = 1.0
"""How long a thread whose connections are shut may take to end. One that still looks up an address is left behind."""


class SenderLeftError(Exception):
    """Nobody waits for this answer any more."""


class Exchange(Generic[T]):
    """One request and its answer. `seconds` is the time for both; `restart_clock` begins it again.

    A socket's own timeout starts again at every byte, so one byte in a while would keep the sender for ever.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._future: Future[T] = Future()
        self._sockets: list[socket.socket] = []
        self._left = False
        self.restart_clock()

    def restart_clock(self) -> None:
        """Begin to count now."""
        self._deadline = time.monotonic() + self._seconds

    def run(self, send: Callable[[], T], watch: Callable[[], None], known: list[socket.socket]) -> T:
        """The answer that `send` returns. `watch` is called while it is awaited; to leave, it raises an error.

        `known` are the sockets of open connections, to which those of new ones are added.

        Raises TimeoutError after the time, and the errors of `send` and `watch`; then all connections are shut.
        """
        self._sockets = known
        thread = Thread(target=self._work, args=[send], daemon=True)
        try:
            thread.start()
            while not wait([self._future], min(POLL_SECONDS, self._seconds / 4)).done:
                if time.monotonic() > self._deadline:
                    raise TimeoutError
                watch()
        except BaseException:
            self._leave()
            thread.join(FAREWELL_SECONDS)
            raise
        return self._future.result()

    def _work(self, send: Callable[[], T]) -> None:
        try:
            self._future.set_result(send())
        except BaseException as error:
            self._future.set_exception(error)

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Called by the HTTP library at each step; notes the sockets of new connections.

        Raises SenderLeftError once the sender has left.
        """
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._sockets[:] = [kept for kept in self._sockets if kept.fileno() >= 0]
            self._sockets.append(info["return_value"].get_extra_info("socket"))
        if self._left:
            self._shut()
            raise SenderLeftError

    def _leave(self) -> None:
        self._left = True
        self._shut()

    def _shut(self) -> None:
        for connected in self._sockets:
            # Of the plain socket, also under TLS: its own shutdown is not made for a second thread.
            with suppress(OSError):
                socket.socket.shutdown(connected, socket.SHUT_RDWR)
