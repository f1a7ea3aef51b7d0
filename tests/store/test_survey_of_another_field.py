"""Pages, figures and exports of another field's survey, empty and with papers; none names the packaged survey."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from wamkg.cli import run
from wamkg.errors import WamkgError
from wamkg.exporting.formats import EXPORTS
from wamkg.figures.query import FIGURES, FigureQuery, FigureRequest
from wamkg.figures.style import THEMES
from wamkg.services.exports import export
from wamkg.services.figures import draw_figure
from wamkg.services.survey import set_survey
from wamkg.services.writers import Writer
from wamkg.settings import get_settings
from wamkg.store.session import Store

Out = pytest.CaptureFixture[str]

FOREIGN = re.compile(r"World Action|\bWAM\b|\bwam\b|\bJoint\b|\bCascaded\b|UniPi|LIBERO")
PAGES = (
    "/",
    "/papers",
    "/taxonomy",
    "/timeline",
    "/graph",
    "/leaderboard",
    "/review",
    "/questions",
    "/duplicates",
    "/sign-in",
)
TAXONOMY = "slug: kites\ntitle: Kites of the North\ntaxa:\n- {slug: silk, name: Silk}\n- {slug: lines, name: Lines}\n"
LIST = "# Awesome Kites\n\n## Silk\n{}\n## Lines\n- [Knots for lines](https://arxiv.org/abs/2105.00005), Bo Li, 2022\n"
ONE = "- [How silk kites bend in wind](https://arxiv.org/abs/2101.00001), Ada Byron, 2021\n"


def begun(file: Path, *text: str) -> Store:
    """A survey that begins with a taxonomy, or with a list of these entries."""
    option = "--from" if text else "--taxonomy"
    file = file / ("kites.md" if text else "kites.yaml")
    file.write_text(LIST.format("".join(text)) if text else TAXONOMY, encoding="utf-8")
    assert run(["init", option, str(file), "--yes"]) in (0, 3)
    return Store(get_settings().url)


@pytest.fixture(params=["", ONE], ids=["empty", "two papers"])
def survey(
    request: pytest.FixtureRequest, home: Path, tmp_path: Path, migrated_file: Path, capsys: Out
) -> Iterator[Store]:
    """A survey of another field."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "wamkg.db").write_bytes(migrated_file.read_bytes())
    store = begun(tmp_path, *filter(None, [request.param]))
    assert not FOREIGN.search(capsys.readouterr().out)
    yield store
    store.close()


def test_pages_figures_and_exports_speak_of_the_survey_alone(survey: Store, tmp_path: Path) -> None:
    with TestClient(create_app()) as pages:
        for path in PAGES:
            answer = pages.get(path)
            assert answer.status_code == 200, path
            assert not FOREIGN.search(answer.text), (path, FOREIGN.search(answer.text))
            assert "Kites" in answer.text, path
    for name in EXPORTS:
        pieces: list[str] = []
        export(survey, name, pieces.append)
        assert not FOREIGN.search("".join(pieces)), name
    for name, kind in FIGURES.items():
        file = tmp_path / f"{name}.svg"
        try:
            draw_figure(survey, FigureRequest(name), [file])
        except WamkgError as error:
            assert not FOREIGN.search(str(error)), name
            assert "\n" not in str(error) and kind.about
        else:
            text = re.sub(r"<style.*?</style>|base64,[^\"')]*", "", file.read_text(), flags=re.S)
            assert not FOREIGN.search(text), name


def test_colors_kinds_and_the_date_rule_are_the_surveys(
    home: Path, tmp_path: Path, migrated_file: Path, capsys: Out
) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "wamkg.db").write_bytes(migrated_file.read_bytes())
    store = begun(tmp_path, ONE)
    branches = [{"slug": "silk", "color": "amber"}, {"slug": "lines", "color": "indigo"}]
    values = {"branches": branches, "outside_kinds": ["toys"], "date_rule": "venue"}
    set_survey(store, Writer("ana"), values)
    file = tmp_path / "tree.svg"
    draw_figure(store, FigureRequest("taxonomy", FigureQuery()), [file])
    for number in (6, 7):
        assert THEMES["light"].hues[number].deep in file.read_text()
    draw_figure(store, FigureRequest("roadmap", FigureQuery()), [file])
    assert "date=venue" in file.read_text()
    with TestClient(create_app()) as pages:
        assert 'data-hue="family-7"' in pages.get("/").text
        assert pages.get("/api/v1/timeline/papers").json()["date_rule"] == "venue"
        assert '<option value="venue" selected>' in pages.get("/timeline").text
    capsys.readouterr()
    assert run(["decide", "arxiv:2101.00001", "outside", "--kind", "data-or-benchmark"]) == 1
    assert "use toys, other" in capsys.readouterr().err
    assert run(["decide", "arxiv:2101.00001", "outside", "--kind", "toys"]) == 0
    store.close()
