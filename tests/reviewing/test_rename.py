"""The issue's own example, end to end: what was called Unified-Stream is called something else, everywhere."""

from pathlib import Path

import orjson
import pytest
from fastapi.testclient import TestClient
from wamkg_api.app import create_app

from wamkg.cli import run
from wamkg.settings import Settings
from wamkg.store.session import Store

OLD = "joint/diffusion/unified-stream"
NEW = "joint/diffusion/one-transformer"
NAME = "One Transformer"


def places(file: Path) -> dict[str, object]:
    """Title of each exported paper -> its taxa in `wam`."""
    lines = [orjson.loads(line) for line in file.read_bytes().splitlines()]
    return {line["title"]: line["taxa"]["wam"] for line in lines if "wam" in line.get("taxa", {})}


def test_a_rename_is_shown_everywhere(
    seeded_store: Store, home: Path, tmp_path: Path, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def export(format: str) -> Path:
        file = tmp_path / f"{format}.{len(list(tmp_path.iterdir()))}"
        assert run(["export", format, "-o", str(file)]) == 0
        return file

    before = places(export("jsonl"))
    assert run(["taxon", "rename", f"wam:{OLD}", NAME]) == 0
    after = places(export("jsonl"))
    assert after == {title: str(path).replace(OLD, NEW) for title, path in before.items()}
    readme = export("awesome-list").read_text()
    assert NAME in readme and "Unified-Stream" not in readme and "Unified Stream" not in readme

    assert run(["figure", "roadmap", "-o", str(tmp_path / "roadmap.svg"), "--no-data"]) == 0
    drawn = (tmp_path / "roadmap.svg").read_text()
    assert NAME in drawn and "Unified Stream" not in drawn and "Unified-Stream" not in drawn

    with TestClient(create_app(Settings(database_url=seeded_store.url, home=home))) as client:
        for path in (OLD, NEW):
            found = client.get(f"/api/v1/taxonomies/wam/taxa/{path}").json()
            assert (found["path"], found["name"]) == (NEW, NAME)
        listed = [client.get("/api/v1/papers", params={"taxon": f"wam:{path}"}).json()["total"] for path in (OLD, NEW)]
        assert listed[0] == listed[1] > 0

    capsys.readouterr()
    assert run(["import", str(shared_data / "awesome-wam.md"), "--json"]) in (0, 3)
    assert places(export("jsonl")) == after
