"""The seeds that Hubbub's dialects follow. They are no part of this repository: they lie beside it."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[3] / "shared" / "seeds"
_CODE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


def example(name: str, title: str) -> str:
    """The code block of a seed that has this in its first line; skips the test where there are no seeds."""
    found = [block["code"] for block in _blocks(name) if title in block["info"]]
    assert len(found) == 1, f"{name} has {len(found)} examples with {title!r}"
    return found[0]


def shown_class(name: str, title: str) -> str:
    """A JavaScript class of a seed's code, as it stands there; skips as `example` does."""
    head = f"class {title} {{\n"
    found = [block["code"] for block in _blocks(name) if head in block["code"]]
    assert len(found) == 1, f"{name} has {len(found)} classes {title!r}"
    body, end, _ = found[0][found[0].index(head) :].partition("\n}\n")
    return body + end


def _blocks(name: str) -> Iterator[re.Match[str]]:
    seed = Path(os.environ.get("HUBBUB_SEEDS") or BESIDE) / name
    if not seed.is_file():
        pytest.skip(f"the seeds are not there: no {seed}; HUBBUB_SEEDS names their folder")
    return _CODE.finditer(seed.read_text(encoding="utf-8"))
