"""The requesters of the two services, with the settings' limits and the rate limit that all processes share."""

import time
from collections.abc import Callable

from wamkg.enriching.probe import normalize_origin
from wamkg.enriching.rate_limiter import RateLimiter
from wamkg.enriching.requester import Requester, RequestLimits
from wamkg.errors import InvalidInputError
from wamkg.settings import Settings
from wamkg.store.session import Store

S2, ARXIV = "Semantic Scholar", "arXiv"
S2_KEY = "WAMKG_S2_API_KEY"
WITH_KEY, WITHOUT_KEY = 1.0, 0.3
"""Requests to Semantic Scholar per second if the setting is empty."""
AGENT = "wamkg/0.1 (living survey; https://pypi.org/project/wamkg)"
Wait = Callable[[float], None]
"""Sleeps between requests; may raise an error to end the run."""
Watch = Callable[[], None]
"""Called while an answer is awaited; may raise an error to end the run."""


def _never_ends() -> None:
    """Let every request run to its end."""


def s2_origin(settings: Settings) -> str:
    """The origin of Semantic Scholar.

    Raises InvalidInputError if the setting is not an origin.
    """
    return normalize_origin(S2, settings.s2_api_url, "WAMKG_S2_API_URL")


def s2_rate(settings: Settings) -> float:
    """Requests to Semantic Scholar per second."""
    return settings.s2_requests_per_second or (WITH_KEY if settings.s2_api_key else WITHOUT_KEY)


def s2_requester(store: Store, settings: Settings, wait: Wait = time.sleep, watch: Watch = _never_ends) -> Requester:
    """A requester of Semantic Scholar.

    Raises InvalidInputError for an invalid key or origin.
    """
    check_key(settings.s2_api_key)
    headers = {"User-Agent": AGENT} | ({"x-api-key": settings.s2_api_key} if settings.s2_api_key else {})
    pacer = RateLimiter(store, S2, s2_rate(settings), wait)
    return Requester(S2, s2_origin(settings), headers, pacer, _limits(settings), watch, S2_KEY)


def arxiv_requester(store: Store, settings: Settings, wait: Wait = time.sleep, watch: Watch = _never_ends) -> Requester:
    """A requester of arXiv's API, one request per `WAMKG_ARXIV_SECONDS_PER_REQUEST`.

    Raises InvalidInputError if the setting is not an origin.
    """
    origin = normalize_origin(ARXIV, settings.arxiv_api_url, "WAMKG_ARXIV_API_URL")
    pacer = RateLimiter(store, ARXIV, 1 / settings.arxiv_seconds_per_request, wait)
    return Requester(ARXIV, origin, {"User-Agent": AGENT}, pacer, _limits(settings), watch)


def check_key(key: str) -> None:
    """Raise InvalidInputError if the key is not a valid header value; the message does not show the key."""
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InvalidInputError(f"{S2_KEY} has invalid characters; copy it again")


def _limits(settings: Settings) -> RequestLimits:
    return RequestLimits(
        timeout=settings.s2_timeout,
        total_timeout=3 * settings.s2_timeout,
        attempts=settings.s2_attempts,
        backoff=settings.s2_backoff,
        max_bytes=settings.s2_max_response_bytes,
    )
