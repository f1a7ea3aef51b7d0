"""Publication dates in reference files: from several fields, with ranges, months alone, and remarks."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from wamkg.identifiers import PartialDate, Precision
from wamkg.matching.record import Dropped

_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_NUMERIC = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)\s*[-/.年]\s*(0?[1-9]|1[0-2])(?!\d)(?:\s*[-/.月]\s*(\d{1,2})(?!\d))?")
_DAY_FIRST = re.compile(r"(?<![\d/])(\d{1,2})([./-])(\d{1,2})\2((?:19|20)\d\d)(?!\d)")
_MONTH_FIRST = re.compile(r"(?<![\d/.-])(0?[1-9]|1[0-2])\s*[/.-]\s*((?:19|20)\d\d)(?!\d)")
_MONTHS = (
    "january januar jänner janvier enero gennaio janeiro januari",
    "february februar février fevrier febrero febbraio fevereiro",
    "march märz maerz mrz mars marzo março marco maart", "april avril abril aprile", "may mai mayo maggio maio mei",
    "june juni juin junio giugno junho", "july juli juillet julio luglio julho", "august août aout agosto augustus",
    "september septembre septiembre settembre setembro", "october oktober octobre octubre ottobre outubro",
    "november novembre noviembre novembro", "december dezember décembre decembre diciembre dicembre dezembro",
)  # fmt: skip
"""Month names in the languages of known files; any prefix of three or more letters matches."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_DAY = r"(?<!\d)(0?[1-9]|[12]\d|3[01])(?!\d)(?:st|nd|rd|th)?"
_DAY_BEHIND = re.compile(rf"^\.?[\s,~]*{_DAY}(?!\w|\s*[./:]\d)")
_DAY_BEFORE = re.compile(rf"{_DAY}\.?(?:\s*(?:[-–—/&]|to|and)\s*\d{{1,2}}(?:st|nd|rd|th)?\.?)?(?:\s+(?:of|de))?\s*$")
_UNDATED = re.compile(
    r"\W*(?:n\.?\s?d\.?|no date|undated|date unknown|unknown|s\.\s?[adf]\.?|sine anno|sans date|sin fecha|senza data|"
    r"o\.\s?[jd]\.?|ohne (?:jahr|datum)|u\.\s?å\.?|无日期|日期不详|0+|none|null|nan|n/?a)?\W*",
    re.I,
)
"""Phrases for "no date", in the languages of known files."""
_STATE = re.compile(
    r"\W*(?:in[ -]press|in print|forthcoming|to appear|submitted|accepted|under review|unpublished|in preparation|"
    r"ahead of print|online first|early access|im druck|im erscheinen|in vorbereitung|eingereicht|[aà] paraître|"
    r"sous presse|en prensa|por aparecer|in corso di (?:stampa|pubblicazione)|in stampa|no prelo|in druk|即将出版|"
    r"待发表|印刷中)\W*",
    re.I,
)
"""Phrases for a paper that is not published yet."""
_SEASON = re.compile(
    r"(?<!\w)(?:spr(?:ing)?|sum(?:mer)?|aut(?:umn)?|fal(?:l)?|win(?:ter)?|q[1-4]|[1-4]q|frühjahr|frühling|sommer|herbst|"
    r"printemps|été|automne|hiver|primavera|verano|otoño|invierno|estate|autunno|inverno|verão|outono)(?!\w)\.?",
    re.I,
)
_SEASON_NUMBERS = {"21": "spring", "22": "summer", "23": "autumn", "24": "winter"}
"""Seasons as biblatex and EDTF number them in place of a month."""
_SEASON_MONTH = re.compile(r"(\d{4})-(2[1-4])")
_ISO = r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?"
_ABOUT = re.compile(rf"(?:c|ca|cca|circa|approx|around|about|um|etwa|vers|hacia|~)\.?\s*({_ISO})", re.I)
_UNSURE = re.compile(rf"({_ISO})\s*([~?%])")
_RANGE = re.compile(
    rf"({_ISO}[~?%]?)?\s*(?:/|(?<=[\d~?%\s])-(?=\s*(?:\d{{4}}|$))|\bto\b|\bbis\b|\bbefore\b)\s*({_ISO}[~?%]?|\.\.|)",
    re.I,
)
_SHORT_RANGE = re.compile(r"(\d\d)(\d\d)\s*[-/]\s*(\d\d)")
_YEAR_FIELD = re.compile(r"\b(?:year|jahr|ann[eé]e|a[nñ]o|anno|jaar|år|rok|год)\b|jahr$|年", re.I)
"""Names of fields and columns that contain years, so that a second number is a year too."""
_MONTH_RANGE = re.compile(r"(0?[1-9]|1[0-2])(?:\s*[-‐-―/&]\s*(?:0?[1-9]|1[0-2]))?")
_UNSPECIFIED = re.compile(r"\d\d(?:\d[XxUu]|[XxUu]{2})")


@dataclass(frozen=True)
class Published:
    """The publication date that the values of a record give together.

    `season` is the text of a season instead of a month; `state` is a remark instead of a date ("in press"). `extended`
    is a range, an uncertain or an open date in biblatex's notation (EDTF, ISO 8601-2: "1998/2001", "1998~"). `doubts`
    names each value that was dropped or cannot be stored as it is.
    """

    year: int | None = None
    date: PartialDate | None = None
    season: str | None = None
    state: str | None = None
    extended: str | None = None
    doubts: tuple[str, ...] = ()


def read_published(candidates: Iterable[tuple[str, str]]) -> Published:
    """Return year and date of named values, best first: the first year found, and the most exact day in it.

    A month without a year belongs to that year. A range gives its start. A day in another month than one read before
    is dropped.
    """
    given = [(name, " ".join(text.split())) for name, text in candidates if text.strip()]
    year = next((date.first.year for _, text in given if (date := _read(text, None)[0])), None)
    found = Published(year)
    for name, text in given:
        found = _with(found, name, text)
    return found


def with_finer(values: list[tuple[str, str]], others: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the values for a date, and of those for other dates the ones that add a month or day to it.

    All of them count if the values have no year.
    """
    published = read_published(values)
    if published.year is None:
        return [*values, *others]
    if published.season or (published.date and published.date.precision is not Precision.YEAR):
        return values
    return [*values, *(pair for pair in others if _is_finer(read_date(pair[1]), published.year))]


def _is_finer(date: PartialDate | None, year: int) -> bool:
    return date is not None and date.precision is not Precision.YEAR and date.first.year == year


def _with(found: Published, name: str, text: str) -> Published:
    """Return what is known after adding one value."""
    date, whole = _read(text, found.year)
    extended, season = _extended(text, name), _season_of(text, name)
    if extended and (first := read_date(extended.partition("/")[0])):
        date = first
    if date is None and found.year and season:
        return replace(found, season=text)
    if season and season in text and not whole:
        season = text  # such as "Winter 2019/2020"
    if date is None:
        return _without_date(found, name, text, extended)
    if date.first.year != found.year:
        told = f"{name} {text[:60]!r} is not in {found.year}, the year that is kept"
        return replace(found, doubts=(*found.doubts, Dropped(told)))
    if found.date and _differ(found.date, date):
        told = f"{name} {text[:60]!r} is not {found.date}, the date that is kept"
        return replace(found, doubts=(*found.doubts, told if name in _KEPT_AS_TYPED else Dropped(told)))
    if extended:
        told = f"{name} {text[:60]!r} is not a single date; {date} counts, and {extended} is kept as a detail"
        found = replace(found, extended=found.extended or extended, doubts=(*found.doubts, told))
    elif not whole and not season:
        unclear = date.precision is Precision.YEAR and _DAY_FIRST.search(text)
        rest = "which number is the month is not known" if unclear else "the rest is not a date"
        lost = f"{name} {text[:60]!r} is read as {date}; {rest}"
        found = replace(found, doubts=(*found.doubts, lost if name in _KEPT_AS_TYPED else Dropped(lost)))
    better = found.date is None or _rank(date) < _rank(found.date)
    return replace(found, date=date if better else found.date, season=found.season or season)


_KEPT_AS_TYPED = frozenset(("month",))
"""Fields whose text is stored beside the date read from it."""


def _without_date(found: Published, name: str, text: str, extended: str | None) -> Published:
    """Handle a value without a year: an open date, a remark in its place, or unreadable text."""
    kept = f"the year {found.year} is kept" if found.year else "no year is kept"
    told = f"{name} {text[:60]!r} is not a date; {kept}"
    if extended:
        return replace(found, extended=found.extended or extended, doubts=(*found.doubts, f"{told}, {extended} is"))
    if _STATE.fullmatch(text):
        return replace(found, state=text, doubts=(*found.doubts, told))
    return replace(found, doubts=(*found.doubts, told if _UNDATED.fullmatch(text) else Dropped(told)))


def _season_of(text: str, name: str) -> str | None:
    """Return the season that a value names in words, or biblatex's date by a number."""
    numbered = _SEASON_MONTH.fullmatch(text) if name in ("date", "issued") else None
    worded = _SEASON.search(text)
    return _SEASON_NUMBERS[numbered[2]] if numbered else worded[0].rstrip(".") if worded else None


def _extended(text: str, name: str) -> str | None:
    """Return a range, an uncertain or an open date in EDTF; None for a plain date and other words."""
    bare = re.sub(r"[‐-―]", "-", text.replace("--", "-")).strip(" []()©;,")
    if name == "month" or (name == "date" and _SEASON_MONTH.fullmatch(bare)):
        return None
    if short := _SHORT_RANGE.fullmatch(bare):
        return _short_range(short, name)
    found = ((form.fullmatch(bare.rstrip(".") if form is not _RANGE else bare), write) for form, write in _OPEN_FORMS)
    return next((written for match, write in found if match and (written := write(match))), None)


def _short_range(found: re.Match[str], name: str) -> str | None:
    """2020/21 is a range of years, and so is 2009/12 in a field for years. Elsewhere 2009/12 is a month."""
    century, first, last = found.groups()
    is_next = name == "date" and "/" in found[0] and int(last) == int(first) + 1  # biblatex's slash means a range
    years = int(last) > max(12, int(first)) or (int(last) > int(first) and _YEAR_FIELD.search(name)) or is_next
    return f"{century}{first}/{century}{last}" if years else None


def _range(found: re.Match[str]) -> str | None:
    first, last = found[1] or "", found[2].strip(".")
    return f"{first}/{last}" if first or last else None


_OPEN_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]], ...] = (
    (_ABOUT, lambda found: f"{found[1]}~"),
    (_UNSURE, lambda found: found[1] + found[2]),
    (_UNSPECIFIED, lambda found: found[0].upper().replace("U", "X")),
    (_RANGE, _range),
)
"""Forms of dates that are not a single day, month or year, and how EDTF writes each."""


def _differ(one: PartialDate, other: PartialDate) -> bool:
    """Whether two dates of one year name two months or two days."""
    coarser = max(one, other, key=_rank).precision
    if coarser is Precision.YEAR:
        return False
    return one.first.month != other.first.month or (coarser is Precision.DAY and one.first != other.first)


def _rank(date: PartialDate) -> int:
    return list(Precision).index(date.precision)


def read_date(text: str) -> PartialDate | None:
    """Return the date, or the start of the range, in a text; None without a year."""
    return _read(" ".join(text.split()), None)[0]


@lru_cache(maxsize=4096)
def _read(text: str, year: int | None) -> tuple[PartialDate | None, bool]:
    """Return the date, and whether the whole text was used; a month alone belongs to the known year."""
    text = text.replace("--", "-")
    if _UNDATED.fullmatch(text) or _STATE.fullmatch(text):
        return None, False
    for form, read in _FORMS:
        if found := form.search(text):
            date, whole = read(found)
            return date, whole and (form is _YEAR or not _has_numbers(text[found.end() :]))
    if year and (found := _MONTH_RANGE.fullmatch(text)):
        return _checked(str(year), found[1])
    if year and _months(text):
        return _with_month(text, str(year))
    return None, False


_TIME = re.compile(r"T?\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")


def _has_numbers(text: str) -> bool:
    """Whether a text contains numbers that are not a time of day."""
    return any(c.isdigit() for c in _TIME.sub("", text))


def _day_first(found: re.Match[str]) -> tuple[PartialDate | None, bool]:
    """12.5.2014 is a day in May; 5/6/2014 gives only the year, because the month is ambiguous."""
    one, mark, two, year = found.groups()
    if mark == "." or int(one) > 12 or one == two:
        return _checked(year, two, one)
    return _checked(year, one, two) if int(two) > 12 else (_checked(year)[0], False)


def _with_month(rest: str, year: str) -> tuple[PartialDate | None, bool]:
    months = _months(rest)
    other_year = _YEAR.search(rest)
    if not months or (months[-1][0] < months[0][0] and not other_year):
        return _checked(year)[0], not months and not _has_numbers(_SEASON.sub("", rest))
    number, start, end = months[0]
    day = _DAY_BEFORE.search(rest[:start]) or _DAY_BEHIND.match(rest[end:])
    date, whole = _checked(year, str(number), day[1] if day else None)
    return date, whole and len(_NUMBER.findall(_TIME.sub("", rest))) == (1 if day else 0)


_NUMBER = re.compile(r"\d+")


def _months(text: str) -> list[tuple[int, int, int]]:
    """Find each month name in the text: its number, start and end."""
    words = ((_month(found[0].lower()), found.start(), found.end()) for found in _WORD.finditer(text))
    return [(number, start, end) for number, start, end in words if number]


def month_number(text: str) -> int | None:
    """Return the number of a month given as a number, a name or BibTeX's macro; None for other text."""
    bare = text.strip(" .").lower()
    if bare.isdecimal():
        return int(bare) if 1 <= int(bare) <= len(_MONTHS) else None
    return (_month(bare) or None) if _WORD.fullmatch(bare) else None


@lru_cache(maxsize=1024)
def _month(word: str) -> int:
    known = (number for number, names in enumerate(_MONTHS, 1) if any(name.startswith(word) for name in names.split()))
    return next(known, 0)


def _checked(year: str, month: str | None = None, day: str | None = None) -> tuple[PartialDate | None, bool]:
    """Return the date of these numbers, reduced to the month or year if the day does not exist."""
    parts = [part for part in (year, month, day) if part]
    for length in range(len(parts), 0, -1):
        try:
            return PartialDate.parse("-".join(parts[:length])), length == len(parts)
        except ValueError:
            continue
    return None, False


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[PartialDate | None, bool]]], ...] = (
    (_COMPACT, lambda found: _checked(*found.groups())),
    (_NUMERIC, lambda found: _checked(*found.groups())),
    (_DAY_FIRST, _day_first),
    (_MONTH_FIRST, lambda found: _checked(found[2], found[1])),
    (_YEAR, lambda found: _with_month(f"{found.string[: found.start()]} {found.string[found.end() :]}", found[1])),
)
"""Forms of dates and how to read each; the first match in a text counts."""
