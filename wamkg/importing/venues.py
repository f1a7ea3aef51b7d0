"""Recognize venues, years and dates as people print them."""

import re

from wamkg.identifiers import PartialDate

_NAMES = (
    "ICLR", "ICML", "NeurIPS", "NIPS", "CVPR", "ICCV", "ECCV", "WACV", "BMVC", "ACCV", "3DV", "CoRL", "RSS", "ICRA",
    "IROS", "Humanoids", "HRI", "RO-?MAN", "CASE", "ISRR", "ISER", "WAFR", "L4DC", "AAAI", "IJCAI", "AAMAS", "ICAPS",
    "AIES", "UAI", "ACL", "EMNLP", "NAACL", "EACL", "AACL", "COLING", "CoNLL", "TACL", "COLM", "AISTATS", "COLT",
    "ALT", "ICDL", "CogSci", "KDD", "WWW", "SIGIR", "CIKM", "WSDM", "ICDM", "SDM", "RecSys", "SIGMOD", "VLDB", "ICDE",
    "ICSE", "FSE", "ASE", "OSDI", "SOSP", "MLSys", "CCS", "NDSS", "TMLR", "JMLR", "DMLR", "TPAMI", "T-?PAMI", "PAMI",
    "TIP", "TMM", "TNNLS", "TKDE", "TOG", "TVCG", "TMI", "TCSVT", "IJCV", "IJRR", "RA-?L", "T-?RO", "T-?ASE", "T-?ITS",
    "T-?IV", "MICCAI", "MIDL", "ISBI", "ICASSP", "Interspeech", "ISMIR", "WASPAA", "SLT", "ASRU", "ICIP", "ICPR",
    "ICME", "FG", "CHI", "UIST", "SIGGRAPH(?: Asia)?", "EGSR", "Eurographics", "PACMPL", "MM", "ACM MM", "ACMMM",
    "JAIR", "LREC", "Nature", "Science", "Science Robotics", "PNAS", "Cell", "arXiv", "CoRR", "Preprint", "bioRxiv",
    "medRxiv", "OpenReview", "SSRN", "Blog", "Tech(?:nical)? Report",
)  # fmt: skip
_VENUES = re.compile(rf"^(?:{'|'.join(_NAMES)})\b", re.I)
_JOURNALS = (
    "Nature Machine Intelligence",
    "Nature Communications",
    "Nature Medicine",
    "Nature Methods",
    "Nature Biotechnology",
    "Nature Computational Science",
    "Science Advances",
    "Scientific Reports",
    "Scientific Data",
    "Pattern Recognition",
    "Pattern Recognition Letters",
    "Medical Image Analysis",
    "Information Fusion",
    "Autonomous Robots",
    "Neurocomputing",
    "Robotics and Autonomous Systems",
    "Computer Graphics Forum",
    "Expert Systems with Applications",
    "Neural Networks",
    "Neural Computation",
    "Artificial Intelligence Review",
    "Knowledge-Based Systems",
    "Computational Linguistics",
    "ACM Computing Surveys",
    "Machine Intelligence Research",
    "Intelligent Systems",
    "Briefings in Bioinformatics",
)
_JOURNAL_NOUNS = frozenset((
    "protocols", "reports", "letters", "communications", "reviews", "transactions", "bulletin", "annals", "archives",
    "advances", "chemistry", "physics", "biology", "medicine", "genetics", "genomics", "bioinformatics", "proteomics",
    "neuroscience", "psychology", "science", "sciences", "materials", "engineering", "biotechnology", "informatics",
))  # fmt: skip
"""Last words of journals: nobody's family name."""
_TRACKS = r"Findings|Workshops?|Main|Datasets? and Benchmarks?|D&B|Demos?|Industry"
_PRINTED = re.compile(
    rf"^(?i:(?:IEEE|ACM|the)?[\s/]*\(?(?:{'|'.join(_NAMES)})\)?(?:\s+(?:{_TRACKS})(?:\s+Track)?)?|"
    rf"(?:Findings of )?(?:ACL|EMNLP|NAACL) Findings|{'|'.join(_JOURNALS)})$|"
    r"^(?:IEEE|ACM|npj|Journal of|Proceedings of|Transactions (?:on|of)|Frontiers in|"
    r"Annual (?:Review|Conference|Meeting)|International (?:Journal|Conference))\b"
    r"(?: (?:[A-Z&(]\S*|of|on|in|and|for|the)){1,9}$"
)
"""Text that can only be a venue even without a year: "Nature Machine Intelligence", but not "Nature of Things"."""
_VENUE_WORDS = re.compile(r"\b(?:conference|journal|proceedings|letters|transactions|workshop|symposium)\b", re.I)
_LEAD_IN = re.compile(r"^(?:in|at|to appear (?:in|at)|accepted (?:by|to|at|in)|published (?:in|at))\s+", re.I)
_VENUE_YEAR = re.compile(
    r"^(?P<venue>[^\d'’]*?(?:\d[A-Z][^\d'’]*?)?)\s*(?:['’]?(?P<year>(?:19|20)\d\d)|['’](?P<short>\d\d)|(?<=[A-Za-z])(?P<glued>\d\d))"
    r"\s*(?P<rest>[(\[]?[a-z][a-z \-]{0,30}[)\]]?)?$",
    re.I,
)
_NUMERIC_DATE = re.compile(r"^((?:19|20)\d\d)(?:[-./](\d{1,2})(?:[-./](\d{1,2}))?)?$")
_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTHS = {name[:3]: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_WORD_DATE = re.compile(
    r"^(?:(?P<d1>\d{1,2})\s+)?(?P<month>[a-z]{3,9})\.?\s*(?:(?P<d2>\d{1,2})(?:st|nd|rd|th)?)?,?\s+(?P<year>(?:19|20)\d\d)$",
    re.I,
)


def read_date(text: str) -> PartialDate | None:
    """Return a date as lists print it: 2023-01, 2024.05, 2024/5/12, May 2024, May 3, 2024, 2004; else None."""
    text = text.strip(" .,;:()[]`*")
    found = _NUMERIC_DATE.match(text)
    if found:
        return _checked("-".join(part for part in found.groups() if part))
    found = _WORD_DATE.match(text)
    month = _MONTHS.get(found["month"][:3].lower()) if found else None
    if not found or not month or not _MONTH_NAMES[month - 1].startswith(found["month"].lower()[:4]):
        return None
    day = found["d1"] or found["d2"]
    return _checked(f"{found['year']}-{month}" + (f"-{day}" if day else ""))


def _checked(text: str) -> PartialDate | None:
    try:
        return PartialDate.parse(text)
    except ValueError:
        return None


def read_venue(text: str) -> tuple[str | None, int | None, str]:
    """Return venue, year and the rest of a segment such as "NeurIPS 2023 Oral"; (None, None, text) for other text."""
    bare = _LEAD_IN.sub("", text.strip(" .,;:()[]*`"))
    if len(bare) > 120:
        return None, None, text
    found = _VENUE_YEAR.match(bare)
    if found:
        venue = found["venue"].strip(" ,.-@'’(:") or None
        glued = found["short"] or found["glued"]
        if (venue is None or is_venue(venue, loosely=not found["glued"])) and not (venue is None and glued):
            year = int(found["year"] or "20" + glued)
            return plain_venue(venue), year, (found["rest"] or "").strip(" ()-")
    named = _VENUES.fullmatch(bare) or (_VENUE_WORDS.search(bare) and len(bare.split()) <= 12)
    return (plain_venue(bare), None, "") if named else (None, None, text)


def is_printed_venue(text: str) -> bool:
    """Whether words without a year can only name a venue."""
    bare = text.strip(" .,;:()[]*`")
    return len(bare) <= 90 and _PRINTED.match(_LEAD_IN.sub("", bare)) is not None


def is_known_venue(venue: str | None) -> bool:
    """Whether a venue is a known one of the field."""
    return bool(venue and _VENUES.match(venue))


def is_journal(text: str) -> bool:
    """Whether two to five capitalized words end like the name of a journal ("Nature Protocols")."""
    words = text.split()
    named = all(word[:1].isupper() or word in ("of", "and", "in", "&") for word in words)
    return 2 <= len(words) <= 5 and named and words[-1].lower() in _JOURNAL_NOUNS


def is_venue(text: str, loosely: bool) -> bool:
    """Whether words name a venue; loosely, a few capitalized words do."""
    if _VENUES.match(text) or _VENUE_WORDS.search(text):
        return True
    return (
        loosely
        and len(text.split()) <= 4
        and text[:1].isupper()
        and text.split(maxsplit=1)[0].lower()[:3] not in _MONTHS
    )


def plain_venue(venue: str | None) -> str | None:
    """Return the venue in the project's own spelling."""
    return "arXiv" if venue and re.fullmatch(r"arxiv(?: preprint)?|corr", venue, re.I) else venue
