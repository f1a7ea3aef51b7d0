"""The citation figure, checked on the file it produces."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wamkg.errors import InvalidInputError
from wamkg.figures.charts.citation_chart import ticks
from wamkg.figures.charts.citations import draw_citations
from wamkg.figures.check.picture import Picture, read_picture
from wamkg.figures.style import THEMES, FigureOptions
from wamkg.store.citations import IncompleteCitationList
from wamkg.views.taxonomies import TaxonomyPaper
from wamkg.views.timelines import CitationPeriod, CitationTimeline

CHOSEN = FigureOptions(branch_hues={"joint": 0, "cascaded": 1})


def timeline(subject: str = "wam:joint", counts: tuple[int, ...] = (3, 0, 4), undated: int = 1) -> CitationTimeline:
    months = [f"2024-{month:02d}" for month in range(11 - len(counts), 11)]
    items = [CitationPeriod(m, n, sum(counts[: i + 1])) for i, (m, n) in enumerate(zip(months, counts, strict=True))]
    total = sum(counts) + undated
    return CitationTimeline(
        subject=subject, kind="taxon", label=subject.partition(":")[2].title(), by="month", papers=2, items=items,
        total=total, imprecise=0, by_year={}, undated=undated, unknown_share=undated / total if total else None,
        derived=0, citations=total, counted=total, short=[],
    )  # fmt: skip


def picture(*timelines: CitationTimeline, options: FigureOptions | None = None) -> Picture:
    return read_picture(draw_citations(timelines, options).to_bytes("svg"))


class TestLines:
    def test_each_subject_is_one_element_in_its_own_color(self) -> None:
        drawn = picture(timeline("wam:cascaded"), timeline("wam:joint"), options=CHOSEN)
        lines = {part.element_id: part for part in drawn.of_role("line")}
        assert list(lines) == ["taxon-cascaded", "taxon-joint"]
        hues = THEMES["light"].hues
        assert lines["taxon-joint"].fill("mark") == hues[0].trunk
        assert lines["taxon-cascaded"].fill("mark") == hues[1].trunk

    def test_what_has_no_date_is_said_on_the_line(self) -> None:
        (line,) = picture(timeline(counts=(3, 0, 4), undated=3)).of_role("line")
        assert "Joint: 10, 30% undated" in " ".join(word.text for word in line.words)
        assert line.data["undated"] == "3"
        assert line.rect("undated") is not None

    def test_a_method_has_the_color_of_its_branch_and_a_paper_its_short_name(self) -> None:
        unipi = TaxonomyPaper(
            "method-unipi",
            "learning-universal-policies",
            "UniPi",
            "Learning",
            "cascaded/explicit",
            None,
            "",
            "",
            3,
            True,
        )
        asked = [
            replace(timeline("learning-universal-policies"), kind="paper", label="Learning"),
            replace(timeline("gr-1"), kind="method", label="GR-1"),
        ]
        drawing = draw_citations(asked, CHOSEN, placed=[unipi])
        paper, method = read_picture(drawing.to_bytes("svg")).of_role("line")
        hues = THEMES["light"].hues
        assert paper.fill("mark") == hues[1].trunk and paper.words[0].text.startswith("UniPi")
        assert method.fill("mark") not in (hues[0].trunk, hues[1].trunk)
        assert "UniPi: 8 cite 2 papers, 1 undated" in drawing.caption

    def test_the_table_ends_with_the_total(self) -> None:
        rows = draw_citations([timeline(counts=(3, 0, 4), undated=1)]).rows
        assert rows[0] == ("period", "Joint")
        assert rows[1:] == (("2024-08", 3), ("2024-09", 3), ("2024-10", 7), ("with those of no known date", 8))

    def test_a_list_that_is_not_whole_is_noted(self) -> None:
        short = [IncompleteCitationList("a-paper", "unavailable", "withheld by the publisher", None, 9)]
        (note,) = draw_citations([replace(timeline(), short=short, counted=20)]).notes
        assert "1 of 2 papers are not held whole" in note and "of 20 counted" in note

    @pytest.mark.parametrize("width", ["one-column", "two-column"])
    def test_labels_neither_touch_nor_leave_the_page(self, width: str) -> None:
        names = ("joint", "cascaded", "a", "b", "c", "d")
        options = FigureOptions(width=width)  # type: ignore[arg-type]
        drawn = picture(*(timeline(f"wam:{name}") for name in names), options=options)
        words = [word for part in drawn.of_role("line") for word in part.words]
        for number, one in enumerate(words):
            assert one.rect.right <= drawn.width and one.rect.top >= 0 and one.rect.bottom <= drawn.height
            assert all(one.rect.gap(other.rect) > 0 for other in words[number + 1 :])

    def test_without_citations_it_is_still_a_figure(self) -> None:
        assert picture(timeline(counts=(), undated=0)).of_role("line")

    def test_the_same_input_gives_the_same_bytes(self) -> None:
        one, two = (draw_citations([timeline()]) for _ in range(2))
        assert all(one.to_bytes(kind) == two.to_bytes(kind) for kind in ("svg", "pdf", "png"))


class TestRefused:
    def test_none_too_many_or_mixed(self) -> None:
        with pytest.raises(InvalidInputError, match="ask for 1 to 6"):
            draw_citations([])
        with pytest.raises(InvalidInputError, match="ask for 1 to 6"):
            draw_citations([timeline()] * 7)
        with pytest.raises(InvalidInputError, match="different periods"):
            draw_citations([timeline(), replace(timeline(), by="year")])


@given(st.integers(0, 10**7))
@settings(max_examples=200)
def test_ticks_are_round_and_reach_the_largest(most: int) -> None:
    found = ticks(most)
    assert found[0] == 0 and found[-1] >= most
    assert len(found) <= 6 and len({after - before for before, after in pairwise(found)}) == 1
