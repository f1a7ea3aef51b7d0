"""Errors of requests: some skip one task (it is listed), others end the whole run."""

from wamkg.errors import RunAbortedError, TaskSkippedError


class UnknownRecordError(TaskSkippedError):
    """The service does not know the requested item (404)."""


class RequestRejectedError(TaskSkippedError):
    """The service rejected the request as wrong (400 and similar); retrying would not help."""


class ResponseTooLargeError(TaskSkippedError):
    """The response or the request exceeds a size limit; half as much may work."""


class RetriesExhaustedError(TaskSkippedError):
    """The service failed at every attempt; a later run tries again."""


class UnreadableAnswerError(TaskSkippedError):
    """The response does not have the documented shape."""


class AccessDeniedError(RunAbortedError):
    """The service denied access (401, 403): it rejected the key, or the sender."""


class ServiceUnreachableError(RunAbortedError):
    """The service cannot be reached."""


class RateLimitedError(RunAbortedError):
    """The service asks for a longer pause than a run waits."""
