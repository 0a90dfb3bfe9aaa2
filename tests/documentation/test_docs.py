"""What is not documented does not merge."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from hubbub.config import Settings
from hubbub.dialects.native.codec import COMMANDS
from hubbub.dialects.native.events import EVENTS
from hubbub.model.errors import Code
from hubbub.surfaces import DIALECTS
from support.server import RunningServer

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def page(name: str) -> str:
    return (ROOT / name).read_text()


def test_settings_page_names_every_setting_and_no_other() -> None:
    named = re.findall(r"^\| `(\w+)` \|", page("docs/settings.md"), re.MULTILINE)
    assert named == list(Settings.__struct_fields__)


def test_every_setting_is_explained_in_chinese_on_the_administrators_page() -> None:
    table = page("web/src/lib/features/admin/purposes.ts")
    explained = dict(re.findall(r"^  (\w+): '(.+)',$", table, re.MULTILINE))
    assert list(explained) == list(Settings.__struct_fields__)
    assert [name for name, text in explained.items() if not text.endswith("。")] == []


def test_metrics_page_names_every_metric_and_no_other() -> None:
    source = page("src/hubbub/transport/metrics.py")
    gauges = re.findall(r'_gauge\(\s*"(\w+)"', source)
    counters = re.findall(r'(?:_counter|_by_label)\(\s*"(\w+)"', source)
    wanted = {*gauges, *(f"{name}_total" for name in counters)}
    assert wanted == set(re.findall(r"^\| `(\w+)", page("docs/metrics.md"), re.MULTILINE))


def test_native_page_names_every_command_event_and_code() -> None:
    text = page("docs/dialects/native.md")
    names = [*COMMANDS, *(name for name, _ in EVENTS.values()), *(code.value for code in Code)]
    assert [name for name in names if f"`{name}`" not in text] == []


def test_every_link_between_files_leads_somewhere() -> None:
    links = [
        (path, target)
        for path in PAGES
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text())
        if "://" not in target
    ]
    dead = [f"{p.relative_to(ROOT)}: {t}" for p, t in links if not (p.parent / t).exists()]
    assert dead == []


def test_the_first_commands_of_the_readme_are_run_and_test() -> None:
    first = re.search(r"```sh\n(.*?)```", page("README.md"), re.DOTALL)
    assert first is not None
    assert [line.split("#")[0].strip() for line in first[1].splitlines()] == [
        "make run",
        "make test",
    ]


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_first_chat_of_the_readme_when_pasted_twice_says_its_line_twice(
    name: str, server: RunningServer
) -> None:
    text = page(name)
    block = next(b for b in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if "login" in b)
    for times in (1, 2):
        script = block.replace("127.0.0.1:3000", f"127.0.0.1:{server.port}")
        done = subprocess.run(["sh"], input=script, capture_output=True, text=True, check=True)
        assert done.stderr == ""
        history = json.loads(done.stdout[done.stdout.index('{"messages"') :])["messages"]
        said = re.findall(r'"content":"([^"]+)"', block)[0]
        mine = [message for message in history if message["content"] == said]
        assert len(mine) >= times


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_server_of_the_readme_when_pasted_is_there_with_all_that_it_says(
    name: str, server: RunningServer
) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", page(name), re.DOTALL)
    first = next(block for block in blocks if "login" in block)
    made = [block for block in blocks if "/servers" in block]
    asked = """
printf '\\n'; for path in channels invites; do
  curl -sS "$api/servers/$home/$path" -H "authorization: Bearer $token"; printf '\\n'; done
curl -sS "$api/channels/$builds/messages" -H "authorization: Bearer $token"
"""
    script = "\n".join([first, *made, asked]).replace("127.0.0.1:3000", f"127.0.0.1:{server.port}")
    done = subprocess.run(["sh"], input=script, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    channels, invites, messages = map(json.loads, done.stdout.splitlines()[-3:])
    closed = next(channel for channel in channels if channel["overrides"])
    assert [o["deny"] for o in closed["overrides"]] == [["VIEW_CHANNEL"], []]
    assert [invite["max_uses"] for invite in invites] == [10]
    latest, earlier = (message["content"] for message in messages["messages"])
    assert f'"content":"{earlier}"' in made[1]
    assert latest.endswith("7 (https://ci.example.org/7)")


def test_readme_toml_example_is_made_of_real_settings() -> None:
    examples = re.findall(r"```toml\n(.*?)```", page("README.md"), re.DOTALL)
    assert examples
    for example in examples:
        assert set(tomllib.loads(example)) <= set(Settings.__struct_fields__)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_readme_has_a_row_for_every_dialect_with_its_page(name: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\(docs/dialects/(\w+)\.md\)", page(name), re.MULTILINE)
    assert sorted(rows) == sorted((dialect, dialect) for dialect in DIALECTS)


def test_readmes_in_both_languages_lead_to_the_same_pages_and_name_the_same_settings() -> None:
    def leads(name: str) -> tuple[set[str], set[str]]:
        text = page(name)
        links = set(re.findall(r"\]\(([^)]+)\)", text)) - {"README.md", "README.zh-CN.md"}
        return links, set(
            re.findall(rf"(?:`|^)({'|'.join(Settings.__struct_fields__)})\b", text, re.MULTILINE)
        )

    assert leads("README.md") == leads("README.zh-CN.md")


def test_what_works_is_not_planned() -> None:
    works, rest = page("ROADMAP.md").split("## Next")
    planned = rest.split("## Known")[0]
    assert [dialect for dialect in DIALECTS if f"[`{dialect}`]" not in works] == []
    assert [dialect for dialect in DIALECTS if dialect in planned.lower()] == []
