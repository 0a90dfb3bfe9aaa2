"""`hubbub` as somebody at a terminal runs it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from support.server import FACTOR

SECONDS = 8


def hubbub(
    folder: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    typed: str = "",
) -> "subprocess.CompletedProcess[str]":
    """Runs until it ends, in `folder`; one that does not end in time fails the test."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("HUBBUB_")}
    return subprocess.run(
        [sys.executable, "-m", "hubbub.cli", *arguments],
        cwd=folder,
        env=clean | dict(environment or {}),
        input=typed,
        capture_output=True,
        text=True,
        timeout=SECONDS * FACTOR,
        check=False,
    )


def one_line(done: "subprocess.CompletedProcess[str]", code: int) -> str:
    """The one line that an error is."""
    assert done.returncode == code, f"{done.returncode}: {done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("hubbub: "), lines
    return lines[0]
