"""Differences between two releases as text for a terminal and as LaTeX for a paper's changelog."""

from collections.abc import Iterator

from wamkg.history.diff import ReleaseDiff
from wamkg.latex import escape_latex


def sections(diff: ReleaseDiff) -> Iterator[tuple[str, list[str]]]:
    """Titles with their lines, without empty sections."""
    found = {
        "Added": [f"{e.title}{_placed(e.taxa)}" for e in diff.added],
        "Removed": [f"{e.title}{_placed(e.taxa)}" for e in diff.removed],
        "Moved": [
            f"{m.title}: {m.taxonomy} {m.before or 'no place'} -> {m.after or 'no place'}"
            + (f", by {m.by}" if m.by else "")
            + (f": {m.why}" if m.why else "")
            for m in diff.moved
        ],
        "Renamed": [f"{r.taxonomy + ' ' if r.taxonomy else ''}{r.before} -> {r.after}" for r in diff.renamed],
        "Venue changed": [f"{v.title}: {v.before or 'none'} -> {v.after or 'none'}" for v in diff.venues],
        "Counts": [f"{name}: {a} -> {b}" for name, (a, b) in diff.counts.items()],
    }
    yield from ((title, lines) for title, lines in found.items() if lines)


def _placed(taxa: dict[str, str]) -> str:
    return f" ({', '.join(f'{slug}: {path}' for slug, path in sorted(taxa.items()))})" if taxa else ""


def diff_text(diff: ReleaseDiff) -> str:
    """The differences as plain text."""
    parts = [f"{diff.a} -> {diff.b}"]
    for title, lines in sections(diff):
        parts += ["", f"{title} ({len(lines)})" if title != "Counts" else title, *(f"  {line}" for line in lines)]
    return "\n".join(parts) + "\n"


def diff_latex(diff: ReleaseDiff) -> str:
    """The differences as LaTeX paragraphs with lists, to include in a document."""
    parts = [rf"\subsection*{{Changes from {escape_latex(diff.a)} to {escape_latex(diff.b)}}}"]
    for title, lines in sections(diff):
        items = ["  \\item " + escape_latex(line).replace("->", r"$\to$") for line in lines]
        parts += [rf"\paragraph{{{title}}}", r"\begin{itemize}", *items, r"\end{itemize}"]
    return "\n".join(parts) + "\n"
