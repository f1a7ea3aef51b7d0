"""Every figure there is a name for: drawn from the seeds, with its words, its data and its manifest."""

import csv
import re
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import orjson
import pytest

from tests.helpers.figure_queries import evaluation, query_for
from wamkg.errors import InvalidInputError, WamkgError
from wamkg.figures.catalog import make_figure
from wamkg.figures.charts.evaluation import read_evaluation
from wamkg.figures.check.picture import read_picture
from wamkg.figures.check.words import word_findings
from wamkg.figures.plaintext import plain
from wamkg.figures.query import FIGURES, FigureQuery, FigureRequest
from wamkg.figures.style import PAGE_MM, FigureOptions
from wamkg.services.exports import export
from wamkg.services.figures import draw_figure
from wamkg.store.paper_filter import PaperFilter, count_papers
from wamkg.store.session import Store
from wamkg.views.results import ResultQuery, scores_over_time
from wamkg.views.roadmap import build_roadmap
from wamkg.views.taxonomies import taxonomy_with_papers


@dataclass(frozen=True)
class Files:
    """A figure written by its name."""

    svg: bytes
    rows: list[list[str]]
    manifest: dict[str, object]


def write(store: Store, name: str, folder: Path, **look: object) -> Files:
    """Draw a figure and read its files back."""
    request = FigureRequest(name, query_for(name, folder))
    draw_figure(store, request, [folder / "figure.svg"], FigureOptions(**look))  # type: ignore[arg-type]
    rows = list(csv.reader((folder / "figure.csv").read_text(encoding="utf-8").splitlines()))
    return Files((folder / "figure.svg").read_bytes(), rows, orjson.loads((folder / "figure.json").read_bytes()))


OF_SEEDS = [name for name in FIGURES if name != "main-path"]
"""Figures that the seeds give; they have no citations, so the main path has tests of its own."""


@pytest.mark.parametrize("name", OF_SEEDS)
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
@pytest.mark.parametrize("name", [name for name in OF_SEEDS if name != "roadmap"])
def test_words_are_large_clear_and_apart(seeded_store: Store, tmp_path: Path, name: str, width: str) -> None:
    for theme in ("light", "dark"):
        files = write(seeded_store, name, tmp_path, width=width, theme=theme)
        assert list(word_findings(read_picture(files.svg))) == []


@pytest.mark.parametrize("name", [name for name in OF_SEEDS if name != "roadmap"])
def test_the_same_store_gives_the_same_bytes(seeded_store: Store, tmp_path: Path, name: str) -> None:
    first, second = (write(seeded_store, name, tmp_path / folder) for folder in "ab")
    assert first == second


@pytest.mark.parametrize("name", [name for name, kind in FIGURES.items() if kind.latex])
def test_a_figure_as_latex_holds_every_row(seeded_store: Store, tmp_path: Path, name: str) -> None:
    request = FigureRequest(name, query_for(name, tmp_path))
    draw_figure(seeded_store, request, [tmp_path / "figure.tex"])
    text = (tmp_path / "figure.tex").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    assert text.isascii()


def test_the_forest_cites_exactly_what_it_shows(seeded_store: Store, tmp_path: Path) -> None:
    draw_figure(seeded_store, FigureRequest("taxonomy"), [tmp_path / "figure.tex"])
    rows = list(csv.DictReader((tmp_path / "figure.csv").read_text(encoding="utf-8").splitlines()))
    cited = re.findall(r"\\cite\{([^}]+)\}", (tmp_path / "figure.tex").read_text(encoding="utf-8"))
    assert sorted(cited) == sorted(row["key"] for row in rows if row["drawn"] == "yes")
    bibliography: list[str] = []
    export(seeded_store, "bibtex", bibliography.append)
    keys = set(re.findall(r"^@\w+\{([^,]+),", "".join(bibliography), re.M))
    assert set(cited) <= keys


def test_a_tree_draws_every_class_and_counts_every_paper(seeded_store: Store, tmp_path: Path) -> None:
    files = write(seeded_store, "taxonomy", tmp_path)
    picture = read_picture(files.svg)
    with seeded_store.reading() as session:
        placed = taxonomy_with_papers(session, "wam")
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


@pytest.mark.parametrize("name", [name for name, kind in FIGURES.items() if kind.filtered and name != "main-path"])
def test_filters_choose_the_papers_of_a_figure(seeded_store: Store, name: str) -> None:
    with seeded_store.reading() as session:
        every = make_figure(session, name, FigureQuery(), FigureOptions())
        some = make_figure(session, name, FigureQuery.of(name, {"year": (2025,)}), FigureOptions())
    assert some.rows != every.rows
    assert "year 2025" in some.caption
    assert "year 2025" not in every.caption


def test_a_roadmap_of_a_branch_and_a_year_holds_their_papers_alone(seeded_store: Store) -> None:
    asked = FigureQuery.of("roadmap", {"taxon": ("wam:joint",), "year": (2025,), "since": "2025-06"})
    assert (asked.since, asked.papers.since) == ("2025-06", None)  # a roadmap's own parameter comes first
    with seeded_store.reading() as session:
        drawn = build_roadmap(session, wanted=asked.papers).items
        every = build_roadmap(session).items
        chosen = count_papers(session, asked.papers)
    assert {item.taxon.split("/")[0] for item in drawn} == {"joint"}
    assert 0 < len(drawn) <= chosen < len(every)
    assert set(drawn) < set(every)


def test_an_overview_holds_every_data_set_once(seeded_store: Store, tmp_path: Path) -> None:
    picture = read_picture(write(seeded_store, "training-data", tmp_path).svg)
    with seeded_store.reading() as session:
        placed = taxonomy_with_papers(session, "training-data")
    labels = {part.element_id: part.words[0].text for part in picture.of_role("label")}
    assert labels == {item.element_id: plain(item.label) for item in placed.items}


def test_scores_stand_at_their_day_and_value(seeded_store: Store, tmp_path: Path) -> None:
    files = write(seeded_store, "leaderboard", tmp_path)
    head, *body = files.rows
    rows = [dict(zip(head, row, strict=True)) for row in body]
    parts = read_picture(files.svg).of_role("score")
    assert len(parts) == len(rows)
    for one, other in combinations([p for p in parts if p.element_id.startswith("score-libero-overall")], 2):
        (x1, y1), (x2, y2) = (dot.middle for p in (one, other) if (dot := p.rect("dot")) is not None)
        if "no date" not in (one.data["date"], other.data["date"]) and one.data["date"] != other.data["date"]:
            assert (x1 < x2) == (one.data["date"] < other.data["date"])
        if one.data["value"] != other.data["value"]:
            assert (y1 > y2) == (float(one.data["value"]) < float(other.data["value"]))


def test_the_record_is_never_held_by_a_worse_score(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        for board in scores_over_time(session, ResultQuery(benchmark=("libero",))):
            records = [score for score in board.scores if score.record]
            for score in board.scores:
                before = [r.result.value for r in records if r.when and score.when and r.when <= score.when]
                assert score.when is None or score.result.value <= max(before)


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b"not json", b'{"taxonomy": "wam", "n": 1, "protocol": "x", "default": "a", "models": {}}'],
)
def test_a_file_that_is_no_evaluation_is_a_clear_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "evaluation.json").write_bytes(content)
    with pytest.raises(InvalidInputError, match=r"evaluation\.json"):
        read_evaluation(tmp_path / "evaluation.json")


def test_the_default_model_comes_first(tmp_path: Path) -> None:
    (tmp_path / "evaluation.json").write_bytes(orjson.dumps(evaluation()))
    assert read_evaluation(tmp_path / "evaluation.json").models[0].model == "model-1"


@pytest.mark.parametrize(
    ("name", "query", "message"),
    [
        ("reliability", FigureQuery(), "--source"),
        ("reliability", FigureQuery(source=Path("nowhere.json")), "cannot be read"),
        ("crosswalk-table", FigureQuery(), "compare_with"),
        ("crosswalk-table", FigureQuery(compare_with="challenges"), "no paper is assigned in both"),
        ("matrix", FigureQuery(facet="color"), "unknown facet 'color'"),
        ("matrix", FigureQuery(date="yesterday"), "unknown date rule"),
        ("taxonomy", FigureQuery(date="yesterday"), "unknown date rule"),
        ("leaderboard", FigureQuery(benchmark=("nothing",)), "no benchmark is called 'nothing'"),
        ("training-data", FigureQuery(taxonomy="nowhere"), "unknown taxonomy 'nowhere'"),
        ("training-data", FigureQuery(taxonomy="challenges"), "no paper is assigned"),
        ("roadmap", FigureQuery(facet="year"), "does not accept facet"),
        ("nothing", FigureQuery(), "unknown figure 'nothing'"),
        ("crosswalk-table", FigureQuery(papers=PaperFilter(year=(2025,))), "does not accept year"),
        ("roadmap", FigureQuery(papers=PaperFilter(year=(1950,))), "no paper matches year 1950"),
    ],
)
def test_a_wrong_request_says_what_to_do(seeded_store: Store, name: str, query: FigureQuery, message: str) -> None:
    with seeded_store.reading() as session, pytest.raises(WamkgError, match=message):
        make_figure(session, name, query, FigureOptions())


def test_the_tree_prints_the_whole_citation_key_of_every_paper_it_shows(seeded_store: Store, tmp_path: Path) -> None:
    files = write(seeded_store, "taxonomy", tmp_path)
    head, *rows = files.rows
    keys = {row[head.index("key")] for row in rows if row[head.index("drawn")] == "yes"}
    text = " ".join(word.text for part in read_picture(files.svg).parts for word in part.words)
    assert keys <= set(re.split(r"[\s\xa0]+", text))
    assert len(re.findall(r"\[\d+\]\xa0", text)) == len(keys)


def test_the_leaderboard_says_what_is_remarked_on_how_a_result_was_measured(
    seeded_store: Store, tmp_path: Path
) -> None:
    files = write(seeded_store, "leaderboard", tmp_path)
    notes = next(part for part in read_picture(files.svg).parts if part.element_id == "notes")
    text = " ".join(word.text for word in sorted(notes.words, key=lambda word: word.rect.top))
    head, *rows = files.rows
    remarks = {row[head.index("oddity")] for row in rows} - {""}
    assert remarks
    assert all(remark in text for remark in remarks)


@pytest.mark.parametrize("width", ["one-column", "two-column"])
def test_each_method_of_the_leaderboard_is_named_in_the_picture_or_the_caption(
    seeded_store: Store, tmp_path: Path, width: str
) -> None:
    files = write(seeded_store, "leaderboard", tmp_path, width=width)
    drawn = {word.text for part in read_picture(files.svg).of_role("score") for word in part.words}
    head, *rows = files.rows
    caption = str(files.manifest["caption"])
    assert all(row[head.index("method")] in drawn or row[head.index("method")] in caption for row in rows)
    assert float(str(files.manifest["height_mm"])) <= PAGE_MM + 0.1


def test_the_leaderboard_names_the_split_or_says_that_none_is_stated(seeded_store: Store, tmp_path: Path) -> None:
    files = write(seeded_store, "leaderboard", tmp_path)
    titles = {w.text for part in read_picture(files.svg).parts for w in part.words if w.role == "title"}
    assert "CALVIN, overall, ABC-D" in titles
    said = str(files.manifest["caption"]).partition("The split is not stated for ")[2].partition(".")[0]
    assert "LIBERO, overall" in said and "CALVIN" not in said
