"""Times are integers, milliseconds since 1970; this is how they look on a wire."""

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=256)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


@lru_cache(maxsize=256)
def rfc3339(ms: int) -> str:
    """RFC 3339 in UTC with milliseconds. Remembered: an ack and its event share a time, a commit's often too."""
    seconds, millis = divmod(ms, 1000)
    return f"{_second(seconds)}.{millis:03d}Z"


def whole_seconds(ms: int) -> str:
    """RFC 3339 in UTC without milliseconds, `2024-10-04T10:30:00Z`: what two of the seeds show."""
    return _second(ms // 1000) + "Z"
