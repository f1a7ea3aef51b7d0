"""Numbers that a manuscript types beside the name of a class, or for the survey as a whole."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from wamkg.manuscript.events import Event, Heading, ManuscriptCitation, ManuscriptPlace, Mark, Value, Words

_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ONES = ["", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_WORDS = {word: n for n, word in enumerate(_TEENS, 10)} | {
    f"{ten}{'-' if one else ''}{one}": 10 * n + m for n, ten in enumerate(_TENS, 2) for m, one in enumerate(_ONES)
}
"""Numbers in words. Those below ten count some of the class ("two joint models share this"), not all of it."""
_NOUN = (r"(?:papers?|works?|methods?|models?|approaches|approach|systems?|publications?|studies|study|entries|entry|"
         r"articles?|policies|instances)")  # fmt: skip
_COUNT = r"(?P<n>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?|" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")"
_SIGN = r"(?P<share>\s*(?:%|percent|per cent))?"
_ROUGH = re.compile(r"(?:over|more than|about|around|at least|at most|nearly|almost|some|up to|roughly|approximately|"
                    r"fewer than|less than|~|≈|>|<|than|≥|≤|table|figure|section|fig\.|sec\.|tab\.|chapter|level|top|"
                    r"first|last|next|another|other|further|these|those|only|following)\s*$", re.I)  # fmt: skip
"""Words before a number that make it no exact count of the class."""
_TOTAL = re.compile(
    rf"\b(?:we|(?:this|our|the) (?:survey|review|paper|work|corpus|taxonomy|collection|study))\b[^.;]{{0,60}}?"
    rf"\b(?:review|survey|cover|classif|collect|analy[sz]|catalog|compar|organi[sz]|summari[sz]|includ|contain|"
    rf"examin|discuss|gather|place|sort)\w*\b[^.;\d]{{0,25}}?\b{_COUNT}\s+(?:[\w-]+\s+){{0,2}}?{_NOUN}\b", re.I
)  # fmt: skip


@dataclass(frozen=True)
class TypedNumber:
    """A number beside words: `paths` are the taxa that the words may mean, none for the survey as a whole."""

    place: ManuscriptPlace
    text: str
    number: float
    is_share: bool
    paths: tuple[str, ...] = ()


def typed_numbers(events: Sequence[Event], names: Mapping[str, tuple[str, ...]]) -> Iterator[TypedNumber]:
    """The numbers that a manuscript types beside names of classes, and how many works it says that it covers.

    `names` are the taxa by their names in lower case.
    """
    patterns = _patterns(names)
    for paragraph in _paragraphs(events):
        for pattern in patterns:
            for found in pattern.finditer(paragraph.text):
                if not _ROUGH.search(paragraph.text[: found.start("n")]):
                    paths = names[" ".join(found["name"].lower().split())]
                    yield paragraph.number(found, paths, bool(found["share"]))
        for found in _TOTAL.finditer(paragraph.text):
            if not _ROUGH.search(paragraph.text[: found.start("n")]):
                yield paragraph.number(found, (), is_share=False)


def _patterns(names: Mapping[str, tuple[str, ...]]) -> list[re.Pattern[str]]:
    if not names:
        return []
    longest_first = sorted(names, key=len, reverse=True)
    name = r"\b(?P<name>" + "|".join(r"\s+".join(map(re.escape, n.split())) for n in longest_first) + r")\b"
    whose = rf"(?:\s+of\s+(?:the\s+|them\s+|these\s+|all\s+|our\s+)?(?:\d+\s+)?(?:{_NOUN}\s+)?)"
    verb = r"(?:are|is|were|fall under|fall into|belong to|belongs to|follow|use)"
    holds = (r"(?:has|have|contains?|comprises?|includes?|covers?|counts?|holds?|with|makes? up|accounts? for|"
             r"represents?|:)")  # fmt: skip
    number = r"(?<![\w.,/-])" + _COUNT + r"(?![\w-]|\.\d|/)" + _SIGN
    return [
        re.compile(rf"{number}\s+{name}(?:[\s-]+[\w-]+)?\s+{_NOUN}\b", re.I),
        re.compile(rf"{number}{whose}?\s*{verb}\s+(?:a |an |the )?{name}", re.I),
        re.compile(rf"{name}(?:\s+{_NOUN})?\s*\((?:n\s*=\s*|with\s+)?{number}(?:\s+{_NOUN})?\s*[,;)]", re.I),
        re.compile(rf"{name}(?:\s+(?:class|branch|family|{_NOUN}))?\s*{holds}\s+(?:only\s+)?{number}"
                   rf"(?:(?<=%)|(?<=cent)|\s+(?:[\w-]+\s+)?{_NOUN}\b)", re.I),
    ]  # fmt: skip


@dataclass
class _Paragraph:
    text: str = ""
    starts: list[int] = field(default_factory=list)
    places: list[ManuscriptPlace] = field(default_factory=list)

    def add(self, text: str, place: ManuscriptPlace) -> None:
        self.starts.append(len(self.text))
        self.places.append(place)
        self.text += text

    def number(self, found: re.Match[str], paths: tuple[str, ...], is_share: bool) -> TypedNumber:
        place, start = self._at(found.start("n"))
        line = place.line + self.text.count("\n", start, found.start("n"))
        said = found["n"].lower()
        value = float(_WORDS[said]) if said in _WORDS else float(said.replace(",", ""))
        return TypedNumber(ManuscriptPlace(place.file, line), " ".join(found[0].split()), value, is_share, paths)

    def _at(self, offset: int) -> tuple[ManuscriptPlace, int]:
        n = bisect_right(self.starts, offset) - 1
        start = self.starts[n]
        return self.places[n], start + len(self.text[start:offset]) - len(self.text[start:offset].lstrip())


def _paragraphs(events: Sequence[Event]) -> Iterator[_Paragraph]:
    current = _Paragraph()
    for event in events:
        if isinstance(event, Words):
            current.add(event.text, event.place)
        elif isinstance(event, Value):
            current.add("\ufffc", event.place)  # a number that is no longer typed
        elif isinstance(event, ManuscriptCitation):
            current.add(" ", event.place)
        elif isinstance(event, Heading | Mark) and current.text:
            yield current
            current = _Paragraph()
    if current.text:
        yield current
