"""Detect the encoding of a file and decode it. UTF-8 is tried first, and a guess is always reported."""

import codecs
import re
from collections.abc import Iterable

from wamkg.errors import InvalidInputError
from wamkg.readable import pluralize

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
"""Byte order marks, longest first."""
_MOSTLY = 0.7
"""Share of the non-ASCII bytes from which a line, or a file, is UTF-8 with a few foreign bytes."""
_MAX_RANGES = 40
_SAMPLE = 1 << 18
"""Number of non-ASCII bytes used to guess an encoding."""
_EAST_ASIAN = ["gb18030", "shift_jis", "euc_jp", "big5", "euc_kr"]
_OTHERS = ["cp1251", "koi8_r", "cp1253", "cp1250", "cp1252"]
_WESTERN = ("cp1252", "cp1250", "mac_roman", "cp850")
"""Western encodings, most common first."""
_NAMES = {
    "cp1252": "Windows-1252 (Western European)", "latin_1": "Latin-1", "gb18030": "GBK (Chinese)",
    "shift_jis": "Shift-JIS (Japanese)", "euc_jp": "EUC-JP (Japanese)", "big5": "Big5 (Chinese)",
    "euc_kr": "EUC-KR (Korean)", "cp1251": "Windows-1251 (Cyrillic)", "koi8_r": "KOI8-R (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)", "cp1250": "Windows-1250 (Central European)",
    "mac_roman": "Mac Roman", "cp850": "DOS 850 (Western European)",
}  # fmt: skip
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
_HIGH = re.compile(rb"[\x80-\xff]+")
_CHINESE = re.compile(rb"(?=(?:..)*?[\xc9-\xd7])(?:[\xb0-\xd7][\xa1-\xfe]|[\xa1\xa3][\xa1-\xfe])+", re.S)
"""Common Chinese characters in GBK; Korean text does not use lead bytes from 0xc9 on."""
_UTF8_CHARACTER = re.compile(rb"([\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})")


def known_encoding(name: str) -> str:
    """Return Python's name of an encoding.

    Raises InvalidInputError if Python does not know it.
    """
    try:
        info = codecs.lookup(name)
        b"".decode(name)
    except (LookupError, ValueError, UnicodeError):
        raise InvalidInputError(
            f"there is no encoding {name!r}; write one such as utf-8, latin-1, cp1252, utf-16, gbk or shift-jis"
        ) from None
    return info.name


def marked_encoding(head: bytes) -> str | None:
    """Return the encoding that the first bytes show: by a byte order mark, or UTF-16 without one. None for others."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    sample = head[: len(head) // 2 * 2][:8192]
    half = len(sample) // 2
    if half < 4:
        return None
    even, odd = sample[::2].count(0) / half, sample[1::2].count(0) / half
    if max(even, odd) <= 0.25 or min(even, odd) >= 0.02:
        return None
    name = "utf-16-le" if odd > even else "utf-16-be"
    return None if _CONTROLS.search(sample.decode(name, errors="ignore")) else name


def decode(raw: bytes, name: str, encoding: str | None = None) -> tuple[str, str | None]:
    """Return the text of a file, and a sentence about the encoding if it had to be guessed.

    Raises InvalidInputError if the text is not in the given encoding.
    """
    chosen = encoding or marked_encoding(raw[:8192]) or "utf-8"
    try:
        text = raw.decode(chosen)
        return text.removeprefix("\ufeff"), None
    except UnicodeDecodeError as broken:
        if encoding or chosen != "utf-8":
            line = raw.count(b"\n", 0, broken.start) + 1
            raise InvalidInputError(f"{name} is not {chosen} text at line {line}; use --encoding NAME") from None
    return _decode_other(raw)


def _decode_other(raw: bytes) -> tuple[str, str]:
    """Decode text that is not valid UTF-8: a mixture of UTF-8 and another encoding, or another encoding throughout."""
    lines = raw.splitlines(keepends=True)
    foreign = {number: line for number, line in enumerate(lines, start=1) if not _is_utf8(line)}
    apart = b"".join(line for line in foreign.values() if _utf8_share(line) <= _MOSTLY)
    valid = [line.decode() for n, line in enumerate(lines, start=1) if n not in foreign and not line.isascii()]
    other = _guess(apart, frozenset("".join(valid).casefold())) if apart else "cp1252"
    if _utf8_share(raw) > _MOSTLY or (valid and (other not in _EAST_ASIAN or 2 * len(valid) >= len(foreign))):
        text = "".join(_read_line(line, other) if n in foreign else line.decode() for n, line in enumerate(lines, 1))
        what = f"the file is UTF-8 except for {pluralize(len(foreign), 'line')} read as {_NAMES.get(other, other)}"
        return text.removeprefix("\ufeff"), f"{what}: {_ranges(foreign)}"
    chosen = _guess(raw)
    try:
        text = raw.decode(chosen)
    except UnicodeDecodeError:
        chosen, text = "latin_1", raw.decode("latin_1")
    return (
        text,
        f"the file is not UTF-8; it is read as {_NAMES.get(chosen, chosen)}; if letters are wrong, say --encoding NAME",
    )


def _utf8_share(raw: bytes) -> float:
    """Return the share of the non-ASCII bytes that belong to characters in UTF-8."""
    return sum(map(len, _UTF8_CHARACTER.findall(raw))) / max(sum(map(len, _HIGH.findall(raw))), 1)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _ranges(numbers: Iterable[int]) -> str:
    """Return line numbers for a message: "lines 3-5, 9", at most the first ranges."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    shown = ", ".join("-".join(map(str, run)) for run in runs[:_MAX_RANGES])
    rest = f" and {len(runs) - _MAX_RANGES} more places" if len(runs) > _MAX_RANGES else ""
    return ("line " if len(runs) == len(runs[0]) == 1 else "lines ") + shown + rest


def _read_line(line: bytes, other: str) -> str:
    """Decode a line in the other encoding; if most of it is UTF-8, only its invalid bytes."""
    return _mixed(line) if _utf8_share(line) > _MOSTLY else line.decode(other, errors="replace")


def _mixed(line: bytes) -> str:
    """Decode a UTF-8 line; its invalid bytes are read as Windows-1252."""
    parts = _UTF8_CHARACTER.split(line)
    return "".join(part.decode("utf-8" if n % 2 else "cp1252", errors="replace") for n, part in enumerate(parts))


def _guess(raw: bytes, letters: frozenset[str] = frozenset()) -> str:
    """Guess the encoding: a Western one if non-ASCII letters occur singly, as accented letters do.

    Of two that make sense, the one with more of the given letters, which other lines of the file have.
    """
    from charset_normalizer import from_bytes  # only files in old encodings need it

    sample = _sample(raw)
    runs = [len(run) for run in _HIGH.findall(sample)]
    isolated = sum(length == 1 for length in runs) > 0.6 * len(runs)
    if isolated:
        names = (
            _WESTERN if max(runs) < 3 else _WESTERN[:1]
        )  # three in a row are no accents, and Mac Roman reads anything
        score, western = max((_sense(sample, name), -n, name) for n, name in enumerate(names))[::2]
        if western == _WESTERN[0] and _sense(sample, "cp1250") == score:
            western = max(_WESTERN[:2], key=lambda name: len(letters.intersection(sample.decode(name).casefold())))
        if score > 0.5:
            return western
    eastern = isolated or all(length % 2 == 0 for length in runs)
    if eastern and not isolated and _CHINESE.fullmatch(b"".join(_HIGH.findall(sample))):
        return "gb18030"
    best = from_bytes(sample, cp_isolation=_EAST_ASIAN if eastern else [*_EAST_ASIAN, *_OTHERS]).best()
    return best.encoding if best else _WESTERN[0]


def _sense(sample: bytes, encoding: str) -> float:
    """Return the share of plausible non-ASCII characters, or -1 if the bytes are not text."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return -1.0
    around = re.finditer(r"(?<!.)[^\x00-\x7f]|(?<=(.))[^\x00-\x7f]", text, re.S)
    judged = [
        _makes_sense(found[0], text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1])
        for found in around
    ]
    return sum(judged) / max(len(judged), 1)


def _makes_sense(character: str, before: str, behind: str) -> bool:
    """Whether a capital letter starts a word or follows capitals, and a symbol is not inside a word."""
    if character.isalpha():
        return not (character.isupper() and before.islower())
    return character in "’‘-‐–—·" or not (before.isalpha() and behind.isalpha())


def _sample(raw: bytes) -> bytes:
    """Return lines with non-ASCII bytes, just enough of them for a quick guess."""
    lines, size = [], 0
    for line in raw.split(b"\n"):
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > _SAMPLE:
                break
    return b"\n".join(lines)
