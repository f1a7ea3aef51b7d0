"""What a block of a list contains: links and authors of the entry above, a title under a key, or papers of its own."""

from collections.abc import Sequence

from wamkg.importing.links import is_link_label
from wamkg.importing.lists.blocks import Block, BlockKind, all_blocks
from wamkg.importing.lists.heads import Head
from wamkg.importing.lists.inline import Atom, Inline
from wamkg.importing.lists.keyed_fields import key_of, role_of_key, without_key
from wamkg.importing.lists.paper_entries import is_credits_line, is_link_line, is_title_line, names_a_paper
from wamkg.importing.lists.tables import key_values, title_among
from wamkg.importing.lists.words import length_of

_TITLE_WORDS = 3
"""Minimum number of words of a linked title after `Paper:`."""


def body_lines(following: Sequence[Block]) -> list[Inline]:
    """Return the lines of the paragraphs, bullets or keyed table directly below a heading or title."""
    lines: list[Inline] = []
    for block in following:
        if _has_own_title(block):
            break
        if block.kind is BlockKind.PARAGRAPH and not is_title_line(block.head):
            lines += block.inline.lines()
        elif block.kind is BlockKind.LIST and not _has_titled_papers(block):
            return lines + [line for item in block.children for b in item.children for line in b.inline.lines()]
        elif block.kind is BlockKind.TABLE:
            return lines + [_keyed_line(key, value) for key, value in key_values(block) or []]
        else:
            break
        if any(Head(line, 0).names_paper for line in lines):
            break
    return lines


def _has_own_title(block: Block) -> bool:
    """Whether a block has a line or row `Title: ...`, so that it does not belong to the block above."""
    if block.kind is BlockKind.TABLE:
        pairs = key_values(block) or []
        number = title_among(pairs)
        return number is not None and role_of_key(pairs[number][0]) == "title"
    if block.kind is BlockKind.PARAGRAPH:
        return any(map(is_title_key, block.inline.lines()))
    first = block.children[0].children[:1] if block.kind is BlockKind.LIST and block.children else []
    return any(is_title_key(line) for one in first for line in one.inline.lines())


def _keyed_line(key: str, value: Inline) -> Inline:
    """Return a row of a key-value table as a line `Key: value`."""
    return Inline([Atom(f"{key}: "), *value.atoms], value.hrefs)


def below_are_links(blocks: Sequence[Block]) -> bool:
    """Whether nested bullets or a paragraph are the links and authors of the bullet above, not entries."""
    items = [item.children[0] for b in blocks if b.kind is BlockKind.LIST for item in b.children if item.children]
    heads = [block.head for block in [*(b for b in blocks if b.kind is BlockKind.PARAGRAPH), *items]]
    below = [head for head in heads if _is_below(head)]
    return any(head.names_paper for head in below) and not any(
        h.names_paper and h.title for h in heads if h not in below
    )


def _is_below(head: Head) -> bool:
    lines = head.inline.lines()
    return all(is_link_line(line) or is_credits_line(line) or starts_with_key(line) for line in lines)


def has_papers(block: Block) -> bool:
    """Whether a block, or one inside it, names a paper."""
    return any(b.head.names_paper for b in all_blocks([block]))


def _has_titled_papers(block: Block) -> bool:
    """Whether a bullet of a list is a paper with a title of its own."""
    heads = (item.children[0].head for item in block.children if item.children)
    return any(names_a_paper(head) and length_of(head.title) >= _TITLE_WORDS for head in heads)


def is_title_key(line: Inline) -> bool:
    """Whether a line is `Title: ...`, with words after the key."""
    key = key_of(line)
    return bool(key) and role_of_key(key or "") == "title" and any(c.isalnum() for c in without_key(line).text)


def title_first(items: Sequence[Block]) -> Sequence[Block]:
    """Return bullets of keys and values with the title first, if keys precede the only one."""
    lines = [item.children[0].inline.lines()[0] if item.children else Inline() for item in items]
    titled = [n for n, line in enumerate(lines) if is_title_key(line)]
    if len(titled) != 1 or titled == [0] or not all(starts_with_key(line) for line in lines[: titled[0]]):
        return items
    return [items[titled[0]], *items[: titled[0]], *items[titled[0] + 1 :]]


def names_title_under_key(line: Inline) -> bool:
    """Whether a line is `Paper: [Title](...)`, with a title and not a label as the text of the link."""
    key = key_of(line)
    if not key or role_of_key(key) != "paper":
        return False
    labels = list(without_key(line).link_labels().values())
    return len(labels) == 1 and not is_link_label(labels[0]) and length_of(labels[0]) >= _TITLE_WORDS


def starts_with_key(line: Inline) -> bool:
    """Whether a line is `Key: ...` with a key that lists use."""
    key = key_of(line)
    return bool(key) and role_of_key(key or "") is not None
