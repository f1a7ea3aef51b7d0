"""Every figure there is a name for: drawn from the seeds, with its words, its data and its manifest."""

import csv
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from wamkg import pipeline
from wamkg.figures.check_words import word_findings
from wamkg.figures.picture import read_picture
from wamkg.figures.query import FIGURES, FigureQuery, FigureRequest
from wamkg.figures.style import FigureOptions
from wamkg.store.session import Store

QUERIES = {"crosswalk-table": FigureQuery(taxonomy="evaluation", against="training-data")}
"""What a figure must be told; all others draw without a word."""


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
