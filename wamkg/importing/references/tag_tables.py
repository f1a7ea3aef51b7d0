"""The meaning of the tags of RIS, PubMed, Web of Science and EndNote in BibTeX's terms."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from wamkg.importing.references.tag_lines import TaggedRecord, enw_records, nbib_records, ris_records, wos_records


@dataclass(frozen=True)
class TagTable:
    """One format: how to split its records, and the meaning of its tags.

    `authors`: groups of tags; the first group that a record has counts, and its tags belong together. `containers`:
    tags of the journal or book, best first. `dates`: best first; `other_dates`, such as that of an electronic version,
    count if there are none. `types`: BibTeX entry types by the format's types. `own`: tags for users, in which an
    export of this project adds values. `ignored`: tags about the database, dropped without a message.
    """

    records: Callable[[list[str]], Iterator[TaggedRecord]]
    authors: tuple[tuple[str, ...], ...]
    editors: tuple[tuple[str, ...], ...]
    groups: tuple[str, ...]
    titles: tuple[str, ...]
    containers: tuple[str, ...]
    dates: tuple[str, ...]
    other_dates: tuple[str, ...]
    fields: Mapping[str, str]
    type_tags: tuple[str, ...]
    types: Mapping[str, str]
    key: str | None = None
    pages: tuple[str, str] | None = None
    indexed: bool = False
    own: tuple[str, ...] = ()
    ignored: frozenset[str] = field(default=frozenset())


RIS_TYPES = {
    "JOUR": "article", "JFULL": "article", "EJOUR": "article", "MGZN": "article", "NEWS": "article", "INPR": "article",
    "CONF": "inproceedings", "CPAPER": "inproceedings", "BOOK": "book", "EBOOK": "book", "EDBOOK": "book",
    "SER": "book",
    "CHAP": "incollection", "ECHAP": "incollection", "ENCYC": "incollection", "DICT": "incollection",
    "THES": "phdthesis",
    "RPRT": "techreport", "GOVDOC": "techreport", "UNPB": "unpublished", "MANSCPT": "unpublished", "PAT": "patent",
    "DATA": "misc", "AGGR": "misc", "COMP": "misc", "ELEC": "misc", "WEB": "misc", "BLOG": "misc", "GEN": "misc",
}  # fmt: skip
RIS = TagTable(
    records=ris_records,
    authors=(("AU", "A1"),),
    editors=(("ED", "A2", "A3"),),
    groups=(),
    titles=("TI", "T1", "CT", "BT", "T2"),
    containers=("T2", "JF", "JO", "BT", "C3", "J2", "JA", "J1"),
    dates=("PY", "Y1", "DA"),
    other_dates=(),
    fields={
        "AB": "abstract", "N2": "abstract", "DO": "doi", "DI": "doi", "UR": "url", "LK": "url", "VL": "volume",
        "VO": "volume", "IS": "number", "CP": "number", "M1": "number", "PB": "publisher", "CY": "address",
        "PP": "address", "PU": "publisher", "PI": "address", "JI": "shortjournal", "J9": "shortjournal",
        "ET": "edition", "LA": "language", "SN": "issn", "KW": "keywords", "N1": "note", "ST": "shorttitle",
        "T3": "series", "SE": "section", "M3": "type", "AN": "accession", "CN": "callnumber", "C2": "pmcid",
        "C7": "articleno", "A4": "translator", "NV": "volumes", "OP": "origtitle", "TT": "origtitle", "Y2": "urldate",
        "RP": "reprinttitle", "ID": "", "L1": "url", "L2": "url", "L3": "", "L4": "",
    },
    type_tags=("TY",),
    types=RIS_TYPES,
    key="ID",
    pages=("SP", "EP"),
    own=("U1",),
    ignored=frozenset(("DB", "DP", "AV", "RN", "U1", "U2", "U3", "U4", "U5", "ER")),
)  # fmt: skip
NBIB = TagTable(
    records=nbib_records,
    authors=(("FAU",), ("AU",)),
    editors=(("FED",), ("ED",)),
    groups=("CN",),
    titles=("TI", "BTI", "TT"),
    containers=("JT", "BTI", "TA"),
    dates=("DP",),
    other_dates=("DEP",),
    fields={
        "AB": "abstract", "VI": "volume", "IP": "number", "PG": "pages", "LA": "language", "PB": "publisher",
        "IS": "issn", "ISBN": "isbn", "OT": "keywords", "PMID": "pmid", "PMC": "pmcid", "EN": "edition",
        "CTI": "series", "AID": "doi", "LID": "doi", "UR": "url", "GN": "note", "VTI": "booktitleaddon",
        "TT": "origtitle",
    },
    type_tags=("PT",),
    types={"preprint": "misc", "journal article": "article", "book chapter": "incollection", "book": "book"},
    indexed=True,
    ignored=frozenset(("OWN", "STAT", "DCOM", "LR", "SB", "JID", "EDAT", "MHDA", "CRDT", "PHST", "PST", "SO", "DRDT",
    "CTDT", "PL", "AUID")),
)  # fmt: skip
WOS = TagTable(
    records=wos_records,
    authors=(("AF",), ("AU",), ("BF",), ("BA",)),
    editors=(("BE",), ("ED",)),
    groups=("CA", "GP"),
    titles=("TI",),
    containers=("SO", "BS", "JI", "J9"),
    dates=("PY", "PD"),
    other_dates=("EA",),
    fields={
        "AB": "abstract", "VL": "volume", "IS": "number", "DI": "doi", "D2": "", "SN": "issn", "EI": "eissn",
        "BN": "isbn",
        "PU": "publisher", "PI": "address", "SE": "series", "LA": "language", "DE": "keywords", "AR": "articleno",
        "UT": "accession", "PM": "pmid", "CT": "eventtitle", "CY": "eventdate", "CL": "venue", "SU": "issuetitle",
    },
    type_tags=("DT", "PT"),
    types={
        "proceedings paper": "inproceedings", "book chapter": "incollection", "book": "book", "edited book": "book",
        "article": "article", "review": "article", "j": "article", "b": "book", "c": "inproceedings",
        "s": "inproceedings",
        "p": "patent",
    },
    pages=("BP", "EP"),
    indexed=True,
    ignored=frozenset(("NR", "TC", "Z9", "U1", "U2", "PG", "GA", "DA", "WE", "HC", "HP", "OA", "PA")),
)  # fmt: skip
ENW = TagTable(
    records=enw_records,
    authors=(("A",),),
    editors=(("E",),),
    groups=("Q",),
    titles=("T", "B"),
    containers=("J", "B"),
    dates=("D", "8"),
    other_dates=(),
    fields={
        "X": "abstract", "V": "volume", "N": "number", "P": "pages", "I": "publisher", "C": "address", "R": "doi",
        "U": "url", "@": "issn", "S": "series", "7": "edition", "9": "type", "G": "language", "K": "keywords",
        "Z": "note",
        "M": "accession", "L": "callnumber", "!": "shorttitle", "[": "urldate", "&": "section", "6": "volumes",
        "O": "note",
        "F": "", "^": "",
    },
    type_tags=("0",),
    types={
        "journal article": "article", "magazine article": "article", "newspaper article": "article",
        "electronic article": "article", "conference paper": "inproceedings", "conference proceedings": "inproceedings",
        "book": "book", "edited book": "book", "electronic book": "book", "book section": "incollection",
        "electronic book section": "incollection", "encyclopedia": "incollection", "thesis": "phdthesis",
        "report": "techreport", "government document": "techreport", "unpublished work": "unpublished",
        "manuscript": "unpublished", "patent": "patent", "generic": "misc", "web page": "misc", "dataset": "misc",
        "computer program": "misc", "online database": "misc", "preprint": "misc",
    },
    key="F",
    ignored=frozenset(("W", "~", "+")),
)  # fmt: skip
