"""Venue, year, date, authors and remarks that stand beside a title, sorted out."""

import re
import unicodedata
from dataclasses import dataclass, field

from wamkg.identifiers import PartialDate
from wamkg.importing.lists.authors import is_cut_short, is_institution, is_names, split_authors
from wamkg.importing.venues import is_venue, plain_venue, read_date, read_venue

_SEGMENTS = re.compile(r"\s*(?:[,;|·•\n()\[\]{}]|\s[-–—]\s|\.\s)\s*")
_DATED_VENUE = re.compile(r"^(?P<venue>[^\d]{2,60}?)[\s,]+(?P<date>(?:19|20)\d\d[-./,]\d{1,2})$")
_AWARDS = re.compile(
    r"\b(?:oral|spotlight|highlight|best paper|award|poster|workshop|preprint|extended abstract)\b", re.I
)


@dataclass
class Printed:
    """What stands beside a title, sorted out."""

    venue: str | None = None
    year: int | None = None
    date: PartialDate | None = None
    authors: list[str] = field(default_factory=list)
    partial_authors: str | None = None
    remarks: list[str] = field(default_factory=list)
    """Short words left over ("oral"); longer ones are in `note`."""
    note: str | None = None


def read_beside(text: str) -> Printed:
    """Sort out the words beside a title: authors, venue, year, date; the rest is a remark or a note."""
    printed = Printed()
    left: list[str] = []
    names: list[str] = []
    for segment in (s.strip(" .,:*_\"'“”") for s in _SEGMENTS.split(text)):
        if not any(c.isalnum() for c in segment):
            continue
        if _take_dated_venue(segment, printed) or _take_date(segment, printed) or _take_venue(segment, printed):
            continue
        if is_names(segment) and not (left and printed.venue is None and len(left[-1].split()) > 6):
            names.append(segment)
        elif _AWARDS.search(segment) and len(segment.split()) <= 4:
            printed.remarks.append(segment)
        else:
            left.append(segment)
    if printed.venue and printed.date and printed.year is None:
        printed.year = printed.date.first.year
    institutions = any(is_institution(words) for words in (*names, *left))
    if names and institutions and all(len(words.split()) <= 8 for words in left):
        names, left = names + left, []
    _sort_names(names, printed, institutions)
    _sort_rest(left, text, printed, bool(names))
    return printed


def _take_dated_venue(segment: str, printed: Printed) -> bool:
    """Take "arXiv 2024.6"."""
    found = _DATED_VENUE.match(segment)
    date = read_date(found["date"].replace(",", "-")) if found else None
    if not found or date is None or printed.date or printed.venue or not is_venue(found["venue"], loosely=False):
        return False
    printed.venue, printed.date = plain_venue(found["venue"]), date
    return True


def _take_date(segment: str, printed: Printed) -> bool:
    date = read_date(segment) if printed.date is None else None
    if date is None or len(segment) == 4:
        return False
    printed.date = date
    return True


def _take_venue(segment: str, printed: Printed) -> bool:
    if printed.venue is not None and printed.year is not None:
        return False
    venue, year, rest = read_venue(segment)
    if venue is None and year is None:
        return False
    if (venue and printed.venue) or (year and printed.year):
        return False
    printed.venue, printed.year = venue or printed.venue, year or printed.year
    if rest:
        printed.remarks.append(rest)
    return True


def _sort_rest(left: list[str], text: str, printed: Printed, had_names: bool) -> None:
    if not left:
        return
    found_any = had_names or printed.venue or printed.year or printed.date or printed.remarks
    whole = ", ".join(left) if found_any else " ".join(text.split()).strip(" -–—:;,|·")
    if len(whole.split()) >= 4:
        printed.note = whole
    else:
        printed.remarks.append(whole)


def _sort_names(segments: list[str], printed: Printed, institutions: bool) -> None:
    """Complete lists are authors; "et al." or a lone name may be the first only, and affiliations spoil a list."""
    if not segments:
        return
    whole = ", ".join(segments)
    if is_cut_short(whole):
        printed.partial_authors = whole
        return
    names = split_authors(whole)
    if len(names) > 1 and not institutions:
        printed.authors = names
    else:
        printed.partial_authors = whole


def strip_marks(text: str) -> tuple[str, list[str]]:
    """Text without the symbols that stand before it (⚡ ⭐ 🔥), and those symbols."""
    marks: list[str] = []
    position = 0
    for position, char in enumerate(text):  # noqa: B007
        if unicodedata.category(char) in ("So", "Sk"):
            marks.append(char)
        elif not (char.isspace() or unicodedata.category(char) in ("Mn", "Cf")):
            break
    else:
        position = len(text)
    return text[position:].strip(), marks
