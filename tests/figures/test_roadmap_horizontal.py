"""The roadmap whose time runs to the right, judged by the produced files as the rising one is."""

import json
import re
import statistics
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers.roadmap_report import SEED, insertions
from tests.helpers.roadmap_samples import LEAVES, ODD_LABELS, expected, sample
from wamkg.errors import InvalidInputError
from wamkg.figures.catalog import make_figure
from wamkg.figures.check.picture import Picture, read_picture
from wamkg.figures.check.report import check_svg
from wamkg.figures.query import FigureQuery, FigureRequest
from wamkg.figures.roadmap.draw import draw_roadmap
from wamkg.figures.save import Drawing
from wamkg.figures.style import THEMES, FigureOptions
from wamkg.services.figures import draw_figure
from wamkg.store.session import Store
from wamkg.views.roadmap import Roadmap, RoadmapTaxon, build_roadmap

SVG = "{http://www.w3.org/2000/svg}"


def drawn(roadmap: Roadmap, **options: object) -> Drawing:
    return draw_roadmap(roadmap, FigureOptions(orientation="horizontal", **options))  # type: ignore[arg-type]


def svg_of(roadmap: Roadmap, **options: object) -> bytes:
    return drawn(roadmap, **options).to_bytes("svg")


@pytest.fixture(scope="module")
def svg() -> bytes:
    return svg_of(sample(64))


@pytest.fixture(scope="module")
def picture(svg: bytes) -> Picture:
    return read_picture(svg)


@pytest.mark.parametrize(
    ("count", "width"),
    [(1, "two-column"), (2, "one-column"), (64, "one-column"), (64, "two-column"), (150, "two-column")],
)
def test_a_drawing_keeps_every_measured_rule(count: int, width: str) -> None:
    roadmap = sample(count, seed=count)
    assert check_svg(svg_of(roadmap, width=width), expected(roadmap)).findings == ()


@pytest.mark.drill
@pytest.mark.parametrize("width", ["one-column", "two-column"])
@pytest.mark.parametrize("count", [64, 150, 500])
@pytest.mark.parametrize("theme", sorted(THEMES))
def test_every_size_keeps_every_rule_in_every_theme(count: int, width: str, theme: str) -> None:
    roadmap = sample(count, seed=count + 1)
    assert check_svg(svg_of(roadmap, width=width, theme=theme), expected(roadmap)).findings == ()


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_every_theme_is_legible(theme: str) -> None:
    report = check_svg(svg_of(sample(20, seed=3), theme=theme))
    assert report.findings == ()
    assert report.numbers["contrast_min"] >= 4.5


def test_the_seeded_survey_is_drawn_whole_with_a_trunk_for_each_leaf(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        roadmap = build_roadmap(session)
        drawing = make_figure(session, "roadmap", FigureQuery(orientation="horizontal"), FigureOptions())
    data = drawing.to_bytes("svg")
    report = check_svg(data, expected(roadmap))
    assert report.findings == ()
    assert report.numbers["labels"] == len(roadmap.items)
    leaves = {item.taxon for item in roadmap.items}
    assert {part.data["trunk"] for part in read_picture(data).of_role("label")} == {
        f"taxon-{leaf.replace('/', '-')}" for leaf in leaves
    }


def test_the_manifest_says_which_way_it_was_asked_for(seeded_store: Store, tmp_path: Path) -> None:
    for asked in ("horizontal", None):
        request = FigureRequest("roadmap", FigureQuery(orientation=asked))
        draw_figure(seeded_store, request, [tmp_path / "roadmap.svg"])
        query = json.loads((tmp_path / "roadmap.json").read_text(encoding="utf-8"))["query"]
        assert query.get("orientation") == asked


def test_time_runs_to_the_right_and_arrows_end_level(picture: Picture) -> None:
    years = {p.element_id: r.middle for p in picture.parts if (r := p.rect("pill")) is not None}
    assert [name for name, _ in sorted(years.items(), key=lambda year: year[1][0])] == sorted(years)
    assert len({round(y, 3) for _, y in years.values()}) == 1
    ends = [part.shapes[0][1][:, 0].max() for part in picture.of_role("trunk")]
    assert sum(end == pytest.approx(max(ends), abs=0.01) for end in ends) >= len(LEAVES)
    assert max(box.right for p in picture.of_role("label") if (box := p.rect("box"))) < max(ends)


def test_joint_stands_above_cascaded(picture: Picture) -> None:
    middles = {family: [] for family in ("cascaded", "joint")}  # type: dict[str, list[float]]
    for part in picture.of_role("label"):
        box = part.rect("box")
        assert box is not None
        middles[part.data["taxon"].partition("/")[0]].append(box.middle[1])
    assert max(middles["joint"]) < min(middles["cascaded"])


def test_labels_are_level_text_and_only_names_of_branches_and_the_root_are_turned(svg: bytes) -> None:
    turned = [
        group.get("class")
        for group in ET.fromstring(svg).iter(f"{SVG}g")
        for text in group.findall(f"{SVG}text")
        if "rotate(-90" in text.get("transform", "")
    ]
    assert set(turned) == {"heading", "root"}


def test_turned_names_are_read_where_they_are(picture: Picture) -> None:
    words = [word for part in picture.parts for word in part.words if word.role == "root"]
    box = next(r for part in picture.parts if (r := part.rect("root-box")) is not None)
    assert words[0].rect.height > words[0].rect.right - words[0].rect.left
    assert words[0].rect.middle == pytest.approx(box.middle, abs=0.1)


def test_a_figure_is_as_wide_as_asked_and_no_taller() -> None:
    for width, height in ((180.0, 235.0), (88.0, 235.0), (180.0, 100.0)):
        drawing = drawn(sample(30, seed=64), width=width, height=height)
        box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) ", drawing.to_bytes("pdf"))
        assert box is not None
        assert float(box[1]) / 72 * 25.4 == pytest.approx(width, abs=0.05)
        assert float(box[2]) / 72 * 25.4 <= height + 0.1


def test_every_method_is_drawn_or_counted_where_there_is_little_room() -> None:
    drawing = drawn(sample(150, seed=15), width="one-column")
    picture = read_picture(drawing.to_bytes("svg"))
    counted = sum(int(part.words[0].text) for part in picture.of_role("more"))
    assert len(picture.of_role("label")) + counted == 150
    assert any("others counted" in note for note in drawing.notes)


def test_a_number_shows_no_one_more_cited_than_those_named_in_its_quarter() -> None:
    roadmap = sample(150, seed=15)
    picture = read_picture(svg_of(roadmap, width="one-column"))
    items = {item.element_id: item for item in roadmap.items}

    def quarter(name: str) -> tuple[str, int, int]:
        return items[name].taxon, items[name].when.year, (items[name].when.month - 1) // 3

    named = [part.element_id for part in picture.of_role("label")]
    hidden = [name for part in picture.of_role("more") for name in part.data["hidden"].split()]
    assert named
    for name in named:
        rivals = [other for other in hidden if quarter(other) == quarter(name)]
        assert all((items[other].citations or 0) <= (items[name].citations or 0) for other in rivals)


def test_labels_picked_by_hand_are_drawn_alone_or_beside_others() -> None:
    roadmap = sample(120, seed=15)
    alone = read_picture(svg_of(roadmap, chosen=("method-7", "9")))
    assert {part.element_id for part in alone.of_role("label")} == {"method-7", "method-9"}


def test_levels_collapse_on_request() -> None:
    trunks = read_picture(svg_of(sample(40, seed=8), depth=1)).of_role("trunk")
    assert {part.element_id.partition("-strand-")[0] for part in trunks} == {"taxon-cascaded", "taxon-joint"}


def test_a_crowded_leaf_has_several_lanes_where_the_height_allows_and_they_share_its_methods() -> None:
    taxa = (RoadmapTaxon("a", "Alone", "a", None, 0, "A"),)
    items = tuple(replace(item, taxon="a") for item in sample(60, seed=4).items)
    roadmap = replace(sample(1), taxa=taxa, items=items)
    tall, low = (svg_of(roadmap, height=height) for height in (235.0, 60.0))
    for data in (tall, low):
        assert check_svg(data, expected(roadmap)).findings == ()
    lanes = [{part.data["trunk"] for part in read_picture(data).of_role("label")} for data in (tall, low)]
    assert lanes[0] == {f"taxon-a-strand-{i}" for i in range(1, 5)}
    assert lanes[1] == {"taxon-a"}
    names = [len(read_picture(data).of_role("label")) for data in (tall, low)]
    assert names[0] > 2 * names[1]


def test_odd_labels_stay_searchable_text() -> None:
    roadmap = sample(len(ODD_LABELS), seed=10, labels=ODD_LABELS)
    data = svg_of(roadmap)
    assert {p.element_id: p.words[0].text for p in read_picture(data).of_role("label")} == expected(roadmap)
    rules = {finding.rule for finding in check_svg(data, expected(roadmap)).findings}
    assert rules <= {"embedded-font"}  # where no font for them is installed


def test_three_families_without_branches_are_drawn() -> None:
    taxa = tuple(RoadmapTaxon(slug, f"Family {slug}", slug, None, i) for i, slug in enumerate("abc"))
    items = tuple(replace(item, taxon="abc"[i % 3]) for i, item in enumerate(sample(30, seed=6).items))
    roadmap = replace(sample(1), taxa=taxa, items=items)
    assert check_svg(svg_of(roadmap), expected(roadmap)).findings == ()


def test_what_cannot_be_drawn_is_a_clear_error() -> None:
    with pytest.raises(InvalidInputError, match="no dated method"):
        drawn(replace(sample(1), items=()))
    circle = (RoadmapTaxon("a", "A", "a", "b", 0), RoadmapTaxon("b", "B", "b", "a", 1))
    with pytest.raises(InvalidInputError, match="its own ancestor"):
        drawn(replace(sample(3), taxa=circle))
    with pytest.raises(InvalidInputError, match="does not fit"):
        drawn(sample(3, labels=["Interminable" * 12]))
    with pytest.raises(InvalidInputError, match="unknown orientation"):
        FigureOptions(orientation="slanted")  # type: ignore[arg-type]


def test_the_alt_text_says_which_way_it_grows() -> None:
    assert "growing to the right" in drawn(sample(5)).alt
    assert "growing upwards" in draw_roadmap(sample(5)).alt


def test_the_check_finds_a_label_carried_along_its_trunk(svg: bytes) -> None:
    root = ET.fromstring(svg)
    path = root.find(f".//{SVG}g[@id='method-3']//{SVG}g[@class='box']/{SVG}path")
    assert path is not None
    numbers = iter(re.split(r"(-?\d+\.\d+|-?\d+)", path.attrib["d"]))
    text, place = "", 0
    for piece in numbers:
        shifted = re.fullmatch(r"-?\d+(\.\d+)?", piece) is not None
        text += str(float(piece) - 150) if shifted and place % 2 == 0 else piece
        place += shifted
    path.set("d", text)
    assert {"offset", "leader", "year"} <= {finding.rule for finding in check_svg(ET.tostring(root)).findings}


def test_the_check_finds_a_day_that_lies_on_a_name(svg: bytes) -> None:
    root = ET.fromstring(svg)
    day = root.find(f".//{SVG}g[@id='as-of']//{SVG}text")
    name = root.find(f".//{SVG}g[@id='heading-cascaded-implicit']//{SVG}text")
    assert day is not None
    assert name is not None
    day.set("x", name.attrib["x"])
    day.set("y", name.attrib["y"])
    assert "gap" in {finding.rule for finding in check_svg(ET.tostring(root)).findings}


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("own-trunk", b'data-trunk="taxon-cascaded-implicit"', b'data-trunk="taxon-joint-autoregressive-latent"'),
        ("year", b'data-date="2025', b'data-date="2024'),
        ("quarters", b'class="quarter"', b'class="eighth"'),
        ("as-of", b">31 Aug<", b">some day<"),
    ],
)
def test_the_check_finds_what_is_wrong(svg: bytes, rule: str, old: bytes, new: bytes) -> None:
    assert old in svg
    assert rule in {finding.rule for finding in check_svg(svg.replace(old, new)).findings}


def test_adding_a_paper_moves_the_others_little_and_keeps_their_order() -> None:
    medians, kept = insertions(sample(64, seed=SEED), "two-column", 3, "horizontal")
    assert kept == 3
    assert statistics.median(medians) <= 1
    assert max(medians) <= 1


@pytest.mark.drill
def test_a_hundred_additions_move_little() -> None:
    medians, kept = insertions(sample(64, seed=SEED), "two-column", 100, "horizontal")
    assert kept >= 90
    assert sum(value <= 1 for value in medians) >= 99
