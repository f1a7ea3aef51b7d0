"""One library in many Markdown layouts: title, ids and what the layout prints come back equal."""

import pytest
from hypothesis import Phase, given, settings

from tests.importing_samples import EMPTY, read
from tests.libraries import Work, lists
from tests.list_layouts import LAYOUTS, Layout, render
from wamkg.identifiers import slugify
from wamkg.matching.record import Record

NOT_YET = {layout.name for layout in LAYOUTS} - {"name_then_title_and_lines_below"}
"""Layouts that are not yet read right; whoever makes one right takes it out."""


def printed(record: Record, layout: Layout) -> dict[str, object]:
    """What the importer read of a paper, as far as the layout prints it."""
    dates = [int(str(date)[:4]) for date in record.dates.values()]
    placed = [placement.taxon for placement in record.placements]
    found: dict[str, object] = {"authors": record.authors, "venue": record.venue, "method": record.method}
    found["year"] = record.year or (dates[0] if dates else None)
    return {"title": record.title, "arxiv": record.arxiv, "taxon": placed} | {f: found[f] for f in layout.prints}


def wanted(paper: Work, layout: Layout) -> dict[str, object]:
    """The truth, as far as the layout prints it."""
    known: dict[str, object] = {"authors": [person.display for person in paper.authors], "venue": paper.venue}
    known |= {"method": paper.method, "year": paper.year}
    always: dict[str, object] = {"title": paper.title, "arxiv": paper.arxiv, "taxon": [slugify(paper.taxon or "")]}
    return always | {field: known[field] for field in layout.prints}


def marked(layouts: list[Layout]) -> list[object]:
    """The layouts as parameters; those not yet read right are expected to fail."""
    failing = pytest.mark.xfail(strict=True, reason="not yet read right; take it out of NOT_YET once it is")
    return [pytest.param(each, id=each.name, marks=[failing] if each.name in NOT_YET else []) for each in layouts]


def test_there_are_at_least_twelve_layouts() -> None:
    assert len({layout.name for layout in LAYOUTS}) == len(LAYOUTS) >= 12


@pytest.mark.parametrize("layout", marked(LAYOUTS))
@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(papers=lists())
def test_a_library_in_any_layout_is_read_back_equal(layout: Layout, papers: list[Work]) -> None:
    result = read(render(layout, papers), EMPTY)
    found = sorted((printed(r, layout) for r in result.records()), key=lambda each: str(each["arxiv"]))
    assert found == sorted((wanted(p, layout) for p in papers), key=lambda each: str(each["arxiv"]))
