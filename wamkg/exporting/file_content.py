"""An export that is a file of bytes, not text."""

from collections.abc import Sequence
from typing import NamedTuple


class FileContent(NamedTuple):
    """The bytes of a file, and what had to be left out of it, each as a sentence."""

    data: bytes
    left_out: Sequence[str] = ()
