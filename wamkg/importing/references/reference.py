"""The values any reference file gives for a paper, in BibTeX's terms, and the record made from them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from wamkg.identifiers import PartialDate, Precision, arxiv_id, doi, find_arxiv, malformed_arxiv
from wamkg.importing.links import add_link, arxiv_of, doi_of, is_web, kind_of
from wamkg.importing.markup import without_markup
from wamkg.importing.parse_result import Item
from wamkg.importing.people import People
from wamkg.importing.references.dates import read_published
from wamkg.importing.references.fields import DETAILS, EDITED, KEPT
from wamkg.importing.venues import is_known_venue, read_venue
from wamkg.matching.entry_types import VENUE_FIELD, has_venue_field
from wamkg.matching.record import Dropped, Record, UnreadableLine
from wamkg.matching.title_braces import DETAIL as BRACES
from wamkg.matching.title_braces import stored_braces
from wamkg.names import bibtex_name
from wamkg.vocabulary import EventKind

_MAX_TITLE = 2000
_ARCHIVE = re.compile(r"\s*(?:arxiv\b.*|corr(?:\s*[,:]?\s*abs\b.*|\s+preprint.*)?)\s*", re.I | re.S)
_REPOSITORIES = re.compile(
    r"(?:arxiv|(?:bio|med|chem|psy|soc|eng|tech|ed)a?r?xiv|biorxiv|medrxiv|ssrn|research square|zenodo|osf preprints|"
    r"preprints(?:\.org)?|authorea|hal)(?:\.org)?",
    re.I,
)
_URL = re.compile(r"https?://[^\s<>\"{}]+", re.I)
_BETWEEN_URLS = re.compile(r"[\s;|,]+(?=https?://)")
_BARE_WEB = re.compile(r"(?:www\.|[\w-]+\.(?:org|com|net|edu|gov|io|ai)/)\S+", re.I)
_NO_VENUE = re.compile(
    r"\W*(?:(?:preprint|available|online|accessed|url|at|from|on|see|in|web ?page|website)\W*)*", re.I
)
_DASHES = re.compile(r"\s*[-‐‑‒–—―−]+\s*")
_PAGES = re.compile(r"^(?:(?:pp|pages?)\s*\.?\s*|[ps](?:\s*\.\s*|\s+)|(?-i:p)(?=\d+(?:-\d+)?$))(?=[\dA-Za-z])", re.I)
"""A mark before page numbers; a letter next to a digit may be part of the number: "S12-S19", "P3-P9"."""
_PAGE_COUNT = re.compile(r"(\d+)(?:\s*(?:pp?|pages|pgs)|\s+s)\.?", re.I)
_OTHER_PAPER = re.compile(
    r"\b(?:extend|supersed|see also|comment(?:s|ary)? on|companion|follow|errat|correct|retract|repl(?:y|ies)|"
    r"version of|review of|compare|cites?\b|citing|builds? on|data ?sets?\b|\bcode\b|supplement)",
    re.I,
)
"""Words of a remark on another paper, or on material of the paper that has a DOI of its own."""
_DOI_REMARK = re.compile(
    r"\b(?:doi(?:\.org)?|digital object identifier)[\s:=/]*(10\.\d{4,9}/\S+)|^(10\.\d{4,9}/\S+)$", re.I
)
_BETWEEN_DOIS = re.compile(
    r"(?:\s*[;,|]\s*|\s+)(?:(?:and|or|&)\s+)?(?=(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?10\.\d{4,9}/)", re.I
)
_CONTROLS = {code: " " if chr(code).isspace() else None for code in (*range(32), 127, *range(0x80, 0xA0))}
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ID_FIELDS = (
    "journal",
    "booktitle",
    "howpublished",
    "volume",
    "number",
    "pages",
    "reportnumber",
    "series",
    "note",
    "addendum",
)


@dataclass
class Reference:
    """One record of a file: its fields by BibTeX's names, as plain text that may contain markup.

    `dates`: values for the publication date, each with its field, best first. `ids_in`: further texts that may contain
    an arXiv id or DOI. `more`: further values of `url` and `doi`. `unknown`: fields that are not stored.
    `doubts`: guesses so far.
    """

    line: int
    fields: dict[str, str] = field(default_factory=dict)
    people: People = field(default_factory=People)
    editors: People = field(default_factory=People)
    dates: list[tuple[str, str]] = field(default_factory=list)
    key: str | None = None
    entry_type: str | None = None
    ids_in: list[str] = field(default_factory=list)
    more: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    marked: dict[str, str] | None = None
    """Title and subtitle with marks around text protected by braces; None in formats without braces."""

    def add(self, name: str, value: str | None) -> None:
        """Store a value under a field, unless an earlier one gave it."""
        if value and value.strip():
            self.fields.setdefault(name, value)

    def add_id(self, name: str, value: str) -> None:
        """Store a URL or DOI; another one than the first is kept among the further ones."""
        if value.strip() and self.fields.get(name, value) != value:
            self.more.append((name, value))
        self.add(name, value)


def listed_urls(text: str) -> list[str]:
    """Return the URLs of a field that lists several, separated by spaces or marks."""
    return [url.strip(" ,;") for url in _BETWEEN_URLS.split(text)]


def listed_dois(text: str) -> list[str]:
    """Return the DOIs of a field that lists several, as written; a text without a DOI is returned whole."""
    return [part for part in _BETWEEN_DOIS.split(text) if "10." in part] or [text]


def own_doi(remark: str) -> str | None:
    """Return the DOI that a remark ("Available at doi:10.1000/182") gives for its paper, not for another one."""
    return None if _OTHER_PAPER.search(remark) else _doi_in(remark)


def item_of(reference: Reference) -> Item:
    """Return the record, or why it is invalid; an unreadable value is dropped and listed among the doubts."""
    clean = {name: _clean(name, value) for name, value in reference.fields.items()}
    fields = {name: value for name, value in clean.items() if value}
    record = Record(reference.line, _title(fields), abstract=fields.get("abstract"))
    record.doubts = [*reference.doubts, *reference.people.doubts]
    record.key, record.entry_type = reference.key or None, reference.entry_type or None
    _take_people(record, reference)
    _take_ids(record, fields, reference)
    _take_more(record, reference)
    _take_venue(record, fields)
    _take_date(record, reference)
    _take_numbers(record, fields)
    _take_rest(record, fields, reference)
    if reference.marked is not None:
        _take_layout(record, fields, reference.marked)
    if not record.title and not (record.arxiv or record.doi):
        return UnreadableLine(reference.line, "no title", "; ".join(fields.values())[:160])
    if len(record.title) > _MAX_TITLE:
        reason = f"a title of {len(record.title)} characters; at most {_MAX_TITLE} are taken"
        return UnreadableLine(reference.line, reason, record.title[:160])
    return record


def _clean(name: str, value: str) -> str:
    value = _LONE_SURROGATE.sub("\ufffd", value).translate(_CONTROLS)
    return value.strip() if name in ("url", "doi") else without_markup(value)


def _title(fields: dict[str, str]) -> str:
    """Join title and subtitle."""
    title, more = fields.get("title", ""), fields.get("subtitle", "")
    if not more or title.lower().endswith(more.lower()):
        return title
    return f"{title}{' ' if title[-1:] in '?!:' else ': '}{more}" if title else more


def _take_layout(record: Record, fields: dict[str, str], marked: dict[str, str]) -> None:
    """Store the layout of a BibTeX entry: braces in the title, and the field of the venue where types differ."""
    clean = {name: _clean(name, value) for name, value in marked.items()}
    braces = stored_braces(_title(clean)) if record.title else None
    if braces is not None:
        record.details[BRACES] = braces
    kind = record.entry_type or ""
    name = next((name for name in ("booktitle", "journal") if fields.get(name) and _venue(fields[name])), None)
    if record.venue and name and not has_venue_field(kind) and _venue(fields[name]) is not None:
        record.details[VENUE_FIELD] = name


def _take_people(record: Record, reference: Reference) -> None:
    record.names = reference.people.names
    record.authors = [name.display for name in record.names]
    record.authors_cut = reference.people.cut
    if reference.editors.names:
        names = [bibtex_name(name) for name in reference.editors.names] + ["others"] * reference.editors.cut
        record.details["editor"] = " and ".join(names)
        if not record.names and record.entry_type not in EDITED:
            shown = ", ".join(name.display for name in reference.editors.names)
            record.doubts.append(f"no authors; {shown[:80]} edited it")


def _take_ids(record: Record, fields: dict[str, str], reference: Reference) -> None:
    texts = [*reference.ids_in, *(value for _, value in reference.more)]
    said_doi, url = fields.get("doi", ""), fields.get("url", "")
    listed = listed_dois(said_doi)
    record.doi = next((found for found in map(doi, listed) if found), None)
    if said_doi and record.doi is None and not (arxiv_of(said_doi) or malformed_arxiv(said_doi)):
        record.doubts.append(Dropped(f"doi {said_doi[:60]!r} is not a DOI; it is left out"))
    named = [fields[name] for name in _ID_FIELDS if name in fields and _may_name(name, fields[name])]
    _take_url(record, url, [fields.get("howpublished", ""), fields.get("note", ""), *texts])
    addresses = [address for text in (url, record.url or "", *texts, *named) for address in _URL.findall(text)]
    record.doi = record.doi or next((found for found in map(_doi_in, (*addresses, url, *texts, *named)) if found), None)
    candidates = [_eprint(fields, record), fields.get("arxivid", ""), fields.get("arxiv", ""), *listed, *addresses]
    found = [value for text in candidates if (value := arxiv_of(text))]
    found += [value for text in (*named, *texts) if (value := find_arxiv(text))]
    if volume := fields.get("volume", ""):
        found += [value for value in [arxiv_id(volume)] if value and "abs/" in volume]
    record.arxiv = found[0] if found else _arxiv_of_key(record)
    for other in dict.fromkeys(found[1:]):
        if other != record.arxiv:
            record.doubts.append(Dropped(f"arXiv id {other} stands there too; {record.arxiv} is kept"))
    _tell_malformed(record, fields, [said_doi, url, *texts, *named])
    _tell_other_dois(record, reference, named)


def _take_more(record: Record, reference: Reference) -> None:
    """Keep further URLs as links; report a text that is not a URL."""
    links = {"paper": record.url} if record.url else {}
    for name, value in reference.more:
        if name == "url" and is_web(value):
            add_link(links, kind_of("", value), value)
        elif name == "url":
            record.doubts.append(Dropped(f"url {value[:60]!r} is not a web address; it is left out"))
    record.links = {kind: url for kind, url in links.items() if url != record.url}


def _tell_other_dois(record: Record, reference: Reference, remarks: Iterable[str]) -> None:
    """Report each DOI that is not the record's; one in a URL or a remark is stored with its text."""
    given = [(name, value) for name, value in (*reference.fields.items(), *reference.more) if name in ("url", "doi")]
    parts = [(name, part) for name, value in given for part in (listed_dois(value) if name == "doi" else [value])]
    others = {doi_of(part) if is_web(part) else doi(part): name for name, part in parts}
    stored = (text for remark in remarks for text in (*_URL.findall(remark), remark))
    others = dict.fromkeys(map(_doi_in, stored), "url") | others
    for other, name in others.items():
        if other not in (None, record.doi):
            told = f"DOI {other} stands there too; {record.doi} is kept"
            record.doubts.append(told if name == "url" else Dropped(told))


def _tell_malformed(record: Record, fields: dict[str, str], texts: Iterable[str]) -> None:
    """Report text in place of an arXiv id that is not one; no id is taken from it."""
    given = [fields[name] for name in ("arxivid", "arxiv") if name in fields]
    bad = [text for text in given if not (arxiv_of(text) or find_arxiv(text))]
    bad += [value for text in texts for value in malformed_arxiv(text)]
    bad += re.findall(r"\babs/(\d{4}\.\w+)", fields.get("volume", "")) if record.arxiv is None else []
    for value in dict.fromkeys(bad):
        record.doubts.append(Dropped(f"{value[:60]!r} is not an arXiv id; no id is taken from it"))


def _may_name(name: str, text: str) -> bool:
    """Whether a field may identify this paper: not a bare issue number, nor a remark on another paper."""
    if name in ("number", "pages", "volume", "series"):
        return "arxiv" in text.lower()
    return name not in ("note", "addendum") or _OTHER_PAPER.search(text) is None


def _doi_in(text: str) -> str | None:
    """Return the DOI in a URL, or in a remark such as "doi:10.1000/182"."""
    if is_web(text):
        return doi_of(text)
    found = _DOI_REMARK.search(text)
    return doi(found[0]) if found else None


def _eprint(fields: dict[str, str], record: Record) -> str:
    """Return the arXiv id in `eprint`, unless it is the number of another archive, which stays a detail."""
    text, archive = fields.get("eprint", ""), fields.get("archiveprefix") or fields.get("eprinttype") or ""
    if not text:
        return ""
    if arxiv_of(text) and (not archive or "arxiv" in archive.lower()):
        return text
    if "arxiv" in archive.lower() or (not archive and re.match(r"\d{4}\.\d{3}", text)):
        record.doubts.append(f"eprint {text[:60]!r} is not an arXiv id; it is kept as a detail")
    record.details |= {"eprint": text} | ({"archiveprefix": archive} if archive else {})
    return ""


def _arxiv_of_key(record: Record) -> str | None:
    """Return the id in a DBLP key such as journals/corr/abs-2301-00001."""
    found = re.search(r"/corr/abs-(\d{4})-(\d{4,5})$", record.key or "")
    return f"{found[1]}.{found[2]}" if found else None


def _take_url(record: Record, url: str, others: Iterable[str]) -> None:
    """Take the first web address; of several in one field the first."""
    if is_web(url):
        record.url = url
    elif found := _URL.search(url):
        record.url = found[0]
    elif _BARE_WEB.fullmatch(url):
        record.url = f"http://{url}"
        record.doubts.append(f"url {url[:60]!r} has no http; http:// is put before it")
    elif url and doi(url) is None and arxiv_of(url) is None:
        record.doubts.append(Dropped(f"url {url[:60]!r} is not a web address; it is left out"))
    if record.url is None:
        record.url = next((found[0].rstrip(".,;)") for text in others if (found := _URL.search(text))), None)


def _take_venue(record: Record, fields: dict[str, str]) -> None:
    """Take where it appeared: journal or book; a remark on the publication only if neither is given."""
    first, second = ("journal", "booktitle") if record.entry_type in (None, "article") else ("booktitle", "journal")
    name = next((name for name in (first, second, "howpublished") if name in fields and _venue(fields[name])), None)
    record.venue = _venue(fields[name]) if name else None
    for left in {"journal", "booktitle", "howpublished"} - {name}:
        if left in fields and _venue(fields[left]):
            record.details[left] = fields[left]
    publisher = fields.get("publisher", "")
    if record.venue is None and _REPOSITORIES.fullmatch(publisher):
        record.venue = _venue(publisher)


def _venue(text: str) -> str | None:
    """Return the venue without a URL; an archive without the number that some programs print after it."""
    bare = _URL.sub("", text).strip(" .,;:()")
    if not bare or (bare != text and _NO_VENUE.fullmatch(bare)):
        return "arXiv" if find_arxiv(text) else None
    return (
        "arXiv" if _ARCHIVE.fullmatch(bare) or arxiv_id(bare) else bare if bare != text and _URL.search(text) else text
    )


def _take_date(record: Record, reference: Reference) -> None:
    """A month or day of publication is a date; an archive's is only a detail, because it may be any version's."""
    published = read_published(reference.dates)
    record.year, date = published.year, published.date
    record.doubts += published.doubts
    if published.state:
        record.details["pubstate"] = published.state
    if published.extended:
        record.details["date"] = published.extended
    venue, year, rest = read_venue(record.venue or "")
    if venue and year and not rest and record.year is None:
        record.year = year
        record.doubts.append(f"no year is given; {year} is read from the venue {record.venue!r}")
    if venue and year == record.year and not rest and is_known_venue(venue):
        record.venue = venue
    if date is None or date.precision is Precision.YEAR:
        if published.season:
            record.details["month"] = published.season
    elif record.venue != "arXiv" and (record.venue or not (record.arxiv or "eprint" in record.details)):
        record.dates[EventKind.VENUE.value] = date
    else:
        _keep_month(record, date)


def _keep_month(record: Record, date: PartialDate) -> None:
    record.details["month"] = str(date.first.month)
    if date.precision is Precision.DAY:
        record.details["day"] = str(date.first.day)


def _take_numbers(record: Record, fields: dict[str, str]) -> None:
    record.volume, record.publisher = fields.get("volume"), fields.get("publisher")
    record.number = fields.get("number") or fields.get("issue")
    if "issue" in fields and fields["issue"] != record.number:
        record.details["issue"] = fields["issue"]
    pages = _PAGES.sub("", _DASHES.sub("-", fields.get("pages", ""))).strip(" -.,")
    if count := _PAGE_COUNT.fullmatch(pages):
        record.details["pagetotal"] = count[1]
    elif pages:
        record.pages = pages


def _take_rest(record: Record, fields: dict[str, str], reference: Reference) -> None:
    unknown = list(reference.unknown)
    for name, value in fields.items():
        if name in DETAILS:
            if name != "note" or value != record.url:
                record.details[name] = value
        elif name not in KEPT:
            unknown.append(name)
    record.unknown_keys = tuple(dict.fromkeys(unknown))
