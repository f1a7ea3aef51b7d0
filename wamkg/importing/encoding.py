"""Detect the encoding of a file and decode it. UTF-8 is tried first, and a guess is always reported."""

import codecs
import re
from collections.abc import Iterator

from wamkg.errors import InvalidInputError

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
"""Byte order marks, longest first."""
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
_UTF8_CHARACTER = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{1,3}")


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
    """Decode text that is not valid UTF-8: UTF-8 with a few foreign bytes, or another encoding throughout."""
    high = sum(map(len, _HIGH.findall(raw)))
    utf8 = sum(map(len, _UTF8_CHARACTER.findall(raw)))
    if utf8 > 0.8 * high:
        lines = list(_broken_lines(raw))
        text = b"".join(_mixed(line) for line in raw.splitlines(keepends=True)).decode()
        what = f"{len(lines)} lines are not UTF-8 (the first is line {lines[0]})"
        return text.removeprefix("\ufeff"), f"{what}; they are read as {_NAMES['cp1252']}"
    chosen = _guess(raw)
    try:
        text = raw.decode(chosen)
    except UnicodeDecodeError:
        chosen, text = "latin_1", raw.decode("latin_1")
    return (
        text,
        f"the file is not UTF-8; it is read as {_NAMES.get(chosen, chosen)}; if letters are wrong, say --encoding NAME",
    )


def _broken_lines(raw: bytes) -> Iterator[int]:
    for number, line in enumerate(raw.split(b"\n"), start=1):
        try:
            line.decode()
        except UnicodeDecodeError:
            yield number


def _mixed(line: bytes) -> bytes:
    """Decode a UTF-8 line; its invalid bytes are read as Windows-1252."""
    try:
        line.decode()
        return line
    except UnicodeDecodeError:
        parts = re.split(rb"([\xc2-\xf4][\x80-\xbf]{1,3}|[\x80-\xff])", line)
        return b"".join(part if len(part) != 1 else _one(part) for part in parts)


def _one(byte: bytes) -> bytes:
    return byte.decode("cp1252", errors="replace").encode()


def _guess(raw: bytes) -> str:
    """Guess the encoding: a Western one if non-ASCII letters occur singly, as accented letters do."""
    from charset_normalizer import from_bytes  # only files in old encodings need it

    sample = _sample(raw)
    runs = [len(run) for run in _HIGH.findall(sample)]
    isolated = sum(length == 1 for length in runs) > 0.6 * len(runs)
    if isolated:
        names = (
            _WESTERN if max(runs) < 3 else _WESTERN[:1]
        )  # three in a row are no accents, and Mac Roman reads anything
        score, western = max((_sense(sample, name), -n, name) for n, name in enumerate(names))[::2]
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
