"""The files for servers: containers without rights, units that systemd accepts, commands that exist."""

import configparser
import re
import shlex
from pathlib import Path

import pytest
import yaml

from wamkg.cli.app import COMMANDS

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())


def is_command(words: list[str]) -> bool:
    return Path(words[0]).name == "wamkg" and words[1] in COMMANDS


def test_containers_of_wamkg_have_no_rights_that_they_do_not_need() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    own = {name: service for name, service in compose["services"].items() if name != "postgres"}
    assert set(own) == {"migrate", "api", "worker", "backup"}
    for service in own.values():
        assert service["read_only"] and service["user"] == "10001" and service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "command" not in service or is_command(service["command"])
    assert set(compose["secrets"]) == {"postgres_password", "wamkg_database_url", "wamkg_s2_api_key"}
    passwords = re.findall(r"(?i)password: *\S+", (DEPLOY / "compose.yaml").read_text())
    assert passwords == []


def test_the_image_runs_as_its_user_and_is_checked() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    assert lines.index("USER 10001") < next(n for n, line in enumerate(lines) if line.startswith("HEALTHCHECK"))
    assert "/readyz" in (DEPLOY / "Dockerfile").read_text()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_calls_commands_that_exist(unit: Path) -> None:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment, method-assign]  # systemd's names are case-sensitive
    read.read(unit)
    assert read["Unit"]["Description"].startswith("wamkg: ")
    if unit.suffix == ".service":
        service = read["Service"]
        assert service["User"] == "wamkg" and service["NoNewPrivileges"] == "true" and service["UMask"] == "0077"
        assert is_command(shlex.split(service["ExecStart"]))
