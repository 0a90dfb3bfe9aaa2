"""`hubbub` as somebody at a terminal runs it."""

import os
import pty
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
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


def at_terminal(
    folder: Path, arguments: Sequence[str], answers: Sequence[str]
) -> "subprocess.CompletedProcess[str]":
    """The same at a terminal of its own; each answer is typed when something is asked for.

    What is printed is one text: that of the terminal.
    """
    clean = {k: v for k, v in os.environ.items() if not k.startswith("HUBBUB_")}
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", _OWN_TERMINAL, *arguments]
    process = subprocess.Popen(
        command, cwd=folder, env=clean, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    said = _converse(ours, list(answers))
    os.close(ours)
    return subprocess.CompletedProcess(command, process.wait(SECONDS * FACTOR), said)


# Ctrl-C is for whom the terminal is the controlling one; tests that run in a shell's background inherit that it is ignored.
_OWN_TERMINAL = (
    "import fcntl, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from hubbub.cli import main; main()"
)


def _converse(terminal: int, answers: list[str]) -> str:
    """Until the other side has closed it."""
    said = b""
    while select.select([terminal], [], [], SECONDS * FACTOR)[0]:
        try:
            heard = os.read(terminal, 4096)
        except OSError:  # closed
            break
        if not heard:
            break
        said += heard
        if heard.rstrip().endswith((b"Password:", b"again:")):
            answer = answers.pop(0)
            os.write(terminal, answer.encode() + (b"" if answer < " " else b"\n"))
    return said.decode()


def one_line(done: "subprocess.CompletedProcess[str]", code: int) -> str:
    """The one line that an error is."""
    assert done.returncode == code, f"{done.returncode}: {done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("hubbub: "), lines
    return lines[0]
