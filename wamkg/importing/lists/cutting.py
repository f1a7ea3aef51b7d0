"""Cut a line of words into its title, what precedes it, and the credits after it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from wamkg.importing.links import is_link_label
from wamkg.importing.lists.authors import has_initial, is_family
from wamkg.importing.lists.credits import Credits, is_arxiv_number, read_credits
from wamkg.importing.lists.words import all_common, has_han, is_common, is_telling, length_of, strip_marks, words_of
from wamkg.importing.venues import is_known_venue, read_date, read_venue
from wamkg.names import CAPITALS

EDGE = " \t\n\xa0.,;:-–—|·•*_`~，。；：、/+&>\\"
"""Characters around a title that do not belong to it."""
_LEFT_EDGE = "*-`~，。；：、/+&>\\"
_BLANK = " \t\n\xa0"
_OPENING, _CLOSING = "[(【（{", "])】）}"
_NEW = re.compile(r"^(?:new|hot|updated?|latest|recent|popular|important|must[- ]read|recommended|todo)\W*$", re.I)
_NEW_WORD = re.compile(r"^(?:(?:NEW|HOT|UPDATED?)\b(?!-)[!:]*|New[!:]+)\s+(?=\S*[a-z])")
_NUMBER = re.compile(r"^#?\d{1,4}\s*[.)、]\s+|^\(\d{1,3}\)\s*")
_BOX = re.compile(r"^\[[ xX]?\]\s*")
_ARXIV = re.compile(r"^(?:arxiv[:\s]*)?\d{4}\.\d{4,5}(?:v\d+)?\s*[:,|–—-]?\s+(?=\S)", re.I)
_FRONT_DATE = re.compile(
    r"^((?:19|20)\d\d[-./]\d{1,2}(?:[-./]\d{1,2})?)\s*[:：,|–—-]?\s+(?=\S)|^((?:19|20)\d\d)\s*[|–—]\s*(?=\S)"
)
_FRONT_VENUE = re.compile(r"^([A-Z][A-Za-z/-]{1,14}(?:\s*['’]?|\s+)(?:20)?\d\d)\s*(?:[:：|–—]|\s-\s|,)\s*(?=\S)")
_SENTENCE_END = re.compile(r"(?<=[^\W_]|[)?!”\"’'%*])\.(?=\s|$)|。")
_ABBREVIATED = re.compile(
    rf"(?:^|[\s(.])(?:vs|e\.g|i\.e|etc|cf|dr|mr|mrs|st|no|al|fig|approx|[{CAPITALS}]|ph\.d)$", re.I
)
_INITIAL = re.compile(rf"\s*[{CAPITALS}]\.(?=[\s,])")
_PREPRINT = re.compile(r"\w{2,4}[Xx]iv\b")
_ASKED = re.compile(r"[^.?!(,]{1,40}[?!](?=\s|$)")
"""A short question after a full stop, which still belongs to the title: "Learning by Playing. Possible?"."""
OWN_BRACKETS = re.compile(r"(?:extended|full|long|short|revised|technical) (?:version|abstract|report)", re.I)
"""Words in brackets that are part of titles."""
_ASKING_END = re.compile(r"[?!](?=\s)")
_DASH = re.compile(r"\s[-–—|]+\s|\s--+\s|——")
_BARS = re.compile(r"\s\|\s")
_MIN_COLUMNS = 3
"""Number of parts between bars from which a line is like a table row: "2024 | Title | Authors"."""
_TITLE_BEFORE = re.compile(r"^(?P<title>[^,;.()]{4,60}?)(?:\s*(?=[(\[](?:19|20)\d\d[)\]])|(?=\.\s))")
_STRAY_QUOTE = re.compile(r"[\"”](?=\s*[,.(\[]|\s*$)")
_SUMMARY = re.compile(r"\s{2,}[-–—:]*\s*|\s[-–—]+\s")
_SUMMARY_WORDS = 15
"""Minimum number of words in a summary after a title."""
_MAX_COMMAS = 80
_LABEL_WORDS = 2
"""Maximum number of words of a label that is not a link: "Paper", "Project Page"."""


class PieceKind(StrEnum):
    """What a piece is, judged by its words."""

    TEXT = "text"
    WEAK = "weak"
    """May be a person's name or a title of two or three words."""
    CREDITS = "credits"
    BRACKET = "bracket"
    """A word in brackets before a title: a name or a mark."""
    MARK = "mark"
    REST = "rest"
    """Words after the title that are not credits: a remark or a note."""


@dataclass(frozen=True)
class Cut:
    """Some words and their kind."""

    kind: PieceKind
    text: str
    found: Credits | None = None
    """The credits recognized in it, if any."""


Part = Cut | str
"""Some words, or the characters between two pieces."""


def cut_marked(text: str) -> list[Part]:
    """Cut words that their style marks as one piece: only brackets and credits are removed."""
    lead, body, trail = _trimmed(text)
    front, core, back = _peel(body)
    own = [_cut(core, as_title(core))] if any(c.isalnum() for c in core) else [core]
    return [lead, *front, *own, *back, trail]


def cut_plain(text: str) -> list[Part]:
    """Cut plain text: the title ends at a full stop, at the credits after it, or at a dash."""
    columns = _BARS.split(text)
    if len(columns) >= _MIN_COLUMNS:
        return [part for n, column in enumerate(columns) for part in ([" | "] if n else []) + _cut_column(column)]
    lead, body, trail = _trimmed(text)
    front, core, back = _peel(body)
    inner, bare, outer = _trimmed(core)
    if bare[:1] in _OPENING and bare and _matching(bare) == len(bare) - 1:
        kind = kind_of_words(bare[1:-1], loose=True)
        kind = kind if kind is PieceKind.CREDITS else PieceKind.REST
        return [lead, *front, bare[0], _cut(bare[1:-1], bare[1:-1], True, kind), bare[-1], *back, trail]
    own = list(_running(bare)) if any(c.isalnum() for c in bare) else [bare]
    return [lead, *front, inner, *own, outer, *back, trail]


def _cut_column(text: str) -> list[Part]:
    return cut_whole(text) if kind_of_words(text, loose=True) is PieceKind.TEXT else cut_plain(text)


def cut_whole(text: str) -> list[Part]:
    """Cut a cell that is a title: no name or author is removed, only a venue, a date, or a long summary."""
    lead, body, trail = _trimmed(text)
    front, core, back = _peel(body)
    if kind_of_words(core) is PieceKind.CREDITS and read_credits(core).year:
        return cut_plain(text)
    end = _whole_end(core)
    behind = core[end:].strip(EDGE)
    rest = [_cut(behind, behind, True, _kind_behind(behind))] if behind else []
    own = [Cut(PieceKind.TEXT, as_title(core[:end]))] if any(c.isalnum() for c in core[:end]) else [core[:end]]
    return [lead, *front, *own, *([", "] if rest else []), *rest, *back, trail]


def _kind_behind(text: str) -> PieceKind:
    return PieceKind.CREDITS if read_credits(text).complete else PieceKind.REST


def _whole_end(text: str) -> int:
    """Find where the title of a cell ends: at its venue or date, or at a summary after two spaces or a dash."""
    for found in _SUMMARY.finditer(text):
        title, behind = text[: found.start()], text[found.end() :]
        if length_of(title) >= 2 and length_of(behind) >= _SUMMARY_WORDS:
            return found.start()
    ends = (m.start() for m in re.finditer(r"[,，(\[（]|\.\s", text) if not _is_enclosed(text, m.start()))
    ends = (end for end in ends if not _opens_title_words(text[end:]))
    return next((end for end in ends if _is_published(text[end + 1 :])), len(text))


def _is_enclosed(text: str, at: int) -> bool:
    """Whether a position is inside brackets."""
    before = text[:at]
    return sum(map(before.count, _OPENING)) > sum(map(before.count, _CLOSING)) and any(c in _CLOSING for c in text[at:])


def _is_published(text: str) -> bool:
    """Whether words are a venue or date; names may precede it only if shortened or with initials."""
    found = read_credits(text)
    named = not found.authors or found.cut or any(has_initial(name) for name in found.authors)
    return found.complete and named and bool(found.venue or found.year or found.date or found.cut)


def _cut(text: str, shown: str, loose: bool = False, kind: PieceKind | None = None) -> Cut:
    """Return words with their kind; `shown` are the words without surrounding marks."""
    kind = kind or kind_of_words(text, loose)
    return Cut(kind, shown, read_credits(text, loose) if kind is PieceKind.CREDITS else None)


def as_title(text: str) -> str:
    """Return words without surrounding marks and with single spaces; parts of a title stay ("C++", "A*")."""
    bare = re.sub(rf"^(?:[{re.escape(_LEFT_EDGE)}](?![^\W_])|[.,;:·•|–—\s])*", "", " ".join(text.split()))
    bare = re.sub(r"(?:\s+[*_]+|[\s`~,;:，；：、|·•\\–—-])+$", "", bare)
    return bare if bare.endswith(("..", "…")) else bare.rstrip(". 。")


def _trimmed(text: str) -> tuple[str, str, str]:
    """Split off the marks before and after the words; unmatched brackets count as marks."""
    start, end = len(text) - len(text.lstrip(EDGE + _CLOSING)), len(text.rstrip(_BLANK + _OPENING))
    start -= start > 0 and text[start - 1] == "-" and not text[: start - 1].strip()
    while start < end and text[end - 1] in EDGE and text[end - 1] not in "*+&/>":
        end -= 1
    return text[:start], text[start:end], text[max(start, end) :]


def kind_of_words(text: str, loose: bool = False) -> PieceKind:
    """Return the kind of some words: credits, a label, perhaps a name, or text."""
    found = read_credits(text, loose)
    if found.complete and (found.year or found.date):
        return PieceKind.CREDITS
    if found.complete and not found.found:
        return PieceKind.CREDITS if any(is_arxiv_number(d) for d in found.details) else PieceKind.TEXT
    if _NEW.match(text) or (is_link_label(text) and length_of(text) <= _LABEL_WORDS):
        return PieceKind.MARK
    if found.complete:
        weak = not found.sure and (found.authors or (found.institutions and not loose))
        return PieceKind.WEAK if weak else PieceKind.CREDITS
    if _are_two_families(text):
        return PieceKind.WEAK
    return PieceKind.CREDITS if _mostly_names(found) else PieceKind.TEXT


def _are_two_families(text: str) -> bool:
    """Whether a text may be two family names: "Lund & Moe"."""
    words = text.split()
    return len(words) == 3 and words[1] in ("&", "and") and is_family(words[0]) and is_family(words[2])


def _mostly_names(found: Credits) -> bool:
    """Whether most words are names, though some are unknown."""
    unknown = sum(length_of(words) for words in found.rest)
    named = sum(length_of(name) for name in found.authors)
    many = len(found.authors) >= 3 or (found.cut and bool(found.authors))
    return many and unknown * 2 <= named and found.starts_known


def _peel(text: str) -> tuple[list[Part], str, list[Part]]:
    """Split into what precedes the words, the words, and what follows them in brackets."""
    front: list[Part] = []
    core = text
    while core:
        taken, rest = _front(core, bool(front))
        if not taken:
            break
        front, core = [*front, *taken], rest
    back: list[Part] = []
    while any(c.isalnum() for c in core):
        behind = _back(core)
        if behind is None:
            break
        core, back = behind[0], [behind[1], *back]
    return front, core, back


def _front(text: str, again: bool) -> tuple[list[Part], str]:
    """Take one prefix off a title; nothing if the text starts with the title itself."""
    bare = text.lstrip(" \t\n\xa0·•|*")
    words, symbols = strip_marks(bare)
    if symbols:
        return [Cut(PieceKind.MARK, symbol) for symbol in symbols], words
    box = _BOX.match(bare) or _NUMBER.match(bare)
    if box:
        return [""], bare[box.end() :]
    new = _NEW_WORD.match(bare)
    if new:
        return [Cut(PieceKind.MARK, new[0].strip())], bare[new.end() :]
    if bare[:1] in _OPENING and bare:
        return _front_bracket(bare)
    return _front_date(bare)


def _front_bracket(text: str) -> tuple[list[Part], str]:
    end = _matching(text)
    if end is None:
        return [], text
    inside, behind = text[1:end].strip(), text[end + 1 :]
    if text[0] in "【[" and not any(c.isalnum() for c in strip_marks(inside)[0]):
        return [Cut(PieceKind.MARK, inside)] if inside else [""], behind.lstrip()
    kind = _kind_in_brackets(inside)
    if kind is None or (kind is PieceKind.BRACKET and text[0] in "(（") or not any(c.isalnum() for c in inside):
        return [], text
    return [_cut(inside, inside, True, kind), behind[: len(behind) - len(behind.lstrip(" :：-–—|,"))]], behind.lstrip(
        " :：-–—|,"
    )


def _kind_in_brackets(inside: str) -> PieceKind | None:
    """Return the kind of bracketed words before a title; None if they belong to the title."""
    words, symbols = strip_marks(inside)
    if not any(c.isalnum() for c in words) or _NEW.match(words) or (words.isdigit() and len(words) < 4):
        return PieceKind.MARK
    kind = kind_of_words(words, loose=True)
    if kind in (PieceKind.CREDITS, PieceKind.MARK) and not (kind is PieceKind.MARK and symbols):
        return kind
    return PieceKind.BRACKET if len(inside) <= 40 and length_of(words) <= 4 else None


def _matching(text: str) -> int | None:
    """Return the position of the bracket that closes the first one."""
    depth = 0
    for n, c in enumerate(text):
        depth += (c in _OPENING) - (c in _CLOSING)
        if depth == 0:
            return n
    return None


def _front_date(text: str) -> tuple[list[Part], str]:
    for pattern in (_FRONT_DATE, _FRONT_VENUE, _ARXIV):
        found = pattern.match(text)
        rest = text[found.end() :] if found else ""
        if found and length_of(rest) >= 2 and (pattern is not _FRONT_VENUE or is_known_venue(read_venue(found[1])[0])):
            return [_cut(found[0], found[0].strip(EDGE), True, PieceKind.CREDITS)], rest
    return [], text


def _back(text: str) -> tuple[str, Part] | None:
    """Take the final bracket off the words if it is credits, a remark or a label.

    Any bracket after one with a venue or date is a remark: "Title (VLDB 2011) (without code)".
    """
    bare = text.rstrip(EDGE)
    if not bare or bare[-1] not in _CLOSING:
        return None
    start = _opening(bare)
    if start is None or not any(c.isalnum() for c in bare[:start]):
        return None
    inside = bare[start + 1 : -1]
    if OWN_BRACKETS.fullmatch(inside):
        return None
    kind = kind_of_words(strip_marks(inside)[0], loose=True)
    if not any(c.isalnum() for c in inside) or (
        bare[start - 1].isalnum() and bare[start].isascii() and not _says_when(inside)
    ):
        return None
    if kind not in (PieceKind.CREDITS, PieceKind.MARK):
        before = _back(bare[:start])
        if before is None or not isinstance(before[1], Cut) or not _says_when(before[1].text):
            return None
        kind = PieceKind.REST
    return bare[:start], _cut(inside, inside, True, kind)


def _says_when(text: str) -> bool:
    """Whether words are a venue with its year, or credits with both."""
    found = read_credits(text)
    return found.complete and found.venue is not None and found.year is not None


def _opening(text: str) -> int | None:
    """Return the position of the bracket that opens the last one."""
    depth = 0
    for n in range(len(text) - 1, -1, -1):
        depth += (text[n] in _CLOSING) - (text[n] in _OPENING)
        if depth == 0:
            return n
    return None


def _running(text: str) -> Iterator[Part]:
    """Split plain text into credits, or a title with credits before or after it."""
    kind = kind_of_words(text, loose=True)
    named = title_like_a_name(text) if kind is PieceKind.CREDITS else 0
    if named:
        yield Cut(PieceKind.WEAK, as_title(text[:named]))
        yield from (text[named], _cut(text[named + 1 :], text[named + 1 :].strip(), True, PieceKind.CREDITS))
        return
    if kind in (PieceKind.CREDITS, PieceKind.MARK):
        yield _cut(text, text, True, kind)
        return
    lead = _names_in_front(text)
    if lead:
        yield _cut(text[:lead], text[:lead].strip(), True, PieceKind.CREDITS)
        yield from cut_plain(text[lead:])
        return
    end, skip = _title_end(text)
    title, behind = text[:end], text[end + skip :]
    yield _cut(title, as_title(title))
    if any(c.isalnum() for c in behind):
        yield text[end : end + skip]
        yield from _behind(title, behind)


def title_like_a_name(text: str) -> int:
    """Find the end of a title that reads like a name, before authors: "Mask Net (2017), K. Lee"; else 0.

    The name may be that of an institution: "OpenAI Sandbox (2017), K. Lee".
    """
    found = _TITLE_BEFORE.match(text)
    if found is None or _ABBREVIATED.search(found["title"]):
        return 0
    lead, behind = read_credits(found["title"]), read_credits(text[found.end("title") + 1 :])
    alone = len(lead.authors) + len(lead.institutions) == 1 and not (lead.sure or lead.cut)
    return found.end("title") if alone and behind.complete and (behind.authors or behind.cut) else 0


def _behind(title: str, text: str) -> Iterator[Part]:
    """Classify what follows the first part: credits, a title after a short name, or other words."""
    lead, body, trail = _trimmed(text)
    if kind_of_words(body, loose=True) in (PieceKind.CREDITS, PieceKind.MARK, PieceKind.WEAK):
        yield from (lead, _cut(body, body, True, PieceKind.CREDITS), trail)
    elif length_of(title) <= 3 and is_short_name(title):
        yield lead
        yield from cut_plain(body)
        yield trail
    else:
        yield from (lead, Cut(PieceKind.REST, body), trail)


def _names_in_front(text: str) -> int:
    """Count the leading characters that are author names, as in "Bell, A., Cole, B. (2020). Title"; 0 if none."""
    for end in (m.end() for m in re.finditer(r"[.:)]\s|,\s(?=[\"“])", text[:600])):
        lead, rest = text[:end], text[end:]
        found = read_credits(lead)
        if found.complete and found.authors and found.sure and length_of(rest) >= 2 and rest.lstrip()[:1].isupper():
            if not read_credits(rest).complete and not _goes_on(rest):
                return end
        elif length_of(lead) > 8 and not found.authors:
            return 0
    return 0


def _goes_on(rest: str) -> bool:
    """Whether the names continue: with an initial, or the next segment is also a name."""
    if _INITIAL.match(rest):
        return True
    segment = re.split(r"[,;&]|\band\b|\.\s", rest, maxsplit=1)[0]
    found = read_credits(segment)
    return len(segment) < len(rest) and found.complete and bool(found.authors)


def _title_end(text: str) -> tuple[int, int]:
    """Find where the title of a plain text ends, and the length of the separator after it."""
    ends = [_sentence_end(text), _asking_end(text), _credits_start(text), _dash(text), _stray_quote(text)]
    return min((end for end in ends if end is not None), default=(len(text), 0))


def _sentence_end(text: str) -> tuple[int, int] | None:
    for found in _SENTENCE_END.finditer(text):
        follows = text[found.end() :].lstrip()
        goes_on = (follows[:1].islower() and not _PREPRINT.match(follows)) or _ASKED.match(follows) is not None
        goes_on = goes_on or _calls(text[: found.start()], follows)
        if not _ABBREVIATED.search(text[: found.start()]) and not goes_on and found.start() > 1:
            return found.start(), 1
    return None


def _calls(lead: str, follows: str) -> bool:
    """Whether one or two plain words before a full stop belong to the title: "Touch. Feel the Sand"."""
    words = re.split(r"[.!?]\s+", lead)[-1].split()
    if len(words) > 2 or any(is_telling(word) for word in words):
        return False
    sentence = re.split(r"\.(?:\s|$)", follows, maxsplit=1)[0]
    return any(c.isalnum() for c in sentence) and kind_of_words(sentence, loose=True) is PieceKind.TEXT


def _asking_end(text: str) -> tuple[int, int] | None:
    """A question mark ends a title only if credits follow it."""
    for found in _ASKING_END.finditer(text):
        behind = read_credits(text[found.end() :])
        han = [has_han(name) for name in behind.authors]
        is_title = bool(han) and han[0] and not all(han)  # "Why Not? 世界模型 (2021), Ann Lee"
        is_title = is_title or _opens_title_words(text[found.end() :].lstrip())
        if behind.complete and behind.sure and not is_title:
            return found.end(), 0
    return None


def _credits_start(text: str) -> tuple[int, int] | None:
    """Find the first comma or bracket followed only by credits."""
    best: int | None = None
    cuts = [m.start() for m in re.finditer(r"[,(\[，（]", text) if not _is_enclosed(text, m.start())][-_MAX_COMMAS:]
    for cut in reversed(cuts):
        behind = read_credits(text[cut + 1 :])
        if _opens_title_words(text[cut:]):
            break
        if not behind.complete and best is not None and text[cut] in ",，":
            break
        if behind.complete and (behind.sure or _lone_name(text[:cut], behind)):
            best = cut
        elif not behind.complete and best is None:
            return None
    return (best, 1) if best is not None else None


def _opens_title_words(text: str) -> bool:
    """Whether a text starts with a bracket of a title: "() tokens", "(and Back) with", "(Full Version)"."""
    end = _matching(text) if text[:1] in _OPENING else None
    inside = text[1:end].strip() if end is not None else "-"
    if not inside or OWN_BRACKETS.fullmatch(inside):
        return True
    return any(is_common(word) for word in words_of(inside)) and not read_credits(inside).complete


def _lone_name(title: str, behind: Credits) -> bool:
    """Whether one name after a title can only be a person's: it contains no word that occurs in titles."""
    name = " ".join(behind.authors)
    return len(behind.authors) == 1 and length_of(title) >= 3 and not any(is_common(word) for word in words_of(name))


def _dash(text: str) -> tuple[int, int] | None:
    """A dash ends a title of several words, or precedes credits; a short name before a dash is not a title."""
    for found in _DASH.finditer(text):
        lead, behind = text[: found.start()], text[found.end() :]
        credits = read_credits(behind)
        if (credits.complete and credits.sure) or length_of(lead) >= 4 or is_short_name(lead):
            return found.start(), found.end() - found.start()
    return None


def _stray_quote(text: str) -> tuple[int, int] | None:
    """A closing quotation mark without an opening one."""
    found = _STRAY_QUOTE.search(text)
    if found is None or any(c in '"“' for c in text[: found.start()]):
        return None
    return found.start(), 1


def is_short_name(text: str) -> bool:
    """Whether one to three words may name a method: one is invented, or none occurs in titles."""
    bare = re.sub(r"\s*\([^()]*\)$", "", text.strip(EDGE)).strip("[]()")
    words = bare.split()
    if not 1 <= len(words) <= 3 or len(bare) > 40 or read_date(bare) is not None or is_link_label(bare):
        return False
    if kind_of_words(bare) is PieceKind.CREDITS or not (bare[0].isalnum() or bare[0] in "$("):
        return False
    if any(is_telling(word) for word in words):
        return True
    return not all_common(bare) and (len(words) == 1 or all(w[:1].isupper() for w in words))
