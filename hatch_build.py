"""Builds the web client into the package: for wheels, for editable installs, and by `python hatch_build.py`.

It is built when its sources have changed and npm is there. Without npm what was built before goes on being used, and
without that too the package has no web client: its server answers `/` with a page that says so.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

SKIP = "SKIP_HUBBUB_WEB"  # set to 1: the client is left as it is
NODE = 20
_ROOT = Path(__file__).parent
_STAMP = ".sources"  # in a folder that was made: of what
_GENERATED = ("node_modules",)
_NO_NODE = f"The web client needs Node.js {NODE} or newer with npm to be built: install it"
_MISSING = f"{_NO_NODE}, and again what you have just installed. The server works without, but `/` has no web client."
_STALE = f"{_NO_NODE}. What was built from older sources is used."

Tell = Callable[[str], None]


class CannotBuild(RuntimeError):
    """npm is there, and failed; what it said stands before."""


def build(root: Path, say: Tell, warn: Tell) -> None:
    """Leaves `src/hubbub/web_dist` as the sources in `web` want it, if that can be done here; raises `CannotBuild`."""
    web, made = root / "web", root / "src" / "hubbub" / "web_dist"
    is_made = (made / "index.html").is_file()
    if os.environ.get(SKIP) == "1" or not (web / "package.json").is_file():
        return
    wanted = _digest(web)
    if is_made and _stamp(made) == wanted:
        return
    npm = _npm()
    if npm is None:
        warn(_STALE if is_made else _MISSING)
        return
    say("Building the web client …")
    _install(npm, web)
    _run([npm, "run", "--silent", "build", "--", "--logLevel", "warn"], web)
    (made / _STAMP).write_text(wanted)


def _install(npm: str, web: Path) -> None:
    modules = web / "node_modules"
    wanted = _sum([web / "package.json", web / "package-lock.json"], web)
    if _stamp(modules) != wanted:
        _run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], web)
        (modules / _STAMP).write_text(wanted)


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, check=False)
    if done.returncode:
        raise CannotBuild(
            f"The web client was not built: {' '.join(command[1:3])} ended with {done.returncode}. "
            f"{SKIP}=1 does without it."
        )


def _npm() -> str | None:
    """npm, where the Node that it runs on is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = said.removeprefix("v").partition(".")[0]
    return npm if major.isdigit() and int(major) >= NODE else None


def _digest(web: Path) -> str:
    """Of all that the client is made of; its tests are no part of it."""
    sources = [
        path
        for path in web.rglob("*")
        if path.is_file()
        and path.relative_to(web).parts[0] not in _GENERATED
        and not path.name.endswith(".test.ts")
    ]
    return _sum(sources, web)


def _sum(paths: list[Path], web: Path) -> str:
    sums = {
        path.relative_to(web).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
    }
    return hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest()


def _stamp(folder: Path) -> str:
    stamp = folder / _STAMP
    return stamp.read_text() if stamp.is_file() else ""


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # as a program it needs nothing
    pass
else:

    class WebClient(BuildHookInterface[Any]):
        """Hatch's hook, for sdists and wheels of both kinds."""

        PLUGIN_NAME = "custom"

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            """Before files are gathered."""
            build(Path(self.root), self.app.display_info, self.app.display_warning)


def _main() -> int:
    try:
        build(_ROOT, print, lambda text: print(text, file=sys.stderr))
    except CannotBuild as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
