"""Settings from `wamkg.toml` and from the environment, and `wamkg config`."""

import json
from pathlib import Path

import pytest

from wamkg.cli import run
from wamkg.errors import InvalidInputError
from wamkg.settings import get_settings


@pytest.fixture
def survey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a survey with a configuration file, its subfolder being the current one."""
    (tmp_path / "survey" / "paper").mkdir(parents=True)
    (tmp_path / "survey" / "wamkg.toml").write_text('home = "store"\nsuggester = "words"\ns2_attempts = 3\n')
    monkeypatch.chdir(tmp_path / "survey" / "paper")
    monkeypatch.delenv("WAMKG_HOME")
    get_settings.cache_clear()
    return tmp_path / "survey"


def test_the_nearest_file_above_is_read_and_a_variable_wins(survey: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAMKG_S2_ATTEMPTS", "9")
    settings = get_settings()
    assert (settings.home, settings.suggester, settings.s2_attempts) == (survey / "store", "words", 9)


def test_two_surveys_on_one_machine_do_not_mix(survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "wamkg.toml").write_text("")
    first = get_settings().url
    monkeypatch.chdir(tmp_path / "other")
    get_settings.cache_clear()
    assert get_settings().home == tmp_path / "other" / "var"
    assert get_settings().url != first


def test_config_says_where_each_setting_comes_from(
    survey: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WAMKG_S2_API_KEY", "secret")
    get_settings.cache_clear()
    assert run(["config", "--json"]) == 0
    told = {row["setting"]: row for row in json.loads(capsys.readouterr().out)}
    assert told["suggester"]["source"] == str(survey / "wamkg.toml")
    assert told["s2_api_key"] == {"setting": "s2_api_key", "value": "set", "source": "environment"}
    assert told["device"]["source"] == "default"
    assert run(["config", "--changed"]) == 0
    printed = capsys.readouterr().out
    assert "device" not in printed
    assert "secret" not in printed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("suggestr = 'words'", "did you mean suggester"),
        ("s2_attempts = 0", "s2_attempts in"),
        ("a = = b", "cannot be read"),
    ],
)
def test_a_mistake_in_the_file_is_one_line_that_names_it(survey: Path, text: str, said: str) -> None:
    (survey / "wamkg.toml").write_text(text)
    with pytest.raises(InvalidInputError, match=said) as caught:
        get_settings()
    assert "wamkg.toml" in str(caught.value)


def test_a_password_in_the_address_of_the_store_is_not_printed(
    survey: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WAMKG_DATABASE_URL", "postgresql://ana:hidden@db/survey")
    get_settings.cache_clear()
    assert run(["config"]) == 0
    printed = capsys.readouterr().out
    assert "hidden" not in printed
    assert "ana@db/survey" in printed


def test_a_secret_is_read_from_its_file_and_a_variable_wins(
    survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "wamkg_s2_api_key").write_text("from-the-file\n")
    (secrets / "wamkg_suggester").write_text("tfidf-lr")
    monkeypatch.setenv("WAMKG_SECRETS_DIR", str(secrets))
    get_settings.cache_clear()
    assert (get_settings().s2_api_key, get_settings().suggester) == ("from-the-file", "tfidf-lr")
    assert run(["config"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "from-the-file" not in printed and "wamkg_s2_api_key" in printed.replace(" ", "")
    monkeypatch.setenv("WAMKG_S2_API_KEY", "from-the-variable")
    get_settings.cache_clear()
    assert get_settings().s2_api_key == "from-the-variable"
    monkeypatch.setenv("WAMKG_SECRETS_DIR", str(tmp_path / "missing"))
    get_settings.cache_clear()
    with pytest.raises(InvalidInputError, match="WAMKG_SECRETS_DIR names"):
        get_settings()
