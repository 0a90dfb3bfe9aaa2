"""The machine and the versions that the figures belong to."""

import json
import os
import platform
import subprocess
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from harness import hubbub
from harness.paths import BUILD, GENERATOR_CORE, REPOSITORY, SERVER_CORE

_FLUSHES: Final = 200
_FLUSH_BYTES: Final = 4096


@cache
def facts() -> dict[str, object]:
    return {
        "cpu": _line_value(Path("/proc/cpuinfo"), "model name"),
        "cores": os.cpu_count(),
        "server_core": SERVER_CORE,
        "generator_core": GENERATOR_CORE,
        "memory_gb": round(_memory_kb() / 1024**2, 1),
        "kernel": platform.release(),
        "congestion_control": _text(Path("/proc/sys/net/ipv4/tcp_congestion_control")),
        "file_system": _output(["stat", "-f", "-c", "%T", str(BUILD)]),
        **_flush_milliseconds(),
        "load_average": os.getloadavg()[0],
        "commit": _output(["git", "-C", str(REPOSITORY), "rev-parse", "--short", "HEAD"]),
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    return {
        "hubbub": _output([*hubbub.command(), "--version"]),
        "python": platform.python_version(),
        "node": _output(["node", "--version"]),
        "gcc": _output(["gcc", "-dumpfullversion"]),
        "socket.io": _node_version("socket.io"),
        "ws": _node_version("ws"),
        **{name: _python_version(name) for name in ("python_socketio", "uvicorn", "uvloop")},
    }


def _flush_milliseconds() -> dict[str, float]:
    """Time appends of 4 KB, each forced to disk, where the servers keep their data."""
    path = BUILD / "flush"
    times = []
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        for _ in range(_FLUSHES):
            started = time.perf_counter()
            os.write(file, bytes(_FLUSH_BYTES))
            os.fdatasync(file)
            times.append(1000 * (time.perf_counter() - started))
    finally:
        os.close(file)
        path.unlink()
    times.sort()
    return {
        "flush_p50_ms": round(times[_FLUSHES // 2], 3),
        "flush_p99_ms": round(times[_FLUSHES * 99 // 100], 3),
    }


def _node_version(package: str) -> str:
    description = BUILD / "node" / "node_modules" / package / "package.json"
    if not description.exists():
        return ""
    version: str = json.loads(description.read_text())["version"]
    return version


def _python_version(distribution: str) -> str:
    for folder in BUILD.glob(f"venv/lib/python*/site-packages/{distribution}-*.dist-info"):
        return folder.name.removeprefix(f"{distribution}-").removesuffix(".dist-info")
    return ""


def _line_value(path: Path, name: str) -> str:
    for line in path.read_text().splitlines():
        if line.startswith(name):
            return line.partition(":")[2].strip()
    return ""


def _memory_kb() -> int:
    return int(_line_value(Path("/proc/meminfo"), "MemTotal").split()[0])


def _text(path: Path) -> str:
    return path.read_text().strip() if path.exists() else ""


def _output(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=20)
    except OSError:
        return ""
    lines = done.stdout.strip().splitlines()
    return lines[-1] if done.returncode == 0 and lines else ""
