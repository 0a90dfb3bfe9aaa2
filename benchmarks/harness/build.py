"""Builds the load generator and installs the peers into .build, once."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from harness.paths import BUILD, LOADGEN, PEERS
from harness.progress import tell

_REFLECTOR = ("reflector.c", "websocket.c")


def loadgen() -> Path:
    sources = [path for path in sorted(LOADGEN.glob("*.c")) if path.name != "reflector.c"]
    return _compiled("loadgen", sources)


def reflector() -> Path:
    return _compiled("reflector", [LOADGEN / name for name in _REFLECTOR])


def node_peer() -> Path:
    """Return the folder with server.js and its node_modules."""
    folder = BUILD / "node"
    sources = [PEERS / "node" / name for name in ("package.json", "package-lock.json", "server.js")]
    _once(folder, sources, lambda: _install_node(folder, sources))
    return folder


def python_peer() -> tuple[Path, Path]:
    """Return the interpreter of the peer's own environment, and its script."""
    folder = BUILD / "venv"
    requirements = PEERS / "python_socketio" / "requirements.txt"
    _once(folder, [requirements], lambda: _install_venv(folder, requirements))
    return folder / "bin" / "python", PEERS / "python_socketio" / "server.py"


def _compiled(name: str, sources: Sequence[Path]) -> Path:
    program = BUILD / name / name
    command = ["gcc", "-std=gnu11", "-O2", "-Wall", "-o", str(program)]
    command += [*map(str, sources), "-lm"]
    inputs = [*sources, *sorted(LOADGEN.glob("*.h"))]
    _once(program.parent, inputs, lambda: _run(command))
    return program


def _install_node(folder: Path, sources: Sequence[Path]) -> None:
    for source in sources:
        shutil.copy(source, folder)
    # bufferutil ships its compiled part; nothing else has an install script.
    _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)])


def _install_venv(folder: Path, requirements: Path) -> None:
    _run([sys.executable, "-m", "venv", "--clear", str(folder)])
    pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--require-hashes"]
    _run([*pip, "-r", str(requirements)])


def _once(folder: Path, inputs: Sequence[Path], make: Callable[[], None]) -> None:
    """Make the folder unless it was made from exactly these inputs."""
    stamp = folder.with_suffix(".stamp")
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in inputs)).hexdigest()
    if folder.exists() and stamp.exists() and stamp.read_text() == digest:
        return
    tell(f"building {folder.name}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    make()
    stamp.write_text(digest)


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env={**os.environ, "CI": "1"}
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
