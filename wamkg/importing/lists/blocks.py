"""A list as a tree of blocks: headings, paragraphs, bullets and tables, whether written in Markdown or HTML."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from markdown_it.tree import SyntaxTreeNode

from wamkg.importing.lists.heads import Head
from wamkg.importing.lists.inline import Inline, markdown, read_inline, read_source

_BLOCK_TAG = re.compile(
    r"<!--.*?-->|<(?P<end>/?)(?P<name>table|thead|tbody|tr|td|th|ul|ol|li|p|div|center|section|blockquote|h[1-6]|summary|details|"
    r"hr|dl|dt|dd)\b(?P<rest>[^>]*)>",
    re.I | re.S,
)
_SPAN = re.compile(r"(row|col)span\s*=\s*[\"']?(\d+)", re.I)
_MARKDOWN_LINE = re.compile(r"^\s{0,3}(?:[-*+]\s|\d+[.)]\s|#{1,6}\s|\|)", re.M)
_FENCE = re.compile(r"^\s{0,3}(```|~~~)")
_OPENING = re.compile(r"<(table|ul|ol|dl)\b", re.I)
_CLOSING = re.compile(r"</(table|ul|ol|dl)\s*>", re.I)
_FILL = "<wbr>"
"""Fills empty lines inside an HTML table or list, at which Markdown would end it."""
_MAX_SPAN = 500
_MAX_DEPTH = 60
"""Lists inside lists; what is deeper belongs to the last of them."""


class BlockKind(StrEnum):
    """The kind of a block."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    ITEM = "item"
    TABLE = "table"
    QUOTE = "quote"
    FOLD = "fold"
    """The visible line (summary) of a collapsible part; an empty one ends the part."""


@dataclass(frozen=True)
class BlockRow:
    """One row of a table: its line, its cells, and whether it is a header."""

    line: int
    cells: list[Inline]
    heads: bool = False


@dataclass
class Block:
    """One block: `level` for headings, `rows` for tables, `children` for lists, items and quotations."""

    kind: BlockKind
    line: int
    inline: Inline = field(default_factory=Inline)
    level: int = 0
    children: list["Block"] = field(default_factory=list)
    rows: list[BlockRow] = field(default_factory=list)

    @cached_property
    def head(self) -> Head:
        """Return its words as the head of a possible entry."""
        return Head(self.inline, self.line)


def read_nodes(text: str) -> SyntaxTreeNode:
    """Return the Markdown syntax tree of a list; HTML tables and lists stay in one piece."""
    return SyntaxTreeNode(markdown().parse(_held_together(text)))


def _held_together(text: str) -> str:
    """Fill the empty lines inside HTML tables and lists; the number of lines does not change."""
    if not _OPENING.search(text):
        return text
    lines, depth, fenced = text.split("\n"), 0, False
    for n, line in enumerate(lines):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            if depth and not line.strip():
                lines[n] = _FILL
            depth = max(0, depth + len(_OPENING.findall(line)) - len(_CLOSING.findall(line)))
    return "\n".join(lines) if not depth else text


def blocks_of(nodes: Sequence[SyntaxTreeNode], shift: int = 0) -> list[Block]:
    """Return the blocks of sibling nodes; `shift` is added to their line numbers."""
    return [block for node in nodes for block in _blocks(node, shift)]


def _blocks(node: SyntaxTreeNode, shift: int) -> Iterator[Block]:
    line = (node.map or (0, 0))[0] + 1 + shift
    if node.type == "heading":
        yield Block(BlockKind.HEADING, line, _inline(node), int(node.tag[1]))
    elif node.type == "paragraph":
        yield Block(BlockKind.PARAGRAPH, line, _inline(node))
    elif node.type in ("bullet_list", "ordered_list"):
        yield Block(BlockKind.LIST, line, children=[_item(child, shift) for child in node.children])
    elif node.type == "table":
        yield Block(BlockKind.TABLE, line, rows=list(_rows(node, shift)))
    elif node.type == "blockquote":
        yield Block(BlockKind.QUOTE, line, children=blocks_of(node.children, shift))
    elif node.type == "html_block":
        yield from html_blocks(node.content, line)


def _item(node: SyntaxTreeNode, shift: int) -> Block:
    line = (node.map or (0, 0))[0] + 1 + shift
    return Block(BlockKind.ITEM, line, children=blocks_of(node.children, shift))


def _inline(node: SyntaxTreeNode) -> Inline:
    found = next((child for child in node.children if child.type == "inline"), None)
    return read_inline(found.token.children or []) if found is not None and found.token else Inline()


def _rows(table: SyntaxTreeNode, shift: int) -> Iterator[BlockRow]:
    for part in table.children:
        for row in part.children:
            cells = [_cell(cell) for cell in row.children]
            yield BlockRow((row.map or (0, 0))[0] + 1 + shift, cells, part.type == "thead")


def _cell(cell: SyntaxTreeNode) -> Inline:
    return read_inline([t for child in cell.children if child.token for t in child.token.children or []])


def html_blocks(source: str, line: int) -> list[Block]:
    """Return the blocks of some HTML that starts at the given line."""
    reader = _HtmlReader(line)
    end = 0
    for tag in _BLOCK_TAG.finditer(source):
        reader.text(source[end : tag.start()])
        if tag["name"]:
            reader.tag(tag["name"].lower(), bool(tag["end"]), tag["rest"], tag[0])
        reader.skip(tag[0])
        end = tag.end()
    reader.text(source[end:])
    return reader.result()


def _markdown_in_html(text: str, line: int) -> list[Block]:
    """Return the blocks of Markdown that stands in HTML, without empty lines at its start."""
    nodes = read_nodes(text).children
    marked = _MARKDOWN_LINE.search(text)
    if len(nodes) > 1 or nodes[0].type != "html_block" or marked is None:
        return blocks_of(nodes, line - 1)
    # A tag alone on a line, such as <br> or <pre>, makes HTML of all lines below it.
    before, after = text[: marked.start()], text[marked.start() :]
    below = blocks_of(read_nodes(after).children, line - 1 + before.count("\n"))
    return [Block(BlockKind.PARAGRAPH, line, read_source(before)), *below] if before.strip() else below


class _HtmlReader:
    """Collects the blocks of some HTML, tag by tag."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.root = Block(BlockKind.QUOTE, line)
        self.stack = [self.root]
        self.buffer = ""
        self.since = line
        self.heading: str | None = None
        self.table = _HtmlTable()

    def text(self, source: str) -> None:
        if not self.buffer.strip():
            self.since = self.line + source[: len(source) - len(source.lstrip())].count("\n")
        self.buffer += source
        self.skip(source)

    def skip(self, source: str) -> None:
        self.line += source.count("\n")

    def tag(self, name: str, ends: bool, rest: str, whole: str) -> None:
        if self.table.open or name == "table":
            self.table_tag(name, ends, rest, whole)
        elif name in ("ul", "ol", "dl", "li", "dt", "dd"):
            self.flush()
            self.list_tag(name, ends)
        elif name == "summary" or (name.startswith("h") and name != "hr"):
            self.flush(None if not ends else name)
        else:
            self.flush()
            if name == "details" and ends:
                self.stack[-1].children.append(Block(BlockKind.FOLD, self.line))

    def table_tag(self, name: str, ends: bool, rest: str, whole: str) -> None:
        if name == "table" and not self.table.open and not ends:
            self.flush()
            self.table = _HtmlTable(open=1, line=self.line)
        elif name in ("table", "tr", "td", "th", "thead", "tbody"):
            self.table.end_cell(self.buffer, self.since)
            self.buffer = ""
            if self.table.tag(name, ends, rest, self.line):
                rows = self.table.rows()
                self.stack[-1].children.append(Block(BlockKind.TABLE, self.table.line, rows=rows))
                self.table = _HtmlTable()
        else:
            self.buffer += whole

    def list_tag(self, name: str, ends: bool) -> None:
        kind = BlockKind.ITEM if name in ("li", "dt", "dd") else BlockKind.LIST
        if ends or (kind is BlockKind.ITEM and self.stack[-1].kind is BlockKind.ITEM):
            while len(self.stack) > 1 and self.stack[-1].kind is not kind:
                self.stack.pop()
            if len(self.stack) > 1:
                self.stack.pop()
        if name == "dd" and not ends and self.stack[-1].children and self.stack[-1].children[-1].kind is kind:
            self.stack.append(self.stack[-1].children[-1])  # a definition belongs to its term
        elif not ends and len(self.stack) <= _MAX_DEPTH:
            block = Block(kind, self.line)
            self.stack[-1].children.append(block)
            self.stack.append(block)

    def flush(self, ended: str | None = None) -> None:
        """Close the collected words: a heading, the summary of a collapsible part, or a paragraph."""
        source, self.buffer = self.buffer, ""
        if not source.replace(_FILL, "").strip():
            return
        if ended == "summary":
            block = [Block(BlockKind.FOLD, self.since, read_source(source))]
        elif ended is not None:
            block = [Block(BlockKind.HEADING, self.since, read_source(source), int(ended[1]))]
        elif _MARKDOWN_LINE.search(source):
            block = _markdown_in_html(source.lstrip("\n"), self.since)
        else:
            block = [Block(BlockKind.PARAGRAPH, self.since, read_source(source))]
        self.stack[-1].children += block

    def result(self) -> list[Block]:
        self.flush()
        if self.table.open:
            self.table.end_cell("", self.line)
            self.root.children.append(Block(BlockKind.TABLE, self.table.line, rows=self.table.rows()))
        return self.root.children


@dataclass
class _HtmlTable:
    """The rows of an HTML table during parsing; cells that span rows or columns are repeated."""

    open: int = 0
    line: int = 0
    raw: list[tuple[int, list[tuple[Inline, int, int]], bool]] = field(default_factory=list)
    cell: tuple[int, int] | None = None
    """Number of rows and columns that the open cell spans."""

    def tag(self, name: str, ends: bool, rest: str, line: int) -> bool:
        """Handle a tag of the table; True if it ends the table."""
        if name == "table":
            self.open += -1 if ends else 1
            return self.open <= 0
        if name == "tr" and not ends:
            self.raw.append((line, [], False))
        elif name in ("td", "th") and not ends:
            spans = {which.lower(): min(int(number), _MAX_SPAN) for which, number in _SPAN.findall(rest)}
            self.cell = (spans.get("row", 1) or 1, spans.get("col", 1) or 1)
            if not self.raw:
                self.raw.append((line, [], False))
            if name == "th":
                self.raw[-1] = (self.raw[-1][0], self.raw[-1][1], True)
        return False

    def end_cell(self, source: str, since: int) -> None:
        """Close the open cell with the words collected for it."""
        if self.cell is not None and self.raw:
            _, cells, heads = self.raw[-1]
            cells.append((read_source(source), *self.cell))
            if len(cells) == 1 and source.strip():
                self.raw[-1] = (since, cells, heads)
        self.cell = None

    def rows(self) -> list[BlockRow]:
        """Return the rows; a cell that spans several is repeated in each."""
        held: dict[int, tuple[Inline, int]] = {}
        rows: list[BlockRow] = []
        for line, cells, heads in self.raw:
            spread = _spread(cells, held)
            if cells:
                rows.append(BlockRow(line, spread, heads))
        return rows


def _spread(cells: Sequence[tuple[Inline, int, int]], held: dict[int, tuple[Inline, int]]) -> list[Inline]:
    """Return the cells of a row by column, with those that span down from rows above."""
    row: list[Inline] = []
    waiting = list(cells)
    while (waiting or len(row) in held) and len(row) < _MAX_SPAN:
        if len(row) in held:
            cell, left = held.pop(len(row))
            if left > 1:
                held[len(row)] = (cell, left - 1)
            row.append(cell)
            continue
        cell, down, across = waiting.pop(0)
        for _ in range(across):
            if down > 1:
                held[len(row)] = (cell, down - 1)
            row.append(cell)
    return row


def all_blocks(blocks: Sequence[Block]) -> Iterator[Block]:
    """Return blocks and all blocks inside them, in reading order."""
    for block in blocks:
        yield block
        yield from all_blocks(block.children)
