"""`python -m wamkg.services.figure_worker`: draws one figure for another process, which never loads matplotlib.

It reads a `FigureOrder` as JSON from standard input, writes the file, and prints a `FigureAnswer` as JSON: the file, or
the error that stopped it. Log lines go to standard error. The exit status is 0 if the file was written, else 1.
"""

import logging
import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from wamkg import errors
from wamkg.errors import InvalidInputError, WamkgError
from wamkg.figures.query import FigureRequest
from wamkg.figures.style import PAGE_MM, FigureOptions, ThemeName, parse_width
from wamkg.services.figures import draw_figure_at
from wamkg.settings import Settings, get_settings
from wamkg.store.session import Store

log = logging.getLogger(__name__)
_ERRORS = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, WamkgError)}


class FigureOrder(BaseModel):
    """A figure to draw, and the file to write. `height` is in millimetres; None means a page."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    request: FigureRequest
    file: Path
    width: str = "two-column"
    height: float | None = None
    theme: ThemeName = "light"


class FigureError(BaseModel):
    """Why a figure was not drawn: the name of a class in `wamkg.errors`, and its message."""

    kind: str
    message: str

    def exception(self) -> WamkgError:
        """The error as it was raised in the worker."""
        return _ERRORS.get(self.kind, WamkgError)(self.message)


class FigureAnswer(BaseModel):
    """What came of an order: the file, the rows of its data and notes on the drawing; or an error."""

    file: Path | None = None
    rows: int = 0
    notes: tuple[str, ...] = ()
    error: FigureError | None = None


def work(settings: Settings, order: FigureOrder) -> FigureAnswer:
    """Draw the figure of an order into its file. Errors that a user may see become part of the answer."""
    try:
        look = FigureOptions(
            width=parse_width(order.width),
            theme=order.theme,
            height=PAGE_MM if order.height is None else order.height,
        )
        with Store(settings.url) as store:
            drawn = draw_figure_at(store, settings.home, order.request, [order.file], look, data=False)
    except WamkgError as error:
        return FigureAnswer(error=FigureError(kind=type(error).__name__, message=str(error)))
    return FigureAnswer(file=order.file, rows=drawn.rows, notes=drawn.notes)


def read_order(text: str) -> FigureOrder:
    """Parse an order.

    Raises InvalidInputError, which names the first field that is wrong.
    """
    try:
        return FigureOrder.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the order"
        raise InvalidInputError(f"figure order: {where}: {first['msg']}") from error


def main() -> int:
    """Answer the order on standard input; returns the exit status."""
    logging.basicConfig(level=logging.WARNING)
    try:
        answer = work(get_settings(), read_order(sys.stdin.read()))
    except WamkgError as error:
        answer = FigureAnswer(error=FigureError(kind=type(error).__name__, message=str(error)))
    sys.stdout.write(answer.model_dump_json())
    return int(answer.error is not None)


if __name__ == "__main__":
    sys.exit(main())
