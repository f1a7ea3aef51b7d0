"""Errors of requests: some skip one task (it is listed), others end the whole run."""

from wamkg.errors import AbortRunError, SkipItemError


class UnknownError(SkipItemError):
    """The service does not know the requested item (404)."""


class RefusedError(SkipItemError):
    """The service rejected the request as wrong (400 and similar); retrying would not help."""


class TooLargeError(SkipItemError):
    """The response or the request exceeds a size limit; half as much may work."""


class GaveUpError(SkipItemError):
    """The service failed at every attempt; a later run tries again."""


class UnreadableAnswerError(SkipItemError):
    """The response does not have the documented shape."""


class KeyRefusedError(AbortRunError):
    """The service rejected the key (401, 403)."""


class UnreachableError(AbortRunError):
    """The service cannot be reached."""


class AskedToWaitError(AbortRunError):
    """The service asks for a longer pause than a run waits."""
