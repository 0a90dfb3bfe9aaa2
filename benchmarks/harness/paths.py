"""Where things are, and which core is whose."""

import os
from pathlib import Path
from typing import Final

BENCHMARKS: Final = Path(__file__).resolve().parent.parent
REPOSITORY: Final = BENCHMARKS.parent
LOADGEN: Final = BENCHMARKS / "loadgen"
PEERS: Final = BENCHMARKS / "peers"

BUILD: Final = BENCHMARKS / ".build"
"""What is made from the sources, and kept; and the data of a run, which is not. Beside the
repository and not in /tmp, because /tmp may be memory, where an fsync costs nothing."""

_CORES: Final = sorted(os.sched_getaffinity(0))
SERVER_CORE: Final = _CORES[0]
GENERATOR_CORE: Final = _CORES[-1]
EVERY_CORE: Final = tuple(_CORES)


def require_two_cores() -> None:
    if len(_CORES) < 2:
        raise SystemExit("The benchmarks need two cores: one for the server, one for the load.")
