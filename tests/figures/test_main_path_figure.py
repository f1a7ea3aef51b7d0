"""The figure of the main path, checked on the file it produces."""

from dataclasses import replace
from itertools import pairwise

import pytest

from wamkg.errors import InvalidInputError
from wamkg.figures.charts.main_path import MOST, draw_main_path
from wamkg.figures.check.picture import read_picture
from wamkg.figures.check.words import word_findings
from wamkg.figures.style import THEMES, FigureOptions
from wamkg.views.citation_graph import DroppedItem, GraphSize, MainPathItem, MainPathReport, WorkItem

NAMES = {"joint": "Joint", "cascaded": "Cascaded"}
TAXA = ("joint/diffusion", "cascaded", None)


def report(count: int = 6, title: str = "A made-up study of how robots fold towels") -> MainPathReport:
    works = [
        WorkItem(f"arxiv:2401.0000{n}", f"{title} {n}", f"Fold-{n}", f"2024-0{1 + n % 9}", 2024, TAXA[n % 3])
        for n in range(count)
    ]
    steps = [
        MainPathItem(one.paper, other.paper, 2, (n + 1) / count, 0) for n, (one, other) in enumerate(pairwise(works))
    ]
    return MainPathReport(GraphSize(9, 12, 1, 0, 0), "global", works, steps, 7, 1, 2, [])


@pytest.mark.parametrize("width", ["one-column", "two-column"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("title", ["Towels", "A very long title of a made-up study of how robots fold towels " * 3])
def test_words_are_large_clear_and_apart(width: str, theme: str, title: str) -> None:
    options = FigureOptions(width=width, theme=theme)  # type: ignore[arg-type]
    picture = read_picture(draw_main_path(report(title=title), NAMES, options).to_bytes("svg"))
    assert list(word_findings(picture)) == []


def test_works_are_named_and_colored_by_branch_from_old_to_new() -> None:
    drawing = draw_main_path(report(), NAMES)
    works = read_picture(drawing.to_bytes("svg")).of_role("work")
    assert [work.element_id for work in works][:2] == ["work-arxiv-2401.00000", "work-arxiv-2401.00001"]
    hues = THEMES["light"].hues
    assert [work.fill("mark") for work in works[:3]] == [hues[0].trunk, hues[1].trunk, THEMES["light"].muted]
    assert [row[2] for row in drawing.rows[1:]] == [f"Fold-{n}" for n in range(6)]
    assert "Fold-0, Fold-1" in drawing.alt


def test_dropped_citations_are_noted() -> None:
    one = report()
    dropped = [DroppedItem(one.works[0], one.works[1])] * 2
    assert "2 citations dropped because of cycles" in draw_main_path(replace(one, dropped=dropped), NAMES).caption


def test_without_citations_or_with_too_many_works_it_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="wamkg enrich"):
        draw_main_path(report(0), NAMES)
    with pytest.raises(InvalidInputError, match="does not fit"):
        draw_main_path(report(MOST + 1), NAMES)
