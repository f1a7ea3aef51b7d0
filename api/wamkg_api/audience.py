"""Who may receive a cached response. Narrowed while the response is computed, each time a route reads the caller."""

from enum import IntEnum

from starlette.types import Scope

_AUDIENCE = "audience"


class Audience(IntEnum):
    """Who may receive a cached response; each value is narrower than the one before."""

    EVERYBODY = 0
    ROLE = 1
    PERSON = 2


def narrow(scope: Scope, audience: Audience) -> None:
    """Record that the response depends on the caller."""
    state = scope.setdefault("state", {})
    state[_AUDIENCE] = max(audience, state.get(_AUDIENCE, Audience.EVERYBODY))


def audience_of(scope: Scope) -> Audience:
    """Who may receive the response to this request."""
    found: Audience = scope.get("state", {}).get(_AUDIENCE, Audience.EVERYBODY)
    return found
