"""Public names that were changed: the former ones work for one release, and the help does not show them."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner
from wamkg_api.schemas.imports import ImportedLine
from wamkg_api.schemas.operations import DoctorRequest
from wamkg_api.schemas.queries import FigureParameters, QueueQuery

from wamkg.cli import run
from wamkg.cli.app import COMMANDS, app
from wamkg.cli.former_names import FORMER_COMMANDS, FORMER_OPTIONS, FORMER_SUBCOMMANDS, accept_former_names
from wamkg.errors import InvalidInputError
from wamkg.importing.import_report import LineReport, Outcome
from wamkg.reviewing.doctor import CHECKS, FORMER_CHECKS, find_problems
from wamkg.reviewing.queue import FORMER_ORDERS, ORDERS, review_queue
from wamkg.settings import FORMER_SETTINGS, Settings, get_settings
from wamkg.store.session import Store
from wamkg.store.taxonomies import get_taxonomy
from wamkg.suggesting.label_audit import Disagreement
from wamkg.taxonomy.health import taxonomy_health

OPTIONS = [(path, former, name) for path, names in FORMER_OPTIONS.items() for former, name in names.items()]


def command_at(path: tuple[str, ...]) -> Any:
    """The command as it runs."""
    command = COMMANDS[path[0]].load()
    accept_former_names(command, path[0])
    for name in path[1:]:
        command = command.commands[name]
    return command


@pytest.mark.parametrize(("path", "former", "name"), OPTIONS)
def test_a_former_option_means_its_new_name(path: tuple[str, ...], former: str, name: str) -> None:
    command = command_at(path)
    with command.make_context(path[-1], [], resilient_parsing=True) as context:
        flag = next(p for p in command.params if name in (*p.opts, *p.secondary_opts))
        value = [] if flag.is_flag else ["1"]
        for given in ([former, *value], [f"{former}=1"] if value else [former]):
            parsed, _, _ = command.make_parser(context).parse_args(given)
            expected, _, _ = command.make_parser(context).parse_args([name, *value])
            assert parsed == expected
    shown = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "200"}).stdout
    assert f"{name} " in shown.replace("/", " ")
    assert f"{former} " not in shown.replace("/", " ")


@pytest.mark.parametrize(("former", "name"), FORMER_COMMANDS.items())
def test_a_former_command_runs(former: str, name: str) -> None:
    assert CliRunner().invoke(app, [former, "--help"]).stdout == CliRunner().invoke(app, [name, "--help"]).stdout
    assert former not in CliRunner().invoke(app, ["--help"]).stdout


@pytest.mark.parametrize(
    ("group", "former", "name"),
    [(group, *pair) for group, names in FORMER_SUBCOMMANDS.items() for pair in names.items()],
)
def test_a_former_subcommand_prints_the_same(
    seeded_store: Store, group: str, former: str, name: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([group, former, "--json"]) == 0
    before = capsys.readouterr().out
    assert run([group, name, "--json"]) == 0
    assert capsys.readouterr().out == before
    assert former not in command_at((group,)).commands


@pytest.mark.parametrize("option", [["--as", "candidates"], ["--as=candidates"], ["--as-candidates"]])
def test_an_import_as_candidates(option: list[str], home: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.jsonl"
    file.write_text('{"title": "Kites that plan their flight", "year": 2026}\n', encoding="utf-8")
    assert run(["import", str(file), "--dry-run", *option]) in (0, 3)
    assert run(["import", str(file), "--dry-run", "--as", "papers"]) == 2


@pytest.fixture
def fresh_settings() -> Iterator[None]:
    """Settings are read anew in the test and after it."""
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.parametrize(
    ("former", "given", "value"),
    [
        ("WAMKG_KEPT_ANSWERS_MB", "7", 7),
        ("WAMKG_READING", "closed", "token"),
        ("WAMKG_READING", "open", "public"),
        ("WAMKG_S2_MAX_ANSWER_BYTES", "99", 99),
    ],
)
def test_a_former_setting_is_read_with_one_warning(
    former: str,
    given: str,
    value: object,
    fresh_settings: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    field = FORMER_SETTINGS[former]
    monkeypatch.setenv(former, given)
    with caplog.at_level(logging.WARNING):
        assert getattr(get_settings(), field) == value
        assert getattr(get_settings(), field) == value
    (message,) = [record.getMessage() for record in caplog.records]
    assert f"{former} is now called WAMKG_{field.upper()}" in message


def test_the_new_name_of_a_setting_wins(fresh_settings: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAMKG_KEPT_ANSWERS_MB", "7")
    monkeypatch.setenv("WAMKG_RESPONSE_CACHE_MB", "8")
    assert get_settings().response_cache_mb == 8


def test_a_wrong_value_is_reported_under_the_name_that_was_given(
    fresh_settings: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAMKG_READING", "sometimes")
    with pytest.raises(InvalidInputError, match=r"^WAMKG_READING cannot be 'sometimes'"):
        get_settings()
    monkeypatch.delenv("WAMKG_READING")
    monkeypatch.setenv("WAMKG_READ_ACCESS", "sometimes")
    with pytest.raises(InvalidInputError, match=r"^WAMKG_READ_ACCESS cannot be 'sometimes'"):
        get_settings()


def test_former_values_of_read_access() -> None:
    assert [Settings(read_access=value).read_access for value in ("open", "closed")] == ["public", "token"]  # type: ignore[arg-type]


@pytest.mark.parametrize(("former", "name"), FORMER_CHECKS.items())
def test_a_former_check_runs(seeded_store: Store, former: str, name: str) -> None:
    assert name in CHECKS
    assert DoctorRequest(checks=[former]).checks == [former]
    with seeded_store.reading() as session:
        assert [report.check for report in find_problems(session, [former])] == [name]


@pytest.mark.parametrize(("former", "name"), FORMER_ORDERS.items())
def test_a_former_order_sorts_the_same(seeded_store: Store, former: str, name: str) -> None:
    assert name in ORDERS
    assert QueueQuery(order=former).order == former  # type: ignore[arg-type]
    with seeded_store.reading() as session:
        taxonomy = get_taxonomy(session, "wam")
        assert review_queue(session, taxonomy, former) == review_queue(session, taxonomy, name)


def test_former_keys_stand_beside_the_new_ones(seeded_store: Store) -> None:
    with seeded_store.reading() as session:
        (report,) = find_problems(session, ["class-without-definition"])
        health = taxonomy_health(session, "wam")
    assert report.mend == report.remedy != ""
    assert any(taxon.problems for taxon in health)
    assert all(taxon.wanting == taxon.problems for taxon in health)
    line = LineReport(7, Outcome.SAME, "Kites", pending_review=True, repeat_of_line=3).as_dict()
    assert (line["pending_review"], line["awaiting_review"]) == (True, True)
    assert (line["repeat_of_line"], line["again_of"]) == (3, 3)
    properties = ImportedLine.model_json_schema()["properties"]
    assert properties["again_of"]["deprecated"]
    assert orjson.loads(orjson.dumps(Disagreement("model", "a", "b", 0.9, 0.1, 1, "near a")))["said"] == "near a"


def test_the_former_name_of_the_other_taxonomy_of_a_crosswalk() -> None:
    former, name = FigureParameters(against="nus"), "crosswalk-table"
    assert former.query(name) == FigureParameters(compare_with="nus").query(name)
