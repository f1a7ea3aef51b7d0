"""Venue, year, date and authors as people print them beside a title."""

import calendar
import re
import unicodedata
from dataclasses import dataclass, field

from wamkg.identifiers import PartialDate

_VENUES = re.compile(
    r"^(?:ICLR|ICML|NeurIPS|NIPS|CVPR|ICCV|ECCV|WACV|BMVC|3DV|CoRL|RSS|ICRA|IROS|Humanoids|HRI|CASE|ISRR|ISER|WAFR|L4DC|AAAI|IJCAI|"
    r"ACL|EMNLP|NAACL|COLM|AISTATS|UAI|KDD|WWW|TMLR|JMLR|TPAMI|PAMI|IJCV|IJRR|RA-?L|T-?RO|SIGGRAPH(?: Asia)?|MM|ACM MM|"
    r"Nature|Science|Science Robotics|arXiv|CoRR|Preprint|bioRxiv|Blog|Tech(?:nical)? Report)\b",
    re.I,
)
_VENUE_WORDS = re.compile(r"\b(?:conference|journal|proceedings|letters|transactions|workshop|symposium)\b", re.I)
_LEAD_IN = re.compile(r"^(?:in|at|to appear (?:in|at)|accepted (?:by|to|at|in)|published (?:in|at))\s+", re.I)
_VENUE_YEAR = re.compile(
    r"^(?P<venue>[^\d'’]*?(?:\d[A-Z][^\d'’]*?)?)\s*(?:(?P<year>(?:19|20)\d\d)|['’](?P<short>\d\d)|(?<=[A-Za-z])(?P<glued>\d\d))"
    r"\s*(?P<rest>\(?[a-z][a-z \-]{0,30}\)?)?$",
    re.I,
)
_SEGMENTS = re.compile(r"\s*(?:[,;|·•\n()\[\]{}]|\s[-–—]\s|\.\s)\s*")
_NUMERIC_DATE = re.compile(r"^((?:19|20)\d\d)(?:[-./](\d{1,2})(?:[-./](\d{1,2}))?)?$")
_MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_abbr) if name}
_WORD_DATE = re.compile(
    r"^(?:(?P<d1>\d{1,2})\s+)?(?P<month>[a-z]{3,9})\.?\s*(?:(?P<d2>\d{1,2})(?:st|nd|rd|th)?)?,?\s+(?P<year>(?:19|20)\d\d)$",
    re.I,
)
_DATED_VENUE = re.compile(r"^(?P<venue>[^\d]{2,60}?)[\s,]+(?P<date>(?:19|20)\d\d[-./,]\d{1,2})$")
_INSTITUTION = re.compile(
    r"\b(?:universit\w*|institut\w*|college|school|department|laborator\w*|labs?|research|group|academy|inc|ltd|corp\w*|"
    r"google|deepmind|microsoft|nvidia|meta|openai|alibaba|tencent|bytedance|huawei|intelligence|technolog\w*)\b",
    re.I,
)
_AWARDS = re.compile(
    r"\b(?:oral|spotlight|highlight|best paper|award|poster|workshop|preprint|extended abstract)\b", re.I
)
_ET_AL = re.compile(r"\bet\.?\s*al\b\.?|\band others\b|\.\.\.|…", re.I)


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


def read_date(text: str) -> PartialDate | None:
    """A date as lists print it: 2023-01, 2024.05, 2024/5/12, May 2024, May 3, 2024, 2004; None if it is none."""
    text = text.strip(" .,;:()[]`*")
    found = _NUMERIC_DATE.match(text)
    if found:
        return _checked("-".join(part for part in found.groups() if part))
    found = _WORD_DATE.match(text)
    month = _MONTHS.get(found["month"][:3].lower()) if found else None
    if not found or not month or not calendar.month_name[month].lower().startswith(found["month"].lower()[:4]):
        return None
    day = found["d1"] or found["d2"]
    return _checked(f"{found['year']}-{month}" + (f"-{day}" if day else ""))


def _checked(text: str) -> PartialDate | None:
    try:
        return PartialDate.parse(text)
    except ValueError:
        return None


def read_venue(text: str) -> tuple[str | None, int | None, str]:
    """Venue, year and what is left of a segment such as "NeurIPS 2023 Oral"; (None, None, text) if it is none."""
    bare = _LEAD_IN.sub("", text.strip(" .,;:()[]*`"))
    if len(bare) > 120:
        return None, None, text
    found = _VENUE_YEAR.match(bare)
    if found:
        venue = found["venue"].strip(" ,.-@'’(:") or None
        glued = found["short"] or found["glued"]
        if (venue is None or _is_venue(venue, loosely=not found["glued"])) and not (venue is None and glued):
            year = int(found["year"] or "20" + glued)
            return _plain_venue(venue), year, (found["rest"] or "").strip(" ()-")
    named = _VENUES.fullmatch(bare) or (_VENUE_WORDS.search(bare) and len(bare.split()) <= 12)
    return (_plain_venue(bare), None, "") if named else (None, None, text)


def is_known_venue(venue: str | None) -> bool:
    """Whether a venue is one of the field's own."""
    return bool(venue and _VENUES.match(venue))


def _is_venue(text: str, loosely: bool) -> bool:
    if _VENUES.match(text) or _VENUE_WORDS.search(text):
        return True
    return (
        loosely
        and len(text.split()) <= 4
        and text[:1].isupper()
        and text.split(maxsplit=1)[0].lower()[:3] not in _MONTHS
    )


def _plain_venue(venue: str | None) -> str | None:
    return "arXiv" if venue and re.fullmatch(r"arxiv(?: preprint)?|corr", venue, re.I) else venue


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
        if _is_names(segment) and not (left and printed.venue is None and len(left[-1].split()) > 6):
            names.append(segment)
        elif _AWARDS.search(segment) and len(segment.split()) <= 4:
            printed.remarks.append(segment)
        else:
            left.append(segment)
    if printed.venue and printed.date and printed.year is None:
        printed.year = printed.date.first.year
    institutions = any(_INSTITUTION.search(words) for words in (*names, *left))
    if institutions and all(len(words.split()) <= 8 for words in left):
        names, left = names + left, []
    _sort_names(names, printed, institutions)
    _sort_rest(left, text, printed, bool(names))
    return printed


def _take_dated_venue(segment: str, printed: Printed) -> bool:
    """Take "arXiv 2024.6"."""
    found = _DATED_VENUE.match(segment)
    date = read_date(found["date"].replace(",", "-")) if found else None
    if not found or date is None or printed.date or printed.venue or not _is_venue(found["venue"], loosely=False):
        return False
    printed.venue, printed.date = _plain_venue(found["venue"]), date
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


def _is_names(segment: str) -> bool:
    segment = re.sub(r"^(?:and|&)\s+", "", segment)
    bare = _ET_AL.sub("", segment).strip(" ,&")
    if bare != segment.strip(" ,&"):
        return len(bare.split()) <= 5
    return bool(bare) and all(_is_name(part) for part in re.split(r"\s+and\s+|\s*&\s*", bare) if part)


def _is_name(text: str) -> bool:
    words = text.strip("*† ").split()
    return 2 <= len(words) <= 5 and all(_is_name_word(w) for w in words) and any(w[1:].islower() for w in words)


def _is_name_word(word: str) -> bool:
    bare = word.strip(".'’-*†")
    particle = word in (
        "de",
        "van",
        "von",
        "der",
        "den",
        "da",
        "di",
        "la",
        "le",
        "del",
        "dos",
        "bin",
        "al",
        "el",
        "ten",
        "ter",
    )
    return particle or (bare[:1].isupper() and all(c.isalpha() or c in "-'’." for c in bare))


def _sort_names(segments: list[str], printed: Printed, institutions: bool) -> None:
    """Complete lists are authors; "et al." or a lone name may be the first only, and affiliations spoil a list."""
    if not segments:
        return
    whole = ", ".join(segments)
    if _ET_AL.search(whole):
        printed.partial_authors = whole
        return
    names = split_authors(whole)
    if len(names) > 1 and not institutions:
        printed.authors = names
    else:
        printed.partial_authors = whole


def split_authors(text: str) -> list[str]:
    """Names of an author list parted by commas, semicolons, "and" or "&"; empty if it says it is cut short."""
    if _ET_AL.search(text):
        return []
    parts = re.split(r";|\band\b|&" if ";" in text else r",|\band\b|&", text)
    return [" ".join(part.split()).strip("*† ") for part in parts if part.strip("*† ")]


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
