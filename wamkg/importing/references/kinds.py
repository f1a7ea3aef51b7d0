"""Fields whose meaning depends on the entry type: a chapter's book, an article's journal, a thesis's school."""

import re

from wamkg.importing.references.reference import Reference

_CONTAINER = {
    "article": "journal", "book": "series", "proceedings": "series", "inproceedings": "booktitle",
    "incollection": "booktitle",
    "inbook": "booktitle",
}  # fmt: skip
_PUBLISHER = {"phdthesis": "school", "mastersthesis": "school", "thesis": "school", "techreport": "institution"}
_MASTERS = re.compile(r"\b(?:master|m\.?\s?sc|m\.?\s?a\.|diplom|bachelor)", re.I)
_ISSN = re.compile(r"\b\d{4}[-‐–]?\d{3}[\dXx]\b(?![-‐–\d])")
_PLAIN_KINDS = frozenset((
    "jour", "gen", "misc", "generic", "document", "journal article", "article", "book", "chap", "conf", "cpaper",
    "thes", "rprt", "j", "b", "c", "s",
))  # fmt: skip


def place_container(reference: Reference, names: list[str]) -> None:
    """Store the best name of what the paper appeared in as journal, book or series, and the shortest other name too."""
    distinct = list(dict.fromkeys(names))
    if not distinct:
        return
    kind = reference.entry_type or ""
    first = _CONTAINER.get(kind, "journal" if kind not in ("phdthesis", "techreport", "misc") else "howpublished")
    reference.add(first, distinct[0])
    shorter = [name for name in distinct[1:] if name.casefold() != distinct[0].casefold()]
    if shorter:
        reference.add("shortjournal", min(shorter, key=len))


def place_numbers(reference: Reference, own_kind: str = "") -> None:
    """Separate what a format puts into one field: ISSN and ISBN, publisher and school; store its own type name."""
    fields = reference.fields
    if reference.entry_type == "phdthesis" and _MASTERS.search(fields.get("type", "")):
        reference.entry_type = "mastersthesis"
    other = _PUBLISHER.get(reference.entry_type or "")
    if other and "publisher" in fields:
        reference.add(other, fields.pop("publisher"))
    if "issn" in fields and not _ISSN.search(fields["issn"]):
        reference.add("isbn", fields.pop("issn"))
    if reference.entry_type == "misc" and own_kind and own_kind.lower() not in _PLAIN_KINDS:
        reference.add("type", own_kind)
