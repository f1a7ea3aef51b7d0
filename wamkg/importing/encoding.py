"""Which encoding a file is in, and its text; UTF-8 before all others, and a guess is always named."""

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
"""Byte order marks, the longer ones first."""
_SAMPLE = 1 << 18
"""How much of the text that is not ASCII is looked at for a guess, in bytes."""
_EAST_ASIAN = ["gb18030", "shift_jis", "euc_jp", "big5", "euc_kr"]
_OTHERS = ["cp1251", "koi8_r", "cp1253", "cp1250", "cp1252"]
_WESTERN = ("cp1252", "cp1250", "mac_roman", "cp850")
"""The commonest first."""
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
"""The common Chinese characters in GBK; the leading bytes from 0xc9 on are not those of Korean."""
_UTF8_CHARACTER = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{1,3}")


def known_encoding(name: str) -> str:
    """Python's name of an encoding.

    Raises InvalidInputError for one that Python does not know.
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
    """The encoding that the first bytes give away: by a byte order mark, or as UTF-16 without one; None for others."""
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
    """Text of a file, and a sentence on the encoding where it had to be guessed.

    Raises InvalidInputError where the text is not in the encoding that is given.
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
    """Text that is not UTF-8: UTF-8 with a few bytes of another encoding, or all in another one."""
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
    """A line in UTF-8, its other bytes read as Windows-1252."""
    try:
        line.decode()
        return line
    except UnicodeDecodeError:
        parts = re.split(rb"([\xc2-\xf4][\x80-\xbf]{1,3}|[\x80-\xff])", line)
        return b"".join(part if len(part) != 1 else _one(part) for part in parts)


def _one(byte: bytes) -> bytes:
    return byte.decode("cp1252", errors="replace").encode()


def _guess(raw: bytes) -> str:
    """The likeliest encoding: a Western one where letters beyond ASCII stand alone, as accents do."""
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
    """Share of the characters beyond ASCII that make sense where they stand, -1 where the bytes are no text."""
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
    """Whether a capital stands at the start of a word or among capitals, and a sign not within a word."""
    if character.isalpha():
        return not (character.isupper() and before.islower())
    return character in "’‘-‐–—·" or not (before.isalpha() and behind.isalpha())


def _sample(raw: bytes) -> bytes:
    """The lines that are not ASCII, of them so many that a guess is quick."""
    lines, size = [], 0
    for line in raw.split(b"\n"):
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > _SAMPLE:
                break
    return b"\n".join(lines)
