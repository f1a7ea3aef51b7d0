"""Comparison of two titles: the same title, one title that was changed, or two titles?

Titles are compared by their words, not by their characters: "A Survey of Video Models" and "A Survey of Image Models"
differ little but are two papers; "UniPi: Learning Universal Policies" and "Learning Universal Policies" are one.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from threading import Lock

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq
from snowballstemmer import stemmer  # type: ignore[import-untyped]

from wamkg.identifiers import normalise


class TitleRelation(StrEnum):
    """How two titles compare, closest first.

    `name`: the same method name but nothing else in common. `sequel`: the same name with another number.
    """

    SAME = "same"
    CHANGED = "changed"
    NAME = "name"
    OTHER = "other"
    SEQUEL = "sequel"


_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,80}>")
_FORMATTING = re.compile(r"\\(?:text|math)[a-z]*\b\s*|\\(?:emph|it|bf|sc|rm|tt|em|mbox|hbox|boldsymbol|bm)\b\s*")
_COMMAND = re.compile(r"\\([a-zA-Z]+)\s*")
_ACCENT = re.compile(r"\\[^a-zA-Z\s]")
_MARKUP = re.compile(r"[${}^_*`]")
_DECIMAL = re.compile(r"(?<=\d)[.,](?=\d)")
_NOTE = (
    r"(?:v\s?\d+(?:\.\d+)?|version\s\d+(?:\.\d+)?|(?:extended|full|long|short|revised|preprint|arxiv"
    r"|camera[- ]ready|journal|conference|workshop|final|updated|corrected|preliminary)"
    r"\s(?:abstract|version|paper|report|draft|edition)s?"
    r"|preprint|(?:technical|tech)\sreport|working\spaper|work\sin\sprogress|student\sabstract"
    r"|supplement(?:ary|al)?(?:\smaterials?)?|with\s(?:appendix|appendices|supplement)|oral|spotlight|poster"
    r"|(?:[a-z]+[- ]?)?(?:19|20)\d\d)"
)
"""Text that a source prints beside a title and that is not part of it: a version, a kind of text, a venue with its
year.
"""
_BRACKETED = re.compile(
    rf"^\s*[\[(]\s*{_NOTE}(?:[\s,]+{_NOTE})*\s*[\])]\s*[:.]?\s*|\s*[\[(]\s*{_NOTE}(?:[\s,]+{_NOTE})*\s*[\])]\s*$", re.I
)
_TRAILING = re.compile(
    r"[\s.,:;–—-]+(?:v\d+(?:\.\d+)?|version\s\d+|(?:extended|full|revised|updated)\s(?:abstract|version|edition)"
    r"|technical\sreport|preprint)\s*\.?\s*$",
    re.I,
)
_GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon", "ζ": "zeta",
          "η": "eta", "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho",
          "σ": "sigma", "ς": "sigma", "τ": "tau", "φ": "phi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
          "∞": "infinity"}  # fmt: skip
_SEPARATOR = re.compile(r"\s*:\s+|\s+[-–—|]+\s+|\s*[—：]\s*|(?<=\w):(?=[A-Z])")
_CJK = re.compile(r"[぀-ヿ㐀-鿿豈-﫿가-힯]")


def _word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


MIN_EXTENDED = 5
"""Minimum number of meaningful words of a title for another one with more words to be its longer form."""
_STOP = _word_set(
    """
    a an the of for in on at by to from with without via and or as is are be its it this that their our we you
    your into onto over under between across through using use toward towards can how what why when where which do
    does not
    """
)
_KINDS = _word_set(
    """
    survey review overview benchmark dataset challenge tutorial perspective position roadmap taxonomy introduction
    handbook proceedings workshop report comment reply erratum corrigendum retraction editorial thesis
    dissertation
    """
)
"""Words for the kind of text: a survey of a method is not the method."""
_COMMON = _word_set(
    """
    model models learning learn deep neural network networks method methods approach framework system systems
    based data large scale novel new efficient robust general unified improved improving analysis study task tasks
    end world action actions video videos image images vision visual language robot robots robotic robotics policy
    policies agent agents embodied manipulation generation generative diffusion transformer transformers
    reinforcement training pre trained pretrained pretraining foundation representation representations human
    motion recognition detection 3d 2d multi self supervised knowledge reasoning planning control prediction
    predictive understanding environment open
    """
)
"""Words that are so common in titles that sharing one means little."""
MAX_NAME_WORDS = 4
MIN_NAME_WEIGHT = 1.0
MIN_SPELLING = 88
MAX_ABBREVIATED = 7
MIN_SHARED, MIN_RATIO = 1.6, 0.78
"""Weight of common words, and their share, above which titles with a replaced word are one title."""
MIN_PART = 0.7
"""The same share if one title has all words of the other."""
MIN_TEXT, MIN_TEXT_RATIO, MIN_WORDS = 1.75, 0.85, 3
"""What two titles must have in common, apart from their names, if the names differ."""
MIN_COMMON = 1.0
"""Weight of the words in common below which no two titles are compared further."""
MIN_HEAD_WORDS = 5
"""Minimum number of words of a title that became the beginning of another; shorter ones are common phrases."""
_stem_of, _one_at_a_time = stemmer("english").stemWord, Lock()
_COMMON_WEIGHT, _CJK_WEIGHT = 0.4, 0.4


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    with _one_at_a_time:  # the stemmer keeps the word that it is at
        return str(_stem_of(word))


_COMMON_STEMS = frozenset(_stem_of(word) for word in _COMMON)
_KIND_STEMS = frozenset(_stem_of(word) for word in _KINDS)


def plain_title(title: str) -> str:
    """A title without markup, LaTeX, and notes that sources print beside titles (version, venue with its year)."""
    text = _TAG.sub(" ", html.unescape(title)).replace(" & ", " and ")
    text = _MARKUP.sub("", _ACCENT.sub("", _COMMAND.sub(r"\1", _FORMATTING.sub("", text))))
    text = "".join(_GREEK.get(c, c) for c in unicodedata.normalize("NFKC", text).replace("Π", "π"))
    text = " ".join(_DECIMAL.sub("", text).split())
    while (shorter := _TRAILING.sub("", _BRACKETED.sub("", text))) != text and normalise(shorter):
        text = shorter
    return text.strip(" .\"'“”«»")


@dataclass(frozen=True)
class TitleParts:
    """A title in parts: all its words, those before and after the colon, and the method name if there is one.

    `coined`: the name is unique, not a phrase of the language or the field.
    """

    key: str
    words: tuple[str, ...]
    first_words: tuple[str, ...]
    rest_words: tuple[str, ...]
    head: str
    coined: bool


@lru_cache(maxsize=4_000)
def title_parts(title: str) -> TitleParts:
    """Split a title into parts."""
    text = plain_title(title)
    first, *rest = _SEPARATOR.split(text, maxsplit=1)
    words, first_words = _words(text), _words(first)
    key = normalise(text).replace(" ", "")
    if not 0 < len(first_words) <= MAX_NAME_WORDS:
        return TitleParts(key, words, first_words if rest else (), words if not rest else (), "", False)
    rest_words = _words(rest[0]) if rest else ()
    return TitleParts(key, words, first_words if rest else (), rest_words, "".join(first_words), is_made_up(first))


def _words(text: str) -> tuple[str, ...]:
    return tuple(part for word in normalise(text).split() for part in (list(word) if _CJK.search(word) else [word]))


def is_made_up(name: str) -> bool:
    """Whether a name is coined, not a phrase of the language or the field: by its form, or by uncommon words."""
    words = [word for word in _words(name) if word not in _STOP]
    if len(_words(name)) == 1:
        return bool(words) and _stem(words[0]) not in _COMMON_STEMS
    looks = (re.search(r"\d|(?<=[a-z])[A-Z]|\w[&+]\w", word) for word in name.split())
    return any(looks) or _weight(tuple(map(_stem, words))) >= MIN_NAME_WEIGHT


def looks_made_up(name: str) -> bool:
    """Whether the form of a name distinguishes it from other words: capitals or digits inside a word."""
    return any(re.search(r"\d|(?<=\w)[A-Z]", word) for word in name.split())


def compare_titles(one: str, other: str) -> TitleRelation:
    """Compare two titles by their words."""
    a, b = title_parts(one), title_parts(other)
    if a.key == b.key or _is_one_printing(a.words, b.words):
        return TitleRelation.SAME
    whole = _align(a.words, b.words)
    if whole.is_whole:
        return TitleRelation.CHANGED
    if _numbers_differ(a, b, whole):
        return TitleRelation.SEQUEL if _is_sequel(a, b) or _differ_in_numbers_only(whole) else TitleRelation.OTHER
    if _is_one_changed(a, b, whole) or _is_extended(a, b):
        return TitleRelation.CHANGED
    if a.head and a.head == b.head:
        return TitleRelation.NAME if a.coined or b.coined else TitleRelation.OTHER
    return TitleRelation.SEQUEL if _is_sequel(a, b) else TitleRelation.OTHER


def _is_extended(a: TitleParts, b: TitleParts) -> bool:
    """Whether one title is the other with inserted words: all meaningful words of the shorter one, in order."""
    short, long = sorted(
        ([word for word in part.words if word not in _STOP and len(word) > 1] for part in (a, b)), key=len
    )
    rest = iter(long)
    in_order = all(word in rest for word in short)
    return len(short) >= MIN_EXTENDED and in_order and not _KINDS.intersection(set(long) - set(short))


def _is_sequel(a: TitleParts, b: TitleParts) -> bool:
    return bool(a.head and b.head) and a.head != b.head and _letters(a.head) == _letters(b.head) != ""


@dataclass(frozen=True)
class _Alignment:
    """An alignment of the words of two titles: common words, and words that only one has (stems)."""

    common: tuple[str, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return bool(self.common) and not self.left and not self.right

    @property
    def shared(self) -> float:
        return _weight(self.common)

    @property
    def ratio(self) -> float:
        """Common share of the weight of the shorter title, and of the longer one."""
        return self.shared / max(self.shared + max(_weight(self.left), _weight(self.right)), 0.01)


def _weight(words: tuple[str, ...]) -> float:
    return sum(
        _CJK_WEIGHT if _CJK.match(w) else _COMMON_WEIGHT if w in _COMMON_STEMS or w in _KIND_STEMS else 1.0
        for w in words
    )


def _align(one: tuple[str, ...], other: tuple[str, ...]) -> _Alignment:
    """Align the words of two titles in order."""
    left, right = _spelt_out(one, other), _spelt_out(other, one)
    mine, theirs = ([_stem(_american(w)) for w in words if w not in _STOP] for words in (left, right))
    mine = [_as_in(word, theirs) for word in mine]
    matched = [op for op in LCSseq.opcodes(mine, theirs) if op.tag == "equal"]
    common = [word for op in matched for word in mine[op.src_start : op.src_end]]
    here = {i for op in matched for i in range(op.src_start, op.src_end)}
    there = {i for op in matched for i in range(op.dest_start, op.dest_end)}
    rest = tuple(w for i, w in enumerate(mine) if i not in here)
    others = tuple(w for i, w in enumerate(theirs) if i not in there)
    return _Alignment(tuple(common), rest, others)


def _is_one_printing(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two titles have the same words apart from spelling."""
    if len(one) != len(other):
        return False
    return all(_stem(_american(a)) == _stem(_american(b)) or _nearly(a, b) for a, b in zip(one, other, strict=True))


def _american(word: str) -> str:
    return re.sub(r"(?<=[a-z]{3})is(e[drs]?|ing|ations?)$", r"iz\1", word)


def _as_in(word: str, words: list[str]) -> str:
    """The word in the spelling of the other title."""
    return word if word in words else next((w for w in words if _nearly(word, w)), word)


def _nearly(one: str, other: str) -> bool:
    """Whether two words are spellings of one word: the same digits, and hardly a different letter."""
    if min(len(one), len(other)) < 5 or re.sub(r"\D", "", one) != re.sub(r"\D", "", other):
        return False
    return fuzz.ratio(one, other) >= MIN_SPELLING


def _spelt_out(words: tuple[str, ...], other: tuple[str, ...]) -> list[str]:
    """The words, with each abbreviation ("vla") and compound ("worldmodel") written as in the other title."""
    found: list[str] = []
    for word in words:
        found += [word] if word in other else (_behind(word, other) or [word])
    return found


def _behind(word: str, other: tuple[str, ...]) -> tuple[str, ...] | None:
    """Consecutive words of another title that a word abbreviates or joins."""
    for i, first in enumerate(other):
        if first[0] != word[0] and first not in _STOP:
            continue
        for j in range(i + 2, min(i + MAX_ABBREVIATED, len(other)) + 1):
            run = other[i:j]
            initials = ("".join(w[0] for w in run), "".join(w[0] for w in run if w not in _STOP))
            if (word.removesuffix("s") in initials and len(word) > 1) or (len(run) == 2 and word == "".join(run)):
                return run
    return None


_NUMBER = re.compile(r"\d+|^(?:i|ii|iii|iv|vi|vii|viii|ix)$")
_MIN_SEQUEL = 2
"""Common words of two parts of one series."""


def _numbers_differ(a: TitleParts, b: TitleParts, whole: _Alignment) -> bool:
    """Whether the titles differ in a number (GR-1, GR-2; part I, part II). Numbers of different names are ignored."""
    left, right = whole.left, whole.right
    if a.head and b.head and _letters(a.head) != _letters(b.head):
        rest = _align(a.rest_words, b.rest_words)
        left, right = rest.left, rest.right
    mine, theirs = ({m for w in side for m in _NUMBER.findall(w)} for side in (left, right))
    return bool(mine and theirs)


def _differ_in_numbers_only(whole: _Alignment) -> bool:
    """Whether the words that the titles do not share are numbers: two parts of a series."""
    apart = (*whole.left, *whole.right)
    return len(whole.common) >= _MIN_SEQUEL and all(_NUMBER.search(word) for word in apart)


def are_far_apart(one: str, other: str) -> bool:
    """Whether two titles have too few words in common for one to be the other changed: a quick look for many pairs."""
    return _weight(tuple(_stems(one) & _stems(other))) < MIN_COMMON


@lru_cache(maxsize=20_000)
def _stems(title: str) -> frozenset[str]:
    return frozenset(_stem(_american(word)) for word in title_parts(title).words if word not in _STOP)


def share_words(one: str, other: str) -> bool:
    """Whether two titles have a meaningful word in common."""
    return _align(title_parts(one).words, title_parts(other).words).shared > _COMMON_WEIGHT


def _letters(name: str) -> str:
    return re.sub(r"v?\d+", "", name)


def _is_one_changed(a: TitleParts, b: TitleParts, whole: _Alignment) -> bool:
    """Whether one title is the other with a new name, a new subtitle, or words added, dropped or replaced."""
    if _is_head_of(a, b) or _is_head_of(b, a):
        return True
    if _kinds(whole.left) != _kinds(whole.right):
        return False
    if whole.ratio >= (MIN_PART if not (whole.left and whole.right) else MIN_RATIO) and whole.shared >= MIN_SHARED:
        return True
    if a.head and a.head == b.head and (a.coined or b.coined) and _align(a.rest_words, b.rest_words).shared >= 1:
        return True
    return any(_is_same_text(_align(one, other)) for one, other in _without_names(a, b))


def _is_head_of(a: TitleParts, b: TitleParts) -> bool:
    """Whether a title equals the part before the colon of another, and is too long to be a common phrase."""
    if not b.first_words or not _align(a.words, b.first_words).is_whole:
        return False
    return len(a.words) >= MIN_HEAD_WORDS or (a.coined and bool(a.head)) or _weight(tuple(map(_stem, a.words))) >= 2


def _kinds(words: tuple[str, ...]) -> bool:
    return any(word in _KIND_STEMS for word in words)


def _without_names(a: TitleParts, b: TitleParts) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    if a.rest_words and b.rest_words:
        yield a.rest_words, b.rest_words
    if a.rest_words:
        yield a.rest_words, b.words
    if b.rest_words:
        yield a.words, b.rest_words


def _is_same_text(aligned: _Alignment) -> bool:
    return aligned.ratio >= MIN_TEXT_RATIO and aligned.shared >= MIN_TEXT and len(aligned.common) >= MIN_WORDS
