"""What Semantic Scholar says about ids that a user asks for: looked up, not stored."""

from collections.abc import Sequence
from dataclasses import dataclass

from wamkg.enriching.client import BATCH_SIZE, S2Client
from wamkg.enriching.probe import check_reachable, normalize_origin
from wamkg.enriching.rate_limiter import RateLimiter
from wamkg.enriching.requester import Requester, RequestLimits
from wamkg.enriching.s2_records import S2Paper, read_paper
from wamkg.settings import Settings
from wamkg.store.session import Store

S2 = "Semantic Scholar"
AGENT = "wamkg/0.1 (living survey; https://pypi.org/project/wamkg)"
WITH_KEY, WITHOUT_KEY = 1.0, 0.3
"""Requests per second if the setting is empty."""


@dataclass(frozen=True)
class S2Access:
    """How the settings let Semantic Scholar be asked: its origin, the headers, requests per second, and limits."""

    origin: str
    headers: dict[str, str]
    rate: float
    limits: RequestLimits


def request_limits(settings: Settings) -> RequestLimits:
    """The limits of one request."""
    return RequestLimits(
        timeout=settings.s2_timeout,
        total_timeout=3 * settings.s2_timeout,
        attempts=settings.s2_attempts,
        backoff=settings.s2_backoff,
        max_bytes=settings.s2_max_response_bytes,
    )


def s2_access(settings: Settings) -> S2Access:
    """The access of the settings.

    Raises InvalidInputError if the address is not an origin.
    """
    key = settings.s2_api_key
    return S2Access(
        normalize_origin(S2, settings.s2_api_url, "WAMKG_S2_API_URL"),
        {"User-Agent": AGENT} | ({"x-api-key": key} if key else {}),
        settings.s2_requests_per_second or (WITH_KEY if key else WITHOUT_KEY),
        request_limits(settings),
    )


def look_up(store: Store, settings: Settings, ids: Sequence[str]) -> dict[str, S2Paper | None]:
    """The records of ids such as `ARXIV:2301.00001` and `DOI:10.1000/182`; None for one that does not exist there.

    The requests count against the store's rate limit. Raises ServiceUnreachableError and the errors of a request.
    """
    access = s2_access(settings)
    check_reachable(S2, access.origin)
    pacer = RateLimiter(store, S2, access.rate, longest_wait=access.limits.longest_wait)
    requester = Requester(S2, access.origin, access.headers, pacer, access.limits)
    try:
        client = S2Client(requester)
        found: dict[str, S2Paper | None] = {}
        for start in range(0, len(ids), BATCH_SIZE):
            part = list(ids[start : start + BATCH_SIZE])
            found |= dict(zip(part, map(read_paper, client.papers(part)), strict=True))
        return found
    finally:
        requester.close()
