"""A list as a document: its headings, and the entries under each, before anything is placed in a taxonomy."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it.tree import SyntaxTreeNode

from wamkg.importing.links import is_link_label
from wamkg.importing.lists.accounting import OwnIds, excerpt, own_ids
from wamkg.importing.lists.entry import Entry, read_entry
from wamkg.importing.lists.fields import absorb, key_of, role_of
from wamkg.importing.lists.inline import Inline, join, markdown, read_inline
from wamkg.importing.lists.legend import Explained, explained_in, is_legend_heading, is_legend_table
from wamkg.importing.lists.papers import is_own, is_paper, paper_heading
from wamkg.importing.lists.tables import cells_of, explained_columns, is_paper_table, read_row, row_fault
from wamkg.matching.record import Unreadable

_HTML_HEADING = re.compile(r"<(h[1-6]|summary)\b[^>]*>(.*?)</\1\s*>|</details\s*>", re.I | re.S)
_HTML_TAG = re.compile(r"<[^>]*>")
_GROUP_LEVEL = 10
"""Level of a bullet that heads other bullets: below every heading."""


@dataclass(frozen=True)
class Section:
    """A heading, or a bullet that heads others; `parent` is the number of the section it lies in."""

    line: int
    level: int
    text: str
    parent: int | None


@dataclass(frozen=True)
class Listed:
    """An entry and the number of the section it stands in."""

    entry: Entry
    section: int | None


@dataclass
class Document:
    """Everything a list says, in reading order."""

    sections: list[Section] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    legend: list[Explained] = field(default_factory=list)
    own: OwnIds = field(default_factory=OwnIds)


def read_document(text: str) -> Document:
    """Read a list. Never raises on any text; what names a paper and cannot be read is in `unreadable`."""
    root = SyntaxTreeNode(markdown().parse(text))
    walker = _Walker(lines_of(text), list(_nodes(root)))
    walker.walk(root.children)
    walker.close()
    return walker.document


def lines_of(text: str) -> list[str]:
    """Lines as an editor numbers them: ended by LF, CRLF or CR."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _nodes(node: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    for child in node.children:
        yield child
        if child.type != "inline":
            yield from _nodes(child)


def _first_line(node: SyntaxTreeNode) -> int:
    return (node.map or (0, 0))[0] + 1


def _inline(node: SyntaxTreeNode) -> Inline:
    found = next((child for child in node.children if child.type == "inline"), None)
    return read_inline(found.token.children or []) if found is not None and found.token else Inline()


class _Walker:
    """Goes through the blocks once, keeping the section and the entry that is still open."""

    def __init__(self, lines: list[str], nodes: list[SyntaxTreeNode]) -> None:
        self.lines = lines
        self.document = Document(own=own_ids(nodes))
        self.stack: list[int] = []
        self.open: Entry | None = None
        self.columns = explained_columns(node for node in nodes if node.type == "table")

    @property
    def section(self) -> int | None:
        """Number of the section that is read."""
        return self.stack[-1] if self.stack else None

    def walk(self, nodes: Sequence[SyntaxTreeNode], depth: int = 0) -> None:
        """Read sibling blocks."""
        for i, node in enumerate(nodes):
            if node.type == "heading":
                self.heading(node, nodes[i + 1 : i + 2])
            elif node.type == "paragraph":
                self.paragraph(node)
            elif node.type in ("bullet_list", "ordered_list"):
                for child in node.children:
                    self.item(child, depth)
            elif node.type == "table":
                self.table(node)
            elif node.type == "blockquote":
                self.walk(node.children, depth)
            elif node.type == "html_block":
                self.html(node)

    def enter(self, level: int, text: str, line: int) -> None:
        """Begin a section."""
        self.close()
        while self.stack and self.document.sections[self.stack[-1]].level >= level:
            self.stack.pop()
        self.document.sections.append(Section(line, level, text, self.section))
        self.stack.append(len(self.document.sections) - 1)

    def close(self) -> None:
        """End the entry whose lines were being gathered."""
        if self.open is not None:
            self.add(self.open)
        self.open = None

    def add(self, entry: Entry) -> None:
        """Keep an entry under the current section, or say why it cannot be one."""
        if is_own(entry, self.document.own):
            return
        entry.settle()
        if entry.title or (entry.name and (entry.arxiv or entry.doi)):
            self.document.listed.append(Listed(entry, self.section))
        else:
            self.fail(entry.line, "a link to a paper but no title")

    def fail(self, line: int, reason: str) -> None:
        """List a line that cannot be read."""
        self.document.unreadable.append(Unreadable(line, reason, excerpt(self.lines, line)))

    def heading(self, node: SyntaxTreeNode, following: Sequence[SyntaxTreeNode]) -> None:
        """A heading opens a section, or is a paper."""
        inline, level = _inline(node), int(node.tag[1])
        entry = paper_heading(inline, _body_lines(following), _first_line(node))
        if entry is None:
            return self.enter(level, inline.text, _first_line(node))
        self.close()
        while self.stack and self.document.sections[self.stack[-1]].level > level:
            self.stack.pop()
        self.open = entry
        return None

    def paragraph(self, node: SyntaxTreeNode) -> None:
        """Running text: the body of an open entry, entries without bullets, a legend, or prose."""
        inline, line = _inline(node), _first_line(node)
        if self.open is not None:
            return absorb(self.open, inline.lines())
        entry = read_entry(inline, line)
        many = [read_entry(part, line + i) for i, part in enumerate(inline.lines())]
        many = [e for e in many if e.title and e.names_paper]
        if len(many) > 1 and len({e.arxiv or e.title for e in many}) == len(many):
            for each in many:
                self.add(each)
        elif entry.names_paper and not is_own(entry, self.document.own):
            first = next((a for a in inline.atoms if a.text.strip() and a.image is None), None)
            starts = first is not None and (first.bold or first.link is not None or first.text.lstrip()[:1] in '"“')
            if starts and entry.title and not _is_field(inline.lines()[0]):
                self.add(entry)
            else:
                self.fail(line, "a paper is named in running text; list it as a bullet, a heading or a table row")
        elif self.in_legend() and any(a.image for a in inline.atoms):
            self.document.legend += explained_in(inline, line, 0, self.section)
        return None

    def in_legend(self) -> bool:
        """Whether the current section explains labels."""
        return any(is_legend_heading(self.document.sections[n].text) for n in self.stack[-2:])

    def item(self, node: SyntaxTreeNode, depth: int) -> None:
        """A bullet: an entry with what hangs below it, part of the open entry, a legend line, or a group."""
        head = next((_inline(n) for n in node.children[:1] if n.type == "paragraph"), Inline())
        lines, rest, line = head.lines(), node.children[1:] if head.atoms else node.children, _first_line(node)
        cut = next((i for i, part in enumerate(lines) if i and _is_field(part)), len(lines))
        entry = read_entry(head.first_lines(cut), line)
        paper = is_paper(entry, head) or (bool(entry.title) and self.below_are_links(rest))
        if self.open is not None and (_is_field(lines[0]) or not (paper and entry.title)):
            absorb(self.open, lines)
            return self.walk(rest, depth + 1)
        if not paper:
            return self.group(head, rest, line, depth)
        self.gather(entry, lines[cut:], rest, depth)
        return None

    def gather(self, entry: Entry, lines: list[Inline], rest: Sequence[SyntaxTreeNode], depth: int) -> None:
        """Read what hangs below an entry, then keep it; entries among it are kept after it."""
        outer, self.open = self.open, entry
        absorb(entry, lines)
        before = len(self.document.listed)
        self.walk(rest, depth + 1)
        nested = self.document.listed[before:]
        del self.document.listed[before:]
        self.open = outer
        self.add(entry)
        self.document.listed += nested

    def below_are_links(self, nodes: Sequence[SyntaxTreeNode]) -> bool:
        """Whether the nested bullets are the links of the bullet above rather than entries."""
        items = [item for n in nodes if n.type in ("bullet_list", "ordered_list") for item in n.children]
        entries = [read_entry(_inline(item.children[0]), 0) for item in items if item.children]
        return any(e.names_paper for e in entries) and not any(e.names_paper and _titled(e) for e in entries)

    def group(self, head: Inline, rest: Sequence[SyntaxTreeNode], line: int, depth: int) -> None:
        """A bullet that is no entry: a legend line, or a heading for the bullets below it."""
        badged = (
            bool(head.atoms)
            and head.atoms[0].image is not None
            and "/badge/" in head.atoms[0].image
            and not head.has_links
        )
        if badged or (self.in_legend() and not head.has_links):
            self.document.legend += explained_in(head, line, depth, self.section)
            return self.walk(rest, depth + 1)
        kept = list(self.stack)
        if rest and head.text:
            self.enter(_GROUP_LEVEL + depth, head.text, line)
        self.walk(rest, depth + 1)
        self.stack = kept
        return None

    def table(self, node: SyntaxTreeNode) -> None:
        """A table of papers, of explanations, or of something else."""
        headers, rows = cells_of(node)
        names = [header.text for header in headers]
        if is_legend_table(names):
            for line, cells in rows:
                entry = Explained(line, 0, cells[0].text, cells[1].text, None, self.section)
                self.document.legend.append(entry)
            return
        listing = is_paper_table(names, rows)
        for line, cells in rows:
            fault = row_fault(self.lines[line - 1], len(names), cells)
            if fault and listing:
                self.fail(line, fault)
            elif listing:
                self.add_row(read_row(names, cells, line, self.columns), cells)
            elif read_entry(join(cells), line).names_paper:
                self.fail(line, "a table row names a paper, but no column is headed Paper, Title or Name")

    def add_row(self, entry: Entry, cells: list[Inline]) -> None:
        """Keep a row; one without any word is no row."""
        if entry.title or entry.name:
            self.add(entry)
        elif any(cell.text for cell in cells):
            self.fail(entry.line, "a table row without a title")

    def html(self, node: SyntaxTreeNode) -> None:
        """Headings written in HTML; folding blocks head what is folded."""
        for found in _HTML_HEADING.finditer(node.content):
            text = " ".join(_HTML_TAG.sub(" ", found[2] or "").split())
            line = _first_line(node) + node.content.count("\n", 0, found.start())
            if found[1] is None:
                self.stack = [n for n in self.stack if self.document.sections[n].level != 7]
            elif text:
                self.enter(7 if found[1].lower() == "summary" else int(found[1][1]), text, line)


def _body_lines(following: Sequence[SyntaxTreeNode]) -> list[Inline]:
    """Lines of the paragraph, or of the bullets, that come right below a heading."""
    first = following[0] if following else None
    if first is None or first.type not in ("paragraph", "bullet_list"):
        return []
    blocks = [first] if first.type == "paragraph" else [b for item in first.children for b in item.children]
    return [line for block in blocks if block.type == "paragraph" for line in _inline(block).lines()]


def _titled(entry: Entry) -> bool:
    return bool(entry.title) and not is_link_label(entry.title)


def _is_field(line: Inline) -> bool:
    key = key_of(line)
    return bool(key) and role_of(key or "") is not None
