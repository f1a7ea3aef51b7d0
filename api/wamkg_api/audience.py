"""For whom an answer holds: noted while it is worked out, whenever a route asks about the caller."""

from enum import IntEnum

from starlette.types import Scope

_AUDIENCE = "audience"


class Audience(IntEnum):
    """Whom an answer may be given to again; each is narrower than the one before."""

    EVERYBODY = 0
    ROLE = 1
    PERSON = 2


def narrow(scope: Scope, audience: Audience) -> None:
    """Note that something about the caller goes into the answer."""
    state = scope.setdefault("state", {})
    state[_AUDIENCE] = max(audience, state.get(_AUDIENCE, Audience.EVERYBODY))


def audience_of(scope: Scope) -> Audience:
    """For whom the answer worked out for this request holds."""
    found: Audience = scope.get("state", {}).get(_AUDIENCE, Audience.EVERYBODY)
    return found
