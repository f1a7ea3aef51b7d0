"""Sends all requests to one service: rate-limited, bounded in time and size, retried if that can help, with clear
errors.
"""

import email.utils
import random
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import httpx
import tenacity

from wamkg.enriching.exchange import Exchange
from wamkg.enriching.failures import (
    AccessDeniedError,
    RateLimitedError,
    RequestRejectedError,
    ResponseTooLargeError,
    RetriesExhaustedError,
    ServiceUnreachableError,
    UnknownRecordError,
)
from wamkg.enriching.rate_limiter import RateLimiter
from wamkg.json_types import JSON

T = TypeVar("T")
Received = tuple[httpx.Response, bytes]
RETRIED = frozenset({408, 425, 429})
"""Status codes that are retried, as are those from 500 on; every other status except 200 is final."""
SIZE_WORDS = ("exceed", "too large", "too many", "maximum", "10 mb", "10mb", "9999", "9,999", "10000", "10,000")
"""Words in a 400 response which say that the request was too large."""
LONGEST_BACKOFF = 60.0
KEPT_OPEN = 60.0
"""Seconds that an idle connection stays open: longer than many workers need to take turns."""
NO_TIMEOUT = 1e9
"""Maximum wait in seconds; larger values of Retry-After are cut to this."""
EXCERPT = 200


@dataclass(frozen=True)
class RequestLimits:
    """Limits of one request: seconds without a byte, seconds for the whole answer, attempts, first pause, longest
    pause, bytes.
    """

    timeout: float = 30.0
    total_timeout: float = 180.0
    attempts: int = 6
    backoff: float = 1.0
    longest_wait: float = 600.0
    max_bytes: int = 32_000_000


class _TryAgainError(Exception):
    """This attempt failed, but another may succeed."""

    def __init__(self, reason: str, *, wait: float | None = None, contact: bool = True) -> None:
        super().__init__(reason)
        self.wait = wait
        self.contact = contact


@dataclass
class Requester:
    """Sends every request to one service and keeps connections open between requests.

    `name` is the service's name in messages, `origin` its URL without a path, `key_setting` the setting that has its
    key; empty for a service without keys. `watch` is called while an answer is
    awaited; to end the run at any point, it raises an error.
    """

    name: str
    origin: str
    headers: dict[str, str]
    pacer: RateLimiter
    limits: RequestLimits = field(default_factory=RequestLimits)
    watch: Callable[[], None] = lambda: None
    key_setting: str = ""
    requests: int = 0
    _sockets: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        timeout = httpx.Timeout(self.limits.timeout)
        kept = httpx.Limits(max_keepalive_connections=2, keepalive_expiry=KEPT_OPEN)
        self._http = httpx.Client(headers=self.headers, timeout=timeout, limits=kept, follow_redirects=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ask(self, method: str, url: str, decode: Callable[[bytes], T], json: JSON = None) -> T:
        """The parsed response to a request.

        `decode` raises ValueError for a truncated or malformed response, which is retried too.

        Raises UnknownRecordError (404), RequestRejectedError (other 4xx), ResponseTooLargeError, RetriesExhaustedError
        if every attempt failed; and, to end the run, AccessDeniedError (401, 403), ServiceUnreachableError (no
        connection) or RateLimitedError.
        """
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_TryAgainError),
            stop=tenacity.stop_after_attempt(self.limits.attempts),
            wait=self._pause,
            sleep=self.pacer.wait,
            reraise=True,
        )
        try:
            answer: T = retrying(self._try, method, url, decode, json)
            return answer
        except _TryAgainError as error:
            if not error.contact:
                raise ServiceUnreachableError(f"{self.name} cannot be reached at {self.origin}: {error}") from error
            tries = f"{self.limits.attempts} tries" if self.limits.attempts > 1 else "one try"
            raise RetriesExhaustedError(f"{self.name} failed in {tries}; the last time: {error}") from error

    def _pause(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        jittered = tenacity.wait_random_exponential(multiplier=self.limits.backoff, max=LONGEST_BACKOFF)(state)
        if isinstance(error, _TryAgainError) and error.wait is not None:
            # The service's own word is the least; the jitter keeps several processes from coming back together.
            return error.wait + random.uniform(0, min(1.0, self.limits.backoff))
        return float(jittered)

    def _try(self, method: str, url: str, decode: Callable[[bytes], T], json: JSON) -> T:
        exchange: Exchange[Received] = Exchange(self.limits.total_timeout)
        trace = partial(self._trace, exchange)
        request = self._http.build_request(method, url, json=json, extensions={"trace": trace})
        self.pacer.take_turn()
        try:
            response, body = exchange.run(partial(self._send, request), self.watch, self._sockets)
        except TimeoutError as error:
            raise _TryAgainError(f"the answer took longer than {self.limits.total_timeout:g} s") from error
        except httpx.TimeoutException as error:
            raise _TryAgainError("no answer in time", contact=not isinstance(error, httpx.ConnectTimeout)) from error
        except httpx.ConnectError as error:
            raise _TryAgainError(_describe_error(error), contact=False) from error
        except httpx.DecodingError as error:
            raise _TryAgainError("the answer could not be unpacked") from error
        except httpx.TransportError as error:
            raise _TryAgainError(f"the connection broke ({_describe_error(error)})") from error
        self._check(response, body)
        try:
            return decode(body)
        except (ValueError, RecursionError) as error:
            raise _TryAgainError(
                f"the answer is cut short or not what it should be ({_describe_error(error)})"
            ) from error

    def _trace(self, exchange: Exchange[Received], event: str, info: Mapping[str, Any]) -> None:
        """Called by the HTTP library at each step: the rate limit is locked from a request's first byte to its last."""
        exchange.trace(event, info)
        step, _, what = event.removeprefix("http11.").partition(".")
        if step == "send_request_headers" and what == "started":
            self.pacer.begin()
            self.requests += 1
            exchange.restart_clock()
        elif what == "failed" or (step == "send_request_body" and what == "complete"):
            self.pacer.sent()

    def _send(self, request: httpx.Request) -> Received:
        body = bytearray()
        try:
            response = self._http.send(request, stream=True)
            with closing(response):
                for part in response.iter_bytes(65536):
                    body += part
                    if len(body) > self.limits.max_bytes:
                        raise ResponseTooLargeError(f"{self.name} sent more than {self.limits.max_bytes:,} bytes")
            return response, bytes(body)
        finally:
            self.pacer.sent()

    def _check(self, response: httpx.Response, body: bytes) -> None:
        status = response.status_code
        if status == 200:
            return
        said = _error_excerpt(body)
        if status in RETRIED or status >= 500:
            wait = self._wait_asked_for(response)
            raise _TryAgainError(f"it answered {status} {response.reason_phrase}".rstrip(), wait=wait)
        if status in (401, 403):
            advice = f"check {self.key_setting}" if self.key_setting else "it takes no key; try again later"
            raise AccessDeniedError(f"{self.name} denied access ({status}{said}); {advice}")
        if status == 404:
            raise UnknownRecordError(f"{self.name} does not know it (404{said})")
        if status == 413 or (status == 400 and any(word in said.lower() for word in SIZE_WORDS)):
            raise ResponseTooLargeError(f"{self.name} says that the request was too large ({status}{said})")
        raise RequestRejectedError(f"{self.name} rejected the request ({status}{said})")

    def _wait_asked_for(self, response: httpx.Response) -> float | None:
        """Seconds that Retry-After asks for; blocks every process for that time, and ends the run if it is too long."""
        seconds = retry_after(response.headers.get("retry-after"))
        if seconds is None:
            return None
        self.pacer.hold(seconds)
        if seconds > self.limits.longest_wait:
            raise RateLimitedError(self.pacer.too_long(seconds))
        return seconds


def retry_after(value: str | None) -> float | None:
    """Seconds in a Retry-After header, given as seconds or as a date (RFC 9110, 10.2.3)."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), NO_TIMEOUT)
    try:
        moment = email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, moment - time.time()), NO_TIMEOUT)


def _describe_error(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:EXCERPT]


def _error_excerpt(body: bytes) -> str:
    """The service's message in an error response, shortened; HTML pages are left out."""
    text = " ".join(body[:4000].decode("utf-8", "replace").split())
    if not text or text.startswith("<"):
        return ""
    return f": {text[:EXCERPT]}"
