"""Scan the structure of a BibTeX file: entries with fields and lines, tolerating missing commas, braces or quotes.

bibtexparser and pybtex stop at the first error in an entry and lose the rest. Neither gives an entry's line together
with joined values. So this module splits entries by BibTeX's rules, and by lines where those fail.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from wamkg.importing.references.fields import DETAILS, KEPT
from wamkg.matching.record import Dropped

_START = re.compile(r"(?<![\w.])@[ \t]*([A-Za-z][\w-]*)[ \t\r\n]*([{(])")
_KEY = re.compile(r"\s*([^,={}\"]*?)\s*(?=[,=}]|$)")
_KEY_AND_FIELD = re.compile(r"\s*(?:([^,={}\"]*?)\s+)?(?=[^\s,={}\"]+\s*=)")
_NAME = re.compile(r"(?:[\s,]|%[^\n]*\n)*([^\s,={}()\"#%'@\\]+)\s*=\s*")
_END = re.compile(r"(?:[\s,]|%[^\n]*\n)*([})])")
_GAP = re.compile(r"(?:\s|%[^\n]*(?=\n))*")
_BARE = re.compile(r"[^\s,#{}()\"]+")
_UNTIL = re.compile(r"[^,\n}]*")
_BEHIND = re.compile(r"\s*(?:[,#})]|$|[\w:-]+\s*=\s*[{\"\w])")
_FIELD_LINE = re.compile(r"(?:^|(?<=\n)|(?<=,))[ \t]*([A-Za-z][\w:-]*)[ \t]*=[ \t]*(?=[{\"\w])")
_ANY_BRACE, _BARE_BRACE = re.compile(r"[{}]"), re.compile(r"(?<!\\)[{}]")
_QUOTE_OR_BRACE = re.compile(r"[{}\"]")
_NEXT_ENTRY = re.compile(r"(?:\n[ \t]*|[}\s])@[A-Za-z]+[ \t]*[{(][ \t]*[^\s,{}=]*[ \t]*(?:,|\n)")
_SWALLOWED = re.compile(r"\n[ \t]*@[A-Za-z]+[ \t]*[{(][ \t]*[^\s,{}=]*[ \t]*,")

_LONGEST_COMMENT = 1 << 20


@dataclass(frozen=True)
class ScannedPiece:
    """A part of a value: text between braces or quotes, a number, or the name of a macro."""

    text: str
    is_macro: bool = False


@dataclass
class RawEntry:
    """An entry or macro definition as written in the file. `faults` lists the errors, one sentence each."""

    line: int
    kind: str
    key: str = ""
    fields: list[tuple[str, list[ScannedPiece]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    excerpt: str = ""


def scan(text: str) -> Iterator[RawEntry]:
    """Return entries and `@string` definitions in file order; comments and preambles are skipped."""
    lines = [found.start() for found in re.finditer(r"\n", text)]
    at = 0
    while (start := _START.search(text, at)) is not None:
        kind, line = start[1].lower(), bisect_right(lines, start.start() - 1) + 1
        scanner = _Scanner(text, start.end(), start[2])
        if kind in ("comment", "preamble"):
            at = scanner.skip()
            continue
        entry = RawEntry(line, kind, excerpt=text[start.start() : start.end() + 80].partition("\n")[0].strip())
        if _is_commented(text, start.start()):
            entry.faults.append("a % stands before this entry, so it is taken for a comment")
            entry.kind = "comment"
            at = start.end()
        else:
            at = scanner.read(entry)
        yield entry


def _is_commented(text: str, at: int) -> bool:
    return text[text.rfind("\n", 0, at) + 1 : at].lstrip().startswith("%")


class _BrokenError(Exception):
    """An entry does not continue as BibTeX requires."""


class _Scanner:
    """Reads one entry, starting after its opening brace."""

    def __init__(self, text: str, at: int, opening: str) -> None:
        self.text, self.start, self.at = text, at, at
        behind = _SWALLOWED.search(text, at)
        self.limit = behind.start() if behind else len(text)
        """Where the next entry starts at the latest; no value extends beyond it."""
        self.closing = "}" if opening == "{" else ")"
        self.braces = _ANY_BRACE

    def skip(self) -> int:
        """Return where a comment ends; an unclosed one ends with its line."""
        self.limit = self.start + _LONGEST_COMMENT
        try:
            return self._closed(self.start)
        except _BrokenError:
            return self.start

    def read(self, entry: RawEntry) -> int:
        """Fill the entry with its fields; return where it ends."""
        for self.braces in (_ANY_BRACE, _BARE_BRACE):
            try:
                fields, faults = self._strict(entry)
            except _BrokenError:
                continue
            entry.fields, entry.faults = fields, faults
            return self.at
        return self._by_lines(entry)

    def _strict(self, entry: RawEntry) -> tuple[list[tuple[str, list[ScannedPiece]]], list[str]]:
        self.at = self.start
        fields: list[tuple[str, list[ScannedPiece]]] = []
        faults: list[str] = []
        if entry.kind != "string":
            entry.key = self._key(faults)
        while not (end := _END.match(self.text, self.at)):
            name = _NAME.match(self.text, self.at)
            if name is None:
                raise _BrokenError
            self.at = name.end()
            fields.append((name[1].lower(), self._value(name[1].lower(), faults)))
            self.at = self._behind_gap()
            if self.text[self.at : self.at + 1] not in (",", "}", ")"):
                faults.append(f"a comma is missing behind {name[1].lower()}")
        self.at = end.end()
        if end[1] != self.closing or self._goes_on():
            raise _BrokenError
        return fields, faults

    def _key(self, faults: list[str]) -> str:
        """Return the citation key; without a comma it ends before the name of the first field."""
        without_comma = _KEY_AND_FIELD.match(self.text, self.at)
        found = without_comma or _KEY.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        if without_comma and without_comma[1]:
            faults.append("a comma is missing behind the key")
        return " ".join((found[1] or "").split())

    def _value(self, name: str, faults: list[str]) -> list[ScannedPiece]:
        pieces: list[ScannedPiece] = []
        while True:
            self.at = self._behind_gap()
            mark = self.text[self.at : self.at + 1]
            if mark in ("{", '"'):
                begin = self.at + 1
                self.at = self._closed(begin) if mark == "{" else self._quoted(begin)
                pieces.append(ScannedPiece(self.text[begin : self.at - 1]))
            elif bare := _BARE.match(self.text, self.at):
                pieces.append(self._bare(bare, name, faults))
            self.at = self._behind_gap()
            if self.text[self.at : self.at + 1] != "#":
                return pieces
            self.at += 1

    def _bare(self, bare: re.Match[str], name: str, faults: list[str]) -> ScannedPiece:
        """Read a number or a macro name; several words are text without its braces."""
        self.at = bare.end()
        if _BEHIND.match(self.text, self.at):
            return ScannedPiece(bare[0], is_macro=not bare[0].isdigit())
        rest = _UNTIL.match(self.text, self.at)
        self.at = rest.end() if rest else self.at
        faults.append(f"the text of {name} has no braces")
        return ScannedPiece(self.text[bare.start() : self.at])

    def _closed(self, at: int) -> int:
        """Return the position after the brace that closes the one before `at`."""
        depth = 1
        for found in self.braces.finditer(self.text, at, self.limit):
            depth += 1 if found[0] == "{" else -1
            if not depth:
                return found.end()
        raise _BrokenError

    def _quoted(self, at: int) -> int:
        """Return the position after a value's closing quote: one outside braces, before a comma, brace or field."""
        depth = 0
        for found in _QUOTE_OR_BRACE.finditer(self.text, at, self.limit):
            if found[0] == '"' and depth == 0 and _BEHIND.match(self.text, found.end()):
                return found.end()
            depth += {"{": 1, "}": -1}.get(found[0], 0)
            if depth < 0:
                break
        raise _BrokenError

    def _behind_gap(self) -> int:
        gap = _GAP.match(self.text, self.at)
        return gap.end() if gap else self.at

    def _goes_on(self) -> bool:
        """Whether fields follow the end: then the brace before it is surplus."""
        behind = self.text.find("@", self.at)
        rest = self.text[self.at : behind if behind >= 0 else len(self.text)]
        return bool(rest.strip()) and any(_opens(rest, found) for found in _FIELD_LINE.finditer(rest))

    def _by_lines(self, entry: RawEntry) -> int:
        """Read each field from its line to the line of the next field, up to the next entry."""
        limit = _NEXT_ENTRY.search(self.text, self.start)
        end = limit.start() + 1 if limit else len(self.text)
        self.at, self.braces = self.start, _ANY_BRACE
        entry.key = self._key(entry.faults) if entry.kind != "string" else ""
        body = self.text[min(self.at, end) : end]
        found = [mark for mark in _FIELD_LINE.finditer(body) if _is_field(body, mark)]
        for mark, stop in zip(found, [*(mark.start() for mark in found[1:]), len(body)], strict=False):
            entry.fields.append((mark[1].lower(), [ScannedPiece(_loose(body[mark.end() : stop]))]))
        entry.faults.append("its braces or quotes do not match; what could be told apart is kept")
        if limit is None and body.count("{") >= body.count("}"):
            entry.faults.append(Dropped("it has no end; the file may have been cut off here, and the rest is lost"))
        return end


def _opens(text: str, mark: re.Match[str]) -> bool:
    return text[mark.end() : mark.end() + 1] in ("{", '"')


def _is_field(body: str, mark: re.Match[str]) -> bool:
    """Whether "name =" starts a field: any name at the start of a line, within a line only a BibTeX field."""
    at_line = body[: mark.start()].rpartition("\n")[2].strip() == ""
    return (at_line and _opens(body, mark)) or mark[1].lower() in KEPT | DETAILS


def _loose(raw: str) -> str:
    """Return the text of a value whose end is uncertain."""
    raw = raw.strip().rstrip(",").rstrip()
    if raw[:1] == '"':
        return raw[1:].rpartition('"')[0] or raw[1:]
    if raw[:1] != "{":
        return raw.split("}")[0].strip(" ,")
    depth = 0
    for found in _ANY_BRACE.finditer(raw):
        depth += 1 if found[0] == "{" else -1
        if not depth:
            behind = raw[found.end() :].strip("} \n")
            return raw[1 : found.start()] if not behind or behind[0] == "," else raw[1:].rstrip("} \n")
    return raw[1:].rstrip("} \n,")
