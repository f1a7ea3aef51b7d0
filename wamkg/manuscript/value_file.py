"""The file of macros that `wamkg export latex-macros` writes, as the check reads it back."""

import re
from dataclasses import dataclass

from wamkg.manuscript.events import ManuscriptPlace

_LINE = re.compile(r"^\\@namedef\{([A-Za-z]+)@([a-z]+)@([^{}]*)\}\{(.*)\}%?$", re.M)


@dataclass(frozen=True)
class DefinedValue:
    """One value of the file."""

    place: ManuscriptPlace
    value: str


def defined_values(text: str, file: str) -> dict[tuple[str, str], DefinedValue]:
    """The values of a macro file by kind and key; none for any other file."""
    return {
        (found[2], found[3]): DefinedValue(ManuscriptPlace(file, text.count("\n", 0, found.start()) + 1), found[4])
        for found in _LINE.finditer(text)
    }
