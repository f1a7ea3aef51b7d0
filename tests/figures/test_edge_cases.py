"""Figures of odd stores: nothing dated, one paper, a crowded class, names that are commands, other scripts."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.edit_store import fill
from tests.helpers.figure_queries import query_for
from wamkg.errors import InvalidInputError, WamkgError
from wamkg.figures.catalog import make_figure
from wamkg.figures.charts.taxonomy_tree import draw_tree
from wamkg.figures.charts.tree_nodes import REPRESENTATIVES
from wamkg.figures.check.picture import read_picture
from wamkg.figures.check.words import word_findings
from wamkg.figures.plaintext import plain
from wamkg.figures.query import FIGURES, FigureQuery
from wamkg.figures.save import Drawing
from wamkg.figures.style import FigureOptions
from wamkg.store.migrate import migrate
from wamkg.store.session import Store
from wamkg.views.roadmap import RoadmapTaxon
from wamkg.views.taxonomies import TaxonomyWithPapers, taxonomy_with_papers

ODD = [
    "$x_1$ & <b>",
    "C$^3$ache",
    "π₀.₇",
    "世界模型",
    "سلام عالم",
    "😀Bot",
    "A_b{c}%\\",
    "שלום",
    "a\"b'c",
    "--",
    "#1~^",
]
PATHS = ["joint/diffusion", "joint/autoregressive", "cascaded/implicit", "cascaded/explicit"]
OF_THE_STORE = [name for name, kind in FIGURES.items() if "source" not in kind.takes]
"""Figures that are not drawn from a file."""
DRAWN = [name for name in OF_THE_STORE if name not in ("leaderboard", "crosswalk-table", "citations", "main-path")]
"""Figures of the papers placed in one taxonomy."""


@pytest.fixture
def empty(tmp_path: Path) -> Store:
    """A store with tables and nothing in them."""
    made = Store(f"sqlite:///{tmp_path / 'odd.db'}")
    migrate(made)
    return made


def papers(count: int, **more: Any) -> list[dict[str, Any]]:
    """Papers of methods called by number, a week apart, on four branches in turn."""
    return [
        {
            "title": f"Method {i}: a Study of Robots Number {i}",
            "method": f"Method-{i}",
            "date": f"202{3 + i % 3}-{1 + i % 12:02d}-{1 + i % 28:02d}",
            "taxa": {"wam": PATHS[i % len(PATHS)]},
        }
        | more
        for i in range(count)
    ]


def draw(store: Store, name: str, folder: Path, **look: Any) -> Drawing:
    """The named figure of the taxonomy `wam`."""
    query = query_for(name, folder)
    if "taxonomy" in FIGURES[name].takes:
        query = replace(query, taxonomy="wam")
    with store.reading() as session:
        return make_figure(session, name, query, FigureOptions(**look))


@pytest.mark.parametrize("name", OF_THE_STORE)
def test_an_empty_store_is_a_clear_error(empty: Store, tmp_path: Path, name: str) -> None:
    with pytest.raises(WamkgError):
        draw(empty, name, tmp_path)


@pytest.mark.parametrize("name", DRAWN)
def test_one_paper_is_enough(empty: Store, tmp_path: Path, name: str) -> None:
    fill(empty, tmp_path, *papers(1))
    assert list(word_findings(read_picture(draw(empty, name, tmp_path).to_bytes("svg")))) == []


@pytest.mark.parametrize("name", DRAWN)
def test_without_dates_there_is_a_figure_or_a_clear_error(empty: Store, tmp_path: Path, name: str) -> None:
    fill(empty, tmp_path, *papers(4, date=None))
    if name in ("roadmap", "timeline"):
        with pytest.raises(InvalidInputError, match=r"date"):
            draw(empty, name, tmp_path)
        return
    assert list(word_findings(read_picture(draw(empty, name, tmp_path).to_bytes("svg")))) == []


@pytest.mark.parametrize("name", DRAWN)
def test_a_class_of_300_papers_is_drawn(empty: Store, tmp_path: Path, name: str) -> None:
    fill(empty, tmp_path, *papers(300, taxa={"wam": "joint/diffusion"}))
    for width in ("one-column", "two-column"):
        picture = read_picture(draw(empty, name, tmp_path, width=width).to_bytes("svg"))
        assert list(word_findings(picture)) == [] or name == "roadmap"  # which has rules of its own


@pytest.mark.parametrize("name", DRAWN)
def test_odd_names_are_drawn_as_they_are(empty: Store, tmp_path: Path, name: str) -> None:
    named = [
        p | {"method": odd, "title": f"{odd}: a Study {n}"}
        for n, (p, odd) in enumerate(zip(papers(11), ODD, strict=True))
    ]
    fill(empty, tmp_path, *named)
    drawing = draw(empty, name, tmp_path)
    for kind in ("svg", "pdf", "png"):
        assert drawing.to_bytes(kind)  # type: ignore[arg-type]
    ET.fromstring(drawing.to_bytes("svg"))
    if name in ("training-data", "roadmap"):
        picture = read_picture(drawing.to_bytes("svg"))
        shown = {word.text for part in picture.of_role("label") for word in part.words}
        assert {plain(odd) for odd in ODD} <= shown
    if name == "taxonomy":
        assert r"A\_b\{c\}\%\textbackslash{}" in drawing.latex
        assert drawing.latex.count("[") == drawing.latex.count("]")


def tree(taxa: tuple[RoadmapTaxon, ...], seeded_store: Store) -> TaxonomyWithPapers:
    """The survey's papers under other taxa."""
    with seeded_store.reading() as session:
        return replace(taxonomy_with_papers(session, "wam"), taxa=taxa)


@pytest.mark.parametrize(
    ("taxa", "message"),
    [
        ((RoadmapTaxon("a", "A", "a", "b", 0), RoadmapTaxon("b", "B", "b", "a", 1)), "its own ancestor"),
        ((RoadmapTaxon("a", "A", "a", "gone", 0),), "not in the taxonomy"),
        ((RoadmapTaxon("a", "A", "a", None, 0),), "does not have"),
        ((), "no taxa to draw"),
    ],
)
def test_a_broken_tree_is_a_clear_error(seeded_store: Store, taxa: tuple[RoadmapTaxon, ...], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        draw_tree(tree(taxa, seeded_store))


def test_a_crowded_class_shows_its_representatives_and_counts_the_rest(empty: Store, tmp_path: Path) -> None:
    fill(empty, tmp_path, *papers(300, taxa={"wam": "joint/diffusion"}))
    drawing = draw(empty, "taxonomy", tmp_path)
    more = read_picture(drawing.to_bytes("svg")).of_role("more")
    assert [part.words[0].text for part in more] == [f"+{300 - REPRESENTATIVES}"]
    assert f"{300 - REPRESENTATIVES} more" in drawing.latex


def test_a_query_is_refused_before_anything_is_read(empty: Store) -> None:
    with empty.reading() as session, pytest.raises(InvalidInputError, match="does not accept facet"):
        make_figure(session, "taxonomy", FigureQuery(facet="year"), FigureOptions())
