"""A client that openapi-python-client makes from our description reads and writes on a real server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from wamkg_api.app import create_app

from tests.helpers.api_access import token_for
from tests.helpers.serving import served
from wamkg.settings import Settings
from wamkg.store.session import Store
from wamkg.vocabulary import Role

GENERATOR = Path(sys.prefix) / "client" / "bin" / "openapi-python-client"
PACKAGE = "survey_client"
PAPER = "arxiv:2302.00111"
CONFIG = """
content_type_overrides: {image/svg+xml: application/octet-stream, application/x-ndjson: application/octet-stream}
post_hooks: []
"""
"""As `docs/api.md` shows, but the files are not formatted."""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The folder of the generated package, and what its generator said."""
    if not GENERATOR.exists() and "CI" not in os.environ:
        pytest.skip("the generator of clients is not here; `make .venv/.client` installs it")
    folder = tmp_path_factory.mktemp("client")
    (folder / "config.yml").write_text(CONFIG)
    (folder / "openapi.json").write_text(json.dumps(create_app(Settings(database_url="sqlite://")).openapi()))
    said = subprocess.run(
        [GENERATOR, "generate", "--path", "openapi.json", "--output-path", PACKAGE, "--meta", "none",
         "--config", "config.yml"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True,
        env=os.environ | {"NO_COLOR": "1", "COLUMNS": "200"},
    ).stdout  # fmt: skip
    sys.path.insert(0, str(folder))
    yield folder, said
    sys.path.remove(str(folder))


@dataclass(frozen=True)
class Survey:
    """The generated package, with clients of a curator and of nobody."""

    curator: object
    nobody: object

    def call(self, operation: str) -> ModuleType:
        """The module of an operation, such as `papers.list_papers`."""
        return import_module(f"{PACKAGE}.api.{operation}")


@contextmanager
def opened(store: Store, home: Path) -> Iterator[Survey]:
    with served(create_app(Settings(database_url=store.url, home=home))) as address:
        client = import_module(f"{PACKAGE}.client")
        secret = token_for(store, Role.CURATOR)["Authorization"].removeprefix("Bearer ")
        yield Survey(client.AuthenticatedClient(base_url=address, token=secret), client.Client(base_url=address))


def test_every_operation_is_generated(generated: tuple[Path, str]) -> None:
    folder, said = generated
    assert "WARNING" not in said
    paths = json.loads((folder / "openapi.json").read_text())["paths"]
    wanted = {each["operationId"] for path in paths.values() for each in path.values()}
    assert {file.stem for file in folder.glob(f"{PACKAGE}/api/*/*.py")} - {"__init__"} == wanted


def test_it_reads_writes_and_takes_back(generated: tuple[Path, str], seeded_store: Store, home: Path) -> None:
    with opened(seeded_store, home) as survey:
        models = import_module(f"{PACKAGE}.models")
        page = survey.call("papers.list_papers").sync(client=survey.nobody, taxon=["wam:cascaded"], limit=2)
        assert page.total > 2 and [type(paper).__name__ for paper in page.items] == ["PaperItem"] * 2
        found = survey.call("search.get_papers").sync(
            client=survey.nobody, body=models.PaperIds(ids=[PAPER, "arxiv:9912.00001"])
        )
        assert [paper and paper.id for paper in found.items] == [PAPER, None]

        decided = survey.call("writing.create_decision").sync(
            client=survey.curator,
            paper_id=PAPER,
            body=models.Accept(taxonomy="wam", verdict="accept", taxon="joint/diffusion"),
        )
        where = survey.call("papers.list_assignments")
        assert _places(where, survey) == ["joint/diffusion"]
        survey.call("writing.undo").sync_detailed(client=survey.curator, uid=decided.batch)
        assert _places(where, survey) != ["joint/diffusion"]


def _places(where: ModuleType, survey: Survey) -> list[str]:
    page = where.sync(client=survey.nobody, paper_id=PAPER)
    return [each.taxon for each in page.items if each.taxonomy == "wam"]


def test_a_refusal_is_typed(generated: tuple[Path, str], seeded_store: Store, home: Path) -> None:
    with opened(seeded_store, home) as survey:
        problem = survey.call("papers.get_paper").sync(client=survey.nobody, paper_id="arxiv:9912.00001")
        assert type(problem).__name__ == "Problem" and problem.status == 404
