"""Records of files with a tag before each field: RIS, PubMed's .nbib, Web of Science's plain text, EndNote's .enw."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from wamkg.matching.record import Dropped

_RIS = re.compile(
    r"^\s{0,4}([A-Z][A-Z0-9])[ \t]{1,3}-(?:[ \t]|$)[ \t]*(.*)$|^\s{0,4}([a-z][a-z0-9])  -(?:[ \t]|$)[ \t]*(.*)$"
)
_BEGINS = re.compile(r"^\s{0,4}TY([ \t]*)-(?:[ \t]|$)")
_TIGHT = re.compile(r"^(\s{0,4}[A-Z][A-Z0-9])-(?=[ \t]|$)")
_NBIB = re.compile(r"^([A-Z]{2,4}) {0,2}- ?(.*)$")
_WOS = re.compile(r"^\ufeff?([A-Z][A-Z0-9])(?: (.*))?$")
_ENW = re.compile(r"^%([^\s])(?:[ \t]+(.*))?$")
_NO_VALUE = ""
_CUT_OFF = "the file may have been cut off here, and what stood behind is lost"


@dataclass
class TaggedRecord:
    """Values by tag in file order, each with its lines; `doubts` lists problems of the record."""

    line: int
    values: dict[str, list[list[str]]] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    last: list[str] | None = None

    def add(self, tag: str, text: str) -> None:
        """Start a new value of a tag."""
        self.last = [text.strip()]
        self.values.setdefault(tag, []).append(self.last)

    def go_on(self, text: str) -> None:
        """Add a line to the last value."""
        if self.last is not None and text.strip():
            self.last.append(text.strip())


def ris_records(lines: list[str]) -> Iterator[TaggedRecord]:
    """Return records from TY to ER.

    Tags before TY belong to the record of that TY; without ER, a record ends at the next TY. Text between records is
    skipped.
    """
    return _framed_records(list(_spaced(lines)), _ris_line, "TY", ends=("ER",))


def _spaced(lines: list[str]) -> Iterator[str]:
    """Insert the blanks that a record lacks if it begins with "TY- " instead of "TY  - "."""
    tight = False
    for line in lines:
        if found := _BEGINS.match(line):
            tight = not found[1]
        yield _TIGHT.sub(r"\1  -", line) if tight else line


def _ris_line(line: str) -> tuple[str, str] | None:
    found = _RIS.match(line)
    return ((found[1] or found[3]).upper(), found[2] or found[4] or "") if found else None


def _framed_records(
    lines: list[str], read: Callable[[str], tuple[str, str] | None], start: str, ends: Sequence[str],
    outside: Sequence[str] = (),
) -> Iterator[TaggedRecord]:  # fmt: skip
    """Return records from a start tag to an end tag; `read` parses a line, tags of `outside` belong to no record."""
    record = None
    for number, line in enumerate(lines, start=1):
        found = read(line)
        if found is None:
            if record is not None:
                record.go_on(line)
            continue
        tag, text = found
        if tag in outside:
            continue
        if tag in ends:
            if record is not None:
                if tag == "EF":
                    record.doubts.append(Dropped("the record has no end (ER); what is missing from it is lost"))
                yield record
            record = None
            continue
        if record is not None and tag == start and start in record.values:
            record.doubts.append(Dropped("the record has no end (ER); it is read as far as the next"))
            yield record
            record = None
        record = record or TaggedRecord(number)
        record.add(tag, text)
    if record is not None:
        record.doubts.append(Dropped(f"the record has no end (ER); {_CUT_OFF}"))
        yield record


def nbib_records(lines: list[str]) -> Iterator[TaggedRecord]:
    """Return records that start with PMID; continuation lines are indented. PubMed ends each record with SO."""
    record, has_ends = None, False
    for number, line in enumerate(lines, start=1):
        found = _NBIB.match(line)
        if found is None:
            if record is not None:
                record.go_on(line)
        elif found[1] == "PMID" or record is None:
            if record is not None:
                has_ends = has_ends or "SO" in record.values
                yield record
            record = TaggedRecord(number)
            record.add(found[1], found[2])
        else:
            record.add(found[1], found[2])
    if record is not None:
        if has_ends and "SO" not in record.values:
            record.doubts.append(Dropped(f"the record has no end (SO); {_CUT_OFF}"))
        yield record


def wos_records(lines: list[str]) -> Iterator[TaggedRecord]:
    """Return records from PT to ER; continuation lines are indented by three spaces."""
    return _framed_records(lines, _wos_line, "PT", ends=("ER", "EF"), outside=("FN", "VR"))


def _wos_line(line: str) -> tuple[str, str] | None:
    found = _WOS.match(line.rstrip())
    return (found[1], found[2] or _NO_VALUE) if found else None


def enw_records(lines: list[str]) -> Iterator[TaggedRecord]:
    """Return records that start with %0, or after an empty line."""
    record, after_blank = None, True
    for number, line in enumerate(lines, start=1):
        found = _ENW.match(line)
        if found is None:
            after_blank = after_blank or not line.strip()
            if record is not None:
                record.go_on(line)
            continue
        if record is not None and (found[1] == "0" or (after_blank and found[1] in "AT" and found[1] in record.values)):
            yield record
            record = None
        record, after_blank = record or TaggedRecord(number), False
        record.add(found[1], found[2] or _NO_VALUE)
    if record is not None:
        yield record
