"""How asking a service can go wrong: for one unit (it is skipped and listed), or for the whole run (it ends)."""

from wamkg.errors import AbortRunError, SkipItemError


class UnknownError(SkipItemError):
    """The service does not know what was asked for (404)."""


class RefusedError(SkipItemError):
    """The service refused the request as wrong (400 and its like); asking again would not help."""


class TooLargeError(SkipItemError):
    """The answer, or what was asked for, is over a size limit; half as much may do."""


class GaveUpError(SkipItemError):
    """The service failed every time it was asked; a later run asks again."""


class UnreadableAnswerError(SkipItemError):
    """The answer has not the shape that the service's documentation gives it."""


class KeyRefusedError(AbortRunError):
    """The service refused the key (401, 403)."""


class UnreachableError(AbortRunError):
    """There is no way to the service."""


class AskedToWaitError(AbortRunError):
    """The service asks to be left alone for longer than a run waits."""
