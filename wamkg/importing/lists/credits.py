"""Classify the words beside a title: authors, venue, year, date, remarks, and unknown words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from wamkg.identifiers import PartialDate
from wamkg.importing.lists.authors import (
    CUT,
    has_initial,
    is_family,
    is_group,
    is_initials,
    is_institution,
    is_name,
    plain_name,
    split_and,
)
from wamkg.importing.lists.words import is_common, words_of
from wamkg.importing.venues import (
    is_journal,
    is_known_venue,
    is_printed_venue,
    is_venue,
    plain_venue,
    read_date,
    read_venue,
)
from wamkg.names import CAPITALS

_CUT_MARK = "\x1f"
_DOT = "\u2024"
"""Replaces the full stop of an initial or abbreviation, which does not end a segment."""
_KEPT_DOTS = re.compile(
    rf"(?<![^\W_])(?:[{CAPITALS}](?!\.\s(?:19|20)\d\d\b)|Jr|Sr|St|Dr|Prof|Proc|Conf|Int|Trans|vs|vol|no|pp|Assoc|Comput|J)\.(?=[\s,-]|$)"
)
_SEGMENT = re.compile(rf"[,;|·•\n，；、{_CUT_MARK}]|[()\[\]{{}}（）【】]|\s[-–—]+\s|\.\s|\.$|。")
_DATED_VENUE = re.compile(
    r"^(?P<venue>[^\d]{2,60}?)[\s,]+(?P<date>(?:19|20)\d\d[-./,]\d{1,2}(?:[-./]\d{1,2})?|\d\d\.\d{1,2}|"
    r"(?:\d{1,2} )?[A-Z][a-z]{2,8}\.? (?:\d{1,2}(?:st|nd|rd|th)?,? )?(?:19|20)\d\d)$"
)
_SHORT_YEAR = re.compile(r"^(?P<venue>\D{2,30}?)(?:\s+|\s?[-–’'])(?P<year>[0-3]\d)$")
_BIBTEX_AND = re.compile(r",?\s+and\s+")
_NAMES_AND_YEAR = re.compile(r"\W*(?:by\s+)?(?P<names>.*?)(?:[,.]\s*\(?(?P<year>(?:19|20)\d\d)\)?)?[\s.]*", re.S)
_MIN_PAIRS = 2
_YEAR = re.compile(r"^(?:19|20)\d\d$")
_TELLING_REMARKS = """
oral orals spotlight spotlights highlight highlights award awards poster posters workshop workshops preprint accepted
outstanding honorable mention finalist nominee nomination candidate notable featured findings demo tutorial survey
"""
_OTHER_REMARKS = """
best paper papers student runner up extended abstract to appear at by in under review top main conference track
dataset datasets benchmark benchmarks long short invited talk presentation journal version and the new hot position
submitted of
access announced available awarded awesome baseline beginner beginners chapter choice classic coming course deprecated
dive essential excellent favorite favourite figures forthcoming friendly hands here highly homepage important
influential interesting keynote lecture lectures must nice notes pick read reading ready recommended released
retracted reviewed revision seminal soon thesis translated upcoming updated very webpage withdrawn worth
"""
_REMARKS = frozenset(_TELLING_REMARKS.split())
REMARK_WORDS = _REMARKS | frozenset(_OTHER_REMARKS.split())
"""Words about how a paper was received. A remark consists only of these words, at least one from `_REMARKS`."""
_KINDS_OF_PAPER = frozenset({"paper", "papers", "version", "abstract", "presentation", "talk"})
_VENUE_WORDS = 8
"""Maximum number of words of a venue recognized only by a word such as "conference"."""
_DETAILS = re.compile(
    r"^(?:pp?|pages?|vol|volume|no|number|issue|doi|arxiv)\b[\s.:]*\d[\w.:/()–-]*$|^\d+(?:[-–:/]\d+)+$|^\d{1,4}$|"
    r"^(?:IEEE|ACM|Springer|Elsevier|PMLR)$",
    re.I,
)
_LEADING_WORD = re.compile(r"^(?:and|&|by)\s+", re.I)
_ACRONYM = re.compile(r"^[A-Z][A-Za-z]?[A-Z0-9]{1,8}$")
"""An unknown venue after "et al."."""
_ACRONYMS = re.compile(r"^[A-Z]{2,5}(?:\s*[,;/]\s*[A-Z]{2,5}){2,}$")
"""Tasks or data, but not family names with initials: "TTS, SVS, VC"."""
_ARXIV_NUMBER = re.compile(r"^(?:arxiv[:\s]*)?\d{4}\.\d{4,5}(?:v\d+)?$", re.I)


@dataclass
class Credits:
    """The words beside a title, classified."""

    authors: list[str] = field(default_factory=list)
    cut: bool = False
    """Whether the author list is shortened ("et al.")."""
    venue: str | None = None
    year: int | None = None
    date: PartialDate | None = None
    remarks: list[str] = field(default_factory=list)
    """Remarks of known kinds: oral, best paper, workshop."""
    institutions: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    """Page numbers, volume numbers, arXiv numbers."""
    rest: list[str] = field(default_factory=list)
    """Words of unknown kind, in reading order."""
    sure: bool = False
    """Whether something here can only occur beside a title: a venue, a date, "et al.", an initial, several names."""
    starts_known: bool = True
    """Whether the first words are of a known kind."""

    @property
    def found(self) -> bool:
        """Whether anything was recognized."""
        return bool(
            self.authors or self.cut or self.venue or self.year or self.date or self.remarks or self.institutions
        )

    @property
    def complete(self) -> bool:
        """Whether all words were recognized."""
        return not self.rest and (self.found or bool(self.details))


@dataclass(frozen=True)
class _Segment:
    text: str
    depth: int


def read_credits(text: str, loose: bool = True) -> Credits:
    """Classify the words beside a title. With `loose`, a few capitalized words before a year may be a venue."""
    return _read(text, loose)


@lru_cache(maxsize=1 << 15)
def _read(text: str, loose: bool) -> Credits:
    if _ACRONYMS.match(text):
        return Credits(remarks=[text])
    listed = _NAMES_AND_YEAR.fullmatch(text)
    names = _bibtex_names(listed["names"]) if listed else []
    if listed and names:
        return Credits(authors=names, year=int(listed["year"]) if listed["year"] else None, sure=True)
    reader = _CreditsReader(loose)
    for segment in _segments(text):
        reader.take(segment)
    return reader.result()


def _bibtex_names(text: str) -> list[str]:
    """Return names written "Family, Given and Family, Given", as in BibTeX; empty for other texts."""
    pairs = [[part.strip() for part in name.split(",")] for name in _BIBTEX_AND.split(text.strip(" .;"))]
    if len(pairs) < _MIN_PAIRS or any(len(pair) != _MIN_PAIRS for pair in pairs):
        return []
    spoken = [plain_name(f"{given} {family}") for family, given in pairs]
    return (
        spoken
        if all(is_family(family) and is_name(name) for (family, _), name in zip(pairs, spoken, strict=True))
        else []
    )


def _segments(text: str) -> Iterator[_Segment]:
    """Split the text at commas, brackets, dashes and sentence-ending full stops; "et al." is its own segment."""
    marked = _KEPT_DOTS.sub(lambda m: m[0].replace(".", _DOT), CUT.sub(f" {_CUT_MARK}#{_CUT_MARK} ", text))
    depth, start = 0, 0
    for cut in [*_SEGMENT.finditer(marked), None]:
        piece = marked[start : cut.start() if cut else None].strip(" .:*_\"'“”`~\t<>").replace(_DOT, ".")
        if any(c.isalnum() for c in piece) or piece == "#":
            yield _Segment(piece, depth)
        mark = cut[0] if cut else ""
        depth += (mark in "([{（【" and bool(mark)) - (mark in ")]}）】" and bool(mark))
        start = cut.end() if cut else start


class _CreditsReader:
    """Processes segments in order; a family name waits for the initials that may follow."""

    def __init__(self, loose: bool) -> None:
        self.loose = loose
        self.taken = 0
        self.credits = Credits()
        self.family: str | None = None
        self.family_is_first = False
        self.journal: str | None = None
        """Words that end like a journal's name: a venue if a year is found too."""

    def take(self, segment: _Segment) -> None:
        text = _LEADING_WORD.sub("", segment.text)
        self.taken += 1
        if text == "#":
            self.close(is_author=True)
            self.credits.cut = self.credits.sure = True
        elif self.family is not None and is_initials(text):
            self.add_author(f"{text} {self.family}")
            self.family, self.credits.sure = None, True
        else:
            self.close()
            self.sort(text, segment.depth)

    def close(self, is_author: bool = False) -> None:
        """Stop waiting for initials: a family name alone is an author only before "et al."."""
        family, self.family = self.family, None
        if family is not None and is_author:
            self.add_author(family)
        elif family is not None:
            self.take_rest(family, is_first=self.family_is_first)

    def sort(self, text: str, depth: int) -> None:
        """Classify one segment."""
        if self.take_venue(text) or self.take_details(text) or self.take_remark(text):
            return
        if self.journal is None and is_journal(text) and not is_institution(text):
            self.journal = text
            return
        names = split_and(text)
        named = bool(names) and all(is_name(n) or is_group(n) for n in names)
        if self.is_affiliation(text, depth, named):
            self.credits.institutions.append(text)
        elif named:
            self.take_names(names)
        elif is_family(text):
            self.family, self.family_is_first = text, self.taken == 1
        else:
            self.take_rest(text, is_first=self.taken == 1)

    def is_affiliation(self, text: str, depth: int, named: bool) -> bool:
        """Whether words are an affiliation: in brackets after a name, or next to an institution."""
        if depth and self.credits.authors:
            return is_institution(text) or not named
        return (is_institution(text) and (depth > 0 or not named)) or (
            bool(self.credits.institutions) and not self.credits.authors
        )

    def take_rest(self, text: str, *, is_first: bool) -> None:
        if self.credits.cut and self.credits.venue is None and _ACRONYM.match(text):
            self.credits.venue = text
        else:
            self.credits.rest.append(text)
            self.credits.starts_known = self.credits.starts_known and not is_first

    def take_remark(self, text: str) -> bool:
        """Take a remark on how a paper was received: one distinctive word, or two together ("Best Paper")."""
        words = [word for word in re.split(r"[^\w]+", text.lower()) if word and not word.isdigit()]
        if not 0 < len(words) <= 6 or not REMARK_WORDS.issuperset(words):
            return False
        telling = not _REMARKS.isdisjoint(words)
        if not telling and not (len(words) > 1 and _KINDS_OF_PAPER.intersection(words)):
            return False
        self.credits.remarks.append(text)
        self.credits.sure = self.credits.sure or telling
        return True

    def take_names(self, names: list[str]) -> None:
        self.credits.sure = self.credits.sure or len(names) > 1 or bool(self.credits.authors)
        for name in names:
            self.credits.sure = self.credits.sure or has_initial(name) or is_group(name)
            self.add_author(name)

    def add_author(self, name: str) -> None:
        bare = plain_name(name)
        if bare and bare not in self.credits.authors:
            self.credits.authors.append(bare)

    def take_venue(self, text: str) -> bool:
        """Take a date, a venue with or without a year, or both from one segment."""
        found = self.credits
        date, venue, year, rest = _dated(text, self.loose)
        if date is None and venue is None and year is None:
            return False
        if (date and found.date) or (venue and found.venue) or (year and found.year):
            return self.again(venue, year, date)
        found.date, found.venue = found.date or date, found.venue or venue
        found.year, found.sure = found.year or year, True
        if rest:
            found.remarks.append(rest)
        return True

    def again(self, venue: str | None, year: int | None, date: PartialDate | None) -> bool:
        """Whether a second venue or date only repeats or completes the first."""
        found = self.credits
        if (
            found.venue == "arXiv"
            and venue not in (None, "arXiv")
            and (is_known_venue(venue) or is_printed_venue(venue))
        ):
            found.venue, found.year = venue, year
            return True
        if venue == "arXiv" and found.venue:
            return True
        if venue not in (None, found.venue):
            return False
        found.venue, found.date, found.year = found.venue or venue, found.date or date, found.year or year
        return True

    def take_details(self, text: str) -> bool:
        if not (_DETAILS.match(text) or _ARXIV_NUMBER.match(text)):
            return False
        self.credits.details.append(text)
        return True

    def result(self) -> Credits:
        self.close(is_author=self.credits.cut and not self.credits.authors)
        found = self.credits
        if self.journal and found.year and not found.venue:
            found.venue = self.journal
        elif self.journal:
            self.take_rest(self.journal, is_first=self.taken == 1)
        if found.institutions and all(is_institution(name) for name in found.authors):
            found.institutions, found.authors = [*found.authors, *found.institutions], []
        if found.venue and found.date and found.year is None:
            found.year = found.date.first.year
        return found


def is_venue_label(text: str) -> bool:
    """Whether the words of a link are a venue with its year, perhaps with a remark ("ICCV 2025 Highlight")."""
    if len(text) > 60 or not any(c.isdigit() for c in text):
        return False
    found = read_credits(text)
    return found.complete and bool(found.venue and found.year) and not (found.authors or found.details)


def is_beside_title(text: str) -> bool:
    """Whether words are only credits; a capitalized phrase with a word of titles is not a lone author."""
    found = read_credits(text)
    return found.complete and (found.sure or not any(map(is_common, words_of(text))))


def is_arxiv_number(text: str) -> bool:
    """Whether a text is only an arXiv number."""
    return _ARXIV_NUMBER.match(text.strip()) is not None


Dated = tuple[PartialDate | None, str | None, int | None, str]
"""Date, venue, year, and the remaining words."""


def _dated(text: str, loose: bool) -> Dated:
    """Return date, venue and year of a segment that contains nothing else."""
    if _YEAR.match(text):
        return None, None, int(text), ""
    date = read_date(text)
    if date is not None:
        return date, None, None, ""
    return _dated_venue(text) or _venue_and_year(text, loose)


def _dated_venue(text: str) -> Dated | None:
    """Return a venue with a month ("arXiv 2024.6") or with a two-digit year ("CoRL 25")."""
    found = _DATED_VENUE.match(text)
    date = _month_of(found["date"]) if found and is_venue(found["venue"], loosely=False) else None
    if found and date is not None:
        return date, plain_venue(found["venue"]), None, ""
    found = _SHORT_YEAR.match(text)
    if found and is_known_venue(found["venue"]) and is_printed_venue(found["venue"]):
        return None, plain_venue(found["venue"]), 2000 + int(found["year"]), ""
    return None


def _venue_and_year(text: str, loose: bool) -> Dated:
    venue, year, rest = read_venue(text)
    if venue is None and year is None and is_printed_venue(text):
        return None, plain_venue(text), None, ""
    long = venue and not year and not is_printed_venue(text) and len(text.split()) > _VENUE_WORDS
    unknown = venue and year and not loose and not is_known_venue(venue)
    return (None, None, None, "") if long or unknown else (None, venue, year, rest if venue or year else "")


def _month_of(text: str) -> PartialDate | None:
    """Return the date in "2024.6", "24.12" or "May 17th 2024"."""
    date = read_date(text.replace(",", "-") if text[:1].isdigit() else text)
    return date or read_date(f"20{text}")
