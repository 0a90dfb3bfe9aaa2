"""hatch_build.py as a program, on a client of two files, with an npm that writes down what it was asked."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NPM = """#!/bin/sh
echo "$1" >> ../asked
[ -e ../broken ] && exit 3
if [ "$1" = ci ]; then mkdir -p node_modules; else mkdir -p ../src/hubbub/web_dist; cp index.html ../src/hubbub/web_dist; fi
"""


class Copy:
    """A repository with nothing but the client, and a PATH with nothing but what it needs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.made = root / "src" / "hubbub" / "web_dist"
        self._bin = root / "bin"
        (root / "src" / "hubbub").mkdir(parents=True)
        (root / "web").mkdir()
        self._bin.mkdir()
        shutil.copy(ROOT / "hatch_build.py", root)
        for name in ("package.json", "package-lock.json", "index.html"):
            (root / "web" / name).write_text(name)
        for name in ("sh", "mkdir", "cp"):
            (self._bin / name).symlink_to(str(shutil.which(name)))
        self.program("npm", NPM)
        self.node("v20.20.2")

    def program(self, name: str, text: str) -> None:
        (self._bin / name).write_text(text)
        (self._bin / name).chmod(0o755)

    def node(self, version: str) -> None:
        self.program("node", f"#!/bin/sh\necho {version}\n")

    def build(self, **environment: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, str(self.root / "hatch_build.py")]
        path = {"PATH": str(self._bin)}
        return subprocess.run(
            command, env=path | environment, capture_output=True, text=True, check=False
        )

    def asked(self) -> list[str]:
        """What npm was asked since the last time."""
        file = self.root / "asked"
        found = file.read_text().split() if file.exists() else []
        file.unlink(missing_ok=True)
        return found


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def test_client_is_built_once_and_again_when_a_source_has_changed(copy: Copy) -> None:
    assert copy.build().returncode == 0
    assert copy.asked() == ["ci", "run"]
    assert (copy.made / "index.html").read_text() == "index.html"
    assert copy.build().returncode == 0
    assert copy.asked() == []
    (copy.root / "web" / "index.html").write_text("new")
    copy.build()
    assert copy.asked() == ["run"]
    (copy.root / "web" / "package-lock.json").write_text("new")
    copy.build()
    assert copy.asked() == ["ci", "run"]


def test_test_of_the_client_that_changes_builds_nothing(copy: Copy) -> None:
    copy.build()
    copy.asked()
    (copy.root / "web" / "ids.test.ts").write_text("test")
    copy.build()
    assert copy.asked() == []


@pytest.mark.parametrize("version", ["", "v18.20.1", "rubbish"])
def test_machine_without_a_new_enough_node_is_told_and_goes_on(copy: Copy, version: str) -> None:
    copy.node(version)
    done = copy.build()
    assert (done.returncode, copy.asked()) == (0, [])
    assert "Node.js 20" in done.stderr
    assert "has no web client" in done.stderr


def test_machine_without_node_uses_what_was_built_and_says_when_it_is_old(copy: Copy) -> None:
    copy.build()
    copy.node("")
    assert copy.build().stderr == ""
    (copy.root / "web" / "index.html").write_text("new")
    done = copy.build()
    assert done.returncode == 0
    assert "older sources" in done.stderr


def test_build_that_fails_is_an_error_and_is_tried_again(copy: Copy) -> None:
    (copy.root / "broken").touch()
    done = copy.build()
    assert done.returncode == 1
    assert "ended with 3" in done.stderr
    assert "SKIP_HUBBUB_WEB=1" in done.stderr
    (copy.root / "broken").unlink()
    assert copy.build().returncode == 0
    assert (copy.made / "index.html").is_file()


def test_build_that_is_not_wanted_leaves_everything(copy: Copy) -> None:
    assert copy.build(SKIP_HUBBUB_WEB="1").returncode == 0
    assert copy.asked() == []
