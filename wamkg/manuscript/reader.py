"""Reads a manuscript: its files in the order in which LaTeX reads them, as a list of events with their lines."""

import os
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexCommentNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexMathNode,
    LatexSpecialsNode,
    LatexWalker,
)

from wamkg.errors import InvalidInputError
from wamkg.importing.encoding import decode
from wamkg.manuscript.commands import (
    BOLD,
    CITES,
    DEFINES,
    INPUTS,
    LAST_ARGUMENT,
    LEVELS,
    LISTS,
    MULTI,
    NOT_TEXT,
    SILENT_ENVIRONMENTS,
    TABLES,
    VOLUME,
    context_for,
)
from wamkg.manuscript.events import (
    CELL,
    END_LIST,
    END_TABLE,
    ITEM,
    LIST,
    PARAGRAPH,
    ROW,
    RUN_IN,
    TABLE,
    Event,
    Heading,
    ManuscriptCitation,
    ManuscriptPlace,
    ManuscriptProblem,
    Mark,
    Value,
    Words,
)
from wamkg.manuscript.value_file import DefinedValue, defined_values

LatexNode = Any
"""A node of pylatexenc, which has no types."""
_SILENT = re.compile(r"\\iffalse\b.*?\\fi\b|\\begin\{comment\}.*?\\end\{comment\}", re.S)
_END = re.compile(r"^[^%\n]*?(?<!\\)(\\end\{document\}|\\endinput\b)", re.M)
_BARE_INPUT = re.compile(r"\\input\s*(?:\{([^{}]*)\}|([^\s{}\\%]+))")
_DEF = re.compile(r"\\def\s*\\([A-Za-z]+)\s*((?:#\d)*)\s*(?=\{)")
_KEYS = re.compile(r"(?:\s*\([^()]*\))*(?:\s*\[[^\[\]]*\])*\s*\{([^{}]*)\}")
_ARGUMENT = re.compile(r"#(\d)")
_SPACES = {"~": " ", "--": "–", "---": "—", "``": "“", "''": "”", "\n\n": "\n\n"}
_SIGNS = {"%": "%", "&": "&", "#": "#", "_": "_", "$": "$", "{": "{", "}": "}", ",": "", ";": " ", ":": " ", " ": " ",
          "quad": " ", "qquad": " ", "\\": " ", "newline": " ", "linebreak": " ", "tabularnewline": " ", "slash": "/",
          "ldots": "…", "dots": "…", "-": "", "/": ""}  # fmt: skip
MAX_FILES, MAX_DEPTH = 2000, 40


@dataclass(frozen=True)
class _Definition:
    """A command that the manuscript defines: the keys that it cites, which of its arguments are keys, and its text."""

    arguments: int
    optional: bool
    keys: tuple[str, ...]
    key_arguments: tuple[int, ...]
    text: str


@dataclass
class Manuscript:
    """What was read: events in reading order, the files, the bibliographies that it names, values of a macro file."""

    main: Path
    events: list[Event] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    bibliographies: list[tuple[ManuscriptPlace, Path]] = field(default_factory=list)
    items: dict[str, tuple[ManuscriptPlace, str]] = field(default_factory=dict)
    """The entries of a `thebibliography`, by key: `\\bibitem`."""
    values: dict[tuple[str, str], DefinedValue] = field(default_factory=dict)
    problems: list[ManuscriptProblem] = field(default_factory=list)


def read_manuscript(main: Path, value_macros: frozenset[str] = frozenset()) -> Manuscript:
    """Read a manuscript with all files that it inputs; `value_macros` are the names of wamkg's macros with a key.

    Raises InvalidInputError if the main file cannot be read. A further file that is missing is a problem of the result.
    """
    reader = _ManuscriptReader(Manuscript(main), value_macros)
    reader.read(main, ManuscriptPlace(str(main), 1), depth=0)
    if reader.found.problems and not reader.found.files:
        raise InvalidInputError(reader.found.problems[0].text)
    return reader.found


def read_text(path: Path, name: str, named: ManuscriptPlace, problems: list[ManuscriptProblem]) -> str | None:
    """The text of a file; None if it cannot be read, which is added to the problems at the place that names it."""
    try:
        return decode(path.read_bytes(), name)[0]
    except (OSError, InvalidInputError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        problems.append(ManuscriptProblem(named, f"{name} cannot be read: {reason}"))
        return None


class _ManuscriptReader:
    def __init__(self, found: Manuscript, value_macros: frozenset[str]) -> None:
        self.found, self.value_macros = found, value_macros
        self.definitions: dict[str, _Definition] = {}
        self.open: list[Path] = []

    def read(self, path: Path, named: ManuscriptPlace, depth: int) -> None:
        """Read one file and what it inputs, unless it is open already."""
        if path in self.open or depth > MAX_DEPTH or len(self.found.files) >= MAX_FILES:
            return
        text = read_text(path, str(path), named, self.found.problems)
        if text is None:
            return
        self.found.files.append(path)
        values = defined_values(text, str(path))
        if values:
            self.found.values |= values
            return
        self.open.append(path)
        _File(self, path, _without_silent_parts(text), depth).read()
        self.open.pop()


def _without_silent_parts(text: str) -> str:
    """The text with blanks for what LaTeX skips, so that every line keeps its number."""
    text = _SILENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    end = _END.search(text)
    return text[: end.end()] if end else text


class _File:
    """One file while it is read."""

    def __init__(self, reader: _ManuscriptReader, path: Path, text: str, depth: int) -> None:
        self.reader, self.path, self.text, self.depth = reader, path, text, depth
        self.found = reader.found
        self.lines = [found.start() for found in re.finditer("\n", text)]
        self.skip_to = 0
        self.fresh = True
        """Whether a paragraph begins here."""

    def read(self) -> None:
        walker = LatexWalker(self.text, latex_context=context_for(self.text, self.reader.value_macros),
                             tolerant_parsing=True)  # fmt: skip
        at = 0
        while at < len(self.text):
            nodes, begin, length = walker.get_latex_nodes(pos=at)
            self.nodes(nodes)
            at = max(begin + length, at) + 1  # a brace that closes nothing ends a list of nodes

    def place(self, at: int) -> ManuscriptPlace:
        return ManuscriptPlace(os.path.normpath(self.path), bisect_right(self.lines, at - 1) + 1)

    def tell(self, event: Event) -> None:
        self.found.events.append(event)

    def nodes(self, nodes: Sequence[LatexNode] | None, table: bool = False) -> None:
        queue = list(nodes or ())
        while queue:
            node = queue.pop(0)
            if node is None or node.pos + node.len <= self.skip_to:
                continue
            if isinstance(node, LatexMacroNode):
                self.macro(node, queue, table)
            elif isinstance(node, LatexEnvironmentNode):
                self.environment(node)
            elif isinstance(node, LatexSpecialsNode):
                self.special(node, table)
            elif isinstance(node, LatexCharsNode):
                self.words(node.chars, node.pos)
            elif isinstance(node, LatexMathNode):
                self.tell(Words(self.place(node.pos), _text(node.nodelist, self.reader.definitions)))
            elif isinstance(node, LatexGroupNode):
                self.nodes(node.nodelist, table)

    def words(self, text: str, at: int) -> None:
        cut = max(self.skip_to - at, 0)
        start = at + cut
        for part in re.split(r"(\n[ \t]*\n\s*)", text[cut:]):
            if re.fullmatch(r"\n[ \t]*\n\s*", part):
                self.tell(Mark(self.place(start), PARAGRAPH))
                self.fresh = True
            elif part:
                self.tell(Words(self.place(start + len(part) - len(part.lstrip())), part))
                self.fresh = self.fresh and not part.strip()
            start += len(part)

    def special(self, node: LatexNode, table: bool) -> None:
        sign = node.specials_chars
        if sign == "&" and table:
            self.tell(Mark(self.place(node.pos), CELL))
        elif sign == "\n\n":
            self.tell(Mark(self.place(node.pos), PARAGRAPH))
            self.fresh = True
        else:
            self.words(_SPACES.get(sign, sign), node.pos)

    def environment(self, node: LatexNode) -> None:
        name = node.environmentname
        if name.rstrip("*") in SILENT_ENVIRONMENTS:
            return
        table, listed = name in TABLES, name in LISTS
        begin, end = (TABLE, END_TABLE) if table else (LIST, END_LIST) if listed else (PARAGRAPH, PARAGRAPH)
        self.tell(Mark(self.place(node.pos), begin))
        self.nodes(node.nodelist, table)
        self.tell(Mark(self.place(node.pos + node.len - 1), end))

    def macro(self, node: LatexNode, queue: list[LatexNode], table: bool) -> None:
        name, place = node.macroname, self.place(node.pos)
        arguments = [a for a in (node.nodeargd.argnlist if node.nodeargd else None) or () if a is not None]
        self.fresh, fresh = False, self.fresh
        if name in self.reader.definitions:
            self.use(self.reader.definitions[name], place, queue)
        elif name in DEFINES or name == "def":
            self.define(node, name, queue)
        elif CITES.fullmatch(name):
            self.cite(node, name, arguments, place)
        elif name in self.reader.value_macros:
            self.tell(Value(place, name, _text(arguments[-1:], {}).strip()))
        elif name in LEVELS and arguments:
            self.tell(Heading(place, LEVELS[name], self.text_of(arguments[-1:])))
            self.nodes(arguments[-1:])
        elif name in INPUTS:
            self.input(node, name, arguments, place)
        elif name in ("bibliography", "addbibresource"):
            self.bibliography(arguments, place)
        elif name == "bibitem" and arguments:
            self.bibitem(node, arguments)
        elif name == "item":
            self.item(arguments, queue, place)
        elif name in ("\\", "tabularnewline", "cr") and table:
            self.tell(Mark(place, ROW))
        elif name in _SIGNS:
            self.words(_SIGNS[name], node.pos)
        elif name not in NOT_TEXT:
            self.shown(name, arguments, place, queue, fresh)

    def shown(
        self, name: str, arguments: list[LatexNode], place: ManuscriptPlace, queue: list[LatexNode], fresh: bool
    ) -> None:
        """A command whose arguments are text."""
        if fresh and name in BOLD and arguments:
            self.tell(Heading(place, RUN_IN, self.text_of(arguments)))
        self.nodes(arguments[-1:] if name in LAST_ARGUMENT else arguments)
        if name == "multicolumn" and (span := _text(arguments[:1], {}).strip()).isdigit():
            for _ in range(int(span) - 1):
                self.tell(Mark(place, CELL))
        if name == "par":
            self.tell(Mark(place, PARAGRAPH))

    def text_of(self, nodes: Sequence[LatexNode]) -> str:
        return " ".join(_text(nodes, self.reader.definitions).split())

    def cite(self, node: LatexNode, name: str, arguments: list[LatexNode], place: ManuscriptPlace) -> None:
        if MULTI.fullmatch(name):
            keys, at = [], node.pos + node.len
            while found := _KEYS.match(self.text, at):
                keys.append(found[1])
                at = found.end()
            self.skip_to = at
        else:
            groups = [a for a in arguments if isinstance(a, LatexGroupNode)]
            for group in groups[:-1]:
                self.nodes(group.nodelist if name not in VOLUME else ())
            keys = [_keys_text(groups[-1])] if groups else []
        self.tell(ManuscriptCitation(place, _split(keys), silent=name == "nocite"))

    def define(self, node: LatexNode, name: str, queue: list[LatexNode]) -> None:
        """Remember a command that the manuscript defines; what its definition cites counts where it is used."""
        if name == "def":
            self.define_plainly(node, queue)
            return
        arguments = node.nodeargd.argnlist if node.nodeargd else None
        if not arguments:
            return  # cut off
        named, body = (arguments[0], arguments[-1]) if "Document" in name else (arguments[1], arguments[-1])
        defined = re.search(r"\\([A-Za-z]+)", named.latex_verbatim() if named is not None else "")
        if defined is None or body is None:
            return
        if "Document" in name:
            spec = re.findall(r"[mo]", arguments[1].latex_verbatim() if arguments[1] is not None else "")
            count, optional = len(spec), spec[:1] == ["o"]
        else:
            said = _text([arguments[2]], {})
            count = int(said) if said.isdecimal() else 0
            optional = arguments[3] is not None
        self.reader.definitions[defined[1]] = _definition(body, count, optional)

    def define_plainly(self, node: LatexNode, queue: list[LatexNode]) -> None:
        found = _DEF.match(self.text, node.pos)
        if found is None:
            return
        group = next((n for n in queue if isinstance(n, LatexGroupNode) and n.pos >= found.end()), None)
        if group is not None:
            self.reader.definitions[found[1]] = _definition(group, len(found[2]) // 2, False)
            self.skip_to = group.pos + group.len

    def use(self, made: _Definition, place: ManuscriptPlace, queue: list[LatexNode]) -> None:
        given: list[LatexNode] = []
        while len(given) < made.arguments and queue:
            head = queue[0]
            blank = isinstance(head, LatexCommentNode) or (isinstance(head, LatexCharsNode) and not head.chars.strip())
            if not blank and not isinstance(head, LatexGroupNode):
                break
            queue.pop(0)
            if not blank:
                given.append(head)
        if made.optional and len(given) < made.arguments:
            given.insert(0, None)
        if made.text:
            self.tell(Words(place, made.text))
        self.nodes([g for n, g in enumerate(given, 1) if g is not None and n not in made.key_arguments])
        keys = [*made.keys, *(_keys_text(given[n - 1]) for n in made.key_arguments if n <= len(given) and given[n - 1])]
        if keys:
            self.tell(ManuscriptCitation(place, _split(keys)))

    def input(self, node: LatexNode, name: str, arguments: list[LatexNode], place: ManuscriptPlace) -> None:
        if name == "input":
            found = _BARE_INPUT.match(self.text, node.pos)
            if found is None:
                return
            self.skip_to, parts = found.end(), [found[1] or found[2] or ""]
        else:
            wanted = arguments[:2] if name in ("import", "subimport") else arguments[:1]
            parts = [_keys_text(a).strip() for a in wanted if isinstance(a, LatexGroupNode)]
        named = Path(*(part.strip().strip('"') for part in parts))
        if "#" in str(named):
            return
        path = self.located(named, ".tex")
        if name == "InputIfFileExists" and not path.exists():
            return
        self.reader.read(path, place, self.depth + 1)

    def located(self, named: Path, suffix: str) -> Path:
        """The file that a name means: relative to the main file, else to the file that names it."""
        for folder in (self.found.main.parent, self.path.parent):
            for name in (named.with_name(named.name + suffix), named):
                if (folder / name).is_file():
                    return folder / name
        return self.found.main.parent / (named if named.suffix else named.with_name(named.name + suffix))

    def bibliography(self, arguments: list[LatexNode], place: ManuscriptPlace) -> None:
        for name in _split([_keys_text(a) for a in arguments if isinstance(a, LatexGroupNode)][-1:]):
            self.found.bibliographies.append((place, self.located(Path(name), ".bib")))

    def bibitem(self, node: LatexNode, arguments: list[LatexNode]) -> None:
        end = self.text.find("\\bibitem", node.pos + node.len)
        text = self.text[node.pos + node.len : end if end >= 0 else len(self.text)]
        self.found.items.setdefault(_keys_text(arguments[-1]).strip(), (self.place(node.pos), text))

    def item(self, arguments: list[LatexNode], queue: list[LatexNode], place: ManuscriptPlace) -> None:
        """An item of a list; its label, or the bold words that it begins with, are its text."""
        label = self.text_of(arguments)
        following = [n for n in queue[:3] if not (isinstance(n, LatexCharsNode) and not n.chars.strip())]
        if not label and following and isinstance(following[0], LatexMacroNode) and following[0].macroname in BOLD:
            label = self.text_of([following[0]])
        self.tell(Mark(place, ITEM, label))
        self.nodes(arguments)


def _split(keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(key.strip() for text in keys for key in text.split(",") if key.strip())


def _keys_text(node: LatexNode) -> str:
    """The text of a group as typed, without comments."""
    inner = node.nodelist if isinstance(node, LatexGroupNode) else [node]
    return "".join(n.latex_verbatim() for n in inner if n is not None and not isinstance(n, LatexCommentNode))


def _definition(body: LatexNode, arguments: int, optional: bool) -> _Definition:
    keys: list[str] = []
    for macro in _macros(body.nodelist if isinstance(body, LatexGroupNode) else [body]):
        groups = [a for a in (macro.nodeargd.argnlist or ()) if isinstance(a, LatexGroupNode)] if macro.nodeargd else []
        if CITES.fullmatch(macro.macroname) and groups:
            keys += _split([_keys_text(groups[-1])])
    numbered = tuple(int(found[1]) for key in keys if (found := _ARGUMENT.fullmatch(key)))
    fixed = tuple(key for key in keys if "#" not in key)
    text = "" if arguments else _text([body], {})
    return _Definition(arguments, optional, fixed, numbered, text)


def _macros(nodes: Sequence[LatexNode] | None) -> Iterator[LatexNode]:
    for node in nodes or ():
        if isinstance(node, LatexMacroNode):
            yield node
            yield from _macros(node.nodeargd.argnlist if node.nodeargd else ())
        elif node is not None:
            yield from _macros(getattr(node, "nodelist", ()))


def _text(nodes: Sequence[LatexNode] | None, definitions: dict[str, _Definition]) -> str:
    """The text of nodes; commands that are not text are left out."""
    parts = []
    for node in nodes or ():
        if isinstance(node, LatexCharsNode):
            parts.append(node.chars)
        elif isinstance(node, LatexSpecialsNode):
            parts.append(_SPACES.get(node.specials_chars, node.specials_chars))
        elif isinstance(node, LatexMacroNode):
            parts.append(_macro_text(node, definitions))
        elif node is not None and not isinstance(node, LatexCommentNode):
            parts.append(_text(getattr(node, "nodelist", ()), definitions))
    return "".join(parts)


def _macro_text(node: LatexNode, definitions: dict[str, _Definition]) -> str:
    name = node.macroname
    if name in _SIGNS:
        return _SIGNS[name]
    if name in definitions:
        return definitions[name].text
    if name in NOT_TEXT or CITES.fullmatch(name) or not node.nodeargd:
        return ""
    arguments = [a for a in node.nodeargd.argnlist or () if a is not None]
    return _text(arguments[-1:] if name in LAST_ARGUMENT else arguments, definitions)
