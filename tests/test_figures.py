"""Every figure there is a name for: drawn from the seeds, with its words, its data and its manifest."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from tests.latex import QUERIES
from wamkg import pipeline
from wamkg.errors import InvalidInputError
from wamkg.figures.catalog import make_figure
from wamkg.figures.check_words import word_findings
from wamkg.figures.picture import read_picture
from wamkg.figures.query import FIGURES, FigureQuery, FigureRequest
from wamkg.figures.style import FigureOptions
from wamkg.store.session import Store
from wamkg.views.placed import placed_taxonomy


@dataclass(frozen=True)
class Files:
    """A figure written by its name."""

    svg: bytes
    rows: list[list[str]]
    manifest: dict[str, object]


def write(store: Store, name: str, folder: Path, **look: object) -> Files:
    """Draw a figure and read its files back."""
    request = FigureRequest(name, QUERIES.get(name, FigureQuery()))
    pipeline.draw_figure(store, request, [folder / "figure.svg"], FigureOptions(**look))  # type: ignore[arg-type]
    rows = list(csv.reader((folder / "figure.csv").read_text(encoding="utf-8").splitlines()))
    return Files((folder / "figure.svg").read_bytes(), rows, orjson.loads((folder / "figure.json").read_bytes()))


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_comes_with_its_words_and_data(seeded_store: Store, tmp_path: Path, name: str) -> None:
    files = write(seeded_store, name, tmp_path)
    picture = read_picture(files.svg)
    assert picture.width == pytest.approx(180 / 25.4 * 72, abs=0.1 / 25.4 * 72)
    assert len(set(picture.ids)) == len(picture.ids)
    assert len(files.rows) > 1
    assert all(len(row) == len(files.rows[0]) for row in files.rows)
    for key in ("title", "caption", "alt"):
        assert str(files.manifest[key]).strip()
    assert files.manifest["figure"] == name


@pytest.mark.parametrize("width", ["one-column", "two-column"])
@pytest.mark.parametrize("name", [name for name in FIGURES if name != "roadmap"])
def test_words_are_large_clear_and_apart(seeded_store: Store, tmp_path: Path, name: str, width: str) -> None:
    for theme in ("light", "dark"):
        files = write(seeded_store, name, tmp_path, width=width, theme=theme)
        assert list(word_findings(read_picture(files.svg))) == []


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "roadmap"])
def test_the_same_store_gives_the_same_bytes(seeded_store: Store, tmp_path: Path, name: str) -> None:
    first, second = (write(seeded_store, name, tmp_path / folder) for folder in "ab")
    assert first == second


@pytest.mark.parametrize("name", [name for name, kind in FIGURES.items() if kind.latex])
def test_a_figure_as_latex_holds_every_row(seeded_store: Store, tmp_path: Path, name: str) -> None:
    request = FigureRequest(name, QUERIES.get(name, FigureQuery()))
    pipeline.draw_figure(seeded_store, request, [tmp_path / "figure.tex"])
    text = (tmp_path / "figure.tex").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    assert text.isascii()


def test_the_forest_cites_exactly_what_it_shows(seeded_store: Store, tmp_path: Path) -> None:
    pipeline.draw_figure(seeded_store, FigureRequest("taxonomy"), [tmp_path / "figure.tex"])
    rows = list(csv.DictReader((tmp_path / "figure.csv").read_text(encoding="utf-8").splitlines()))
    cited = re.findall(r"\\cite\{([^}]+)\}", (tmp_path / "figure.tex").read_text(encoding="utf-8"))
    assert sorted(cited) == sorted(row["key"] for row in rows if row["drawn"] == "yes")
    bibliography: list[str] = []
    pipeline.export(seeded_store, "bibtex", bibliography.append)
    keys = set(re.findall(r"^@\w+\{([^,]+),", "".join(bibliography), re.M))
    assert set(cited) <= keys


def test_a_tree_draws_every_class_and_counts_every_paper(seeded_store: Store, tmp_path: Path) -> None:
    files = write(seeded_store, "taxonomy", tmp_path)
    picture = read_picture(files.svg)
    with seeded_store.reading() as session:
        placed = placed_taxonomy(session, "wam")
    assert {part.data["taxon"] for part in picture.of_role("taxon")} == {taxon.path for taxon in placed.taxa}
    drawn = [part.element_id for part in picture.of_role("paper")]
    hidden = [name for part in picture.of_role("more") for name in part.data["hidden"].split()]
    assert sorted(drawn + hidden) == sorted(item.element_id for item in placed.items)
    assert all(part.href.startswith("https://") for part in picture.of_role("paper"))


def test_representatives_of_a_tree_are_picked_by_number_and_by_name(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        drawing = make_figure(session, "taxonomy", FigureQuery(representatives="gr-2,UniPi"), FigureOptions())
        assert {row[3] for row in drawing.rows[1:] if row[8] == "yes"} == {"GR-2", "UniPi"}
        drawing = make_figure(session, "taxonomy", FigureQuery(representatives="1,gr-2"), FigureOptions())
        shown = [row for row in drawing.rows[1:] if row[8] == "yes"]
        assert len(shown) == 12
        with pytest.raises(InvalidInputError, match="no placed paper is called 'nobody'"):
            make_figure(session, "taxonomy", FigureQuery(representatives="nobody"), FigureOptions())
