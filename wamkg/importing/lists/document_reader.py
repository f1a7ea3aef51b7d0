"""Gather the structure of a list, its headings and the possible entries below each, before reading any entry."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from markdown_it.tree import SyntaxTreeNode

from wamkg.importing.lists.block_contents import (
    below_are_links,
    body_lines,
    has_papers,
    is_title_key,
    names_title_under_key,
    starts_with_key,
    title_first,
)
from wamkg.importing.lists.blocks import Block, BlockKind, BlockRow, all_blocks, blocks_of, read_nodes
from wamkg.importing.lists.credits import read_credits
from wamkg.importing.lists.document import Candidate, ListDocument, ListSection
from wamkg.importing.lists.headings import is_news_heading
from wamkg.importing.lists.heads import Head
from wamkg.importing.lists.inline import Inline, join, read_source
from wamkg.importing.lists.keyed_fields import role_of_key, without_key
from wamkg.importing.lists.legend import LegendLine, is_legend_heading, is_legend_table, legend_lines_in
from wamkg.importing.lists.line_breaks import in_one_line
from wamkg.importing.lists.list_text import as_markdown, lines_of
from wamkg.importing.lists.paper_entries import (
    chunks,
    is_bare_title,
    is_body_of_paper,
    is_dated_line,
    is_keyed,
    is_link_line,
    is_prose,
    is_title_line,
    leads_to_paper,
    linked_heads,
    may_be_paper,
    may_be_title,
    may_follow_year,
    names_a_paper,
    paper_heading,
    reads_like_citation,
    starts_with_label,
)
from wamkg.importing.lists.tables import (
    Table,
    explained_columns,
    group_in,
    is_paper_table,
    key_values,
    names_id,
    read_table,
    realigned,
    surplus_cells,
    title_among,
)
from wamkg.importing.lists.unread_ids import SurveyIds, excerpt, survey_ids
from wamkg.matching.record import UnreadableLine

_GROUP_LEVEL = 10
"""Level of a bullet with bullets below it: deeper than every heading."""
_FOLD_LEVEL = 7
_CITED = re.compile(r"[(（\[][^()（）\[\]]{0,80}\b(?:19|20)\d\d\b[^()（）\[\]]{0,40}[)）\]]\W*(?:[(（\[].*)?$")
"""A bullet that ends in brackets with a year: "Title (VLDB 2021)"."""
_MIN_CITED = 10
"""Minimum number of such bullets, at least half of all without a link, for a list of papers without links."""
_NUMBER = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2})+\s+|(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,4}|[一二三四五六七八九十]{1,3})[.)、]\s*)(?=\W*\d*[^\W\d_])"
)
"""The number in front of a heading: "1.2 Memory", "3) Tools", "IV. Robots"."""
_LONG_HEADING = 80
"""Characters from which a bullet that opens a section is a name with an explanation after a colon."""
_MIN_BARE = 5
"""Minimum number of bold bullets without a link that are listed as possible titles."""
_MIN_PLACED = 3
"""Minimum number of bullets with venue and year for a list of papers without any link."""
_LONE = "it reads like a paper, but nothing beside it does; add a link to the paper to have it read"
_DATED = "it may name a paper or its authors, but has no link to one; add a link to the paper to have it read"
_RUNNING_TEXT = "a paper is named in running text; list it as a bullet, a heading or a table row"


def read_document(text: str) -> ListDocument:
    """Gather the structure of a list. Accepts any text; unreadable lines that name a paper are in `unreadable`."""
    root = read_nodes(as_markdown(text))
    blocks = blocks_of(root.children)
    walker = _BlockReader(lines_of(text), survey_ids(list(_nodes(root))))
    walker.document.columns = explained_columns(block for block in all_blocks(blocks) if block.kind is BlockKind.TABLE)
    walker.cites = _is_of_citations(blocks)
    walker.walk(blocks)
    walker.close()
    walker.keep_company()
    walker.fail_bare()
    return walker.document


def _nodes(node: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    for child in node.children:
        yield child
        if child.type != "inline":
            yield from _nodes(child)


def _is_of_citations(blocks: Sequence[Block]) -> bool:
    """Whether most bullets without a link end in brackets with a year, and few of them name authors."""
    items = [block.children[0] for block in all_blocks(blocks) if block.kind is BlockKind.ITEM and block.children]
    plain = [item for item in items if not item.inline.has_links]
    cited = [item for item in plain if _CITED.search(item.inline.text)]
    if len(cited) < _MIN_CITED or len(cited) * 2 < len(plain):
        return False
    return sum(any(found.authors for found in item.head.credits) for item in cited) * 5 < len(cited)


class _BlockReader:
    """Visits the blocks once and tracks the current section and the open entry."""

    def __init__(self, lines: list[str], own: SurveyIds) -> None:
        self.lines = lines
        self.document = ListDocument(own=own)
        self.stack: list[int] = []
        self.open: Candidate | None = None
        self.cites = False
        """Whether papers are listed as "Title (Venue Year)", without a link."""
        self.bare: list[int] = []
        """Lines of bold bullets that look like titles, without anything that names a paper."""

    @property
    def section(self) -> int | None:
        """Return the number of the current section."""
        return self.stack[-1] if self.stack else None

    def walk(self, blocks: Sequence[Block], depth: int = 0) -> None:
        """Read sibling blocks; `depth` is the nesting depth of bullets."""
        for i, block in enumerate(blocks):
            following = blocks[i + 1 : i + 4]
            if block.kind is BlockKind.HEADING:
                self.heading(block, following)
            elif block.kind is BlockKind.PARAGRAPH:
                self.paragraph(block, following)
            elif block.kind is BlockKind.LIST:
                for item in title_first(block.children):
                    self.item(item, depth)
            elif block.kind is BlockKind.ITEM:  # HTML: <li> without a list around it
                self.item(block, depth)
            elif block.kind is BlockKind.TABLE:
                self.table(block)
            elif block.kind is BlockKind.QUOTE:
                self.walk(block.children, depth)
            elif block.kind is BlockKind.FOLD:
                self.fold(block, following, depth)

    def enter(self, level: int, text: str, line: int) -> None:
        """Start a section."""
        self.close()
        while self.stack and self.document.sections[self.stack[-1]].level >= level:
            self.stack.pop()
        number = _NUMBER.match(text)
        name, about = text[number.end() :] if number else text, ""
        if level >= _GROUP_LEVEL and len(name) > _LONG_HEADING:
            name, _, about = (part.strip() for part in name.partition(": "))
        self.document.sections.append(ListSection(line, level, name, self.section, about))
        self.stack.append(len(self.document.sections) - 1)

    def close(self) -> None:
        """Close the open entry."""
        if self.open is not None:
            self.document.candidates.append(self.open)
            if self.open.form == "keyed" and not (self.open.body or self.open.pairs or self.open.head.links):
                self.document.candidates.pop()
        self.open = None

    def add(self, head: Head, form: str, certain: bool = True) -> Candidate:
        """Add a possible entry to the current section."""
        candidate = Candidate(head, self.section, form, certain)
        self.document.candidates.append(candidate)
        return candidate

    def fail(self, line: int, reason: str) -> None:
        """List a line that cannot be read."""
        self.document.unreadable.append(UnreadableLine(line, reason, excerpt(self.lines, line)))

    def headings_above(self, section: int | None) -> Iterator[str]:
        """Return the headings of a section and of those that contain it, from below."""
        while section is not None:
            yield self.document.sections[section].text
            section = self.document.sections[section].parent

    def fail_citation(self, head: Head, section: int | None) -> None:
        """List a line, or each line of a paragraph, that reads like a paper or has a year like one."""
        if reads_like_citation(head):
            return self.fail(head.line, _LONE)
        above = list(self.headings_above(section))
        dated = is_dated_line(head) and not any(map(is_news_heading, above))
        if dated or (may_follow_year(head) and any(read_credits(text).year for text in above)):
            lines = zip(head.inline.line_offsets(), head.inline.lines(), strict=True)
            further = [offset for offset, line in lines if offset and is_dated_line(Head(line, head.line + offset))]
            for offset in (0, *further):
                self.fail(head.line + offset, _DATED)
        return None

    def fail_bare(self) -> None:
        """List the bold bullets that look like titles, unless there are only a few: those may be features."""
        if len(self.bare) >= _MIN_BARE:
            for line in self.bare:
                self.fail(line, "a bold title without a link, a venue, a year or authors; add one to have it read")

    def keep_company(self) -> None:
        """Keep the candidates that name a paper, and those of the same form next to them in a section."""
        candidates = self.document.candidates
        certain = Counter((c.section, c.form) for c in candidates if c.certain)
        placed = [c for c in candidates if not c.certain and c.form == "bullet" and c.head.is_placed]
        if len(placed) >= _MIN_PLACED:
            certain += Counter((c.section, c.form) for c in placed)
        self.document.candidates = [c for c in candidates if c.certain or certain[c.section, c.form]]
        for candidate in candidates:
            if candidate.certain or certain[candidate.section, candidate.form]:
                continue
            if candidate.has_paper_link:
                self.mention(candidate.head)
            else:
                self.fail_citation(candidate.head, candidate.section)

    def heading(self, block: Block, following: Sequence[Block]) -> None:
        """A heading starts a section, or is a paper."""
        head = block.head
        if not paper_heading(head, body_lines(following)):
            return self.enter(block.level, block.inline.text, block.line) if block.inline.text else None
        self.close()
        while self.stack and self.document.sections[self.stack[-1]].level > block.level:
            self.stack.pop()
        self.open = Candidate(head, self.section, "heading")
        return None

    def paragraph(self, block: Block, following: Sequence[Block]) -> None:
        """A paragraph: the body of an open entry, entries without bullets, a legend, or prose."""
        head = block.head
        if is_title_key(block.inline.lines()[0]):
            return self.keyed(block.inline, block.line)
        if self.open is not None and self.open.form == "keyed" and not starts_with_key(block.inline):
            self.close()
        entries = chunks(head)
        begins = block.inline.starts_marked and not starts_with_key(block.inline)
        begins = begins and all(names_a_paper(part) and part.title for part in entries)
        heads_body = is_title_line(head) and is_body_of_paper(body_lines(following))
        if self.open is not None and not (heads_body or (begins and self.open.has_paper_link)):
            return self.open.body.extend(block.inline.lines())
        self.close()
        if heads_body and not leads_to_paper(head):
            self.open = Candidate(head, self.section, "paragraph")
            return None
        return self.entries(head, entries)

    def entries(self, head: Head, entries: Sequence[Head]) -> None:
        """Entries without bullets; a paper mentioned in prose is listed as unreadable."""
        linked = linked_heads(head)
        if linked:
            return self.add_linked(linked, "paragraph")
        if self.in_legend() and not head.names_paper and any(a.image for a in head.inline.atoms):
            self.document.legend += legend_lines_in(head.inline, head.line, 0, self.section)
            return None
        for part in entries:
            marked = part.inline.starts_marked or len(entries) > 1
            marked = marked or any(starts_with_label(line) for line in part.inline.lines()[1:])
            if names_a_paper(part) and part.title and not is_prose(part) and not starts_with_key(part.inline):
                self.add(part, "paragraph", certain=marked)
            elif names_title_under_key(part.inline.lines()[0]):
                self.close()
                first, *rest = part.inline.lines()
                self.open = Candidate(Head(without_key(first), part.line, whole=True), self.section, "keyed", body=rest)
            elif part.names_paper:
                self.mention(part)
            elif may_be_paper(part) and part.inline.starts_marked:
                self.add(part, "paragraph", certain=False)
            else:
                self.fail_citation(part, self.section)
        return None

    def mention(self, head: Head) -> None:
        """A paper mentioned in prose: its links go to the entry above, or the line is listed as unreadable."""
        last = self.document.candidates[-1] if self.document.candidates else None
        if is_link_line(head.inline) and last is not None and last.section == self.section and not last.has_paper_link:
            last.body.append(head.inline)
        elif not any(link.url and _own_link(link.url, self.document.own) for link in head.links if link.names_paper):
            self.fail(head.line, _RUNNING_TEXT)

    def add_linked(self, heads: Sequence[Head], form: str) -> None:
        """Add the papers of a list of links."""
        for head in heads:
            self.add(head, f"{form} of links")

    def in_legend(self) -> bool:
        """Whether the current section explains labels."""
        return any(is_legend_heading(self.document.sections[n].text) for n in self.stack[-2:])

    def item(self, block: Block, depth: int) -> None:
        """A bullet: an entry with the blocks below it, part of the open entry, a legend line, or a group."""
        first = block.children[0] if block.children else None
        whole = first.inline if first is not None and first.kind is BlockKind.PARAGRAPH else Inline()
        rest = block.children[1:] if whole.atoms else block.children
        lines, line = whole.lines(), block.line
        if is_title_key(lines[0]):
            self.keyed(whole, line)
            return self.walk(rest, depth + 1)
        if self.open is not None and self.open.form == "keyed" and not starts_with_key(lines[0]) and not depth:
            self.close()
        cut = next((i for i, part in enumerate(lines) if i and starts_with_key(part)), len(lines))
        head = (
            first.head
            if cut == len(lines) and first is not None and whole.atoms
            else Head(whole.first_lines(cut), line)
        )
        keyed = starts_with_key(lines[0])
        linked = [] if self.open is not None and keyed else linked_heads(head)
        paper = not linked and (
            names_a_paper(head) or (bool(head.title) and not is_prose(head) and below_are_links(rest))
        )
        if self.open is not None and (keyed or not (linked or (paper and head.title))):
            self.open.body += lines
            return self.walk(rest, depth + 1)
        if linked:
            self.add_linked(linked, "bullet")
            return self.walk(rest, depth + 1)
        if self.cites and not rest and (cited := self.citation(head)) is not None:
            return self.gather(cited, lines[cut:], rest, depth)
        if not paper and (titled := next((n for n, part in enumerate(lines) if names_title_under_key(part)), 0)):
            return self.named(head, lines, titled, rest, depth)
        return self.bullet(head, lines[cut:], rest, depth) if paper else self.group(head, rest, depth)

    def named(self, head: Head, lines: list[Inline], titled: int, rest: Sequence[Block], depth: int) -> None:
        """A bullet with the name of a method, and its paper's title in a line `Paper: [Title](...)` below."""
        title = Head(without_key(lines[titled]), head.line, whole=True)
        candidate = Candidate(title, self.section, "keyed", pairs=[("name", head.inline)])
        others = [line for n, line in enumerate(lines) if n not in (0, titled)]
        self.gather(candidate, others, rest, depth)

    def citation(self, head: Head) -> Candidate | None:
        """Read a bullet without a link as an entry, in a list whose bullets are "Title (Venue Year)"."""
        if head.inline.has_links or is_keyed(head.inline):
            return None
        whole = Head(head.inline, head.line, whole=True)
        dated = _CITED.search(head.inline.text) is not None
        if not whole.title or not (dated or may_be_title(whole)):
            return None
        candidate = Candidate(whole, self.section, "bullet", certain=dated)
        if not dated:
            candidate.doubts.append("it has no link, venue or year; it is taken for a paper as the lines around it are")
        return candidate

    def bullet(self, head: Head, lines: list[Inline], rest: Sequence[Block], depth: int) -> None:
        """A bullet that is an entry, or several, one per line."""
        *others, last = chunks(head)
        for other in others:
            self.add(other, "bullet")
        self.gather(Candidate(last, self.section, "bullet"), lines, rest, depth)

    def gather(self, candidate: Candidate, lines: list[Inline], rest: Sequence[Block], depth: int) -> None:
        """Read the blocks below an entry, then add it; entries among them are added after it."""
        outer, self.open = self.open, candidate
        candidate.body += lines
        before = len(self.document.candidates)
        self.walk(rest, depth + 1)
        self.open = outer
        self.document.candidates.insert(before, candidate)

    def group(self, head: Head, rest: Sequence[Block], depth: int) -> None:
        """A bullet that names no paper: a legend line, a heading of nested bullets, or one like its neighbors."""
        atoms = head.inline.atoms
        first = atoms[0].image if atoms else None
        if not head.inline.has_links and ((first is not None and "/badge/" in first) or self.in_legend()):
            self.document.legend += legend_lines_in(head.inline, head.line, depth, self.section)
            return self.walk(rest, depth + 1)
        if may_be_paper(head) and not any(block.kind is BlockKind.LIST and has_papers(block) for block in rest):
            candidate = Candidate(head, self.section, "bullet", certain=False)
            return self.gather(candidate, [], rest, depth)
        if is_bare_title(head):
            self.bare.append(head.line)
        elif not rest:
            self.fail_citation(head, self.section)
        kept, before = list(self.stack), len(self.document.candidates)
        if rest and head.inline.text:
            self.enter(_GROUP_LEVEL + depth, head.inline.text, head.line)
        self.walk(rest, depth + 1)
        self.stack = kept
        if rest and len(self.document.candidates) == before:
            self.fail_citation(head, self.section)
        return None

    def table(self, block: Block) -> None:
        """A table of papers, of keys and values below a title, of explanations, or of something else."""
        pairs = key_values(block)
        table = read_table(block)
        if is_legend_table(table.headers):
            for row in table.rows:
                explained = LegendLine(row.line, 0, row.cells[0].text, row.cells[1].text, None, self.section)
                self.document.legend.append(explained)
        elif pairs is not None and (self.open is not None or title_among(pairs) is not None):
            self.keyed_table(pairs, block.line)
        else:
            listing, kept = is_paper_table(table), list(self.stack)
            for row in table.rows:
                if listing and (group := group_in(row)):
                    self.enter(_GROUP_LEVEL, group, row.line)
                else:
                    self.row(table, row, listing)
            self.stack = kept

    def keyed_table(self, pairs: list[tuple[str, Inline]], line: int) -> None:
        """A table of keys and values: it belongs to the open entry, or is an entry itself if it has a title."""
        number = title_among(pairs)
        if number is None or (self.open is not None and not self.open.has_paper_link and not self.open.pairs):
            if self.open is not None:
                self.open.pairs += pairs
            return
        self.close()
        key, value = pairs.pop(number)
        whole = role_of_key(key) != "name"
        candidate = Candidate(Head(value, line, whole), self.section, "keyed" if whole else "named", pairs=pairs)
        self.document.candidates.append(candidate)

    def keyed(self, block: Inline, line: int) -> None:
        """Lines of the form `Key: value`: one with a title starts an entry, the others continue it."""
        for offset, each in zip(block.line_offsets(), block.lines(), strict=True):
            if is_title_key(each):
                self.close()
                self.open = Candidate(Head(without_key(each), line + offset, whole=True), self.section, "keyed")
            elif self.open is not None:
                self.open.body.append(each)

    def row(self, table: Table, row: BlockRow, listing: bool) -> None:
        """A row: an entry, or a line that cannot be read."""
        raw = self.lines[row.line - 1] if row.line <= len(self.lines) else ""
        surplus = surplus_cells(raw, len(table.headers)) if raw.lstrip(" >").startswith("|") else []
        names_paper = Head(join(row.cells), row.line).names_paper
        if listing and (surplus is None or (surplus and (table.title or table.name))):
            cells = len(table.headers)
            self.fail(
                row.line, f"a table row with more cells than the {cells} columns; write a bar inside a cell as \\|"
            )
        elif listing:
            self.add_row(table, row, [read_source(cell) for cell in surplus or []])
        elif names_paper and not self.in_text_only(row):
            self.fail(row.line, "a table row names a paper, but no column is headed Paper, Title or Name")

    def in_text_only(self, row: BlockRow) -> bool:
        """Whether the row's papers are the list's own survey."""
        hrefs = [url for cell in row.cells for url in cell.hrefs]
        return bool(hrefs) and all(_own_link(url, self.document.own) for url in hrefs)

    def add_row(self, table: Table, row: BlockRow, surplus: list[Inline]) -> None:
        """Add a row with words; in a table of names it must link to a paper, or have neighbors that do."""
        column = table.title if table.title is not None else table.name
        moved = None if surplus else realigned(table, row)
        row = moved or row
        if column is None or column >= len(row.cells):
            return
        cell, guessed = in_one_line(row.cells[column])
        others = [other for n, other in enumerate(row.cells) if n not in (column, table.name)]
        leads = Head(join([*row.cells, *surplus]), row.line).names_paper or names_id(table, row)
        certain = leads or table.title is not None
        linked = any(other.hrefs for other in row.cells)
        if not certain and not linked:
            return
        for head in chunks(Head(cell, row.line)) if any(c.isalnum() for c in cell.text) else [Head(cell, row.line)]:
            whole = table.title is not None and not surplus
            candidate = Candidate(
                Head(head.inline, row.line, whole), self.section, "row", certain, table=table, row=row, body=surplus
            )
            if surplus:
                candidate.doubts.append(
                    "the row has more cells than the table has columns; only its name and links are read"
                )
            if guessed:
                candidate.doubts.append("the title is read on over a line break in its cell")
            if moved:
                candidate.doubts.append("a cell is missing in the row; the others are read by what they contain")
            if any(c.isalnum() for other in (cell, *others) for c in other.text):
                self.document.candidates.append(candidate)

    def fold(self, block: Block, following: Sequence[Block], depth: int) -> None:
        """The summary of a collapsible block is a paper or starts a section; below an entry it is only a line."""
        if depth or (self.open is not None and self.open.form != "heading"):
            return
        text = block.inline.text
        if text and paper_heading(block.head, body_lines(following)):
            self.close()
            self.open = Candidate(block.head, self.section, "heading")
        elif not text:
            self.close()
            self.stack = [n for n in self.stack if self.document.sections[n].level != _FOLD_LEVEL]
        else:
            self.enter(_FOLD_LEVEL, text, block.line)


def _own_link(url: str, own: SurveyIds) -> bool:
    return any(arxiv in url for arxiv in own.ids)
