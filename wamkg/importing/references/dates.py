"""Dates of publication as files of references write them: one of several fields, ranges, months alone, remarks."""

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
"""Names of the months in the languages of files that were met; any beginning of three letters or more is one."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_DAY = r"(?<!\d)(0?[1-9]|[12]\d|3[01])(?!\d)(?:st|nd|rd|th)?"
_DAY_BEHIND = re.compile(rf"^\.?[\s,~]*{_DAY}(?!\w|\s*[./:]\d)")
_DAY_BEFORE = re.compile(rf"{_DAY}\.?(?:\s*(?:[-–—/&]|to|and)\s*\d{{1,2}}(?:st|nd|rd|th)?\.?)?(?:\s+(?:of|de))?\s*$")
_NO_DATE = re.compile(
    r"\W*(?:in[ -]press|forthcoming|to appear|n\.?\s?d\.?|no date|undated|submitted|accepted|under review|unpublished|"
    r"in preparation|ahead of print|online first|s\.\s?a\.|0+|none|null|nan|n/?a)?\W*",
    re.I,
)
_SEASON = re.compile(r"(?:spr(?:ing)?|sum(?:mer)?|aut(?:umn)?|fal(?:l)?|win(?:ter)?|q[1-4]|[1-4]q)\b", re.I)


@dataclass(frozen=True)
class Published:
    """What the values of a record say of its date together.

    `season` is the text of a part of the year that is no month, `state` a remark in place of a date ("in press");
    `doubts` names each value that was left out.
    """

    year: int | None = None
    date: PartialDate | None = None
    season: str | None = None
    state: str | None = None
    doubts: tuple[str, ...] = ()


def read_published(candidates: Iterable[tuple[str, str]]) -> Published:
    """Year and date of named values, best first: the year of the first that has one, and the most exact day in it.

    A month without a year is of that year. A range gives its start.
    """
    given = [(name, " ".join(text.split())) for name, text in candidates if text.strip()]
    year = next((date.first.year for _, text in given if (date := _read(text, None)[0])), None)
    found = Published(year)
    for name, text in given:
        found = _with(found, name, text)
    return found


def _with(found: Published, name: str, text: str) -> Published:
    """What is known with one more value."""
    date, whole = _read(text, found.year)
    if date is None and found.year and _SEASON.match(text):
        return replace(found, season=text)
    if date is None:
        told = f"{name} {text[:60]!r} is not a date; " + (
            f"the year {found.year} is kept" if found.year else "no year is kept"
        )
        if not _NO_DATE.fullmatch(text):
            return replace(found, doubts=(*found.doubts, Dropped(told)))
        return replace(found, state=text, doubts=(*found.doubts, told))
    if date.first.year != found.year:
        told = f"{name} {text[:60]!r} is not in {found.year}, the year that is kept"
        return replace(found, doubts=(*found.doubts, Dropped(told)))
    doubts = found.doubts if whole else (*found.doubts, f"{name} {text[:60]!r} is read as {date}")
    better = found.date is None or _rank(date) < _rank(found.date)
    return replace(found, date=date if better else found.date, doubts=doubts)


def _rank(date: PartialDate) -> int:
    return list(Precision).index(date.precision)


def read_date(text: str) -> PartialDate | None:
    """The date, or the start of the range, that a text gives; None where it has no year."""
    return _read(" ".join(text.split()), None)[0]


@lru_cache(maxsize=4096)
def _read(text: str, year: int | None) -> tuple[PartialDate | None, bool]:
    """The date, and whether all of it could be taken; a month alone counts in the year that is known."""
    text = text.replace("--", "-")
    if _NO_DATE.fullmatch(text):
        return None, False
    for form, read in _FORMS:
        if found := form.search(text):
            return read(found)
    if year and (re.fullmatch(r"0?[1-9]|1[0-2]", text) or _months(text)):
        return _checked(str(year), text) if text.isdigit() else _with_month(text, str(year))
    return None, False


def _day_first(found: re.Match[str]) -> tuple[PartialDate | None, bool]:
    """12.5.2014 is a day of May; of 5/6/2014 the year alone, for nobody knows which of them is the month."""
    one, mark, two, year = found.groups()
    if mark == "." or int(one) > 12 or one == two:
        return _checked(year, two, one)
    return _checked(year, one, two) if int(two) > 12 else (_checked(year)[0], False)


def _with_month(rest: str, year: str) -> tuple[PartialDate | None, bool]:
    months = _months(rest)
    other_year = _YEAR.search(rest)
    if not months or (months[-1][0] < months[0][0] and not other_year):
        return _checked(year)[0], not months
    number, start, end = months[0]
    day = _DAY_BEFORE.search(rest[:start]) or _DAY_BEHIND.match(rest[end:])
    return _checked(year, str(number), day[1] if day else None)


def _months(text: str) -> list[tuple[int, int, int]]:
    """Each name of a month in the text: its number, and where it begins and ends."""
    words = ((_month(found[0].lower()), found.start(), found.end()) for found in _WORD.finditer(text))
    return [(number, start, end) for number, start, end in words if number]


@lru_cache(maxsize=1024)
def _month(word: str) -> int:
    known = (number for number, names in enumerate(_MONTHS, 1) if any(name.startswith(word) for name in names.split()))
    return next(known, 0)


def _checked(year: str, month: str | None = None, day: str | None = None) -> tuple[PartialDate | None, bool]:
    """The date of these numbers, to the month or the year where there is no such day."""
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
"""Forms of dates and how each is read; the first that is found in a text counts."""
