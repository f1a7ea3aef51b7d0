"""Read a list's explanations of its labels: legends of badges, and tables that explain columns."""

from collections.abc import Sequence
from dataclasses import dataclass

from wamkg.importing.links import color_of_badge
from wamkg.importing.lists.inline import Inline
from wamkg.importing.parse_result import ListLegendEntry
from wamkg.importing.taxonomy_index import TaxonomyIndex, TaxonomyMatcher, label_key

_LEGEND_WORDS = frozenset(("legend", "tag", "label", "badge", "symbol", "notation", "glossary", "abbreviation"))
_SUBJECTS = frozenset(
    (
        "column",
        "field",
        "badge",
        "tag",
        "label",
        "symbol",
        "mark",
        "icon",
        "color",
        "color",
        "class",
        "abbreviation",
        "term",
    )
)
_MEANINGS = frozenset(("meaning", "description", "definition", "explanation", "what it mean"))


@dataclass(frozen=True)
class LegendLine:
    """One line of a legend; a line without a label is the heading of the lines after it."""

    line: int
    depth: int
    label: str | None
    description: str
    color: str | None
    section: int | None


def is_legend_heading(text: str) -> bool:
    """Whether a heading announces the meaning of labels."""
    return bool(_LEGEND_WORDS & set(label_key(text).split()))


def is_legend_table(headers: Sequence[str]) -> bool:
    """Whether a table explains columns or labels rather than listing papers."""
    return len(headers) >= 2 and label_key(headers[0]) in _SUBJECTS and label_key(headers[1]) in _MEANINGS


def legend_lines_in(inline: Inline, line: int, depth: int, section: int | None) -> list[LegendLine]:
    """Return the labels in a bullet or paragraph, each with the words up to the next; a plain bullet is a group."""
    found: list[LegendLine] = []
    words = ""
    label: tuple[str, str | None] | None = None
    for atom in [*inline.atoms, None]:
        drawn = atom is None or (atom.image is not None and "/badge/" in atom.image) or atom.code
        if drawn and (label or (words.strip() and not found)):
            text = " ".join(words.split()).strip(" :–—-|·,")
            found.append(
                LegendLine(line, depth, label[0] if label else None, text, label[1] if label else None, section)
            )
            words = ""
        if atom is not None and drawn:
            label = (atom.text, color_of_badge(atom.image or ""))
        elif atom is not None and atom.image is None:
            words += atom.text
    return [e for e in found if e.label or len(found) == 1]


class Synonyms:
    """Other texts to look a label up under: its meaning in the legend, or the label with its color."""

    def __init__(self, legend: Sequence[LegendLine]) -> None:
        self._meaning: dict[str, list[str]] = {}
        self._color: dict[str, list[LegendLine]] = {}
        for entry in legend:
            if entry.label:
                self._meaning.setdefault(label_key(entry.label), []).append(entry.description)
                self._color.setdefault(entry.color or "", []).append(entry)

    def of(self, label: str, color: str | None) -> list[str]:
        """Return texts to try for a label that no taxonomy knows, best first."""
        alike = self._color.get(color or "", []) if color else []
        by_color = [alike[0].label or "", alike[0].description] if len(alike) == 1 else []
        meanings = self._meaning.get(label_key(label), [])
        return [text for text in (*by_color, *(meanings if len(meanings) == 1 else [])) if text]


def read_legend(
    legend: Sequence[LegendLine], known: dict[int | None, TaxonomyMatcher], catalogue: TaxonomyIndex
) -> list[ListLegendEntry]:
    """Return legend lines with the taxon that each label names, looked up below its group or parent label.

    `known` gives the taxonomy of a section; without it, the taxonomy that knows most of the legend is used.
    """
    best = _best_known(legend, catalogue)
    placed: list[tuple[LegendLine, str | None]] = []
    entries = []
    for line in legend:
        taxonomy = known.get(line.section) or best
        path = _path_of(line, placed, taxonomy) if taxonomy else None
        placed.append((line, path))
        if line.label:
            slug = taxonomy.slug if taxonomy and path else None
            entries.append(ListLegendEntry(line.line, line.label, line.description, slug, path))
    return entries


def _best_known(legend: Sequence[LegendLine], catalogue: TaxonomyIndex) -> TaxonomyMatcher | None:
    def hits(taxonomy: TaxonomyMatcher) -> int:
        return sum(bool(taxonomy.matches(line.label or "") or taxonomy.matches(line.description)) for line in legend)

    best = max(catalogue.taxonomies, key=hits, default=None)
    return best if best and hits(best) > 1 else None


def _path_of(line: LegendLine, placed: list[tuple[LegendLine, str | None]], taxonomy: TaxonomyMatcher) -> str | None:
    above = (
        (e, path) for e, path in reversed(placed) if e.depth < line.depth or (e.depth == line.depth and not e.label)
    )
    under = next(
        (path for e, path in above if e is not line and path and not (e.depth == line.depth and line.label is None)), ""
    )
    for base in dict.fromkeys((under, "")):
        for text in (line.description, line.label or ""):
            found = taxonomy.matches(text, base, loose=True) if text else []
            if len(found) == 1 or (found and found[0].count("/") < found[1].count("/")):
                return found[0]
    return None
