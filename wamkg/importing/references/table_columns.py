"""Column names in tables of databases, reference managers and spreadsheets, mapped to BibTeX's fields."""

import re
from collections.abc import Callable

from wamkg.identifiers import doi, normalise
from wamkg.importing.references.table_languages import JOURNALS, LANGUAGES, MEETINGS

_ENGLISH: dict[str, tuple[str, ...]] = {
    "title": ("title", "primary title", "title primary", "document title", "article title", "paper title",
              "item title", "display name",
              "publication name", "name of the paper", "ti"),
    "author": ("author full names", "author names", "authors", "author", "author s", "authors full name",
    "first authors", "authors primary",
               "author s full name", "all authors", "creator", "creators", "authorships author display name", "af",
               "au"),
    "container": ("publication title", "source title", "venue", "journal", "journal name", "journal title",
    "journal book", "periodical full", "title secondary",
                  "conference", "conference title", "conference name", "proceedings title", "booktitle", "book title",
                  "secondary title", "source", "publication", "container title", "book series title", "so",
                  "primary location source display name"),
    "publisher": ("publisher", "pu"),
    "date": ("publication year", "year", "pubyear", "py", "year of publication",
             "publication date", "date", "published", "published year", "pub year", "date published", "cover date",
             "issue date", "pub date", "pd",
             "cover date year"),
    "doi": ("doi", "item doi", "digital object identifier", "di", "doi link", "doi url"),
    "arxiv": ("arxiv", "arxiv id", "arxivid", "eprint", "arxiv identifier", "arxiv number"),
    "url": ("url", "urls", "link", "paper url", "articleurl", "article url", "pdf link", "pdf", "web link",
    "fulltext url",
            "full text link", "permalink", "primary location landing page url", "website", "ee"),
    "abstract": ("abstract", "abstract note", "notes abstract", "summary of the paper",
                 "ab"),
    "volume": ("volume", "journal volume", "vol", "vl"),
    "number": ("issue", "journal issue", "number", "is", "issue number", "no"),
    "pages": ("pages", "page", "page range", "page numbers", "pagination"),
    "first page": ("page start", "start page", "first page", "bp", "begin page", "startpage", "beginning page"),
    "last page": ("page end", "end page", "last page", "ep", "endpage", "ending page", "other pages"),
    "type": ("item type", "document type", "publication type", "content type", "type", "entry type", "entrytype",
             "reference type", "dt", "pt", "type of reference", "material type"),
    "key": ("key", "citation key", "citekey", "bibtex key", "citationkey", "cite key", "bibtexkey"),
    "editor": ("editors", "editor", "book editors", "be", "authors secondary"),
    "corpauthor": ("group authors", "corporate author", "book group authors", "gp", "ca"),
    "isbn": ("isbn", "isbns", "bn", "eisbn"),
    "issn": ("issn", "issns", "sn", "issn print", "print issn", "issn isbn"),
    "eissn": ("eissn", "e issn", "ei", "issn electronic", "electronic issn"),
    "series": ("series", "series title", "book series", "se"),
    "seriesnumber": ("series number",),
    "edition": ("edition",),
    "address": ("place", "publisher place", "address", "publisher city", "pi", "publisher location",
    "place of publication"),
    "language": ("language", "language of original document", "la", "lang"),
    "keywords": ("keywords", "author keywords", "manual tags", "de", "tags", "keyword"),
    "note": ("note", "notes", "extra", "comments", "remarks", "annote"),
    "shortjournal": ("journal abbreviation", "abbreviated source title", "iso source abbreviation",
    "journal iso abbreviation",
                     "ji", "source title abbreviated", "j9", "periodical abbrev"),
    "shorttitle": ("short title", "shortened title"),
    "pmid": ("pmid", "pubmed id", "pm", "pubmedid"),
    "pmcid": ("pmcid", "pmc", "pmc id"),
    "accession": ("ut unique wos id", "ut", "eid", "accession number", "wos id", "unique wos id", "lens id",
    "openalex id"),
    "articleno": ("art no", "article number", "ar", "article no", "artnum"),
    "eventtitle": ("meeting name", "ct"),
    "venue": ("conference location", "cl", "meeting place"),
    "eventdate": ("conference date", "meeting date", "cy"),
    "translator": ("translator", "translators"),
    "school": ("school", "university"),
    "institution": ("institution",),
    "rights": ("rights", "license"),
    "urldate": ("access date", "accessed"),
    "month": ("month", "published month", "pub month and day"),
    "day": ("day",),
    "pagetotal": ("num pages", "page count", "number of pages", "pg"),
    "volumes": ("number of volumes",),
    "callnumber": ("call number",),
    "s2": ("s2", "semantic scholar id", "s2 id", "corpus"),
    "openalex": ("openalex", "openalex work id"),
    "standing": ("standing",),
    "method": ("method",),
    "aliases": ("aliases",),
    "summary": ("summary",),
    "authors_cut": ("authors cut",),
    "first public": ("first public",),
    "details": ("details",),
}  # fmt: skip
COLUMNS: dict[str, tuple[str, ...]] = {
    key: tuple(dict.fromkeys(map(normalise, (*names, *LANGUAGES.get(key, "").split(", ")))))
    for key, names in _ENGLISH.items()
}
"""Names of columns, in lower case and split into words, best first. `first page`, `last page`, `container` and the last
nine are handled separately; the others are BibTeX fields.
"""
JOURNAL_COLUMNS = frozenset(map(normalise, JOURNALS.split(", ")))
MEETING_COLUMNS = frozenset(map(normalise, MEETINGS.split(", ")))
OWN = ("s2", "openalex", "standing", "method", "aliases", "summary", "authors_cut", "first public", "details")
HOUSEKEEPING = frozenset((
    "citations", "cited by", "times cited", "date added", "date modified", "library catalog", "file attachments",
    "link attachments", "automatic tags", "author s id", "authors ids", "first author", "create date", "nihms id",
    "citation", "date added to xplore", "reference count", "article citation count", "patent citation count", "rank",
    "age",
    "access", "open access", "publication stage", "record id", "cites", "citesurl", "querydate", "ecc", "citesperyear",
    "nr", "tc", "z9", "u1", "u2", "wc", "sc", "ga", "da", "rid",
))  # fmt: skip
"""Columns about the database or other papers; they are dropped without a message."""
DATABASES = frozenset((
    "scopus", "web of science", "wos", "pubmed", "medline", "embase", "crossref", "openalex", "semantic scholar",
    "google scholar", "dimensions", "lens", "ieee xplore", "dblp", "psycinfo", "cinahl", "eric", "proquest",
))  # fmt: skip
"""Names of databases, which some print in a column `Source`; no paper appears in them."""
PLACEHOLDERS = re.compile(
    r"\[?no (?:abstract|author|title|keywords?)(?: \w+){0,2} (?:available|provided)\]?|n/?a|nan|none|null|-+", re.I
)
"""Cells that only say that there is no value."""
TYPES = {
    "journalarticle": "article", "article": "article", "journal article": "article", "magazinearticle": "article",
    "newspaperarticle": "article", "review": "article", "letter": "article", "editorial": "article",
    "short survey": "article",
    "data paper": "article", "article in press": "article", "journal": "article", "j": "article",
    "magazine article": "article",
    "ieee journals": "article", "ieee magazines": "article", "ieee early access articles": "article",
    "conferencepaper": "inproceedings", "conference paper": "inproceedings", "proceedings paper": "inproceedings",
    "ieee conferences": "inproceedings", "conference": "inproceedings", "inproceedings": "inproceedings",
    "c": "inproceedings",
    "conference review": "proceedings", "conference proceedings": "proceedings", "proceedings": "proceedings",
    "booksection": "incollection", "book chapter": "incollection", "book section": "incollection",
    "chapter": "incollection",
    "book-chapter": "incollection", "incollection": "incollection", "inbook": "inbook",
    "encyclopediaarticle": "incollection",
    "conference paper and chapter": "incollection", "reference work entry": "incollection",
    "chapter reference work entry":
    "incollection", "book": "book", "b": "book", "monograph": "book", "edited book": "book", "textbook": "book",
    "thesis": "phdthesis", "phdthesis": "phdthesis", "dissertation": "phdthesis", "phd thesis": "phdthesis",
    "mastersthesis": "mastersthesis", "report": "techreport", "techreport": "techreport",
    "technical report": "techreport",
    "manuscript": "unpublished", "unpublished": "unpublished", "patent": "patent", "p": "patent", "misc": "misc",
    "booklet": "booklet", "manual": "manual", "online": "online", "software": "software", "dataset": "dataset",
    "preprint": "misc", "posted content": "misc", "posted-content": "misc", "webpage": "misc", "blogpost": "misc",
    "computerprogram": "misc", "presentation": "misc", "document": "misc",
    "article-journal": "article", "paper-conference": "inproceedings", "journal-article": "article",
    "proceedings-article": "inproceedings", "jour": "article", "conf": "inproceedings", "chap": "incollection",
    "thes": "phdthesis", "rprt": "techreport", "gen": "misc", "s": "inproceedings",
}  # fmt: skip
"""BibTeX entry types by their names in tables."""
_YEAR = re.compile(r"\s*(?:1[5-9]|20)\d\d[a-z]?\s*")
_WEB = re.compile(r"\s*https?://\S+\s*", re.I)
_NUMBER = re.compile(r"\s*\d+\s*")
_ISSN = re.compile(r"\s*\d{4}-?\d{3}[\dXx](?:\s*[;,]\s*\d{4}-?\d{3}[\dXx])*\s*")

_FORMS = (
    (("publication year", "year", "pubyear", "py"), _YEAR),
    (COLUMNS["url"], _WEB),
    (COLUMNS["issn"], _ISSN),
    (("eid",), re.compile(r"2-s2\.0-\d+")),
    (("pmid", "pubmed id", "cited by", "times cited", "citations", "conference code"), _NUMBER),
)
"""Columns whose values have a recognizable form."""


def fit_of(column: str) -> Callable[[str], bool] | None:
    """Return a test whether a text may be in a column of this name; None for a column that accepts any text."""
    if column in COLUMNS["doi"]:
        return lambda text: doi(text) is not None and " " not in text.strip()
    form = next((form for names, form in _FORMS if column in names), None)
    return None if form is None else lambda text: form.fullmatch(text) is not None
