"""The response cache for one state of the store; each entry is reused only for the callers in its scope."""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b

from wamkg.store.types import utc_now
from wamkg_api.access import Caller
from wamkg_api.cache_scope import CacheScope
from wamkg_api.cached_response import CachedResponse

_NOBODY = "nobody"


@dataclass(frozen=True)
class CacheKey:
    """Cache key: URL, credentials, and state of the store."""

    address: str
    credentials: bytes
    state: str


class ResponseCache:
    """Cached responses by URL and scope, least recently used first, and the known callers. Any write to the store
    clears all.

    `most_bytes` limits the total size; 0 disables the cache. A caller is known only if their credentials were checked
    in this state of the store, so a revoked token is checked again.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._state = ""
        self._answers: OrderedDict[tuple[str, str], CachedResponse] = OrderedDict()
        self._callers: dict[bytes, Caller] = {}
        self._size = 0

    def caller(self, asked: CacheKey) -> Caller | None:
        """The known caller with these credentials, if the store has not changed and the credentials have not expired
        since.
        """
        if asked.state != self._state:
            self._state, self._size = asked.state, 0
            self._answers.clear()
            self._callers.clear()
        found = self._callers.get(asked.credentials)
        ends = found.holder.expires_at if found else None
        return None if ends is not None and ends <= utc_now() else found

    def find(self, asked: CacheKey, caller: Caller | None) -> CachedResponse | None:
        """The cached response for this URL and caller, or None."""
        for group in _groups(asked, caller):
            answer = self._answers.get((asked.address, group))
            if answer is not None:
                self._answers.move_to_end((asked.address, group))
                return answer
        return None

    def meet(self, asked: CacheKey, caller: Caller) -> None:
        """Remember the caller with these credentials."""
        if asked.state == self._state:
            self._callers[asked.credentials] = caller

    def put(self, asked: CacheKey, caller: Caller | None, answer: CachedResponse, audience: CacheScope) -> None:
        """Cache a response for the callers in its scope. Responses to invalid credentials are not shared with
        anyone.
        """
        groups = _groups(asked, caller)
        if asked.state != self._state or audience >= len(groups) or (asked.address, groups[audience]) in self._answers:
            return
        self._answers[asked.address, groups[audience]] = answer
        self._size += _room(answer)
        while self._size > self._most and self._answers:
            self._size -= _room(self._answers.popitem(last=False)[1])


def _groups(asked: CacheKey, caller: Caller | None) -> tuple[str, ...]:
    """The groups a caller belongs to, by scope: everyone, callers with this role, this person."""
    if not asked.credentials:
        return "", _NOBODY, _NOBODY
    if caller is None:
        return ("",)
    return "", caller.holder.role, blake2b(asked.credentials, digest_size=16).hexdigest()


def _room(answer: CachedResponse) -> int:
    # Twice, for the packed form that may come later.
    return 2 * len(answer.body) + 1024
