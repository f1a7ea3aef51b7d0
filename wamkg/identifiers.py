"""Identifiers of papers, their normal forms, titles as keys, and dates of stated precision."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from urllib.parse import unquote

import uuid_utils

OLD_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga|"
    "funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|math|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|"
    "q-alg|q-bio|quant-ph|solv-int|supr-con"
)
"""Archives whose name stands in arXiv ids from before April 2007."""
_ID = rf"(?P<id>\d{{4}}\.\d{{4,5}}|(?:{OLD_ARCHIVES})(?:\.[a-z-]+)?/\d{{7}})(?:v\d+)?"
_STAMP = r"(?:\s*\[[a-z.-]+\])?(?:,?\s*\(?\d{1,2}\s+[a-z]{3,9}\s+\d{4}\)?|\s*\(\d{4}\))?\.?"
_ARXIV = re.compile(rf"(?:arxiv\s*[:.]?\s*)?(?:abs/)?{_ID}(?![\d.]\d){_STAMP}", re.I)
_ARXIV_URL = re.compile(
    rf"(?:arxiv\.org|xxx\.lanl\.gov|ar5iv\.\w+\.org)/(?:(?:abs|pdf|html|format|e-print|src|ps)/|ftp/\S+/){_ID}", re.I
)
_ARXIV_DOI = re.compile(rf"10\.48550/arxiv\.{_ID}(?![\w/])", re.I)
_ARXIV_NAMED = re.compile(
    rf"\b(?:arxiv|corr)(?:\s+e-?prints?|\s+preprint|\.org)?[\s:,.(]*(?:(?:no\.|arxiv:|abs/)\s*)*{_ID}(?!\d)", re.I
)
_DOI = re.compile(r"10\.\d{4,9}/(?:[^\s\"<>]|<\d+:[^\s<>]*>)+", re.I)
_DOI_ENCODED = re.compile(r"10\.\d{4,9}%2f", re.I)
_DOI_END = re.compile(r"[;,|]\s*(?=10\.\d{4,9}/[^\s;,|])|[\u201c\u201d\u2019]")
_ESCAPED = re.compile(r"\\([_%&#])")
_PREPRINT_VERSION = re.compile(r"^(10\.(?:1101|64898)/[\d.]{6,})v\d+(?:[./].*)?$")
"""bioRxiv and medRxiv write the version behind the DOI, which has none."""
_S2 = re.compile(r"^[0-9a-f]{40}$", re.I)
_NOT_WORD = re.compile(r"[^\w]+")
_DATE = re.compile(r"^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$")


def new_uid() -> str:
    """Fresh permanent public id, a UUIDv7 (RFC 9562)."""
    return str(uuid_utils.uuid7())


def text_hash(text: str) -> str:
    """sha256 of the exact text in UTF-8, as hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def arxiv_id(text: str) -> str | None:
    """Normal arXiv id of an id, a stamp ("arXiv:2301.00001v2 [cs.RO] 3 Jan 2023"), a DOI of arXiv or an arXiv URL.

    Normal is without prefix, version and subject class ("math.GT/0309136" is "math/0309136"). None if there is none.
    """
    text = text.strip()
    found = _ARXIV_DOI.search(text) or _ARXIV_URL.search(text) or _ARXIV.fullmatch(text)
    return _normal_arxiv(found["id"]) if found else None


def find_arxiv(text: str) -> str | None:
    """Normal arXiv id that running text names as one ("preprint at arXiv:2301.00001"); None if it names none."""
    found = _ARXIV_NAMED.search(text)
    return arxiv_id(text) or (_normal_arxiv(found["id"]) if found else None)


def _normal_arxiv(value: str) -> str:
    archive, slash, number = value.lower().partition("/")
    return archive.partition(".")[0] + slash + number if slash else value


def doi(text: str) -> str | None:
    """Normal DOI (lower case, no resolver, no version of a bioRxiv preprint) found in the text.

    None if there is none or it is arXiv's own.
    """
    text = _ESCAPED.sub(r"\1", text)
    if _DOI_ENCODED.search(text) or ("://" in text and "%" in text):
        text = unquote(text)
    found = _DOI.search(text)
    if not found:
        return None
    value = _without_closers(_DOI_END.split(found[0])[0]).lower()
    versioned = _PREPRINT_VERSION.match(value)
    return None if _ARXIV_DOI.fullmatch(value) else versioned[1] if versioned else value


def _without_closers(value: str) -> str:
    """Without the full stop of a sentence, and brackets that open before the DOI."""
    while value and (
        value[-1] in ".,;:'\"*!"
        or any(
            value[-1] == closer and value.count(opener) < value.count(closer) for opener, closer in ("()", "[]", "{}")
        )
    ):
        value = value[:-1]
    return value


def s2_id(text: str) -> str | None:
    """Normal Semantic Scholar paper id (40 hex digits); None if it is not one."""
    text = text.strip()
    return text.lower() if _S2.match(text) else None


def normalise(text: str) -> str:
    """Text folded for comparison and search: NFKD, no marks, lower case, words parted by one space."""
    bare = text
    if not text.isascii():  # most is, and the walk over every character was a tenth of an enrichment's work
        bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", bare.lower()).replace("_", " ").strip()


def title_key(title: str) -> str:
    """Key under which two printings of one title meet; without spaces, since "Meta-World" is "MetaWorld"."""
    return normalise(title).replace(" ", "")


def author_key(name: str) -> str:
    """Key under which "Zhang, Chuhan" and "Chuhan Zhang" meet: the name's words in a fixed order."""
    return " ".join(sorted(normalise(name).split()))


def name_key(name: str) -> str:
    """Key under which spellings of a thing's name meet: "Meta-World" is "MetaWorld"."""
    return normalise(name).replace(" ", "")


_NOT_IN_KEY = re.compile(r"[\s,{}\x00-\x1f\x7f]")
_SMALL = {letter: letter + 32 for letter in range(ord("A"), ord("Z") + 1)}


def is_citation_key(text: str) -> bool:
    """Whether BibTeX can read a text as the key of an entry: no blank, comma or brace is in it."""
    return bool(text) and not _NOT_IN_KEY.search(text)


def key_fold(key: str) -> str:
    """A citation key as BibTeX compares it: the letters A to Z in lower case, all else as it is."""
    return key.translate(_SMALL)


ARCHIVES = frozenset({"arxiv", "corr", "preprint", "technical report", "blog"})


def is_venue(name: str | None) -> bool:
    """Whether a paper's venue is one that decides on papers; an archive is not."""
    return name is not None and normalise(name) not in ARCHIVES


def slugify(text: str) -> str:
    """Lower-case ASCII slug of a name; `x` where nothing remains."""
    ascii_text = normalise(text).encode("ascii", "ignore").decode()
    return "-".join(ascii_text.split()) or "x"


class Precision(StrEnum):
    """How exact a date is."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, order=True)
class PartialDate:
    """A date known to the day, the month or the year; `first` is the first day it may be."""

    first: date
    precision: Precision

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Read `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.

        Raises ValueError on anything else, impossible days included.
        """
        found = _DATE.match(text.strip())
        if not found:
            raise ValueError(f"not a date: {text!r}; write YYYY, YYYY-MM or YYYY-MM-DD")
        year, month, day = (int(g) if g else None for g in found.groups())
        precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
        return cls(date(year or 0, month or 1, day or 1), precision)

    def __str__(self) -> str:
        length = {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}[self.precision]
        return self.first.isoformat()[:length]


FIRST_YEAR = 1600
"""No paper is older: a year before it is a slip of the pen, a page number or a placeholder."""


def last_year() -> int:
    """The last year that a paper may be of: venues print next year's papers this year."""
    return datetime.now(UTC).year + 1


def is_plausible_year(value: object) -> bool:
    """Whether a value is a year that a paper can be of; others are kept as claims and never shown or counted."""
    return isinstance(value, int) and not isinstance(value, bool) and FIRST_YEAR <= value <= last_year()


def day_or_year(day: date | None, precision: str | None, year: int | None) -> tuple[date, str] | None:
    """When a paper appeared and how exactly that is known, from the date and the year shown; None if neither is."""
    if day is not None:
        return day, precision or Precision.DAY.value
    return (date(year, 1, 1), Precision.YEAR.value) if year else None


def arxiv_prefix_month(value: str) -> PartialDate | None:
    """Month in an arXiv id's prefix: a derived hint, not a submission date (2302.00111 came on 2023-01-31)."""
    if not re.match(r"\d{4}\.", value):
        return None
    year, month = 2000 + int(value[:2]), int(value[2:4])
    return PartialDate(date(year, month, 1), Precision.MONTH) if 1 <= month <= 12 else None
