"""Errors a user may see: each message is one line that says what was wrong and what to do."""


class WamkgError(Exception):
    """Root of every error wamkg raises on purpose; the CLI prints its text and exits 1."""


class NotFoundError(WamkgError):
    """Nothing in the store answers to the given id."""


class InvalidInputError(WamkgError):
    """A value given by a user or a file cannot be accepted."""


class ConflictError(WamkgError):
    """The write would overrule something newer or something a person decided."""


class StoreError(WamkgError):
    """The database cannot be opened, written or migrated."""


class DependencyMissingError(WamkgError):
    """An optional package or program that this command needs is not installed."""


class SkipItemError(WamkgError):
    """A job cannot do this unit of work and should go on with the next one."""


class AbortRunError(WamkgError):
    """A job cannot go on at all."""


class StopAskedError(AbortRunError):
    """Somebody asked the job to stop."""
