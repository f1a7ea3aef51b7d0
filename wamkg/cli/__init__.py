"""The command line: one short function per command. Errors are one line, never a traceback."""

import os
import sys
from typing import Any

import typer
from typer.exceptions import TyperException

from wamkg.cli.app import app
from wamkg.errors import WamkgError

FAILED, WRONG_USAGE = 1, 2
INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it; Typer gives it back when it has caught Ctrl-C itself."""
NOBODY_READS = 141
"""Exit status if the reader of the output has gone, as of other tools in a shell."""
KEPT = {
    "init": "no survey was made; run it again",
    "import": "nothing of this import was stored; run it again",
    "undo": "nothing was undone",
    "merge": "nothing was merged",
    "suggest": "no suggestion was changed; run it again",
    "enrich": "what was fetched so far is kept{reached}; run it again to continue",
    "load": "what was loaded so far is kept{reached}; run it again to continue",
    "embed": "what was encoded so far is kept{reached}; run it again to continue",
    "build": "the steps that were complete are kept; run it again to continue",
    "evaluate": "nothing was measured; run it again",
    "simulate": "nothing was measured; run it again",
    "figure": "files that were complete are kept, no file is half written; run it again",
    "restore": "nothing was restored; run it again",
    "backup": "no backup was written; run it again",
}
"""What became of a command's work when it was interrupted; `{reached}` is how far it came."""


def main() -> None:
    """Run the command line: exit 0 done, 1 failed, 2 wrong usage, 3 done in part, 130 interrupted, 141 nobody reads."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit) as error:
        # Rich and Typer answer a closed pipe with an exit of their own.
        if not isinstance(error, BrokenPipeError) and not isinstance(error.__context__, BrokenPipeError):
            raise
        # The reader has gone (`| head`); give the interpreter an open file to flush into.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
    return status


def _run(arguments: list[str]) -> int:
    try:
        result = app(arguments, prog_name="wamkg", standalone_mode=False)
    except TyperException as error:
        # The class that knows how to show itself is private to Typer.
        shown: Any = error
        shown.show()
        return WRONG_USAGE
    except BrokenPipeError:
        raise
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted(arguments)
    except (WamkgError, OSError) as error:
        return _fail(_said(error))
    if result == INTERRUPTED:
        return _interrupted(arguments)
    return result if isinstance(result, int) else 0


def _interrupted(arguments: list[str]) -> int:
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    from wamkg.cli.progress import reached

    so_far = f" ({reached()})" if reached() else ""
    _fail(f"interrupted; {KEPT.get(command, 'what was not complete was not written').format(reached=so_far)}")
    return INTERRUPTED


def _said(error: WamkgError | OSError) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'file'}: {error.strerror or error}"
    return str(error)


def _fail(message: str) -> int:
    from wamkg.cli.common import err  # the store's packages, which a command that succeeds has loaded anyway

    err.print(f"wamkg: {' '.join(message.split())}")
    return FAILED
