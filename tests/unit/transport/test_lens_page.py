"""The lens' page in Node, on a document that is none: who signs in, what is heard, what it is called."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hubbub.transport import pages

SCRIPT = Path(__file__).parents[2] / "node" / "lens_page.mjs"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("lens") / "lens"
    shutil.copytree(Path(pages.__file__).parent / "lens", folder)
    (folder / "package.json").write_text('{"type": "module"}')
    command = ["node", str(SCRIPT), str(folder / "lens.js")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_token_that_no_header_carries_is_told_to_be_none(found: Any) -> None:
    assert "no token" in found["wrong"]


def test_row_says_where_also_in_a_channel_that_came_later_and_who_said_what(found: Any) -> None:
    assert any("tea" in row and "Gast: hello" in row for row in found["rows"])


def test_row_shows_what_would_not_be_seen(found: Any) -> None:
    assert any("turned \\u202e round" in row for row in found["rows"])
    assert not any("\u202e" in row for row in found["rows"])


def test_channel_that_is_not_listed_is_asked_for_once(found: Any) -> None:
    assert len([row for row in found["rows"] if "MessageSent" in row]) == 4
    assert found["lists"] in (1, 2)  # of both together, or of each


def test_tap_when_the_token_ends_is_over_and_begins_with_the_next_sign_in(found: Any) -> None:
    assert found["ended"] == [False, ""]
    assert found["sockets"] == 2
