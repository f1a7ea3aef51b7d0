"""Compares two taxonomies: how much one tells about the other, and which papers do not follow the mapping."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.store.duplicates import uncounted_papers, works_in_order
from wamkg.store.paper_details import paper_rows
from wamkg.store.taxonomies import get_taxonomy, list_taxa, live_assignments
from wamkg.taxonomy.label_agreement import normalised_mutual_information


@dataclass(frozen=True)
class Level:
    """Agreement at two depths; depth 0 is the leaves, 1 the top level, and so on.

    `nmi` is normalized by the arithmetic mean of the entropies. `purity_a` is the share of papers whose taxon in B is
    the most common one of their taxon in A; `purity_b` the reverse.
    """

    depth_a: int
    depth_b: int
    nmi: float
    purity_a: float
    purity_b: float
    classes_a: int
    classes_b: int


@dataclass(frozen=True)
class Cell:
    """Number of common papers at a taxon of A and a taxon of B."""

    a: str
    b: str
    count: int


@dataclass(frozen=True)
class TaxonMapping:
    """The most common taxon in B for a taxon of A; `conditional` is its share of the papers."""

    a: str
    b: str
    papers: int
    conditional: float


@dataclass(frozen=True)
class MappingException:
    """A paper that does not follow the mapping of its taxon."""

    paper: str
    title: str
    a: str
    b: str
    expected: str


@dataclass(frozen=True)
class Crosswalk:
    """The comparison, over the papers with a primary assignment in both. A work with several records counts once."""

    a: str
    b: str
    shared: int
    only_a: int
    only_b: int
    levels: list[Level]
    table: list[Cell]
    mapping: list[TaxonMapping]
    breaks: list[MappingException]


def crosswalk(session: Session, a: str, b: str, depth_a: int = 0, depth_b: int = 0) -> Crosswalk:
    """Compare two taxonomies at every pair of depths; table, mapping and exceptions are for the given depths.

    Raises NotFoundError for an unknown taxonomy.
    """
    first = {number: work[0] for work in works_in_order(session) for number in work}
    placed_a, placed_b = placed_works(session, a, first), placed_works(session, b, first)
    shared = sorted(placed_a.keys() & placed_b.keys())
    depths_a, depths_b = _depths(session, a), _depths(session, b)
    levels = [
        _level((x, y), [cut(placed_a[n], x) for n in shared], [cut(placed_b[n], y) for n in shared])
        for x in depths_a
        for y in depths_b
    ]
    pairs = {n: (cut(placed_a[n], depth_a), cut(placed_b[n], depth_b)) for n in shared}
    mapping = _mapping(list(pairs.values()))
    return Crosswalk(
        a=a,
        b=b,
        shared=len(shared),
        only_a=len(placed_a) - len(shared),
        only_b=len(placed_b) - len(shared),
        levels=levels,
        table=[Cell(x, y, count) for (x, y), count in sorted(Counter(pairs.values()).items())],
        mapping=mapping,
        breaks=_breaks(session, pairs, {m.a: m.b for m in mapping}),
    )


def placed_works(session: Session, slug: str, first: Mapping[int, int]) -> dict[int, str]:
    """The taxon of each work, under its record in `first`, because two taxonomies may use different records.

    Raises NotFoundError for an unknown taxonomy.
    """
    taxonomy = get_taxonomy(session, slug)
    assert taxonomy.id is not None
    left_out = set(uncounted_papers(session, taxonomy.id))
    return {
        first.get(assignment.paper_id, assignment.paper_id): taxon.path
        for assignment, taxon in live_assignments(session, taxonomy)
        if taxon is not None and assignment.primary and assignment.paper_id not in left_out
    }


def _depths(session: Session, slug: str) -> list[int]:
    deepest = max((taxon.depth for taxon in list_taxa(session, get_taxonomy(session, slug))), default=1)
    return [0, *range(1, deepest)] if deepest > 1 else [0]


def cut(path: str, depth: int) -> str:
    """A path cut to a depth; 0 keeps it whole."""
    return "/".join(path.split("/")[:depth]) if depth else path


def _level(depths: tuple[int, int], a: Sequence[str], b: Sequence[str]) -> Level:
    return Level(
        *depths,
        nmi=normalised_mutual_information(a, b),
        purity_a=_purity(a, b),
        purity_b=_purity(b, a),
        classes_a=len(set(a)),
        classes_b=len(set(b)),
    )


def _purity(given: Sequence[str], of: Sequence[str]) -> float:
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for g, o in zip(given, of, strict=True):
        groups[g][o] += 1
    return sum(max(group.values()) for group in groups.values()) / len(given) if given else 0.0


def _mapping(pairs: Sequence[tuple[str, str]]) -> list[TaxonMapping]:
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for x, y in pairs:
        groups[x][y] += 1
    found = []
    for x, group in sorted(groups.items()):
        # The commonest, and among equals the first by name, so that the answer is the same every time.
        y, count = min(group.items(), key=lambda item: (-item[1], item[0]))
        found.append(TaxonMapping(x, y, group.total(), count / group.total()))
    return found


def _breaks(
    session: Session, pairs: Mapping[int, tuple[str, str]], expected: Mapping[str, str]
) -> list[MappingException]:
    broken = [n for n, (x, y) in pairs.items() if expected[x] != y]
    rows = paper_rows(session, broken, texts=False)
    breaks = [MappingException(rows[n].slug, rows[n].title, *pairs[n], expected[pairs[n][0]]) for n in broken]
    return sorted(breaks, key=lambda item: (item.a, item.b, item.paper))
