"""What a manuscript says, in reading order: headings, citations, words, and the marks of tables and lists."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class ManuscriptPlace:
    """A line of a file, as messages print it."""

    file: str
    line: int


@dataclass(frozen=True)
class Heading:
    """A heading; `level` is 0 for a part, 1 for a chapter, 2 for a section and so on, `RUN_IN` for bold words that
    begin a paragraph.
    """

    place: ManuscriptPlace
    level: int
    text: str


RUN_IN = 9


@dataclass(frozen=True)
class ManuscriptCitation:
    """One command that cites, with its keys as typed; `silent` if it prints nothing (`\\nocite`)."""

    place: ManuscriptPlace
    keys: tuple[str, ...]
    silent: bool = False


@dataclass(frozen=True)
class Words:
    """A piece of running text."""

    place: ManuscriptPlace
    text: str


@dataclass(frozen=True)
class Value:
    """A use of one of wamkg's macros: `\\wamCount{joint}` is `Count` of `joint`."""

    place: ManuscriptPlace
    macro: str
    key: str


@dataclass(frozen=True)
class Mark:
    """The structure of tables, lists and paragraphs; `text` is the label of an item."""

    place: ManuscriptPlace
    kind: str
    text: str = ""


PARAGRAPH, TABLE, END_TABLE, CELL, ROW = "paragraph", "table", "end of a table", "cell", "row"
LIST, END_LIST, ITEM = "list", "end of a list", "item"
Event = Heading | ManuscriptCitation | Words | Value | Mark


@dataclass(frozen=True)
class ManuscriptProblem:
    """A file that is named and cannot be read."""

    place: ManuscriptPlace
    text: str
