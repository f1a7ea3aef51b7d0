"""Small files of known kinds of trouble, each with the right answer: those of `tests/cases`, and those beside the
folder that WAMKG_SHARED names, where they are at hand. `tests/helpers/case_runner.py` says what an answer may hold.

A case that is known to fail is named in `tests/cases/failing.txt`. Its test must fail: whoever makes the case come out
right gets "XPASS(strict)" and deletes the line with its name in the same commit (where two branches delete neighboring
lines and git asks, keep neither side's lines that pass). No name is ever added. See why a case fails:

    pytest tests/importing/test_cases.py --runxfail -k list-keyvalue
"""

import os
from pathlib import Path

import pytest

from tests.helpers.case_runner import faults_of
from wamkg.store.migrate import migrate
from wamkg.store.session import Store

OWN = Path(__file__).parents[1] / "cases"
SHARED = Path(os.environ.get("WAMKG_SHARED", Path(__file__).parents[3] / "shared" / "data")).parent / "cases"
FAILING = frozenset((OWN / "failing.txt").read_text().split())


def cases() -> list[object]:
    """Every case as a parameter; one that says the shared cases are not at hand, where they are not."""
    found = [*sorted(OWN.glob("*.expect.json")), *sorted(SHARED.glob("*.expect.json"))]
    marked: list[object] = [pytest.param(answer, id=_name(answer), marks=_marks(_name(answer))) for answer in found]
    if not SHARED.is_dir():
        away = pytest.mark.skip(reason="the shared cases (beside WAMKG_SHARED) are not here")
        marked.append(pytest.param(SHARED, id="shared", marks=away))
    return marked


def _name(answer: Path) -> str:
    return answer.name.removesuffix(".expect.json")


def _marks(name: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(strict=True, reason="known to fail")] if name in FAILING else []


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a migrated store, to be copied."""
    home = tmp_path_factory.mktemp("template")
    store = Store(f"sqlite:///{home / 'wamkg.db'}")
    migrate(store)
    store.close()
    return home


@pytest.mark.parametrize("answer", cases())
def test_a_case_comes_out_as_a_bibliographer_would_say(answer: Path, template: Path, tmp_path: Path) -> None:
    faults = faults_of(answer, template, tmp_path)
    assert not faults, "\n".join(faults)


def test_every_failing_case_is_a_case() -> None:
    names = {_name(answer) for folder in (OWN, SHARED) for answer in folder.glob("*.expect.json")}
    if not SHARED.is_dir():
        pytest.skip("the shared cases (beside WAMKG_SHARED) are not here")
    assert not FAILING - names
