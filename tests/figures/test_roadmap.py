"""The roadmap figure, judged by the produced files: nothing here looks at how it was laid out."""

import base64
import hashlib
import io
import pickle
import random
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.helpers.roadmap_report import SEED, insertions
from tests.helpers.roadmap_samples import ODD_LABELS, expected, sample
from wamkg.errors import InvalidInputError
from wamkg.figures.check.colors import MIN_DIFFERENCE, MIN_LIGHTNESS, SIMULATIONS, difference
from wamkg.figures.check.picture import read_picture
from wamkg.figures.check.report import check_svg, main
from wamkg.figures.compare import main as list_moved
from wamkg.figures.compare import moved_labels
from wamkg.figures.plaintext import plain
from wamkg.figures.roadmap.draw import draw_roadmap
from wamkg.figures.roadmap.spacing import gaps_of, spread
from wamkg.figures.shades import branch_colors, repeats
from wamkg.figures.style import THEMES, FigureOptions, contrast, hues_for
from wamkg.pages.chart import steps_of
from wamkg.store.session import Store
from wamkg.views.roadmap import Roadmap, RoadmapTaxon, build_roadmap, short_title

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"


def svg_of(roadmap: Roadmap, **options: object) -> bytes:
    return draw_roadmap(roadmap, FigureOptions(**options)).to_bytes("svg")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def svg() -> bytes:
    return svg_of(sample(64))


@pytest.mark.parametrize(
    ("count", "width"),
    [
        (1, "two-column"),
        (2, "one-column"),
        (64, "two-column"),
        (64, "one-column"),
        (150, "two-column"),
        (500, "two-column"),
    ],
)
def test_a_drawing_keeps_every_measured_rule(count: int, width: str) -> None:
    roadmap = sample(count, seed=count)
    report = check_svg(svg_of(roadmap, width=width), expected(roadmap))
    assert report.findings == ()


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_every_theme_is_legible(theme: str) -> None:
    roadmap = sample(30, seed=3)
    report = check_svg(svg_of(roadmap, theme=theme), expected(roadmap))
    assert report.findings == ()
    assert report.numbers["contrast_min"] >= 4.5


@pytest.mark.parametrize(("width", "least"), [("two-column", 64), ("one-column", 60)])
def test_the_seeded_survey_is_drawn_whole_or_nearly_so_in_one_column(
    seeded_store: Store, width: str, least: int
) -> None:
    with seeded_store.reading() as session:
        roadmap = build_roadmap(session)
    report = check_svg(svg_of(roadmap, width=width), expected(roadmap))
    assert report.findings == ()
    assert report.numbers["labels"] >= least


def test_institution_marks_stand_outside_their_labels_and_unknown_ones_print_nothing() -> None:
    plain_roadmap = sample(20, seed=4)
    marked = replace(
        plain_roadmap, items=tuple(replace(i, mark="PKU" if n % 2 else "") for n, i in enumerate(plain_roadmap.items))
    )
    data = svg_of(marked)
    assert check_svg(data, expected(marked)).findings == ()
    assert len([part for part in read_picture(data).parts if part.element_id.startswith("mark-")]) == 10


@pytest.mark.parametrize("orientation", ["vertical", "horizontal"])
def test_an_old_outlier_is_set_apart_by_a_break(orientation: str) -> None:
    roadmap = sample(40, seed=5)
    old = replace(roadmap.items[0], when=date(1991, 6, 1))
    data = svg_of(replace(roadmap, items=(old, *roadmap.items[1:])), orientation=orientation)
    assert check_svg(data).findings == ()
    assert b'class="break"' in data


def test_any_taxonomy_is_drawn_with_a_hue_a_family() -> None:
    taxa = tuple(RoadmapTaxon(slug, f"Family {slug}", slug, None, i) for i, slug in enumerate("abcd"))
    items = tuple(replace(item, taxon="abcd"[i % 4]) for i, item in enumerate(sample(30, seed=6).items))
    roadmap = replace(sample(1), taxa=taxa, items=items)
    data = svg_of(roadmap)
    assert check_svg(data, expected(roadmap)).findings == ()
    assert len({part.fill("body") for part in read_picture(data).of_role("trunk")}) == 4


def test_joint_is_blue_and_cascaded_teal_whatever_their_order() -> None:
    chosen = {"joint": 0, "cascaded": 1}
    assert hues_for(["cascaded", "joint", "other"], chosen) == {"cascaded": 1, "joint": 0, "other": 2}
    assert hues_for(["one", "other"], chosen) == {"one": 2, "other": 3}
    assert hues_for(["one", "other"], {}) == {"one": 0, "other": 1}


@pytest.mark.parametrize("number", [2, 6, 7, 8, 9, 12, 16, 24])
def test_no_two_branches_of_a_timeline_look_the_same(number: int) -> None:
    branches = [f"branch-{i}" for i in range(number)]
    colors, patterns = branch_colors(branches, FigureOptions()), repeats(branches, FigureOptions())
    assert len({(colors[branch], patterns[branch]) for branch in branches}) == number
    assert len(set(colors.values())) == min(number, 8) and (number > 8) == any(patterns.values())
    steps = steps_of(branches, hues_for(branches, {}))
    assert number > 16 or len({(colors[branch], steps[branch]) for branch in branches}) == number


def test_families_differ_in_grey() -> None:
    blue, teal = THEMES["light"].hues[:2]
    assert contrast(blue.trunk, teal.trunk) > 1.5


def test_a_method_placed_on_an_inner_taxon_gets_a_trunk_of_its_own() -> None:
    roadmap = sample(20, seed=7)
    inner = replace(roadmap, items=(replace(roadmap.items[0], taxon="joint/diffusion"), *roadmap.items[1:]))
    part = next(p for p in read_picture(svg_of(inner)).parts if p.element_id == "method-0")
    assert part.data["trunk"] == "taxon-joint-diffusion-other"


def test_levels_collapse_on_request_and_where_the_width_asks_for_it() -> None:
    roadmap = sample(40, seed=8)
    assert len(read_picture(svg_of(roadmap, depth=1)).of_role("trunk")) == 2
    narrow = draw_roadmap(roadmap, FigureOptions(width="one-column"))
    assert any("levels below" in note for note in narrow.notes)


def test_representatives_are_the_most_cited_and_the_rest_is_counted() -> None:
    roadmap = sample(300, seed=9)
    picture = read_picture(svg_of(roadmap, representatives=1, depth=1))
    shown = {part.element_id for part in picture.of_role("label")}
    citations = {item.element_id: item.citations or 0 for item in roadmap.items}
    quarters = {item.element_id: (item.taxon[:5], item.when.year, (item.when.month - 1) // 3) for item in roadmap.items}
    for item in roadmap.items:
        rivals = [other for other in quarters if quarters[other] == quarters[item.element_id]]
        if item.element_id in shown:
            assert citations[item.element_id] == max(citations[other] for other in rivals)
    counted = sum(int(part.words[0].text) for part in picture.of_role("more"))
    assert len(shown) + counted == 300


def test_labels_picked_by_hand_are_drawn_and_the_others_counted() -> None:
    roadmap = sample(120, seed=15)
    drawing = draw_roadmap(roadmap, FigureOptions(chosen=("method-7", "9", roadmap.items[11].label.upper())))
    picture = read_picture(drawing.to_bytes("svg"))
    assert {part.element_id for part in picture.of_role("label")} == {"method-7", "method-9", "method-11"}
    assert sum(int(part.words[0].text) for part in picture.of_role("more")) == 117
    assert sum(row[8] == "yes" for row in drawing.rows) == 3


def test_labels_picked_by_hand_stand_beside_the_most_cited() -> None:
    roadmap = sample(300, seed=9)
    alone, more = (FigureOptions(representatives=1, depth=1, chosen=c) for c in ((), ("method-5",)))
    drawn = [
        {part.element_id for part in read_picture(draw_roadmap(roadmap, look).to_bytes("svg")).of_role("label")}
        for look in (alone, more)
    ]
    assert drawn[1] - drawn[0] == {"method-5"}


def test_a_hand_picked_name_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="'nobody'"):
        draw_roadmap(sample(5), FigureOptions(chosen=("nobody",)))


@pytest.mark.parametrize("height", [235.0, 150.0])
def test_a_field_of_150_methods_is_no_taller_than_asked_and_every_method_is_drawn_or_counted(height: float) -> None:
    roadmap = sample(150, seed=15)
    drawing = draw_roadmap(roadmap, FigureOptions(height=height))
    assert drawing.height / 72 * 25.4 <= height + 0.1
    picture = read_picture(drawing.to_bytes("svg"))
    counted = sum(int(part.words[0].text) for part in picture.of_role("more"))
    assert len(picture.of_role("label")) + counted == 150


def test_institution_marks_are_left_out_where_the_width_is_small() -> None:
    roadmap = sample(10, seed=4)
    marked = replace(roadmap, items=tuple(replace(item, mark="PKU") for item in roadmap.items))
    narrow = draw_roadmap(marked, FigureOptions(width="one-column"))
    assert "institution marks left out" in narrow.notes
    assert not [p for p in read_picture(narrow.to_bytes("svg")).parts if p.element_id.startswith("mark-")]
    assert "Grey letters" in draw_roadmap(marked).caption


def test_odd_labels_stay_searchable_text() -> None:
    roadmap = sample(len(ODD_LABELS), seed=10, labels=ODD_LABELS)
    texts = {p.element_id: p.words[0].text for p in read_picture(svg_of(roadmap)).of_role("label")}
    assert texts == expected(roadmap)
    assert texts["method-0"] == "x₁ & <b>"
    assert texts["method-1"] == "C³ache"


def test_a_label_is_linked_and_tells_title_and_date(svg: bytes) -> None:
    group = ET.fromstring(svg).find(f".//{SVG}g[@id='method-3']")
    assert group is not None
    item = sample(64).items[3]
    assert group.find(f"{SVG}a").get(LINK) == item.href  # type: ignore[union-attr]
    assert group.findtext(f"{SVG}title") == f"{item.title} ({item.when.isoformat()})"


def test_a_link_that_is_no_address_is_left_out() -> None:
    roadmap = sample(2)
    data = svg_of(replace(roadmap, items=(replace(roadmap.items[0], href="javascript:alert(1)"), roadmap.items[1])))
    assert b"javascript" not in data


def test_new_methods_are_framed_and_the_caption_says_so() -> None:
    drawing = draw_roadmap(sample(10), FigureOptions(new=frozenset({"method-1"}), new_label="v1"))
    assert "new since v1" in drawing.caption
    assert drawing.to_bytes("svg") != draw_roadmap(sample(10)).to_bytes("svg")


def test_the_caption_states_rule_day_and_what_is_left_out() -> None:
    caption = draw_roadmap(replace(sample(10), undated=("Nameless",))).caption
    assert "date=arxiv_v1" in caption
    assert "2026-08-31" in caption
    assert "1 without a date" in caption


@pytest.mark.parametrize("orientation", ["vertical", "horizontal"])
def test_a_date_known_to_the_year_stays_in_its_year(orientation: str) -> None:
    roadmap = sample(40, seed=11)
    vague = tuple(replace(i, when=date(i.when.year, 1, 1), precision="year") for i in roadmap.items)
    assert check_svg(svg_of(replace(roadmap, items=vague), orientation=orientation)).findings == ()


@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_another_process_writes_the_same_bytes(kind: str, tmp_path: Path) -> None:
    roadmap = sample(64)
    (tmp_path / "roadmap.pickle").write_bytes(pickle.dumps(roadmap))
    code = (
        "import hashlib, pickle, sys; from wamkg.figures.roadmap.draw import draw_roadmap;"
        "data = draw_roadmap(pickle.load(open(sys.argv[1], 'rb'))).to_bytes(sys.argv[2]);"
        "print(hashlib.sha256(data).hexdigest())"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "roadmap.pickle"), kind]
    environment = {"PYTHONHASHSEED": "7", "PATH": "", "MPLCONFIGDIR": str(tmp_path)}
    run = subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment, cwd=Path(__file__).parents[2]
    )
    ours = draw_roadmap(roadmap).to_bytes(kind)  # type: ignore[arg-type]
    assert run.stdout.strip() == hashlib.sha256(ours).hexdigest()


@pytest.mark.parametrize("orientation", ["vertical", "horizontal"])
def test_the_order_of_the_items_does_not_matter(orientation: str) -> None:
    roadmap = sample(64)
    turned = replace(roadmap, items=roadmap.items[::-1])
    assert svg_of(turned, orientation=orientation) == svg_of(roadmap, orientation=orientation)


def test_the_pdf_embeds_its_fonts_and_has_the_asked_width() -> None:
    data = draw_roadmap(sample(20)).to_bytes("pdf")
    assert b"/FontFile2" in data
    assert b"/Type3" not in data
    assert b"/Subtype /Image" not in data
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ", data)
    assert box is not None
    assert float(box[1]) / 72 * 25.4 == pytest.approx(180, abs=0.05)


def test_the_png_says_its_resolution() -> None:
    image = Image.open(io.BytesIO(draw_roadmap(sample(5), FigureOptions(width="one-column", dpi=600)).to_bytes("png")))
    assert image.info["dpi"] == pytest.approx((600, 600), abs=1)
    assert image.width == pytest.approx(88 / 25.4 * 600, abs=1)


def test_the_svg_carries_every_glyph_it_needs(svg: bytes) -> None:
    root, covered = ET.fromstring(svg), set[int]()
    for encoded in re.findall(rb"base64,([A-Za-z0-9+/=]+)", svg):
        covered |= TTFont(io.BytesIO(base64.b64decode(encoded))).getBestCmap().keys()
    text = "".join("".join(element.itertext()) for element in root.iter(f"{SVG}text"))
    assert set(map(ord, text)) <= covered


def test_saving_replaces_the_file_whole_and_refuses_unknown_formats(tmp_path: Path) -> None:
    drawing = draw_roadmap(sample(3))
    target = drawing.save(tmp_path / "out" / "roadmap.svg")
    assert target.read_bytes() == drawing.to_bytes("svg")
    with pytest.raises(InvalidInputError, match="format"):
        drawing.save(tmp_path / "out" / "roadmap.docx")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["roadmap.svg"]


@pytest.mark.parametrize(("width", "times"), [("two-column", 8), ("one-column", 8)])
def test_adding_a_paper_moves_the_others_little_and_keeps_their_order(width: str, times: int) -> None:
    medians, kept = insertions(sample(64, seed=SEED), width, times)
    assert kept == times
    assert max(medians) <= 1


@pytest.mark.drill
@pytest.mark.parametrize("width", ["two-column", "one-column"])
def test_a_hundred_additions_keep_the_order_and_move_little(width: str) -> None:
    medians, kept = insertions(sample(64, seed=SEED), width, 100)
    assert kept == 100
    assert max(medians) <= 1


def test_moved_labels_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    roadmap = sample(12, seed=2)
    old, new = tmp_path / "old.svg", tmp_path / "new.svg"
    old.write_bytes(svg_of(roadmap))
    later = replace(roadmap.items[3], when=roadmap.items[3].when + timedelta(days=200))
    new.write_bytes(svg_of(replace(roadmap, items=(*roadmap.items[:3], later, *roadmap.items[4:-1]))))
    assert list_moved([str(old), str(new)]) == 0
    out = capsys.readouterr().out
    assert "method-3 " in out
    assert "method-11 gone" in out


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_families_are_told_apart_by_those_who_see_fewer_colors(theme: str) -> None:
    hues = [hue.trunk for hue in THEMES[theme].hues]
    for one, other in combinations(hues, 2):
        for kind in SIMULATIONS:
            assert difference(one, other, kind) >= MIN_DIFFERENCE, (one, other, kind)
    report = check_svg(svg_of(sample(20, seed=3), theme=theme))
    assert report.numbers["grey"] >= MIN_LIGHTNESS


def test_the_check_finds_families_of_one_color_and_one_shape(svg: bytes) -> None:
    blue, teal = (hue.trunk.encode() for hue in THEMES["light"].hues[:2])
    rules = {finding.rule for finding in check_svg(svg.replace(teal, blue)).findings}
    assert "colour-blind" in rules
    assert "grey" not in rules  # the dots have shapes of their own


def test_a_drawing_has_not_moved_against_itself(svg: bytes) -> None:
    assert set(moved_labels(svg, svg).values()) == {0.0}


def test_no_method_is_a_clear_error() -> None:
    with pytest.raises(InvalidInputError, match="no dated method"):
        draw_roadmap(replace(sample(1), items=()))


@pytest.mark.parametrize(
    ("taxa", "message"),
    [
        ((RoadmapTaxon("a", "A", "a", "b", 0), RoadmapTaxon("b", "B", "b", "a", 1)), "its own ancestor"),
        ((RoadmapTaxon("a", "A", "a", "gone", 0),), "not in the taxonomy"),
        ((RoadmapTaxon("a", "A", "a", None, 0),), "does not have"),
    ],
)
def test_a_broken_tree_is_a_clear_error(taxa: tuple[RoadmapTaxon, ...], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        draw_roadmap(replace(sample(3), taxa=taxa))


@pytest.mark.parametrize(
    "options",
    [{"width": 10.0}, {"width": "wide"}, {"theme": "neon"}, {"dpi": 72}, {"depth": 0}, {"representatives": 0}],
)
def test_options_out_of_range_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError):
        FigureOptions(**options)  # type: ignore[arg-type]


def test_a_label_wider_than_the_figure_is_a_clear_error() -> None:
    with pytest.raises(InvalidInputError, match="does not fit"):
        draw_roadmap(sample(3, labels=["Interminable" * 12]))


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("unique-id", b'id="method-2"', b'id="method-1"'),
        ("font-size", b"font-size: 6px", b"font-size: 4px"),
        ("contrast", b"fill: #16202e", b"fill: #d0d8e8"),
        ("complete", b'id="method-5"', b'id="method-unknown"'),
        ("own-trunk", b'data-trunk="taxon-cascaded-implicit"', b'data-trunk="taxon-joint-autoregressive"'),
        ("year", b'data-date="2025', b'data-date="2024'),
        ("link", b'xlink:href="https://example.org/7"', b""),
        ("quarters", b'class="quarter"', b'class="eighth"'),
        ("as-of", b">31 Aug<", b">some day<"),
        ("as-of", b">2026</text>", b">2024</text>"),
        ("embedded-font", b"data:font/woff;", b"data:nothing;"),
    ],
)
def test_the_check_finds_what_is_wrong(svg: bytes, rule: str, old: bytes, new: bytes) -> None:
    assert old in svg
    report = check_svg(svg.replace(old, new), expected(sample(64)))
    assert rule in {finding.rule for finding in report.findings}


def test_the_check_finds_a_label_that_was_moved(svg: bytes) -> None:
    root = ET.fromstring(svg)
    box = root.find(f".//{SVG}g[@id='method-3']//{SVG}g[@class='box']/{SVG}path")
    other = root.find(f".//{SVG}g[@id='method-4']//{SVG}g[@class='box']/{SVG}path")
    assert box is not None
    assert other is not None
    box.set("d", other.attrib["d"])
    assert "gap" in {finding.rule for finding in check_svg(ET.tostring(root)).findings}


def test_the_check_runs_on_files(svg: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.svg", tmp_path / "bad.svg"
    good.write_bytes(svg)
    bad.write_bytes(svg.replace(b"font-size: 6px", b"font-size: 4px"))
    assert main([str(good)]) == 0
    assert main([str(bad)]) == 1
    assert "font-size" in capsys.readouterr().out


def test_the_check_refuses_what_is_no_figure() -> None:
    with pytest.raises(InvalidInputError):
        check_svg(b"no picture")


def test_views_do_not_load_matplotlib() -> None:
    code = "import sys, wamkg.views.roadmap, wamkg.figures.style; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0


heights = st.lists(st.floats(0, 300), min_size=1, max_size=30).map(sorted)


@settings(max_examples=60, deadline=None)
@given(heights, st.randoms(use_true_random=False))
def test_spread_labels_keep_order_and_distance_and_cannot_be_nearer(targets: list[float], rng: random.Random) -> None:
    sides = [rng.choice((-1, 1)) for _ in targets]
    gaps = gaps_of(sides, 10.0)
    free = [0.0] * len(targets)
    placed = spread(targets, gaps, [-1e6 + f for f in free], [1e6 + f for f in free])
    assert placed is not None
    assert all(b - a >= gap - 1e-6 for a, b, gap in zip(placed, placed[1:], gaps[1:], strict=False))
    for side in (-1, 1):
        ours = [y for y, s in zip(placed, sides, strict=True) if s == side]
        assert all(b - a >= 10.0 - 1e-6 for a, b in pairwise(ours))
    cost = sum((y - t) ** 2 for y, t in zip(placed, targets, strict=True))
    for _ in range(20):  # any other admissible placing costs at least as much
        other, level = [], -1e6
        for target, gap in zip(targets, gaps, strict=True):
            level = max(level + gap, target + rng.uniform(-15, 15))
            other.append(level)
        assert cost <= sum((y - t) ** 2 for y, t in zip(other, targets, strict=True)) + 1e-6


def test_spread_says_when_a_year_cannot_hold_its_labels() -> None:
    assert spread([1.0, 2.0], [0.0, 10.0], [0.0, 0.0], [5.0, 5.0]) is None


@given(st.text(st.characters(exclude_characters="$"), max_size=40))
def test_plain_text_is_one_line_and_stable(text: str) -> None:
    once = plain(text)
    assert once == " ".join(once.split())
    assert plain(once) == once


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("C$^3$ache", "C³ache"),
        (r"$\pi_{0.7}$", "π₀.₇"),
        (r"$\mathcal{X}^{2}$-WAM", "X²-WAM"),
        ("US$5 and $6", "US$5 and $6"),
        ("snake_case^2", "snake_case^2"),
    ],
)
def test_mathematics_becomes_unicode_and_other_dollars_stay(text: str, printed: str) -> None:
    assert plain(text) == printed


def test_a_roadmap_that_does_not_fit_names_the_command_that_does() -> None:
    taxa = tuple(RoadmapTaxon(f"b{i}", f"Branch {i}", f"b{i}", None, i) for i in range(12))
    names = [f"A Long Name of a Method {i}" for i in range(60)]
    roadmap = sample(60, seed=7, labels=names)
    items = tuple(replace(item, taxon=f"b{i % 12}") for i, item in enumerate(roadmap.items))
    wide = replace(roadmap, taxa=taxa, items=items)
    with pytest.raises(InvalidInputError, match="add `--orientation horizontal` to the command"):
        draw_roadmap(wide)
    fitting = draw_roadmap(wide, FigureOptions(orientation="horizontal"))
    assert draw_roadmap(wide, FigureOptions(fit=True)).caption == fitting.caption


def test_a_label_from_a_title_is_short_in_words_and_characters() -> None:
    assert short_title("Kites") == "Kites"
    assert short_title("How silk kites bend in wind: a study") == "How silk kites bend…"
    assert (
        short_title("Measurement-conditioned aerodynamically stabilized kites")
        == "Measurement-conditioned aerodynamically…"
    )
    assert len(short_title("Aero" * 30)) == 40
