"""The seeds that Hubbub's dialects follow. They are no part of this repository: they lie beside it."""

import os
import re
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[3] / "shared" / "seeds"
_CODE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


def example(name: str, title: str) -> str:
    """The code block of a seed that has this in its first line; skips the test where there are no seeds."""
    seed = Path(os.environ.get("HUBBUB_SEEDS") or BESIDE) / name
    if not seed.is_file():
        pytest.skip(f"the seeds are not there: no {seed}; HUBBUB_SEEDS names their folder")
    blocks = _CODE.finditer(seed.read_text(encoding="utf-8"))
    found = [block["code"] for block in blocks if title in block["info"]]
    assert len(found) == 1, f"{seed} has {len(found)} examples with {title!r}"
    return found[0]
