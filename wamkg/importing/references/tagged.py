"""RIS, PubMed's .nbib, Web of Science's plain text and EndNote's .enw: one reader, and a tag table for each."""

import re
from collections.abc import Iterator
from dataclasses import replace

import orjson

from wamkg.importing.links import is_web
from wamkg.importing.markup import without_markup
from wamkg.importing.parse_result import Item
from wamkg.importing.people import read_people
from wamkg.importing.references.dates import with_finer
from wamkg.importing.references.kinds import place_container, place_numbers
from wamkg.importing.references.own_values import OWN, with_own_values
from wamkg.importing.references.reference import Reference, item_of, listed_dois, listed_urls
from wamkg.importing.references.tag_lines import TaggedRecord
from wamkg.importing.references.tag_tables import ENW, NBIB, RIS, WOS, TagTable
from wamkg.matching.record import Dropped, Record
from wamkg.names import PersonName

_PER_LINE = frozenset(("keywords",))
"""Fields in which each further line is a separate value."""
_ONCE = frozenset(("volume", "number"))
"""Fields of which a paper has one."""
_ANYTHING = "M1"
"""RIS's tag for a number, in which databases also put notes and lists of references."""
_JOINED = {"keywords": "; ", "note": " ", "abstract": " ", "translator": " and "}
_DATE_AND_WORDS = re.compile(r"(\d{4}(?:/\d{0,2}){2})/\s*(\S.*)")
_FILES = frozenset(("L1", "L2"))
"""RIS's tags for a paper's file, in which programs put paths of the user's computer."""
_ACCESSION = re.compile(r"<Go to (?:ISI|WoS)>://(\S+)", re.I)
"""A number of Web of Science, which EndNote prints like a URL."""
_MARKED_ID = re.compile(r"^(\S+)\s*\[(doi|pii)\]$", re.I)


def parse_ris(text: str) -> Iterator[Item]:
    """Return RIS records in file order."""
    return _parse(text, RIS)


def parse_nbib(text: str) -> Iterator[Item]:
    """Return records in PubMed's and MEDLINE's format, with titles as other sources print them."""
    for item in _parse(text, NBIB):
        yield replace(item, title=_without_period(item.title)) if isinstance(item, Record) else item


def _without_period(title: str) -> str:
    """Return a title without MEDLINE's full stop at the end, and the brackets around a translated title."""
    bare = title if title.endswith("..") else title.removesuffix(".")
    return bare[1:-1] if bare.startswith("[") and bare.find("]") == len(bare) - 1 else bare


def parse_wos(text: str) -> Iterator[Item]:
    """Return records of Web of Science's plain text."""
    return _parse(text, WOS)


def parse_enw(text: str) -> Iterator[Item]:
    """Return records in the format of EndNote and refer."""
    return _parse(text, ENW)


def _parse(text: str, table: TagTable) -> Iterator[Item]:
    known = {*table.titles, *table.fields, *table.type_tags, *(tag for group in table.authors for tag in group)}
    for record in table.records(text.removeprefix("\ufeff").splitlines()):
        if known & record.values.keys():  # other tags alone are text between records
            own = _own_values(record, table)
            yield with_own_values(item_of(_reference(record, table)), own)


def _own_values(record: TaggedRecord, table: TagTable) -> object:
    """Return what an export of this project added in a field for the user; None if there is no such field."""
    for text in _texts(record, table.own):
        if text.startswith(f"{OWN} {{"):
            try:
                return orjson.loads(text.removeprefix(OWN))
            except orjson.JSONDecodeError:
                record.doubts.append(Dropped(f"what {OWN} added is not valid JSON; it is left out"))
    return None


def _reference(record: TaggedRecord, table: TagTable) -> Reference:
    reference = Reference(record.line, doubts=record.doubts)
    reference.entry_type, kind = _type(record, table)
    reference.people = read_people(_names(record, table.authors), indexed=table.indexed)
    reference.people.names += [PersonName(literal=without_markup(name)) for name in _texts(record, table.groups)]
    reference.editors = read_people(_names(record, table.editors), indexed=table.indexed)
    reference.dates = with_finer(_dates(record, table.dates), _dates(record, table.other_dates))
    reference.add("month", next((text for name, text in reference.dates if name == "month"), ""))
    title = next((tag for tag in table.titles if _texts(record, (tag,))), None)
    if title:
        reference.fields["title"] = _texts(record, (title,))[0]
    containers = [text for tag in table.containers if tag != title for text in _texts(record, (tag,))[:1]]
    _take_fields(reference, record, table)
    place_container(reference, containers)
    place_numbers(reference, kind)
    return reference


def _dates(record: TaggedRecord, tags: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the values for the date; words behind RIS's "year/month/day/" are the month as printed."""
    dates: list[tuple[str, str]] = []
    for tag, text in ((name, value) for name in tags for value in _texts(record, (name,))):
        parts = _DATE_AND_WORDS.fullmatch(text)
        dates += [(tag, parts[1].rstrip("/")), ("month", parts[2])] if parts else [(tag, text)]
    return dates


def _texts(record: TaggedRecord, tags: tuple[str, ...]) -> list[str]:
    """Return the values of some tags, with the lines of each joined."""
    values = [" ".join(lines).strip() for tag in tags for lines in record.values.get(tag, ())]
    return [value for value in values if value]


def _names(record: TaggedRecord, groups: tuple[tuple[str, ...], ...]) -> list[str]:
    """Return the lines of the first group of tags that the record has; each contains one or more names."""
    found = (
        [line for tag in group for lines in record.values.get(tag, ()) for line in lines if line] for group in groups
    )
    return next((names for names in found if names), [])


def _type(record: TaggedRecord, table: TagTable) -> tuple[str, str]:
    """Return BibTeX's entry type, and the format's own word."""
    given = [word.strip() for tag in table.type_tags for text in _texts(record, (tag,)) for word in text.split(";")]
    known = {name.lower(): kind for name, kind in table.types.items()}
    word = next((word for word in given if word.lower() in known), "")
    return known.get(word.lower(), "misc"), word or (given[0] if given else "")


def _take_fields(reference: Reference, record: TaggedRecord, table: TagTable) -> None:
    known = {
        *table.titles,
        *table.containers,
        *table.dates,
        *table.other_dates,
        *table.type_tags,
        *(table.pages or ()),
        *table.groups,
    }
    known |= {tag for group in (*table.authors, *table.editors) for tag in group} | table.ignored
    for tag, values in record.values.items():
        name = table.fields.get(tag)
        if name is None:
            if tag not in known and any(line for lines in values for line in lines):
                reference.unknown.append(tag)
            continue
        texts = (
            _texts(record, (tag,)) if name not in _PER_LINE else [line for lines in values for line in lines if line]
        )
        if tag == table.key and texts and not texts[0].isdigit():
            reference.key = texts[0]
        elif name == "url":
            _take_urls(reference, tag, texts)
        elif name == "doi":
            _take_dois(reference, texts)
        elif tag == _ANYTHING and len(set(texts)) > 1:
            reference.unknown.append(tag)
        elif name == "origtitle" and texts == [reference.fields.get("title")]:
            continue
        elif name and texts:
            if name in _ONCE and len(set(texts)) > 1:
                left = ", ".join(dict.fromkeys(texts[1:]))
                reference.doubts.append(Dropped(f"{tag} stands {len(texts)} times; {left[:60]!r} is left out"))
            reference.add(name, _JOINED[name].join(texts) if name in _JOINED else texts[0])
        elif not name and tag != table.key:
            reference.ids_in += texts
    if table.pages:
        ends = [text for tag in table.pages for text in _texts(record, (tag,))[:1]]
        reference.add("pages", "-".join(dict.fromkeys(ends)))


def _take_urls(reference: Reference, tag: str, texts: list[str]) -> None:
    """The first URL is the paper's; any of them may contain its ids. Files of the user's computer are not stored."""
    for address in (address for text in texts for address in listed_urls(text)):
        accession = _ACCESSION.fullmatch(address)
        if accession:
            reference.add("accession", accession[1])
        elif tag in _FILES and not is_web(address):
            reference.unknown.append(tag)
        else:
            reference.add_id("url", address)


def _take_dois(reference: Reference, texts: list[str]) -> None:
    """Take DOIs; PubMed marks them among other ids."""
    for text in [part for whole in texts for part in listed_dois(whole)]:
        marked = _MARKED_ID.match(text)
        name = marked[2].lower() if marked else "doi"
        value = marked[1] if marked else text
        if name == "pii" and value not in reference.fields.get(name, value).split("; "):
            reference.fields[name] += f"; {value}"
        else:
            reference.add_id(name, value)
