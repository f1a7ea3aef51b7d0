"""The process that draws figures for the server: an order as JSON in, a file and an answer as JSON out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.figures.query import FigureQuery, FigureRequest
from wamkg.services.figure_worker import FigureAnswer, FigureOrder, read_order, work
from wamkg.services.figures import draw_figure
from wamkg.settings import Settings
from wamkg.store.session import Store


def test_the_worker_draws_the_bytes_that_the_command_writes(seeded_store: Store, home: Path, tmp_path: Path) -> None:
    request = FigureRequest("taxonomy", FigureQuery(depth=2, representatives="2"))
    draw_figure(seeded_store, request, [tmp_path / "own.svg"], data=False)
    order = FigureOrder(request=request, file=tmp_path / "drawn.svg")
    done = subprocess.run(
        [sys.executable, "-m", "wamkg.services.figure_worker"], input=order.model_dump_json(), text=True, check=True,
        env=os.environ | {"WAMKG_HOME": str(home), "WAMKG_DATABASE_URL": seeded_store.url}, capture_output=True,
    )  # fmt: skip
    answer = FigureAnswer.model_validate_json(done.stdout)
    assert answer.file == tmp_path / "drawn.svg"
    assert answer.rows > 10
    assert answer.file.read_bytes() == (tmp_path / "own.svg").read_bytes()


NOBODY = FigureQuery(paper=("arxiv:0000.00000",))


@pytest.mark.parametrize(
    ("order", "kind", "words"),
    [
        (FigureOrder(request=FigureRequest("crosswalk"), file=Path("x.svg")), NotFoundError, "figure 'crosswalk'"),
        (FigureOrder(request=FigureRequest("citations", NOBODY), file=Path("x.svg")), NotFoundError, "0000.00000"),
        (FigureOrder(request=FigureRequest("roadmap"), file=Path("x.svg"), width="5mm"), InvalidInputError, "width 5"),
        (FigureOrder(request=FigureRequest("roadmap"), file=Path("x.svg"), width="wide"), InvalidInputError, "'wide'"),
        (FigureOrder(request=FigureRequest("roadmap"), file=Path("x.doc")), InvalidInputError, "doc"),
        (FigureOrder(request=FigureRequest("roadmap", release="v9"), file=Path("x.svg")), NotFoundError, "v9"),
        (FigureOrder(request=FigureRequest("roadmap", as_of="soon"), file=Path("x.svg")), InvalidInputError, "soon"),
    ],
)  # fmt: skip
def test_an_error_keeps_its_type_and_words(
    seeded_store: Store, home: Path, tmp_path: Path, order: FigureOrder, kind: type[Exception], words: str
) -> None:
    file = tmp_path / order.file
    answer = work(Settings(database_url=seeded_store.url, home=home), order.model_copy(update={"file": file}))
    assert answer.error is not None
    again = FigureAnswer.model_validate_json(answer.model_dump_json()).error
    assert again is not None
    assert type(again.exception()) is kind
    assert words in str(again.exception())
    assert not file.exists()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "the order"),
        ("{}", "request"),
        ('{"request": {"name": "roadmap"}, "file": "x.svg", "color": "red"}', "color"),
        ('{"request": {"name": "roadmap", "query": {"depth": "deep"}}, "file": "x.svg"}', "request.query.depth"),
        ('{"request": {"name": "roadmap"}, "file": "x.svg", "theme": "neon"}', "theme"),
    ],
)
def test_a_malformed_order_is_rejected_by_its_field(text: str, where: str) -> None:
    with pytest.raises(InvalidInputError, match=f"figure order: {where}: "):
        read_order(text)


def test_a_name_that_the_figure_does_not_find_is_404_over_http(seeded_store: Store, home: Path) -> None:
    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        answer = client.get("/api/v1/figures/citations.svg?paper=arxiv:0000.00000")
        assert answer.status_code == 404
        assert "arxiv:0000.00000" in answer.json()["detail"]
        conflicting = client.get("/api/v1/figures/matrix.svg?facet=flavour")
        assert conflicting.status_code == 409
        assert list((home / "out" / "drawn").glob("*")) == []
