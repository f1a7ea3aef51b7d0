"""Identifiers of papers in normal form, keys for comparing titles and names, and dates with a precision."""

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
"""Archives whose names are part of arXiv ids assigned before April 2007."""
_ID = (
    rf"(?P<id>\d{{2}}(?:0[1-9]|1[0-2])\.\d{{4,5}}|(?:{OLD_ARCHIVES})(?:\.[a-z-]+)?/\d{{2}}(?:0[1-9]|1[0-2])\d{{3}})"
    r"(?:v\d+)?(?![a-z0-9_])"
)
"""An id as a whole: what is longer, or has a month 13, is none and must not be cut to one."""
_STAMP = r"(?:\s*\[[a-z.-]+\])?(?:,?\s*\(?\d{1,2}\s+[a-z]{3,9}\s+\d{4}\)?|\s*\(\d{4}\))?\.?"
_ARXIV = re.compile(rf"(?:arxiv\s*[:.]?\s*)?(?:abs/)?{_ID}(?![\d.]\d){_STAMP}", re.I)
_ARXIV_HOST = r"(?:arxiv\.org|xxx\.lanl\.gov|ar5iv\.\w+\.org)/(?:(?:abs|pdf|html|format|e-print|src|ps)/|ftp/\S+/)"
_ARXIV_URL = re.compile(rf"{_ARXIV_HOST}{_ID}", re.I)
_ARXIV_DOI = re.compile(rf"10\.48550/arxiv\.{_ID}(?![\w/])", re.I)
_ARXIV_OWN_DOI = re.compile(r"10\.48550/arxiv\.", re.I)
_ARXIV_NAMED = re.compile(
    rf"\b(?:arxiv|corr)(?:\s+e-?prints?|\s+preprint|\.org)?[\s:,.(]*(?:(?:no\.|arxiv:|abs/)\s*)*{_ID}", re.I
)
_ARXIV_LIKE = re.compile(
    rf"(?:{_ARXIV_HOST}|huggingface\.co/papers/|alphaxiv\.org/\w+/|10\.48550/arxiv\.|"
    rf"\barxiv(?:\s+e-?prints?|\s+preprint)?\s*[:.]?\s*(?:arxiv:\s*|abs/)?)"
    rf"(?P<id>\d{{3,}}\.\d{{3,}}[a-z0-9_]*|(?:{OLD_ARCHIVES})(?:\.[a-z-]+)?/\d{{4,}}[a-z0-9_]*)",
    re.I,
)
"""What stands where an arXiv id stands, valid or not."""
_FIRST_MONTH, _FIVE_DIGITS = (7, 4), (15, 1)
"""Year and month of the first id of today's form, and of the first one with five digits behind the point."""
_DOI = re.compile(r"10\.\d{4,9}/(?:[^\s\"<>]|<\d+:[^\s<>]*>)+", re.I)
_DOI_ENCODED = re.compile(r"10\.\d{4,9}%2f", re.I)
_DOI_END = re.compile(r"[;,|]\s*(?=10\.\d{4,9}/[^\s;,|])|[\u201c\u201d\u2019]")
_ESCAPED = re.compile(r"\\([_%&#])")
_PREPRINT_VERSION = re.compile(r"^(10\.(?:1101|64898)/[\d.]{6,})v\d+(?:[./].*)?$")
"""bioRxiv and medRxiv append the version to the DOI; the registered DOI has none."""
_S2 = re.compile(r"^[0-9a-f]{40}$", re.I)
_NOT_WORD = re.compile(r"[^\w]+")
_DATE = re.compile(r"^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$")


def new_uid() -> str:
    """A new permanent public id (UUIDv7, RFC 9562)."""
    return str(uuid_utils.uuid7())


def text_hash(text: str) -> str:
    """SHA-256 of the exact text in UTF-8, as hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def arxiv_id(text: str) -> str | None:
    """The normal arXiv id in an id, a stamp ("arXiv:2301.00001v2 [cs.RO] 3 Jan 2023"), an arXiv DOI or an arXiv URL.

    The normal form has no prefix, version or subject class ("math.GT/0309136" becomes "math/0309136"). None if there is
    no arXiv id.
    """
    text = text.strip()
    found = _ARXIV_DOI.search(text) or _ARXIV_URL.search(text) or _ARXIV.fullmatch(text)
    return _normal_arxiv(found["id"]) if found and is_possible_arxiv(found["id"]) else None


def find_arxiv(text: str) -> str | None:
    """The normal arXiv id that running text names explicitly ("preprint at arXiv:2301.00001"), or None."""
    found = _ARXIV_NAMED.search(text)
    named = _normal_arxiv(found["id"]) if found and is_possible_arxiv(found["id"]) else None
    return arxiv_id(text) or named


def malformed_arxiv(text: str) -> list[str]:
    """Text that looks like an arXiv id but is not one: "2206.0123x", "2413.01234", "2206.012345"."""
    found = (match["id"] for match in _ARXIV_LIKE.finditer(text))
    return [value for value in dict.fromkeys(found) if arxiv_id(value) is None]


def is_possible_arxiv(value: str) -> bool:
    """Whether a number of an arXiv id's form can be one: its month has been, with as many digits as arXiv gave then."""
    number = value.rpartition("/")[2]
    month = int(number[:2]), int(number[2:4])
    if not 1 <= month[1] <= 12:
        return False
    if "/" in value:
        return month >= (91, 1) or month < _FIRST_MONTH
    digits = len(number.partition(".")[2])
    return month >= _FIRST_MONTH and month[0] <= last_year() - 2000 and digits == (5 if month >= _FIVE_DIGITS else 4)


def _normal_arxiv(value: str) -> str:
    archive, slash, number = value.lower().partition("/")
    return archive.partition(".")[0] + slash + number if slash else value


def doi(text: str) -> str | None:
    """The normal DOI in a text: lower case, without resolver and without the version of a bioRxiv preprint.

    None if there is no DOI, or if it is arXiv's own.
    """
    text = _ESCAPED.sub(r"\1", text)
    if _DOI_ENCODED.search(text) or ("://" in text and "%" in text):
        text = unquote(text)
    found = _DOI.search(text)
    if not found:
        return None
    value = _without_closers(_DOI_END.split(found[0])[0]).lower()
    versioned = _PREPRINT_VERSION.match(value)
    return None if _ARXIV_OWN_DOI.match(value) else versioned[1] if versioned else value


def _without_closers(value: str) -> str:
    """Remove a trailing full stop, and closing brackets that were opened before the DOI."""
    while value and (
        value[-1] in ".,;:'\"*!"
        or any(
            value[-1] == closer and value.count(opener) < value.count(closer) for opener, closer in ("()", "[]", "{}")
        )
    ):
        value = value[:-1]
    return value


def s2_id(text: str) -> str | None:
    """The normal Semantic Scholar paper id (40 hex digits), or None."""
    text = text.strip()
    return text.lower() if _S2.match(text) else None


def normalise(text: str) -> str:
    """Fold a text for comparison and search: NFKD, no diacritics, lower case, words separated by one space."""
    bare = text
    if not text.isascii():  # most is, and the walk over every character was a tenth of an enrichment's work
        bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", bare.lower()).replace("_", " ").strip()


def title_key(title: str) -> str:
    """Key for comparing titles. It has no spaces, so "Meta-World" and "MetaWorld" are equal."""
    return normalise(title).replace(" ", "")


def author_key(name: str) -> str:
    """Key for comparing author names: the words in a fixed order, so "Zhang, Chuhan" equals "Chuhan Zhang"."""
    return " ".join(sorted(normalise(name).split()))


def name_key(name: str) -> str:
    """Key for comparing names of entities: "Meta-World" equals "MetaWorld"."""
    return normalise(name).replace(" ", "")


_NOT_IN_KEY = re.compile(r"[\s,{}\x00-\x1f\x7f]")
_SMALL = {letter: letter + 32 for letter in range(ord("A"), ord("Z") + 1)}


def is_citation_key(text: str) -> bool:
    """Whether a text is a valid BibTeX key: it has no space, comma or brace."""
    return bool(text) and not _NOT_IN_KEY.search(text)


def key_fold(key: str) -> str:
    """A citation key as BibTeX compares it: A to Z in lower case, everything else unchanged."""
    return key.translate(_SMALL)


PREPRINT_VENUES = frozenset({"arxiv", "arxiv org", "arxiv preprint", "arxiv cornell university", "corr", "preprint"})
"""Folded names of preprint servers that sources list like venues."""
ARCHIVES = PREPRINT_VENUES | {"technical report", "blog"}
PREPRINT_DOIS = (
    "10.1101/",
    "10.64898/",
    "10.2139/ssrn",
    "10.21203/rs.",
    "10.20944/preprints",
    "10.26434/chemrxiv",
    "10.36227/techrxiv",
    "10.31219/",
    "10.31234/",
    "10.31235/",
    "10.31223/",
    "10.31224/",
    "10.31222/",
    "10.22541/",
    "10.33774/",
    "10.5281/zenodo",
    "10.6084/m9.figshare",
    "10.48550/arxiv",
    "10.13140/rg.",
    "10.32388/",
    "10.12688/",
    "10.1590/scielopreprints",
    "10.55458/",
)
"""DOI prefixes of preprint servers and repositories: bioRxiv, SSRN, Research Square, Zenodo and others."""


def is_venue(name: str | None) -> bool:
    """Whether a venue reviews papers; archives such as arXiv do not."""
    return name is not None and normalise(name) not in ARCHIVES


def is_preprint_venue(venue: str | None) -> bool:
    """Whether a venue name is that of a preprint server."""
    return venue is not None and normalise(venue) in PREPRINT_VENUES


def is_publisher_doi(doi: str | None) -> bool:
    """Whether a DOI is that of a publication, not of a preprint server."""
    return doi is not None and not doi.startswith(PREPRINT_DOIS)


def slugify(text: str) -> str:
    """Lower-case ASCII slug of a name; one in another script is spelled in ASCII. `x` if nothing is left."""
    words = normalise(text).encode("ascii", "ignore").decode().split()
    return "-".join(words or _spelled(text)) or "x"


def _spelled(text: str) -> list[str]:
    """The words of a text in ASCII letters that sound like it; each Chinese character is a word."""
    from anyascii import anyascii  # rarely needed, and slow to load

    return normalise(anyascii(re.sub(r"(?=[\u3400-\u9fff\uf900-\ufaff])", " ", text))).split()


class Precision(StrEnum):
    """Precision of a date."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, order=True)
class PartialDate:
    """A date known to the day, month or year. `first` is the earliest possible day."""

    first: date
    precision: Precision

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Parse `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.

        Raises ValueError for everything else, including impossible days.
        """
        found = _DATE.match(text.strip())
        if not found:
            raise ValueError(f"not a date: {text!r}; write YYYY, YYYY-MM or YYYY-MM-DD")
        year, month, day = (int(g) if g else None for g in found.groups())
        precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
        return cls(date(year or 0, month or 1, day or 1), precision)

    def __str__(self) -> str:
        return self.first.isoformat()[: _LENGTHS[self.precision]]


_LENGTHS = {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}


FIRST_YEAR = 1600
"""No paper is older. An earlier year is a typing error, a page number or a placeholder."""


def last_year() -> int:
    """The latest plausible year: venues print next year's papers this year."""
    return datetime.now(UTC).year + 1


def is_plausible_year(value: object) -> bool:
    """Whether a year is plausible for a paper. Implausible years are stored as claims but never shown or counted."""
    return isinstance(value, int) and not isinstance(value, bool) and FIRST_YEAR <= value <= last_year()


def day_or_year(day: date | None, precision: str | None, year: int | None) -> tuple[date, str] | None:
    """Date and precision of a paper's appearance, from its date and year columns; None if both are empty."""
    if day is not None:
        return day, precision or Precision.DAY.value
    return (date(year, 1, 1), Precision.YEAR.value) if year else None


def arxiv_prefix_month(value: str) -> PartialDate | None:
    """Month in the prefix of an arXiv id. It is a derived hint, not a submission date (2302.00111 was submitted on
    2023-01-31).
    """
    if not re.match(r"\d{4}\.", value):
        return None
    year, month = 2000 + int(value[:2]), int(value[2:4])
    return PartialDate(date(year, month, 1), Precision.MONTH) if 1 <= month <= 12 else None
