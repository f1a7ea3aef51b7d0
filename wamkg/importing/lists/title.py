"""Find the title and the name of an entry among its pieces, by their style."""

from collections.abc import Sequence
from dataclasses import dataclass

from wamkg.identifiers import name_key
from wamkg.importing.lists.cutting import PieceKind, is_short_name
from wamkg.importing.lists.spans import HeadPiece
from wamkg.importing.lists.words import all_common, is_sentence, is_telling

COLONS = frozenset(":：")
_DASHES = frozenset("-–—|")
_NAME_WORDS = 3
_SHORTEST_TITLE = 10
_QUOTED_NAME_WORDS = 8
"""Maximum number of words of a name before a quoted or italic title."""
_STYLE_SCORES = (("q", 5.0), ("b", 3.0), ("l", 3.0), ("u", 1.0), ("i", 1.0), ("c", -2.0))
_LENGTH_SCORES = {1: -2.0, 2: 0.0, 3: 1.5, 4: 2.5}
_LONG_SCORE = 3.0
_SURE_MARGIN = 2.0
_MIN_TITLE = 5
"""Number of words from which words that name an institution may be a title."""
_MIN_PEOPLE = 2
"""Number of names from which words are people and cannot be a title."""


@dataclass(frozen=True)
class Choice:
    """The pieces chosen as title and name; `sure` is True if their style leaves no doubt."""

    title: int | None
    name: int | None = None
    sure: bool = True


def own_choice(pieces: Sequence[HeadPiece]) -> Choice:
    """Choose the title by the entry's own style: quotes, style, length, position, and that it is not credits."""
    texts = [n for n, piece in enumerate(pieces) if piece.kind in (PieceKind.TEXT, PieceKind.WEAK)]
    if not texts:
        return Choice(_names_only(pieces), None, False)
    names = [n for n in range(len(pieces)) if is_name_piece(pieces, n)]
    scores = {n: _score(pieces, n, rank, names) for rank, n in enumerate(texts)}
    title = max(texts, key=lambda n: (scores[n], -n))
    margin = scores[title] - max((scores[n] for n in texts if n != title), default=-10.0)
    return Choice(title, name_before(names, title), margin >= _SURE_MARGIN and pieces[title].kind is PieceKind.TEXT)


def name_before(names: Sequence[int], title: int) -> int | None:
    """Return the name directly before a title."""
    return max((n for n in names if n < title), default=None)


def _names_only(pieces: Sequence[HeadPiece]) -> int | None:
    """Return a piece that reads like names of people, or of an institution, if nothing else could be the title."""
    for n, piece in enumerate(pieces):
        found = piece.found
        alone = found is not None and 0 < len(found.authors) <= _MIN_PEOPLE and not found.rest
        alone = alone or (found is not None and bool(found.institutions) and piece.length >= _MIN_TITLE)
        if alone and found is not None and not (found.cut or found.venue or found.year or found.date):
            return n
    return next((n for n, piece in enumerate(pieces) if piece.kind is PieceKind.REST), None)


def _score(pieces: Sequence[HeadPiece], number: int, rank: int, names: Sequence[int]) -> float:
    piece = pieces[number]
    style = max((score for letter, score in _STYLE_SCORES if letter in piece.style), default=0.0)
    length = _LENGTH_SCORES.get(piece.length, _LONG_SCORE) if piece.length else -4.0
    place = (1.0 if rank == 0 else -0.4 * rank) - 0.5 * piece.line
    weak = -2.5 if piece.kind is PieceKind.WEAK else 0.0
    prose = -3.0 if is_sentence(piece.text) and not piece.marked else 0.0
    enclosed = -3.0 if piece.before in ("(", "（") and piece.after in (")", "）") else 0.0
    behind_links = -3.0 if rank and not piece.marked and any(p.gap for p in pieces[:number]) else 0.0
    named = (-6.0 if number in names else 0.0) + (2.0 if number - 1 in names else 0.0)
    return style + length + place + weak + prose + enclosed + behind_links + named


def is_name_piece(pieces: Sequence[HeadPiece], number: int) -> bool:
    """Whether a piece is a method name before its title, set off by style, brackets, a colon or a dash."""
    piece = pieces[number]
    after = next(
        (n for n in range(number + 1, len(pieces)) if pieces[n].kind in (PieceKind.TEXT, PieceKind.WEAK)), None
    )
    if after is None or any(p.gap for p in pieces[number:after]):
        return False
    behind = pieces[after]
    if piece.kind not in (PieceKind.TEXT, PieceKind.WEAK, PieceKind.BRACKET) or (
        "q" in piece.style and piece.length > 2
    ):
        return False
    if piece.kind is PieceKind.BRACKET or (piece.before == "[" and piece.after == "]"):
        follows_link = number > 0 and bool(pieces[number - 1].links) and not piece.links
        return not follows_link and is_bracketed_name(piece, behind)
    if piece.after in COLONS or (behind.before in _DASHES and behind.before):
        return _is_parted_name(piece, behind)
    apart = piece.marked and behind.style != piece.style and piece.line == behind.line
    return apart and piece.length <= 2 and is_short_name(piece.text) and (behind.length >= 3 or "q" in behind.style)


def is_bracketed_name(piece: HeadPiece, behind: HeadPiece) -> bool:
    """Whether a bracketed word before a title is a name: an invented word, or one that the title starts with."""
    if piece.length > _NAME_WORDS + 1 or len(behind.text) < _SHORTEST_TITLE:
        return False
    telling = any(is_telling(word) for word in piece.text.split()) or (piece.text.isupper() and len(piece.text) > 2)
    return (telling and is_short_name(piece.text)) or contains_name(behind.text, piece.text)


def contains_name(title: str, name: str) -> bool:
    """Whether a title contains the name as a separate word or at its start."""
    words = [name_key(word) for word in title.split()]
    key = name_key(name)
    return bool(key) and (key in words or name_key(title).startswith(key))


def _is_parted_name(piece: HeadPiece, behind: HeadPiece) -> bool:
    """Whether words before a colon or a dash are a name and not the first part of a title."""
    set_off = "q" in behind.style or ("i" in behind.style and "i" not in piece.style)
    if (behind.length < 2 and not set_off) or piece.length > (_QUOTED_NAME_WORDS if set_off else _NAME_WORDS):
        return False
    if set_off:
        return piece.marked or any(c.isupper() or c.isdigit() for c in piece.text)
    return is_short_name(piece.text) or (piece.marked and piece.length <= 2 and not all_common(piece.text))
