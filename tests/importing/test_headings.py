"""Papers as headings, and papers as table rows."""

import pytest

from tests.helpers.importing_samples import EMPTY, only, placed, read
from wamkg.matching.record import IntroducedEntity, Record, RecordTag, UnreadableLine

BADGE = "![](https://img.shields.io/badge/"


def test_a_heading_a_paper_with_remark_tags_and_link_lines() -> None:
    record = only(f"""## World Action Models

#### FooBot (oral!) - *FooBot: Dreaming of Doors* - {BADGE}ICRA-2025-blue)

**Tags:** Joint - Diffusion - Unified-DiT - Explicit - Odd One

[Paper](https://arxiv.org/abs/2501.00001) | [Code](https://github.com/a/foo)
""")
    assert (record.line, record.method, record.title) == (3, "FooBot", "FooBot: Dreaming of Doors")
    assert (record.venue, record.year, record.arxiv) == ("ICRA", 2025, "2501.00001")
    assert record.links == {"code": "https://github.com/a/foo"}
    assert placed(record) == [("wam", "joint/diffusion/unified-stream/explicit")]
    assert RecordTag("remark", "oral!", False) in record.tags
    assert RecordTag("tag", "Odd One", False) in record.tags


def test_tags_say_the_primary_class_where_they_disagree_with_the_section() -> None:
    record = only("""## World Action Models
### Joint
#### BarBot - *Bars and Robots* - CoRL 2024
**Tags:** Cascaded - Explicit - Learned
- [Paper](https://arxiv.org/pdf/2401.00002v2)
""")
    assert placed(record) == [("wam", "cascaded/explicit/learned"), ("wam", "joint")]
    assert [p.primary for p in record.placements] == [True, False]
    assert (record.venue, record.year) == ("CoRL", 2024)


def test_headings_with_keyed_bullets_and_linked_headings() -> None:
    records = read(
        """## Questions
#### OpenQA

- **Paper**: [arXiv:2402.07025](https://arxiv.org/abs/2402.07025) (CVPR 2024)
- **GitHub**: [x/open](https://github.com/x/open)
- **HuggingFace**: [x/open](https://huggingface.co/datasets/x/open)

**Category**: 3D Scene / Open World

#### VSI: Bench of Things
[[paper]](https://arxiv.org/abs/2402.07026)

### [QuxBot: Quests of Bots](https://arxiv.org/abs/2402.07027)

### RunBot - Running of the Bots
[Paper](https://arxiv.org/abs/2402.07028) [Code](https://github.com/x/run)
""",
        EMPTY,
    ).records()
    assert [(r.method, r.title) for r in records] == [
        ("OpenQA", ""),
        ("VSI", "VSI: Bench of Things"),
        ("QuxBot", "QuxBot: Quests of Bots"),
        ("RunBot", "Running of the Bots"),
    ]
    assert (records[0].venue, records[0].year) == ("CVPR", 2024)
    assert records[0].links == {
        "code": "https://github.com/x/open",
        "dataset": "https://huggingface.co/datasets/x/open",
    }
    assert [t.value for t in records[0].tags] == ["3D Scene", "Open World"]


def test_a_section_of_links_is_no_paper() -> None:
    text = "## Related Resources\n- **Preprint**: https://arxiv.org/abs/2606.20781\n"
    assert not read(text, EMPTY).records()


def test_rows_with_name_title_month_and_links() -> None:
    rows = (
        "| **DoorSet** - *DoorSet: A Set of Doors* | 2018-06 | [📄 Paper](https://arxiv.org/pdf/1806.10293) · "
        "[🌍&nbsp;Web](https://d.example.org)  · [📦&nbsp;Dataset](https://huggingface.co/datasets/a/d) \n"
        "| **OldSet** - *An Old Set ~ of Doors* | 2004 | [💻&nbsp;Code](https://github.com/a/b)· "
        "[📦 Dataset](https://b.example.org) |\n"
    )
    table = f"| Paper | Released | Links |\n|-------|----------|-------|\n{rows}"
    result = read(f"## Training Data\n#### 🖥️ Simulation\n\n{table}")
    first, second = result.records()
    assert (first.line, first.title, first.method) == (6, "DoorSet: A Set of Doors", None)
    assert first.introduces == [IntroducedEntity("dataset", "DoorSet")]
    assert {k: str(v) for k, v in first.dates.items()} == {"released": "2018-06"}
    assert first.links == {"webpage": "https://d.example.org", "dataset": "https://huggingface.co/datasets/a/d"}
    assert placed(first) == [("training-data", "simulation")]
    assert (second.line, second.year, second.dates, second.url) == (7, 2004, {}, None)


def test_rows_of_benchmarks_and_metrics_introduce_them() -> None:
    result = read("""## Evaluation
### World Model — Visual Fidelity
| Paper | Links |
|---|---|
| **AAA / BBB** - *A Note on Two Numbers* | [Paper](https://arxiv.org/abs/1801.00001) |
### Action Policy — General
| Paper | Links |
|---|---|
| **DoorBench** - *A Bench of Doors* | [Paper](https://arxiv.org/abs/1801.00002) |
""")
    metric, benchmark = result.records()
    assert metric.introduces == [IntroducedEntity("metric", "AAA"), IntroducedEntity("metric", "BBB")]
    assert benchmark.introduces == [IntroducedEntity("benchmark", "DoorBench")]
    assert placed(benchmark) == [("evaluation", "action-policy/general")]


def test_rows_with_a_column_a_facet_marks_and_first_arxiv_months() -> None:
    result = read(
        """| Column | Meaning |
|:--|:--|
| **Date** | First arXiv submission month. |

## Family One

| Date | Paper | Backbone | TL;DR |
|:--|:--|:--|:--|
| 2023-01 | [Learning Doors by Video (DoorPi)](https://arxiv.org/abs/2302.00001) | Video U-Net | Short words. |
| 2024-02 | [⚡ GigaDoor-0.5M*: a Door (GigaDoor-0.5M\\\\)](https://arxiv.org/abs/2402.00002) | - | None of it. |
| 2024-03 | [Say, Knock, and Act: Doors](https://arxiv.org/abs/2402.00003) | A | B |
""",
        EMPTY,
    )
    one, two, three = result.records()
    assert (one.title, one.method, one.note) == ("Learning Doors by Video", "DoorPi", "Short words.")
    assert {k: str(v) for k, v in one.dates.items()} == {"arxiv_v1": "2023-01"}
    assert one.tags == [RecordTag("Backbone", "Video U-Net", False)]
    assert (two.title, two.method) == ("GigaDoor-0.5M*: a Door", "GigaDoor-0.5M*")
    assert two.tags == [RecordTag("mark", "⚡", False)]
    assert three.method is None


@pytest.mark.parametrize(
    ("header", "row", "facts"),
    [
        (
            "| Title | Venue | Authors | Paper | Code |",
            "| Doors of the World | ICRA 2024 | Ann Lee, Bob Cho | [link](https://arxiv.org/abs/2401.00001) "
            "| [x/y](https://github.com/x/y) |",
            {"title": "Doors of the World", "venue": "ICRA", "year": 2024, "authors": ["Ann Lee", "Bob Cho"],
             "links": {"code": "https://github.com/x/y"}},
        ),
        (
            "| Year | Method | Paper Title | Links |",
            "| 2023 | DoorNet | Doors as Nets | [[arXiv]](https://arxiv.org/abs/2401.00001) |",
            {"title": "Doors as Nets", "method": "DoorNet", "year": 2023},
        ),
        (
            "| Model | Date | Project |",
            "| [Door: A Thing](https://arxiv.org/abs/2401.00001) | May 3, 2024 | [page](https://d.github.io) |",
            {"title": "Door: A Thing", "links": {"webpage": "https://d.github.io"}},
        ),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_headings(header: str, row: str, facts: dict[str, object]) -> None:
    rule = "|---" * header.count(" | ") + "|---|"
    record = only(f"{header}\n{rule}\n{row}\n", EMPTY)
    assert record.arxiv == "2401.00001"
    assert {name: getattr(record, name) for name in facts} == facts


def test_rows_that_cannot_be_trusted_are_listed() -> None:
    result = read("""| Paper | Score |
|---|---|
| [A | B of C](https://arxiv.org/abs/2401.00012) | 3 |
| | [Paper](https://arxiv.org/abs/2401.00013) |
| | |
""")
    items = list(result.items)
    assert [(type(i), i.line) for i in items] == [(UnreadableLine, 3), (UnreadableLine, 4)]
    assert isinstance(items[0], UnreadableLine)
    assert "\\|" in items[0].reason


def test_a_paper_linked_in_a_facet_column_is_not_the_row() -> None:
    result = read("""| Paper | Backbone |
|---|---|
| [Doors of the World](https://arxiv.org/abs/2401.00012) | [Net](https://arxiv.org/abs/2401.00013) |
""")
    first, second = result.items
    assert isinstance(first, Record)
    assert first.arxiv == "2401.00012"
    assert isinstance(second, UnreadableLine)
    assert "2401.00013" in second.reason


@pytest.mark.parametrize(
    ("heading", "facts", "remarks"),
    [
        (
            "[UniP](https://uni.github.io) - *Learning Policies by Video* - "
            "[![arXiv](https://img.shields.io/badge/arXiv-2302.00111-b31b1b)](https://arxiv.org/abs/2302.00111)",
            ("UniP", "Learning Policies by Video", None, None),
            [],
        ),
        ("🔥 LaPB (ICLR'25, oral!) - *Latent Actions*", ("LaPB", "Latent Actions", "ICLR", 2025), ["oral!"]),
        ("**Wow, wo!** *(RSS 2023 oral)* - *A Wow of Things*", ("Wow, wo!", "A Wow of Things", "RSS", 2023), ["oral"]),
        ("Wow, wa! - *A Wow of Stuff* - CoRL 2025", ("Wow, wa!", "A Wow of Stuff", "CoRL", 2025), []),
        ('Quote (new) - "A Quote of Quotes" - RA-L 2024', ("Quote", "A Quote of Quotes", "RA-L", 2024), ["new"]),
        ("Plain (new) - Plain Title of Bots - RSS 2025", ("Plain", "Plain Title of Bots", "RSS", 2025), ["new"]),
    ],
)
@pytest.mark.parametrize("tags", ["**Tags:** {}", "> 🏷️ **Tags**: {}", "- <b>Tags:</b> {}<br>", "*Tags:* {} |"])
def test_names_remarks_and_tag_lines_of_headings(
    heading: str, facts: tuple[object, ...], remarks: list[str], tags: str
) -> None:
    line = tags.format("Joint WAM - Diffusion - Unified-DiT - Implicit")
    if facts[0] == "Plain":
        line = "**Tags:** Joint WAM - Diffusion - Unified-DiT - Implicit"
    record = only(f"## Models\n#### {heading}\n{line}\n[Paper](https://arxiv.org/abs/2302.00111)\n")
    assert (record.method, record.title, record.venue, record.year) == facts
    assert record.arxiv == "2302.00111"
    assert [t.value for t in record.tags if t.facet == "remark"] == remarks
    assert placed(record) == [("wam", "joint/diffusion/unified-stream/implicit")]


def test_review_may_be_awaited_by_heading_or_remark() -> None:
    records = read("""## Needs Review
#### Rev - *Reviewed Thing of All*
[Paper](https://arxiv.org/abs/2302.00116)
## Others
#### Rev2 (needs review) - *Reviewed Thing of Some*
[Paper](https://arxiv.org/abs/2302.00117)
""").records()
    assert [r.awaiting_review for r in records] == [True, True]
    assert placed(records[0]) == []
