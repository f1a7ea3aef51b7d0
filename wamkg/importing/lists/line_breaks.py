"""Cells that print a title or a list of names on several lines."""

from wamkg.importing.links import is_link_label
from wamkg.importing.lists.credits import is_beside_title, read_credits
from wamkg.importing.lists.inline import Atom, Inline
from wamkg.importing.lists.words import length_of

_MIN_FIRST = 2
"""Minimum number of words of a title's first line."""
_LINKING = frozenset(("a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"))
_MAX_FURTHER = 12
"""Maximum number of words of a title's further line; a longer one describes the paper."""


def in_one_line(cell: Inline) -> tuple[Inline, bool]:
    """Join the lines of a title in a cell: further ones in the style of the first that are neither credits nor labels.

    Also return whether that is a guess: a line that starts in lower case goes on, one in upper case may be a remark.
    """
    lines = cell.lines()
    if length_of(lines[0].text) < _MIN_FIRST or not all(atom.tag for atom in cell.atoms if atom.text == "\n"):
        return cell, False
    further = 0
    while further + 1 < len(lines) and _goes_on(lines[further], lines[further + 1]):
        further += 1
    if not further:
        return cell, False
    breaks = [n for n, atom in enumerate(cell.atoms) if atom.text == "\n"][:further]
    guessed = any(not line.text[:1].islower() for line in lines[1 : further + 1]) and lines[0].text[-1:] not in ":,-–—"
    joined = [atom.as_space() if n in breaks else atom for n, atom in enumerate(cell.atoms)]
    return Inline(joined, cell.hrefs), guessed


def _goes_on(before: Inline, line: Inline) -> bool:
    """Whether a line of a cell continues the title on the line before it."""
    if not (line.text and _style(before) == _style(line) and all(_style(line) == _looks(a) for a in _words(line))):
        return False
    if length_of(line.text) > _MAX_FURTHER:
        return False
    open_ended = before.text.split()[-1] in _LINKING
    return line.text[0].isalnum() and not is_link_label(line.text) and (open_ended or not is_beside_title(line.text))


def _words(line: Inline) -> list[Atom]:
    return [atom for atom in line.atoms if any(c.isalnum() for c in atom.text) or atom.image is not None]


def _style(line: Inline) -> tuple[object, ...]:
    words = _words(line)
    return _looks(words[-1]) if words else ()


def _looks(atom: Atom) -> tuple[object, ...]:
    return atom.bold, atom.italic, atom.code, atom.under, atom.raised, atom.link, atom.image


def names_in_lines(cell: Inline) -> str:
    """Return the text of a cell of names, with a comma for each line break between two whole names."""
    lines = [text for line in cell.lines() if (text := line.text.strip(" ,;，、"))]
    return ", ".join(lines) if len(lines) > 1 and all(read_credits(text).authors for text in lines) else cell.text
