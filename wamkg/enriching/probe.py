"""Checks whether a service can be reached, before anything is written."""

import socket
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from wamkg.enriching.exchange import Exchange
from wamkg.enriching.failures import ServiceUnreachableError
from wamkg.errors import InvalidInputError

SECONDS = 4.0
"""Time for the whole check, with the lookup of the name: a cancelled job ends within five seconds."""
_PORTS = {"http": 80, "https": 443}


def normalize_origin(name: str, origin: str, setting: str) -> str:
    """The origin without a trailing slash.

    Raises InvalidInputError, which names the setting, if it is not an origin.
    """
    parts = urlsplit(origin)
    if "@" in parts.netloc:
        raise InvalidInputError(f"{name}: {setting} must not contain a user name or password; set it to https://HOST")
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise InvalidInputError(f"{name}: {origin!r} is not an origin; set {setting} to https://HOST without a path")
    return f"{parts.scheme}://{parts.netloc}"


def check_reachable(name: str, origin: str) -> None:
    """Raise ServiceUnreachableError if no connection to the origin, or to its proxy, can be made."""
    parts = urlsplit(origin)
    proxy = getproxies().get(parts.scheme)
    target = urlsplit(proxy) if proxy and not proxy_bypass(parts.hostname or "") else parts
    address = (target.hostname or "", target.port or _PORTS.get(target.scheme, 80))
    try:
        # In a thread of its own: a host with several addresses takes the time for each, and a name lookup has no limit.
        Exchange[None](SECONDS).run(lambda: socket.create_connection(address, SECONDS).close(), lambda: None, [])
    except OSError as error:
        why = error.strerror or str(error) or f"no answer in {SECONDS:g} s"
        raise ServiceUnreachableError(f"{name} cannot be reached at {origin} ({why}); nothing was changed") from error
