"""Reading classes out of lists: headings whose levels lie, labels, legends, taxonomies known and new."""

import pytest

from tests.helpers.importing_samples import CATALOGUE, EMPTY, WAM, new_taxonomies, placed, read
from wamkg.importing.parse_result import ListLegendEntry
from wamkg.importing.taxonomy_index import TaxonMatcher, TaxonomyIndex, TaxonomyMatcher
from wamkg.matching.record import RecordTag

BADGE = "![](https://img.shields.io/badge/"


def entry(number: int, labels: str = "") -> str:
    """A bullet with badges."""
    badges = " ".join(f"{BADGE}{label}-112233)" for label in labels.split())
    return f"- **M{number}**: *Model of Number {number}* {badges} [Paper](https://arxiv.org/abs/2401.0000{number})\n"


def test_a_branch_set_beside_its_trunk_is_found() -> None:
    records = read(
        f"## World Action Model\n### Joint World-Action-Model\n{entry(1)}\n### Diffusion-based Generation\n"
        f"{entry(2, 'Unified--DiT Explicit')}\n### Cascaded World-Action-Model\n{entry(3, 'Explicit Geometric')}"
    ).records()
    assert [placed(r)[0] for r in records] == [
        ("wam", "joint"),
        ("wam", "joint/diffusion/unified-stream/explicit"),
        ("wam", "cascaded/explicit/geometric"),
    ]


def test_a_heading_that_is_title_and_taxon_opens_the_taxonomy_when_its_subsections_say_so() -> None:
    records = read(
        f"## World Model for VLA\n### World Model for Evaluation\n{entry(1)}\n### Evaluation\n#### General\n"
        f"{entry(2)}\n## World Model for VLA\n### Imitation Learning\n{entry(3)}"
    ).records()
    assert [placed(r)[0] for r in records] == [
        ("wm-for-vla", "evaluation"),
        ("evaluation", "action-policy/general"),
        ("wm-for-vla", "imitation-learning"),
    ]


def test_a_taxon_named_like_another_taxonomy_stays_a_taxon_without_such_subsections() -> None:
    records = read(f"## World Model for VLA\n### Evaluation\n{entry(1)}").records()
    assert placed(records[0]) == [("wm-for-vla", "evaluation")]


def test_unknown_labels_are_reported_and_kept_as_unmapped_tags() -> None:
    result = read(f"## WAM\n### Cascaded\n{entry(1, 'Implicit Odd')}{entry(2, 'Odd')}\n### Misc\n{entry(3)}")
    first, second, third = result.records()
    assert placed(first) == [("wam", "cascaded/implicit")]
    assert RecordTag("badge", "Odd", False) in second.tags
    assert RecordTag("section", "Misc", False) in third.tags
    assert placed(third) == []
    assert result.unmapped_labels == {"Odd": 2, "Misc": 1}


def test_a_label_of_a_second_class_gives_a_second_placement() -> None:
    (record,) = read(f"## WAM\n### Cascaded\n{entry(1, 'Explicit Learned Implicit')}").records()
    assert placed(record) == [("wam", "cascaded/explicit/learned"), ("wam", "cascaded/implicit")]
    assert [p.primary for p in record.placements] == [True, False]


def test_a_badge_may_say_that_review_is_awaited() -> None:
    (record,) = read(f"## WAM\n### Cascaded\n{entry(1, 'Needs--Review')}").records()
    assert record.awaiting_review
    assert record.placements == []


def test_a_legend_explains_labels_and_is_no_list_of_papers() -> None:
    result = read(f"""## Tag Legend
- **Joint**
- Diffusion-based Generation
  - {BADGE}Wide--Stream-9f1239) Multi-Stream
    - {BADGE}Hidden-fb7185) Hidden-State Coupling

## WAM
### Joint
- **M1**: *Model of One Thing* {BADGE}Many--Dit-9f1239) {BADGE}Hidden-fb7185) [Paper](https://arxiv.org/abs/2401.00001)
""")
    (record,) = result.records()
    assert placed(record) == [("wam", "joint/diffusion/multi-stream/hidden-state")]
    assert result.label_synonyms == {"Many-Dit": "Multi-Stream", "Hidden": "Hidden-State Coupling"}
    assert result.legend == (
        ListLegendEntry(4, "Wide-Stream", "Multi-Stream", "wam", "joint/diffusion/multi-stream"),
        ListLegendEntry(5, "Hidden", "Hidden-State Coupling", "wam", "joint/diffusion/multi-stream/hidden-state"),
    )


def test_a_list_that_no_taxonomy_fits_defines_one_by_its_headings() -> None:
    result = read(
        f"# Awesome Door Papers\n## Wood (2)\n{entry(1)}{entry(2)}\n## Glass\n### 🔥 Clear\n{entry(3)}"
        f"\n## 2024\n{entry(4)}"
    )
    (taxonomy,) = new_taxonomies(result)
    assert taxonomy.slug == "door"
    assert [(t.path, t.name) for t in taxonomy.taxa] == [("wood", "Wood"), ("glass", "Glass"), ("glass/clear", "Clear")]
    assert [placed(r) for r in result.records()] == [
        [("door", "wood")],
        [("door", "wood")],
        [("door", "glass/clear")],
        [],
    ]


def test_the_same_list_is_recognised_once_its_taxonomy_is_known() -> None:
    text = f"# Doors\n## Wood\n{entry(1)}\n## Glass\n{entry(2)}"
    made = new_taxonomies(read(text, EMPTY))
    again = read(text, TaxonomyIndex(tuple(made)))
    assert [(u.taxonomy.slug, u.new, u.records) for u in again.taxonomies] == [("doors", False, 2)]


def test_a_named_taxonomy_is_used_or_made() -> None:
    text = f"## Cascaded\n{entry(1)}\n## Wood\n{entry(2)}"
    assert [placed(r) for r in read(text, taxonomy="wam").records()] == [[("wam", "cascaded")], []]
    made = read(text, taxonomy="mine")
    assert [(u.taxonomy.slug, u.new) for u in made.taxonomies] == [("mine", True)]
    assert [placed(r) for r in made.records()] == [[("mine", "cascaded")], [("mine", "wood")]]


def test_tags_alone_place_papers_when_they_fit_a_taxonomy() -> None:
    (record,) = read(
        "### M - *Model of Models* - ICRA 2025\n**Tags:** Joint - Diffusion - Unified Stream - Implicit\n"
    ).records()
    assert placed(record) == [("wam", "joint/diffusion/unified-stream/implicit")]


def test_the_lists_own_survey_is_no_record() -> None:
    result = read(f"""<h1>Doors: A Survey</h1>
<a href="https://arxiv.org/abs/2606.00001"><img src="x.svg"></a>

## WAM
### Joint
{entry(1)}
## Citation
```bibtex
@misc{{doors, title={{Doors: A Survey}}, eprint={{2606.00001}}}}
```
- 📝 **arXiv preprint:** https://arxiv.org/abs/2606.00001
""")
    assert [r.arxiv for r in result.records()] == ["2401.00001"]
    assert [s.arxiv for s in result.own_survey] == ["2606.00001"]
    assert not result.unreadable()


def test_catalogue_finds_taxa_by_name_slug_alias_and_loosely_by_heading() -> None:
    assert WAM.matches("🔥 explicit-FUTURE generation") == ["joint/diffusion/unified-stream/explicit"]
    assert WAM.matches("Learned") == ["cascaded/explicit/learned"]
    assert WAM.matches("Cascaded World Action Models") == []
    assert WAM.matches("Cascaded World Action Models", loose=True) == ["cascaded"]
    assert CATALOGUE.state_of("needs review") == "awaiting-review"


CLIPS = TaxonomyMatcher(
    "clips",
    "Clip Understanding",
    taxa=(
        TaxonMatcher("making", "Clip Generation"),
        TaxonMatcher("acts", "Gesture Recognition"),
        TaxonMatcher("noise", "Noise-based Generation"),
        TaxonMatcher("planning", "Planning"),
    ),
)


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        ("Noise-based", "noise"),
        ("Noise-based Models", None),  # neither has all the words of the other
        ("Planning for Clip Understanding", "planning"),
        ("Planning Models", "planning"),
        ("Clip Representation", None),
        ("Recognition", None),
        ("Face Recognition", None),
        ("World Planning", None),
        ("Generation", None),
    ],
)
def test_a_heading_names_a_class_only_with_filler_words_more_or_less(heading: str, path: str | None) -> None:
    text = f"## {heading}\n{entry(1)}\n## Gesture Recognition\n{entry(2)}"
    result = read(text, TaxonomyIndex((CLIPS,)), "clips")
    first, second = result.records()
    assert placed(second) == [("clips", "acts")]
    assert placed(first) == ([("clips", path)] if path else [])
    if path:
        assert f"heading {heading!r} as clips:{path}" in result.notes[0]
    else:
        assert [proposal.name for proposal in result.proposals] == [heading]
