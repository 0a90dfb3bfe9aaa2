"""Settings and flags from the command line: exit 2 and one line for what was asked for wrongly."""

import re
import tomllib
from pathlib import Path

import pytest

from cli.program import hubbub, one_line
from hubbub import __version__
from hubbub.surfaces import DIALECTS


def test_version_is_printed(tmp_path: Path) -> None:
    done = hubbub(tmp_path, "--version")
    assert (done.returncode, done.stdout.strip()) == (0, __version__)


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["user", "--help"]])
def test_help_is_printed(tmp_path: Path, arguments: list[str]) -> None:
    done = hubbub(tmp_path, *arguments)
    assert done.returncode == 0
    assert "hubbub" in done.stdout.lower()


def test_help_of_serve_names_every_dialect_that_may_listen(tmp_path: Path) -> None:
    said = hubbub(tmp_path, "serve", "--help").stdout
    assert [dialect for dialect in DIALECTS if dialect not in said] == []
    assert "--empty-listen" not in said  # nothing that anybody wants


def test_config_prints_toml_with_secrets_masked(tmp_path: Path) -> None:
    (tmp_path / "hubbub.toml").write_text('port = 4000\ndata = "a\\\\b \\"c\\""\nnode = 1\n')
    environment = {
        "HUBBUB_METRICS_TOKEN": "geheim-geheim",
        "HUBBUB_NODE": "2",
        "HUBBUB_CORS_ORIGINS": "https://a.example,https://b.example",
    }
    done = hubbub(tmp_path, "config", environment=environment)
    assert done.returncode == 0
    shown = tomllib.loads(done.stdout)
    assert shown["port"] == 4000
    assert shown["node"] == 2
    assert shown["data"] == 'a\\b "c"'
    assert shown["cors_origins"] == ["https://a.example", "https://b.example"]
    assert shown["metrics_token"] == "********"
    assert "geheim" not in done.stdout + done.stderr


def test_config_takes_the_flags_of_serve(tmp_path: Path) -> None:
    flags = ("--host", "::1", "--port", "4001", "--listen", "4002=chatgroup", "--data", "there")
    shown = tomllib.loads(hubbub(tmp_path, "config", *flags).stdout)
    assert (shown["host"], shown["port"], shown["data"]) == ("::1", 4001, "there")
    assert shown["listen"] == ["4002=chatgroup"]


def test_config_output_is_itself_a_config_file(tmp_path: Path) -> None:
    first = hubbub(tmp_path, "config").stdout
    (tmp_path / "again.toml").write_text(first)
    assert hubbub(tmp_path, "config", "--config", "again.toml").stdout == first


@pytest.mark.parametrize(
    ("arguments", "environment", "toml", "named"),
    [
        (["serve", "--prot", "1"], {}, "", "--prot"),
        (["serve", "--port", "many"], {}, "", "--port"),
        (["serve", "--port", "70000"], {}, "", "port"),
        (["sreve"], {}, "", "sreve"),
        (["user", "create"], {}, "", "parameter NAME"),
        (["user", "create"], {}, "", "`hubbub user create --help`"),
        (["config", "--port", "70000"], {}, "", "--port"),
        (["serve"], {"HUBBUB_PROT": "1"}, "", "HUBBUB_PROT"),
        (["serve"], {"HUBBUB_PORT": "x"}, "", "port"),
        (["config"], {}, "prot = 1", "prot"),
        (["config"], {}, "port = ", "hubbub.toml"),
        (["config", "--config", "gone.toml"], {}, "", "gone.toml"),
        (["serve", "--host", "0.0.0.0"], {"HUBBUB_RATE_LIMITS": "off"}, "", "rate_limits"),
        (["serve", "--host", "0.0.0.0"], {}, "", "decide whether people without a password"),
        (["serve"], {"HUBBUB_TRUSTED_PROXIES": "::1"}, "", "in hubbub.toml, or HUBBUB_GUESTS=off"),
    ],
)
def test_wrong_request_is_named_in_one_line_and_exits_2(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], toml: str, named: str
) -> None:
    (tmp_path / "hubbub.toml").write_text(toml)
    line = one_line(hubbub(tmp_path, *arguments, environment=environment), 2)
    assert re.search(re.escape(named), line, re.IGNORECASE), line
    assert not (tmp_path / "hubbub-data").exists(), "nothing is made for a wrong request"
