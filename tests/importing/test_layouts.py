"""One library in many Markdown layouts: title, ids and what the layout prints come back equal."""

from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings

from tests.helpers.importing_samples import EMPTY, read
from tests.helpers.libraries import ODD_TITLES, Work, lists
from tests.helpers.list_layouts import LAYOUTS, Layout, render
from wamkg.identifiers import slugify
from wamkg.matching.record import Record
from wamkg.names import PersonName


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


def test_there_are_at_least_twelve_layouts() -> None:
    assert len({layout.name for layout in LAYOUTS}) == len(LAYOUTS) >= 12


@pytest.mark.parametrize("layout", LAYOUTS, ids=[layout.name for layout in LAYOUTS])
@settings(max_examples=25, derandomize=True, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(papers=lists())
def test_a_library_in_any_layout_is_read_back_equal(layout: Layout, papers: list[Work]) -> None:
    result = read(render(layout, papers), EMPTY)
    found = sorted((printed(r, layout) for r in result.records()), key=lambda each: str(each["arxiv"]))
    assert found == sorted((wanted(p, layout) for p in papers), key=lambda each: str(each["arxiv"]))


@pytest.mark.parametrize("title", ODD_TITLES)
def test_an_odd_title_is_read_back_from_every_layout(title: str) -> None:
    paper = Work("k", title, (PersonName("Lee", "Ann"), PersonName("Cho", "Bob")), 2024, "ICRA", "2401.00001")
    other = replace(paper, title="Learning to Grasp Soft Objects", arxiv="2402.00002")
    papers = [replace(each, method=f"Bot{n}", taxon="Policy Learning") for n, each in enumerate((paper, other), 1)]
    wrong = {}
    for layout in LAYOUTS:
        titles = [
            record.title for record in read(render(layout, papers), EMPTY).records() if record.arxiv == paper.arxiv
        ]
        if titles != [title]:
            wrong[layout.name] = titles
    assert not wrong


def test_the_heading_of_one_short_entry_is_no_paper() -> None:
    entries = ["- [2024] Mastering Chess [[paper](https://arxiv.org/abs/2401.00001)]",
               "- [2024] Robot R&D Learning [[paper](https://arxiv.org/abs/2402.00002)]"]  # fmt: skip
    text = "\n\n".join(["# Papers", "## Video Generation", entries[0], "## Policy Learning", entries[1]])
    assert len(read(text, EMPTY).records()) == 2


def test_a_year_that_may_be_part_of_the_title_is_told() -> None:
    line = "- 2001: A Space Odyssey [[paper](https://arxiv.org/abs/2401.00001)]"
    (record,) = read(f"# Papers\n\n## Sand\n\n{line}\n", EMPTY).records()
    assert (record.title, record.year) == ("2001: A Space Odyssey", None)
    assert [doubt for doubt in record.doubts if "may be the year" in doubt]


def test_years_before_all_titles_of_a_list_are_years() -> None:
    titles = ["A Space of Sand", "The Dunes of Time", "Waves of the Sea"]
    lines = [f"- 20{n}1: {title} [[pdf](https://arxiv.org/abs/2401.0000{n})]" for n, title in enumerate(titles)]
    records = read("# Papers\n\n## Sand\n\n" + "\n".join(lines), EMPTY).records()
    assert [(record.title, record.year) for record in records] == list(zip(titles, [2001, 2011, 2021], strict=True))


def test_a_title_between_bars_is_whole_and_reversed_quotes_are_quotes() -> None:
    lines = [
        "+ 2008 | Metasand - A Tutorial | [`PDF`](https://arxiv.org/abs/0801.0001)",
        "+ **”A Study of Sand for Robots“**. *Ann Lee et al*. [[Paper](https://arxiv.org/abs/2401.01286)]",
    ]
    records = read("# Papers\n\n## Sand\n\n" + "\n".join(lines), EMPTY).records()
    assert [record.title for record in records] == ["Metasand - A Tutorial", "A Study of Sand for Robots"]
