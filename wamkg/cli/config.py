"""`config`: the settings in force and where each comes from."""

from typing import Annotated

import typer

from wamkg.cli.common import JsonOption, out, print_json, print_table
from wamkg.settings import Settings, find_config, get_settings, setting_sources

SECRET = "s2_api_key"


def config(
    changed: Annotated[bool, typer.Option("--changed", help="Only settings that are not the default.")] = False,
    json: JsonOption = False,
) -> None:
    """Print the settings in force, and where each comes from."""
    settings, sources, file = get_settings(), setting_sources(), find_config()
    rows = [
        (name, _shown(settings, name), sources[name])
        for name in Settings.model_fields
        if not changed or sources[name] != "default"
    ]
    if json:
        print_json([{"setting": name, "value": value, "source": source} for name, value, source in rows])
        return
    print_table("", ["setting", "value", "comes from"], [list(row) for row in rows])
    out.print(f"store: {_without_password(settings.url)}")
    out.print(f"file: {file or 'none; a wamkg.toml in this folder or above it would be read'}")


def _shown(settings: Settings, name: str) -> str:
    value = str(getattr(settings, name))
    if name == SECRET and value:
        return "set"
    return _without_password(value)


def _without_password(url: str) -> str:
    before, at, behind = url.rpartition("@")
    scheme, sep, user = before.partition("://")
    return f"{scheme}{sep}{user.partition(':')[0]}{at}{behind}" if at and sep else url
