"""What the person at the terminal sees while it runs (stderr; stdout is for the results)."""

import sys
import time
from typing import Final

_STARTED: Final = time.monotonic()


def tell(text: str) -> None:
    print(f"{time.monotonic() - _STARTED:7.1f} s  {text}", file=sys.stderr, flush=True)
