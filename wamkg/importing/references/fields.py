"""Fields of BibTeX and BibLaTeX: which ones are stored, and their other spellings."""

KEPT = frozenset((
    "title", "subtitle", "author", "journal", "journaltitle", "journalsubtitle", "booktitle", "howpublished", "date",
    "year",
    "month", "day", "doi", "eprint", "archiveprefix", "eprinttype", "url", "abstract", "volume", "number", "issue",
    "pages",
    "publisher", "arxiv", "arxivid",
))  # fmt: skip
"""Fields with a field of their own in a record."""
DETAILS = frozenset((
    "address", "location", "addendum", "afterword", "annotator", "articleno", "bookauthor", "bookpagination",
    "booksubtitle",
    "booktitleaddon", "callnumber", "chapter", "collaboration", "commentator", "copyright", "day", "edition", "editor",
    "editora", "editorb", "editorc", "editortype", "eid", "eissn", "eprintclass", "primaryclass", "eventdate",
    "eventtitle",
    "eventtitleaddon", "foreword", "holder", "introduction", "isan", "isbn", "ismn", "isrn", "issn", "issuetitle",
    "issuesubtitle", "iswc", "institution", "journalabbr", "keywords", "language", "langid", "lccn", "library",
    "mainsubtitle",
    "maintitle", "maintitleaddon", "medium", "month", "mrclass", "mrnumber", "nameaddon", "note", "numpages",
    "organization",
    "origdate", "origlanguage", "origlocation", "origpublisher", "origtitle", "pagetotal", "pagination", "part",
    "patentno",
    "pii", "pmcid", "pmid", "pubstate", "reportnumber", "reprinttitle", "rights", "school", "series", "seriesnumber",
    "shortjournal", "shorttitle", "shortauthor", "titleaddon", "translator", "type", "urldate", "venue", "version",
    "volumes",
    "zblnumber", "accession", "crossref", "xdata", "corpauthor", "assignee", "original", "section", "scale",
))  # fmt: skip
"""Bibliographic fields stored as details under their own name."""
SPELLINGS = {
    "keyword": "keywords", "author_keywords": "keywords", "author-keywords": "keywords", "lang": "language",
    "pubmedid": "pmid", "pubmed_id": "pmid", "pmc": "pmcid", "place": "address", "issue_date": "issuedate",
    "articlenumber": "articleno", "article-number": "articleno", "art_number": "articleno", "e-issn": "eissn",
    "issn-l": "issn", "isbn-13": "isbn", "isbn13": "isbn", "isbn-10": "isbn", "journal-iso": "shortjournal",
    "journal_abbr": "shortjournal", "abbrev_source_title": "shortjournal", "summary": "abstract", "link": "url",
    "urls": "url", "ee": "url", "pdf_url": "url", "authors": "author", "editors": "editor",
    "conference": "booktitle", "accessed": "urldate", "lastchecked": "urldate",
    "lastaccessed": "urldate", "urlaccessdate": "urldate", "hyphenation": "langid", "unique-id": "accession",
    "doi-url": "doi", "arxiv_id": "arxivid", "arxiv-id": "arxivid", "book-group-author": "corpauthor",
    "group-author": "corpauthor", "eventlocation": "venue",
}  # fmt: skip
"""Other spellings of fields."""
VERBATIM = frozenset(
    ("url", "doi", "eprint", "arxiv", "arxivid", "archiveprefix", "eprinttype", "pmid", "pmcid", "eid")
)
"""Fields whose text is a URL or a number, never LaTeX."""
INHERITED = frozenset((
    "year", "date", "month", "publisher", "address", "location", "editor", "editora", "series", "volume", "number",
    "volumes",
    "organization", "institution", "booktitle", "booksubtitle", "journal", "journaltitle", "isbn", "issn", "edition",
    "eventtitle", "eventdate", "venue", "language", "howpublished", "maintitle",
))  # fmt: skip
"""Fields that an entry inherits through `crossref`; ids and texts are never inherited."""
STYLE_MACROS = {
    "acmcs": "ACM Computing Surveys", "acta": "Acta Informatica", "cacm": "Communications of the ACM",
    "ibmjrd": "IBM Journal of Research and Development", "ibmsj": "IBM Systems Journal",
    "ieeese": "IEEE Transactions on Software Engineering", "ieeetc": "IEEE Transactions on Computers",
    "ieeetcad": "IEEE Transactions on Computer-Aided Design of Integrated Circuits",
    "ipl": "Information Processing Letters",
    "jacm": "Journal of the ACM", "jcss": "Journal of Computer and System Sciences",
    "scp": "Science of Computer Programming", "sicomp": "SIAM Journal on Computing",
    "tocs": "ACM Transactions on Computer Systems", "tods": "ACM Transactions on Database Systems",
    "tog": "ACM Transactions on Graphics", "toms": "ACM Transactions on Mathematical Software",
    "toois": "ACM Transactions on Office Information Systems",
    "toplas": "ACM Transactions on Programming Languages and Systems", "tcs": "Theoretical Computer Science",
}  # fmt: skip
"""Macros defined by BibTeX's own styles."""
MONTH_MACROS = frozenset(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"))
EDITED = frozenset(
    ("proceedings", "collection", "mvcollection", "mvproceedings", "periodical", "conference-proceedings")
)
"""Entry types that normally have editors and no authors."""
