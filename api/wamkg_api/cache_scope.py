"""Who may receive a cached response. Narrowed while the response is computed, each time a route reads the caller."""

from enum import IntEnum

from starlette.types import Scope

_AUDIENCE = "audience"


class CacheScope(IntEnum):
    """Who may receive a cached response; each value is narrower than the one before."""

    EVERYBODY = 0
    ROLE = 1
    PERSON = 2


def narrow_scope(scope: Scope, audience: CacheScope) -> None:
    """Record that the response depends on the caller."""
    state = scope.setdefault("state", {})
    state[_AUDIENCE] = max(audience, state.get(_AUDIENCE, CacheScope.EVERYBODY))


def audience_of(scope: Scope) -> CacheScope:
    """Who may receive the response to this request."""
    found: CacheScope = scope.get("state", {}).get(_AUDIENCE, CacheScope.EVERYBODY)
    return found
