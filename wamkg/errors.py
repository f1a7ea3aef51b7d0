"""Errors that a user may see. Each message is one line: what is wrong, where, and what to do next."""


class WamkgError(Exception):
    """Root of all errors that wamkg raises on purpose. The CLI prints the message and exits with 1."""


class NotFoundError(WamkgError):
    """There is no item with this id or name."""


class InvalidInputError(WamkgError):
    """A value from a user or a file is not valid."""


class ConflictError(WamkgError):
    """The write would overwrite something newer or a person's decision."""


class UnlikePapersError(ConflictError):
    """The two papers to merge look like two different ones, and nobody has confirmed that they are one."""


class StoreError(WamkgError):
    """The database cannot be opened, written or migrated."""


class DiskFullError(StoreError):
    """The disk of the database is full; nothing was written."""


class DependencyMissingError(WamkgError):
    """This command needs an optional package or program that is not installed."""


class TaskSkippedError(WamkgError):
    """A job cannot do this task and should continue with the next one."""


class RunAbortedError(WamkgError):
    """A job cannot continue."""


class JobCancelledError(RunAbortedError):
    """A person asked the job to stop."""
