"""Under which class a manuscript cites a paper: by its headings, the rows and columns of tables, and items of lists."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from wamkg.importing.taxonomy_index import TaxonomyMatcher, label_key
from wamkg.manuscript.events import (
    CELL,
    END_LIST,
    END_TABLE,
    ITEM,
    LIST,
    ROW,
    RUN_IN,
    TABLE,
    Event,
    Heading,
    ManuscriptCitation,
    ManuscriptPlace,
    Mark,
    Words,
)
from wamkg.store.taxonomy_edits import are_on_one_branch

_NOUN = re.compile(r"\s+(?:methods?|approaches|approach|papers?|works?|systems?|techniques?|models?|families|family|"
                   r"class|classes|branch)\W*$", re.I)  # fmt: skip


@dataclass(frozen=True)
class ClassContext:
    """What a manuscript says about the class of a citation: the taxa that the words may mean; `strict` if the words
    are a label of the citation, as in a row of a table, and not the heading of a running text.
    """

    paths: tuple[str, ...]
    label: str
    strict: bool

    def agrees(self, placed: Sequence[str]) -> bool:
        """Whether a paper at these taxa belongs there: at the class, below it, or at one above it."""
        return any(are_on_one_branch(one, path) for one in placed for path in self.paths)


@dataclass(frozen=True)
class CitedKey:
    """One citation of a key, with the classes that it is cited under."""

    place: ManuscriptPlace
    key: str
    contexts: tuple[ClassContext, ...] = ()


class ClassNames:
    """The names of a taxonomy's classes as manuscripts write them."""

    def __init__(self, matcher: TaxonomyMatcher | None, codes: dict[str, str]) -> None:
        self.matcher, self.codes = matcher, codes
        self.headings: dict[str, ManuscriptPlace] = {}
        """The first heading of each class."""

    def of_heading(self, text: str, under: Sequence[str]) -> tuple[str, ...]:
        """The taxa that a heading may mean, those below the heading above it first."""
        if self.matcher is None:
            return ()
        bare = _NOUN.sub("", text)
        for above in (*under, ""):
            for words in dict.fromkeys((text, bare)):
                if found := self.matcher.matches(words, above, loose=True):
                    return tuple(found)
        return ()

    def of_label(self, text: str) -> tuple[str, ...]:
        """The taxa that a cell or the label of an item names."""
        text = " ".join(text.split()).rstrip(".:")
        if self.matcher is None or not text:
            return ()
        if path := self.codes.get(text):
            return (path,)
        found = self.matcher.matches(text) or self.matcher.matches(_NOUN.sub("", text))
        return tuple(found) or self._of_path(text)

    def _of_path(self, text: str) -> tuple[str, ...]:
        """The taxon at the end of "Joint / Diffusion" or "Joint > Diffusion"."""
        parts = [part for part in re.split(r"\s*(?:/|>|›|→|--|–|—)\s*", text) if part]
        if self.matcher is None or len(parts) < 2:
            return ()
        found = [""]
        for part in parts:
            found = [path for above in found for path in self.matcher.matches(part, above)]
        return tuple(found)


@dataclass
class _Table:
    cells: list[list[str]] = field(default_factory=lambda: [[]])
    cited: list[tuple[int, ManuscriptCitation]] = field(default_factory=list)
    group: ClassContext | None = None
    columns: dict[int, ClassContext] = field(default_factory=dict)
    spans: dict[int, ClassContext] = field(default_factory=dict)


def cited_keys(events: Sequence[Event], names: ClassNames) -> Iterator[CitedKey]:
    """Every citation of a manuscript, in reading order; those of a row of a table at its end."""
    yield from _Walk(names).walk(events)


class _Walk:
    def __init__(self, names: ClassNames) -> None:
        self.names = names
        self.open: list[tuple[int, ClassContext | None]] = []
        self.items: list[ClassContext | None] = []
        self.tables: list[_Table] = []

    def walk(self, events: Sequence[Event]) -> Iterator[CitedKey]:
        for event in events:
            if isinstance(event, Heading):
                self.heading(event)
            elif isinstance(event, ManuscriptCitation) and self.tables:
                self.tables[-1].cited.append((len(self.tables[-1].cells) - 1, event))
            elif isinstance(event, ManuscriptCitation):
                yield from self.cited(event, self.around())
            elif isinstance(event, Words) and self.tables:
                self.tables[-1].cells[-1].append(event.text)
            elif isinstance(event, Mark):
                yield from self.mark(event)

    def around(self) -> tuple[ClassContext, ...]:
        """The classes of the innermost item and of the innermost heading."""
        item = next((context for context in reversed(self.items) if context), None)
        heading = self.open[-1][1] if self.open else None
        return tuple(context for context in (item, heading) if context is not None)

    def cited(self, event: ManuscriptCitation, contexts: tuple[ClassContext, ...]) -> Iterator[CitedKey]:
        for key in event.keys:
            yield CitedKey(event.place, key, contexts if not event.silent else ())

    def heading(self, event: Heading) -> None:
        while self.open and self.open[-1][0] >= event.level:
            self.open.pop()
        above = self.open[-1][1] if self.open else None
        paths = self.names.of_heading(event.text, above.paths if above else ())
        if paths:
            self.names.headings.update({path: event.place for path in paths if path not in self.names.headings})
            self.open.append((event.level, ClassContext(paths, event.text, strict=False)))
        elif event.level != RUN_IN:
            self.open.append((event.level, above))

    def mark(self, event: Mark) -> Iterator[CitedKey]:
        if event.kind == TABLE:
            self.tables.append(_Table())
        elif event.kind == LIST:
            self.items.append(None)
        elif event.kind == END_LIST and self.items:
            self.items.pop()
        elif event.kind == ITEM and self.items:
            paths = self.names.of_label(event.text)
            self.items[-1] = ClassContext(paths, event.text, strict=True) if paths else None
        elif self.tables and event.kind == CELL:
            self.tables[-1].cells.append([])
        elif self.tables and event.kind in (ROW, END_TABLE):
            yield from self.row(self.tables[-1])
            if event.kind == END_TABLE:
                self.tables.pop()

    def row(self, table: _Table) -> Iterator[CitedKey]:
        texts = [" ".join("".join(cell).split()) for cell in table.cells]
        named = {n: ClassContext(paths, text, strict=True) for n, text in enumerate(texts)
                 if (paths := self.names.of_label(text))}  # fmt: skip
        if table.cited:
            yield from self.cited_row(table, texts, named)
        elif len(filled := [n for n, text in enumerate(texts) if text]) == 1:
            table.group, table.spans = named.get(filled[0]), {}
        elif len(named) > 1:
            table.columns = named
        table.cells, table.cited = [[]], []

    def cited_row(self, table: _Table, texts: list[str], named: dict[int, ClassContext]) -> Iterator[CitedKey]:
        """The citations of a row: its cells that name a class, a cell above that spans it, its group, its column."""
        for n, text in enumerate(texts):
            if n in named:
                table.spans[n] = named[n]
            elif text:
                table.spans.pop(n, None)
        row = {n: context for n, context in table.spans.items() if n < len(texts)}
        for column, citation in table.cited:
            own = [context for n, context in row.items() if n != column]
            labels = [*own, table.columns.get(column), None if own else table.group]
            contexts = tuple(context for context in labels if context is not None)
            yield from self.cited(citation, contexts or self.around())


def codes_of(taxa: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Path by code, of (path, code); a code of several taxa names none."""
    found: dict[str, str] = {}
    for path, code in taxa:
        if code and label_key(code):
            found[code] = "" if code in found else path
    return {code: path for code, path in found.items() if path}
