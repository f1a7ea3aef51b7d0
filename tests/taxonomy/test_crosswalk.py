"""Two taxonomies held against each other."""

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from tests.helpers.edit_store import fill
from wamkg.cli import run
from wamkg.errors import NotFoundError
from wamkg.store.session import Store
from wamkg.taxonomy.crosswalk import crosswalk
from wamkg.taxonomy.crosswalk_text import crosswalk_csv, crosswalk_latex
from wamkg.taxonomy.label_agreement import adjusted_rand_index, normalised_mutual_information

PLACES = [
    ("joint/diffusion", "latent-only"),
    ("joint/diffusion", "latent-only"),
    ("joint/diffusion", "render-and-decode"),
    ("cascaded/implicit", "render-and-decode"),
    ("cascaded/implicit", None),
]


@pytest.fixture
def placed(store: Store, tmp_path: Path) -> Store:
    """Five papers in `wam`, four of them also in `nus`."""
    taxa = [{"wam": a} | ({"nus": b} if b else {}) for a, b in PLACES]
    titles = [f"Paper Number {i} about Robots" for i in range(len(PLACES))]
    papers = [
        {"title": t, "arxiv": f"2501.0000{i}", "taxa": x} for i, (t, x) in enumerate(zip(titles, taxa, strict=True))
    ]
    fill(store, tmp_path, *papers)
    return store


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz")), min_size=1, max_size=40))
def test_mutual_information_is_scikit_learns(pairs: list[tuple[str, str]]) -> None:
    a, b = zip(*pairs, strict=True)
    expected = normalized_mutual_info_score(a, b, average_method="arithmetic")
    assert normalised_mutual_information(a, b) == pytest.approx(expected, abs=1e-9)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz")), min_size=1, max_size=40))
def test_the_adjusted_rand_index_is_scikit_learns(pairs: list[tuple[str, str]]) -> None:
    a, b = zip(*pairs, strict=True)
    assert adjusted_rand_index(a, b) == pytest.approx(adjusted_rand_score(a, b), abs=1e-9)


def test_the_adjusted_rand_index_by_hand() -> None:
    # 15 pairs: 7 together in the first labeling, 4 in the second, 3 in both; expected 7 * 4 / 15.
    assert adjusted_rand_index("aaaabb", "xxxyyz") == pytest.approx((3 - 28 / 15) / (5.5 - 28 / 15))


def test_no_papers_tell_nothing() -> None:
    assert normalised_mutual_information([], []) == adjusted_rand_index([], []) == 0.0


def test_counts_mapping_and_breaks(placed: Store) -> None:
    with placed.reading() as session:
        found = crosswalk(session, "wam", "nus")
    assert (found.shared, found.only_a, found.only_b) == (4, 1, 0)
    assert [(c.a, c.b, c.count) for c in found.table] == [
        ("cascaded/implicit", "render-and-decode", 1),
        ("joint/diffusion", "latent-only", 2),
        ("joint/diffusion", "render-and-decode", 1),
    ]
    assert [(m.a, m.b, round(m.conditional, 3)) for m in found.mapping][1] == ("joint/diffusion", "latent-only", 0.667)
    assert [(b.paper, b.expected) for b in found.breaks] == [("paper-number-2-about-robots", "latent-only")]
    assert found.levels[0].depth_a == found.levels[0].depth_b == 0
    assert found.levels[0].purity_a == 0.75


def test_csv_and_latex_hold_the_same_numbers(placed: Store) -> None:
    with placed.reading() as session:
        found = crosswalk(session, "wam", "nus", depth_a=1)
    assert crosswalk_csv(found).splitlines()[1:] == ["cascaded,0,1,1", "joint,2,1,3"]
    latex = crosswalk_latex(found)
    assert r"joint & 2 & 1 & 3 \\" in latex
    assert latex.count(r"\begin") == latex.count(r"\end") == 2


def test_the_two_surveys_give_what_was_computed_independently(
    home: Path, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("awesome-wam.md", "awesome-wam-nus.md"):
        assert run(["import", str(shared_data / name), "--json"]) == 0
    capsys.readouterr()
    assert run(["crosswalk", "wam", "nus", "--json"]) == 0
    found = orjson.loads(capsys.readouterr().out)
    assert {"a", "b", "shared", "levels", "table", "breaks"} <= found.keys()
    nmi = {(level["depth_a"], level["depth_b"]): round(level["nmi"], 3) for level in found["levels"]}
    assert (found["shared"], nmi[1, 0], nmi[0, 0]) == (61, 0.066, 0.348)
    for arguments in ([], ["--format", "csv"], ["--format", "latex"]):
        assert run(["crosswalk", "wam", "nus", *arguments]) == 0
        assert "latent-only" in capsys.readouterr().out


def test_a_taxonomy_that_is_not_there(placed: Store) -> None:
    with placed.reading() as session, pytest.raises(NotFoundError, match="nowhere"):
        crosswalk(session, "wam", "nowhere")
