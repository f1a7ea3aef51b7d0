"""The command line: one short function per command. Errors are one line, never a traceback."""

import os
import sys
from typing import Any

import typer
from typer.exceptions import TyperException

from wamkg.cli.app import app
from wamkg.errors import WamkgError

FAILED, WRONG_USAGE = 1, 2
TYPER_INTERRUPTED = 130
"""Exit status that Typer returns after it has handled Ctrl-C itself."""
INTERRUPTED = "interrupted; what was not complete was not written"


def main() -> None:
    """Run the command line. Exit status: 0 done, 1 failed, 2 wrong usage, 3 done in part."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    try:
        result = app(arguments, prog_name="wamkg", standalone_mode=False)
    except TyperException as error:
        # The class that knows how to show itself is private to Typer.
        shown: Any = error
        shown.show()
        return WRONG_USAGE
    except BrokenPipeError:
        # The reader has gone (`| head`); give the interpreter a closed pipe to flush into.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, typer.Abort, WamkgError, OSError) as error:
        return _fail(_said(error))
    if result == TYPER_INTERRUPTED:
        return _fail(INTERRUPTED)
    return result if isinstance(result, int) else 0


def _said(error: BaseException) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'file'}: {error.strerror or error}"
    return str(error) if isinstance(error, WamkgError) else INTERRUPTED


def _fail(message: str) -> int:
    from wamkg.cli.common import err  # the store's packages, which a command that succeeds has loaded anyway

    err.print(f"wamkg: {' '.join(message.split())}")
    return FAILED
